//! A World with a workforce tenant that pays, and its people.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use rhc_arm::{ArmClient, Resource, ResourceId, Sku};
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{ObjectKind, TenantKind, World, WorldOptions};
use rhc_core::{Error, Method, Path, Request, Result, SubscriptionId};
use rhc_external_id::{
    CiamDirectories, CiamDirectory, CiamDirectoryProperties, CreateTenantProperties,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) const SUBSCRIPTION: Uuid = Uuid::from_u128(0x5b);
pub(crate) const UNREGISTERED: Uuid = Uuid::from_u128(0x5c);
pub(crate) const GROUP: &str = "rhc-identity-qa-rg";

/// The World, and the tenant that pays.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) tenant: Uuid,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let world = World::new(WorldOptions::default());
        rhc_arm::fake::mount(&world);
        rhc_external_id::fake::mount(&world);
        let tenant = world.with(|state| {
            let tenant = state
                .directory()
                .add_workforce_tenant("backoffice")
                .unwrap();
            let owner = state.directory().operator(tenant).unwrap();
            for (id, providers) in [
                (
                    SUBSCRIPTION,
                    &["Microsoft.AzureActiveDirectory", "Microsoft.KeyVault"][..],
                ),
                (UNREGISTERED, &[]),
            ] {
                rhc_arm::fake::create_subscription(state, id, "qa", tenant, owner, providers);
                let id = format!("/subscriptions/{id}/resourceGroups/{GROUP}");
                rhc_arm::fake::put_resource(state, json!({ "id": id, "location": "eastus2" }));
            }
            tenant
        });
        Self { world, tenant }
    }

    pub(crate) fn arm_as(&self, credential: Arc<dyn TokenCredential>) -> ArmClient {
        ArmClient::new(credential, Some(self.world.client_options().into())).unwrap()
    }

    pub(crate) fn arm(&self) -> ArmClient {
        self.arm_as(self.world.sign_in(&self.tenant.to_string(), &[]))
    }

    pub(crate) fn directories(&self) -> CiamDirectories {
        CiamDirectories::new(self.arm())
    }

    /// A principal of the tenant who owns the subscription but has no directory role.
    pub(crate) fn owner(&self, kind: ObjectKind, body: Value) -> Uuid {
        self.world.with(|state| {
            let id = state.uuid();
            let body: Map<String, Value> = serde_json::from_value(body).unwrap();
            state
                .directory()
                .insert_settled(self.tenant, kind, id, body)
                .unwrap();
            let scope = format!("/subscriptions/{SUBSCRIPTION}");
            rhc_arm::fake::assign_role(state, &scope, id, rhc_arm::fake::OWNER);
            id
        })
    }

    /// A tenant of somebody else.
    pub(crate) fn stranger(&self, label: &str) {
        self.world.with(|state| {
            let id = state.uuid();
            state
                .directory()
                .create_tenant(NewTenant {
                    id,
                    kind: TenantKind::Workforce,
                    display_name: label.to_owned(),
                    initial_domain: format!("{label}.onmicrosoft.com"),
                    country: "US".to_owned(),
                    creator: None,
                })
                .unwrap();
        });
    }

    /// Sends a resource as it is, past everything that our model would mend.
    pub(crate) async fn put(&self, name: &str, body: &Value) -> Result<Value> {
        send(&self.arm(), Method::Put, SUBSCRIPTION, name, Some(body)).await
    }

    pub(crate) async fn refused(&self, name: &str, body: &Value) -> Error {
        self.put(name, body).await.unwrap_err()
    }
}

/// One request to the resource with this name.
pub(crate) async fn send(
    arm: &ArmClient,
    method: Method,
    subscription: Uuid,
    name: &str,
    body: Option<&Value>,
) -> Result<Value> {
    let path = Path::new("/subscriptions")
        .segment(subscription.to_string())
        .segment("resourceGroups")
        .segment(GROUP)
        .fixed("/providers/Microsoft.AzureActiveDirectory/ciamDirectories")
        .segment(name);
    let mut request = Request::new("test", method, path).query("api-version", "2023-05-17-preview");
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = arm.request(request).await?;
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    answer.json()
}

/// What Microsoft asks for, as JSON.
pub(crate) fn body() -> Value {
    json!({
        "location": "United States",
        "sku": { "name": "Standard", "tier": "A0" },
        "properties": { "createTenantProperties": { "displayName": "rhc-b2c-qa", "countryCode": "US" } },
    })
}

/// The same through the model.
pub(crate) fn wanted() -> Resource<CiamDirectory> {
    Resource {
        location: Some("United States".to_owned()),
        sku: Some(Sku {
            name: Some("Standard".to_owned()),
            tier: Some("A0".to_owned()),
            ..Sku::default()
        }),
        ..Resource::new(CiamDirectoryProperties {
            create_tenant_properties: Some(CreateTenantProperties {
                display_name: Some("rhc-b2c-qa".to_owned()),
                country_code: Some("US".to_owned()),
                ..CreateTenantProperties::default()
            }),
            ..CiamDirectoryProperties::default()
        })
    }
}

pub(crate) fn group() -> ResourceId {
    ResourceId::of_subscription(&subscription()).group(GROUP)
}

pub(crate) fn subscription() -> SubscriptionId {
    SUBSCRIPTION.to_string().parse().unwrap()
}

/// The status and code of a refusal.
pub(crate) fn said(error: &Error) -> (u16, &str) {
    (
        error.status().unwrap_or_default(),
        error.code().unwrap_or_default(),
    )
}
