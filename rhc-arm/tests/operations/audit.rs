//! Tags of a subscription, its activity log, what a resource can log, and records of a private zone.

use super::live::{life, replay, seed, subscription};
use super::text;
use rhc_arm::{
    ArmClient, Resource, ResourceType,
    types::{
        insights::{
            DiagnosticCategory, DiagnosticSetting, DiagnosticSettingProperties, LogSetting,
        },
        key_vault::Vault,
        network::{AddressRecord, PrivateDnsRecord, PrivateDnsRecordProperties, PrivateDnsZone},
        operational_insights::Workspace,
        resources::{Tags, TagsProperties},
    },
};
use serde_json::json;

fixture!(tags, "tags", [], |arm: ArmClient| async move {
    let tags = arm.resources::<Tags>(subscription());
    let before = tags.get(Tags::NAME).await?;
    let wanted = TagsProperties {
        tags: Some([("owner".to_owned(), "platform".to_owned())].into()),
        ..Default::default()
    };
    let made = tags.put(Tags::NAME, &Resource::new(wanted)).await?;
    Ok(json!({"before": before, "made": made}))
});

fixture!(
    activity_log,
    "diagnosticSettings.subscription",
    [seed::workspace],
    |arm: ArmClient| async move {
        let done = LogSetting {
            category: text("Administrative"),
            enabled: Some(true),
            ..Default::default()
        };
        let setting = DiagnosticSettingProperties {
            workspace_id: Some(seed::id(Workspace::TYPE, "logs")),
            logs: Some(vec![done]),
            ..Default::default()
        };
        let setting = Resource::<DiagnosticSetting>::new(setting);
        life(arm, subscription(), "activity", setting).await
    }
);

fixture!(
    categories,
    "diagnosticSettingsCategories",
    [seed::vault],
    |arm: ArmClient| async move {
        let vault = seed::id(Vault::TYPE, "fixtures-kv");
        let categories = arm.resources::<DiagnosticCategory>(vault);
        let listed = categories.list().collect_all().await?;
        Ok(json!([listed, categories.get("AuditEvent").await?]))
    }
);

fixture!(
    records,
    "privateDnsZones.A",
    [seed::zone],
    |arm: ArmClient| async move {
        let zone = seed::id(PrivateDnsZone::TYPE, seed::ZONE);
        let address = AddressRecord {
            ipv4_address: text("10.40.4.4"),
            ..Default::default()
        };
        let record = PrivateDnsRecordProperties {
            ttl: Some(10),
            a_records: Some(vec![address]),
            ..Default::default()
        };
        let record = Resource::<PrivateDnsRecord>::new(record);
        life(arm, zone, "fixtures-kv", record).await
    }
);
