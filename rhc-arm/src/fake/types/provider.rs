//! Resource providers: what a subscription has registered.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::{State, World};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::engine::{ALWAYS_REGISTERED, REGIONS};
use super::super::error::ServiceError;
use super::super::route::{Reply, Route, RouteContext};
use super::super::rules::{Location, TypeRules};
use super::super::state::{Registration, arm};

/// The kind of event at which a registration is done.
const EVENT: &str = "arm.registration";
/// Namespaces of Azure that a subscription can register although this cloud holds nothing of them.
const WITHOUT_TYPES: &[&str] = &["Microsoft.ContainerRegistry", "Microsoft.Storage"];
/// Unverified: how long a registration takes; a minute or two is usual.
const TAKES: Duration = Duration::from_secs(60);
const VERSIONS: &[&str] = super::group::VERSIONS;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        pattern: "/subscriptions/{subscription}/providers",
        api_versions: VERSIONS,
        permission: "Microsoft.Resources/subscriptions/providers/read",
        run: list,
    },
    Route {
        method: "GET",
        pattern: "/subscriptions/{subscription}/providers/{namespace}",
        api_versions: VERSIONS,
        permission: "Microsoft.Resources/subscriptions/providers/read",
        run: get,
    },
    Route {
        method: "POST",
        pattern: "/subscriptions/{subscription}/providers/{namespace}/register",
        api_versions: VERSIONS,
        permission: "{namespace}/register/action",
        run: register,
    },
    Route {
        method: "POST",
        pattern: "/subscriptions/{subscription}/providers/{namespace}/unregister",
        api_versions: VERSIONS,
        permission: "{namespace}/unregister/action",
        run: unregister,
    },
];

pub(super) fn on_events(world: &World) {
    world.on_event(
        EVENT,
        Arc::new(|state, data| {
            let text = |name: &str| data[name].as_str().unwrap_or_default();
            let Ok(id) = text("subscription").parse::<Uuid>() else {
                return;
            };
            let Some(subscription) = arm(state).subscriptions.get_mut(&id) else {
                return;
            };
            if let Some(own) = subscription.providers.get_mut(text("namespace")) {
                *own = match *own {
                    Registration::Registering => Registration::Registered,
                    Registration::Unregistering => Registration::NotRegistered,
                    done => done,
                };
            }
        }),
    );
}

fn namespace(context: &RouteContext<'_>) -> Result<&'static str, ServiceError> {
    let name = context.param("namespace");
    context
        .types
        .first()
        .map(TypeRules::namespace)
        .or_else(|| {
            ALWAYS_REGISTERED
                .iter()
                .chain(WITHOUT_TYPES)
                .find(|own| own.eq_ignore_ascii_case(name))
                .copied()
        })
        .ok_or_else(|| {
            ServiceError::not_found(
                "InvalidResourceNamespace",
                format!("The resource namespace '{name}' is invalid."),
            )
        })
}

fn registration(state: &mut State, subscription: Uuid, namespace: &str) -> Registration {
    if ALWAYS_REGISTERED.contains(&namespace) {
        return Registration::Registered;
    }
    arm(state)
        .subscriptions
        .get(&subscription)
        .and_then(|own| own.providers.get(namespace))
        .copied()
        .unwrap_or(Registration::NotRegistered)
}

fn body(
    subscription: Uuid,
    namespace: &str,
    types: &[TypeRules],
    registration: Registration,
) -> Value {
    let types: Vec<_> = types
        .iter()
        .map(|rules| {
            json!({
                "resourceType": rules.short_type(),
                "locations": locations(rules),
                "apiVersions": rules.api_versions,
                "capabilities": "None",
            })
        })
        .collect();
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{namespace}"),
        "namespace": namespace,
        "resourceTypes": types,
        "registrationState": registration.word(),
        "registrationPolicy": "RegistrationRequired",
    })
}

/// Where resources of a type can be made.
fn locations(rules: &TypeRules) -> &'static [&'static str] {
    match rules.location {
        Location::None => &[],
        Location::Region => REGIONS,
        Location::OneOf(words) => words,
    }
}

fn get(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let namespace = namespace(context)?;
    let subscription = context.subscription().unwrap_or_default();
    let registration = registration(state, subscription, namespace);
    Ok(Reply::new(
        200,
        body(subscription, namespace, context.types, registration),
    ))
}

fn list(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let subscription = context.subscription().unwrap_or_default();
    let known: BTreeSet<&str> = context
        .namespaces
        .iter()
        .copied()
        .chain(WITHOUT_TYPES.iter().copied())
        .collect();
    let items = known
        .into_iter()
        .map(|namespace| {
            let registration = registration(state, subscription, namespace);
            body(subscription, namespace, &[], registration)
        })
        .collect();
    Ok(Reply::list(items))
}

fn change(
    state: &mut State,
    context: &RouteContext<'_>,
    from: &[Registration],
    to: Registration,
) -> Result<Reply, ServiceError> {
    let namespace = namespace(context)?;
    let subscription = context.subscription().unwrap_or_default();
    let now = registration(state, subscription, namespace);
    if from.contains(&now) {
        if let Some(own) = arm(state).subscriptions.get_mut(&subscription) {
            own.providers.insert(namespace.to_owned(), to);
        }
        state.schedule(
            TAKES,
            EVENT,
            json!({ "subscription": subscription, "namespace": namespace }),
        );
    }
    get(state, context)
}

fn register(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    change(
        state,
        context,
        &[Registration::NotRegistered, Registration::Unregistering],
        Registration::Registering,
    )
}

fn unregister(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    change(
        state,
        context,
        &[Registration::Registered, Registration::Registering],
        Registration::Unregistering,
    )
}
