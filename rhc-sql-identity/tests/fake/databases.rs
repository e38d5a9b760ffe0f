//! What Resource Manager refuses and answers about databases: one named test for each rule.

use crate::support::{child, code, delete, put, refused, server, with_server, world};
use rhc_sql_identity::{
    AUDITING_NAME, AuditingState, EncryptionState, ServerAuditing, SqlDatabase,
    TransparentDataEncryption,
};
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn a_database_comes_encrypted_and_unaudited() {
    let world = with_server().await;
    let database = server(&world).databases().get("hp2_db").await.unwrap();
    assert_eq!(database.properties.status.as_deref(), Some("Online"));
    assert_eq!(
        database
            .properties
            .current_service_objective_name
            .as_deref(),
        Some("S0")
    );
    assert_eq!(database.sku, SqlDatabase::standard_s0("eastus2").sku);
    let database = server(&world).database("hp2_db");
    let encryption = database
        .encryption()
        .get(TransparentDataEncryption::NAME)
        .await
        .unwrap();
    assert_eq!(encryption.properties.state, Some(EncryptionState::Enabled));
    let auditing = database.auditing().get(AUDITING_NAME).await.unwrap();
    assert_eq!(auditing.properties.state, Some(AuditingState::Disabled));
}

#[tokio::test(start_paused = true)]
async fn a_database_needs_its_server() {
    let world = world();
    let body = SqlDatabase::standard_s0("eastus2").for_write();
    let error = refused(&world, &child("databases", "hp2_db"), body).await;
    assert_eq!(error.status(), Some(404), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_databases_values_are_checked() {
    let world = with_server().await;
    let fresh = child("databases", "corp_db");
    let body = |sku: Value| json!({"location": "eastus2", "sku": sku, "properties": {}});
    for (sku, expected) in [
        (json!({"tier": "Standard"}), "MissingSkuName"),
        (json!({"name": "S99"}), "InvalidSkuName"),
        (
            json!({"name": "S0", "tier": "Basic"}),
            "MismatchedSkuNameAndTier",
        ),
        (
            json!({"name": "S0", "capacity": 11}),
            "MismatchedSkuNameAndCapacity",
        ),
    ] {
        assert_eq!(code(&world, &fresh, body(sku)).await, expected);
    }
    let elsewhere = json!({"location": "westus", "sku": {"name": "S0"}});
    assert_eq!(
        code(&world, &fresh, elsewhere).await,
        "InvalidResourceLocation"
    );
    let homeless = json!({"sku": {"name": "S0"}});
    assert_eq!(code(&world, &fresh, homeless).await, "LocationRequired");
    let backup =
        json!({"location": "eastus2", "properties": {"requestedBackupStorageRedundancy": "Moon"}});
    assert_eq!(code(&world, &fresh, backup).await, "InvalidParameterValue");
    for name in ["master", "TempDB"] {
        let id = child("databases", name);
        assert_eq!(
            code(&world, &id, body(json!({"name": "S0"}))).await,
            "CannotUseReservedDatabaseName"
        );
    }
    let ledger = json!({"location": "eastus2", "properties": {"isLedgerOn": true}});
    assert_eq!(
        code(&world, &child("databases", "hp2_db"), ledger).await,
        "CannotUpdateIsLedgerDatabase"
    );
}

#[tokio::test(start_paused = true)]
async fn master_stays() {
    let world = with_server().await;
    let error = delete(&world, &child("databases", "master"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("CannotUseReservedDatabaseName"));
}

#[tokio::test(start_paused = true)]
async fn encryption_is_on_or_off_and_not_on_system_databases() {
    let world = with_server().await;
    let of = |name: &str| child("databases", name).child("transparentDataEncryption", "current");
    let state = |word: &str| json!({"properties": {"state": word}});
    assert_eq!(
        code(&world, &of("hp2_db"), state("Maybe")).await,
        "InvalidTransparentDataEncryptionUpdateRequest"
    );
    assert_eq!(
        code(&world, &of("master"), state("Enabled")).await,
        "AttemptedEncryptionOnSystemDatabase"
    );
    put(&world, &of("hp2_db"), state("Disabled")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn auditing_goes_somewhere_and_both_views_agree() {
    let world = with_server().await;
    let id = child("auditingSettings", "default");
    let nowhere = json!({"properties": {"state": "Enabled"}});
    assert_eq!(
        code(&world, &id, nowhere).await,
        "DataSecurityInvalidUserSuppliedParameter"
    );
    let odd = json!({"properties": {"state": "Enabled", "isAzureMonitorTargetEnabled": true, "auditActionsAndGroups": ["EVERYTHING"]}});
    assert_eq!(
        code(&world, &id, odd).await,
        "InvalidBlobAuditActionsAndGroups"
    );
    assert_eq!(
        code(&world, &id, json!({"properties": {"retentionDays": 3}})).await,
        "InvalidResourceRequestBody"
    );

    let server = server(&world);
    let wanted = ServerAuditing::to_azure_monitor();
    let made = server.auditing().put(AUDITING_NAME, &wanted).await.unwrap();
    assert_eq!(
        made.properties.audit_actions_and_groups,
        wanted.properties.audit_actions_and_groups
    );
    let twin = server.extended_auditing().get(AUDITING_NAME).await.unwrap();
    assert_eq!(twin.properties, made.properties);

    let database = server.database("hp2_db");
    let on = json!({"properties": {"state": "Enabled", "isAzureMonitorTargetEnabled": true}});
    let made = put(
        &world,
        &database.id().clone().child("auditingSettings", "default"),
        on,
    )
    .await
    .unwrap();
    assert_eq!(
        made["properties"]["auditActionsAndGroups"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}
