//! Billing accounts, their profiles and invoice sections. Nothing is made here: a person signs agreements.

use rhc_core::fake::State;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::route::{Reply, Route, RouteContext};
use super::super::state::{Arm, BillingAccount, BillingProfile};

const VERSIONS: &[&str] = &["2019-10-01-preview", "2020-05-01", "2024-04-01"];
const ACCOUNTS: &str = "/providers/Microsoft.Billing/billingAccounts";

const fn route(
    pattern: &'static str,
    run: fn(&mut State, &RouteContext<'_>) -> Result<Reply, ServiceError>,
) -> Route {
    Route {
        method: "GET",
        pattern,
        api_versions: VERSIONS,
        permission: "",
        run,
    }
}

pub(super) const ROUTES: &[Route] = &[
    route(ACCOUNTS, |state, context| {
        let items = seen(state, context.caller.object_id, context.caller.tenant)
            .map(|(name, own)| account_body(name, own))
            .collect();
        Ok(Reply::list(items))
    }),
    route(
        "/providers/Microsoft.Billing/billingAccounts/{account}",
        |state, context| {
            let (name, own) = account(state, context)?;
            Ok(Reply::new(200, account_body(name, own)))
        },
    ),
    route(
        "/providers/Microsoft.Billing/billingAccounts/{account}/billingProfiles",
        |state, context| {
            let (name, own) = account(state, context)?;
            let items = own
                .profiles
                .iter()
                .map(|(profile, own)| profile_body(name, profile, own))
                .collect();
            Ok(Reply::list(items))
        },
    ),
    route(
        "/providers/Microsoft.Billing/billingAccounts/{account}/billingProfiles/{profile}",
        |state, context| {
            let (name, profile, own) = profile(state, context)?;
            Ok(Reply::new(200, profile_body(name, profile, own)))
        },
    ),
    route(
        "/providers/Microsoft.Billing/billingAccounts/{account}/billingProfiles/{profile}/invoiceSections",
        |state, context| {
            let (name, profile, own) = profile(state, context)?;
            let items = own
                .invoice_sections
                .iter()
                .map(|(section, title)| section_body(name, profile, section, title))
                .collect();
            Ok(Reply::list(items))
        },
    ),
    route(
        "/providers/Microsoft.Billing/billingAccounts/{account}/billingProfiles/{profile}/invoiceSections/{section}",
        |state, context| {
            let (name, profile, own) = profile(state, context)?;
            own.invoice_sections
                .iter()
                .find(|(section, _)| section.eq_ignore_ascii_case(context.param("section")))
                .map(|(section, title)| {
                    Reply::new(200, section_body(name, profile, section, title))
                })
                .ok_or_else(not_found)
        },
    ),
];

/// As recorded, though without the outer `error` that was not there: the client must take both.
fn not_found() -> ServiceError {
    ServiceError::not_found(
        "NotFound",
        "The resource or one of its dependencies could not be found.",
    )
}

fn seen(
    state: &State,
    caller: Uuid,
    tenant: Uuid,
) -> impl Iterator<Item = (&String, &BillingAccount)> {
    state
        .read::<Arm>()
        .into_iter()
        .flat_map(|arm| &arm.billing)
        .filter(move |(_, own)| {
            own.tenant_id == tenant && own.subscription_creators.contains(&caller)
        })
}

fn account<'a>(
    state: &'a State,
    context: &RouteContext<'_>,
) -> Result<(&'a str, &'a BillingAccount), ServiceError> {
    seen(state, context.caller.object_id, context.caller.tenant)
        .find(|(name, _)| name.eq_ignore_ascii_case(context.param("account")))
        .map(|(name, own)| (name.as_str(), own))
        .ok_or_else(not_found)
}

fn profile<'a>(
    state: &'a State,
    context: &RouteContext<'_>,
) -> Result<(&'a str, &'a str, &'a BillingProfile), ServiceError> {
    let (name, own) = account(state, context)?;
    own.profiles
        .iter()
        .find(|(profile, _)| profile.eq_ignore_ascii_case(context.param("profile")))
        .map(|(profile, own)| (name, profile.as_str(), own))
        .ok_or_else(not_found)
}

fn account_body(name: &str, own: &BillingAccount) -> Value {
    json!({
        "id": format!("{ACCOUNTS}/{name}"),
        "name": name,
        "type": "Microsoft.Billing/billingAccounts",
        "properties": {
            "displayName": own.display_name,
            "agreementType": own.agreement_type,
            "accountType": "Enterprise",
            "accountStatus": "Active",
            "hasReadAccess": true,
        },
    })
}

fn profile_body(account: &str, name: &str, own: &BillingProfile) -> Value {
    json!({
        "id": format!("{ACCOUNTS}/{account}/billingProfiles/{name}"),
        "name": name,
        "type": "Microsoft.Billing/billingAccounts/billingProfiles",
        "properties": {
            "displayName": own.display_name,
            "enabledAzurePlans": [{ "skuId": "0001", "skuDescription": "Microsoft Azure Plan" }],
            "status": "Active",
            "systemId": name,
            "hasReadAccess": true,
        },
    })
}

fn section_body(account: &str, profile: &str, name: &str, title: &str) -> Value {
    json!({
        "id": format!("{ACCOUNTS}/{account}/billingProfiles/{profile}/invoiceSections/{name}"),
        "name": name,
        "type": "Microsoft.Billing/billingAccounts/billingProfiles/invoiceSections",
        "properties": { "displayName": title, "state": "Active", "systemId": name },
    })
}
