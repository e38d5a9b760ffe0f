//! A World with Graph mounted, and clients for its tenants.

use rhc_core::ClientOptions;
use rhc_core::fake::{
    Directory, Replication, TenantKind, World, WorldOptions, directory::NewTenant,
};
use rhc_graph::{
    AppRole, Application, Error, FederatedCredential, GraphClient, GraphClientOptions, ObjectId,
};
use uuid::Uuid;

/// All permissions that the operations need.
pub(crate) const ALL: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Domain.ReadWrite.All",
    "Group.ReadWrite.All",
    "Organization.ReadWrite.All",
    "OrganizationalBranding.ReadWrite.All",
    "Policy.Read.All",
    "Policy.ReadWrite.Authorization",
    "Policy.ReadWrite.SecurityDefaults",
    "Policy.ReadWrite.CrossTenantAccess",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.ReadWrite.ConditionalAccess",
    "RoleManagement.ReadWrite.Directory",
    "User.ReadWrite.All",
    "User.DeleteRestore.All",
    "User.RevokeSessions.All",
    "User.Invite.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "UserAuthMethod-Passkey.Read.All",
];

/// A World with two workforce tenants and an external one.
pub(crate) struct Place {
    pub(crate) world: World,
    pub(crate) home: Uuid,
    pub(crate) other: Uuid,
    pub(crate) external: Uuid,
}

impl Place {
    /// Where every reader sees every write at once.
    pub(crate) fn settled() -> Self {
        Self::with(Replication::NONE)
    }

    /// With the default delays.
    pub(crate) fn lagging() -> Self {
        Self::with(Replication::default())
    }

    fn with(replication: Replication) -> Self {
        let world = World::new(WorldOptions {
            replication,
            ..WorldOptions::default()
        });
        rhc_graph::fake::mount(&world);
        let (home, other, external) = world.with(|state| {
            let directory = state.directory();
            let home = directory.add_workforce_tenant("home").unwrap();
            let other = directory.add_workforce_tenant("other").unwrap();
            (home, other, external(directory, home))
        });
        Self {
            world,
            home,
            other,
            external,
        }
    }

    /// The operator with these permissions.
    pub(crate) fn with_scopes(&self, tenant: Uuid, scopes: &[&str]) -> GraphClient {
        self.client(self.world.sign_in(&tenant.to_string(), scopes))
    }

    /// The operator with all permissions.
    pub(crate) fn operator(&self, tenant: Uuid) -> GraphClient {
        self.with_scopes(tenant, ALL)
    }

    pub(crate) fn client(
        &self,
        credential: std::sync::Arc<dyn azure_core::credentials::TokenCredential>,
    ) -> GraphClient {
        let mut client = ClientOptions {
            clock: self.world.clock(),
            ..ClientOptions::default()
        };
        client.client_options.transport =
            Some(azure_core::http::Transport::new(self.world.transport()));
        let options = GraphClientOptions {
            client,
            ..GraphClientOptions::default()
        };
        GraphClient::new(credential, Some(options)).unwrap()
    }

    /// An application of the home tenant with these application permissions, by its own credential.
    pub(crate) async fn application(
        &self,
        name: &str,
        permissions: &[&str],
    ) -> (GraphClient, ObjectId) {
        let graph = self.operator(self.home);
        let body = rhc_graph::Application {
            display_name: Some(name.into()),
            ..Default::default()
        };
        let application = graph.applications().create(&body).await.unwrap();
        let app_id = application.client_id().unwrap();
        let principals = graph.service_principals();
        let principal = principals
            .upsert(app_id, &Default::default())
            .await
            .unwrap()
            .created()
            .unwrap();
        let graph_app: rhc_graph::AppId = "00000003-0000-0000-c000-000000000000".parse().unwrap();
        let resource = principals.get(graph_app).await.unwrap();
        for permission in permissions {
            let roles = resource.app_roles.iter().flatten();
            let role = roles
                .filter(|role| role.value.as_deref() == Some(*permission))
                .find_map(|role| role.id)
                .unwrap();
            principals
                .app_role_assigned_to(resource.object_id().unwrap())
                .create(principal.object_id().unwrap(), role)
                .await
                .unwrap();
        }
        let credential = self
            .world
            .app_credential(&self.home.to_string(), *app_id.as_uuid());
        (self.client(credential), principal.object_id().unwrap())
    }
}

fn external(directory: &mut Directory, home: Uuid) -> Uuid {
    let creator = directory.creator_from(home);
    directory
        .create_tenant(NewTenant {
            id: Uuid::from_u128(0xc1a0_0000_0000_4000_8000_0000_0000_0001),
            kind: TenantKind::ExternalId,
            display_name: "rhc-b2c-qa".into(),
            initial_domain: "rhcqa.onmicrosoft.com".into(),
            country: "US".into(),
            creator,
        })
        .unwrap()
}

/// Status, code of the root cause, and a part of the message.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(
    result: Result<T, Error>,
    status: u16,
    code: &str,
    message: &str,
) {
    let error = result.expect_err("it was accepted");
    assert_eq!(error.status(), Some(status), "{error}");
    assert_eq!(error.code(), Some(code), "{error}");
    assert!(error.message().contains(message), "{error}");
}

pub(crate) fn named(name: &str) -> Application {
    Application {
        display_name: Some(name.into()),
        ..Application::default()
    }
}

pub(crate) fn credential(name: &str, subject: &str) -> FederatedCredential {
    FederatedCredential {
        name: Some(name.into()),
        issuer: Some("https://token.actions.githubusercontent.com".into()),
        subject: Some(subject.into()),
        audiences: Some(vec!["api://AzureADTokenExchange".into()]),
        ..FederatedCredential::default()
    }
}

pub(crate) fn role(id: u128, enabled: bool) -> AppRole {
    AppRole {
        id: Some(Uuid::from_u128(id)),
        value: Some(format!("role{id}")),
        display_name: Some("r".into()),
        description: Some("r".into()),
        allowed_member_types: Some(vec!["User".into()]),
        is_enabled: Some(enabled),
        ..AppRole::default()
    }
}

/// A request by its method, path and body.
pub(crate) async fn raw(
    graph: &GraphClient,
    method: rhc_graph::Method,
    path: &'static str,
    body: Option<serde_json::Value>,
) -> rhc_graph::Result<serde_json::Value> {
    graph
        .request("x", method, rhc_graph::Path::new(path), body.as_ref())
        .await
}
