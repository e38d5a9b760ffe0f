//! The stack of one app: everything that stands in its resource group, and its way to the databases.

mod access;
mod bridge;
mod container_app;
mod grants;
mod mail;
mod registry;
mod sql_door;
mod sql_users;
mod storage;
mod vault;

pub(super) use access::Role;
pub use grants::GrantStep;
pub(super) use sql_door::SqlDoor;
pub(super) use sql_users::UnknownUsers;
pub(super) use vault::AppVault;

use std::collections::BTreeMap;

use rhc_arm::Resource;
use rhc_arm::types::managed_identity::{UserAssignedIdentity, UserAssignedIdentityProperties};

use super::clients::TenantRef;
use super::customers::SignIn;
use super::database::Databases;
use super::network::Network;
use super::private_path::VaultPath;
use super::probe::Inside;
use super::site::{Account, Group, Site};
use crate::engine::{Key, Outputs, Stage};
use crate::manifest::{App, TagOwner};
use registry::Images;

/// What an app's stack stands on.
pub(super) struct Ground<'a> {
    pub(super) network: &'a Network,
    /// The private way to vaults, where they are reached by that alone.
    pub(super) vaults: Option<&'a VaultPath>,
    pub(super) databases: &'a Databases,
    /// The tenant of the databases.
    pub(super) database_tenant: &'a TenantRef,
    /// The tenant of the customers, and the applications with which they sign in.
    pub(super) customers: Option<(&'a TenantRef, &'a SignIn)>,
}

/// What stands of an app before the other apps are looked at.
struct Foundation<'m> {
    key: &'m str,
    app: &'m App,
    group: Group,
    workspace: Key,
}

impl Site<'_> {
    /// The stacks of all apps. Registries come first: an app may pull from another one's.
    /// The answer is the workspace of each.
    pub(super) fn stacks(
        &mut self,
        accounts: &BTreeMap<&str, Account>,
        ground: &Ground<'_>,
    ) -> BTreeMap<String, Key> {
        let manifest = self.manifest;
        let (mut foundations, mut images) = (Vec::new(), BTreeMap::new());
        for (position, (key, app)) in manifest.apps().enumerate() {
            let Some(account) = accounts.get(app.subscription.as_str()) else {
                continue;
            };
            let stage = Stage::of_app(position, key);
            let group = self.group(account, stage, &app.resource_group, TagOwner::App(key));
            let workspace = self.workspace(
                &group,
                &app.monitoring.workspace,
                "keeps the app's logs and traces",
            );
            if let Some(registry) = &app.registry {
                images.insert(key, self.registry(&group, registry, &workspace));
            }
            foundations.push(Foundation {
                key,
                app,
                group,
                workspace,
            });
        }
        let probe = images
            .get(manifest.probe.registry_of.as_str())
            .map(|images| {
                let image = self.probe_image(&images.group, images.server());
                (images, image)
            });
        for foundation in &foundations {
            let images = images.get(foundation.app.pulls_from.as_str());
            self.stack(foundation, images, probe.as_ref(), ground);
        }
        let workspace = |of: Foundation<'_>| (of.key.to_owned(), of.workspace);
        foundations.into_iter().map(workspace).collect()
    }

    fn stack(
        &mut self,
        of: &Foundation<'_>,
        images: Option<&Images>,
        probe: Option<&(&Images, Key)>,
        ground: &Ground<'_>,
    ) {
        let (app, group, workspace) = (of.app, &of.group, &of.workspace);
        let insights = self.insights(group, &app.monitoring.insights, workspace);
        let identity = self.identity(
            group,
            &app.identities.app,
            "as which the app runs; it has no password and no key",
        );
        self.may_send_telemetry(group, &identity, &insights);
        let vault = self.vault(group, app, ground, workspace);
        self.may_read_secrets(group, &identity, &vault.meta);
        if let Some((tenant, sign_in)) = ground.customers
            && let Some(application) = sign_in.applications.get(of.key)
        {
            let host = &group.account.tenant;
            let certificate = self.certificate(app, host, &vault, tenant, application);
            self.may_sign(group, &identity, &vault.meta, &certificate);
        }
        if let Some(storage) = &app.storage {
            self.storage(group, app, storage, ground.network, &identity, workspace);
        }
        self.mail(group, app, &identity, workspace);
        let pulls = images.map(|images| (images, self.may_pull(&identity, images)));
        let own = pulls.as_ref().map(|(_, role)| role.clone());
        self.container_app(of, ground.network, &identity, pulls);
        let bridge = self.bridge(group, app, &identity, ground);
        if let Some((images, image)) = probe {
            let own = own.filter(|_| app.pulls_from == self.manifest.probe.registry_of);
            let may_pull = own.unwrap_or_else(|| self.may_pull(&identity, images));
            let inside = Inside {
                app,
                group,
                identity: &identity,
                databases: ground.database_tenant,
                bridge: &bridge,
                may_pull: &may_pull,
            };
            self.probe_job(&inside, &images.server(), image);
        }
    }

    pub(super) fn identity(&mut self, group: &Group, name: &str, why: &str) -> Key {
        let (location, place) = (self.location(), group.clone());
        let step = self.resource::<UserAssignedIdentity, _>(group, name, why, move |_| {
            Ok(place.place::<UserAssignedIdentity>(
                &location,
                UserAssignedIdentityProperties::default(),
            ))
        });
        self.add(step.outputs(|made: &Resource<UserAssignedIdentity>| {
            Outputs::new()
                .with("principalId", made.properties.principal_id.clone())
                .with("clientId", made.properties.client_id.clone())
        }))
    }
}
