//! The tenant's policies: one of each kind, which the tenant is born with.

mod authorization;
mod cross_tenant;
mod email_method;
mod method;
mod security_defaults;

pub use authorization::{AuthorizationPolicy, DefaultUserPermissions, InvitesFrom};
pub use cross_tenant::{B2bSetting, CrossTenantDefault, TargetConfiguration};
pub use email_method::{EmailMethod, EmailOtpForExternal, MethodState, MethodTarget};
pub use method::{
    AuthenticationMethodsPolicy, CampaignTarget, KeyRestrictions, MethodConfiguration,
    RegistrationCampaign, RegistrationEnforcement, SignInMethod,
};
pub use security_defaults::SecurityDefaults;

use crate::GraphClient;
use rhc_core::{Method, Path, Request, Result};
use serde::Serialize;

/// The policies of this tenant. Updates change the given properties; others stay.
#[derive(Debug, Clone)]
pub struct Policies {
    client: GraphClient,
}

impl Policies {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Reads what users may do by themselves.
    ///
    /// Request: `GET /policies/authorizationPolicy`, operation `policies.authorization.get`.
    /// Permission: `Policy.Read.All`.
    /// Page: [authorizationpolicy-get](https://learn.microsoft.com/graph/api/authorizationpolicy-get).
    ///
    /// # Errors
    /// Any [`Error`](rhc_core::Error).
    pub async fn authorization(&self) -> Result<AuthorizationPolicy> {
        self.client
            .read(get("policies.authorization.get", authorization::PATH))
            .await
    }

    /// Changes what users may do by themselves.
    ///
    /// Request: `PATCH /policies/authorizationPolicy`, operation `policies.authorization.update`.
    /// Permission: `Policy.ReadWrite.Authorization`; a user also the role Privileged Role Administrator.
    /// Page: [authorizationpolicy-update](https://learn.microsoft.com/graph/api/authorizationpolicy-update).
    ///
    /// # Errors
    /// 403 `Authorization_RequestDenied`.
    pub async fn update_authorization(&self, policy: &AuthorizationPolicy) -> Result<()> {
        let request = update("policies.authorization.update", authorization::PATH, policy);
        self.client.write(request).await
    }

    /// Reads whether security defaults are on.
    ///
    /// Request: `GET /policies/identitySecurityDefaultsEnforcementPolicy`, operation `policies.securityDefaults.get`.
    /// Permission: `Policy.Read.All`.
    /// Page: [identitysecuritydefaultsenforcementpolicy-get](https://learn.microsoft.com/graph/api/identitysecuritydefaultsenforcementpolicy-get).
    ///
    /// # Errors
    /// Any [`Error`](rhc_core::Error).
    pub async fn security_defaults(&self) -> Result<SecurityDefaults> {
        self.client
            .read(get(
                "policies.securityDefaults.get",
                security_defaults::PATH,
            ))
            .await
    }

    /// Turns security defaults on or off. They and Conditional Access exclude each other (unverified).
    ///
    /// Request: `PATCH /policies/identitySecurityDefaultsEnforcementPolicy`, operation `policies.securityDefaults.update`.
    /// Permission: `Policy.Read.All` and `Policy.ReadWrite.SecurityDefaults`.
    /// Page: [identitysecuritydefaultsenforcementpolicy-update](https://learn.microsoft.com/graph/api/identitysecuritydefaultsenforcementpolicy-update).
    ///
    /// # Errors
    /// 403 `Authorization_RequestDenied`.
    pub async fn update_security_defaults(&self, policy: &SecurityDefaults) -> Result<()> {
        let request = update(
            "policies.securityDefaults.update",
            security_defaults::PATH,
            policy,
        );
        self.client.write(request).await
    }

    /// Reads what is allowed between this tenant and all others that have no setting of their own.
    ///
    /// Request: `GET /policies/crossTenantAccessPolicy/default`, operation `policies.crossTenantDefault.get`.
    /// Permission: `Policy.Read.All`.
    /// Page: [crosstenantaccesspolicyconfigurationdefault-get](https://learn.microsoft.com/graph/api/crosstenantaccesspolicyconfigurationdefault-get).
    ///
    /// # Errors
    /// Any [`Error`](rhc_core::Error).
    pub async fn cross_tenant_default(&self) -> Result<CrossTenantDefault> {
        self.client
            .read(get("policies.crossTenantDefault.get", cross_tenant::PATH))
            .await
    }

    /// Changes what is allowed between this tenant and all others.
    ///
    /// Request: `PATCH /policies/crossTenantAccessPolicy/default`, operation `policies.crossTenantDefault.update`.
    /// Permission: `Policy.ReadWrite.CrossTenantAccess`.
    /// Page: [crosstenantaccesspolicyconfigurationdefault-update](https://learn.microsoft.com/graph/api/crosstenantaccesspolicyconfigurationdefault-update).
    ///
    /// # Errors
    /// 403 `Authorization_RequestDenied`.
    pub async fn update_cross_tenant_default(&self, policy: &CrossTenantDefault) -> Result<()> {
        let request = update(
            "policies.crossTenantDefault.update",
            cross_tenant::PATH,
            policy,
        );
        self.client.write(request).await
    }

    /// Reads who may sign in with a code sent by mail.
    ///
    /// Request: `GET /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email`, operation `policies.emailMethod.get`.
    /// Permission: `Policy.Read.AuthenticationMethod`.
    /// Page: [emailauthenticationmethodconfiguration-get](https://learn.microsoft.com/graph/api/emailauthenticationmethodconfiguration-get).
    ///
    /// # Errors
    /// Any [`Error`](rhc_core::Error).
    pub async fn email_method(&self) -> Result<EmailMethod> {
        self.client
            .read(get("policies.emailMethod.get", email_method::PATH))
            .await
    }

    /// Changes who may sign in with a code sent by mail.
    ///
    /// Request: `PATCH /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email`, operation `policies.emailMethod.update`.
    /// Permission: `Policy.ReadWrite.AuthenticationMethod`.
    /// Page: [emailauthenticationmethodconfiguration-update](https://learn.microsoft.com/graph/api/emailauthenticationmethodconfiguration-update).
    ///
    /// # Errors
    /// 403 `Authorization_RequestDenied`; 400 without `@odata.type`, which [`EmailMethod::default`] has not and this adds.
    pub async fn update_email_method(&self, method: &EmailMethod) -> Result<()> {
        let mut method = method.clone();
        method.odata_type = Some(email_method::TYPE.to_owned());
        let request = update("policies.emailMethod.update", email_method::PATH, &method);
        self.client.write(request).await
    }

    /// Reads everything about signing in with something beside a password: all methods, and what users are asked to register.
    ///
    /// Request: `GET /policies/authenticationMethodsPolicy`, operation `policies.authenticationMethods.get`.
    /// Permission: `Policy.Read.AuthenticationMethod`.
    /// Page: [authenticationmethodspolicy-get](https://learn.microsoft.com/graph/api/authenticationmethodspolicy-get).
    ///
    /// # Errors
    /// Any [`Error`](rhc_core::Error).
    pub async fn authentication_methods(&self) -> Result<AuthenticationMethodsPolicy> {
        self.client
            .read(get("policies.authenticationMethods.get", method::PATH))
            .await
    }

    /// Changes what users are asked to register, and the methods that the policy names; others stay.
    ///
    /// Request: `PATCH /policies/authenticationMethodsPolicy`, operation `policies.authenticationMethods.update`.
    /// Permission: `Policy.ReadWrite.AuthenticationMethod`; a user also the role Authentication Policy Administrator.
    /// Page: [authenticationmethodspolicy-update](https://learn.microsoft.com/graph/api/authenticationmethodspolicy-update).
    ///
    /// # Errors
    /// 403 `Authorization_RequestDenied`; 400 for a method without its `@odata.type`.
    pub async fn update_authentication_methods(
        &self,
        policy: &AuthenticationMethodsPolicy,
    ) -> Result<()> {
        let request = update(
            "policies.authenticationMethods.update",
            method::PATH,
            policy,
        );
        self.client.write(request).await
    }

    /// Reads who may sign in with another method.
    ///
    /// Request: `GET /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{method}`, operation `policies.method.get`.
    /// Permission: `Policy.Read.AuthenticationMethod`.
    /// Pages: [smsauthenticationmethodconfiguration-get](https://learn.microsoft.com/graph/api/smsauthenticationmethodconfiguration-get),
    /// [fido2authenticationmethodconfiguration-get](https://learn.microsoft.com/graph/api/fido2authenticationmethodconfiguration-get).
    ///
    /// # Errors
    /// Any [`Error`](rhc_core::Error).
    pub async fn method(&self, method: SignInMethod) -> Result<MethodConfiguration> {
        let request = Request::new("policies.method.get", Method::Get, method.path());
        self.client.read(request).await
    }

    /// Changes who may sign in with another method.
    ///
    /// Request: `PATCH /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{method}`, operation `policies.method.update`.
    /// Permission: `Policy.ReadWrite.AuthenticationMethod`.
    /// Pages: [smsauthenticationmethodconfiguration-update](https://learn.microsoft.com/graph/api/smsauthenticationmethodconfiguration-update),
    /// [fido2authenticationmethodconfiguration-update](https://learn.microsoft.com/graph/api/fido2authenticationmethodconfiguration-update).
    ///
    /// # Errors
    /// 403 `Authorization_RequestDenied`; 400 for the `@odata.type` of another method.
    pub async fn update_method(
        &self,
        method: SignInMethod,
        configuration: &MethodConfiguration,
    ) -> Result<()> {
        let mut configuration = configuration.clone();
        configuration.odata_type = Some(method.type_name().to_owned());
        let request = Request::new("policies.method.update", Method::Patch, method.path())
            .json(&configuration)
            .idempotent(true);
        self.client.write(request).await
    }

    /// Makes a method again what it was in a new tenant.
    ///
    /// Request: `DELETE /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{method}`, operation `policies.method.reset`.
    /// Permission: `Policy.ReadWrite.AuthenticationMethod`.
    /// Pages: [smsauthenticationmethodconfiguration-delete](https://learn.microsoft.com/graph/api/smsauthenticationmethodconfiguration-delete),
    /// [fido2authenticationmethodconfiguration-delete](https://learn.microsoft.com/graph/api/fido2authenticationmethodconfiguration-delete).
    ///
    /// # Errors
    /// 403 `Authorization_RequestDenied`.
    pub async fn reset_method(&self, method: SignInMethod) -> Result<()> {
        let request = Request::new("policies.method.reset", Method::Delete, method.path());
        self.client.write(request).await
    }
}

fn get(operation: &'static str, path: &'static str) -> Request {
    Request::new(operation, Method::Get, Path::new(path))
}

fn update(operation: &'static str, path: &'static str, body: &impl Serialize) -> Request {
    Request::new(operation, Method::Patch, Path::new(path))
        .json(body)
        .idempotent(true)
}
