//! The questions, and how each is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::http::{HttpClient, Transport};
use rhc_core::{ClientOptions, Clock, Cloud, Error, ErrorKind};
use rhc_sql_identity::{
    CrossTenantCredential, CrossTenantCredentialOptions, DatabasePermission, Databases,
    EffectiveRights, ManagedIdentity, SqlAddress, SqlSession, TableName,
};
use serde::Serialize;

use super::settings::{Expected, Question, Settings};

/// How the databases are reached by whoever has this credential.
pub type OpenWith = Box<dyn Fn(Arc<dyn TokenCredential>) -> Arc<dyn Databases> + Send + Sync>;

/// Where the probe runs.
pub struct Surroundings {
    /// Which cloud it is.
    pub cloud: Cloud,
    /// The way to its authority and to the container's identity endpoint.
    pub transport: Arc<dyn HttpClient>,
    /// The time of day there.
    pub clock: Clock,
    /// The container's environment.
    pub environment: BTreeMap<String, String>,
    /// The way to the databases.
    pub databases: OpenWith,
}

impl fmt::Debug for Surroundings {
    /// Without the environment, which holds the secret of the identity endpoint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").finish_non_exhaustive()
    }
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is as it should be.
    Passed,
    /// It is not.
    Failed,
    /// It could not be found out.
    NotProven,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// What became of it.
    pub verdict: Verdict,
    /// What was seen, without anything secret.
    pub what: String,
}

/// What was seen, or what was seen instead, or why nothing was seen.
enum Seen {
    Good(String),
    Bad(String),
    Dark(String),
}

/// Asks everything that the settings name, or the one thing that they say.
pub async fn run(settings: &Settings, surroundings: &Surroundings) -> Vec<Answer> {
    let asked = match &settings.only {
        Some(question) => vec![question.clone()],
        None => Question::all(settings),
    };
    let probe = match Probe::new(settings, surroundings) {
        Ok(probe) => probe,
        Err(error) => {
            let bad = |question| answer(question, Seen::Bad(error.to_string()));
            return asked.into_iter().map(bad).collect();
        }
    };
    let mut answers: Vec<Answer> = Vec::new();
    for question in asked {
        let basis = answers
            .iter()
            .find(|own| stands_on(&question, &own.question));
        let seen = match basis {
            Some(basis) if basis.verdict != Verdict::Passed => {
                Seen::Dark(format!("it needs {}", basis.question))
            }
            _ => probe.ask(&question).await,
        };
        answers.push(answer(question, seen));
    }
    answers
}

fn answer(question: Question, seen: Seen) -> Answer {
    let (verdict, what) = match seen {
        Seen::Good(what) => (Verdict::Passed, what),
        Seen::Bad(what) => (Verdict::Failed, what),
        Seen::Dark(what) => (Verdict::NotProven, what),
    };
    Answer {
        question,
        verdict,
        what,
    }
}

/// Whether one question says nothing new while another is open.
fn stands_on(question: &Question, other: &Question) -> bool {
    match question {
        Question::Chain => false,
        Question::Opens(_) => *other == Question::Chain,
        Question::Rights(own) | Question::Table(own) => *other == Question::Opens(own.clone()),
    }
}

struct Probe<'a> {
    settings: &'a Settings,
    scope: String,
    cloud: &'a Cloud,
    credential: Arc<CrossTenantCredential>,
    databases: Arc<dyn Databases>,
}

impl<'a> Probe<'a> {
    fn new(settings: &'a Settings, surroundings: &'a Surroundings) -> rhc_core::Result<Self> {
        let of = |name: &str| {
            let value = surroundings.environment.get(name);
            value.filter(|own| !own.is_empty()).ok_or_else(|| {
                let why = "is not in the environment: this is no container with a managed identity";
                Error::invalid("probe", format!("{name} {why}"))
            })
        };
        let mut client = ClientOptions {
            clock: surroundings.clock,
            ..ClientOptions::default()
        };
        let transport = Arc::clone(&surroundings.transport);
        client.client_options.transport = Some(Transport::new(transport));
        let identity = ManagedIdentity::at_endpoint(
            of("IDENTITY_ENDPOINT")?,
            of("IDENTITY_HEADER")?,
            settings.identity,
            Some(&client),
        )?;
        let options = CrossTenantCredentialOptions {
            cloud: surroundings.cloud.clone(),
            client,
            // Whoever asks wants to know how it is now.
            patience: Duration::ZERO,
        };
        let credential =
            CrossTenantCredential::new(identity, settings.tenant, settings.bridge, Some(options));
        let credential = Arc::new(credential?);
        Ok(Self {
            settings,
            scope: surroundings.cloud.sql_scope.clone(),
            cloud: &surroundings.cloud,
            databases: (surroundings.databases)(Arc::clone(&credential) as Arc<dyn TokenCredential>),
            credential,
        })
    }

    async fn ask(&self, question: &Question) -> Seen {
        let (Question::Opens(name) | Question::Rights(name) | Question::Table(name)) = question
        else {
            return self.chain().await;
        };
        let Some(database) = self.settings.databases.iter().find(|own| own.name == *name) else {
            return Seen::Bad(format!("the settings name no database {name}"));
        };
        let asked = async {
            let at = SqlAddress::new(self.cloud, &self.settings.server, name)?;
            let mut session = self
                .databases
                .retry()
                .run(|| self.databases.open(&at))
                .await?;
            match question {
                Question::Rights(_) => rights(&mut *session, database).await,
                Question::Table(_) => self.table(&mut *session, database).await,
                _ => Ok(Seen::Good(format!("{at} is open"))),
            }
        };
        match asked.await {
            Ok(seen) => seen,
            // This version cannot look, and says so.
            Err(error) if error.kind() == ErrorKind::Refused => {
                Seen::Dark(error.message().to_owned())
            }
            Err(error) => Seen::Bad(error.to_string()),
        }
    }

    /// Identity, trust and the tenant that is asked: everything before the network and the database.
    async fn chain(&self) -> Seen {
        let Settings {
            tenant,
            bridge,
            identity,
            ..
        } = self.settings;
        match self.credential.diagnose(&self.scope).await.broken {
            None => Seen::Good(format!(
                "the managed identity {identity} is {bridge} in the tenant {tenant}"
            )),
            Some(own) => Seen::Bad(format!(
                "{} does not hold: {}: {}",
                own.link, own.what, own.remedy
            )),
        }
    }

    async fn table(
        &self,
        session: &mut (dyn SqlSession + '_),
        database: &Expected,
    ) -> rhc_core::Result<Seen> {
        let named = self
            .settings
            .tables
            .iter()
            .find(|(own, _)| *own == database.name);
        let Some((_, table)) = named else {
            let why = "no table is named for it; a database that is empty has none to read";
            return Ok(Seen::Dark(why.to_owned()));
        };
        let permissions = EffectiveRights::of(database.roles.iter().copied()).permissions;
        let reads = session.can_read(table).await?;
        let writes = session.can_write(table).await?;
        let wanted = (
            permissions.contains(&DatabasePermission::Select),
            permissions.contains(&DatabasePermission::Delete),
        );
        let words = in_words(table, reads, writes);
        Ok(if (reads, writes) == wanted {
            Seen::Good(words)
        } else {
            Seen::Bad(format!("{words}; its roles say otherwise"))
        })
    }
}

fn in_words(table: &TableName, reads: bool, writes: bool) -> String {
    let may = |yes: bool| if yes { "can" } else { "cannot" };
    format!(
        "{table}: {} be read, {} be written",
        may(reads),
        may(writes)
    )
}

async fn rights(
    session: &mut (dyn SqlSession + '_),
    database: &Expected,
) -> rhc_core::Result<Seen> {
    let wanted = EffectiveRights::of(database.roles.iter().copied());
    let found = session.effective_rights().await?;
    let made = session.can_create_tables().await?;
    let mut wrong = Vec::new();
    wrong.extend(difference("role", &found.roles, &wanted.roles));
    wrong.extend(difference(
        "permission",
        &found.permissions,
        &wanted.permissions,
    ));
    if made
        != wanted
            .permissions
            .contains(&DatabasePermission::CreateTable)
    {
        wrong.push(if made {
            "a table could be made (it was taken back)".to_owned()
        } else {
            "no table could be made".to_owned()
        });
    }
    let roles: Vec<_> = found.roles.iter().map(ToString::to_string).collect();
    Ok(if wrong.is_empty() {
        let may = if made { "made" } else { "refused" };
        Seen::Good(format!(
            "roles {}; CREATE TABLE was {may}",
            roles.join(", ")
        ))
    } else {
        Seen::Bad(wrong.join("; "))
    })
}

fn difference<T: Ord + fmt::Display>(
    what: &str,
    found: &BTreeSet<T>,
    wanted: &BTreeSet<T>,
) -> Vec<String> {
    let more = found
        .difference(wanted)
        .map(|own| format!("the {what} {own} too many"));
    let fewer = wanted
        .difference(found)
        .map(|own| format!("the {what} {own} is missing"));
    more.chain(fewer).collect()
}
