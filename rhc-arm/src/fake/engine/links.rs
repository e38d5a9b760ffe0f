//! Properties that name other resources, and the rights that it takes to name them.
//!
//! Source: what Resource Manager says of itself in `LinkedAuthorizationFailed`, and the actions called `join` and the like in
//! [Microsoft's list](https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations). Unverified:
//! that a PATCH is looked at as what it makes of the resource, and not by its own body alone.

use rhc_core::fake::State;
use serde_json::Value;

use super::{Call, identity};
use crate::fake::error::ServiceError;
use crate::fake::json;
use crate::fake::path::ResourcePath;
use crate::fake::roles::{self, Plane};
use crate::fake::rules::{Link, TypeRules};
use crate::fake::state::Arm;

/// A right that a write takes at a resource that its body names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkedAction {
    /// The resource, as the body names it.
    pub resource_id: String,
    /// `Microsoft.Network/virtualNetworks/subnets/join/action`.
    pub action: String,
}

/// A resource that a body names, and where.
struct Named<'a> {
    link: &'static Link,
    at: String,
    id: &'a str,
}

fn named<'a>(rules: &TypeRules, body: &'a Value) -> Vec<Named<'a>> {
    let mut found = Vec::new();
    for link in rules.links {
        let all = json::all(body, link.path).into_iter();
        found.extend(all.map(|(at, value)| Named {
            link,
            at,
            id: value.as_str().unwrap_or_default(),
        }));
    }
    found
}

impl Named<'_> {
    /// Its path, if it is of the type that belongs there.
    fn path(&self) -> Option<ResourcePath> {
        let wanted = self.link.resource_type;
        let fits = |path: &ResourcePath| {
            wanted.is_empty() || path.resource_type().eq_ignore_ascii_case(wanted)
        };
        ResourcePath::parse(self.id).filter(fits)
    }

    /// What it takes to name it.
    fn takes(&self, path: &ResourcePath) -> Option<LinkedAction> {
        let action = self.link.action;
        (!action.is_empty()).then(|| LinkedAction {
            resource_id: self.id.to_owned(),
            action: action.replace("{type}", &path.resource_type()),
        })
    }
}

/// What it takes to write a resource of a type with this body, at the resources that the body names.
pub(super) fn actions(rules: &TypeRules, body: &Value) -> Vec<LinkedAction> {
    let named = named(rules, body);
    let links = named.iter().filter_map(|own| own.takes(&own.path()?));
    let mut found: Vec<_> = links.chain(identity::assigned(body)).collect();
    found.sort();
    found.dedup();
    found
}

/// Checks that the resources which a body names are there, of the right type, and open to the caller.
pub(super) fn check(
    state: &State,
    call: &Call<'_>,
    rules: &TypeRules,
    path: &ResourcePath,
    sent: &Value,
) -> Result<(), ServiceError> {
    let named = named(rules, sent);
    named
        .iter()
        .try_for_each(|own| one(state, call, rules, path, own))
}

fn one(
    state: &State,
    call: &Call<'_>,
    rules: &TypeRules,
    path: &ResourcePath,
    named: &Named<'_>,
) -> Result<(), ServiceError> {
    let (at, target) = (&named.at, named.id);
    let Some(target_path) = named.path() else {
        return Err(ServiceError::bad_request(
            "LinkedInvalidPropertyId",
            format!(
                "Property id '{target}' at path '{at}' is invalid. Expect fully qualified resource Id that start \
                 with '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'."
            ),
        ));
    };
    let takes = named.takes(&target_path);
    let arm = state.read::<Arm>();
    let tenant = arm.and_then(|arm| arm.tenant_of(target));
    if tenant.is_some_and(|tenant| tenant != call.caller.tenant) {
        return Err(refused(
            call,
            &format!("{}/write", rules.resource_type),
            path,
            "the current tenant is not authorized to access the linked subscription for action(s)",
            takes.as_ref().map_or("", |own| own.action.as_str()),
            target,
        ));
    }
    if arm.is_none_or(|arm| arm.get(target).is_none()) {
        let (status, code) = named.link.missing;
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
    match takes {
        Some(takes) => allowed(
            state,
            call,
            &format!("{}/write", rules.resource_type),
            path,
            &takes,
        ),
        None => Ok(()),
    }
}

/// Refuses a caller whose roles do not allow what a write takes at a resource that it names.
pub(super) fn allowed(
    state: &State,
    call: &Call<'_>,
    write: &str,
    path: &ResourcePath,
    takes: &LinkedAction,
) -> Result<(), ServiceError> {
    let may = roles::may(
        state,
        call.caller.tenant,
        call.caller.object_id,
        &takes.resource_id,
        &takes.action,
        Plane::Control,
    );
    if may {
        return Ok(());
    }
    Err(refused(
        call,
        write,
        path,
        "it does not have permission to perform action(s)",
        &takes.action,
        &takes.resource_id,
    ))
}

fn refused(
    call: &Call<'_>,
    write: &str,
    path: &ResourcePath,
    reason: &str,
    action: &str,
    target: &str,
) -> ServiceError {
    ServiceError::new(
        403,
        "LinkedAuthorizationFailed",
        format!(
            "The client '{client}' with object id '{client}' has permission to perform action '{write}' on scope \
             '{}'; however, {reason} '{action}' on the linked scope(s) '{target}' or the linked scope(s) are invalid.",
            path.id(),
            client = call.caller.object_id,
        ),
    )
}
