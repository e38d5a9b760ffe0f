//! Who has to sign in before an app is reached, and with whom.

use std::collections::BTreeMap;

use rhc_arm::{Resource, ResourceType, model, open_enum};

/// An app's own sign-in: the platform asks users for it before a request reaches the app. There is one, called
/// [`NAME`](Self::NAME). Its scope is an app.
///
/// Secrets are named and never held: each `…_setting_name` is the name of one of the app's secrets.
/// One that does not exist is `AuthConfigNotFound`. There is no PATCH: read it, change what was read, and put that.
///
/// Role: [Container Apps Contributor](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers#container-apps-contributor).
/// Source: [auth configs](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps-auth-configs).
#[derive(Debug, Clone)]
pub enum AuthConfig {}

impl AuthConfig {
    /// The only name there is.
    pub const NAME: &'static str = "current";

    /// Everybody has to sign in with Entra, or with the External ID tenant that the issuer is of.
    ///
    /// `secret` is the name of the app's secret that holds the client secret of the application.
    pub fn entra(
        client_id: impl Into<String>,
        issuer: impl Into<String>,
        secret: impl Into<String>,
    ) -> Resource<Self> {
        let registration = EntraRegistration {
            client_id: Some(client_id.into()),
            open_id_issuer: Some(issuer.into()),
            client_secret_setting_name: Some(secret.into()),
            ..Default::default()
        };
        let entra = EntraProvider {
            enabled: Some(true),
            registration: Some(registration),
            ..Default::default()
        };
        Resource::new(AuthConfigProperties {
            platform: Some(AuthPlatform {
                enabled: Some(true),
                ..Default::default()
            }),
            global_validation: Some(GlobalValidation {
                unauthenticated_client_action: Some(
                    UnauthenticatedClientAction::RedirectToLoginPage,
                ),
                redirect_to_provider: Some("azureactivedirectory".to_owned()),
                ..Default::default()
            }),
            identity_providers: Some(IdentityProviders {
                azure_active_directory: Some(entra),
                ..Default::default()
            }),
            ..Default::default()
        })
    }
}

impl ResourceType for AuthConfig {
    const TYPE: &'static str = "Microsoft.App/containerApps/authConfigs";
    const API_VERSION: &'static str = crate::API_VERSION;
    const LONG_RUNNING: bool = false;
    type Properties = AuthConfigProperties;
}

model! {
    /// What an app's sign-in has.
    AuthConfigProperties {
        /// Whether there is one.
        platform: AuthPlatform,
        /// What becomes of a request without a sign-in.
        global_validation: GlobalValidation,
        /// With whom users sign in. Those that this model does not know stay in `rest`.
        identity_providers: IdentityProviders,
        /// What comes after a sign-in.
        login: AuthLogin,
        /// How the platform is reached itself.
        http_settings: AuthHttpSettings,
        /// What sessions are encrypted and signed with.
        encryption_settings: AuthEncryption,
    }

    /// Whether the platform asks for a sign-in.
    AuthPlatform {
        /// Whether it does.
        enabled: bool,
        /// Its version, such as `~1`.
        runtime_version: String,
    }

    /// What becomes of a request without a sign-in.
    GlobalValidation {
        /// What.
        unauthenticated_client_action: UnauthenticatedClientAction,
        /// To which provider users are sent, if to a login page.
        redirect_to_provider: String,
        /// Paths that everybody may reach.
        excluded_paths: Vec<String>,
    }

    /// With whom users sign in.
    IdentityProviders {
        /// With Entra, or with an External ID tenant.
        azure_active_directory: EntraProvider,
        /// With others that speak OpenID Connect, by a name of one's own.
        custom_open_id_connect_providers: BTreeMap<String, OpenIdProvider>,
    }

    /// A sign-in with Entra.
    EntraProvider {
        /// Whether it can be used.
        enabled: bool,
        /// Whether the portal made it.
        is_auto_provisioned: bool,
        /// By which application.
        registration: EntraRegistration,
        /// How users are sent there.
        login: EntraLogin,
        /// Who is let in.
        validation: EntraValidation,
    }

    /// The application that stands for the app.
    EntraRegistration {
        /// Its client id.
        client_id: String,
        /// The name of the app's secret with its client secret.
        client_secret_setting_name: String,
        /// The issuer of its tenant's tokens.
        open_id_issuer: String,
    }

    /// How users are sent to Entra.
    EntraLogin {
        /// What is added to the address, each as `name=value`.
        login_parameters: Vec<String>,
        /// Whether a refusal names no way to sign in.
        #[serde(rename = "disableWWWAuthenticate")]
        disable_www_authenticate: bool,
    }

    /// Who is let in with a token of Entra.
    EntraValidation {
        /// For whom the token may be.
        allowed_audiences: Vec<String>,
        /// Which applications and principals may call.
        default_authorization_policy: AuthorizationPolicy,
    }

    /// Which applications and principals may call.
    AuthorizationPolicy {
        /// Applications by client id.
        allowed_applications: Vec<String>,
        /// Principals by object id.
        allowed_principals: AllowedPrincipals,
    }

    /// Principals by object id.
    AllowedPrincipals {
        /// Groups.
        groups: Vec<String>,
        /// Others.
        identities: Vec<String>,
    }

    /// Somebody who speaks OpenID Connect.
    OpenIdProvider {
        /// Whether it can be used.
        enabled: bool,
        /// By which client.
        registration: OpenIdRegistration,
        /// What is asked for.
        login: OpenIdLogin,
    }

    /// The client that stands for the app.
    OpenIdRegistration {
        /// Its id.
        client_id: String,
        /// How it proves who it is.
        client_credential: OpenIdCredential,
        /// Where the provider is.
        open_id_connect_configuration: OpenIdConfiguration,
    }

    /// How a client proves who it is.
    OpenIdCredential {
        /// `ClientSecretPost`.
        method: String,
        /// The name of the app's secret with its secret.
        client_secret_setting_name: String,
    }

    /// Where a provider is: at one address that tells the rest, or at each.
    OpenIdConfiguration {
        /// The address that tells the rest.
        well_known_open_id_configuration: String,
        /// Where users sign in.
        authorization_endpoint: String,
        /// Where tokens are.
        token_endpoint: String,
        /// Who issues them.
        issuer: String,
        /// Where the keys are.
        certification_uri: String,
    }

    /// What is asked of a provider.
    OpenIdLogin {
        /// The claim that is the user's name.
        name_claim_type: String,
        /// The scopes.
        scopes: Vec<String>,
    }

    /// What comes after a sign-in.
    AuthLogin {
        /// Where one signs out.
        routes: LoginRoutes,
        /// Whether the platform keeps tokens for the app.
        token_store: TokenStore,
        /// Whether the part of an address after `#` is kept.
        preserve_url_fragments_for_logins: bool,
        /// Where users may be sent besides the app itself.
        allowed_external_redirect_urls: Vec<String>,
        /// How long a session lasts.
        cookie_expiration: CookieExpiration,
        /// What keeps a sign-in from being played again.
        nonce: Nonce,
    }

    /// Where one signs out.
    LoginRoutes {
        /// The path.
        logout_endpoint: String,
    }

    /// Whether the platform keeps tokens for the app.
    TokenStore {
        /// Whether it does.
        enabled: bool,
        /// For how many hours an expired token can be renewed.
        token_refresh_extension_hours: f64,
        /// Where it keeps them.
        azure_blob_storage: BlobTokenStore,
    }

    /// A container of a storage account.
    BlobTokenStore {
        /// The name of the app's secret with its address and signature.
        sas_url_setting_name: String,
    }

    /// How long a session lasts.
    CookieExpiration {
        /// By what: `FixedTime` or `IdentityProviderDerived`.
        convention: String,
        /// How long, as `08:00:00`.
        time_to_expiration: String,
    }

    /// What keeps a sign-in from being played again.
    Nonce {
        /// Whether it is looked at.
        validate_nonce: bool,
        /// How long it is good for.
        nonce_expiration_interval: String,
    }

    /// How the platform is reached itself.
    AuthHttpSettings {
        /// Whether only by HTTPS.
        require_https: bool,
        /// Below which path.
        routes: AuthRoutes,
        /// What stands before the app.
        forward_proxy: ForwardProxy,
    }

    /// Below which path the platform is.
    AuthRoutes {
        /// The path, `/.auth`.
        api_prefix: String,
    }

    /// What stands before the app, and in which headers it tells who asked.
    ForwardProxy {
        /// `NoProxy`, `Standard` or `Custom`.
        convention: String,
        /// The header with the host.
        custom_host_header_name: String,
        /// The header with the scheme.
        custom_proto_header_name: String,
    }

    /// What sessions are encrypted and signed with.
    AuthEncryption {
        /// The name of the app's secret that encrypts.
        container_app_auth_encryption_secret_name: String,
        /// The name of the app's secret that signs.
        container_app_auth_signing_secret_name: String,
    }
}

open_enum! {
    /// What becomes of a request without a sign-in.
    UnauthenticatedClientAction {
        /// The user is sent to a login page.
        RedirectToLoginPage = "RedirectToLoginPage",
        /// It reaches the app.
        AllowAnonymous = "AllowAnonymous",
        /// It is refused with 401.
        Return401 = "Return401",
        /// It is refused with 403.
        Return403 = "Return403",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sign_in_names_its_secret_and_holds_none() {
        let sent = AuthConfig::entra("c", "https://contoso.ciamlogin.com/t/v2.0", "entra-secret");
        assert_eq!(
            sent.for_write(),
            json!({"properties": {
                "platform": {"enabled": true},
                "globalValidation": {"unauthenticatedClientAction": "RedirectToLoginPage", "redirectToProvider": "azureactivedirectory"},
                "identityProviders": {"azureActiveDirectory": {"enabled": true, "registration": {
                    "clientId": "c", "clientSecretSettingName": "entra-secret", "openIdIssuer": "https://contoso.ciamlogin.com/t/v2.0"}}}}})
        );
    }

    #[test]
    fn a_provider_that_is_not_known_is_kept() {
        let read = json!({"properties": {"identityProviders": {
            "facebook": {"registration": {"appId": "1"}},
            "azureActiveDirectory": {"login": {"disableWWWAuthenticate": true}}}}});
        let config: Resource<AuthConfig> = serde_json::from_value(read.clone()).unwrap();
        let providers = config.properties.identity_providers.as_ref().unwrap();
        let login = providers
            .azure_active_directory
            .as_ref()
            .unwrap()
            .login
            .as_ref();
        assert_eq!(login.unwrap().disable_www_authenticate, Some(true));
        assert_eq!(config.for_write(), read);
    }
}
