//! The native administrators of a new tenant: made by a person, because only he may know their passwords.

use async_trait::async_trait;
use rhc_graph::{GLOBAL_ADMINISTRATOR, GraphClient, User};

use crate::engine::{Meta, Observe, Observed, Outputs, Purpose, Step, StepError};
use crate::manifest::{NativeAdministrator, Tenant};
use crate::steps::clients::{Clients, TenantRef};

/// The native Global Administrators. Done when all of them hold the role and the running token belongs to the one who runs the
/// rollout: what he accepts, and which group he is in, goes by his account.
///
/// Whoever makes a tenant arrives in it as an external account (`#EXT#`), which the baseline will refuse.
#[derive(Debug)]
pub struct AdministratorsStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    domain: String,
    wanted: Vec<NativeAdministrator>,
    operator: String,
}

impl AdministratorsStep {
    /// The administrators that the file describes; `operator` is the one who runs the rollout.
    pub fn new(
        meta: Meta,
        clients: Clients,
        id: TenantRef,
        tenant: &Tenant,
        operator: &str,
    ) -> Self {
        Self {
            meta: id.needed_by(meta.manual()),
            clients,
            tenant: id,
            domain: tenant.domain.clone(),
            wanted: tenant.native_administrators.clone(),
            operator: operator.to_owned(),
        }
    }

    fn sign_in_name(&self, user: &str) -> String {
        format!("{user}@{}", self.domain)
    }

    fn instructions(&self, missing: &[String]) -> Vec<String> {
        let mut steps = vec![format!(
            "Open https://entra.microsoft.com and switch to the tenant {}.",
            self.domain
        )];
        for administrator in self
            .wanted
            .iter()
            .filter(|one| missing.contains(&self.sign_in_name(&one.user)))
        {
            let role = if administrator.break_glass {
                "Global Administrator (emergency only: seal its credentials)"
            } else {
                "Global Administrator"
            };
            steps.push(format!(
                "Users > New user > Create: {}, display name {}; then Assigned roles: {role}.",
                self.sign_in_name(&administrator.user),
                administrator.display_name
            ));
        }
        let operator = self.sign_in_name(&self.operator);
        steps.push(if missing.is_empty() {
            // The accounts are there, and the running sign-in is somebody else's.
            format!("Sign in to the rollout as {operator}, and as nobody else, when it asks for this tenant.")
        } else {
            format!("Sign in once as {operator} and set its password and second factor.")
        });
        steps.push(
            "The rollout sees by itself when that is done; it never asks for these passwords."
                .to_owned(),
        );
        steps
    }

    /// The holders of the role who live in this tenant.
    async fn native_holders(&self, graph: &GraphClient) -> Result<Vec<User>, StepError> {
        let holders = graph
            .roles()
            .holders(GLOBAL_ADMINISTRATOR)
            .collect_all()
            .await?;
        let users = holders
            .iter()
            .filter_map(|held| held.principal.as_ref()?.as_user().cloned());
        Ok(users.filter(|user| !user.is_external()).collect())
    }
}

#[async_trait]
impl Step for AdministratorsStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let mut graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let holders = cx.read(self.native_holders(&graph)).await?;
        let holder = |user: &str| {
            let name = self.sign_in_name(user);
            holders.iter().find(|holder| {
                holder
                    .user_principal_name
                    .as_deref()
                    .is_some_and(|held| held.eq_ignore_ascii_case(&name))
            })
        };
        let missing: Vec<_> = self
            .wanted
            .iter()
            .filter(|one| holder(&one.user).is_none())
            .map(|one| self.sign_in_name(&one.user))
            .collect();
        if !missing.is_empty() {
            return Ok(Observed::ManualPending {
                instructions: self.instructions(&missing),
            });
        }
        let operator = self.sign_in_name(&self.operator);
        let is_operator = |me: &User| {
            me.user_principal_name
                .as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case(&operator))
        };
        let mut me = cx.read(graph.me()).await?;
        if !is_operator(&me) && cx.purpose() != Purpose::Plan {
            // The account exists now: sign in again, and go on as that one.
            self.clients.renew(&self.tenant);
            graph = self.clients.graph(&self.tenant, cx.inputs())?;
            me = cx.read(graph.me()).await?;
        }
        if !is_operator(&me) {
            return Ok(Observed::ManualPending {
                instructions: self.instructions(&[]),
            });
        }
        let id = |user: Option<&User>| user.and_then(|user| user.id).map(|id| id.to_string());
        let break_glass = self
            .wanted
            .iter()
            .find(|one| one.break_glass)
            .and_then(|one| holder(&one.user));
        Ok(Observed::ManualDone {
            outputs: Outputs::new()
                .with("operatorObjectId", id(holder(&self.operator)))
                .with("breakGlassObjectId", id(break_glass)),
        })
    }
}
