//! The tenants' own sign-in and audit logs, which Microsoft keeps for a week: sent to a workspace, where they stay.

mod by_hand;

use rhc_arm::types::aadiam::EntraDiagnosticSetting;
use rhc_arm::types::insights::{DiagnosticSettingProperties, LogSetting};
use rhc_arm::types::operational_insights::Workspace;
use rhc_arm::{Resource, ResourceType};

use self::by_hand::{EntraLogsByHandStep, Place};
use super::arm_resource::{Parent, arm_id, worth_repeating};
use super::clients::TenantRef;
use super::site::Site;
use crate::engine::{Key, Meta, OwnedBy, Stage, StepError};
use crate::manifest::{App, Manifest};

/// What is kept of a directory: every change, and every sign-in of people and of software.
pub const CATEGORIES: [&str; 5] = [
    "AuditLogs",
    "SignInLogs",
    "NonInteractiveUserSignInLogs",
    "ServicePrincipalSignInLogs",
    "ManagedIdentitySignInLogs",
];

const KIND: &str = "microsoft.aadiam/diagnosticSettings";

/// What the environment calls its setting in each tenant.
pub fn name(manifest: &Manifest) -> String {
    format!("{}-entra", manifest.name_prefix())
}

/// The setting as Resource Manager names it; which tenant is meant says the token.
pub fn id(manifest: &Manifest) -> String {
    format!("/providers/{KIND}/{}", name(manifest))
}

/// The app whose workspace takes the logs of a tenant that has none: the one that takes what all apps share.
pub fn taker(manifest: &Manifest) -> Option<&App> {
    manifest.apps.get(manifest.shared_logs_of()?)
}

/// The key of the step of a tenant.
pub fn key(manifest: &Manifest, tenant: &str) -> Key {
    let stage = Stage::COMPLIANCE.id;
    Key::new(format!("{stage}/{KIND}/{tenant}/{}", name(manifest)))
}

impl Site<'_> {
    /// Sends the logs of the tenants that the file names. A tenant with a workspace of its own is done by request; another one
    /// needs a delegation that only a person can give.
    ///
    /// `reached` are the tenants by which they are spoken to, each with the step after which that is possible.
    pub(super) fn entra_export(&mut self, reached: &[(TenantRef, Key)]) {
        for tenant in &self.manifest.logs.entra_export {
            let found = reached.iter().find(|(own, _)| own.key.as_str() == tenant);
            let Some((tenant, after)) = found else {
                continue;
            };
            let meta = Meta::new(
                key(self.manifest, tenant.key.as_str()),
                Stage::COMPLIANCE,
                tenant.key.clone(),
                KIND,
                name(self.manifest),
            )
            .why("who signed in and what was changed can be asked for longer than Microsoft keeps it")
            .owner(OwnedBy::DerivedId)
            .needs(after);
            let is_databases = self
                .manifest
                .database_tenant()
                .is_some_and(|(key, _)| key == tenant.key.as_str());
            if is_databases {
                self.export_by_request(meta, tenant);
            } else {
                self.export_by_hand(meta, tenant);
            }
        }
    }

    fn export_by_request(&mut self, meta: Meta, tenant: &TenantRef) {
        let database = &self.manifest.database;
        let Some(workspace) = self.workspace_called(&database.audit.workspace) else {
            return;
        };
        self.audited.note_too(&workspace, KIND);
        let workspace = arm_id(&workspace);
        let instructions = Place {
            domain: self.domain_of(tenant),
            setting: meta.name.clone(),
            workspace: database.audit.workspace.clone(),
            group: database.resource_group.clone(),
        }
        .in_own_tenant();
        let step =
            self.step::<EntraDiagnosticSetting, _>(meta, tenant, Parent::Root, move |inputs| {
                let log = |category: &&str| LogSetting {
                    category: Some((*category).to_owned()),
                    enabled: Some(true),
                    ..LogSetting::default()
                };
                let mut properties = DiagnosticSettingProperties {
                    logs: Some(CATEGORIES.iter().map(log).collect()),
                    ..DiagnosticSettingProperties::default()
                };
                let workspace = inputs.text(&workspace)?;
                properties
                    .rest
                    .insert("workspaceId".to_owned(), workspace.into());
                Ok(Resource::<EntraDiagnosticSetting>::new(properties))
            });
        let step = step
            .rules(|rules| {
                rules
                    .keyed_by("properties.logs", "category")
                    .open("properties.logs")
            })
            .refused(move |error| refused(error, &instructions));
        self.add(step);
    }

    fn export_by_hand(&mut self, meta: Meta, tenant: &TenantRef) {
        let Some(app) = taker(self.manifest) else {
            return;
        };
        let Some(workspace) = self.workspace_called(&app.monitoring.workspace) else {
            return;
        };
        self.audited.note_too(&workspace, KIND);
        let meta = meta.needs(&workspace);
        let place = Place {
            domain: self.domain_of(tenant),
            setting: meta.name.clone(),
            workspace: app.monitoring.workspace.clone(),
            group: app.resource_group.clone(),
        };
        let step = EntraLogsByHandStep::new(meta, self.clients.clone(), tenant.clone(), place);
        self.add(step);
    }

    /// The step of a workspace that the stages have made.
    fn workspace_called(&self, name: &str) -> Option<Key> {
        let mut steps = self.steps.iter().map(|step| step.meta());
        let is = |meta: &&Meta| meta.kind == Workspace::TYPE && meta.name == name;
        steps.find(is).map(|meta| meta.key.clone())
    }

    fn domain_of(&self, tenant: &TenantRef) -> String {
        let file = self.manifest.tenant(tenant.key.as_str());
        file.map_or_else(String::new, |file| file.domain.clone())
    }
}

/// The interface takes people only, and sign-in logs need a licence: whoever is refused does it in the portal, or buys one.
fn refused(error: rhc_core::Error, instructions: &[String]) -> StepError {
    if !(error.is_forbidden() || error.status() == Some(400)) {
        return worth_repeating(error);
    }
    let message = format!("the tenant's logs cannot be exported from here: {error}");
    StepError::manual(message, instructions.to_vec()).after_some_tries_if(error.is_forbidden())
}
