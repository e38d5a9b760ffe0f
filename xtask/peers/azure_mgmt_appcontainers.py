"""azure-mgmt-appcontainers: environments, apps with their revisions, jobs."""

from azure.mgmt.appcontainers import ContainerAppsAPIClient
from azure.mgmt.resource.resources import ResourceManagementClient

from peer import REGION, SUBSCRIPTION, check, checking, management, refused, throttled

GROUP, ENVIRONMENT, APP, JOB = "peers-apps", "peers-env", "peers-app", "peers-job"
IMAGE = "mcr.microsoft.com/k8se/quickstart:latest"
management(ResourceManagementClient, SUBSCRIPTION).resource_groups.create_or_update(GROUP, {"location": REGION})
client = management(ContainerAppsAPIClient, SUBSCRIPTION)
environments, apps, revisions, jobs = (
    client.managed_environments,
    client.container_apps,
    client.container_apps_revisions,
    client.jobs,
)

with checking("long-running", "an environment"):
    profile = {"name": "Consumption", "workloadProfileType": "Consumption"}
    body = {"location": REGION, "properties": {"workloadProfiles": [profile]}}
    home = environments.begin_create_or_update(GROUP, ENVIRONMENT, body).result()
    came = (home.name, home.properties.provisioning_state, home.properties.default_domain is not None)
    check("long-running", "an environment", (ENVIRONMENT, "Succeeded", True), came)


def app(**changes):
    ingress = {"external": True, "targetPort": 80, "transport": "auto"}
    secrets = [{"name": "peers", "value": "kept"}]
    configuration = {"activeRevisionsMode": "Single", "ingress": ingress, "secrets": secrets}
    container = {"name": "web", "image": IMAGE, "resources": {"cpu": 0.25, "memory": "0.5Gi"}}
    template = {"containers": [container], "scale": {"minReplicas": 0, "maxReplicas": 2}}
    properties = {"managedEnvironmentId": home.id, "configuration": configuration, "template": template}
    return {"location": REGION, "properties": {**properties, **changes}}


with checking("create", "an app"):
    made = apps.begin_create_or_update(GROUP, APP, app()).result()
    came = (made.name, made.properties.provisioning_state, made.properties.configuration.ingress.fqdn)
    check("create", "an app", (APP, "Succeeded", f"{APP}.{home.properties.default_domain}"), came)
with checking("read", "an app"):
    own = apps.get(GROUP, APP)
    check("read", "an app", IMAGE, own.properties.template.containers[0].image)
    check("read", "an app's secrets are not shown", None, own.properties.configuration.secrets[0].value)
    check("read", "an app's secrets", [("peers", "kept")], [(one.name, one.value) for one in apps.list_secrets(GROUP, APP).value])
with checking("update", "an app"):
    container = {"name": "web", "image": IMAGE, "env": [{"name": "OF", "value": "peers"}], "resources": {"cpu": 0.5, "memory": "1Gi"}}
    change = {"location": REGION, "properties": {"template": {"revisionSuffix": "two", "containers": [container]}}}
    apps.begin_update(GROUP, APP, change).result()
    own = apps.get(GROUP, APP)
    came = (own.properties.latest_revision_name, own.properties.template.containers[0].env[0].value)
    check("update", "an app", (f"{APP}--two", "peers"), came)
with checking("page", "revisions and apps"):
    check("page", "revisions", 2, len(list(revisions.list_revisions(GROUP, APP))))
    check("page", "apps of a group", [APP], [one.name for one in apps.list_by_resource_group(GROUP)])
    check("page", "apps of a subscription", [APP], [one.name for one in apps.list_by_subscription()])
    check("page", "environments", [ENVIRONMENT], [one.name for one in environments.list_by_subscription()])
with checking("update", "a revision"):
    name = f"{APP}--two"
    revisions.restart_revision(GROUP, APP, name)
    check("update", "a revision", (name, True), (revisions.get_revision(GROUP, APP, name).name, revisions.get_revision(GROUP, APP, name).properties.active))
with checking("update", "an app is stopped and started"):
    apps.begin_stop(GROUP, APP).result()
    check("update", "an app is stopped", "Stopped", apps.get(GROUP, APP).properties.running_status)
    apps.begin_start(GROUP, APP).result()
    check("update", "an app is started", "Running", apps.get(GROUP, APP).properties.running_status)


def job():
    configuration = {"triggerType": "Manual", "replicaTimeout": 60, "manualTriggerConfig": {"parallelism": 1, "replicaCompletionCount": 1}}
    template = {"containers": [{"name": "job", "image": IMAGE, "resources": {"cpu": 0.25, "memory": "0.5Gi"}}]}
    return {"location": REGION, "properties": {"environmentId": home.id, "configuration": configuration, "template": template}}


with checking("create", "a job"):
    made = jobs.begin_create_or_update(GROUP, JOB, job()).result()
    check("create", "a job", (JOB, "Succeeded"), (made.name, made.properties.provisioning_state))
with checking("long-running", "a job is started"):
    started = jobs.begin_start(GROUP, JOB).result()
    found = [one.name for one in client.jobs_executions.list(GROUP, JOB)]
    check("long-running", "a job is started", [started.name], found)
with checking("page", "many jobs"):
    for number in range(51):
        jobs.begin_create_or_update(GROUP, f"peers-many-{number:02}", job(), polling=False)
    pages = [list(page) for page in jobs.list_by_resource_group(GROUP).by_page()]
    check("page", "many jobs", (52, True), (sum(map(len, pages)), len(pages) > 1))
refused("not-found", "an app", 404, "ResourceNotFound", lambda: apps.get(GROUP, "peers-absent"))
refused(
    "invalid",
    "an app of a size that is none",
    400,
    "ContainerAppInvalidResourceTotal",
    lambda: apps.begin_create_or_update(
        GROUP, "peers-wrong", app(template={"containers": [{"name": "web", "image": IMAGE, "resources": {"cpu": 0.3, "memory": "7Gi"}}]})
    ),
)
refused(
    "conflict",
    "an app in another place",
    409,
    "InvalidResourceLocation",
    lambda: apps.begin_create_or_update(GROUP, APP, {**app(), "location": "westus2"}),
)
with checking("delete", "an app, a job and their environment"):
    apps.begin_delete(GROUP, APP).result()
    refused("delete", "an app that was deleted", 404, "ResourceNotFound", lambda: apps.get(GROUP, APP))
    for one in list(jobs.list_by_resource_group(GROUP)):
        jobs.begin_delete(GROUP, one.name, polling=False)
throttled("an environment", f"/managedenvironments/{ENVIRONMENT}", lambda **options: environments.get(GROUP, ENVIRONMENT, **options))
