//! A cloud in which an earlier run has made the hosting subscription, for what is in it.

use std::sync::Arc;

use rhc_arm::types::subscription::{AliasProperties, SubscriptionAlias};
use rhc_arm::{ArmClient, ArmClientOptions, Resource, ResourceId};
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{ObjectKind, Replication, State, TenantKind};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::engine::TenantKey;
use crate::steps::Connect;

/// The hosting subscription.
pub(super) const ID: &str = "11111111-1111-4111-8111-111111111111";
pub(super) const HOME: &str = "recalibratehealthcare.com";

pub(super) struct Stage {
    pub(super) manifest: Manifest,
    pub(super) cloud: EmbeddedCloud,
    connection: Arc<Connection>,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::of(|manifest| {
            let hosting = manifest.subscriptions.get_mut("hosting").unwrap();
            hosting.id = Some(ID.to_owned());
        })
    }

    pub(super) fn without_subscription() -> Self {
        Self::of(|_| {})
    }

    pub(super) fn of(change: impl FnOnce(&mut Manifest)) -> Self {
        let mut manifest = manifest();
        change(&mut manifest);
        let options = WorldOptions {
            replication: Replication::NONE,
            ..WorldOptions::default()
        };
        let cloud = EmbeddedCloud::new(&manifest, options, false).unwrap();
        let connection = Connection::embedded(&manifest, cloud.world());
        Self {
            manifest,
            cloud,
            connection,
        }
    }

    pub(super) fn with<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        self.cloud.world().with(change)
    }

    pub(super) async fn look(&self) -> Vec<Finding> {
        of_cloud(&self.manifest, &self.connection).await
    }

    pub(super) async fn codes(&self) -> Vec<&'static str> {
        self.look().await.iter().map(|one| one.code).collect()
    }

    /// The one finding with this code.
    pub(super) async fn one(&self, code: &str) -> Finding {
        let all = self.look().await;
        let own: Vec<_> = all.iter().filter(|one| one.code == code).collect();
        let [only] = &own[..] else {
            panic!("{code}: {all:#?}");
        };
        (*only).clone()
    }

    pub(super) fn tenant_id(&self, domain: &str) -> Uuid {
        self.with(|state| state.directory_ref().tenant(domain).unwrap().id)
    }

    /// Somebody makes an External ID tenant.
    pub(super) fn tenant(&self, domain: &str) -> Uuid {
        self.with(|state| {
            let id = state.derived_uuid(&["tenant", domain]);
            let wanted = NewTenant {
                id,
                kind: TenantKind::ExternalId,
                display_name: "somebody".to_owned(),
                initial_domain: domain.to_owned(),
                country: "US".to_owned(),
                creator: None,
            };
            state.directory().create_tenant(wanted).unwrap();
            state
                .directory()
                .add_administrator(id, "rollout-admin")
                .unwrap();
            id
        })
    }

    /// Something in the hosting subscription.
    pub(super) fn resource(&self, group: &str, rest: &str, properties: Value) {
        let group = format!("/subscriptions/{ID}/resourceGroups/{group}");
        self.with(|state| {
            for (id, properties) in [
                (group.clone(), json!({ "provisioningState": "Succeeded" })),
                (format!("{group}/providers/{rest}"), properties),
            ] {
                let body = json!({ "id": id, "location": "eastus2", "properties": properties });
                rhc_arm::fake::put_resource(state, body);
            }
        });
    }

    /// An object of a directory.
    pub(super) fn object(&self, domain: &str, kind: ObjectKind, body: Value) -> Uuid {
        let tenant = self.tenant_id(domain);
        self.with(|state| {
            let name = body["uniqueName"].as_str().unwrap();
            let id = state.derived_uuid(&["object", domain, name]);
            let body = body.as_object().cloned().unwrap();
            let directory = state.directory();
            directory.insert_settled(tenant, kind, id, body).unwrap();
            id
        })
    }

    /// A client that no fence holds back.
    pub(super) async fn arm(&self, tenant: &str) -> ArmClient {
        let mut options = ArmClientOptions::default();
        options.client.clock = self.cloud.world().clock();
        let transport = azure_core::http::Transport::new(self.cloud.world().transport());
        options.client.client_options.transport = Some(transport);
        let domain = &self.manifest.tenant(tenant).unwrap().domain;
        let id = self.connection.discover(domain).await.unwrap().unwrap();
        let key = TenantKey::new(tenant);
        let credential = self.connection.look_with(&key, id).unwrap();
        ArmClient::new(credential, Some(options)).unwrap()
    }

    /// Makes a subscription as the rollout does.
    pub(super) async fn alias(&self, name: &str, subscription: &str) {
        let arm = self.arm(&self.manifest.billing.tenant).await;
        let scope = self.with(|state| {
            let arm = state.section::<rhc_arm::fake::Arm>();
            let (account, body) = arm.billing.iter().next().unwrap();
            let (profile, held) = body.profiles.iter().next().unwrap();
            let section = held.invoice_sections.keys().next().unwrap();
            format!("/providers/Microsoft.Billing/billingAccounts/{account}/billingProfiles/{profile}/invoiceSections/{section}")
        });
        let file = self.manifest.subscription(subscription).unwrap();
        let properties = AliasProperties {
            display_name: Some(name.to_owned()),
            workload: Some(file.workload.as_str().into()),
            billing_scope: Some(scope),
            ..AliasProperties::default()
        };
        let aliases = arm.resources::<SubscriptionAlias>(ResourceId::root());
        aliases.put(name, &Resource::new(properties)).await.unwrap();
    }
}
