//! A World with a network, an identity and a registry.

use azure_core::http::{Method as RawMethod, Request as RawRequest, Url};
use rhc_arm::{ArmClient, ResourceId};
use rhc_containerapps::ContainerAppsClient;
use rhc_core::fake::directory::Replication;
use rhc_core::fake::{ObjectKind, State, World, WorldOptions};
use rhc_core::{Error, Method, Path, Request, Result};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) const SUBSCRIPTION: &str = "00000000-0000-0000-0000-00000000005b";
pub(crate) const GROUP: &str =
    "/subscriptions/00000000-0000-0000-0000-00000000005b/resourceGroups/rhc-hp2-qa-rg";
pub(crate) const ENVIRONMENT: &str = "hp225qa-env";
pub(crate) const APP: &str = "hp225qa-app";
pub(crate) const IMAGE: &str = "mcr.microsoft.com/k8se/quickstart:latest";
pub(crate) const OWN_IMAGE: &str = "smx25qaacr.azurecr.io/hp2:1";
pub(crate) const PROBE_IMAGE: &str = "smx25qaacr.azurecr.io/rhc-probe:1";
const PRINCIPAL: Uuid = Uuid::from_u128(0x1d);

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) tenant: Uuid,
}

fn there(state: &mut State, below: &str, body: Value) {
    let mut body = body;
    body["id"] = json!(format!("{GROUP}{below}"));
    rhc_arm::fake::put_resource(state, body);
}

pub(crate) fn subnet(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/rhc-qa-vnet/subnets/{name}")
}

pub(crate) fn identity() -> String {
    format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/hp225qa-id")
}

pub(crate) fn registry() -> String {
    format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/smx25qaacr")
}

pub(crate) fn id(kind: &str, name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.App/{kind}/{name}")
}

impl Stage {
    pub(crate) fn new() -> Self {
        let world = World::new(WorldOptions {
            replication: Replication::NONE,
            ..WorldOptions::default()
        });
        rhc_arm::fake::mount(&world);
        rhc_containerapps::fake::mount(&world);
        let tenant = world.with(|state| {
            let tenant = state.directory().add_workforce_tenant("backoffice").unwrap();
            let owner = state.directory().operator(tenant).unwrap();
            let providers = &["Microsoft.App", "Microsoft.Network"];
            let id = SUBSCRIPTION.parse().unwrap();
            rhc_arm::fake::create_subscription(state, id, "qa", tenant, owner, providers);
            network(state);
            let body: Map<String, Value> = serde_json::from_value(json!({
                "appId": Uuid::from_u128(0x1e), "displayName": "hp225qa-id", "servicePrincipalType": "ManagedIdentity",
                "alternativeNames": ["isExplicit=True", identity()],
            }))
            .unwrap();
            state
                .directory()
                .insert_settled(tenant, ObjectKind::ServicePrincipal, PRINCIPAL, body)
                .unwrap();
            tenant
        });
        Self { world, tenant }
    }

    /// With an environment that is ready.
    pub(crate) async fn ready() -> Self {
        let stage = Self::new();
        stage.make_environment(&environment()).await;
        stage
    }

    pub(crate) async fn make_environment(&self, body: &Value) {
        let environments = self.client().environments(group());
        let body = serde_json::from_value(body.clone()).unwrap();
        environments.put(ENVIRONMENT, &body).await.unwrap();
    }

    pub(crate) fn arm(&self) -> ArmClient {
        let credential = self.world.sign_in(&self.tenant.to_string(), &[]);
        ArmClient::new(credential, Some(self.world.client_options().into())).unwrap()
    }

    pub(crate) fn client(&self) -> ContainerAppsClient {
        ContainerAppsClient::new(self.arm())
    }

    /// Sends a body as it is, past everything that our model would mend.
    pub(crate) async fn send(
        &self,
        method: Method,
        kind: &str,
        name: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let path = Path::new("/subscriptions")
            .segment(SUBSCRIPTION)
            .segment("resourceGroups")
            .segment("rhc-hp2-qa-rg")
            .fixed("/providers/Microsoft.App")
            .segment(kind);
        let path = name.split('/').fold(path, |path, name| path.segment(name));
        let mut request = Request::new("test", method, path).query("api-version", "2025-07-01");
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.arm().request(request).await?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        answer.json()
    }

    /// The refusal of an environment.
    pub(crate) async fn refused_environment(&self, body: &Value) -> Error {
        self.send(Method::Put, "managedEnvironments", ENVIRONMENT, Some(body))
            .await
            .unwrap_err()
    }

    /// The refusal of an app.
    pub(crate) async fn refused_app(&self, body: &Value) -> Error {
        self.send(Method::Put, "containerApps", APP, Some(body))
            .await
            .unwrap_err()
    }

    /// Makes or changes the app, and waits.
    pub(crate) async fn put_app(
        &self,
        body: &Value,
    ) -> Result<rhc_arm::Resource<rhc_containerapps::ContainerApp>> {
        let body = serde_json::from_value(body.clone()).unwrap();
        self.client().apps(group()).put(APP, &body).await
    }

    pub(crate) fn change(&self, id: &str, path: &str, value: Value) {
        self.world.with(|state| {
            let arm = state.section::<rhc_arm::fake::Arm>();
            arm.get_mut(id).unwrap().set(path, value);
        });
    }

    pub(crate) fn let_pull(&self) {
        self.world.with(|state| {
            rhc_arm::fake::assign_role(state, &registry(), PRINCIPAL, rhc_arm::fake::ACR_PULL);
        });
    }

    /// What status a browser gets, if it gets a connection.
    pub(crate) async fn try_browse(&self, url: &str) -> Option<u16> {
        let request = RawRequest::new(Url::parse(url).unwrap(), RawMethod::Get);
        let answer = self.world.transport().execute_request(&request).await;
        answer.ok().map(|answer| answer.deconstruct().0.into())
    }

    /// What a browser gets: status, `Location` and body.
    pub(crate) async fn browse(&self, url: &str) -> (u16, String, String) {
        let request = RawRequest::new(Url::parse(url).unwrap(), RawMethod::Get);
        let answer = self
            .world
            .transport()
            .execute_request(&request)
            .await
            .unwrap()
            .try_into_raw_response()
            .await
            .unwrap();
        let location = answer
            .headers()
            .get_optional_str(&"location".into())
            .unwrap_or_default()
            .to_owned();
        let body = String::from_utf8(answer.body().to_vec()).unwrap();
        (answer.status().into(), location, body)
    }
}

fn network(state: &mut State) {
    there(state, "", json!({ "location": "eastus2" }));
    let network = "/providers/Microsoft.Network/virtualNetworks/rhc-qa-vnet";
    there(state, network, json!({ "location": "eastus2" }));
    let delegation =
        json!([{ "name": "apps", "properties": { "serviceName": "Microsoft.App/environments" } }]);
    for (name, prefix, delegations) in [
        ("hp2-apps", "10.40.0.0/23", delegation.clone()),
        ("smx-apps", "10.40.2.0/23", delegation.clone()),
        ("least", "10.40.4.0/27", delegation.clone()),
        ("small", "10.40.5.0/28", delegation),
        ("endpoints", "10.40.6.0/24", json!([])),
        ("plain", "10.40.8.0/23", json!([])),
    ] {
        let body = json!({ "properties": { "addressPrefix": prefix, "delegations": delegations } });
        there(state, &format!("{network}/subnets/{name}"), body);
    }
    let identity = json!({
        "location": "eastus2",
        "properties": { "principalId": PRINCIPAL, "clientId": Uuid::from_u128(0x1e) },
    });
    let below = "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/hp225qa-id";
    there(state, below, identity);
    let registry =
        json!({ "location": "eastus2", "properties": { "loginServer": "smx25qaacr.azurecr.io" } });
    let below = "/providers/Microsoft.ContainerRegistry/registries/smx25qaacr";
    there(state, below, registry);
    for image in [OWN_IMAGE, PROBE_IMAGE] {
        rhc_containerapps::fake::push_image(state, image);
    }
}

pub(crate) fn group() -> ResourceId {
    GROUP.parse().unwrap()
}

/// The environment that the tests begin with.
pub(crate) fn environment() -> Value {
    json!({
        "location": "eastus2",
        "properties": {
            "vnetConfiguration": { "infrastructureSubnetId": subnet("hp2-apps"), "internal": false },
            "appLogsConfiguration": { "destination": "azure-monitor" },
            "workloadProfiles": [{ "name": "Consumption", "workloadProfileType": "Consumption" }],
        },
    })
}

/// The app that the tests begin with.
pub(crate) fn app() -> Value {
    json!({
        "location": "eastus2",
        "identity": { "type": "UserAssigned", "userAssignedIdentities": { identity(): {} } },
        "properties": {
            "environmentId": id("managedEnvironments", ENVIRONMENT),
            "configuration": {
                "activeRevisionsMode": "Multiple",
                "ingress": { "external": true, "targetPort": 80 },
            },
            "template": {
                "containers": [{
                    "name": "web", "image": IMAGE, "resources": { "cpu": 0.5, "memory": "1Gi" },
                    "probes": [{ "type": "Liveness", "httpGet": { "path": "/", "port": 80 } }],
                }],
                "scale": { "minReplicas": 1, "maxReplicas": 3 },
            },
        },
    })
}

/// The job that the tests begin with.
pub(crate) fn job() -> Value {
    json!({
        "location": "eastus2",
        "identity": { "type": "UserAssigned", "userAssignedIdentities": { identity(): {} } },
        "properties": {
            "environmentId": id("managedEnvironments", ENVIRONMENT),
            "configuration": {
                "triggerType": "Manual",
                "replicaTimeout": 300,
                "replicaRetryLimit": 0,
                "manualTriggerConfig": { "parallelism": 1, "replicaCompletionCount": 1 },
                "registries": [{ "server": "smx25qaacr.azurecr.io", "identity": identity() }],
            },
            "template": { "containers": [{
                "name": "probe", "image": PROBE_IMAGE, "args": ["--hello"],
                "env": [{ "name": "GREETING", "value": "hello" }],
                "resources": { "cpu": 0.25, "memory": "0.5Gi" },
            }] },
        },
    })
}

/// A body with another value where a pointer points; what is on the way is made.
pub(crate) fn with(mut body: Value, path: &str, value: Value) -> Value {
    let mut place = &mut body;
    for step in path.split('.') {
        place = match step.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[step],
        };
    }
    *place = value;
    body
}

/// The status and code of a refusal.
pub(crate) fn said(error: &Error) -> (u16, &str) {
    (
        error.status().unwrap_or_default(),
        error.code().unwrap_or_default(),
    )
}
