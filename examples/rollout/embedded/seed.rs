//! What is there before the story begins: the back office, the company's website in it, and the tenants of development.

use std::collections::BTreeMap;

use rhc_arm::fake::{BillingAccount, BillingProfile};
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{DirectoryError, State, TenantKind as WorldKind};
use serde_json::json;
use uuid::Uuid;

use super::EmbeddedError;
use crate::manifest::{MadeBy, Manifest, ProtectedResource, TenantKind};

/// What the operator's account is called in tenants that exist beforehand.
const OPERATOR: &str = "operator";
/// Azure's role of this name.
const BLOB_DATA_CONTRIBUTOR: Uuid = Uuid::from_u128(0xba92_f5b4_2d11_453d_a403_e96b_0029_c9fe);

/// Fills an empty cloud with what the environment file takes for granted.
pub(super) fn seed(state: &mut State, manifest: &Manifest) -> Result<(), EmbeddedError> {
    let existing = manifest
        .tenants
        .iter()
        .filter(|(_, tenant)| tenant.made_by == MadeBy::Exists);
    for (key, tenant) in existing {
        let kind = match tenant.kind {
            TenantKind::Workforce => WorldKind::Workforce,
            TenantKind::ExternalId => WorldKind::ExternalId,
        };
        let id = tenant.id.as_deref().and_then(|id| id.parse().ok());
        let id = add_tenant(state, id, kind, &tenant.domain, &tenant.display_name)?;
        let mut people: Vec<_> = tenant
            .native_administrators
            .iter()
            .map(|one| one.user.as_str())
            .collect();
        if people.is_empty() {
            people.push(OPERATOR);
        }
        for user in people {
            state.directory().add_administrator(id, user)?;
        }
        tracing::debug!(tenant = key, %id, "a tenant that exists beforehand");
    }
    for tenant in &manifest.protected.tenants {
        let id = tenant.id.as_deref().and_then(|id| id.parse().ok());
        let taken = state.directory_ref().tenant(&tenant.domain).is_some();
        if !taken {
            let label = tenant.domain.split('.').next().unwrap_or_default();
            let id = add_tenant(state, id, WorldKind::Workforce, &tenant.domain, label)?;
            state.directory().add_administrator(id, "admin")?;
        }
    }
    protected(state, manifest)?;
    given_subscriptions(state, manifest)?;
    super::github::seed(state, manifest);
    journal(state, manifest)?;
    billing(state, manifest)
}

/// The account of the journal, which is there beforehand, in a subscription of its own.
fn journal(state: &mut State, manifest: &Manifest) -> Result<(), EmbeddedError> {
    let Some(file) = &manifest.journal else {
        return Ok(());
    };
    let (tenant, owner) = operator(state, manifest, &manifest.environment.hosting_tenant)?;
    let subscription = state.derived_uuid(&["subscription", "journal"]);
    let providers = ["Microsoft.Storage"];
    let (name, location) = ("rhc-journal", &manifest.environment.location);
    rhc_arm::fake::create_subscription(state, subscription, name, tenant, owner, &providers);
    let group = format!("/subscriptions/{subscription}/resourceGroups/{name}-rg");
    let account = format!(
        "{group}/providers/Microsoft.Storage/storageAccounts/{}",
        file.storage_account
    );
    for id in [&group, &account] {
        let body = json!({
            "id": id,
            "location": location,
            "properties": { "provisioningState": "Succeeded" },
        });
        rhc_arm::fake::put_resource(state, body);
    }
    rhc_arm::fake::assign_role(state, &account, owner, BLOB_DATA_CONTRIBUTOR);
    let blobs = state.section::<super::Blobs>();
    blobs.add_container(&file.storage_account, &file.container);
    Ok(())
}

/// A tenant with Microsoft's own principals. A domain that is not Microsoft's comes beside an initial one.
fn add_tenant(
    state: &mut State,
    id: Option<Uuid>,
    kind: WorldKind,
    domain: &str,
    display_name: &str,
) -> Result<Uuid, DirectoryError> {
    let initial_domain = if domain.to_ascii_lowercase().ends_with(".onmicrosoft.com") {
        domain.to_owned()
    } else {
        let label: String = display_name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        format!("{}.onmicrosoft.com", label.to_ascii_lowercase())
    };
    let id = id.unwrap_or_else(|| state.derived_uuid(&["tenant", domain]));
    state.directory().create_tenant(NewTenant {
        id,
        kind,
        display_name: display_name.to_owned(),
        initial_domain,
        country: "US".to_owned(),
        creator: None,
    })?;
    if let Some(tenant) = state.directory().tenant_mut(id)
        && !tenant.is_called(domain)
    {
        tenant.domains.push(domain.to_owned());
    }
    Ok(id)
}

/// What nobody may touch is there to be touched by mistake: a fence that has nothing behind it proves nothing.
fn protected(state: &mut State, manifest: &Manifest) -> Result<(), EmbeddedError> {
    let mut subscriptions = BTreeMap::new();
    for subscription in &manifest.protected.subscriptions {
        let (tenant, owner) = operator(state, manifest, &subscription.tenant)?;
        let id = subscription.id.as_deref().and_then(|id| id.parse().ok());
        let id = id.unwrap_or_else(|| state.derived_uuid(&["subscription", &subscription.name]));
        let providers = [
            "Microsoft.Compute",
            "Microsoft.Network",
            "Microsoft.Storage",
        ];
        rhc_arm::fake::create_subscription(
            state,
            id,
            &subscription.name,
            tenant,
            owner,
            &providers,
        );
        subscriptions.insert(subscription.name.clone(), id);
    }
    let location = &manifest.environment.location;
    for group in &manifest.protected.resource_groups {
        if let Some(id) = subscriptions.get(&group.subscription) {
            let body = json!({
                "id": format!("/subscriptions/{id}/resourceGroups/{}", group.name),
                "location": location,
                "properties": { "provisioningState": "Succeeded" },
            });
            rhc_arm::fake::put_resource(state, body);
        }
    }
    for resource in &manifest.protected.resources {
        if let Some(id) = subscriptions.get(&resource.subscription) {
            rhc_arm::fake::put_resource(state, body_of(*id, resource, location));
        }
    }
    Ok(())
}

fn body_of(subscription: Uuid, resource: &ProtectedResource, location: &str) -> serde_json::Value {
    json!({
        "id": format!(
            "/subscriptions/{subscription}/resourceGroups/{}/providers/{}/{}",
            resource.resource_group, resource.kind, resource.name
        ),
        "location": location,
        "tags": {},
        "properties": { "provisioningState": "Succeeded" },
    })
}

/// Subscriptions that the file gives the id of are there already, with nothing in them.
fn given_subscriptions(state: &mut State, manifest: &Manifest) -> Result<(), EmbeddedError> {
    for subscription in manifest.subscriptions.values() {
        let Some(id) = subscription.id.as_deref().and_then(|id| id.parse().ok()) else {
            continue;
        };
        let tenant = manifest.tenant(&subscription.tenant);
        if tenant.is_some_and(|tenant| tenant.made_by == MadeBy::Exists) {
            let (tenant, owner) = operator(state, manifest, &subscription.tenant)?;
            rhc_arm::fake::create_subscription(state, id, &subscription.name, tenant, owner, &[]);
        }
    }
    Ok(())
}

/// One account under the Microsoft Customer Agreement with one profile and one invoice section: as a small company has it.
fn billing(state: &mut State, manifest: &Manifest) -> Result<(), EmbeddedError> {
    let file = &manifest.billing;
    let (tenant_id, owner) = operator(state, manifest, &file.tenant)?;
    let name =
        |given: &Option<String>, default: &str| given.clone().unwrap_or_else(|| default.to_owned());
    let account = match &file.account {
        Some(account) => account.clone(),
        None => {
            let half = |part: &str| state.derived_uuid(&["billing", part]);
            format!("{}:{}_2019-05-31", half("account"), half("organization"))
        }
    };
    let agreement_type = match (&file.enrollment_account, &file.customer) {
        (Some(_), _) => "EnterpriseAgreement",
        (None, Some(_)) => "MicrosoftPartnerAgreement",
        (None, None) => "MicrosoftCustomerAgreement",
    };
    let section = name(&file.invoice_section, "RCBL-SECT-PJA-TGB");
    let display_name = "Recalibrate Healthcare".to_owned();
    let profile = BillingProfile {
        display_name: display_name.clone(),
        invoice_sections: BTreeMap::from([(section, display_name.clone())]),
    };
    let body = BillingAccount {
        display_name,
        tenant_id,
        agreement_type: agreement_type.to_owned(),
        subscription_creators: [owner].into(),
        profiles: BTreeMap::from([(name(&file.profile, "RCBL-PROF-BG7-TGB"), profile)]),
    };
    let arm = state.section::<rhc_arm::fake::Arm>();
    arm.billing.insert(account, body);
    Ok(())
}

/// A tenant of the file and the account that works in it.
pub(super) fn operator(
    state: &State,
    manifest: &Manifest,
    key: &str,
) -> Result<(Uuid, Uuid), EmbeddedError> {
    let missing = || EmbeddedError::NoTenant(key.to_owned());
    let file = manifest.tenant(key).ok_or_else(missing)?;
    let directory = state.directory_ref();
    let tenant = directory.tenant(&file.domain).ok_or_else(missing)?;
    let operator = directory.operator(tenant.id).ok_or_else(missing)?;
    Ok((tenant.id, operator))
}
