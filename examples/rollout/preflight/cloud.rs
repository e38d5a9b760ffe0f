//! What the cloud says: which tenants are there, who we are in them, what we may do and see, what is taken and what is full.

use std::collections::BTreeMap;

use rhc_arm::{ArmClient, ArmClientOptions};
use rhc_core::TenantId;
use rhc_graph::{GraphClient, GraphClientOptions, TenantType};

use super::found::Found;
use super::{
    Finding, Granted, PERMISSIONS_MISSING, PERMISSIONS_UNKNOWN, billing, deleted, dns, github,
    licences, limits, names, pages, subscriptions,
};
use crate::connection::Connection;
use crate::engine::{StepError, TenantKey};
use crate::manifest::{MadeBy, Manifest, Tenant, TenantKind};
use crate::sign_in;
use crate::steps::Connect;

pub(super) const UNREACHABLE: &str = "tenant-unreachable";
const ABSENT: &str = "tenant-absent";
const ANOTHER: &str = "tenant-is-another";
const CANNOT_SIGN_IN: &str = "cannot-sign-in";

/// Findings with which not even a look is worth while.
pub(super) const BLINDING: [&str; 4] = [UNREACHABLE, ABSENT, ANOTHER, CANNOT_SIGN_IN];

/// A tenant of the file that is there and that we are signed in to.
pub(super) struct Place {
    pub(super) key: TenantKey,
    pub(super) arm: ArmClient,
    pub(super) graph: GraphClient,
}

/// By the file's names for them.
pub(super) type Places = BTreeMap<String, Place>;

/// Asks the cloud about every tenant of the file. Signs in to those that are there.
pub async fn of_cloud(manifest: &Manifest, connection: &Connection) -> Vec<Finding> {
    let mut look = Look {
        manifest,
        connection,
        found: Found::default(),
        places: Places::new(),
    };
    let by_rollout = |tenant: &Tenant| tenant.made_by == MadeBy::Rollout;
    for (key, tenant) in manifest.tenants.iter().filter(|(_, own)| !by_rollout(own)) {
        if !look.enter(key, tenant, None).await {
            return look.found.done();
        }
    }
    let known = subscriptions::known(manifest, &look.places, &mut look.found).await;
    // Whose a tenant is that the rollout makes is known by the subscription that pays for it.
    for (key, tenant) in manifest.tenants.iter().filter(|(_, own)| by_rollout(own)) {
        if !look.enter(key, tenant, Some(&known)).await {
            return look.found.done();
        }
    }
    let Look {
        mut found, places, ..
    } = look;
    for place in places.values() {
        kind(manifest, place, &mut found).await;
        deleted::names(manifest, place, &mut found).await;
    }
    names::deleted_vaults(manifest, &places, &known, &mut found).await;
    names::taken(manifest, &places, &known, &mut found).await;
    billing::agreement(manifest, &places, &known, &mut found).await;
    licences::of_logs(manifest, &places, &mut found).await;
    dns::look(manifest, connection, &mut found).await;
    let subjects = github::look(manifest, connection, &mut found).await;
    limits::look(manifest, &places, &known, &subjects, &mut found).await;
    found.done()
}

/// A look at all tenants, so far.
struct Look<'a> {
    manifest: &'a Manifest,
    connection: &'a Connection,
    found: Found,
    places: Places,
}

impl Look<'_> {
    /// Signs in to a tenant if it is there. Whether it is worth while to ask for others.
    async fn enter(
        &mut self,
        key: &str,
        tenant: &Tenant,
        known: Option<&subscriptions::Known>,
    ) -> bool {
        let key = TenantKey::new(key);
        let id = match identity(&key, tenant, self.connection).await {
            Ok(Some(id)) => id,
            // It is made later, and asked then.
            Ok(None) => return true,
            Err(finding) => {
                // Without a way to the authority the other tenants are no nearer.
                let nearer = finding.code != UNREACHABLE;
                self.found.say(finding);
                return nearer;
            }
        };
        if let Some(known) = known
            && names::taken_domain(
                self.manifest,
                tenant,
                id,
                &self.places,
                known,
                &mut self.found,
            )
            .await
        {
            return true;
        }
        if !permissions(self.manifest, self.connection, &key, id, &mut self.found).await {
            return true;
        }
        match place(self.connection, &key, id) {
            Ok(place) => drop(self.places.insert(key.to_string(), place)),
            Err(error) => self.found.say(cannot_sign_in(&key, &error)),
        }
        true
    }
}

fn place(connection: &Connection, key: &TenantKey, id: TenantId) -> Result<Place, StepError> {
    let arm = ArmClientOptions {
        cloud: connection.cloud().clone(),
        client: connection.options(key, id),
        ..ArmClientOptions::default()
    };
    let graph = GraphClientOptions {
        cloud: connection.cloud().clone(),
        client: connection.options(key, id),
    };
    let credential = || connection.look_with(key, id);
    Ok(Place {
        key: key.clone(),
        arm: ArmClient::new(credential()?, Some(arm))?,
        graph: GraphClient::new(credential()?, Some(graph))?,
    })
}

/// A tenant of customers hosts nothing, and another one has no customers, whatever the file calls it.
async fn kind(manifest: &Manifest, place: &Place, found: &mut Found) {
    let key = &place.key;
    let Some(file) = manifest.tenant(key.as_str()) else {
        return;
    };
    let question = format!("of which kind the tenant '{key}' is");
    let seen = match place.graph.organization().get().await {
        Ok(seen) => seen.tenant_type,
        Err(error) => {
            let who = format!("'{key}'");
            return found.failed(question, &who, &error, pages::TENANT_TYPE);
        }
    };
    let (wrong, rule, page) = match (file.kind, seen) {
        (TenantKind::Workforce, Some(TenantType::External | TenantType::B2c)) => (
            "an External ID tenant, and the file says that it is a workforce tenant",
            "an External ID tenant can own no subscription, so nothing of Azure can live in it",
            pages::EXTERNAL_SUBSCRIPTIONS,
        ),
        (TenantKind::ExternalId, Some(TenantType::Workforce | TenantType::B2c)) => (
            "no External ID tenant, and the file says that it is one",
            "only an External ID tenant has user flows for customers",
            pages::EXTERNAL_TENANT,
        ),
        (_, Some(TenantType::Workforce | TenantType::External)) => return,
        (_, other) => {
            let named = other.map_or_else(
                || "the directory does not say it".to_owned(),
                |other| {
                    format!(
                        "the directory calls it {}, which this version does not know",
                        other.as_str()
                    )
                },
            );
            let way_out = "look at the tenant's overview page in the portal";
            return found.unseen(question, named, way_out, pages::TENANT_TYPE);
        }
    };
    found.say(Finding::stop(
        "tenant-of-another-kind",
        page,
        format!("the tenant '{key}' ({}) is {wrong}: {rule}", file.domain),
        "name another tenant in the environment file, or correct its kind",
    ));
}

/// The id of a tenant, if it is there and is the one that the file means.
async fn identity(
    key: &TenantKey,
    tenant: &Tenant,
    connection: &Connection,
) -> Result<Option<TenantId>, Finding> {
    let domain = &tenant.domain;
    let found = connection.discover(domain).await.map_err(|error| {
        Finding::stop(
            UNREACHABLE,
            pages::DISCOVERY,
            format!("'{key}': {}", error.full_message()),
            error.remedy_text().unwrap_or("check the network"),
        )
    })?;
    let wanted: Option<TenantId> = tenant.id.as_deref().and_then(|id| id.parse().ok());
    match (found, wanted) {
        (None, _) if tenant.made_by == MadeBy::Exists => Err(Finding::stop(
            ABSENT,
            pages::DISCOVERY,
            format!(
                "the environment file says that '{key}' exists, and Microsoft knows no tenant {domain}"
            ),
            "correct the domain in the environment file",
        )),
        (Some(found), Some(wanted)) if found != wanted => Err(Finding::stop(
            ANOTHER,
            pages::DISCOVERY,
            format!(
                "the environment file says that {domain} is tenant {wanted}, and Microsoft says that it is {found}"
            ),
            "find out which of the two is right, then correct the environment file",
        )),
        (found, _) => Ok(found),
    }
}

/// Signs in, and compares what the token allows with what the steps need. Whether that went well.
async fn permissions(
    manifest: &Manifest,
    connection: &Connection,
    key: &TenantKey,
    id: TenantId,
    found: &mut Found,
) -> bool {
    let wanted = sign_in::permissions(manifest, key);
    let scope = connection.cloud().graph_scope();
    let token = match connection.look_with(key, id) {
        Ok(credential) => credential.get_token(&[&scope], None).await,
        Err(error) => {
            found.say(cannot_sign_in(key, &error));
            return false;
        }
    };
    let token = match token {
        Ok(token) => token,
        Err(error) => {
            found.say(cannot_sign_in(key, &StepError::new(error.to_string())));
            return false;
        }
    };
    match Granted::of(&token).map(|granted| granted.missing(&wanted)) {
        Some(missing) if !missing.is_empty() => found.say(Finding::stop(
            PERMISSIONS_MISSING,
            pages::PERMISSIONS,
            format!("the sign-in to '{key}' lacks permissions of Microsoft Graph that the steps need: {}", missing.join(", ")),
            "let an administrator of that tenant consent to them, or sign in with --sign-in person",
        )),
        Some(_) => {}
        None => found.say(unreadable(key)),
    }
    true
}

pub(super) fn unreadable(key: &TenantKey) -> Finding {
    Finding::note(
        PERMISSIONS_UNKNOWN,
        pages::PERMISSIONS,
        format!(
            "the token for '{key}' cannot be read, so its permissions are not known beforehand"
        ),
        "a missing one shows as a refusal of the step that needs it",
    )
}

pub(super) fn cannot_sign_in(key: &TenantKey, error: &StepError) -> Finding {
    Finding::stop(
        CANNOT_SIGN_IN,
        pages::SIGN_IN,
        format!("nobody could sign in to '{key}': {}", error.full_message()),
        error.remedy_text().unwrap_or(
            "sign in with an account of that tenant, or choose another way with --sign-in",
        ),
    )
}
