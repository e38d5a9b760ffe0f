//! Is anybody in the databases who should not be, and does anybody have a password there?

use std::collections::BTreeSet;

use async_trait::async_trait;
use rhc_sql_identity::{Observation, Observed, ObservedUser, Sid, SqlAddress};

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
        let end = format!("/servers/{server}/databases/{}", self.database).to_lowercase();
        let is_it = |id: &str| id.to_lowercase().ends_with(&end);
        let mut databases = cx.checked().of_kind("Microsoft.Sql/servers/databases");
        if !databases.any(|step| step.id().is_some_and(is_it)) {
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

/// Who may be a user.
#[derive(Default)]
struct Wanted {
    /// By SID: a name says nothing.
    sids: BTreeSet<String>,
    /// Bridges that should be registered and are not, so that nobody knows their SIDs.
    missing: Vec<String>,
}

impl Users {
    async fn wanted(&self, cx: &Context<'_>) -> Result<Wanted, Unproven> {
        let graph = cx.graph(&cx.manifest().environment.hosting_tenant).await?;
        let mut wanted = Wanted::default();
        let apps = cx.manifest().apps().map(|(_, app)| app);
        for app in apps.filter(|app| app.database_roles.contains_key(&self.database)) {
            let name = &app.bridge.unique_name;
            match graph.applications().get_opt(name.as_str()).await? {
                Some(bridge) => {
                    let sid = Sid::of_application(bridge.client_id()?);
                    wanted.sids.insert(sid.to_string());
                }
                None if cx.checked().named("applications", name).is_some() => {
                    wanted.missing.push(name.clone());
                }
                None => {}
            }
        }
        Ok(wanted)
    }
}

fn judge(observed: &Observed, wanted: &Wanted) -> Verdict {
    let of = |which: &dyn Fn(&ObservedUser) -> bool| -> Vec<String> {
        let users = observed.users.iter().filter(|user| which(user));
        users.map(|user| user.name.clone()).collect()
    };
    let known = |user: &ObservedUser| {
        let sid = user.sid.as_ref().map(ToString::to_string);
        sid.is_some_and(|sid| wanted.sids.contains(&sid))
    };
    let passwords = of(&|user| user.has_password());
    let strangers = of(&|user| !known(user) && !user.has_password());
    let mut what = Vec::new();
    if !passwords.is_empty() {
        what.push(format!("users with a password: {}", list(&passwords)));
    }
    if !strangers.is_empty() && !wanted.missing.is_empty() && passwords.is_empty() {
        return Verdict::not_proven(format!(
            "whose these are cannot be told while {} is missing: {}",
            list(&wanted.missing),
            list(&strangers)
        ));
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
    use rhc_sql_identity::{AppId, PrincipalKind};

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
        let mut wanted = Wanted {
            sids: BTreeSet::from([sid.to_string()]),
            missing: Vec::new(),
        };
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
        assert!(matches!(of(vec![impostor.clone()]), Verdict::Failed { .. }));
        let Verdict::Failed { what, .. } = of(vec![ours, password.clone()]) else {
            panic!("a password was overlooked");
        };
        assert_eq!(what, "users with a password: sa2");
        wanted.missing.push("rhc-smx-qa-db".to_owned());
        let of = |users: Vec<ObservedUser>| judge(&Observed { users }, &wanted);
        assert!(matches!(
            of(vec![impostor.clone()]),
            Verdict::NotProven { .. }
        ));
        assert!(matches!(
            of(vec![impostor, password]),
            Verdict::Failed { .. }
        ));
    }
}
