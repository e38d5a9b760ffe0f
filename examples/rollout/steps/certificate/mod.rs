//! The apps' own access to the customers' tenant: a certificate in the app's vault, whose key never leaves it.
//!
//! An app that makes users needs an identity in their tenant, and its managed identity is unknown there. So its sign-in
//! application proves itself with a certificate: the vault signs, and the directory checks.

mod door;
mod judge;
mod step;

use time::Duration;

pub(super) use door::VaultDoor;
pub(crate) use door::{named, role_words};
use judge::Rotation;
use step::{CertificateStep, Place, Terms};

use super::arm_resource::arm_id;
use super::clients::TenantRef;
use super::directory::{AppPermissionStep, object_id};
use super::site::Site;
use super::stack::AppVault;
use crate::engine::{Key, Meta, OwnedBy, Stage};
use crate::manifest::{App, VaultNetwork};

/// The least that lets an app make users.
///
/// Source: [user-post-users](https://learn.microsoft.com/graph/api/user-post-users).
const MAKES_USERS: &str = "User.Create";

impl Site<'_> {
    /// What the app may do in the customers' tenant by itself.
    pub(super) fn may_make_users(&mut self, customers: &TenantRef, principal: &Key, name: &str) {
        let meta = Meta::new(
            principal.child(format!("appRoleAssignments/{MAKES_USERS}")),
            Stage::IDENTITY,
            customers.key.clone(),
            "appRoleAssignments",
            format!("{name}: {MAKES_USERS}"),
        )
        .why("the app invites users by making them, and may read and change none")
        .owner(OwnedBy::Parent(principal.clone()));
        self.add(AppPermissionStep::new(
            meta,
            self.clients.clone(),
            customers.clone(),
            object_id(principal),
            MAKES_USERS,
        ));
    }

    /// The certificate of an app's sign-in application, in the app's vault.
    pub(super) fn certificate(
        &mut self,
        app: &App,
        host: &TenantRef,
        vault: &AppVault,
        customers: &TenantRef,
        application: &Key,
    ) -> Key {
        let name = &app.sign_in.unique_name;
        let meta = Meta::new(
            application.child("certificate"),
            Stage::IDENTITY,
            customers.key.clone(),
            "certificate",
            name,
        )
        .why(format!(
            "with which the app makes users; its key is made in {} and never leaves it",
            app.key_vault
        ))
        .owner(OwnedBy::Parent(application.clone()));
        // A vault takes one change at a time, and without the way to it the app has nothing of the certificate.
        let meta = vault.way.iter().fold(meta, Meta::needs);
        let place = Place {
            host: host.clone(),
            vault_id: arm_id(&vault.meta.key),
            vault: app.key_vault.clone(),
            is_private: self.manifest.vaults.network == VaultNetwork::PrivateEndpoint,
            customers: customers.clone(),
            application: object_id(application),
            name: name.clone(),
        };
        let file = self.manifest.vaults.certificates.unwrap_or_default();
        let terms = Terms {
            key_size: file.key_size,
            validity_months: file.validity_months,
            rotation: Rotation {
                renew: Duration::days(i64::from(file.renew_days)),
                overlap: Duration::days(i64::from(file.overlap_days)),
            },
        };
        self.add(CertificateStep::new(
            meta,
            self.clients.clone(),
            place,
            terms,
        ))
    }
}
