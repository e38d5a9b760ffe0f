//! User flows on Microsoft Graph, and the identity providers and attributes that they are made of.

mod body;
mod listeners;
mod operations;
mod parts;
mod state;
mod tenant_attributes;
mod tenant_providers;

use rhc_graph::fake::{Needs, Route, Run};

pub(super) use state::UserFlowState;

const READ: Needs = &[&["EventListener.Read.All", "EventListener.ReadWrite.All"]];
const WRITE: Needs = &[&["EventListener.ReadWrite.All"]];

const READ_PROVIDERS: Needs = &[&[
    "IdentityProvider.Read.All",
    "IdentityProvider.ReadWrite.All",
]];
const WRITE_PROVIDERS: Needs = &[&["IdentityProvider.ReadWrite.All"]];
const READ_ATTRIBUTES: Needs = &[&[
    "IdentityUserFlow.Read.All",
    "IdentityUserFlow.ReadWrite.All",
]];
const WRITE_ATTRIBUTES: Needs = &[&["IdentityUserFlow.ReadWrite.All"]];

const fn route(
    method: &'static str,
    pattern: &'static str,
    operation: &'static str,
    needs: Needs,
    run: Run,
) -> Route {
    Route {
        method,
        pattern,
        operation,
        needs,
        run,
    }
}

/// The operations of user flows. Parts are addressed with the types in between, as Microsoft's pages have them.
#[rustfmt::skip]
pub(super) const ROUTES: &[Route] = &[
    route("GET", "/identity/authenticationEventsFlows", "userFlows.list", READ, operations::list),
    route("POST", "/identity/authenticationEventsFlows", "userFlows.create", WRITE, operations::create),
    route("GET", "/identity/authenticationEventsFlows/{}", "userFlows.get", READ, operations::get),
    route("PATCH", "/identity/authenticationEventsFlows/{}", "userFlows.update", WRITE, operations::update),
    route("DELETE", "/identity/authenticationEventsFlows/{}", "userFlows.delete", WRITE, operations::delete),
    route("GET", "/identity/authenticationEventsFlows/{}/conditions/applications/includeApplications", "userFlows.applications.list", READ, parts::applications),
    route("POST", "/identity/authenticationEventsFlows/{}/conditions/applications/includeApplications", "userFlows.applications.attach", WRITE, parts::attach),
    route("DELETE", "/identity/authenticationEventsFlows/{}/conditions/applications/includeApplications/{}", "userFlows.applications.detach", WRITE, parts::detach),
    route("GET", "/identity/authenticationEventsFlows/{}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders", "userFlows.identityProviders.list", READ, parts::providers),
    route("POST", "/identity/authenticationEventsFlows/{}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders/$ref", "userFlows.identityProviders.add", WRITE, parts::add_provider),
    route("DELETE", "/identity/authenticationEventsFlows/{}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders/{}/$ref", "userFlows.identityProviders.remove", WRITE, parts::remove_provider),
    route("GET", "/identity/authenticationEventsFlows/{}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp/attributes", "userFlows.attributes.list", READ, parts::attributes),
    route("POST", "/identity/authenticationEventsFlows/{}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp/attributes/$ref", "userFlows.attributes.add", WRITE, parts::add_attribute),
    route("DELETE", "/identity/authenticationEventsFlows/{}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp/attributes/{}/$ref", "userFlows.attributes.remove", WRITE, parts::remove_attribute),
    route("GET", "/identity/authenticationEventListeners", "eventListeners.list", READ, listeners::list),
    route("GET", "/identity/identityProviders/availableProviderTypes", "identityProviders.availableProviderTypes", READ_PROVIDERS, tenant_providers::available_types),
    route("GET", "/identity/identityProviders", "identityProviders.list", READ_PROVIDERS, tenant_providers::list),
    route("POST", "/identity/identityProviders", "identityProviders.create", WRITE_PROVIDERS, tenant_providers::create),
    route("GET", "/identity/identityProviders/{}", "identityProviders.get", READ_PROVIDERS, tenant_providers::get),
    route("PATCH", "/identity/identityProviders/{}", "identityProviders.update", WRITE_PROVIDERS, tenant_providers::update),
    route("DELETE", "/identity/identityProviders/{}", "identityProviders.delete", WRITE_PROVIDERS, tenant_providers::delete),
    route("GET", "/identity/userFlowAttributes", "userFlowAttributes.list", READ_ATTRIBUTES, tenant_attributes::list),
    route("POST", "/identity/userFlowAttributes", "userFlowAttributes.create", WRITE_ATTRIBUTES, tenant_attributes::create),
    route("GET", "/identity/userFlowAttributes/{}", "userFlowAttributes.get", READ_ATTRIBUTES, tenant_attributes::get),
    route("PATCH", "/identity/userFlowAttributes/{}", "userFlowAttributes.update", WRITE_ATTRIBUTES, tenant_attributes::update),
    route("DELETE", "/identity/userFlowAttributes/{}", "userFlowAttributes.delete", WRITE_ATTRIBUTES, tenant_attributes::delete),
];
