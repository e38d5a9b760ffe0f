//! Who and what must not be in the databases' tenant: found, named to a person, and never deleted by the rollout.

use async_trait::async_trait;
use rhc_graph::{GraphClient, ListQuery, ServicePrincipal, User};

use super::software::{Allowed, Owner, called, seen_at_once};
use crate::engine::{Meta, Observe, Observed, Outputs, Purpose, Step, StepError};
use crate::steps::clients::{Clients, TenantRef};

/// A kind of things of which a tenant may hold none. Done when there is none; what is there is named, with how to take it out.
#[derive(Debug)]
pub(super) struct StrangersStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    domain: String,
    who: Strangers,
}

/// What there may be none of.
#[derive(Debug)]
pub(super) enum Strangers {
    /// Accounts that live in another tenant.
    Accounts,
    /// Registrations of applications.
    Registrations,
    /// Service principals beside Microsoft's own and these, which are registered in that tenant.
    Software(Allowed, TenantRef),
}

/// One of them.
struct Found {
    /// How a person calls it.
    name: String,
    /// Where Graph keeps it, without the version.
    path: String,
}

impl StrangersStep {
    /// None of `who` may be in `tenant`, whose domain this is.
    pub(super) fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        domain: &str,
        who: Strangers,
    ) -> Self {
        let mut meta = tenant.needed_by(meta.manual());
        if let Strangers::Software(_, home) = &who {
            meta = home.needed_by(meta);
        }
        Self {
            meta,
            clients,
            tenant,
            domain: domain.to_owned(),
            who,
        }
    }

    async fn found(&self, cx: &Observe<'_>, graph: &GraphClient) -> Result<Vec<Found>, StepError> {
        match &self.who {
            Strangers::Accounts => {
                let users = graph.users().list(ListQuery::default());
                let users = cx.read(users.collect_all()).await?;
                let externals = users.iter().filter(|user| user.is_external());
                Ok(externals.map(account).collect())
            }
            Strangers::Registrations => {
                let all = graph.applications().list(ListQuery::default());
                let all = cx.read(all.collect_all()).await?;
                let found = all.iter().map(|one| Found {
                    name: one.display_name.clone().unwrap_or_default(),
                    path: path("applications", one.id),
                });
                Ok(found.collect())
            }
            Strangers::Software(allowed, home) => self.software(cx, graph, allowed, home).await,
        }
    }

    async fn software(
        &self,
        cx: &Observe<'_>,
        graph: &GraphClient,
        allowed: &Allowed,
        home: &TenantRef,
    ) -> Result<Vec<Found>, StepError> {
        let name = |principal: &ServicePrincipal| principal.app_id.map(|id| id.to_string());
        let list = graph.service_principals().list(ListQuery::default());
        let all = cx
            .listing("", "servicePrincipals", name, || async move {
                Ok(list.collect_all().await?)
            })
            .await?;
        let (hosting, registry) = (
            home.id(cx.inputs())?,
            self.clients.graph(home, cx.inputs())?,
        );
        let mut found = Vec::new();
        for principal in all.iter() {
            let owner = match seen_at_once(principal, hosting) {
                Ok(owner) => owner,
                Err(app_id) => cx.read(allowed.registered(app_id, &registry)).await?,
            };
            // Whose one is that says nothing of itself is asked by `verify`: a person cannot tell either.
            if matches!(owner, Owner::Ours(_) | Owner::Stranger) {
                found.push(Found {
                    name: called(principal),
                    path: path("servicePrincipals", principal.id),
                });
            }
        }
        Ok(found)
    }

    fn instructions(&self, found: &[Found]) -> Vec<String> {
        let (place, before, after) = match self.who {
            Strangers::Accounts => (
                "Users > All users",
                "Make sure that you can sign in as each of the tenant's own administrators: the account that made the tenant is not needed any more, and is not missed once it is gone.",
                "Users > Deleted users: delete them there, too, or they can be restored for 30 days.",
            ),
            Strangers::Registrations => (
                "App registrations > All applications",
                "Find out who registered it and what for: nothing may be registered in this tenant. An app is registered in the hosting tenant, and is only a service principal here.",
                "App registrations > Deleted applications: delete them there, too.",
            ),
            Strangers::Software(..) => (
                "Enterprise applications > All applications",
                "Find out who let it in: only the apps' bridges to the databases and the automation may be known in this tenant.",
                "Its sign-in logs say what it did while it was here.",
            ),
        };
        let mut steps = vec![
            before.to_owned(),
            format!(
                "Open https://entra.microsoft.com in the tenant {}, signed in as an administrator of its own, and go to {place}.",
                self.domain
            ),
        ];
        steps.extend(found.iter().map(|one| {
            format!(
                "Delete {} (or send DELETE https://graph.microsoft.com/v1.0/{}).",
                one.name, one.path
            )
        }));
        steps.push(after.to_owned());
        steps.push(
            "The rollout deletes nothing here; it sees by itself when that is done.".to_owned(),
        );
        steps
    }
}

#[async_trait]
impl Step for StrangersStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = match self.clients.graph(&self.tenant, cx.inputs()) {
            Ok(graph) => graph,
            // Whoever makes a tenant is in it from the beginning, but nothing else is: there is nothing to do yet.
            Err(error)
                if error.is_not_known_yet()
                    && cx.purpose() == Purpose::Plan
                    && !matches!(self.who, Strangers::Accounts) =>
            {
                return Ok(done());
            }
            Err(error) => return Err(error),
        };
        let found = self.found(cx, &graph).await?;
        Ok(if found.is_empty() {
            done()
        } else {
            Observed::ManualPending {
                instructions: self.instructions(&found),
            }
        })
    }
}

fn done() -> Observed {
    Observed::ManualDone {
        outputs: Outputs::new(),
    }
}

fn account(user: &User) -> Found {
    Found {
        name: user.user_principal_name.clone().unwrap_or_default(),
        path: path("users", user.id),
    }
}

fn path(collection: &str, id: Option<rhc_core::ObjectId>) -> String {
    format!(
        "{collection}/{}",
        id.map(|id| id.to_string()).unwrap_or_default()
    )
}
