//! The stack of one app: everything that stands in its resource group, and its way to the databases.

mod access;
mod bridge;
mod container_app;
mod grants;
mod mail;
mod vault;

pub use grants::GrantStep;

use rhc_arm::Resource;
use rhc_arm::types::managed_identity::{UserAssignedIdentity, UserAssignedIdentityProperties};

use super::clients::TenantRef;
use super::database::Databases;
use super::network::Network;
use super::site::{Group, Site};
use crate::engine::{Key, Outputs, Stage};
use crate::manifest::{App, TagOwner};

/// What an app's stack stands on.
pub(super) struct Ground<'a> {
    pub(super) network: &'a Network,
    pub(super) databases: &'a Databases,
    /// The tenant of the databases.
    pub(super) database_tenant: &'a TenantRef,
}

impl Site<'_> {
    /// The stack of an app, as far as it needs nothing of another app.
    pub(super) fn stack(
        &mut self,
        key: &str,
        app: &App,
        stage: Stage,
        account: &super::site::Account,
        ground: &Ground<'_>,
    ) {
        let group = self.group(account, stage, &app.resource_group, TagOwner::App(key));
        let workspace = self.workspace(
            &group,
            &app.monitoring.workspace,
            "keeps the app's logs and traces",
        );
        self.insights(&group, &app.monitoring.insights, &workspace);
        let identity = self.identity(
            &group,
            &app.identities.app,
            "as which the app runs; it has no password and no key",
        );
        let vault = self.vault(&group, app, ground.network, &workspace);
        self.may_read_secrets(&group, &identity, &vault);
        self.mail(&group, app, &workspace);
        self.container_app(&group, key, app, ground.network, &identity, &workspace);
        self.bridge(&group, app, &identity, ground);
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
