//! What Resource Manager refuses and answers about what is kept of databases, and about keys: one named test for each rule.

use std::time::Duration;

use crate::support::{
    KEY, SERVER, administrators, child, code, group_id, refused, server, servers, with_dropped,
    with_keys, with_server, with_vault, with_warehouse,
};
use rhc_core::fake::World;
use rhc_sql_identity::fake::{CatalogueUser, SqlSection};
use rhc_sql_identity::{
    EncryptionProtector, RETENTION_NAME, ServerKey, ShortTermRetention, SqlDatabase, SqlServer,
};
use serde_json::{Value, json};

fn add_user(world: &World, database: &str) {
    world.with(|state| {
        let user = CatalogueUser {
            sid: "0x1798D583FD870F4AA6B909C04D126368".parse().unwrap(),
            kind: "E".to_owned(),
            authentication_type: 4,
            roles: ["db_datareader".to_owned()].into(),
            permissions: Default::default(),
        };
        let section = state.section::<SqlSection>();
        section
            .catalogue_mut(SERVER, database)
            .users
            .insert("hp2".to_owned(), user);
    });
}

fn users(world: &World, database: &str) -> usize {
    world.with(|state| {
        let section = state.section::<SqlSection>();
        section
            .catalogue(SERVER, database)
            .map_or(0, |own| own.users.len())
    })
}

fn made(properties: Value) -> Value {
    json!({"location": "eastus2", "properties": properties})
}

fn now(world: &World) -> String {
    let now = world.with(|state| state.now());
    rhc_core::fake::respond::timestamp(now)
}

#[tokio::test(start_paused = true)]
async fn a_renamed_database_keeps_what_it_has() {
    let world = with_server().await;
    add_user(&world, "hp2_db");
    let before = server(&world).databases().get("hp2_db").await.unwrap();
    let renamed = server(&world)
        .database("hp2_db")
        .rename("hp3_db")
        .await
        .unwrap();
    let after = server(&world).databases().get("hp3_db").await.unwrap();
    assert_eq!(after.id.as_ref(), Some(renamed.id()));
    assert_eq!(after.properties, before.properties);
    assert_eq!((users(&world, "hp2_db"), users(&world, "hp3_db")), (0, 1));
    renamed
        .short_term_retention()
        .get(RETENTION_NAME)
        .await
        .unwrap();
    let gone = server(&world).databases().get_opt("hp2_db").await.unwrap();
    assert!(gone.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_database_is_renamed_on_its_server_only() {
    let world = with_warehouse().await;
    for (name, expected) in [
        ("master", "CannotUseReservedDatabaseName"),
        ("DW_DB", "DatabaseNameInUse"),
        ("a*b", "UnsupportedServiceName"),
        (&"a".repeat(129), "TokenTooLong"),
    ] {
        let error = server(&world)
            .database("hp2_db")
            .rename(name)
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some(expected), "{error}");
    }
    for name in ["", "a/b"] {
        let error = server(&world)
            .database("hp2_db")
            .rename(name)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), rhc_core::ErrorKind::InvalidInput, "{error}");
    }
    let target = |id: String| json!({ "id": id });
    let own = child("databases", "x").to_string();
    for (body, expected) in [
        (json!({}), "InvalidResourceMoveRequest"),
        (target("nonsense".to_owned()), "InvalidMoveTargetResourceId"),
        (
            target(own.replace(SERVER, "other")),
            "MismatchingServerNameWithUrl",
        ),
        (
            target(own.replace("rhc-db-qa-rg", "rg")),
            "MismatchingResourceGroupNameWithUrl",
        ),
    ] {
        let databases = server(&world).databases();
        let error = databases
            .action::<()>("hp2_db", "move", Some(&body))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some(expected), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_warehouse_is_paused_and_resumed() {
    let world = with_warehouse().await;
    let warehouse = server(&world).database("dw_db");
    let under_way = warehouse.begin_pause().await.unwrap();
    let again = warehouse.begin_pause().await.unwrap_err();
    assert_eq!(
        again.code(),
        Some("CannotDeactivateWhenDeactivatingInProgress")
    );
    let paused = under_way.await.unwrap().properties;
    assert_eq!(paused.status.as_deref(), Some("Paused"));
    assert!(paused.paused_date.is_some());
    let resumed = warehouse.begin_resume().await.unwrap().await.unwrap();
    assert_eq!(resumed.properties.status.as_deref(), Some("Online"));
    assert!(resumed.properties.resumed_date.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_restored_database_has_what_its_source_has() {
    let world = with_server().await;
    add_user(&world, "hp2_db");
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let wanted = SqlDatabase::as_of("eastus2", child("databases", "hp2_db"), now(&world));
    let restored = server(&world)
        .databases()
        .put("before", &wanted)
        .await
        .unwrap();
    assert_eq!(restored.properties.create_mode, None);
    let size = restored.properties.current_service_objective_name;
    assert_eq!((size.as_deref(), users(&world, "before")), (Some("S0"), 1));
}

#[tokio::test(start_paused = true)]
async fn restores_name_a_source_and_a_moment() {
    let world = with_server().await;
    let source = child("databases", "hp2_db").to_string();
    let fresh = child("databases", "fresh");
    let point = "PointInTimeRestore";
    let (then, never) = ("2026-01-01T00:00:00Z", "2126-01-01T00:00:00Z");
    for (properties, expected) in [
        (json!({"createMode": "Guess"}), "InvalidParameterValue"),
        (json!({"createMode": point}), "MissingSourceDatabaseId"),
        (
            json!({"createMode": point, "sourceDatabaseId": "hp2_db"}),
            "InvalidSourceDatabaseId",
        ),
        (
            json!({"createMode": point, "sourceDatabaseId": source}),
            "MissingRestorePointInTime",
        ),
        (
            json!({"createMode": point, "sourceDatabaseId": source, "restorePointInTime": never}),
            "InvalidPointInTime",
        ),
        (
            json!({"createMode": point, "sourceDatabaseId": source, "restorePointInTime": "noon"}),
            "InvalidPointInTime",
        ),
        (
            json!({"createMode": point, "sourceDatabaseId": source.replace("hp2", "hp9"), "restorePointInTime": then}),
            "InvalidLiveDatabase",
        ),
        (
            json!({"createMode": "Copy", "sourceDatabaseId": source.replace(SERVER, "other")}),
            "SourceServerNotFound",
        ),
        (
            json!({"createMode": "Secondary", "sourceDatabaseId": source}),
            "ReplicationSourceAndTargetMustBeInDifferentServers",
        ),
        (json!({"createMode": "Restore"}), "MissingSourceDatabaseId"),
        (
            json!({"createMode": "Restore", "sourceDatabaseId": source}),
            "MissingSourceDatabaseDeletionDate",
        ),
        (
            json!({"createMode": "Restore", "sourceDatabaseId": source, "sourceDatabaseDeletionDate": "noon"}),
            "InvalidRestorableDroppedDatabaseDeletionDate",
        ),
        (
            json!({"createMode": "Restore", "sourceDatabaseId": source, "sourceDatabaseDeletionDate": then}),
            "InvalidDroppedDatabase",
        ),
        (
            json!({"createMode": "Restore", "sourceDatabaseId": source, "restorableDroppedDatabaseId": source}),
            "RestorableDroppedDatabaseIdGivenForRestoreWithSourceDatabaseId",
        ),
        (
            json!({"createMode": "Restore", "restorableDroppedDatabaseId": source}),
            "InvalidRestorableDroppedDatabaseId",
        ),
        (
            json!({"createMode": "Recovery", "sourceDatabaseId": source}),
            "RecoveryPointDoesNotExist",
        ),
        (
            json!({"createMode": "RestoreLongTermRetentionBackup"}),
            "LtrBackupNotFound",
        ),
        (
            json!({"createMode": "RestoreExternalBackup", "sourceDatabaseId": source}),
            "InvalidDatabaseCreateMode",
        ),
    ] {
        assert_eq!(
            code(&world, &fresh, made(properties.clone())).await,
            expected,
            "{properties}"
        );
    }
    let over = made(json!({"createMode": "Copy", "sourceDatabaseId": source}));
    let error = refused(&world, &child("databases", "hp2_db"), over).await;
    assert_eq!(error.code(), Some("RemoteDatabaseExists"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_secondary_has_its_sources_name_on_another_server() {
    let world = with_server().await;
    let other = SqlServer::entra_only("westus3", &administrators());
    servers(&world)
        .in_group(group_id())
        .put("rhc-qa-west", &other)
        .await
        .unwrap();
    let id = group_id()
        .resource("Microsoft.Sql/servers", "rhc-qa-west")
        .unwrap();
    let west = servers(&world).server(id).databases();
    let wanted = SqlDatabase::secondary_of("westus3", child("databases", "hp2_db"));
    let error = west.put("hp3_db", &wanted).await.unwrap_err();
    assert_eq!(
        error.code(),
        Some("ReplicationSourceAndTargetMustHaveSameName")
    );
    let made = west.put("hp2_db", &wanted).await.unwrap();
    assert_eq!(made.location.as_deref(), Some("westus3"));
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_can_be_had_back_until_its_retention_is_over() {
    let world = with_server().await;
    add_user(&world, "hp2_db");
    let databases = server(&world).databases();
    databases.delete("hp2_db").await.unwrap();
    assert_eq!(users(&world, "hp2_db"), 0);
    let kept = server(&world)
        .restorable_dropped_databases()
        .list()
        .collect_all()
        .await
        .unwrap();
    let [kept] = &kept[..] else {
        panic!("{kept:?}");
    };
    // Named by the id that it had, and the moment.
    let body = made(
        json!({"createMode": "Restore", "sourceDatabaseId": child("databases", "hp2_db").as_str(),
        "sourceDatabaseDeletionDate": kept.properties.deletion_date}),
    );
    let back = crate::support::put(&world, &child("databases", "hp2_db"), body)
        .await
        .unwrap();
    assert_eq!(back["properties"]["currentServiceObjectiveName"], "S0");
    assert_eq!(users(&world, "hp2_db"), 1);

    tokio::time::sleep(Duration::from_secs(8 * 86_400)).await;
    let kept = server(&world).restorable_dropped_databases().list();
    assert!(kept.collect_all().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_of_a_server_that_is_gone() {
    let world = with_dropped().await;
    let servers = servers(&world).in_group(group_id());
    servers.delete(SERVER).await.unwrap();
    let left = world.with(|state| {
        let arm = state.section::<rhc_arm::fake::Arm>();
        arm.below(child("x", "y").parent().unwrap().as_str())
            .count()
    });
    assert_eq!(left, 0);
}

#[tokio::test(start_paused = true)]
async fn retention_reaches_as_far_back_as_it_says() {
    let world = with_server().await;
    let policy = server(&world).database("hp2_db").short_term_retention();
    policy
        .put(RETENTION_NAME, &ShortTermRetention::days(2))
        .await
        .unwrap();
    let early = now(&world);
    tokio::time::sleep(Duration::from_secs(3 * 86_400)).await;
    let wanted = SqlDatabase::as_of("eastus2", child("databases", "hp2_db"), early);
    let error = server(&world)
        .databases()
        .put("before", &wanted)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("InvalidPointInTime"), "{error}");
    let of = child("databases", "hp2_db").child("backupShortTermRetentionPolicies", "default");
    for days in [json!(0), json!(36), json!("7")] {
        let body = json!({"properties": {"retentionDays": days}});
        assert_eq!(
            code(&world, &of, body).await,
            "InvalidBackupRetentionPeriod"
        );
    }
    let of = child("databases", "hp2_db").child("backupLongTermRetentionPolicies", "default");
    let body = json!({"properties": {"weeklyRetention": "a while"}});
    assert_eq!(
        code(&world, &of, body).await,
        "LongTermRetentionPolicyInvalid"
    );
}

#[tokio::test(start_paused = true)]
async fn a_vaults_key_is_checked() {
    let world = with_server().await;
    let name = ServerKey::name_of(KEY).unwrap();
    let key = |name: &str| child("keys", name);
    let body = |uri: &str| json!({"properties": {"serverKeyType": "AzureKeyVault", "uri": uri}});
    for (name, body, expected) in [
        (
            "ServiceManaged",
            json!({"properties": {"serverKeyType": "ServiceManaged"}}),
            "InvalidUpsertKeyType",
        ),
        (
            name.as_str(),
            json!({"properties": {}}),
            "InvalidKeyUpsertRequest",
        ),
        (
            &name,
            json!({"properties": {"serverKeyType": "Mine"}}),
            "InvalidKeyType",
        ),
        (&name, body(""), "SecurityAzureKeyVaultUrlNullOrEmpty"),
        (&name, body("https://x/y"), "AzureKeyVaultMalformedVaultUri"),
        ("other", body(KEY), "InvalidKeyName"),
        (&name, body(KEY), "AzureKeyVaultNoServerIdentity"),
    ] {
        assert_eq!(code(&world, &key(name), body).await, expected);
    }
    let world = with_vault().await;
    assert_eq!(
        code(&world, &key(&name), body(KEY)).await,
        "AzureKeyVaultMissingPermissions"
    );
}

#[tokio::test(start_paused = true)]
async fn the_protector_shows_its_key_and_keeps_it() {
    let world = with_keys().await;
    let server = server(&world);
    let name = ServerKey::name_of(KEY).unwrap();
    let made = server
        .keys()
        .put(&name, &ServerKey::key_vault(KEY))
        .await
        .unwrap();
    assert_eq!(made.kind.as_deref(), Some("azurekeyvault"));
    let protector = server.encryption_protector();
    let used = protector
        .put(
            EncryptionProtector::NAME,
            &EncryptionProtector::key_vault(&name),
        )
        .await
        .unwrap();
    assert_eq!(used.properties.uri.as_deref(), Some(KEY));
    let error = server.keys().delete(&name).await.unwrap_err();
    assert_eq!(error.code(), Some("AzureKeyVaultKeyInUse"));
    let back = protector
        .put(
            EncryptionProtector::NAME,
            &EncryptionProtector::service_managed(),
        )
        .await
        .unwrap();
    assert_eq!(back.properties.uri, None);
    server.keys().delete(&name).await.unwrap();
    let error = server.keys().delete("ServiceManaged").await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidUpsertKeyType"));
}
