//! Subscription aliases: making a subscription, for this tenant or another one.

use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::{State, TenantKind, World, respond};
use serde_json::json;
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::json;
use super::super::roles::OWNER;
use super::super::route::{Reply, Route, RouteContext};
use super::super::seed::assign_role;
use super::super::state::{Alias, Arm, Destination, Subscription, arm};

const VERSIONS: &[&str] = &["2020-09-01", "2021-10-01"];
/// The kind of event at which a subscription is there.
const CREATED: &str = "arm.alias";
/// Unverified: how long that takes.
const CREATION: Duration = Duration::from_secs(45);
/// Agreements on which subscriptions can be made by request (facts: external-id 3.1, environment).
const AGREEMENTS: &[&str] = &[
    "EnterpriseAgreement",
    "MicrosoftCustomerAgreement",
    "MicrosoftPartnerAgreement",
];

pub(super) const fn route(
    method: &'static str,
    pattern: &'static str,
    permission: &'static str,
    run: fn(&mut State, &RouteContext<'_>) -> Result<Reply, ServiceError>,
) -> Route {
    Route {
        method,
        pattern,
        api_versions: VERSIONS,
        permission,
        run,
    }
}

const ALIAS: &str = "/providers/Microsoft.Subscription/aliases/{alias}";

pub(super) const ROUTES: &[Route] = &[
    route("PUT", ALIAS, "", put),
    route("GET", ALIAS, "", |state, context| {
        find(state, context).map(|own| Reply::new(200, own.body))
    }),
    route("DELETE", ALIAS, "", |state, context| {
        find(state, context)?;
        arm(state).aliases.remove(&key(context));
        Ok(Reply::empty(200))
    }),
    route(
        "GET",
        "/providers/Microsoft.Subscription/aliases",
        "",
        |state, context| {
            let prefix = format!("{}/", context.caller.tenant);
            let items = arm(state)
                .aliases
                .iter()
                .filter(|(key, own)| {
                    key.starts_with(&prefix) && own.created_by == context.caller.object_id
                })
                .map(|(_, own)| own.body.clone())
                .collect();
            Ok(Reply::list(items))
        },
    ),
    route(
        "POST",
        "/subscriptions/{subscription}/providers/Microsoft.Subscription/rename",
        "Microsoft.Subscription/rename/action",
        |state, context| {
            let name = context.need("subscriptionName")?.to_owned();
            let id = context.subscription().unwrap_or_default();
            if let Some(own) = arm(state).subscriptions.get_mut(&id) {
                own.display_name = name;
            }
            Ok(Reply::new(200, json!({ "subscriptionId": id })))
        },
    ),
    route(
        "POST",
        "/subscriptions/{subscription}/providers/Microsoft.Subscription/cancel",
        "Microsoft.Subscription/cancel/action",
        |state, context| {
            let id = context.subscription().unwrap_or_default();
            if let Some(own) = arm(state).subscriptions.get_mut(&id) {
                "Disabled".clone_into(&mut own.state);
            }
            Ok(Reply::new(200, json!({ "subscriptionId": id })))
        },
    ),
];

pub(super) fn on_events(world: &World) {
    world.on_event(
        CREATED,
        Arc::new(|state, data| {
            if let Some(alias) = data["alias"].as_str() {
                create(state, alias);
            }
        }),
    );
}

fn key(context: &RouteContext<'_>) -> String {
    format!("{}/{}", context.caller.tenant, context.param("alias")).to_ascii_lowercase()
}

fn find(state: &State, context: &RouteContext<'_>) -> Result<Alias, ServiceError> {
    state
        .read::<Arm>()
        .and_then(|arm| arm.aliases.get(&key(context)))
        .filter(|own| own.created_by == context.caller.object_id)
        .cloned()
        .ok_or_else(|| {
            ServiceError::not_found(
                "SubscriptionAliasNotFound",
                format!(
                    "The subscription alias '{}' could not be found.",
                    context.param("alias")
                ),
            )
        })
}

fn forbidden(context: &RouteContext<'_>, scope: &str) -> ServiceError {
    super::super::roles::forbidden(
        context.caller,
        scope,
        "Microsoft.Subscription/aliases/write",
    )
}

fn put(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let key = key(context);
    if let Some(own) = arm(state).aliases.get(&key) {
        // The same name is the same subscription, whoever repeats the request; another caller may not see it.
        if own.created_by != context.caller.object_id {
            return Err(forbidden(context, ALIAS));
        }
        return Ok(Reply::new(200, own.body.clone()));
    }
    let text = |path: &str| json::text(context.sent, &format!("properties.{path}"));
    let name = context.param("alias");
    let id = format!("/providers/Microsoft.Subscription/aliases/{name}");
    if let Some(own) = text("subscriptionId") {
        return adopt(state, context, &id, own);
    }
    for path in ["displayName", "billingScope", "workload"] {
        context.need(&format!("properties.{path}"))?;
    }
    let workload = text("workload").unwrap_or_default();
    if !["Production", "DevTest"].contains(&workload) {
        return Err(ServiceError::bad_request(
            "InvalidRequestContent",
            format!(
                "The workload '{workload}' is invalid. The allowed values are: Production, DevTest."
            ),
        ));
    }
    let scope = text("billingScope").unwrap_or_default();
    billing(state, context, scope)?;
    let destination = destination(state, context)?;

    let subscription = state.uuid();
    let mut properties = json!({
        "subscriptionId": subscription,
        "displayName": text("displayName"),
        "provisioningState": "Accepted",
        "billingScope": scope,
        "workload": workload,
        "createdTime": respond::timestamp(state.now()),
        "tags": json::at(context.sent, "properties.additionalProperties.tags"),
        "subscriptionOwnerId": destination.as_ref().map_or(context.caller.object_id, |own| own.owner_id),
    });
    if destination.is_some() {
        json::put(
            &mut properties,
            "acceptOwnershipUrl",
            json!(format!(
                "/providers/Microsoft.Subscription/subscriptions/{subscription}/acceptOwnership"
            )),
        );
        json::put(&mut properties, "acceptOwnershipState", json!("Pending"));
    }
    let body = json!({
        "id": id,
        "name": name,
        "type": "Microsoft.Subscription/aliases",
        "properties": properties,
    });
    let alias = Alias {
        body: body.clone(),
        created_by: context.caller.object_id,
        destination,
    };
    state.schedule(CREATION, CREATED, json!({ "alias": key }));
    arm(state).aliases.insert(key, alias);
    Ok(Reply::new(201, body).retry_after(Duration::from_secs(10)))
}

/// An alias for a subscription that exists.
fn adopt(
    state: &mut State,
    context: &RouteContext<'_>,
    id: &str,
    subscription: &str,
) -> Result<Reply, ServiceError> {
    let known = subscription.parse().ok().and_then(|own: Uuid| {
        let found = state.read::<Arm>()?.subscriptions.get(&own)?;
        (found.tenant_id == context.caller.tenant).then(|| (own, found.display_name.clone()))
    });
    let Some((own, title)) = known else {
        return Err(ServiceError::not_found(
            "SubscriptionNotFound",
            format!("The subscription '{subscription}' could not be found."),
        ));
    };
    let body = json!({
        "id": id,
        "name": context.param("alias"),
        "type": "Microsoft.Subscription/aliases",
        "properties": {
            "subscriptionId": own,
            "displayName": title,
            "provisioningState": "Succeeded",
        },
    });
    let alias = Alias {
        body: body.clone(),
        created_by: context.caller.object_id,
        destination: None,
    };
    arm(state).aliases.insert(key(context), alias);
    Ok(Reply::new(200, body))
}

/// Checks that the scope is an invoice section (or enrolment) on which the caller may make subscriptions. Microsoft's
/// pages write it with and without the provider before it.
fn billing(state: &State, context: &RouteContext<'_>, scope: &str) -> Result<(), ServiceError> {
    let invalid = |why: &str| {
        ServiceError::bad_request(
            "InvalidBillingScope",
            format!("The billing scope '{scope}' is invalid: {why}."),
        )
    };
    let rest = scope
        .strip_prefix("/providers/Microsoft.Billing")
        .unwrap_or(scope);
    let parts: Vec<_> = rest.split('/').skip(1).collect();
    let [word, name, rest @ ..] = parts.as_slice() else {
        return Err(invalid("it names no billing account"));
    };
    if !word.eq_ignore_ascii_case("billingAccounts") {
        return Err(invalid("it names no billing account"));
    }
    let account = state.read::<Arm>().and_then(|arm| {
        arm.billing
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, account)| account)
    });
    let Some(account) = account.filter(|own| own.tenant_id == context.caller.tenant) else {
        return Err(invalid("there is no such billing account"));
    };
    if !account
        .subscription_creators
        .contains(&context.caller.object_id)
    {
        return Err(forbidden(context, scope));
    }
    if !AGREEMENTS.contains(&account.agreement_type.as_str()) {
        return Err(invalid(&format!(
            "subscriptions cannot be made by request on an account of type {}",
            account.agreement_type
        )));
    }
    if account.agreement_type != "MicrosoftCustomerAgreement" {
        return Ok(());
    }
    let known = match rest {
        ["billingProfiles", profile, "invoiceSections", section] => account
            .profiles
            .get(*profile)
            .is_some_and(|own| own.invoice_sections.contains_key(*section)),
        _ => false,
    };
    if known {
        Ok(())
    } else {
        Err(invalid("it names no invoice section of the account"))
    }
}

fn destination(
    state: &State,
    context: &RouteContext<'_>,
) -> Result<Option<Destination>, ServiceError> {
    let text = |name: &str| {
        json::text(
            context.sent,
            &format!("properties.additionalProperties.{name}"),
        )
    };
    let invalid =
        |message: String| Err(ServiceError::bad_request("InvalidRequestContent", message));
    let (tenant, owner) = match (text("subscriptionTenantId"), text("subscriptionOwnerId")) {
        (None, None) => return Ok(None),
        (Some(tenant), Some(owner)) => (tenant, owner),
        _ => {
            return invalid(
                "subscriptionTenantId and subscriptionOwnerId belong together.".to_owned(),
            );
        }
    };
    let (Ok(tenant_id), Ok(owner_id)) = (tenant.parse::<Uuid>(), owner.parse::<Uuid>()) else {
        return invalid("subscriptionTenantId and subscriptionOwnerId are GUIDs.".to_owned());
    };
    match state.directory_ref().tenant_by_id(tenant_id) {
        None => invalid(format!("There is no tenant {tenant_id}.")),
        Some(tenant) if tenant.kind == TenantKind::ExternalId => invalid(format!(
            "Tenant {tenant_id} is an external tenant, which cannot own a subscription."
        )),
        Some(_) if tenant_id == context.caller.tenant => Ok(None),
        Some(_) => Ok(Some(Destination {
            tenant_id,
            owner_id,
            accept_ownership_state: "Pending".to_owned(),
        })),
    }
}

/// The subscription is there.
fn create(state: &mut State, key: &str) {
    let Some(alias) = arm(state).aliases.get_mut(key) else {
        return;
    };
    json::put(
        &mut alias.body,
        "properties.provisioningState",
        json!("Succeeded"),
    );
    let owner = alias.created_by;
    let tenant = key.split('/').next().and_then(|id| id.parse().ok());
    let text = |path: &str| json::text(&alias.body, path).unwrap_or_default().to_owned();
    let name = text("properties.displayName");
    let id = text("properties.subscriptionId").parse::<Uuid>();
    let (Ok(id), Some(tenant)) = (id, tenant) else {
        return;
    };
    arm(state)
        .subscriptions
        .insert(id, Subscription::new(&name, tenant));
    assign_role(state, &format!("/subscriptions/{id}"), owner, OWNER);
}
