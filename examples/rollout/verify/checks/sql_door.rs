//! Is the SQL server closed to the internet?

use async_trait::async_trait;
use rhc_core::Error;
use rhc_sql_identity::SqlAddress;

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
        (Some(step), Some(database)) => vec![Box::new(Door {
            tenant: step.meta.tenant.clone(),
            server: server.clone(),
            host: manifest.sql_host(),
            database: database.clone(),
        })],
        _ => Vec::new(),
    }
}

/// Knocks. The right answer is that nobody opens, whoever we are.
struct Door {
    tenant: TenantKey,
    server: String,
    host: String,
    database: String,
}

#[async_trait]
impl Check for Door {
    fn id(&self) -> String {
        format!("outside/closed/{}", self.server)
    }

    fn title(&self) -> String {
        format!("{} turns away who comes from the internet", self.host)
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::Outside
    }

    fn why(&self) -> String {
        "the databases hold patients' data; only the apps' network may reach them".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let cloud = cx.clients().connection().cloud();
        let at = SqlAddress::new(cloud, &self.host, &self.database)?;
        let databases = cx.databases_from_outside(self.tenant.as_str()).await?;
        let opened = databases.open(&at).await;
        Ok(judge(&self.host, opened.map(drop).as_ref().err()))
    }
}

fn judge(host: &str, refusal: Option<&Error>) -> Verdict {
    const REMEDY: &str = "close it: public network access off and no firewall rule (apply does); an operator's window that \
                          was left open is closed the same way";
    let Some(error) = refusal else {
        return Verdict::failed(format!("{host} let us in from the internet"), REMEDY);
    };
    let code = |codes: &[&str]| codes.iter().any(|code| error.has_code(code));
    if code(&["SQL47073", "SQL40615"]) {
        Verdict::passed(format!("turned away before the login: {}", error.message()))
    } else if code(&["SQL18456", "SQL4060"]) {
        Verdict::failed(
            format!(
                "{host} asked for a login from the internet: {}",
                error.message()
            ),
            REMEDY,
        )
    } else {
        Verdict::not_proven(format!("{host} could not be asked: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_sql_identity::SqlError;

    #[test]
    fn only_a_door_that_is_shut_before_the_login_counts() {
        let of = |number| {
            let error = SqlError::new(number, 1, "no").into_error("sql.open");
            judge("s.database.windows.net", Some(&error))
        };
        for number in [47073, 40615] {
            assert!(matches!(of(number), Verdict::Passed { .. }), "{number}");
        }
        for number in [18456, 4060] {
            assert!(matches!(of(number), Verdict::Failed { .. }), "{number}");
        }
        for number in [40532, 40613, 47072] {
            assert!(matches!(of(number), Verdict::NotProven { .. }), "{number}");
        }
        assert!(matches!(judge("s", None), Verdict::Failed { .. }));
    }
}
