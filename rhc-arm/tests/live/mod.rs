//! What the fixtures are recorded from: a World with one tenant, one subscription and one resource group.

use rhc_arm::{ArmClient, Resource, ResourceId, ResourceType, Result};
use rhc_core::{
    fake::{State, World, WorldOptions, directory::Replication},
    testing::{Connection, Fixtures, Live},
};
use serde_json::{Value, json};

pub(crate) const SUBSCRIPTION: &str = "11111111-1111-4111-8111-111111111111";
const DOMAIN: &str = "contoso.onmicrosoft.com";
const PROVIDERS: &[&str] = &[
    "Microsoft.Authorization",
    "Microsoft.Communication",
    "Microsoft.ContainerRegistry",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.Resources",
    "Microsoft.Security",
    "Microsoft.Storage",
];

/// A World whose operator owns the subscription, and in which this is there already.
pub(crate) async fn live(there_already: fn(&mut State)) -> Live {
    // The recorder goes on with the clock that stands still from here.
    tokio::time::pause();
    let world = World::new(WorldOptions {
        // A fixture is about an operation; what lags is the World's own test.
        replication: Replication::NONE,
        ..WorldOptions::default()
    });
    rhc_arm::fake::mount(&world);
    world.with(|state| {
        let tenant = state.directory().add_workforce_tenant("contoso").unwrap();
        let owner = state.directory().operator(tenant).unwrap();
        let subscription = SUBSCRIPTION.parse().unwrap();
        rhc_arm::fake::create_subscription(
            state,
            subscription,
            "fixtures",
            tenant,
            owner,
            PROVIDERS,
        );
        there(state, "", json!({"location": "eastus2"}));
        there_already(state);
    });
    Live {
        transport: world.transport(),
        credential: world.sign_in(DOMAIN, &[]),
        clock: world.clock(),
        source: "embedded",
    }
}

/// Puts a resource of the group, or the group itself, into the state.
pub(crate) fn there(state: &mut State, below_group: &str, mut body: Value) {
    body["id"] = json!(group_text() + below_group);
    rhc_arm::fake::put_resource(state, body);
}

/// The subscription.
pub(crate) fn subscription() -> ResourceId {
    ResourceId::of_subscription(&SUBSCRIPTION.parse().unwrap())
}

/// The resource group.
pub(crate) fn group() -> ResourceId {
    group_text().parse().unwrap()
}

fn group_text() -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/fixtures-rg")
}

/// The client of a fixture.
pub(crate) fn client(connection: Connection) -> Result<ArmClient> {
    ArmClient::new(connection.credential, Some(connection.options.into()))
}

/// Runs what a caller does against its fixture.
pub(crate) async fn replay<R, F>(name: &str, there_already: fn(&mut State), call: F) -> Value
where
    F: Fn(ArmClient) -> R,
    R: Future<Output = Result<Value>>,
{
    let fixtures = Fixtures::of(env!("CARGO_MANIFEST_DIR"));
    let call = |connection| {
        let made = client(connection).map(&call);
        async move { made?.await }
    };
    fixtures.run(name, live(there_already), call).await
}

/// The life of a resource: made, read, written back as it was read, listed, deleted, gone.
pub(crate) async fn life<T: ResourceType>(
    arm: ArmClient,
    scope: ResourceId,
    name: &str,
    resource: Resource<T>,
) -> Result<Value> {
    let resources = arm.resources::<T>(scope);
    let made = resources.put(name, &resource).await?;
    let read = resources.get(name).await?;
    let written_back = resources.put(name, &read).await?;
    let listed: Vec<_> = resources
        .list()
        .collect_all()
        .await?
        .into_iter()
        .map(|resource| resource.name)
        .collect();
    resources.delete(name).await?;
    let gone = resources.get_opt(name).await?.is_none();
    Ok(
        json!({"made": made, "read": read, "changed_by_writing_back": changed(&read, &written_back), "listed": listed, "gone": gone}),
    )
}

/// The names of properties that differ.
fn changed<T: ResourceType>(before: &Resource<T>, after: &Resource<T>) -> Vec<String> {
    let [before, after] = [before, after].map(|resource| json!(resource.properties));
    let names = after.as_object().into_iter().flatten();
    names
        .filter(|(name, value)| before.get(name) != Some(value))
        .map(|(name, _)| name.clone())
        .collect()
}

/// What some operations need to be there.
pub(crate) mod seed {
    use super::{group, there};
    use rhc_arm::{
        ResourceId,
        fake::{Alias, Arm, BillingAccount, BillingProfile, Destination},
    };
    use rhc_core::fake::State;
    use serde_json::json;
    use std::collections::BTreeMap;

    pub(crate) const ZONE: &str = "privatelink.vaultcore.azure.net";
    /// As accounts of a customer agreement are named.
    pub(crate) const BILLING_ACCOUNT: &str =
        "00000000-0000-4000-8000-0000000000ac:00000000-0000-4000-8000-0000000000ad_2019-05-31";
    pub(crate) const INVOICE_SECTION: &str = "/providers/Microsoft.Billing/billingAccounts/00000000-0000-4000-8000-0000000000ac:00000000-0000-4000-8000-0000000000ad_2019-05-31/billingProfiles/profile/invoiceSections/section";

    /// A resource of the group.
    pub(crate) fn id(resource_type: &str, name: &str) -> ResourceId {
        group().provider(resource_type, name)
    }

    pub(crate) fn unregistered(state: &mut State) {
        let subscription = super::SUBSCRIPTION.parse().unwrap_or_default();
        let subscription = state.section::<Arm>().subscriptions.get_mut(&subscription);
        subscription.map(|subscription| subscription.providers.remove("Microsoft.KeyVault"));
    }

    /// Some resources, one of which lies below another, and a part that has no place of its own.
    pub(crate) fn of_a_group(state: &mut State) {
        identity(state);
        let credential = "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app-id/federatedIdentityCredentials/github";
        there(state, credential, json!({}));
        let service = "/providers/Microsoft.Communication/emailServices/mail";
        there(state, service, json!({"location": "global"}));
        there(
            state,
            &format!("{service}/domains/AzureManagedDomain"),
            json!({"location": "global", "tags": {"rhc-environment": "qa"}}),
        );
    }

    /// The operator has a second role, over the group alone.
    pub(crate) fn reader_of_vaults(state: &mut State) {
        let tenant = state.directory_ref().tenant(super::DOMAIN).unwrap().id;
        let operator = state.directory_ref().operator(tenant).unwrap();
        let role = "21090545-7ca7-4776-b22c-e363652d74d2".parse().unwrap();
        rhc_arm::fake::assign_role(state, &super::group_text(), operator, role);
    }

    pub(crate) fn identity(state: &mut State) {
        there(
            state,
            "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app-id",
            json!({"location": "eastus2"}),
        );
    }

    pub(crate) fn network(state: &mut State) {
        let network = "/providers/Microsoft.Network/virtualNetworks/vnet";
        let space = json!({"addressSpace": {"addressPrefixes": ["10.40.0.0/16"]}});
        there(
            state,
            network,
            json!({"location": "eastus2", "properties": space}),
        );
        there(
            state,
            &format!("{network}/subnets/endpoints"),
            json!({"properties": {"addressPrefix": "10.40.4.0/24"}}),
        );
    }

    pub(crate) fn security_group(state: &mut State) {
        there(
            state,
            "/providers/Microsoft.Network/networkSecurityGroups/nsg",
            json!({"location": "eastus2"}),
        );
    }

    pub(crate) fn vault(state: &mut State) {
        there(
            state,
            "/providers/Microsoft.KeyVault/vaults/fixtures-kv",
            json!({"location": "eastus2"}),
        );
    }

    pub(crate) fn endpoint(state: &mut State) {
        let vault = id("Microsoft.KeyVault/vaults", "fixtures-kv");
        let connections = json!([{"name": "vault", "properties": {"privateLinkServiceId": vault, "groupIds": ["vault"]}}]);
        let subnet = json!({"id": id("Microsoft.Network/virtualNetworks", "vnet").child("subnets", "endpoints")});
        let properties = json!({"subnet": subnet, "privateLinkServiceConnections": connections});
        there(
            state,
            "/providers/Microsoft.Network/privateEndpoints/vault-pe",
            json!({"location": "eastus2", "properties": properties}),
        );
    }

    pub(crate) fn zone(state: &mut State) {
        there(
            state,
            &format!("/providers/Microsoft.Network/privateDnsZones/{ZONE}"),
            json!({"location": "global"}),
        );
    }

    pub(crate) fn public_zone(state: &mut State) {
        there(
            state,
            "/providers/Microsoft.Network/dnsZones/example.org",
            json!({"location": "global"}),
        );
    }

    pub(crate) fn workspace(state: &mut State) {
        there(
            state,
            "/providers/Microsoft.OperationalInsights/workspaces/logs",
            json!({"location": "eastus2"}),
        );
    }

    /// One of two resources has the tag.
    pub(crate) fn tagged(state: &mut State) {
        let kind = "/providers/Microsoft.ManagedIdentity/userAssignedIdentities";
        for (name, owner) in [("ours", "o'neill"), ("others", "somebody")] {
            let body = json!({"location": "eastus2", "tags": {"owner": owner}});
            there(state, &format!("{kind}/{name}"), body);
        }
    }

    pub(crate) fn storage(state: &mut State) {
        let body = json!({"location": "eastus2", "kind": "StorageV2", "sku": {"name": "Standard_LRS", "tier": "Standard"}});
        there(
            state,
            "/providers/Microsoft.Storage/storageAccounts/fixturesstorage",
            body,
        );
        // What comes with an account that is made by a request.
        let properties = json!({"cors": {"corsRules": []}, "deleteRetentionPolicy": {"allowPermanentDelete": false, "enabled": false}});
        there(
            state,
            "/providers/Microsoft.Storage/storageAccounts/fixturesstorage/blobServices/default",
            json!({"sku": {"name": "Standard_LRS", "tier": "Standard"}, "properties": properties}),
        );
    }

    pub(crate) fn mail(state: &mut State) {
        let properties = json!({"dataLocation": "United States"});
        there(
            state,
            "/providers/Microsoft.Communication/emailServices/fixtures-mail",
            json!({"location": "global", "properties": properties}),
        );
    }

    pub(crate) fn domain(state: &mut State) {
        let domain = "/providers/Microsoft.Communication/emailServices/fixtures-mail/domains/mail.example.com";
        there(
            state,
            domain,
            json!({"location": "global", "properties": {"domainManagement": "CustomerManaged"}}),
        );
    }

    /// What Defender thinks of the vault.
    pub(crate) fn assessed(state: &mut State) {
        let at = "/providers/Microsoft.KeyVault/vaults/fixtures-kv/providers/Microsoft.Security/assessments/own-check";
        let status = json!({"code": "Unhealthy", "cause": "Public", "description": "It can be reached from everywhere."});
        let details =
            json!({"source": "Azure", "id": id("Microsoft.KeyVault/vaults", "fixtures-kv")});
        let properties = json!({"displayName": "Vaults should be private", "status": status, "resourceDetails": details});
        there(state, at, json!({"properties": properties}));
    }

    /// Names that strangers hold.
    pub(crate) fn taken(state: &mut State) {
        let names = [
            "microsoft.keyvault/vaults/strangers-kv",
            "microsoft.storage/storageaccounts/strangersstorage",
        ];
        let taken = &mut state.section::<Arm>().taken_names;
        taken.extend(names.map(str::to_owned));
    }

    /// A lock on the group.
    pub(crate) fn lock(state: &mut State) {
        there(
            state,
            "/providers/Microsoft.Authorization/locks/keep",
            json!({"properties": {"level": "CanNotDelete"}}),
        );
    }

    pub(crate) const OFFERED: &str = "44444444-4444-4444-8444-444444444444";

    /// A subscription that another tenant made for this one.
    pub(crate) fn offered(state: &mut State) {
        let here = state
            .directory()
            .tenant(super::DOMAIN)
            .map(|tenant| tenant.id)
            .unwrap_or_default();
        let owner_id = state.directory().operator(here).unwrap_or_default();
        let there = state
            .directory()
            .add_workforce_tenant("fabrikam")
            .unwrap_or_default();
        let maker = state.directory().operator(there).unwrap_or_default();
        rhc_arm::fake::create_subscription(
            state,
            OFFERED.parse().unwrap_or_default(),
            "offered",
            there,
            maker,
            &[],
        );
        let alias = Alias {
            body: json!({"id": "/providers/Microsoft.Subscription/aliases/offered", "name": "offered",
                "properties": {"subscriptionId": OFFERED, "provisioningState": "Succeeded", "displayName": "offered"}}),
            created_by: maker,
            destination: Some(Destination {
                tenant_id: here,
                owner_id,
                accept_ownership_state: "Pending".into(),
            }),
        };
        state
            .section::<Arm>()
            .aliases
            .insert(format!("{there}/offered"), alias);
    }

    pub(crate) fn billing(state: &mut State) {
        let tenant = state
            .directory()
            .tenant(super::DOMAIN)
            .map(|tenant| tenant.id)
            .unwrap_or_default();
        let owner = state.directory().operator(tenant);
        let profile = BillingProfile {
            display_name: "profile".into(),
            invoice_sections: BTreeMap::from([("section".into(), "QA".into())]),
        };
        let account = BillingAccount {
            display_name: "account".into(),
            tenant_id: tenant,
            agreement_type: "MicrosoftCustomerAgreement".into(),
            subscription_creators: owner.into_iter().collect(),
            profiles: BTreeMap::from([("profile".into(), profile)]),
        };
        state
            .section::<Arm>()
            .billing
            .insert(BILLING_ACCOUNT.into(), account);
    }
}
