//! What is checked before any type is looked at: subscription, tenant, version, provider, group.

use rhc_core::fake::State;
use uuid::Uuid;

use super::Call;
use super::check::{REGIONS, region};
use crate::fake::error::ServiceError;
use crate::fake::path::ResourcePath;
use crate::fake::roles;
use crate::fake::rules::{Scope, TypeRules};
use crate::fake::state::{Arm, Registration};

/// Namespaces that every subscription has registered.
pub(crate) const ALWAYS_REGISTERED: &[&str] = &[
    "Microsoft.Authorization",
    "Microsoft.Billing",
    "Microsoft.Consumption",
    "Microsoft.CostManagement",
    "Microsoft.Features",
    "Microsoft.Insights",
    "Microsoft.Resources",
    "Microsoft.Subscription",
];

/// The tenant of a subscription that exists and that the caller's token is of.
pub(super) fn subscription(state: &State, call: &Call<'_>, id: &str) -> Result<Uuid, ServiceError> {
    let Ok(uuid) = id.parse::<Uuid>() else {
        return Err(ServiceError::bad_request(
            "InvalidSubscriptionId",
            format!("The provided subscription identifier '{id}' is malformed or invalid."),
        ));
    };
    let found = state
        .read::<Arm>()
        .and_then(|arm| arm.subscriptions.get(&uuid));
    let Some(subscription) = found else {
        return Err(ServiceError::not_found(
            "SubscriptionNotFound",
            format!("The subscription '{id}' could not be found."),
        ));
    };
    let (own, tenant) = (call.caller.tenant, subscription.tenant_id);
    if own != tenant {
        let message = format!(
            "The access token is from the wrong issuer 'https://sts.windows.net/{own}/'. It must match the tenant \
             'https://sts.windows.net/{tenant}/' associated with this subscription. Please use the authority (URL) \
             'https://login.windows.net/{tenant}' to get the token. Note, if the subscription is transferred to \
             another tenant there is no impact to the services, but information about new tenant could take time \
             to propagate (up to an hour). If you just transferred your subscription and see this error message, \
             please try back later."
        );
        return Err(ServiceError::new(401, "InvalidAuthenticationTokenTenant", message).header(
            "www-authenticate",
            &format!(
                "Bearer authorization_uri=\"https://login.windows.net/{tenant}\", error=\"invalid_token\", \
                 error_description=\"The access token is from the wrong issuer. It must match the tenant associated \
                 with this subscription.\""
            ),
        ));
    }
    let writes = !matches!(call.method.as_str(), "GET" | "HEAD");
    if writes && subscription.state.eq_ignore_ascii_case("Disabled") {
        return Err(ServiceError::conflict(
            "ReadOnlyDisabledSubscription",
            format!(
                "The subscription '{id}' is disabled and therefore marked as read only. You cannot perform any \
                 write actions on this subscription until it is re-enabled."
            ),
        ));
    }
    Ok(tenant)
}

/// Refuses a version that Resource Manager's own paths do not know.
pub(super) fn arm_version(call: &Call<'_>, versions: &[&str]) -> Result<(), ServiceError> {
    if versions.contains(&call.api_version) {
        return Ok(());
    }
    Err(ServiceError::bad_request(
        "InvalidApiVersionParameter",
        format!(
            "The api-version '{}' is invalid. The supported versions are '{}'.",
            call.api_version,
            versions.join(",")
        ),
    ))
}

/// The table of a type, if the version is one of its own.
pub(super) fn rules(call: &Call<'_>, resource_type: &str) -> Result<TypeRules, ServiceError> {
    let Some(rules) = call.registry.rules(resource_type) else {
        let (namespace, kind) = resource_type
            .split_once('/')
            .unwrap_or((resource_type, resource_type));
        if call.registry.types_of(namespace).is_empty() {
            return Err(ServiceError::not_found(
                "InvalidResourceNamespace",
                format!("The resource namespace '{namespace}' is invalid."),
            ));
        }
        return Err(ServiceError::not_found(
            "InvalidResourceType",
            format!(
                "The resource type '{kind}' could not be found in the namespace '{namespace}' for api version '{}'. \
                 The supported api-versions are ''.",
                call.api_version
            ),
        ));
    };
    if rules.namespace() == "Microsoft.Resources" {
        arm_version(call, rules.api_versions)?;
    } else if !rules.api_versions.contains(&call.api_version) {
        return Err(ServiceError::bad_request(
            "NoRegisteredProviderFound",
            format!(
                "No registered resource provider found for location 'eastus2' and API version '{}' for type '{}'. \
                 The supported api-versions are '{}'. The supported locations are '{}'.",
                call.api_version,
                rules.short_type(),
                rules.api_versions.join(", "),
                REGIONS
                    .iter()
                    .map(|name| region(name))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        ));
    }
    Ok(rules)
}

/// Who may do what to the resource, and whether its provider is registered in the subscription.
pub(super) fn access(
    state: &State,
    call: &Call<'_>,
    rules: &TypeRules,
    id: &str,
    verb: &str,
) -> Result<(), ServiceError> {
    let action = if rules.resource_type == crate::fake::path::RESOURCE_GROUPS {
        format!("Microsoft.Resources/subscriptions/resourceGroups/{verb}")
    } else {
        format!("{}/{verb}", rules.resource_type)
    };
    roles::authorize(state, &call.caller, id, &action)
}

/// Refuses a type whose provider the subscription has not registered.
pub(super) fn registered(
    state: &State,
    rules: &TypeRules,
    subscription: Option<&str>,
) -> Result<(), ServiceError> {
    let namespace = rules.namespace();
    let Some(id) = subscription.and_then(|id| id.parse::<Uuid>().ok()) else {
        return Ok(());
    };
    if ALWAYS_REGISTERED.contains(&namespace) {
        return Ok(());
    }
    let registration = state
        .read::<Arm>()
        .and_then(|arm| arm.subscriptions.get(&id))
        .and_then(|subscription| {
            subscription
                .providers
                .iter()
                .find(|(own, _)| own.eq_ignore_ascii_case(namespace))
        })
        .map(|(_, registration)| *registration);
    if registration == Some(Registration::Registered) {
        return Ok(());
    }
    let message = format!(
        "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how \
         to register subscriptions."
    );
    let details = serde_json::json!([{
        "code": "MissingSubscriptionRegistration",
        "target": namespace,
        "message": message,
    }]);
    Err(
        ServiceError::conflict("MissingSubscriptionRegistration", message.clone())
            .with("details", details),
    )
}

/// Checks that what a resource stands in is there: its group, its parent, what it extends.
pub(super) fn surroundings(
    state: &State,
    rules: &TypeRules,
    path: &ResourcePath,
    writes: bool,
) -> Result<(), ServiceError> {
    let Some(arm) = state.read::<Arm>() else {
        return Ok(());
    };
    misplaced(rules, path)?;
    if let Some(subscription) = path.subscription()
        && let Some(name) = path.group()
    {
        let id = format!("/subscriptions/{subscription}/resourceGroups/{name}");
        let Some(group) = arm.get(&id) else {
            return Err(group_not_found(name));
        };
        if writes && group.text("properties.provisioningState") == Some("Deleting") {
            return Err(ServiceError::conflict(
                "ResourceGroupBeingDeleted",
                format!(
                    "The resource group '{name}' is in deprovisioning state and cannot perform this operation."
                ),
            ));
        }
    }
    if let Some(parent) = path.parent() {
        let Some(stored) = arm.get(&parent.id()) else {
            return Err(parent_not_found(rules, path, &parent, writes));
        };
        // A parent that is being changed takes children, one that is being made or deleted does not.
        let state = stored
            .text("properties.provisioningState")
            .unwrap_or_default();
        let unready = ["Creating", "Accepted", "InProgress", "Deleting"]
            .iter()
            .any(|word| word.eq_ignore_ascii_case(state));
        if writes && stored.operation.is_some() && unready {
            let (status, code) = rules.codes.parent_busy;
            return Err(ServiceError::new(
                status,
                code,
                format!(
                    "The parent resource '{}' is in provisioning state '{state}'.",
                    stored.id()
                ),
            ));
        }
    }
    if rules.scope == Scope::Extension
        && ResourcePath::parse(path.scope()).is_some_and(|_| arm.get(path.scope()).is_none())
        && !is_in_a_vault(arm, path.scope())
    {
        return Err(match ResourcePath::parse(path.scope()) {
            Some(group) if group.is_group() => group_not_found(group.name()),
            Some(target) => ServiceError::resource_not_found(
                &target.resource_type(),
                &target.names(),
                target.group().unwrap_or_default(),
            ),
            None => ServiceError::not_found("ResourceNotFound", "The scope was not found."),
        });
    }
    Ok(())
}

/// What a vault holds is not Resource Manager's, and roles can be given at it all the same.
///
/// Source: [individual keys, secrets and certificates](https://learn.microsoft.com/azure/key-vault/general/rbac-guide).
/// Unverified: that it need not be there.
fn is_in_a_vault(arm: &Arm, scope: &str) -> bool {
    let mut parts = scope.rsplitn(3, '/');
    let (Some(_), Some(kind), Some(vault)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let holds = ["keys", "secrets", "certificates"];
    let is_vault = |path: ResourcePath| {
        path.resource_type()
            .eq_ignore_ascii_case(crate::fake::VAULTS)
    };
    holds.iter().any(|own| own.eq_ignore_ascii_case(kind))
        && ResourcePath::parse(vault).is_some_and(is_vault)
        && arm.get(vault).is_some()
}

/// Checks that a list's scope is there, with all that it stands in.
pub(super) fn surroundings_of(state: &State, target: &ResourcePath) -> Result<(), ServiceError> {
    let Some(arm) = state.read::<Arm>() else {
        return Ok(());
    };
    if arm.get(&target.id()).is_some() || is_in_a_vault(arm, &target.id()) {
        return Ok(());
    }
    if target.is_group() {
        return Err(group_not_found(target.name()));
    }
    if let Some(group) = target.group() {
        let subscription = target.subscription().unwrap_or_default();
        if arm
            .get(&format!(
                "/subscriptions/{subscription}/resourceGroups/{group}"
            ))
            .is_none()
        {
            return Err(group_not_found(group));
        }
    }
    Err(ServiceError::resource_not_found(
        &target.resource_type(),
        &target.names(),
        target.group().unwrap_or_default(),
    ))
}

/// Refuses an id that does not fit its type: a vault in no group.
fn misplaced(rules: &TypeRules, path: &ResourcePath) -> Result<(), ServiceError> {
    let fits = match rules.scope {
        Scope::Group => path.group().is_some() && path.scope().split('/').count() == 5,
        Scope::Subscription => path.scope().split('/').count() == 3,
        Scope::Extension => true,
    };
    if fits {
        return Ok(());
    }
    Err(ServiceError::not_found(
        "InvalidResourceType",
        format!(
            "The resource type '{}' cannot stand in '{}'.",
            rules.resource_type,
            path.scope()
        ),
    ))
}

pub(super) fn group_not_found(name: &str) -> ServiceError {
    ServiceError::not_found(
        "ResourceGroupNotFound",
        format!("Resource group '{name}' could not be found."),
    )
}

fn parent_not_found(
    rules: &TypeRules,
    path: &ResourcePath,
    parent: &ResourcePath,
    writes: bool,
) -> ServiceError {
    if writes {
        return ServiceError::not_found(
            "ParentResourceNotFound",
            format!(
                "Failed to perform 'write' on resource(s) of type '{}', because the parent resource '{}' could not \
                 be found.",
                rules.short_type(),
                parent.id()
            ),
        );
    }
    ServiceError::not_found(
        "ParentResourceNotFound",
        format!(
            "Can not perform requested operation on nested resource. Parent resource '{}' not found.",
            parent.names()
        ),
    )
    .target(path.name())
}
