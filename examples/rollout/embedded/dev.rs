//! Development as it stands: both stacks in their protected tenant, for the environment to be compared with.

use rhc_core::fake::State;
use serde_json::{Value, json};

use crate::manifest::Manifest;

/// What a list of a resource group shows of a thing: type, name, location, kind, SKU.
type Listed = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
);

const HERE: &str = "eastus2";
const EVERYWHERE: &str = "global";

const HP2: [Listed; 9] = [
    (
        "Microsoft.App/containerApps",
        "hp225dev-app",
        HERE,
        None,
        None,
    ),
    (
        "Microsoft.App/managedEnvironments",
        "hp225dev-env",
        HERE,
        None,
        None,
    ),
    ("Microsoft.KeyVault/vaults", "hp225dev-kv", HERE, None, None),
    (
        "Microsoft.Insights/components",
        "hp225dev-insights",
        HERE,
        Some("web"),
        None,
    ),
    (
        "Microsoft.OperationalInsights/workspaces",
        "hp225dev-logsworkspace",
        HERE,
        None,
        None,
    ),
    (
        "Microsoft.Communication/emailServices",
        "hp225dev-email-services",
        EVERYWHERE,
        None,
        None,
    ),
    (
        "Microsoft.Communication/emailServices/domains",
        "hp225dev-email-services/AzureManagedDomain",
        EVERYWHERE,
        None,
        None,
    ),
    (
        "Microsoft.Communication/communicationServices",
        "hp225dev-comms",
        EVERYWHERE,
        None,
        None,
    ),
    (
        "Microsoft.Communication/communicationServices",
        "hp225dev-communication-services",
        EVERYWHERE,
        None,
        None,
    ),
];

const SMX: [Listed; 10] = [
    (
        "Microsoft.App/containerApps",
        "smx25dev-app",
        HERE,
        None,
        None,
    ),
    (
        "Microsoft.App/managedEnvironments",
        "smx25dev-env",
        HERE,
        None,
        None,
    ),
    (
        "Microsoft.ContainerRegistry/registries",
        "smx25devacr",
        HERE,
        None,
        Some("Basic"),
    ),
    (
        "Microsoft.Storage/storageAccounts",
        "smx25devstorage",
        HERE,
        Some("StorageV2"),
        Some("Standard_LRS"),
    ),
    ("Microsoft.KeyVault/vaults", "smx25dev-kv", HERE, None, None),
    (
        "Microsoft.Insights/components",
        "smx25dev-insights",
        HERE,
        Some("web"),
        None,
    ),
    (
        "Microsoft.OperationalInsights/workspaces",
        "smx25dev-logsworkspace",
        HERE,
        None,
        None,
    ),
    (
        "Microsoft.Communication/emailServices",
        "smx25dev-email",
        EVERYWHERE,
        None,
        None,
    ),
    (
        "Microsoft.Communication/emailServices/domains",
        "smx25dev-email/AzureManagedDomain",
        EVERYWHERE,
        None,
        None,
    ),
    (
        "Microsoft.Communication/communicationServices",
        "smx25dev-comms",
        EVERYWHERE,
        None,
        None,
    ),
];

/// The resource groups and what stands in them.
const STACKS: [(&str, &[Listed]); 2] = [("hp225dev-rg", &HP2), ("smx25dev-rg", &SMX)];

/// Puts the stacks that the environment file mirrors into their tenant, which is there already.
pub(super) fn seed(state: &mut State, manifest: &Manifest) {
    for (_, app) in manifest.apps() {
        let mirror = &app.mirrors;
        let tenant = state.directory_ref().tenant(&mirror.tenant_domain);
        let Some((tenant, label)) = tenant.map(|tenant| (tenant.id, tenant.label().to_owned()))
        else {
            continue;
        };
        let Some(owner) = state.directory_ref().operator(tenant) else {
            continue;
        };
        let known = STACKS
            .iter()
            .find(|(group, _)| group.eq_ignore_ascii_case(&mirror.resource_group));
        let Some((group, stack)) = known else {
            continue;
        };
        let name = format!("subs-{label}");
        let subscription = state.derived_uuid(&["subscription", &name]);
        rhc_arm::fake::create_subscription(state, subscription, &name, tenant, owner, &[]);
        let group = format!("/subscriptions/{subscription}/resourceGroups/{group}");
        put(state, json!({"id": group, "location": HERE}));
        for one in *stack {
            put(state, body(&group, one));
        }
    }
}

fn body(group: &str, (resource_type, name, location, kind, sku): &Listed) -> Value {
    let mut types = resource_type.split('/');
    let mut id = format!("{group}/providers/{}", types.next().unwrap_or_default());
    for (of, called) in types.zip(name.split('/')) {
        id.push_str(&format!("/{of}/{called}"));
    }
    let mut body = json!({"id": id, "location": location});
    if let Some(kind) = kind {
        body["kind"] = json!(kind);
    }
    if let Some(sku) = sku {
        body["sku"] = json!({"name": sku});
    }
    body
}

fn put(state: &mut State, mut body: Value) {
    body["tags"] = json!({});
    body["properties"] = json!({"provisioningState": "Succeeded"});
    rhc_arm::fake::put_resource(state, body);
}
