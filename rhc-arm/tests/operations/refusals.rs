//! What is refused of each operation: the error that matters most.

use super::live::{SUBSCRIPTION, group, replay, seed, subscription};
use rhc_arm::{
    ArmClient, Resource, ResourceId, ResourceType, Result, Sku,
    types::{
        aadiam::EntraDiagnosticSetting,
        authorization::{RoleAssignment, RoleDefinition},
        billing::{BillingAccount, BillingProfile, InvoiceSection},
        communication::{CommunicationService, EmailDomain, EmailService, SenderUsername},
        container_registry::Registry,
        insights::{Component, DiagnosticCategory, DiagnosticSetting},
        key_vault::Vault,
        managed_identity::{FederatedCredential, UserAssignedIdentity},
        network::{
            DnsCname, DnsTxt, DnsZone, DnsZoneGroup, PrivateDnsRecord, PrivateDnsZone,
            PrivateDnsZoneLink, PrivateEndpoint, SecurityGroup, Subnet, VirtualNetwork,
        },
        operational_insights::{Table, Workspace},
        resources::{ResourceGroup, Tags},
        storage::{BlobService, StorageAccount},
        subscription::{AcceptOwnership, SubscriptionAlias},
    },
};
use rhc_core::testing::refusal;
use serde_json::{Value, json};

/// What is refused: a test, its fixture, what is there before, and the call.
macro_rules! refusals {
    ($($test:ident: $name:literal, [$($seed:expr),*] => |$arm:ident| $call:expr;)*) => {$(
        fixture!($test, $name, [$($seed),*], |$arm: ArmClient| async move { Ok(json!(refusal($call)?)) });
    )*};
}

/// A resource as its document says.
fn of<R: ResourceType>(document: Value) -> Resource<R> {
    serde_json::from_value(document).unwrap()
}

/// A group that is not there.
fn nowhere() -> ResourceId {
    subscription().group("nowhere-rg")
}

/// A subscription that nobody sees.
fn unseen() -> rhc_core::SubscriptionId {
    "22222222-2222-4222-8222-222222222222".parse().unwrap()
}

async fn list_in<R: ResourceType>(arm: &ArmClient, scope: ResourceId) -> Result<usize> {
    let all = arm.resources::<R>(scope).list().collect_all().await?;
    Ok(all.len())
}

refusals! {
    subscription_that_nobody_sees: "subscriptions.get.missing", [] => |arm| arm.subscription(&unseen()).get().await;
    permissions_over_no_subscription: "subscriptions.permissions.missing", [] => |arm| {
        arm.subscription(&unseen()).permissions().collect_all().await
    };
    permissions_over_no_group: "resourceGroups.permissions.missing", [] => |arm| {
        let scope = arm.resource_group(&SUBSCRIPTION.parse().unwrap(), "nowhere-rg");
        scope.permissions().collect_all().await
    };
    tagged_in_no_subscription: "subscriptions.tagged.missing", [] => |arm| {
        arm.subscription(&unseen()).tagged("owner", "x").collect_all().await
    };
    ownership_that_nobody_offered: "subscriptions.accept_ownership.missing", [] => |arm| {
        let accept = AcceptOwnership { display_name: Some("qa".to_owned()), ..AcceptOwnership::default() };
        arm.subscription(&unseen()).begin_accept_ownership(&accept).await
    };
    ownership_of_what_nobody_offered: "subscriptions.ownership_status.missing", [] => |arm| arm.subscription(&unseen()).ownership_status().await;
    provider_that_is_none: "providers.get.unknown", [] => |arm| arm.subscription(&SUBSCRIPTION.parse().unwrap()).provider("Contoso.Nothing").await;
    providers_of_no_subscription: "providers.list.missing", [] => |arm| arm.subscription(&unseen()).providers().collect_all().await;
    provider_registered_that_is_none: "providers.register.unknown", [] => |arm| {
        arm.subscription(&SUBSCRIPTION.parse().unwrap()).register_provider("Contoso.Nothing").await
    };
    group_elsewhere: "resourceGroups.put.elsewhere", [] => |arm| {
        arm.resources::<ResourceGroup>(subscription()).put("fixtures-rg", &Resource::default().at("westus")).await
    };
    group_that_is_missing: "resourceGroups.get.missing", [] => |arm| {
        arm.resource_group(&SUBSCRIPTION.parse().unwrap(), "nowhere-rg").get().await
    };
    group_change_of_a_missing_one: "resourceGroups.update.missing", [] => |arm| {
        arm.resources::<ResourceGroup>(subscription()).update("nowhere-rg", &json!({"tags": {}})).await
    };
    contents_of_no_group: "resourceGroups.contents.missing", [] => |arm| {
        arm.resource_group(&SUBSCRIPTION.parse().unwrap(), "nowhere-rg").contents().collect_all().await
    };
    alias_without_a_billing_role: "aliases.put.noBilling", [] => |arm| {
        let alias = json!({"properties": {"displayName": "qa", "workload": "Production", "billingScope": seed::INVOICE_SECTION}});
        arm.subscription_aliases().put("qa", &of::<SubscriptionAlias>(alias)).await
    };
    billing_account_that_nobody_sees: "billing.missing", [] => |arm| arm.resources::<BillingAccount>(ResourceId::root()).get(seed::BILLING_ACCOUNT).await;
    billing_profiles_of_no_account: "billing.profiles.missing", [] => |arm| {
        let account = ResourceId::root().provider(BillingAccount::TYPE, seed::BILLING_ACCOUNT);
        list_in::<BillingProfile>(&arm, account).await
    };
    invoice_sections_of_no_profile: "billing.invoiceSections.missing", [] => |arm| {
        let account = ResourceId::root().provider(BillingAccount::TYPE, seed::BILLING_ACCOUNT);
        list_in::<InvoiceSection>(&arm, account.child("billingProfiles", "profile")).await
    };
    tags_of_no_subscription: "tags.missing", [] => |arm| {
        arm.resources::<Tags>(ResourceId::of_subscription(&unseen())).get(Tags::NAME).await
    };
}

refusals! {
    role_for_somebody_unknown: "roleAssignments.put.unknownPrincipal", [] => |arm| {
        let role = subscription().provider(RoleDefinition::TYPE, "acdd72a7-3385-48ef-bd42-f606fba81ae7");
        let body = json!({"properties": {"roleDefinitionId": role, "principalId": "55555555-5555-4555-8555-555555555555"}});
        arm.resources::<RoleAssignment>(group()).put("33333333-3333-4333-8333-333333333333", &of(body)).await
    };
    roles_by_a_filter_that_is_none: "roleDefinitions.list.badFilter", [] => |arm| {
        arm.resources::<RoleDefinition>(group()).list_filtered("colour eq 'blue'").collect_all().await
    };
    identity_that_is_missing: "userAssignedIdentities.get.missing", [] => |arm| arm.resources::<UserAssignedIdentity>(group()).get("nobody-id").await;
    trust_of_no_identity: "federatedIdentityCredentials.put.missing", [] => |arm| {
        let body = json!({"properties": {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:org/repo:environment:qa",
            "audiences": ["api://AzureADTokenExchange"]}});
        arm.resources::<FederatedCredential>(seed::id(UserAssignedIdentity::TYPE, "app-id")).put("github", &of(body)).await
    };
    vault_of_a_taken_name: "vaults.put.taken", [seed::taken] => |arm| {
        let tenant = "66666666-6666-4666-8666-666666666666";
        let body = json!({"location": "eastus2", "properties": {"tenantId": tenant, "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": true}});
        arm.resources::<Vault>(group()).put("strangers-kv", &of(body)).await
    };
    vault_purged_that_was_not_deleted: "vaults.purge.missing", [] => |arm| {
        let deleted = arm.subscription(&SUBSCRIPTION.parse().unwrap()).deleted_vaults("eastus2");
        deleted.action::<()>("fixtures-kv", "purge", None::<&()>).await
    };
    workspace_that_is_missing: "workspaces.get.missing", [] => |arm| arm.resources::<Workspace>(group()).get("logs").await;
    table_that_is_none: "workspaces.tables.missing", [seed::workspace] => |arm| {
        arm.resources::<Table>(seed::id(Workspace::TYPE, "logs")).get("NoSuchTable_CL").await
    };
    component_without_its_workspace: "components.put.noWorkspace", [] => |arm| {
        let workspace = seed::id(Workspace::TYPE, "logs");
        let body = json!({"location": "eastus2", "kind": "web", "properties": {"Application_Type": "web", "WorkspaceResourceId": workspace}});
        arm.resources::<Component>(group()).put("insights", &of(body)).await
    };
    setting_to_no_workspace: "diagnosticSettings.put.noWorkspace", [seed::vault] => |arm| {
        let workspace = seed::id(Workspace::TYPE, "logs");
        let body = json!({"properties": {"workspaceId": workspace, "logs": [{"category": "AuditEvent", "enabled": true}]}});
        arm.resources::<DiagnosticSetting>(seed::id(Vault::TYPE, "fixtures-kv")).put("audit", &of(body)).await
    };
    categories_of_what_logs_nothing: "diagnosticSettingsCategories.list.unsupported", [seed::identity] => |arm| {
        list_in::<DiagnosticCategory>(&arm, seed::id(UserAssignedIdentity::TYPE, "app-id")).await
    };
    directory_logs_that_are_missing: "entraDiagnosticSettings.get.missing", [] => |arm| {
        arm.resources::<EntraDiagnosticSetting>(ResourceId::root()).get("export").await
    };
}

refusals! {
    network_in_use: "virtualNetworks.delete.inUse", [seed::network, seed::vault, seed::endpoint] => |arm| {
        arm.resources::<VirtualNetwork>(group()).delete("vnet").await
    };
    subnet_outside_of_its_network: "subnets.put.outside", [seed::network] => |arm| {
        let body = json!({"properties": {"addressPrefix": "10.41.0.0/24"}});
        arm.resources::<Subnet>(seed::id(VirtualNetwork::TYPE, "vnet")).put("apps", &of(body)).await
    };
    rules_of_one_priority: "networkSecurityGroups.put.samePriority", [] => |arm| {
        let rule = |name: &str, port: &str| json!({"name": name, "properties": {"priority": 100, "direction": "Inbound", "access": "Allow",
            "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": port}});
        let body = json!({"location": "eastus2", "properties": {"securityRules": [rule("web", "80"), rule("tls", "443")]}});
        arm.resources::<SecurityGroup>(group()).put("nsg", &of(body)).await
    };
    endpoint_to_nothing: "privateEndpoints.put.noTarget", [seed::network] => |arm| {
        let subnet = seed::id(VirtualNetwork::TYPE, "vnet").child("subnets", "endpoints");
        let connection = json!({"name": "vault", "properties": {"privateLinkServiceId": seed::id(Vault::TYPE, "fixtures-kv"), "groupIds": ["vault"]}});
        let body = json!({"location": "eastus2", "properties": {"subnet": {"id": subnet}, "privateLinkServiceConnections": [connection]}});
        arm.resources::<PrivateEndpoint>(group()).put("vault-pe", &of(body)).await
    };
    zone_group_of_no_zone: "privateDnsZoneGroups.put.noZone", [seed::network, seed::vault, seed::endpoint] => |arm| {
        let zone = seed::id(PrivateDnsZone::TYPE, seed::ZONE);
        let body = json!({"properties": {"privateDnsZoneConfigs": [{"name": "vault", "properties": {"privateDnsZoneId": zone}}]}});
        arm.resources::<DnsZoneGroup>(seed::id(PrivateEndpoint::TYPE, "vault-pe")).put("default", &of(body)).await
    };
    private_zone_that_is_missing: "privateDnsZones.get.missing", [] => |arm| arm.resources::<PrivateDnsZone>(group()).get(seed::ZONE).await;
    link_to_no_network: "privateDnsZones.virtualNetworkLinks.put.noNetwork", [seed::zone] => |arm| {
        let network = seed::id(VirtualNetwork::TYPE, "vnet");
        let body = json!({"location": "global", "properties": {"virtualNetwork": {"id": network}, "registrationEnabled": false}});
        arm.resources::<PrivateDnsZoneLink>(seed::id(PrivateDnsZone::TYPE, seed::ZONE)).put("vnet", &of(body)).await
    };
    private_record_that_is_missing: "privateDnsZones.A.get.missing", [seed::zone] => |arm| {
        arm.resources::<PrivateDnsRecord>(seed::id(PrivateDnsZone::TYPE, seed::ZONE)).get("nobody").await
    };
    zone_that_is_missing: "dnsZones.get.missing", [] => |arm| arm.resources::<DnsZone>(group()).get("example.org").await;
    text_record_that_is_missing: "dnsZones.TXT.get.missing", [seed::public_zone] => |arm| {
        arm.resources::<DnsTxt>(seed::id(DnsZone::TYPE, "example.org")).get("asuid").await
    };
    name_record_that_is_missing: "dnsZones.CNAME.get.missing", [seed::public_zone] => |arm| {
        arm.resources::<DnsCname>(seed::id(DnsZone::TYPE, "example.org")).get("www").await
    };
}

refusals! {
    a_name_in_no_subscription: "nameAvailability.check.missing", [] => |arm| {
        let nobody = "22222222-2222-4222-8222-222222222222".parse().unwrap();
        arm.subscription(&nobody).name_availability::<Vault>("new-fixtures-kv").await
    };
    registry_of_a_small_size_in_private: "registries.put.noPrivateNetwork", [] => |arm| {
        let body = json!({"location": "eastus2", "sku": {"name": "Basic"}, "properties": {"publicNetworkAccess": "Disabled"}});
        arm.resources::<Registry>(group()).put("fixturesacr", &of(body)).await
    };
    storage_of_a_taken_name: "storageAccounts.put.taken", [seed::taken] => |arm| {
        let account = Resource::<StorageAccount> {
            sku: Some(Sku { name: Some("Standard_LRS".to_owned()), ..Sku::default() }),
            kind: Some("StorageV2".to_owned()),
            ..Resource::default()
        };
        arm.resources::<StorageAccount>(group()).put("strangersstorage", &account.at("eastus2")).await
    };
    blobs_of_no_account: "storageAccounts.blobServices.missing", [] => |arm| {
        arm.resources::<BlobService>(seed::id(StorageAccount::TYPE, "fixturesstorage")).get("default").await
    };
    communication_in_no_group: "communicationServices.list.missing", [] => |arm| list_in::<CommunicationService>(&arm, nowhere()).await;
    mail_that_is_missing: "emailServices.get.missing", [] => |arm| arm.resources::<EmailService>(group()).get("fixtures-mail").await;
    mail_domain_that_nobody_owns: "emailServices.domains.put.badName", [seed::mail] => |arm| {
        let body = json!({"location": "global", "properties": {"domainManagement": "AzureManaged"}});
        arm.resources::<EmailDomain>(seed::id(EmailService::TYPE, "fixtures-mail")).put("mail.example.com", &of(body)).await
    };
    sender_of_no_domain: "senderUsernames.put.missing", [seed::mail] => |arm| {
        let domain = seed::id(EmailService::TYPE, "fixtures-mail").child("domains", "mail.example.com");
        let body = json!({"properties": {"username": "support", "displayName": "Support"}});
        arm.resources::<SenderUsername>(domain).put("support", &of(body)).await
    };
}
