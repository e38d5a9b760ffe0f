//! The application with which clients from anywhere sign in: Owner of every subscription, with every permission of Graph.

use azure_core::credentials::Secret;
use rhc_arm::fake::{Arm, OWNER};
use rhc_core::fake::directory::GLOBAL_ADMINISTRATOR;
use rhc_core::fake::{Directory, DirectoryError, ObjectKind, Read, State, World};
use serde_json::{Map, json};
use uuid::Uuid;

/// What the application is called.
const NAME: &str = "embedded-cloud-client";

/// What a client has to know to sign in.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The application's `appId`, the same in every tenant.
    pub client: Uuid,
    /// Drawn anew each time; it prints as nothing.
    pub secret: Secret,
    /// The tenants that it can sign in to: id and domain.
    pub tenants: Vec<(Uuid, String)>,
    /// The subscriptions that it owns, each with its tenant.
    pub subscriptions: Vec<(Uuid, Uuid)>,
    /// Invoice sections in which it may make subscriptions, each with its tenant.
    pub billing_scopes: Vec<(String, Uuid)>,
}

/// Lets the application into every tenant that is there, and draws a secret for it.
///
/// # Errors
/// Where the directory refuses it.
pub fn invite(world: &World) -> Result<Option<Guest>, DirectoryError> {
    let guest = world.with(|state| {
        let tenants: Vec<_> = state
            .directory_ref()
            .tenants()
            .map(|tenant| (tenant.id, tenant.initial_domain.clone()))
            .collect();
        let Some((home, _)) = tenants.first() else {
            return Ok(None);
        };
        let client = register(state, *home)?;
        for (tenant, _) in &tenants {
            let principal = enter(state.directory(), *tenant, client)?;
            state
                .directory()
                .assign_role(*tenant, principal, GLOBAL_ADMINISTRATOR)?;
            rhc_graph::fake::give_every_permission(state, *tenant, principal);
            own(state, *tenant, principal);
            for account in state.section::<Arm>().billing.values_mut() {
                if account.tenant_id == *tenant {
                    account.subscription_creators.insert(principal);
                }
            }
        }
        Ok(Some((client, tenants)))
    })?;
    Ok(guest.map(|(client, tenants)| Guest {
        client,
        secret: world.add_client_secret(client),
        subscriptions: subscriptions(world, &tenants),
        billing_scopes: world.with(|state| billing_scopes(state)),
        tenants,
    }))
}

/// The registration, made unless a saved state has it.
fn register(state: &mut State, home: Uuid) -> Result<Uuid, DirectoryError> {
    let (client, id) = (
        state.derived_uuid(&["guest", "client"]),
        state.derived_uuid(&["guest", "application"]),
    );
    if state
        .directory_ref()
        .application(client, Read::Authoritative)
        .is_none()
    {
        let body = [
            ("appId", json!(client)),
            ("displayName", json!(NAME)),
            ("signInAudience", json!("AzureADMultipleOrgs")),
        ];
        let body = Map::from_iter(body.map(|(name, value)| (name.to_owned(), value)));
        state
            .directory()
            .insert_settled(home, ObjectKind::Application, id, body)?;
    }
    Ok(client)
}

/// Its service principal in a tenant.
fn enter(directory: &mut Directory, tenant: Uuid, client: Uuid) -> Result<Uuid, DirectoryError> {
    if let Some(own) = directory.service_principal(tenant, client, Read::Authoritative) {
        return Ok(own.id);
    }
    let id = Uuid::new_v5(&tenant, client.as_bytes());
    let body = [
        ("appId", json!(client)),
        ("displayName", json!(NAME)),
        ("appDisplayName", json!(NAME)),
        ("servicePrincipalType", json!("Application")),
        ("accountEnabled", json!(true)),
        ("servicePrincipalNames", json!([client])),
    ];
    let body = Map::from_iter(body.map(|(name, value)| (name.to_owned(), value)));
    directory.insert_settled(tenant, ObjectKind::ServicePrincipal, id, body)?;
    Ok(id)
}

fn own(state: &mut State, tenant: Uuid, principal: Uuid) {
    let all: Vec<_> = state
        .read::<Arm>()
        .into_iter()
        .flat_map(|arm| &arm.subscriptions)
        .filter(|(_, own)| own.tenant_id == tenant)
        .map(|(id, _)| *id)
        .collect();
    for id in all {
        rhc_arm::fake::assign_role(state, &format!("/subscriptions/{id}"), principal, OWNER);
    }
}

fn subscriptions(world: &World, tenants: &[(Uuid, String)]) -> Vec<(Uuid, Uuid)> {
    world.with(|state| {
        let all = state
            .read::<Arm>()
            .into_iter()
            .flat_map(|arm| &arm.subscriptions);
        all.map(|(id, own)| (*id, own.tenant_id))
            .filter(|(_, tenant)| tenants.iter().any(|(id, _)| id == tenant))
            .collect()
    })
}

fn billing_scopes(state: &State) -> Vec<(String, Uuid)> {
    let mut found = Vec::new();
    let accounts = state.read::<Arm>().into_iter().flat_map(|arm| &arm.billing);
    for (name, account) in accounts {
        for (profile, own) in &account.profiles {
            for section in own.invoice_sections.keys() {
                let scope = format!(
                    "/providers/Microsoft.Billing/billingAccounts/{name}/billingProfiles/{profile}/invoiceSections/{section}"
                );
                found.push((scope, account.tenant_id));
            }
        }
    }
    found
}
