//! What only a person can do, as the simulated one does it.

use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{PersonTask, State, TenantKind, World};
use serde_json::json;
use uuid::Uuid;

use super::seed;
use crate::manifest::{MadeBy, Manifest, NativeAdministrator, Tenant};

/// A tenant takes a person a quarter of an hour, forms and waiting included.
const CREATE_TENANT: Duration = Duration::from_secs(15 * 60);
/// Accounts, passwords and second factors.
const CREATE_ADMINISTRATORS: Duration = Duration::from_secs(10 * 60);

/// Registers everything that the environment file leaves to a person.
pub(super) fn register(world: &World, manifest: &Manifest) {
    super::entra_logs::register(world, manifest);
    super::outsiders::register(world, manifest);
    super::github::person::register(world, manifest);
    let manifest = Arc::new(manifest.clone());
    for tenant in manifest.tenants.values() {
        if tenant.made_by == MadeBy::Manual {
            world.person().register(create_tenant(&manifest, tenant));
        }
        if tenant.made_by != MadeBy::Exists && !tenant.native_administrators.is_empty() {
            world.person().register(create_administrators(tenant));
        }
    }
}

fn create_tenant(manifest: &Arc<Manifest>, tenant: &Tenant) -> PersonTask {
    let domain = tenant.domain.clone();
    let (manifest, file) = (Arc::clone(manifest), tenant.clone());
    PersonTask {
        key: format!("tenants/{domain}"),
        title: format!("create the workforce tenant {domain} in the portal"),
        ready: Arc::new(move |state| state.directory_ref().tenant(&domain).is_none()),
        act: Arc::new(move |state| make_tenant(state, &manifest, &file)),
        takes: CREATE_TENANT,
    }
}

fn make_tenant(state: &mut State, manifest: &Manifest, file: &Tenant) {
    let home = seed::operator(state, manifest, &manifest.environment.hosting_tenant);
    let creator = home
        .ok()
        .and_then(|(tenant, _)| state.directory_ref().creator_from(tenant));
    let given = file.id.as_deref().and_then(|id| id.parse::<Uuid>().ok());
    let id = given.unwrap_or_else(|| state.derived_uuid(&["tenant", &file.domain]));
    let made = state.directory().create_tenant(NewTenant {
        id,
        kind: TenantKind::Workforce,
        display_name: file.display_name.clone(),
        initial_domain: file.domain.clone(),
        country: "US".to_owned(),
        creator,
    });
    if let Err(error) = made {
        tracing::warn!(%error, domain = file.domain, "the person could not create the tenant");
    }
}

fn create_administrators(tenant: &Tenant) -> PersonTask {
    let (domain, wanted) = (tenant.domain.clone(), tenant.native_administrators.clone());
    let (his_domain, his_list) = (domain.clone(), wanted.clone());
    PersonTask {
        key: format!("tenants/{domain}/native-administrators"),
        title: format!("create the native administrators of {domain}"),
        ready: Arc::new(move |state| {
            missing(state, &domain, &wanted).is_some_and(|(_, list)| !list.is_empty())
        }),
        act: Arc::new(move |state| {
            if let Some((tenant, list)) = missing(state, &his_domain, &his_list) {
                for administrator in list {
                    make_administrator(state, tenant, &administrator);
                }
            }
        }),
        takes: CREATE_ADMINISTRATORS,
    }
}

/// The tenant and the administrators that it does not have; nothing while there is no tenant.
fn missing(
    state: &State,
    domain: &str,
    wanted: &[NativeAdministrator],
) -> Option<(Uuid, Vec<NativeAdministrator>)> {
    use rhc_core::fake::{ObjectKind, Read};
    let tenant = state.directory_ref().tenant(domain)?;
    let users = state
        .directory_ref()
        .objects(tenant.id, ObjectKind::User, Read::Authoritative);
    let exists = |user: &str| {
        let name = format!("{user}@{}", tenant.initial_domain);
        users.iter().any(|held| {
            held.text("userPrincipalName")
                .is_some_and(|held| held.eq_ignore_ascii_case(&name))
        })
    };
    let list = wanted.iter().filter(|one| !exists(&one.user)).cloned();
    Some((tenant.id, list.collect()))
}

fn make_administrator(state: &mut State, tenant: Uuid, file: &NativeAdministrator) {
    let id = match state.directory().add_administrator(tenant, &file.user) {
        Ok(id) => id,
        Err(error) => {
            tracing::warn!(%error, user = file.user, "the person could not create the administrator");
            return;
        }
    };
    let Some(owner) = state.directory().tenant_mut(tenant) else {
        return;
    };
    if let Some(account) = owner.objects.get_mut(&id) {
        account
            .body
            .insert("displayName".to_owned(), json!(file.display_name));
        if file.break_glass {
            // The World's operator signs in as the administrator who was made first, and that one is for emergencies.
            account.created = account.created.saturating_add(time::Duration::seconds(1));
        }
    }
}
