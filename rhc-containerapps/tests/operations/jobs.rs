//! Jobs and their executions.

use super::place::{SUBSCRIPTION, group, job, job_id, job_template, nowhere, text};
use rhc_arm::ResourceId;
use rhc_containerapps::JobTemplate;
use serde_json::json;

operations! {
    job_put: "jobs.put", Environment => |containers| containers.jobs(group()).put("probe", &job()).await;
    job_get: "jobs.get", Job => |containers| containers.jobs(group()).get("probe").await;
    job_list: "jobs.list", Job => |containers| {
        let subscription = ResourceId::of_subscription(&SUBSCRIPTION.parse().unwrap());
        containers.jobs(subscription).list().collect_all().await
    };
    job_update: "jobs.update", Job => |containers| {
        let change = json!({ "properties": { "configuration": { "replicaTimeout": 600 } } });
        containers.jobs(group()).update("probe", &change).await
    };
    job_delete: "jobs.delete", Job => |containers| containers.jobs(group()).delete("probe").await;
    job_start: "jobs.start", Job => |containers| containers.start_job(&job_id(), None).await;
    job_start_otherwise: "jobs.start.otherwise", Job => |containers| {
        containers.start_job(&job_id(), Some(&job_template("one"))).await
    };
    job_stop: "jobs.stop_executions", Job => |containers| containers.stop_executions(&job_id()).await;
    job_secrets: "jobs.list_secrets", Job => |containers| containers.list_job_secrets(&job_id()).await;
    execution_get: "executions.get", Job => |containers| containers.executions(&job_id()).get("probe-db51ldq").await;
    execution_list: "executions.list", Job => |containers| containers.executions(&job_id()).list().collect_all().await;
    execution_stop: "executions.stop", Job => |containers| containers.stop_execution(&job_id(), "probe-db51ldq").await;
}

refusals! {
    job_of_an_image_that_is_not_there: "jobs.put.unknownImage", Environment => |containers| {
        let mut job = job();
        let containers_of = job.properties.template.as_mut().and_then(|own| own.containers.as_mut());
        for container in containers_of.into_iter().flatten() {
            container.image = text("fixtures.azurecr.io/probe:1");
        }
        containers.jobs(group()).put("probe", &job).await
    };
    job_that_is_missing: "jobs.get.missing", Environment => |containers| containers.jobs(group()).get("probe").await;
    job_list_of_no_group: "jobs.list.missing", Job => |containers| containers.jobs(nowhere()).list().collect_all().await;
    job_of_no_time: "jobs.update.noTime", Job => |containers| {
        let change = json!({ "properties": { "configuration": { "replicaTimeout": 0 } } });
        containers.jobs(group()).update("probe", &change).await
    };
    job_in_use: "jobs.delete.busy", Job => |containers| {
        let _going_on = containers.jobs(group()).begin_update("probe", &json!({ "tags": { "rhc-app": "hp2" } })).await?;
        containers.jobs(group()).delete("probe").await
    };
    job_start_of_a_missing_one: "jobs.start.missing", Environment => |containers| containers.start_job(&job_id(), None).await;
    job_start_of_nothing: "jobs.start.otherwise.noImage", Job => |containers| {
        containers.start_job(&job_id(), Some(&JobTemplate::default())).await
    };
    job_stop_of_a_missing_one: "jobs.stop_executions.missing", Environment => |containers| containers.stop_executions(&job_id()).await;
    job_secrets_of_a_missing_one: "jobs.list_secrets.missing", Environment => |containers| containers.list_job_secrets(&job_id()).await;
    execution_that_is_missing: "executions.get.missing", Job => |containers| containers.executions(&job_id()).get("probe-0000000").await;
    execution_list_of_no_job: "executions.list.missing", Environment => |containers| containers.executions(&job_id()).list().collect_all().await;
    execution_stop_of_a_missing_one: "executions.stop.missing", Job => |containers| containers.stop_execution(&job_id(), "probe-0000000").await;
}
