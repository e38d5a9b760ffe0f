//! The app's way to the databases in the other tenant, without a password anywhere.
//!
//! The app's identity is known in its own tenant only. So a multi-tenant application of that tenant trusts the identity;
//! its service principal in the database tenant is what the databases know.

use rhc_core::ObjectId;
use rhc_graph::{Application, FederatedCredential, ServicePrincipal, SignInAudience};

use super::Ground;
use super::grants::GrantStep;
use super::sql_users::{self, wanted_in};
use crate::engine::{Key, Lane, Meta, OwnedBy, Stage};
use crate::manifest::App;
use crate::steps::clients::TenantRef;
use crate::steps::directory::{
    ApplicationStep, FederatedCredentialStep, ServicePrincipalStep, app_id, object_id,
};
use crate::steps::site::{Group, NO_TENANT, Site};

impl Site<'_> {
    /// The application that the databases know, as which the app's identity goes there.
    pub(super) fn bridge(
        &mut self,
        group: &Group,
        app: &App,
        identity: &Key,
        ground: &Ground<'_>,
    ) -> Key {
        let name = &app.bridge.unique_name;
        let home = group.account.tenant.clone();
        let application = self.multi_tenant_application(
            group.stage,
            &home,
            name,
            "as which the app is known to the databases; it has no password, only trust",
        );
        self.principal(
            group.stage,
            &home,
            name,
            &application,
            &[],
            "the application in its own tenant",
        );
        let guest = self.principal(
            group.stage,
            ground.database_tenant,
            name,
            &application,
            &[],
            "the application in the databases' tenant: a principal, no registration",
        );

        let credential = app.identities.app.clone();
        let meta = Meta::new(
            application.child(format!("federatedIdentityCredentials/{credential}")),
            group.stage,
            home.key.clone(),
            "applications/federatedIdentityCredentials",
            &credential,
        )
        .why("trusts the app's identity in place of a password")
        .owner(OwnedBy::Parent(application.clone()))
        .lane(Lane::serial(format!("federated credentials of {name}")));
        let (cloud, principal, tenant) = (
            self.clients.connection().cloud().clone(),
            identity.output::<String>("principalId"),
            home.clone(),
        );
        let authority = cloud.authority.as_str().trim_end_matches('/').to_owned();
        self.add(FederatedCredentialStep::new(
            meta,
            self.clients.clone(),
            home,
            object_id(&application),
            move |inputs| {
                Ok(FederatedCredential {
                    issuer: Some(format!("{authority}/{}/v2.0", tenant.text(inputs)?)),
                    subject: Some(inputs.text(&principal)?),
                    ..FederatedCredential::managed_identity(
                        &cloud,
                        NO_TENANT,
                        ObjectId::new(uuid::Uuid::nil()),
                    )
                    .named(&credential)
                })
            },
        ));

        for (database, roles) in &app.database_roles {
            let Some((_, made)) = ground
                .databases
                .all
                .iter()
                .find(|(name, _)| name == database)
            else {
                continue;
            };
            let mut meta = Meta::new(
                made.child(format!("users/{name}")),
                group.stage,
                ground.database_tenant.key.clone(),
                sql_users::KIND,
                format!("{database}: {name}"),
            )
            .why(format!(
                "the app in {database}, by its SID: {}",
                roles.join(", ")
            ))
            .owner(OwnedBy::Parent(made.clone()))
            .lane(Lane::serial(format!("users of {database}")))
            .needs(&guest);
            for step in &ground.databases.open_to_administrators {
                meta = meta.needs(step);
            }
            let host = self.manifest.sql_host();
            let grant = GrantStep::new(
                meta,
                self.clients.clone(),
                ground.database_tenant.clone(),
                host,
                database,
                name,
                app_id(&application),
                roles,
                made,
            );
            self.add(grant.beside(wanted_in(self.manifest, database)));
        }
        application
    }

    /// An application that other tenants can know. Its unique name is its mark.
    pub(in crate::steps) fn multi_tenant_application(
        &mut self,
        stage: Stage,
        tenant: &TenantRef,
        name: &str,
        why: &str,
    ) -> Key {
        let meta = Meta::new(
            format!("{}/applications/{name}", stage.id),
            stage,
            tenant.key.clone(),
            "applications",
            name,
        )
        .why(why);
        let meta = self.of_automation(meta);
        let wanted = Application {
            display_name: Some(name.to_owned()),
            sign_in_audience: Some(SignInAudience::MultipleTenants),
            tags: Some(vec![format!("rhc-environment:{}", self.environment())]),
            ..Application::default()
        };
        self.add(ApplicationStep::new(
            meta,
            self.clients.clone(),
            tenant.clone(),
            wanted,
        ))
    }

    /// As whom the rollout itself acts stays when the environment goes.
    fn of_automation(&self, meta: Meta) -> Meta {
        if meta.name == self.manifest.automation.unique_name {
            meta.stays("the automation signs in with it, also for other environments; if nobody needs it any more, delete it in the portal")
        } else {
            meta
        }
    }

    /// The service principal of an application in a tenant.
    pub(in crate::steps) fn principal(
        &mut self,
        stage: Stage,
        tenant: &TenantRef,
        name: &str,
        application: &Key,
        after: &[&Key],
        why: &str,
    ) -> Key {
        let meta = Meta::new(
            format!("{}/servicePrincipals/{}/{name}", stage.id, tenant.key),
            stage,
            tenant.key.clone(),
            "servicePrincipals",
            name,
        )
        .why(why)
        .owner(OwnedBy::Parent(application.clone()));
        let meta = self.of_automation(after.iter().fold(meta, |meta, key| meta.needs(key)));
        let wanted = ServicePrincipal {
            account_enabled: Some(true),
            ..ServicePrincipal::default()
        };
        self.add(ServicePrincipalStep::new(
            meta,
            self.clients.clone(),
            tenant.clone(),
            app_id(application),
            wanted,
        ))
    }
}
