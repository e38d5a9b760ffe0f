//! Does everything stand in the subscription, tenant and group that the file says?

use async_trait::async_trait;
use rhc_arm::ResourceId;

use super::list;
use super::subscription::Owned;
use crate::engine::{Checked, TenantKey};
use crate::manifest::{App, Manifest};
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for subscription in Owned::all(manifest) {
        let kind = "Microsoft.Resources/resourceGroups";
        let mut groups = subscription.groups.iter();
        if groups.any(|group| checked.named(kind, group).is_some()) {
            checks.push(Box::new(Placement(subscription)));
        }
    }
    checks
}

/// The file's word, not the steps': a step that looked in the wrong place would find its thing there.
struct Placement(Owned);

/// Where the file puts something.
struct Place {
    group: String,
    kind: &'static str,
    name: String,
}

#[async_trait]
impl Check for Placement {
    fn id(&self) -> String {
        format!("control-plane/placement/{}", self.0.name)
    }

    fn title(&self) -> String {
        format!(
            "Everything of this environment in {} stands where the file says",
            self.0.name
        )
    }

    fn tenant(&self) -> TenantKey {
        self.0.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "what stands elsewhere is paid for, secured and deleted by others".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let id = self.0.id(cx)?;
        let arm = cx.arm(self.0.tenant.as_str()).await?;
        let owner = arm.subscription(&id).get().await?.tenant_id;
        let wanted = cx.tenant_id(self.0.tenant.as_str()).await?.to_string();
        if !owner
            .as_ref()
            .is_some_and(|owner| owner.to_string().eq_ignore_ascii_case(&wanted))
        {
            return Ok(Verdict::failed(
                format!(
                    "{} is not a subscription of the tenant {wanted}",
                    self.0.name
                ),
                "find out who moved it; it belongs back, or the file must say otherwise",
            ));
        }
        let environment = &cx.manifest().environment.name;
        let marked = arm.subscription(&id).tagged("rhc-environment", environment);
        let marked = marked.collect_all().await?;
        let mut astray: Vec<String> = marked
            .iter()
            .filter_map(|one| one.id.as_ref())
            .filter(|id| !self.0.holds(id))
            .map(ToString::to_string)
            .collect();

        let mut seen = 0;
        for place in places(cx.manifest(), &self.0.name) {
            let Some(found) = cx.checked().named(place.kind, &place.name) else {
                continue;
            };
            // What is not there at all is found by its own check.
            let Some(found) = found.id().and_then(|id| id.parse::<ResourceId>().ok()) else {
                continue;
            };
            seen += 1;
            let right = found.subscription() == Some(id)
                && found
                    .resource_group()
                    .is_some_and(|group| group.eq_ignore_ascii_case(&place.group));
            if !right {
                astray.push(format!("{found} (expected in {})", place.group));
            }
        }
        Ok(if astray.is_empty() {
            Verdict::passed(format!(
                "{seen} names of the file and {} resources with its mark, each in its group",
                marked.len()
            ))
        } else {
            Verdict::failed(
                format!("elsewhere: {}", list(&astray)),
                "a resource that was moved belongs back; one that was copied loses the tag rhc-environment",
            )
        })
    }
}

/// What the file puts into a subscription, by the subscription's name.
fn places(manifest: &Manifest, subscription: &str) -> Vec<Place> {
    let is_here = |key: &str| {
        let own = manifest.subscription(key);
        own.is_some_and(|own| own.name == subscription)
    };
    let mut places = Vec::new();
    let mut add = |group: &str, kind, name: &str| {
        places.push(Place {
            group: group.to_owned(),
            kind,
            name: name.to_owned(),
        });
    };
    let network = &manifest.network;
    if is_here(&network.subscription) {
        let group = &network.resource_group;
        add(group, "Microsoft.Network/virtualNetworks", &network.name);
        for subnet in network.subnets.values() {
            let kind = "Microsoft.Network/networkSecurityGroups";
            add(group, kind, &subnet.security_group);
        }
        let endpoint = &network.sql_private_endpoint;
        add(group, "Microsoft.Network/privateEndpoints", &endpoint.name);
        add(
            group,
            "Microsoft.Network/privateDnsZones",
            &endpoint.dns_zone,
        );
        for (_, app) in manifest.apps() {
            if let Some(name) = &app.key_vault_endpoint {
                add(group, "Microsoft.Network/privateEndpoints", name);
            }
        }
        if let Some(file) = &manifest.vaults.private_endpoints {
            add(group, "Microsoft.Network/privateDnsZones", &file.dns_zone);
        }
    }
    let database = &manifest.database;
    if is_here(&database.subscription) {
        let group = &database.resource_group;
        add(group, "Microsoft.Sql/servers", &database.server);
        for name in database.databases.keys() {
            add(group, "Microsoft.Sql/servers/databases", name);
        }
        let kind = "Microsoft.OperationalInsights/workspaces";
        add(group, kind, &database.audit.workspace);
    }
    for directory in manifest
        .tenants
        .values()
        .filter_map(|own| own.directory.as_ref())
    {
        if is_here(&directory.subscription) {
            let kind = "Microsoft.AzureActiveDirectory/ciamDirectories";
            add(&directory.resource_group, kind, &directory.name);
        }
    }
    for (_, app) in manifest
        .apps()
        .filter(|(_, app)| is_here(&app.subscription))
    {
        for (kind, name) in of_app(app) {
            add(&app.resource_group, kind, name);
        }
    }
    places
}

fn of_app(app: &App) -> Vec<(&'static str, &str)> {
    let mut all = vec![
        ("Microsoft.App/containerApps", &*app.container_app.name),
        (
            "Microsoft.App/managedEnvironments",
            &*app.container_app.environment,
        ),
        (
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            &*app.identities.app,
        ),
        (
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            &*app.identities.deploy,
        ),
        ("Microsoft.KeyVault/vaults", &*app.key_vault),
        ("Microsoft.Insights/components", &*app.monitoring.insights),
        (
            "Microsoft.OperationalInsights/workspaces",
            &*app.monitoring.workspace,
        ),
        (
            "Microsoft.Communication/emailServices",
            &*app.communication.email_service,
        ),
    ];
    let services = app.communication.services.iter();
    all.extend(services.map(|name| {
        (
            "Microsoft.Communication/communicationServices",
            name.as_str(),
        )
    }));
    let registry = app.registry.as_ref();
    all.extend(registry.map(|own| ("Microsoft.ContainerRegistry/registries", &*own.name)));
    let storage = app.storage.as_ref();
    all.extend(storage.map(|own| ("Microsoft.Storage/storageAccounts", &*own.name)));
    all
}
