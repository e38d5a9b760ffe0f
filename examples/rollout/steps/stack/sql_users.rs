//! Who is in a database, and who of them is there although nobody asked for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use rhc_sql_identity::{Databases, Observation, ObservedUser, SqlAddress};

use crate::engine::{Key, Meta, Observe, Orphan, Output, Stage, StepError, Sweep, Wanted};
use crate::manifest::Manifest;
use crate::steps::arm_resource::arm_id;
use crate::steps::clients::{Clients, TenantRef};

/// The kind of all users of databases.
pub(super) const KIND: &str = "sql-user";

/// The users of a database, read once per phase whoever asks.
pub(super) async fn users(
    cx: &Observe<'_>,
    databases: Arc<dyn Databases>,
    at: &SqlAddress,
) -> Result<Observation, StepError> {
    let asked = at.clone();
    let seen = cx
        .listing(
            &at.to_string(),
            "sql-users",
            |_: &Observation| None,
            || async move { Ok(vec![databases.observe(&asked).await?]) },
        )
        .await?;
    let seen = seen.iter().next().cloned();
    seen.ok_or_else(|| StepError::bug(format!("nobody has looked into {at}")))
}

/// Everybody whom the file wants in this database.
pub(super) fn wanted_in(manifest: &Manifest, database: &str) -> Vec<String> {
    let apps = manifest.apps().map(|(_, app)| app);
    apps.filter(|app| app.database_roles.contains_key(database))
        .map(|app| app.bridge.unique_name.clone())
        .collect()
}

/// The users of a database that nobody in the file asked for.
#[derive(Debug)]
pub(in crate::steps) struct UnknownUsers {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    host: String,
    database: String,
    made: Output<String>,
    wanted: Vec<String>,
}

impl UnknownUsers {
    /// Those of `database`, which the step `made` makes.
    pub(in crate::steps) fn new(
        clients: Clients,
        tenant: TenantRef,
        manifest: &Manifest,
        database: &str,
        made: &Key,
    ) -> Self {
        let meta = Meta::new(
            made.child("users"),
            Stage::DATABASE,
            tenant.key.clone(),
            KIND,
            format!("the users of {database}"),
        );
        Self {
            meta: tenant.needed_by(meta).needs(made),
            clients,
            tenant,
            host: manifest.sql_host(),
            database: database.to_owned(),
            made: arm_id(made),
            wanted: wanted_in(manifest, database),
        }
    }

    fn orphan(&self, at: &SqlAddress, user: &ObservedUser) -> Orphan {
        let sid = user.sid.as_ref().map(ToString::to_string);
        let password = if user.has_password() {
            "it has a password; "
        } else {
            ""
        };
        Orphan {
            tenant: self.tenant.key.clone(),
            kind: KIND.to_owned(),
            name: format!("{}: {}", self.database, user.name),
            id: format!("{at}, SID {}", sid.as_deref().unwrap_or("none")),
            resolve: format!(
                "{password}nobody in the file asked for it: find out who made it and what uses it, then put its app into the file, or drop it yourself (DROP USER)"
            ),
        }
    }
}

#[async_trait]
impl Sweep for UnknownUsers {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    async fn orphans(&self, cx: &Observe<'_>, _: Wanted<'_>) -> Result<Vec<Orphan>, StepError> {
        // Before the database is there, nobody is in it.
        cx.inputs().require(&self.made)?;
        let connection = self.clients.connection();
        let at = SqlAddress::new(connection.cloud(), &self.host, &self.database)?;
        let databases = connection.databases(&self.tenant.key, self.tenant.id(cx.inputs())?)?;
        let seen = match users(cx, databases, &at).await? {
            Observation::Known(seen) => seen,
            // The users that are wanted are not observed either, and the plan says so there.
            Observation::NotObservable { .. } => return Ok(Vec::new()),
        };
        let wanted = self.wanted.iter().filter_map(|name| seen.user(name));
        let wanted: BTreeSet<&str> = wanted.map(|user| user.name.as_str()).collect();
        let unknown = seen.users.iter();
        let unknown = unknown.filter(|user| !wanted.contains(user.name.as_str()));
        Ok(unknown.map(|user| self.orphan(&at, user)).collect())
    }
}
