//! Properties that name other resources.

use rhc_core::fake::State;
use serde_json::Value;

use super::Call;
use crate::fake::error::ServiceError;
use crate::fake::json;
use crate::fake::path::ResourcePath;
use crate::fake::roles::{self, Plane};
use crate::fake::rules::{Link, TypeRules};
use crate::fake::state::Arm;

/// Checks that the resources which a body names are there, of the right type, and open to the caller.
pub(super) fn check(
    state: &State,
    call: &Call<'_>,
    rules: &TypeRules,
    path: &ResourcePath,
    sent: &Value,
) -> Result<(), ServiceError> {
    for link in rules.links {
        for (at, value) in json::all(sent, link.path) {
            let target = value.as_str().unwrap_or_default();
            one(state, call, rules, path, link, &at, target)?;
        }
    }
    Ok(())
}

fn one(
    state: &State,
    call: &Call<'_>,
    rules: &TypeRules,
    path: &ResourcePath,
    link: &Link,
    at: &str,
    target: &str,
) -> Result<(), ServiceError> {
    let of_type = ResourcePath::parse(target).filter(|path| {
        path.resource_type()
            .eq_ignore_ascii_case(link.resource_type)
    });
    if of_type.is_none() {
        return Err(ServiceError::bad_request(
            "LinkedInvalidPropertyId",
            format!(
                "Property id '{target}' at path '{at}' is invalid. Expect fully qualified resource Id that start \
                 with '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'."
            ),
        ));
    }
    let arm = state.read::<Arm>();
    let tenant = arm.and_then(|arm| arm.tenant_of(target));
    let linked = |reason: &str| {
        ServiceError::new(
            403,
            "LinkedAuthorizationFailed",
            format!(
                "The client '{client}' with object id '{client}' has permission to perform action '{}/write' on \
                 scope '{}'; however, {reason} '{}' on the linked scope(s) '{target}' or the linked scope(s) are \
                 invalid.",
                rules.resource_type,
                path.id(),
                link.action,
                client = call.caller.object_id,
            ),
        )
    };
    if tenant.is_some_and(|tenant| tenant != call.caller.tenant) {
        return Err(linked(
            "the current tenant is not authorized to access the linked subscription for action(s)",
        ));
    }
    if arm.is_none_or(|arm| arm.get(target).is_none()) {
        let (status, code) = link.missing;
        return Err(ServiceError::new(
            status,
            code,
            format!(
                "Resource {target} referenced by resource {} was not found. Please make sure that the referenced \
                 resource exists, and that both resources are in the same region.",
                path.id()
            ),
        ));
    }
    let allowed = link.action.is_empty()
        || roles::may(
            state,
            call.caller.tenant,
            call.caller.object_id,
            target,
            link.action,
            Plane::Control,
        );
    if allowed {
        Ok(())
    } else {
        Err(linked("it does not have permission to perform action(s)"))
    }
}
