//! Subscriptions and tenants, as a caller sees them, and what is in them.

use rhc_core::fake::{State, TenantKind};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::path::ResourcePath;
use super::super::regions;
use super::super::roles::{self, Plane};
use super::super::route::{Reply, Route, RouteContext};
use super::super::state::{Arm, Subscription, arm};

const VERSIONS: &[&str] = &[
    "2016-06-01",
    "2019-11-01",
    "2020-01-01",
    "2021-01-01",
    "2021-04-01",
    "2022-12-01",
];
/// The versions of the list of resources: Resource Manager's own, and the one by which the clients of Key Vault still ask. A client that
/// asks for the second page by a version of Key Vault is refused, as [by Azure](https://github.com/Azure/azure-cli/issues/26950).
const RESOURCES: &[&str] = &[
    "2015-11-01",
    "2019-07-01",
    "2020-06-01",
    "2021-04-01",
    "2022-09-01",
    "2023-07-01",
    "2024-03-01",
    "2024-11-01",
    "2025-03-01",
    "2025-04-01",
];
const READ: &str = "Microsoft.Resources/subscriptions/read";

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        pattern: "/subscriptions",
        api_versions: VERSIONS,
        permission: "",
        run: list,
    },
    Route {
        method: "GET",
        pattern: "/subscriptions/{subscription}",
        api_versions: VERSIONS,
        permission: READ,
        run: get,
    },
    Route {
        method: "GET",
        pattern: "/subscriptions/{subscription}/locations",
        api_versions: VERSIONS,
        permission: "Microsoft.Resources/subscriptions/locations/read",
        run: |_, context| {
            let id = context.subscription().unwrap_or_default();
            Ok(Reply::new(200, json!({ "value": regions::listed(id) })))
        },
    },
    Route {
        method: "GET",
        pattern: "/tenants",
        api_versions: VERSIONS,
        permission: "",
        run: tenants,
    },
    Route {
        method: "GET",
        pattern: "/subscriptions/{subscription}/resources",
        api_versions: RESOURCES,
        permission: "Microsoft.Resources/subscriptions/resources/read",
        run: resources,
    },
    Route {
        method: "GET",
        pattern: "/subscriptions/{subscription}/resourceGroups/{group}/resources",
        api_versions: super::group::VERSIONS,
        permission: "Microsoft.Resources/subscriptions/resources/read",
        run: resources,
    },
];

/// Offers with a credit, after which everything stops. Unverified: that nobody has taken the limit away.
///
/// Source: [spending limit](https://learn.microsoft.com/azure/cost-management-billing/manage/spending-limit).
const LIMITED: [&str; 4] = ["FreeTrial_", "AzurePass_", "AzureForStudents_", "MSDN_"];

/// A subscription as ARM shows it.
pub(super) fn body(id: Uuid, subscription: &Subscription) -> Value {
    let limited = LIMITED
        .iter()
        .any(|offer| subscription.quota_id.starts_with(offer));
    json!({
        "id": format!("/subscriptions/{id}"),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": id,
        "tenantId": subscription.tenant_id,
        "displayName": subscription.display_name,
        "state": subscription.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": subscription.quota_id,
            "spendingLimit": if limited { "On" } else { "Off" },
        },
        "tags": subscription.tags,
    })
}

fn list(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let caller = context.caller;
    let Some(arm) = state.read::<Arm>() else {
        return Ok(Reply::list(Vec::new()));
    };
    let seen = arm
        .subscriptions
        .iter()
        .filter(|(_, subscription)| subscription.tenant_id == caller.tenant)
        .filter(|(id, _)| {
            // A role over anything in it shows the subscription.
            let own = format!("/subscriptions/{id}");
            roles::may(
                state,
                caller.tenant,
                caller.object_id,
                &own,
                READ,
                Plane::Control,
            ) || holds_something_in(state, context, &own)
        })
        .map(|(id, subscription)| body(*id, subscription))
        .collect();
    Ok(Reply::list(seen))
}

fn holds_something_in(state: &State, context: &RouteContext<'_>, scope: &str) -> bool {
    let caller = context.caller;
    let mut holders = state
        .directory_ref()
        .groups_of(caller.tenant, caller.object_id);
    holders.insert(caller.object_id);
    state.read::<Arm>().is_some_and(|arm| {
        arm.everywhere(roles::ROLE_ASSIGNMENTS).any(|own| {
            let holder = own
                .text("properties.principalId")
                .and_then(|id| id.parse::<Uuid>().ok());
            holder.is_some_and(|id| holders.contains(&id))
                && roles::covers(scope, own.text("properties.scope").unwrap_or("/none"))
        })
    })
}

fn get(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let id = context.subscription().unwrap_or_default();
    match arm(state).subscriptions.get(&id) {
        Some(subscription) => Ok(Reply::new(200, body(id, subscription))),
        None => Err(ServiceError::not_found(
            "SubscriptionNotFound",
            format!("The subscription '{id}' could not be found."),
        )),
    }
}

/// The tenants in which the caller has an account: for a person those to which he was invited, too.
fn tenants(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let directory = state.directory_ref();
    let items = directory
        .tenant_by_id(context.caller.tenant)
        .into_iter()
        .map(|tenant| {
            let kind = match tenant.kind {
                TenantKind::Workforce => "AAD",
                TenantKind::ExternalId => "CIAM",
            };
            json!({
                "id": format!("/tenants/{}", tenant.id),
                "tenantId": tenant.id,
                "displayName": tenant.display_name,
                "defaultDomain": tenant.initial_domain,
                "countryCode": tenant.country,
                "tenantType": kind,
                "domains": tenant.domains,
            })
        })
        .collect();
    Ok(Reply::list(items))
}

/// The resources of a subscription or group, without their properties.
fn resources(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let mut scope = format!("/subscriptions/{}", context.param("subscription"));
    let group = context.param("group");
    if !group.is_empty() {
        scope = format!("{scope}/resourceGroups/{group}");
        if arm(state).get(&scope).is_none() {
            return Err(ServiceError::not_found(
                "ResourceGroupNotFound",
                format!("Resource group '{group}' could not be found."),
            ));
        }
    }
    let wanted = match context.query.get("$filter") {
        None => Filter::default(),
        Some(filter) => Filter::parse(filter)
            .ok_or_else(|| ServiceError::bad_request(BAD_FILTER, bad_filter(filter)))?,
    };
    let items = arm(state)
        .below(&scope)
        .filter_map(|(key, stored)| Some((ResourcePath::parse(key)?, stored)))
        // Extensions are no resources of the group, neither are groups.
        .filter(|(path, _)| !path.is_group() && path.scope().split('/').count() == 5)
        .filter(|(path, _)| {
            path.namespace() != "microsoft.authorization"
                && path.resource_type() != "microsoft.insights/diagnosticsettings"
        })
        // What lies below another resource is listed where it has a place of its own.
        .filter(|(_, stored)| stored.body["location"].is_string())
        .filter(|(path, stored)| wanted.takes(&path.resource_type(), path.group(), &stored.body))
        .map(|(_, stored)| {
            let mut body = stored.body.clone();
            super::super::json::remove(&mut body, "properties");
            if let Some(path) = body["id"].as_str().and_then(ResourcePath::parse) {
                body["name"] = json!(path.names());
            }
            body
        })
        .collect();
    Ok(Reply::list(items))
}

/// The code of the refusal of a filter.
pub(super) const BAD_FILTER: &str = "InvalidFilterInQueryString";

/// Its words.
pub(super) fn bad_filter(filter: &str) -> String {
    format!("Invalid $filter '{filter}' specified in the query string.")
}

/// The filters that are known: by type, by group, or by tag with or without its value, as the service documents them.
///
/// Source: [list resources](https://learn.microsoft.com/rest/api/resources/resources/list).
#[derive(Default)]
pub(super) struct Filter {
    resource_type: Option<String>,
    group: Option<String>,
    tag: Option<String>,
    value: Option<String>,
}

impl Filter {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut filter = Self::default();
        for term in text.split(" and ") {
            let (name, value) = term.split_once(" eq ")?;
            let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
            let place = match name.trim().to_ascii_lowercase().as_str() {
                "resourcetype" => &mut filter.resource_type,
                "resourcegroup" => &mut filter.group,
                "tagname" => &mut filter.tag,
                "tagvalue" => &mut filter.value,
                _ => return None,
            };
            *place = Some(value.replace("''", "'"));
        }
        // A tag cannot be combined with anything else, and a value needs its name.
        let tagged = filter.tag.is_some() || filter.value.is_some();
        let sound =
            filter.tag.is_some() && filter.resource_type.is_none() && filter.group.is_none();
        (!tagged || sound).then_some(filter)
    }

    /// Whether it asks for tags only.
    pub(super) fn is_of_tags(&self) -> bool {
        self.resource_type.is_none() && self.group.is_none()
    }

    pub(super) fn takes(&self, resource_type: &str, group: Option<&str>, body: &Value) -> bool {
        let wanted = |wanted: &Option<String>, found: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(found))
        };
        let tagged = self.tag.as_ref().is_none_or(|tag| {
            body["tags"].as_object().is_some_and(|tags| {
                tags.iter().any(|(name, value)| {
                    name.eq_ignore_ascii_case(tag)
                        && wanted(&self.value, value.as_str().unwrap_or_default())
                })
            })
        });
        tagged
            && wanted(&self.resource_type, resource_type)
            && wanted(&self.group, group.unwrap_or_default())
    }
}
