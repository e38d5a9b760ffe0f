//! Does the app reach its databases as itself, and can it do there what it should and no more? Only the app can say.
//!
//! Each question is one execution of the app's own job, and the answer is how that execution ended: the one thing that
//! Resource Manager tells of it. What the probe wrote is detail, and stands in the app's workspace.

mod execution;

use std::sync::Arc;

use async_trait::async_trait;

use crate::engine::{Checked, Finding, Key, TenantKey};
use crate::manifest::Manifest;
use crate::probe::Question;
use crate::steps::probe::KIND;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};
use execution::{Ended, Prober};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for (key, app) in manifest.apps() {
        let Some(job) = checked.named(KIND, &app.probe_job()) else {
            continue;
        };
        let prober = Arc::new(Prober::new(&app.probe_job()));
        let questions =
            std::iter::once(Question::Chain).chain(app.database_roles.keys().flat_map(|name| {
                let name = || name.clone();
                [
                    Question::Opens(name()),
                    Question::Rights(name()),
                    Question::Table(name()),
                ]
            }));
        for question in questions {
            checks.push(Box::new(Inside {
                tenant: job.meta.tenant.clone(),
                app: key.to_owned(),
                container_app: app.container_app.name.clone(),
                bridge: app.bridge.unique_name.clone(),
                workspace: app.monitoring.workspace.clone(),
                prober: Arc::clone(&prober),
                question,
            }));
        }
    }
    checks
}

/// One question to an app's probe.
struct Inside {
    tenant: TenantKey,
    app: String,
    container_app: String,
    bridge: String,
    workspace: String,
    prober: Arc<Prober>,
    question: Question,
}

#[async_trait]
impl Check for Inside {
    fn id(&self) -> String {
        match &self.question {
            Question::Chain => format!("inside/chain/{}", self.app),
            Question::Opens(database) => format!("inside/opens/{}/{database}", self.app),
            Question::Rights(database) => format!("inside/rights/{}/{database}", self.app),
            Question::Table(database) => format!("inside/table/{}/{database}", self.app),
        }
    }

    fn title(&self) -> String {
        let app = &self.container_app;
        match &self.question {
            Question::Chain => {
                format!("{app}'s identity gets a token of the databases' tenant, without a secret")
            }
            Question::Opens(database) => format!("{app} opens {database} by managed identity"),
            Question::Rights(database) => {
                format!("{app} has its roles in {database}, and no right beyond them")
            }
            Question::Table(database) => {
                format!("{app} reads and writes a table of {database} as its roles say")
            }
        }
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::Inside
    }

    fn why(&self) -> String {
        let why = match self.question {
            Question::Chain => {
                "identity, trust and bridge can each be right, and still not fit each other"
            }
            Question::Opens(_) => {
                "every link of the chain can be right and the chain still not hold"
            }
            Question::Rights(_) => {
                "what the catalogue says of a role is not yet what an identity can do"
            }
            Question::Table(_) => {
                "that the roles are right is not yet that the app's data are there"
            }
        };
        why.to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        self.may_be_asked(cx)?;
        for before in self.before() {
            match self.prober.ask(cx, &before).await {
                Ended::Well { .. } => {}
                Ended::Badly { .. } | Ended::Otherwise { .. } => {
                    return Err(Unproven::because(format!(
                        "it is asked when {before} is proven of {}",
                        self.container_app
                    )));
                }
            }
        }
        match self.prober.ask(cx, &self.question).await {
            Ended::Well { execution } => Ok(Verdict::passed(format!("{execution} succeeded"))),
            Ended::Badly { execution } => Ok(self.failed(&execution)),
            Ended::Otherwise { why } => Err(Unproven(why)),
        }
    }
}

impl Inside {
    /// What says nothing new while another question is open.
    fn before(&self) -> Vec<Question> {
        match &self.question {
            Question::Chain => vec![],
            Question::Opens(_) => vec![Question::Chain],
            Question::Rights(name) | Question::Table(name) => {
                vec![Question::Chain, Question::Opens(name.clone())]
            }
        }
    }

    /// What stands in the way of asking, and is another check's finding or the file's to change.
    fn may_be_asked(&self, cx: &Context<'_>) -> Result<(), Unproven> {
        let (Question::Opens(database) | Question::Rights(database) | Question::Table(database)) =
            &self.question
        else {
            return Ok(());
        };
        let user = format!("{database}: {}", self.bridge);
        let user = cx.checked().named("sql-user", &user).into_iter();
        let endpoint = &cx.manifest().network.sql_private_endpoint.name;
        let endpoint = cx
            .checked()
            .named("Microsoft.Network/privateEndpoints", endpoint);
        for step in user.chain(endpoint) {
            if let Finding::WaitsFor { keys } = &step.finding {
                let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
                return Err(Unproven::because(format!("{} missing", keys.join(", "))));
            }
        }
        let named = cx.manifest().probe.tables.contains_key(database);
        if matches!(self.question, Question::Table(_)) && !named {
            return Err(Unproven::because(format!(
                "{database} is empty; once the app has made its tables, name one under [probe.tables] in the environment file"
            )));
        }
        Ok(())
    }

    fn failed(&self, execution: &str) -> Verdict {
        let what = match &self.question {
            Question::Chain => "it gets no token there".to_owned(),
            Question::Opens(database) => format!("it does not open {database}"),
            Question::Rights(database) => {
                format!("it has other rights in {database} than its roles give")
            }
            Question::Table(database) => {
                format!("a table of {database} behaves otherwise than its roles say")
            }
        };
        Verdict::failed(
            format!("{what}: {execution} failed"),
            format!(
                "read what the probe wrote, in the workspace {}: ContainerAppConsoleLogs | where ContainerGroupName \
                 startswith \"{execution}\"; where another check fails too, mend that first",
                self.workspace
            ),
        )
    }
}
