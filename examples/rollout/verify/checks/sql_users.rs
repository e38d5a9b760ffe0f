//! Is anybody in the databases who should not be, and does anybody have a password there?

use std::collections::BTreeSet;

use async_trait::async_trait;
use rhc_sql_identity::{Observation, Observed, Sid, SqlAddress};

use super::list;
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let Some(server) = checked.named("Microsoft.Sql/servers", &manifest.database.server) else {
        return Vec::new();
    };
    let databases = manifest.database.databases.keys();
    databases
        .map(|database| {
            Box::new(Users {
                tenant: server.meta.tenant.clone(),
                host: manifest.sql_host(),
                database: database.clone(),
            }) as Box<dyn Check>
        })
        .collect()
}

/// The apps' bridges are its users, and nobody else; nobody has a password.
struct Users {
    tenant: TenantKey,
    host: String,
    database: String,
}

#[async_trait]
impl Check for Users {
    fn id(&self) -> String {
        format!("control-plane/sql-users/{}", self.database)
    }

    fn title(&self) -> String {
        format!(
            "{} has no user beyond the apps, and no password",
            self.database
        )
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "who is a user of a database reads it; a password is nobody's and everybody's".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let cloud = cx.clients().connection().cloud();
        let at = SqlAddress::new(cloud, &self.host, &self.database)?;
        let server = &cx.manifest().database.server;
        let there = cx
            .checked()
            .named("Microsoft.Sql/servers/databases", &self.database);
        if there.is_none_or(|step| step.outputs().get("id").is_none()) {
            return Err(Unproven::because(format!(
                "{server}/{} is not there",
                self.database
            )));
        }
        match cx
            .databases(self.tenant.as_str())
            .await?
            .observe(&at)
            .await?
        {
            Observation::NotObservable { reason } => Err(Unproven(reason)),
            Observation::Known(observed) => Ok(judge(&observed, &self.wanted(cx).await?)),
        }
    }
}

impl Users {
    /// By SID: a name says nothing.
    async fn wanted(&self, cx: &Context<'_>) -> Result<BTreeSet<String>, Unproven> {
        let graph = cx.graph(&cx.manifest().environment.hosting_tenant).await?;
        let mut wanted = BTreeSet::new();
        for (_, app) in cx.manifest().apps() {
            if app.database_roles.contains_key(&self.database)
                && let Some(bridge) = graph
                    .applications()
                    .get_opt(app.bridge.unique_name.as_str())
                    .await?
            {
                wanted.insert(Sid::of_application(bridge.client_id()?).to_string());
            }
        }
        Ok(wanted)
    }
}

fn judge(observed: &Observed, wanted: &BTreeSet<String>) -> Verdict {
    let of = |which: &dyn Fn(&rhc_sql_identity::ObservedUser) -> bool| -> Vec<String> {
        let users = observed.users.iter().filter(|user| which(user));
        users.map(|user| user.name.clone()).collect()
    };
    let passwords = of(&|user| user.has_password());
    let strangers = of(&|user| {
        let known = user
            .sid
            .as_ref()
            .is_some_and(|sid| wanted.contains(&sid.to_string()));
        !known && !user.has_password()
    });
    let mut what = Vec::new();
    if !passwords.is_empty() {
        what.push(format!("users with a password: {}", list(&passwords)));
    }
    if !strangers.is_empty() {
        what.push(format!("users that nobody asked for: {}", list(&strangers)));
    }
    if what.is_empty() {
        let names = of(&|_| true);
        return Verdict::passed(if names.is_empty() {
            "the catalogue has no user but the database's own".to_owned()
        } else {
            format!("its users: {}", list(&names))
        });
    }
    Verdict::failed(
        what.join("; "),
        "find out who made the user and whether anything uses it, then drop it by hand: the rollout never drops a user \
         that it does not know",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_sql_identity::{AppId, ObservedUser, PrincipalKind};

    fn user(
        name: &str,
        sid: Option<Sid>,
        kind: PrincipalKind,
        authentication: i64,
    ) -> ObservedUser {
        ObservedUser {
            name: name.to_owned(),
            sid,
            kind,
            authentication,
            roles: BTreeSet::new(),
        }
    }

    #[test]
    fn strangers_and_passwords_are_told_apart_by_what_they_are() {
        let app: AppId = "83d59817-87fd-4a0f-a6b9-09c04d126368".parse().unwrap();
        let sid = Sid::of_application(app);
        let wanted = BTreeSet::from([sid.to_string()]);
        let ours = user(
            "rhc-hp2-qa-db",
            Some(sid.clone()),
            PrincipalKind::External,
            4,
        );
        let renamed = user("anything", Some(sid), PrincipalKind::External, 4);
        let impostor = user("rhc-hp2-qa-db", None, PrincipalKind::External, 4);
        let password = user("sa2", None, PrincipalKind::Sql, 2);
        let of = |users: Vec<ObservedUser>| judge(&Observed { users }, &wanted);
        assert!(matches!(of(vec![]), Verdict::Passed { .. }));
        assert!(matches!(of(vec![ours.clone()]), Verdict::Passed { .. }));
        assert!(matches!(of(vec![renamed]), Verdict::Passed { .. }));
        assert!(matches!(of(vec![impostor]), Verdict::Failed { .. }));
        let Verdict::Failed { what, .. } = of(vec![ours, password]) else {
            panic!("a password was overlooked");
        };
        assert_eq!(what, "users with a password: sa2");
    }
}
