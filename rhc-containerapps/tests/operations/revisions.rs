//! Revisions and their replicas.

use super::place::{app_id, revision_id};

operations! {
    revision_get: "revisions.get", App => |containers| containers.revisions(&app_id()).get("web--v1").await;
    revision_list: "revisions.list", App => |containers| containers.revisions(&app_id()).list().collect_all().await;
    revision_activate: "revisions.activate", App => |containers| containers.activate_revision(&app_id(), "web--v1").await;
    revision_deactivate: "revisions.deactivate", App => |containers| containers.deactivate_revision(&app_id(), "web--v1").await;
    revision_restart: "revisions.restart", App => |containers| containers.restart_revision(&app_id(), "web--v1").await;
    replica_list: "replicas.list", App => |containers| containers.replicas(&revision_id()).list().collect_all().await;
    replica_get: "replicas.get", App => |containers| {
        let replicas = containers.replicas(&revision_id());
        let names = replicas.list().collect_all().await?.into_iter().filter_map(|own| own.name);
        let name: String = names.take(1).collect();
        replicas.get(&name).await
    };
}

refusals! {
    revision_that_is_missing: "revisions.get.missing", App => |containers| containers.revisions(&app_id()).get("web--v2").await;
    revision_list_of_no_app: "revisions.list.missing", Environment => |containers| containers.revisions(&app_id()).list().collect_all().await;
    revision_activate_of_a_missing_one: "revisions.activate.missing", App => |containers| containers.activate_revision(&app_id(), "web--v2").await;
    revision_deactivate_of_a_missing_one: "revisions.deactivate.missing", App => |containers| containers.deactivate_revision(&app_id(), "web--v2").await;
    revision_restart_of_a_missing_one: "revisions.restart.missing", App => |containers| containers.restart_revision(&app_id(), "web--v2").await;
    replica_list_of_no_revision: "replicas.list.missing", Environment => |containers| containers.replicas(&revision_id()).list().collect_all().await;
    replica_that_is_missing: "replicas.get.missing", App => |containers| containers.replicas(&revision_id()).get("web--v1-0").await;
}
