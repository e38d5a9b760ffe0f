//! Vaults, logs and mail.

use super::live::{SUBSCRIPTION, group, life, replay, seed};
use super::text;
use rhc_arm::{
    ArmClient, Resource, ResourceId, ResourceType,
    types::{
        aadiam::EntraDiagnosticSetting,
        communication::{
            CommunicationService, CommunicationServiceProperties, DomainProperties, EmailDomain,
            EmailService, EmailServiceProperties, SenderUsername, SenderUsernameProperties,
        },
        container_registry::Registry,
        insights::{
            Component, ComponentProperties, DiagnosticSetting, DiagnosticSettingProperties,
            LogSetting,
        },
        key_vault::{Vault, VaultProperties, VaultSku},
        operational_insights::{
            Table, TableProperties, Workspace, WorkspaceProperties, WorkspaceSku,
        },
        storage::StorageAccount,
    },
};
use serde_json::json;

async fn new_vault(arm: &ArmClient) -> rhc_arm::Result<Resource<Vault>> {
    let tenant = arm
        .subscription(&SUBSCRIPTION.parse().unwrap())
        .get()
        .await?
        .tenant_id;
    let vault = VaultProperties {
        tenant_id: tenant,
        sku: Some(VaultSku::standard()),
        enable_rbac_authorization: Some(true),
        enable_soft_delete: Some(true),
        soft_delete_retention_in_days: Some(7),
        public_network_access: text("disabled"),
        ..Default::default()
    };
    Ok(Resource::new(vault).at("eastus2"))
}

fixture!(vaults, "vaults", [], |arm: ArmClient| async move {
    let vault = new_vault(&arm).await?;
    life(arm, group(), "new-fixtures-kv", vault).await
});

fixture!(
    name_availability,
    "nameAvailability.check",
    [],
    |arm: ArmClient| async move {
        let scope = arm.subscription(&SUBSCRIPTION.parse().unwrap());
        let vault = new_vault(&arm).await?;
        let vaults = arm.resources::<Vault>(group());
        vaults.put("new-fixtures-kv", &vault).await?;
        Ok(json!([
            scope.name_availability::<Vault>("new-fixtures-kv").await?,
            scope
                .name_availability::<Vault>("another-fixtures-kv")
                .await?,
            scope
                .name_availability::<StorageAccount>("Fixtures")
                .await?,
            scope.name_availability::<Registry>("fixturesacr9").await?,
            scope
                .name_availability::<CommunicationService>("fixtures-9")
                .await?,
        ]))
    }
);

fixture!(
    vaults_purge,
    "vaults.purge",
    [],
    |arm: ArmClient| async move {
        let vault = new_vault(&arm).await?;
        let vaults = arm.resources::<Vault>(group());
        vaults.put("new-fixtures-kv", &vault).await?;
        vaults.delete("new-fixtures-kv").await?;
        let deleted = arm
            .subscription(&SUBSCRIPTION.parse().unwrap())
            .deleted_vaults("eastus2");
        let found = deleted.get("new-fixtures-kv").await?;
        deleted
            .action::<()>("new-fixtures-kv", "purge", None::<&()>)
            .await?;
        Ok(json!({"found": found, "gone": deleted.get_opt("new-fixtures-kv").await?.is_none()}))
    }
);

fixture!(workspaces, "workspaces", [], |arm: ArmClient| async move {
    let sku = WorkspaceSku {
        name: text("PerGB2018"),
        ..Default::default()
    };
    let workspace = WorkspaceProperties {
        sku: Some(sku),
        retention_in_days: Some(90),
        ..Default::default()
    };
    life(
        arm,
        group(),
        "logs",
        Resource::<Workspace>::new(workspace).at("eastus2"),
    )
    .await
});

fixture!(
    tables,
    "workspaces.tables",
    [seed::workspace],
    |arm: ArmClient| async move {
        let tables = arm.resources::<Table>(seed::id(Workspace::TYPE, "logs"));
        let keep = TableProperties {
            total_retention_in_days: Some(2556),
            ..Default::default()
        };
        let made = tables.put("AzureDiagnostics", &Resource::new(keep)).await?;
        Ok(json!([made, tables.get("AzureDiagnostics").await?]))
    }
);

fixture!(
    entra_diagnostic_settings,
    "entraDiagnosticSettings",
    [seed::workspace],
    |arm: ArmClient| async move {
        let audit = LogSetting {
            category: text("AuditLogs"),
            enabled: Some(true),
            ..LogSetting::default()
        };
        let properties = DiagnosticSettingProperties {
            workspace_id: Some(seed::id(Workspace::TYPE, "logs")),
            logs: Some(vec![audit]),
            ..Default::default()
        };
        life(
            arm,
            ResourceId::root(),
            "entra",
            Resource::<EntraDiagnosticSetting>::new(properties),
        )
        .await
    }
);

fixture!(
    components,
    "components",
    [seed::workspace],
    |arm: ArmClient| async move {
        let component = ComponentProperties {
            application_type: text("web"),
            workspace_resource_id: Some(seed::id(Workspace::TYPE, "logs")),
            ingestion_mode: text("LogAnalytics"),
            ..Default::default()
        };
        let mut component = Resource::<Component>::new(component).at("eastus2");
        component.kind = text("web");
        life(arm, group(), "insights", component).await
    }
);

fixture!(
    diagnostic_settings,
    "diagnosticSettings",
    [seed::workspace, seed::vault],
    |arm: ArmClient| async move {
        let audit = LogSetting {
            category_group: text("audit"),
            enabled: Some(true),
            ..Default::default()
        };
        let setting = DiagnosticSettingProperties {
            workspace_id: Some(seed::id(Workspace::TYPE, "logs")),
            logs: Some(vec![audit]),
            ..Default::default()
        };
        life(
            arm,
            seed::id(Vault::TYPE, "fixtures-kv"),
            "audit",
            Resource::<DiagnosticSetting>::new(setting),
        )
        .await
    }
);

fixture!(
    communication_services,
    "communicationServices",
    [],
    |arm: ArmClient| async move {
        let service = CommunicationServiceProperties {
            data_location: text("United States"),
            disable_local_auth: Some(true),
            ..Default::default()
        };
        life(
            arm,
            group(),
            "fixtures-acs",
            Resource::<CommunicationService>::new(service).at("global"),
        )
        .await
    }
);

fixture!(
    email_services,
    "emailServices",
    [],
    |arm: ArmClient| async move {
        let service = EmailServiceProperties {
            data_location: text("United States"),
            ..Default::default()
        };
        life(
            arm,
            group(),
            "fixtures-mail",
            Resource::<EmailService>::new(service).at("global"),
        )
        .await
    }
);

fixture!(
    email_domains,
    "emailServices.domains",
    [seed::mail],
    |arm: ArmClient| async move {
        let domain = DomainProperties {
            domain_management: text("CustomerManaged"),
            ..Default::default()
        };
        life(
            arm,
            seed::id(EmailService::TYPE, "fixtures-mail"),
            "mail.example.com",
            Resource::<EmailDomain>::new(domain).at("global"),
        )
        .await
    }
);

fixture!(
    senders,
    "senderUsernames",
    [seed::mail, seed::domain],
    |arm: ArmClient| async move {
        let sender = SenderUsernameProperties {
            username: text("donotreply"),
            display_name: text("Do not reply"),
            ..Default::default()
        };
        let domain =
            seed::id(EmailService::TYPE, "fixtures-mail").child("domains", "mail.example.com");
        life(
            arm,
            domain,
            "donotreply",
            Resource::<SenderUsername>::new(sender),
        )
        .await
    }
);
