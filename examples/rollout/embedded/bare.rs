//! A cloud for scenarios that no environment file describes: tenants and subscriptions, and nothing in them.

use std::collections::BTreeMap;

use rhc_arm::fake::{BillingAccount, BillingProfile};
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{DirectoryError, State, TenantKind, World, WorldOptions};
use uuid::Uuid;

use super::{EmbeddedError, admin, mount};

/// What is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bare {
    /// Tenants by their initial domain, each with the id that it is to have.
    pub tenants: Vec<(String, Option<Uuid>)>,
    /// Subscriptions, each with the domain of its tenant; without one it is the first tenant's.
    pub subscriptions: Vec<(Uuid, Option<String>)>,
}

/// The tenant of a cloud of which nothing is said.
const DOMAIN: &str = "contoso.onmicrosoft.com";

/// Makes one. Every tenant has an administrator and at least one subscription, which has every resource provider
/// registered.
///
/// # Errors
/// Where two tenants cannot exist side by side, or a subscription is of none.
pub fn bare(what: &Bare, options: WorldOptions) -> Result<World, EmbeddedError> {
    let world = composed(World::new(options));
    let types = rhc_arm::fake::registered_types(&world);
    let mut providers: Vec<_> = types.iter().map(|rules| rules.namespace()).collect();
    providers.sort_unstable();
    providers.dedup();
    world.with(|state| seed(state, what, &providers))?;
    world.check()?;
    Ok(world)
}

/// The cloud that was saved.
///
/// # Errors
/// Names the JSON path of what makes no sense.
pub fn bare_from_state(state: &str, options: WorldOptions) -> Result<World, EmbeddedError> {
    let world = composed(World::from_json(state, options)?);
    world.check()?;
    Ok(world)
}

fn composed(world: World) -> World {
    mount(&world);
    admin::mount(&world, "");
    world
}

fn seed(state: &mut State, what: &Bare, providers: &[&str]) -> Result<(), EmbeddedError> {
    let default = [(DOMAIN.to_owned(), None)];
    let tenants = match what.tenants.as_slice() {
        [] => default.as_slice(),
        tenants => tenants,
    };
    for (domain, id) in tenants {
        add_tenant(state, domain, *id)?;
    }
    let first = tenants.first().map(|(domain, _)| domain);
    for (id, domain) in &what.subscriptions {
        let domain = domain.as_ref().or(first);
        subscribe(
            state,
            Some(*id),
            domain.map_or("", String::as_str),
            providers,
        )?;
    }
    if let Some(first) = first {
        bill(state, first);
    }
    for (domain, _) in tenants {
        let has_one = what.subscriptions.iter().any(|(_, of)| {
            of.as_ref()
                .or(first)
                .is_some_and(|of| of.eq_ignore_ascii_case(domain))
        });
        if !has_one {
            subscribe(state, None, domain, providers)?;
        }
    }
    Ok(())
}

fn add_tenant(state: &mut State, domain: &str, id: Option<Uuid>) -> Result<(), DirectoryError> {
    let id = id.unwrap_or_else(|| state.derived_uuid(&["tenant", domain]));
    let label = domain.split('.').next().unwrap_or_default();
    state.directory().create_tenant(NewTenant {
        id,
        kind: TenantKind::Workforce,
        display_name: label.to_owned(),
        initial_domain: domain.to_owned(),
        country: "US".to_owned(),
        creator: None,
    })?;
    state.directory().add_administrator(id, "admin")?;
    Ok(())
}

/// An account under the Microsoft Customer Agreement, so that subscriptions can be made.
fn bill(state: &mut State, domain: &str) {
    let Some(tenant) = state.directory_ref().tenant(domain) else {
        return;
    };
    let (tenant_id, display_name) = (tenant.id, tenant.display_name.clone());
    let owner = state.directory_ref().operator(tenant_id);
    let half = |part: &str| state.derived_uuid(&["billing", domain, part]);
    let name = format!("{}:{}_2019-05-31", half("account"), half("organization"));
    let section = BTreeMap::from([("EMBE-SECT-PJA-TGB".to_owned(), display_name.clone())]);
    let profile = BillingProfile {
        display_name: display_name.clone(),
        invoice_sections: section,
    };
    let account = BillingAccount {
        display_name,
        tenant_id,
        agreement_type: "MicrosoftCustomerAgreement".to_owned(),
        subscription_creators: owner.into_iter().collect(),
        profiles: BTreeMap::from([("EMBE-PROF-BG7-TGB".to_owned(), profile)]),
    };
    let arm = state.section::<rhc_arm::fake::Arm>();
    arm.billing.insert(name, account);
}

fn subscribe(
    state: &mut State,
    id: Option<Uuid>,
    domain: &str,
    providers: &[&str],
) -> Result<(), EmbeddedError> {
    let missing = || EmbeddedError::NobodysSubscription(domain.to_owned());
    let directory = state.directory_ref();
    let tenant = directory.tenant(domain).ok_or_else(missing)?;
    let (tenant, name) = (tenant.id, tenant.label().to_owned());
    let owner = directory.operator(tenant).ok_or_else(missing)?;
    let id = id.unwrap_or_else(|| state.derived_uuid(&["subscription", domain]));
    rhc_arm::fake::create_subscription(state, id, &name, tenant, owner, providers);
    Ok(())
}
