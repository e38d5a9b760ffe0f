//! The databases: a server that knows Entra identities only, with nothing open and everything recorded.

use rhc_arm::{Resource, Sku};
use rhc_graph::Group as DirectoryGroup;
use rhc_sql_identity::{
    AUDITING_NAME, AuditingProperties, AuditingState, EntraAdministrator, EntraOnlyAuthentication,
    ServerAdministrator, ServerAuditing, SqlDatabase, SqlDatabaseProperties, SqlServer,
    TransparentDataEncryption,
};

use super::arm_resource::Document;
use super::clients::TenantRef;
use super::directory::{GroupStep, MemberStep, object_id};
use super::monitoring::Logs;
use super::site::{Group, NO_OBJECT, NO_TENANT, Site, put};
use crate::engine::{Key, Meta, Output, Outputs, OwnedBy, Stage, TenantKey};

/// What others need of the databases.
#[derive(Clone, Debug)]
pub(super) struct Databases {
    /// The server.
    pub(super) server: Meta,
    /// The databases by name.
    pub(super) all: Vec<(String, Key)>,
    /// The workspace of their audit.
    pub(super) audit: Key,
    /// The tenant in which all this stands.
    pub(super) tenant: TenantKey,
    /// The steps after which an administrator gets in.
    pub(super) open_to_administrators: Vec<Key>,
}

/// Who administers the server.
#[derive(Debug)]
pub(super) struct Administrators {
    /// The object id of the native administrator who runs the rollout.
    pub(super) person: Output<String>,
    /// The object id of the automation's service principal.
    pub(super) automation: Output<String>,
}

impl Site<'_> {
    pub(super) fn database(&mut self, group: &Group, who: &Administrators) -> Databases {
        let (file, tenant) = (&self.manifest.database, group.account.tenant.clone());
        let (administrators, members) = self.sql_administrators(&tenant, who);
        let server = self.sql_server(group, &tenant, &administrators);

        let mut all = Vec::new();
        for (name, database) in &file.databases {
            let (sku, tier, backup) = (
                database.sku.clone(),
                database.tier.clone(),
                database.backup_redundancy.as_str(),
            );
            let (location, tags) = (self.location(), group.tags.clone());
            let step = self.part::<SqlDatabase, _>(
                &server,
                &tenant,
                name,
                "made empty; its data comes later and is not the rollout's",
                move |_| {
                    let properties = SqlDatabaseProperties {
                        requested_backup_storage_redundancy: Some(backup.into()),
                        ..SqlDatabaseProperties::default()
                    };
                    // In the form in which the service answers, or every plan would see a change.
                    let sku = SqlDatabase::dtu_sku(&sku).unwrap_or_else(|| Sku {
                        name: Some(sku.clone()),
                        tier: Some(tier.clone()),
                        ..Sku::default()
                    });
                    Ok(Resource::<SqlDatabase> {
                        tags: tags.clone(),
                        sku: Some(sku),
                        ..Resource::new(properties)
                    }
                    .at(&location))
                },
            );
            let step = step.marked().rules(|rules| {
                rules
                    .ignore_case("properties.requestedBackupStorageRedundancy")
                    .ignore_case("sku.name")
                    .ignore_case("sku.tier")
            });
            let database = self.add_whole(step);
            let encryption = self.part::<TransparentDataEncryption, _>(
                &database,
                &tenant,
                TransparentDataEncryption::NAME,
                "encryption at rest (HIPAA)",
                |_| Ok(TransparentDataEncryption::on()),
            );
            let encryption = encryption
                .shown_as(name)
                .rules(|rules| rules.ignore_case("properties.state"));
            self.add(encryption);
            all.push((name.clone(), database.key));
        }
        let audit = self.sql_audit(group, &server, &tenant);
        let mut open_to_administrators = members;
        open_to_administrators.push(
            server
                .key
                .child(format!("administrators/{}", ServerAdministrator::NAME)),
        );
        Databases {
            server,
            all,
            audit,
            tenant: tenant.key,
            open_to_administrators,
        }
    }

    /// The group that administers the server, with a person and the automation in it. The apps are never members.
    fn sql_administrators(&mut self, tenant: &TenantRef, who: &Administrators) -> (Key, Vec<Key>) {
        let name = &self.manifest.database.administrators.group;
        let meta = Meta::new(format!("database/groups/{name}"), Stage::DATABASE, tenant.key.clone(), "groups", name)
            .why("administers the SQL server; a group can change its members without touching the server")
            .needs_output(&who.person);
        let wanted = DirectoryGroup {
            description: Some(
                "Administers the SQL server of this environment. Made by the rollout.".to_owned(),
            ),
            ..DirectoryGroup::security(name, name)
        };
        let group = self.add(GroupStep::new(
            meta,
            self.clients.clone(),
            tenant.clone(),
            wanted,
        ));
        let mut members = Vec::new();
        for (label, member, why) in [
            (
                "operator",
                &who.person,
                "the native administrator who runs the rollout",
            ),
            (
                "automation",
                &who.automation,
                "the automation, so that a pipeline can go on without a person",
            ),
        ] {
            let meta = Meta::new(
                group.child(format!("members/{label}")),
                Stage::DATABASE,
                tenant.key.clone(),
                "groups/members",
                label,
            )
            .why(why)
            .owner(OwnedBy::Parent(group.clone()));
            members.push(self.add(MemberStep::new(
                meta,
                self.clients.clone(),
                tenant.clone(),
                object_id(&group),
                member.clone(),
            )));
        }
        (group, members)
    }

    fn sql_server(&mut self, group: &Group, tenant: &TenantRef, administrators: &Key) -> Meta {
        let file = &self.manifest.database;
        let (location, tags, tls) = (
            self.location(),
            group.tags.clone(),
            file.minimal_tls.as_str(),
        );
        let (login, sid, owner) = (
            file.administrators.group.clone(),
            object_id(administrators),
            tenant.clone(),
        );
        let administrator = EntraAdministrator::group(login, NO_OBJECT, NO_TENANT);
        let inline = administrator.clone();
        let (inline_sid, inline_owner) = (sid.clone(), owner.clone());
        let step = self.resource::<SqlServer, _>(
            group,
            &file.server,
            "knows Entra identities only, and is closed to the internet",
            move |inputs| {
                let mut server = Resource::<SqlServer> {
                    tags: tags.clone(),
                    ..SqlServer::entra_only(&location, &inline)
                };
                server.properties.minimal_tls_version = Some(tls.into());
                let mut document = server.into_document();
                put(
                    &mut document,
                    "/properties/administrators/sid",
                    inputs.text(&inline_sid)?,
                )?;
                put(
                    &mut document,
                    "/properties/administrators/tenantId",
                    inline_owner.text(inputs)?,
                )?;
                Ok(document)
            },
        );
        let step = step
            // The administrator can be given with a new server only; then it is a part of its own, below.
            .rules(|rules| {
                rules
                    .not_owned("properties.administrators")
                    .immutable("properties.version")
                    .ignore_case("properties.publicNetworkAccess")
            })
            .outputs(|server| {
                let id = server.id.as_ref().map(ToString::to_string);
                Outputs::new()
                    .with(
                        "host",
                        server.properties.fully_qualified_domain_name.clone(),
                    )
                    .with(
                        "masterId",
                        id.map(|id| format!("{id}/databases/{}", SqlDatabase::MASTER)),
                    )
            });
        let server = self.add_whole(step);

        let step = self.part::<ServerAdministrator, _>(
            &server,
            tenant,
            ServerAdministrator::NAME,
            "the group, and nobody else, administers the server",
            move |inputs| {
                let mut document = ServerAdministrator::of(&administrator).into_document();
                put(&mut document, "/properties/sid", inputs.text(&sid)?)?;
                put(&mut document, "/properties/tenantId", owner.text(inputs)?)?;
                Ok(document)
            },
        );
        let step = step
            .shown_as(&server.name)
            .rules(|rules| rules.ignore_case("properties.administratorType"));
        self.add(step);
        let step = self.part::<EntraOnlyAuthentication, _>(
            &server,
            tenant,
            EntraOnlyAuthentication::NAME,
            "no sign-in with a password, whoever makes one",
            |_| Ok(EntraOnlyAuthentication::on()),
        );
        let administrator = server
            .key
            .child(format!("administrators/{}", ServerAdministrator::NAME));
        self.add(step.shown_as(&server.name).needs(&administrator));
        server
    }

    /// The audit goes to a workspace in the databases' own tenant: it cannot cross tenants. Beside the setting of the
    /// server it takes a diagnostic setting of `master`.
    fn sql_audit(&mut self, group: &Group, server: &Meta, tenant: &TenantRef) -> Key {
        let audit = self.manifest.database.audit.clone();
        let workspace = self.workspace(
            group,
            &audit.workspace,
            "keeps the databases' audit, in their own tenant",
        );
        let diagnostics = self.diagnostics(
            server,
            tenant,
            &server.key.output("masterId"),
            &workspace,
            Logs::Categories(&["SQLSecurityAuditEvents"]),
            "carries the audit to the workspace (HIPAA: every access is recorded)",
        );
        let groups = audit.action_groups;
        let step = self.part::<ServerAuditing, _>(
            server,
            tenant,
            AUDITING_NAME,
            "records every sign-in, every refusal and everything that is done",
            move |_| {
                Ok(Resource::<ServerAuditing>::new(AuditingProperties {
                    state: Some(AuditingState::Enabled),
                    is_azure_monitor_target_enabled: Some(true),
                    audit_actions_and_groups: Some(groups.clone()),
                    ..AuditingProperties::default()
                }))
            },
        );
        self.add(
            step.shown_as(&server.name)
                .needs(&diagnostics)
                .rules(|rules| {
                    rules
                        .unordered("properties.auditActionsAndGroups")
                        .ignore_case("properties.state")
                }),
        );
        workspace
    }
}
