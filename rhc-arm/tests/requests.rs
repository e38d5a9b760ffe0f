//! Requests as values: where each type is, and in which version.

use rhc_arm::{
    ArmClient, Resource, ResourceId, ResourceType,
    types::{
        authorization::{RoleAssignment, RoleDefinition},
        billing::{BillingAccount, BillingProfile, InvoiceSection},
        communication::{CommunicationService, EmailDomain, EmailService, SenderUsername},
        container_registry::Registry,
        insights::{Component, DiagnosticSetting},
        key_vault::{DeletedVault, Vault},
        managed_identity::{FederatedCredential, UserAssignedIdentity},
        network::{
            DnsCname, DnsTxt, DnsZone, DnsZoneGroup, PrivateDnsZone, PrivateDnsZoneLink,
            PrivateEndpoint, SecurityGroup, Subnet, VirtualNetwork,
        },
        operational_insights::{Table, Workspace},
        resources::ResourceGroup,
        storage::{BlobService, StorageAccount},
        subscription::SubscriptionAlias,
    },
};
use rhc_core::testing::{FixedCredential, Script};

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";

fn client() -> ArmClient {
    let script = Script::new([]);
    ArmClient::new(FixedCredential::new(), Some(script.options().into())).unwrap()
}

fn at<R: ResourceType>(scope: &ResourceId) -> String {
    let resources = client().resources::<R>(scope);
    let (get, put, list) = (
        resources.get_request("n"),
        resources.put_request("n", &Resource::default()),
        resources.list_request(),
    );
    assert_eq!(
        (get.path_and_query(), put.method().as_str()),
        (put.path_and_query(), "PUT")
    );
    assert_eq!(
        list.path_and_query(),
        get.path_and_query().replace("/n?", "?")
    );
    let id = resources.id("n").unwrap();
    assert_eq!((id.resource_type().as_str(), id.name()), (R::TYPE, "n"));
    assert_eq!(id.parent().as_ref(), Some(scope), "{id}");
    get.path_and_query().replace(SUBSCRIPTION, "")
}

fn id(text: &str) -> ResourceId {
    format!("{SUBSCRIPTION}{text}").parse().unwrap()
}

#[tokio::test]
async fn every_type_has_its_place_and_version() {
    let (root, subscription, group) = (ResourceId::root(), id(""), id("/resourceGroups/rg"));
    let network = group.resource(VirtualNetwork::TYPE, "v").unwrap();
    let profile = root
        .resource(BillingAccount::TYPE, "a")
        .unwrap()
        .child("billingProfiles", "p");
    let identity = group.resource(UserAssignedIdentity::TYPE, "i").unwrap();
    let domain = group
        .resource(EmailService::TYPE, "e")
        .unwrap()
        .child("domains", "d");
    let rows = [
        at::<ResourceGroup>(&subscription),
        at::<SubscriptionAlias>(&root),
        at::<BillingAccount>(&root),
        at::<BillingProfile>(&profile.parent().unwrap()),
        at::<InvoiceSection>(&profile),
        at::<UserAssignedIdentity>(&group),
        at::<FederatedCredential>(&identity),
        at::<VirtualNetwork>(&group),
        at::<Subnet>(&network),
        at::<SecurityGroup>(&group),
        at::<PrivateEndpoint>(&group),
        at::<DnsZoneGroup>(&group.resource(PrivateEndpoint::TYPE, "e").unwrap()),
        at::<DnsZone>(&group),
        at::<DnsCname>(&group.resource(DnsZone::TYPE, "z.net").unwrap()),
        at::<DnsTxt>(&group.resource(DnsZone::TYPE, "z.net").unwrap()),
        at::<PrivateDnsZone>(&group),
        at::<PrivateDnsZoneLink>(&group.resource(PrivateDnsZone::TYPE, "z.net").unwrap()),
        at::<Vault>(&group),
        at::<Workspace>(&group),
        at::<Table>(&group.resource(Workspace::TYPE, "w").unwrap()),
        at::<Component>(&group),
        at::<DiagnosticSetting>(&network),
        at::<Registry>(&group),
        at::<StorageAccount>(&group),
        at::<BlobService>(&group.resource(StorageAccount::TYPE, "account").unwrap()),
        at::<CommunicationService>(&group),
        at::<EmailService>(&group),
        at::<EmailDomain>(&domain.parent().unwrap()),
        at::<SenderUsername>(&domain),
        at::<RoleAssignment>(&subscription),
        at::<RoleAssignment>(&identity),
        at::<RoleDefinition>(&root),
        at::<DeletedVault>(&subscription.provider("Microsoft.KeyVault/locations", "eastus2")),
    ];
    insta::assert_snapshot!(rows.join("\n"));
}

#[tokio::test]
async fn a_type_outside_its_parent_is_refused_before_anything_is_sent() {
    let script = Script::new([]);
    let client = ArmClient::new(FixedCredential::new(), Some(script.options().into())).unwrap();
    let subnets = client.resources::<Subnet>(id("/resourceGroups/rg"));
    for error in [
        subnets.get("s").await.unwrap_err(),
        subnets.put("s", &Resource::default()).await.unwrap_err(),
        subnets.list().collect_all().await.unwrap_err(),
        subnets.id("s").unwrap_err(),
    ] {
        assert_eq!(error.kind(), rhc_arm::ErrorKind::InvalidInput);
        assert!(
            error
                .to_string()
                .contains("lies below `Microsoft.Network/virtualNetworks`"),
            "{error}"
        );
    }
    assert_eq!(script.seen().len(), 0);
}

#[tokio::test]
async fn a_name_that_would_climb_is_refused_before_anything_is_sent() {
    let script = Script::new([]);
    let client = ArmClient::new(FixedCredential::new(), Some(script.options().into())).unwrap();
    for name in ["", "..", "a/b", "a%2Fb", "../../resourceGroups/other"] {
        let vaults = client.resources::<Vault>(id("/resourceGroups/rg"));
        assert_eq!(
            vaults.delete(name).await.unwrap_err().kind(),
            rhc_arm::ErrorKind::InvalidInput,
            "{name}"
        );
        let group = client
            .subscription(&"00000000-0000-0000-0000-000000000001".parse().unwrap())
            .resource_group(name);
        assert_eq!(
            group
                .resources::<Vault>()
                .get("v")
                .await
                .unwrap_err()
                .kind(),
            rhc_arm::ErrorKind::InvalidInput,
            "{name}"
        );
    }
    assert_eq!(script.seen().len(), 0);
}
