//! Where logs go, and what is sent there.

use rhc_arm::Resource;
use rhc_arm::types::insights::{
    Component, ComponentProperties, DiagnosticSetting, DiagnosticSettingProperties, LogSetting,
};
use rhc_arm::types::operational_insights::{
    Workspace, WorkspaceFeatures, WorkspaceProperties, WorkspaceSku,
};

use super::arm_resource::arm_id;
use super::clients::TenantRef;
use super::site::{Group, Site};
use crate::engine::{Key, Meta, Output, Outputs, OwnedBy, Remains};

/// What the environment's setting is called at what is its own.
const OWN: &str = "rhc-audit";

/// Which logs of a resource are kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Logs {
    /// Categories by name.
    Categories(&'static [&'static str]),
    /// A group of categories, such as `audit` or `allLogs`.
    Group(&'static str),
}

impl Site<'_> {
    /// A Log Analytics workspace. Nobody gets in with its keys.
    pub(super) fn workspace(&mut self, group: &Group, name: &str, why: &str) -> Key {
        let tenant = group.account.tenant.clone();
        let (logs, location, place) = (&self.manifest.logs, self.location(), group.clone());
        let (sku, days) = (logs.workspace_sku.as_str(), logs.interactive_days);
        let step = self.resource::<Workspace, _>(group, name, why, move |_| {
            Ok(place.place::<Workspace>(
                &location,
                WorkspaceProperties {
                    sku: Some(WorkspaceSku {
                        name: Some(sku.to_owned()),
                        ..WorkspaceSku::default()
                    }),
                    retention_in_days: Some(i64::from(days)),
                    features: Some(WorkspaceFeatures {
                        disable_local_auth: Some(true),
                        enable_log_access_using_only_resource_permissions: Some(true),
                        ..WorkspaceFeatures::default()
                    }),
                    ..WorkspaceProperties::default()
                },
            ))
        });
        let workspace = self.add_whole(
            step.rules(|rules| rules.ignore_case("properties.sku.name"))
                .remains(|_| {
                    Some(Remains {
                        days: 14,
                        what: "Azure keeps its logs, and apply brings them back".to_owned(),
                    })
                }),
        );
        self.diagnostics(
            &workspace,
            &tenant,
            &arm_id(&workspace.key),
            &workspace.key,
            Logs::Categories(&["Audit"]),
            "records who read the logs",
        );
        workspace.key
    }

    /// Application Insights over a workspace, for callers with an Entra token only.
    pub(super) fn insights(&mut self, group: &Group, name: &str, workspace: &Key) -> Meta {
        let (location, place, workspace) = (self.location(), group.clone(), arm_id(workspace));
        let step = self.resource::<Component, _>(
            group,
            name,
            "shows what the app does and where it fails",
            move |inputs| {
                let mut properties = ComponentProperties {
                    application_type: Some("web".to_owned()),
                    ingestion_mode: Some("LogAnalytics".to_owned()),
                    disable_local_auth: Some(true),
                    ..ComponentProperties::default()
                };
                properties.rest.insert(
                    "WorkspaceResourceId".to_owned(),
                    inputs.text(&workspace)?.into(),
                );
                Ok(Resource {
                    kind: Some("web".to_owned()),
                    ..place.place::<Component>(&location, properties)
                })
            },
        );
        // The connection string is no secret while keys are of no use, but it is nobody's business either.
        self.add_whole(
            step.rules(|rules| {
                rules
                    .ignore_case("kind")
                    .sensitive("properties.ConnectionString")
                    .sensitive("properties.InstrumentationKey")
            })
            .outputs(|made| Outputs::new().with("applicationId", made.properties.app_id.clone())),
        )
    }

    /// Sends the logs of a resource to a workspace. `resource` is its id; the step that knows it is the setting's parent.
    pub(super) fn diagnostics(
        &mut self,
        of: &Meta,
        tenant: &TenantRef,
        resource: &Output<String>,
        workspace: &Key,
        logs: Logs,
        why: &str,
    ) -> Key {
        self.diagnostics_called(OWN, of, (tenant, resource), workspace, (logs, why))
    }

    /// The same at what several environments share, under a name that only this one gives: each keeps the logs itself.
    pub(super) fn diagnostics_beside(
        &mut self,
        of: &Meta,
        (tenant, resource): (&TenantRef, &Output<String>),
        workspace: &Key,
        logs: (Logs, &str),
    ) -> Key {
        let name = format!("{}-audit", self.manifest.name_prefix());
        self.diagnostics_called(&name, of, (tenant, resource), workspace, logs)
    }

    fn diagnostics_called(
        &mut self,
        name: &str,
        of: &Meta,
        (tenant, resource): (&TenantRef, &Output<String>),
        workspace: &Key,
        (logs, why): (Logs, &str),
    ) -> Key {
        self.audited.note(workspace, tenant, &of.kind);
        let workspace = arm_id(workspace);
        let meta = Meta::new(
            of.key.child(format!("diagnosticSettings/{name}")),
            of.stage,
            tenant.key.clone(),
            "Microsoft.Insights/diagnosticSettings",
            name,
        )
        .why(why)
        .owner(OwnedBy::Parent(resource.key().clone()));
        let step = self.step::<DiagnosticSetting, _>(meta, tenant, resource, move |inputs| {
            let setting = |category: Option<&str>, group: Option<&str>| LogSetting {
                category: category.map(str::to_owned),
                category_group: group.map(str::to_owned),
                enabled: Some(true),
                ..LogSetting::default()
            };
            let mut properties = DiagnosticSettingProperties {
                logs: Some(match logs {
                    Logs::Categories(names) => {
                        names.iter().map(|name| setting(Some(name), None)).collect()
                    }
                    Logs::Group(name) => vec![setting(None, Some(name))],
                }),
                ..DiagnosticSettingProperties::default()
            };
            properties
                .rest
                .insert("workspaceId".to_owned(), inputs.text(&workspace)?.into());
            Ok(Resource::<DiagnosticSetting>::new(properties))
        });
        let key = match logs {
            Logs::Categories(_) => "category",
            Logs::Group(_) => "categoryGroup",
        };
        self.add(step.shown_as(&of.name).rules(|rules| {
            rules
                .keyed_by("properties.logs", key)
                .open("properties.logs")
        }))
    }
}
