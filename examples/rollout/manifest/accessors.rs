//! What later code asks of the environment file again and again.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::model::{App, Branding, Manifest, Protected, Registry, Subscription, Tenant};

/// Whose a resource is, for its `rhc-app` tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagOwner<'a> {
    /// One app's, by its key.
    App(&'a str),
    /// Everybody's.
    Shared,
}

/// A resource group of the environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceGroupRef {
    /// Key of its subscription.
    pub subscription: String,
    /// Its name.
    pub name: String,
    /// Key of the app whose it is, or nothing if it is everybody's.
    pub app: Option<String>,
}

impl ResourceGroupRef {
    /// Whose it is, for its tags.
    pub fn owner(&self) -> TagOwner<'_> {
        self.app.as_deref().map_or(TagOwner::Shared, TagOwner::App)
    }
}

impl Manifest {
    /// What the names of things begin with that can bear no other mark: `rhc-qa`.
    pub fn name_prefix(&self) -> String {
        format!("{}-{}", self.environment.prefix, self.environment.name)
    }

    /// A tenant by its key.
    pub fn tenant(&self, key: &str) -> Option<&Tenant> {
        self.tenants.get(key)
    }

    /// The tenant that hosts the apps' resources. A checked manifest always has it.
    pub fn hosting_tenant(&self) -> Option<&Tenant> {
        self.tenants.get(&self.environment.hosting_tenant)
    }

    /// Key and tenant of the apps' users. A checked manifest always has it.
    pub fn customer_tenant(&self) -> Option<(&str, &Tenant)> {
        let key = self.customers.tenant.as_str();
        self.tenants.get(key).map(|tenant| (key, tenant))
    }

    /// Key and tenant of the databases. A checked manifest always has it.
    pub fn database_tenant(&self) -> Option<(&str, &Tenant)> {
        let key = self
            .subscriptions
            .get(&self.database.subscription)?
            .tenant
            .as_str();
        self.tenants.get(key).map(|tenant| (key, tenant))
    }

    /// A subscription by its key.
    pub fn subscription(&self, key: &str) -> Option<&Subscription> {
        self.subscriptions.get(key)
    }

    /// Key of the tenant that owns a subscription.
    pub fn tenant_of_subscription(&self, key: &str) -> Option<&str> {
        self.subscriptions
            .get(key)
            .map(|subscription| subscription.tenant.as_str())
    }

    /// What is never written.
    pub fn protected(&self) -> &Protected {
        &self.protected
    }

    /// The apps with their keys.
    pub fn apps(&self) -> impl Iterator<Item = (&str, &App)> {
        self.apps.iter().map(|(key, app)| (key.as_str(), app))
    }

    /// Key of the app that brings the registry that an app pulls from, and the registry.
    pub fn registry_for(&self, app: &App) -> Option<(&str, &Registry)> {
        let (key, owner) = self.apps.get_key_value(&app.pulls_from)?;
        owner
            .registry
            .as_ref()
            .map(|registry| (key.as_str(), registry))
    }

    /// Key of the app whose workspace takes the logs of what all apps share: the file's choice, or the app that brings a
    /// registry, or the first.
    pub fn shared_logs_of(&self) -> Option<&str> {
        let with_registry = self.apps().find(|(_, app)| app.registry.is_some());
        let usual = with_registry.or_else(|| self.apps().next());
        let chosen = self.logs.shared_workspace_of.as_deref();
        chosen.or_else(|| usual.map(|(key, _)| key))
    }

    /// The tags of whatever belongs to an app, or to all.
    pub fn tags(&self, owner: TagOwner<'_>) -> BTreeMap<String, String> {
        let app = match owner {
            TagOwner::App(key) => key,
            TagOwner::Shared => "shared",
        };
        let tags = [
            ("rhc-environment", self.environment.name.as_str()),
            ("rhc-app", app),
            ("rhc-cost-center", &self.environment.cost_center),
        ];
        tags.into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Every resource group that the environment owns, each once, by subscription and name.
    pub fn resource_groups(&self) -> Vec<ResourceGroupRef> {
        let mut groups: BTreeMap<(String, String), ResourceGroupRef> = BTreeMap::new();
        let mut add = |subscription: &str, name: &str, app: Option<&str>| {
            let group = ResourceGroupRef {
                subscription: subscription.to_owned(),
                name: name.to_owned(),
                app: app.map(ToOwned::to_owned),
            };
            groups
                .entry((subscription.to_owned(), name.to_lowercase()))
                // A group that two apps share is everybody's.
                .and_modify(|known| {
                    known.app = known.app.take().filter(|key| Some(key.as_str()) == app)
                })
                .or_insert(group);
        };
        for directory in self
            .tenants
            .values()
            .filter_map(|tenant| tenant.directory.as_ref())
        {
            add(&directory.subscription, &directory.resource_group, None);
        }
        add(
            &self.network.subscription,
            &self.network.resource_group,
            None,
        );
        add(
            &self.database.subscription,
            &self.database.resource_group,
            None,
        );
        for (key, app) in &self.apps {
            add(&app.subscription, &app.resource_group, Some(key));
        }
        groups.into_values().collect()
    }

    /// The resource providers that a subscription needs, by what the file puts into it.
    pub fn resource_providers(&self, subscription: &str) -> BTreeSet<&'static str> {
        let mut providers = BTreeSet::new();
        let tenants = self
            .tenants
            .values()
            .filter_map(|tenant| tenant.directory.as_ref());
        if tenants
            .into_iter()
            .any(|directory| directory.subscription == subscription)
        {
            providers.insert("Microsoft.AzureActiveDirectory");
        }
        if self.network.subscription == subscription {
            providers.extend(["Microsoft.Network", "Microsoft.Insights"]);
        }
        if self.database.subscription == subscription {
            providers.extend([
                "Microsoft.Sql",
                "Microsoft.OperationalInsights",
                "Microsoft.Insights",
            ]);
        }
        for app in self
            .apps
            .values()
            .filter(|app| app.subscription == subscription)
        {
            providers.extend([
                "Microsoft.App",
                "Microsoft.Communication",
                "Microsoft.Insights",
                "Microsoft.KeyVault",
                "Microsoft.ManagedIdentity",
                "Microsoft.OperationalInsights",
            ]);
            providers.extend(
                app.registry
                    .is_some()
                    .then_some("Microsoft.ContainerRegistry"),
            );
            providers.extend(app.storage.is_some().then_some("Microsoft.Storage"));
        }
        providers
    }

    /// Host name of the SQL server.
    pub fn sql_host(&self) -> String {
        format!("{}.database.windows.net", self.database.server)
    }

    /// What the sign-in page says; without a word in the file, whose page it is.
    pub fn branding(&self) -> Branding {
        self.customers.branding.clone().unwrap_or_else(|| Branding {
            sign_in_page_text: self.environment.display_name.clone(),
            background_color: "#FFFFFF".to_owned(),
            user_name_hint: "Your e-mail address".to_owned(),
        })
    }

    /// Namespace of the ids that the environment derives, so that they are the same in every run.
    pub fn id_namespace(&self) -> Uuid {
        let name = format!(
            "https://github.com/vokworks-ronk/rhc-azure/environments/{}",
            self.name_prefix()
        );
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
    }

    /// The id of something that has no name of its own, such as a role assignment: derived from what it consists of
    /// (scope, principal, role). Capital and small letters make no difference, as in Azure's own ids.
    pub fn derived_id(&self, parts: &[&str]) -> Uuid {
        Uuid::new_v5(
            &self.id_namespace(),
            parts.join("\n").to_lowercase().as_bytes(),
        )
    }
}
