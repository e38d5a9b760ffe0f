//! The models of all crates, by what they are models of.

use rhc_arm::{Resource, ResourceId, ResourceType, Resources, types};
use rhc_core::{Error, ErrorKind, Request, Result};
use rhc_external_id as external;
use rhc_graph as graph;
use serde_json::Value;

use super::caught::{self, Caught};

/// A document through a model and back.
pub type Through = fn(&Value) -> serde_json::Result<Value>;

/// A resource type of ours.
#[derive(Clone, Copy, Debug)]
pub struct ArmModel {
    /// The marker's name in our code.
    pub marker: &'static str,
    /// The whole type.
    pub resource_type: &'static str,
    /// The version that our client asks for.
    pub version: &'static str,
    /// What only the service writes, by our client.
    pub read_only: &'static [&'static str],
    /// Reads a resource and writes it again.
    pub through: Through,
    /// The request that our client reads one with.
    pub get: fn(scope: &str, name: &str) -> Option<Result<Request>>,
    /// The request that our client lists with.
    pub list: fn(scope: &str) -> Option<Result<Request>>,
    /// The request that our client makes of a document, in a scope, under a name.
    pub put: fn(scope: &str, name: &str, document: &Value) -> Option<Result<Request>>,
    /// What our client sends to change one.
    pub update: fn(scope: &str, name: &str, change: &Value) -> Option<Caught>,
    /// What our client sends to delete one.
    pub delete: fn(scope: &str, name: &str) -> Option<Caught>,
    /// What our client sends for an action of one.
    pub action: fn(scope: &str, name: &str, action: &str, body: Option<&Value>) -> Option<Caught>,
    /// What our client sends for a list with a filter.
    pub filtered: fn(scope: &str, filter: &str) -> Option<Caught>,
}

fn through<R: ResourceType>(document: &Value) -> serde_json::Result<Value> {
    let resource: Resource<R> = serde_json::from_value(document.clone())?;
    serde_json::to_value(resource)
}

fn handle<R: ResourceType>(scope: &str) -> Option<Result<Resources<R>>> {
    let scope: ResourceId = if scope.is_empty() {
        ResourceId::root()
    } else {
        scope.parse().ok()?
    };
    let client = super::scripted::client(&super::scripted::nothing());
    Some(client.map(|client| client.resources::<R>(scope)))
}

fn get<R: ResourceType>(scope: &str, name: &str) -> Option<Result<Request>> {
    Some(handle::<R>(scope)?.map(|resources| resources.get_request(name)))
}

fn list<R: ResourceType>(scope: &str) -> Option<Result<Request>> {
    Some(handle::<R>(scope)?.map(|resources| resources.list_request()))
}

fn put<R: ResourceType>(scope: &str, name: &str, document: &Value) -> Option<Result<Request>> {
    let resource = serde_json::from_value::<Resource<R>>(document.clone())
        .map_err(|error| Error::new(ErrorKind::Decode, "recording", error.to_string()));
    let resources = handle::<R>(scope)?;
    Some(resources.and_then(|resources| Ok(resources.put_request(name, &resource?))))
}

fn parsed(scope: &str) -> Option<ResourceId> {
    match scope {
        "" => Some(ResourceId::root()),
        scope => scope.parse().ok(),
    }
}

fn update<R: ResourceType>(scope: &str, name: &str, change: &Value) -> Option<Caught> {
    let scope = parsed(scope)?;
    Some(caught::arm(|arm| async move {
        arm.resources::<R>(scope).begin_update(name, change).await
    }))
}

fn delete<R: ResourceType>(scope: &str, name: &str) -> Option<Caught> {
    let scope = parsed(scope)?;
    Some(caught::arm(|arm| async move {
        arm.resources::<R>(scope).begin_delete(name).await
    }))
}

fn action<R: ResourceType>(
    scope: &str,
    name: &str,
    action: &str,
    body: Option<&Value>,
) -> Option<Caught> {
    let scope = parsed(scope)?;
    Some(caught::arm(|arm| async move {
        let resources = arm.resources::<R>(scope);
        resources.begin_action::<Value>(name, action, body).await
    }))
}

fn filtered<R: ResourceType>(scope: &str, filter: &str) -> Option<Caught> {
    let scope = parsed(scope)?;
    Some(caught::arm(|arm| async move {
        arm.resources::<R>(scope)
            .list_filtered(filter)
            .collect_all()
            .await
    }))
}

macro_rules! resources {
    ($($marker:ty),* $(,)?) => {
        &[$(ArmModel {
            marker: stringify!($marker),
            resource_type: <$marker>::TYPE,
            version: <$marker>::API_VERSION,
            read_only: <$marker>::READ_ONLY,
            through: through::<$marker>,
            get: get::<$marker>,
            list: list::<$marker>,
            put: put::<$marker>,
            update: update::<$marker>,
            delete: delete::<$marker>,
            action: action::<$marker>,
            filtered: filtered::<$marker>,
        }),*]
    };
}

/// The resource types of each crate.
const BY_CRATE: [&[ArmModel]; 4] = [
    rhc_arm::resource_types!(resources),
    rhc_containerapps::resource_types!(resources),
    rhc_external_id::resource_types!(resources),
    rhc_sql_identity::resource_types!(resources),
];

/// Every resource type; that none is forgotten is checked against the sources.
pub fn resources() -> impl Iterator<Item = &'static ArmModel> {
    BY_CRATE.into_iter().flatten()
}

/// What is read from Resource Manager and is no resource with an envelope.
pub const OTHERS: &[(&str, Through)] = &[
    (
        "Microsoft.Resources/subscriptions",
        plain::<types::resources::Subscription>,
    ),
    (
        "Microsoft.Resources/providers",
        plain::<types::resources::Provider>,
    ),
    (
        "Microsoft.Resources/deployments/operations",
        plain::<types::resources::DeploymentOperation>,
    ),
];

/// The models of Graph, by the names below `microsoft.graph`.
pub const GRAPH: &[(&str, Through)] = &[
    ("appRoleAssignment", plain::<graph::AppRoleAssignment>),
    ("application", plain::<graph::Application>),
    (
        "passwordAuthenticationMethod",
        plain::<graph::AuthenticationMethod>,
    ),
    (
        "emailAuthenticationMethod",
        plain::<graph::AuthenticationMethod>,
    ),
    (
        "phoneAuthenticationMethod",
        plain::<graph::AuthenticationMethod>,
    ),
    (
        "fido2AuthenticationMethod",
        plain::<graph::AuthenticationMethod>,
    ),
    (
        "microsoftAuthenticatorAuthenticationMethod",
        plain::<graph::AuthenticationMethod>,
    ),
    (
        "softwareOathAuthenticationMethod",
        plain::<graph::AuthenticationMethod>,
    ),
    (
        "windowsHelloForBusinessAuthenticationMethod",
        plain::<graph::AuthenticationMethod>,
    ),
    (
        "platformCredentialAuthenticationMethod",
        plain::<graph::AuthenticationMethod>,
    ),
    ("authenticationMethod", plain::<graph::AuthenticationMethod>),
    (
        "temporaryAccessPassAuthenticationMethod",
        plain::<graph::TemporaryAccessPass>,
    ),
    ("longRunningOperation", plain::<graph::MethodOperation>),
    (
        "authenticationMethodsPolicy",
        plain::<graph::AuthenticationMethodsPolicy>,
    ),
    (
        "fido2AuthenticationMethodConfiguration",
        plain::<graph::MethodConfiguration>,
    ),
    (
        "smsAuthenticationMethodConfiguration",
        plain::<graph::MethodConfiguration>,
    ),
    (
        "voiceAuthenticationMethodConfiguration",
        plain::<graph::MethodConfiguration>,
    ),
    (
        "softwareOathAuthenticationMethodConfiguration",
        plain::<graph::MethodConfiguration>,
    ),
    (
        "temporaryAccessPassAuthenticationMethodConfiguration",
        plain::<graph::MethodConfiguration>,
    ),
    (
        "microsoftAuthenticatorAuthenticationMethodConfiguration",
        plain::<graph::MethodConfiguration>,
    ),
    (
        "x509CertificateAuthenticationMethodConfiguration",
        plain::<graph::MethodConfiguration>,
    ),
    (
        "qrCodePinAuthenticationMethodConfiguration",
        plain::<graph::MethodConfiguration>,
    ),
    ("invitation", plain::<graph::Invitation>),
    (
        "organizationalBrandingLocalization",
        plain::<graph::Branding>,
    ),
    ("authorizationPolicy", plain::<graph::AuthorizationPolicy>),
    (
        "conditionalAccessPolicy",
        plain::<graph::ConditionalAccessPolicy>,
    ),
    (
        "crossTenantAccessPolicyConfigurationDefault",
        plain::<graph::CrossTenantDefault>,
    ),
    ("countryNamedLocation", plain::<graph::NamedLocation>),
    ("directoryAudit", plain::<graph::DirectoryAudit>),
    ("directoryObject", plain::<graph::DirectoryObject>),
    ("domain", plain::<graph::Domain>),
    ("domainDnsRecord", plain::<graph::DomainRecord>),
    ("domainDnsTxtRecord", plain::<graph::DomainRecord>),
    ("domainDnsMxRecord", plain::<graph::DomainRecord>),
    ("domainDnsCnameRecord", plain::<graph::DomainRecord>),
    (
        "emailAuthenticationMethodConfiguration",
        plain::<graph::EmailMethod>,
    ),
    (
        "federatedIdentityCredential",
        plain::<graph::FederatedCredential>,
    ),
    ("group", plain::<graph::Group>),
    (
        "identitySecurityDefaultsEnforcementPolicy",
        plain::<graph::SecurityDefaults>,
    ),
    ("ipNamedLocation", plain::<graph::NamedLocation>),
    ("namedLocation", plain::<graph::NamedLocation>),
    ("oAuth2PermissionGrant", plain::<graph::PermissionGrant>),
    ("organization", plain::<graph::Organization>),
    ("organizationalBranding", plain::<graph::Branding>),
    ("servicePrincipal", plain::<graph::ServicePrincipal>),
    ("signIn", plain::<graph::SignIn>),
    ("subscribedSku", plain::<graph::SubscribedSku>),
    ("unifiedRoleAssignment", plain::<graph::RoleAssignment>),
    ("unifiedRoleDefinition", plain::<graph::RoleDefinition>),
    ("user", plain::<graph::User>),
    (
        "authenticationConditionApplication",
        plain::<external::FlowApplication>,
    ),
    (
        "externalUsersSelfServiceSignUpEventsFlow",
        plain::<external::UserFlow>,
    ),
    (
        "authenticationEventListener",
        plain::<external::EventListener>,
    ),
    ("identityProviderBase", plain::<external::IdentityProvider>),
    (
        "identityUserFlowAttribute",
        plain::<external::FlowAttribute>,
    ),
];

fn plain<T: serde::Serialize + serde::de::DeserializeOwned>(
    document: &Value,
) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_value::<T>(document.clone())?)
}

/// The model of a resource type, in any case.
#[must_use]
pub fn of(resource_type: &str) -> Option<&'static ArmModel> {
    resources().find(|model| model.resource_type.eq_ignore_ascii_case(resource_type))
}
