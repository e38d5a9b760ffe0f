//! The simulated person takes out the account with which he made the databases' tenant.

use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::{ObjectKind, PersonTask, Read, State, World};
use uuid::Uuid;

use crate::manifest::Manifest;
use crate::steps::baseline::no_accounts_from_outside;

/// Looking twice whether the tenant's own administrators can sign in, and deleting.
const TAKE_OUT: Duration = Duration::from_secs(5 * 60);

pub(super) fn register(world: &World, manifest: &Manifest) {
    let Some((_, tenant)) = manifest.database_tenant() else {
        return;
    };
    let (domain, his) = (tenant.domain.clone(), tenant.domain.clone());
    world.person().register(PersonTask {
        key: no_accounts_from_outside().to_string(),
        title: format!("take the accounts from outside out of {domain}"),
        ready: Arc::new(move |state| {
            owns_a_subscription(state, &domain) && !outsiders(state, &domain).1.is_empty()
        }),
        act: Arc::new(move |state| take_out(state, &his)),
        takes: TAKE_OUT,
    });
}

/// Then one of its own people has signed in and accepted it, and nobody needs whoever made the tenant any more.
fn owns_a_subscription(state: &State, domain: &str) -> bool {
    let tenant = state.directory_ref().tenant(domain).map(|tenant| tenant.id);
    state.read::<rhc_arm::fake::Arm>().is_some_and(|arm| {
        let mut subscriptions = arm.subscriptions.values();
        subscriptions.any(|one| Some(one.tenant_id) == tenant)
    })
}

fn outsiders(state: &State, domain: &str) -> (Uuid, Vec<Uuid>) {
    let directory = state.directory_ref();
    let Some(tenant) = directory.tenant(domain) else {
        return (Uuid::nil(), Vec::new());
    };
    let users = directory.objects(tenant.id, ObjectKind::User, Read::Authoritative);
    let from_outside = users.iter().filter(|user| {
        user.text("userPrincipalName")
            .is_some_and(|name| name.contains("#EXT#"))
    });
    (tenant.id, from_outside.map(|user| user.id).collect())
}

/// For good, so that nobody brings them back.
fn take_out(state: &mut State, domain: &str) {
    let (tenant, accounts) = outsiders(state, domain);
    for account in accounts {
        if let Err(error) = state.directory().purge(tenant, account) {
            tracing::warn!(%error, domain, "the person could not take the account out");
        }
    }
}
