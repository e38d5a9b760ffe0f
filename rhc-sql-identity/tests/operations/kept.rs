//! Other names, pauses, what databases are made from, and what is kept of them.

use super::place::empty;
use crate::support::{child, dropped_id, server_id, with_dropped, with_server, with_warehouse};
use rhc_arm::Resource;
use rhc_sql_identity::{LongTermRetention, RETENTION_NAME, ShortTermRetention, SqlDatabase};
use serde_json::json;

/// A moment long before the database.
const EARLIER: &str = "2025-12-31T00:00:00Z";

fn long_term() -> Resource<LongTermRetention> {
    let mut policy = Resource::<LongTermRetention>::default();
    policy.properties.weekly_retention = Some("P4W".to_owned());
    policy.properties.yearly_retention = Some("P5Y".to_owned());
    policy.properties.week_of_year = Some(1);
    policy
}

operations! {
    databases_rename: "databases.rename", with_server() => |sql| {
        let renamed = sql.server(server_id()).database("hp2_db").rename("hp3_db").await?;
        Ok(renamed.id().to_string())
    };
    databases_pause: "databases.pause", with_warehouse() => |sql| sql.server(server_id()).database("dw_db").begin_pause().await?.await;
    databases_resume: "databases.resume", with_warehouse() => |sql| {
        let database = sql.server(server_id()).database("dw_db");
        database.begin_pause().await?.await?;
        database.begin_resume().await?.await
    };
    databases_as_of: "databases.put.asOf", with_server() => |sql| {
        let databases = sql.server(server_id()).databases();
        let source = databases.get("hp2_db").await?;
        let moment = source.properties.earliest_restore_date.clone().unwrap_or_default();
        let wanted = SqlDatabase::as_of("eastus2", source.require_id()?.clone(), moment);
        databases.put("hp2_db_before", &wanted).await
    };
    databases_copy: "databases.put.copy", with_server() => |sql| {
        let source = child("databases", "hp2_db");
        sql.server(server_id()).databases().put("hp2_db_copy", &SqlDatabase::copy_of("eastus2", source)).await
    };
    databases_undropped: "databases.put.undropped", with_dropped() => |sql| {
        let dropped = dropped_id(&sql).await?;
        sql.server(server_id()).databases().put("hp2_db", &SqlDatabase::undropped("eastus2", dropped)).await
    };
    dropped_list: "restorable_dropped_databases.list", with_dropped() => |sql| {
        sql.server(server_id()).restorable_dropped_databases().list().collect_all().await
    };
    dropped_get: "restorable_dropped_databases.get", with_dropped() => |sql| {
        let dropped = dropped_id(&sql).await?;
        sql.server(server_id()).restorable_dropped_databases().get(dropped.name()).await
    };
    short_term_get: "short_term_retention.get", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").short_term_retention().get(RETENTION_NAME).await
    };
    short_term_list: "short_term_retention.list", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").short_term_retention().list().collect_all().await
    };
    short_term_put: "short_term_retention.put", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").short_term_retention().put(RETENTION_NAME, &ShortTermRetention::days(35)).await
    };
    short_term_update: "short_term_retention.update", with_server() => |sql| {
        let change = json!({"properties": {"diffBackupIntervalInHours": 24}});
        sql.server(server_id()).database("hp2_db").short_term_retention().update(RETENTION_NAME, &change).await
    };
    long_term_get: "long_term_retention.get", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").long_term_retention().get(RETENTION_NAME).await
    };
    long_term_list: "long_term_retention.list", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").long_term_retention().list().collect_all().await
    };
    long_term_put: "long_term_retention.put", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").long_term_retention().put(RETENTION_NAME, &long_term()).await
    };
}

refusals! {
    name_that_another_has: "databases.rename.inUse", with_warehouse() => |sql| {
        sql.server(server_id()).database("hp2_db").rename("dw_db").await.map(|renamed| renamed.id().to_string())
    };
    pause_of_what_cannot_be_paused: "databases.pause.edition", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").begin_pause().await.map(|_| ())
    };
    resumption_of_what_cannot_be_paused: "databases.resume.edition", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").begin_resume().await.map(|_| ())
    };
    moment_before_the_database: "databases.put.asOf.tooEarly", with_server() => |sql| {
        let source = child("databases", "hp2_db");
        sql.server(server_id()).databases().put("hp2_db_before", &SqlDatabase::as_of("eastus2", source, EARLIER)).await
    };
    copy_of_nothing: "databases.put.copy.missing", with_server() => |sql| {
        let source = child("databases", "corp_db");
        sql.server(server_id()).databases().put("corp_db_copy", &SqlDatabase::copy_of("eastus2", source)).await
    };
    dropped_that_is_not_kept: "databases.put.undropped.missing", with_server() => |sql| {
        let dropped = child("restorableDroppedDatabases", "hp2_db,134113824000000000");
        sql.server(server_id()).databases().put("hp2_db_again", &SqlDatabase::undropped("eastus2", dropped)).await
    };
    dropped_that_is_missing: "restorable_dropped_databases.get.missing", with_server() => |sql| {
        sql.server(server_id()).restorable_dropped_databases().get("hp2_db,134113824000000000").await
    };
    dropped_list_of_no_server: "restorable_dropped_databases.list.missing", empty() => |sql| {
        sql.server(server_id()).restorable_dropped_databases().list().collect_all().await
    };
    short_term_of_no_database: "short_term_retention.get.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").short_term_retention().get(RETENTION_NAME).await
    };
    short_term_list_of_no_database: "short_term_retention.list.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").short_term_retention().list().collect_all().await
    };
    short_term_of_too_many_days: "short_term_retention.put.tooLong", with_server() => |sql| {
        sql.server(server_id()).database("hp2_db").short_term_retention().put(RETENTION_NAME, &ShortTermRetention::days(36)).await
    };
    short_term_of_odd_hours: "short_term_retention.update.oddHours", with_server() => |sql| {
        let change = json!({"properties": {"diffBackupIntervalInHours": 6}});
        sql.server(server_id()).database("hp2_db").short_term_retention().update(RETENTION_NAME, &change).await
    };
    long_term_of_no_database: "long_term_retention.get.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").long_term_retention().get(RETENTION_NAME).await
    };
    long_term_list_of_no_database: "long_term_retention.list.missing", with_server() => |sql| {
        sql.server(server_id()).database("corp_db").long_term_retention().list().collect_all().await
    };
    long_term_of_no_week: "long_term_retention.put.noWeek", with_server() => |sql| {
        let mut policy = long_term();
        policy.properties.week_of_year = None;
        sql.server(server_id()).database("hp2_db").long_term_retention().put(RETENTION_NAME, &policy).await
    };
}
