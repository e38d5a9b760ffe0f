//! Is there any login with a password, and would one be of use?

use async_trait::async_trait;
use rhc_sql_identity::{
    PasswordFact, PasswordProof, SqlAddress, SqlServer, SqlServers, prove_no_passwords,
};

use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let server = &manifest.database.server;
    let step = checked.named("Microsoft.Sql/servers", server);
    let database = manifest.database.databases.keys().next();
    match (step, database) {
        (Some(step), Some(database)) => vec![Box::new(Logins {
            tenant: step.meta.tenant.clone(),
            server: server.clone(),
            host: manifest.sql_host(),
            database: database.clone(),
        })],
        _ => Vec::new(),
    }
}

/// The server's own logins. The users of its databases have a check for each database.
struct Logins {
    tenant: TenantKey,
    server: String,
    host: String,
    database: String,
}

#[async_trait]
impl Check for Logins {
    fn id(&self) -> String {
        format!("control-plane/sql-logins/{}", self.server)
    }

    fn title(&self) -> String {
        format!("no password is of use at {}", self.server)
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "the switch leaves logins where they are, and whoever turns it back makes them of use again"
            .to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let cloud = cx.clients().connection().cloud();
        let at = SqlAddress::new(cloud, &self.host, &self.database)?;
        let id = cx
            .resource::<SqlServer>(&self.server)
            .await?
            .require_id()?
            .clone();
        let scope = SqlServers::new(cx.arm(self.tenant.as_str()).await?).server(id);
        let databases = cx.databases(self.tenant.as_str()).await?;
        judge(&prove_no_passwords(&scope, &*databases, &at).await?)
    }
}

fn judge(proof: &PasswordProof) -> Result<Verdict, Unproven> {
    let of_server = |fact: &PasswordFact| !matches!(fact, PasswordFact::Users(_));
    let broken = proof.broken().filter(|(fact, _)| of_server(fact));
    let broken: Vec<String> = broken
        .map(|(fact, what)| format!("not so: {fact} ({what})"))
        .collect();
    if !broken.is_empty() {
        return Ok(Verdict::failed(
            broken.join("; "),
            "run apply, which turns the switch; find out who made a login and drop it by hand (DROP LOGIN in master)",
        ));
    }
    if let Some((fact, why)) = proof.not_seen().find(|(fact, _)| of_server(fact)) {
        return Err(Unproven(format!("nobody could see whether {fact}: {why}")));
    }
    let facts = proof
        .facts
        .iter()
        .map(|(fact, _)| fact)
        .filter(|fact| of_server(fact));
    let facts: Vec<String> = facts.map(ToString::to_string).collect();
    Ok(Verdict::passed(facts.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_sql_identity::FactSeen;

    #[test]
    fn what_was_not_seen_is_not_proven_and_what_is_broken_failed() {
        let of = |logins: FactSeen| {
            judge(&PasswordProof {
                facts: vec![
                    (PasswordFact::Switch, FactSeen::Holds),
                    (
                        PasswordFact::Users("a".to_owned()),
                        FactSeen::Broken("x".to_owned()),
                    ),
                    (PasswordFact::Logins, logins),
                ],
            })
        };
        assert!(matches!(of(FactSeen::Holds), Ok(Verdict::Passed { .. })));
        let broken = of(FactSeen::Broken("logins: sa2".to_owned()));
        assert!(matches!(broken, Ok(Verdict::Failed { what, .. }) if what.contains("sa2")));
        assert!(of(FactSeen::NotSeen("closed".to_owned())).is_err());
    }
}
