//! The applications with which users sign in: registered in the customers' tenant alone, without any password.

use rhc_graph::{
    AppRole, Application, ImplicitGrant, OFFLINE_ACCESS, OPENID, PublicClient,
    RequiredResourceAccess, ServicePrincipal, SignInAudience, Spa, USER_READ, Web,
};

use super::{STAGE, meta};
use crate::engine::{Key, Meta, OwnedBy};
use crate::manifest::{App, SignInKind};
use crate::steps::clients::TenantRef;
use crate::steps::directory::{
    ApplicationStep, ConsentStep, ServicePrincipalStep, app_id, object_id,
};
use crate::steps::site::Site;

/// Where Graph keeps consents; the kind of the steps, too.
pub(super) const CONSENTS: &str = "oauth2PermissionGrants";

/// What a user's browser asks for: to know who he is, for as long as he stays.
const PERMISSIONS: [rhc_graph::DelegatedPermission; 3] = [OPENID, OFFLINE_ACCESS, USER_READ];

impl Site<'_> {
    /// The application of one app, what it is in the tenant, and what it may ask for.
    pub(super) fn sign_in_application(
        &mut self,
        tenant: &TenantRef,
        administrators: &Key,
        key: &str,
        app: &App,
    ) -> Key {
        let name = &app.sign_in.unique_name;
        let why = format!("with which users sign in to {}", app.display_name);
        let application = self.add(ApplicationStep::new(
            meta(tenant, "applications", name, why).needs(administrators),
            self.clients.clone(),
            tenant.clone(),
            self.registration(key, app),
        ));

        let why = "admits only users who were assigned to the app: they share the tenant with the other app's";
        let wanted = ServicePrincipal {
            account_enabled: Some(true),
            app_role_assignment_required: Some(true),
            ..ServicePrincipal::default()
        };
        let principal = Meta::new(
            format!("{}/servicePrincipals/{name}", STAGE.id),
            STAGE,
            tenant.key.clone(),
            "servicePrincipals",
            name,
        )
        .why(why)
        .owner(OwnedBy::Parent(application.clone()));
        let principal = self.add(ServicePrincipalStep::new(
            principal,
            self.clients.clone(),
            tenant.clone(),
            app_id(&application),
            wanted,
        ));

        let why =
            "consented to once by an administrator: customers cannot consent, and see no such page";
        let consent = meta(tenant, CONSENTS, name, why).owner(OwnedBy::Parent(principal.clone()));
        self.add(ConsentStep::new(
            consent,
            self.clients.clone(),
            tenant.clone(),
            object_id(&principal),
            &PERMISSIONS,
        ));
        self.may_make_users(tenant, &principal, name);
        application
    }

    /// Every way in that the file does not ask for is said to be closed, so that it shows when somebody opens it.
    fn registration(&self, key: &str, app: &App) -> Application {
        let sign_in = &app.sign_in;
        let back: Vec<String> = sign_in
            .redirect_paths
            .iter()
            .map(|path| format!("{}{path}", app.url()))
            .collect();
        let (spa, web) = match sign_in.kind {
            SignInKind::Spa => (back, Vec::new()),
            SignInKind::Web => (Vec::new(), back),
        };
        let roles = sign_in.roles.iter().map(|role| AppRole {
            // A role is told apart by its id, which must be the same in every run.
            id: Some(
                self.manifest
                    .derived_id(&[&sign_in.unique_name, "appRoles", &role.value]),
            ),
            value: Some(role.value.clone()),
            display_name: Some(role.display_name.clone()),
            description: Some(role.description.clone()),
            allowed_member_types: Some(vec!["User".to_owned()]),
            is_enabled: Some(true),
            ..AppRole::default()
        });
        Application {
            display_name: Some(sign_in.unique_name.clone()),
            sign_in_audience: Some(SignInAudience::SingleTenant),
            tags: Some(vec![
                format!("rhc-environment:{}", self.environment()),
                format!("rhc-app:{key}"),
            ]),
            app_roles: Some(roles.collect()),
            spa: Some(Spa {
                redirect_uris: Some(spa),
                ..Spa::default()
            }),
            web: Some(Web {
                redirect_uris: Some(web),
                implicit_grant_settings: Some(ImplicitGrant {
                    enable_access_token_issuance: Some(false),
                    enable_id_token_issuance: Some(false),
                    ..ImplicitGrant::default()
                }),
                ..Web::default()
            }),
            public_client: Some(PublicClient {
                redirect_uris: Some(Vec::new()),
                ..PublicClient::default()
            }),
            is_fallback_public_client: Some(false),
            required_resource_access: Some(vec![RequiredResourceAccess::microsoft_graph(
                &PERMISSIONS,
            )]),
            password_credentials: Some(Vec::new()),
            ..Application::default()
        }
    }
}
