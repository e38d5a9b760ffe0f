//! The names that the file gives, held against what their services accept.

mod rule;
mod table;

use super::super::model::Manifest;
use super::super::problem::Rule;
use super::Check;

use rule::NameRule;
pub(super) use rule::Scope;
pub(super) use table::RESOURCE_GROUP;
use table::*;

/// Something with a name, and where it will stand.
#[derive(Debug)]
pub(super) struct Named<'a> {
    pub(super) rule: &'static NameRule,
    pub(super) name: &'a str,
    /// Path of the name in the file.
    pub(super) path: String,
    /// Key of the subscription.
    pub(super) subscription: &'a str,
    pub(super) resource_group: &'a str,
}

/// Everything in the file that will have a name in Azure.
pub(super) fn resources(manifest: &Manifest) -> Vec<Named<'_>> {
    let mut all = Vec::new();
    for (key, subscription) in &manifest.subscriptions {
        let path = format!("subscriptions.{key}.name");
        all.push(Named {
            rule: &SUBSCRIPTION,
            name: &subscription.name,
            path,
            subscription: key,
            resource_group: "",
        });
    }
    for (key, tenant) in &manifest.tenants {
        if let Some(directory) = &tenant.directory {
            let mut at = At::new(
                &mut all,
                format!("tenants.{key}.directory"),
                &directory.subscription,
                &directory.resource_group,
            );
            at.push(&DIRECTORY, "name", &directory.name);
        }
    }
    let network = &manifest.network;
    let mut at = At::new(
        &mut all,
        "network".to_owned(),
        &network.subscription,
        &network.resource_group,
    );
    at.push(&VIRTUAL_NETWORK, "name", &network.name);
    for (name, subnet) in &network.subnets {
        at.push(&SUBNET, &format!("subnets.{name}"), name);
        at.push(
            &SECURITY_GROUP,
            &format!("subnets.{name}.security_group"),
            &subnet.security_group,
        );
    }
    at.push(
        &PRIVATE_ENDPOINT,
        "sql_private_endpoint.name",
        &network.sql_private_endpoint.name,
    );
    at.push(
        &ZONE_LINK,
        "sql_private_endpoint.dns_zone_link",
        &network.sql_private_endpoint.dns_zone_link,
    );
    for (key, app) in &manifest.apps {
        if let Some(endpoint) = &app.key_vault_endpoint {
            all.push(Named {
                rule: &PRIVATE_ENDPOINT,
                name: endpoint,
                path: format!("apps.{key}.key_vault_endpoint"),
                subscription: &network.subscription,
                resource_group: &network.resource_group,
            });
        }
    }
    if let Some(file) = &manifest.vaults.private_endpoints {
        all.push(Named {
            rule: &ZONE_LINK,
            name: &file.dns_zone_link,
            path: "vaults.private_endpoints.dns_zone_link".to_owned(),
            subscription: &network.subscription,
            resource_group: &network.resource_group,
        });
    }
    let database = &manifest.database;
    let mut at = At::new(
        &mut all,
        "database".to_owned(),
        &database.subscription,
        &database.resource_group,
    );
    at.push(&SQL_SERVER, "server", &database.server);
    for name in database.databases.keys() {
        at.push(&SQL_DATABASE, &format!("databases.{name}"), name);
    }
    at.push(&WORKSPACE, "audit.workspace", &database.audit.workspace);
    for (key, app) in &manifest.apps {
        let mut at = At::new(
            &mut all,
            format!("apps.{key}"),
            &app.subscription,
            &app.resource_group,
        );
        at.push(
            &CONTAINER_APP,
            "container_app.name",
            &app.container_app.name,
        );
        at.push(
            &MANAGED_ENVIRONMENT,
            "container_app.environment",
            &app.container_app.environment,
        );
        at.push(&IDENTITY, "identities.app", &app.identities.app);
        at.push(&IDENTITY, "identities.deploy", &app.identities.deploy);
        at.push(&KEY_VAULT, "key_vault", &app.key_vault);
        at.push(&INSIGHTS, "monitoring.insights", &app.monitoring.insights);
        at.push(
            &WORKSPACE,
            "monitoring.workspace",
            &app.monitoring.workspace,
        );
        at.push(
            &EMAIL_SERVICE,
            "communication.email_service",
            &app.communication.email_service,
        );
        for (index, name) in app.communication.services.iter().enumerate() {
            at.push(
                &COMMUNICATION,
                &format!("communication.services[{index}]"),
                name,
            );
        }
        if let Some(registry) = &app.registry {
            at.push(&REGISTRY, "registry.name", &registry.name);
        }
        if let Some(storage) = &app.storage {
            at.push(&STORAGE, "storage.name", &storage.name);
        }
    }
    if let Some(journal) = &manifest.journal {
        // It is there already and belongs to nobody here; its name may still not be one that the rollout gives away.
        for (rule, key, name) in [
            (&STORAGE, "storage_account", &journal.storage_account),
            (&CONTAINER, "container", &journal.container),
        ] {
            all.push(Named {
                rule,
                name,
                path: format!("journal.{key}"),
                subscription: "",
                resource_group: "",
            });
        }
    }
    all
}

/// A resource group that names are gathered for.
struct At<'l, 'a> {
    all: &'l mut Vec<Named<'a>>,
    path: String,
    subscription: &'a str,
    resource_group: &'a str,
}

impl<'l, 'a> At<'l, 'a> {
    fn new(
        all: &'l mut Vec<Named<'a>>,
        path: String,
        subscription: &'a str,
        resource_group: &'a str,
    ) -> Self {
        let mut at = Self {
            all,
            path,
            subscription,
            resource_group,
        };
        at.push(&RESOURCE_GROUP, "resource_group", resource_group);
        at
    }

    fn push(&mut self, rule: &'static NameRule, path: &str, name: &'a str) {
        let path = format!("{}.{path}", self.path);
        let Self {
            subscription,
            resource_group,
            ..
        } = *self;
        self.all.push(Named {
            rule,
            name,
            path,
            subscription,
            resource_group,
        });
    }
}

/// Says which names their services do not accept.
pub(super) fn check(check: &mut Check<'_>, resources: &[Named<'_>]) {
    for named in resources {
        if let Some(fault) = named.rule.fault(named.name) {
            check.report(Rule::Name, &named.path, fault, named.rule.describe());
        }
    }
}

#[cfg(test)]
mod tests;
