//! User flows on Microsoft Graph.

mod body;
mod operations;
mod parts;
mod state;

use rhc_graph::fake::{Needs, Route, Run};

pub(super) use state::UserFlowState;

const READ: Needs = &[&["EventListener.Read.All", "EventListener.ReadWrite.All"]];
const WRITE: Needs = &[&["EventListener.ReadWrite.All"]];

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
];
