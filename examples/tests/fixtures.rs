//! Each operation of GitHub's client against its recorded fixture.

use rhc_core::fake::WorldOptions;
use rhc_core::testing::{Connection, Fixtures, Live};
use rhc_core::{Error, Result};
use rollout::embedded::EmbeddedCloud;
use rollout::embedded::github::{GitHub, Run, TOKEN};
use rollout::github::{GitHubClient, GitHubToken, Place, RepositoryClient};
use rollout::manifest::Manifest;
use serde_json::{Value, json};

const REPOSITORY: &str = "vokworks-ronk/hp225";
const FILE: &str = ".github/workflows/deploy-qa.yml";

/// A cloud as it is before the rollout, with the branch that a person makes, and a run on it.
async fn live() -> Live {
    // The recorder goes on with the clock that stands still from here.
    tokio::time::pause();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    let manifest = Manifest::load(path).unwrap();
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), false).unwrap();
    let world = cloud.world().clone();
    world.with(|state| {
        let all = &mut state.section::<GitHub>().repositories;
        let repository = all.get_mut(REPOSITORY).unwrap();
        let main = repository.branches["main"].clone();
        repository.branches.insert("qa".to_owned(), main);
        repository.runs.push(Run {
            id: 7,
            path: ".github/workflows/earlier.yml".to_owned(),
            branch: "qa".to_owned(),
            sha: "0".repeat(40),
            created: "2026-01-01T00:00:00Z".to_owned(),
            status: "completed".to_owned(),
            conclusion: Some("success".to_owned()),
            log: Vec::new(),
        });
        let files = &mut repository.branches.get_mut("qa").unwrap().files;
        files.insert(
            ".github/workflows/earlier.yml".to_owned(),
            "on: push\n".to_owned(),
        );
    });
    Live {
        transport: world.transport(),
        credential: std::sync::Arc::new(GitHubToken::new(TOKEN)),
        clock: world.clock(),
        source: "embedded",
    }
}

async fn replay<F, R>(name: &str, call: F) -> Value
where
    F: Fn(RepositoryClient) -> R,
    R: Future<Output = Result<Value>>,
{
    let fixtures = Fixtures::of(env!("CARGO_MANIFEST_DIR"));
    let call = |connection: Connection| {
        let made = GitHubClient::new(connection.credential, &connection.options)
            .map(|client| call(client.repository(&REPOSITORY.parse().unwrap())));
        async move { made?.await }
    };
    fixtures.run(name, live(), call).await
}

macro_rules! fixture {
    ($test:ident, $name:literal, |$github:ident| $call:expr) => {
        #[tokio::test]
        async fn $test() {
            let value = replay($name, |$github| async move { $call }).await;
            insta::assert_json_snapshot!($name, value);
        }
    };
}

fn qa() -> Place {
    Place::Environment("qa".to_owned())
}

fn only_named() -> Value {
    rollout::github::Environment::default().only_named_branches()
}

fn no_such<T>(answer: Result<T>) -> std::result::Result<&'static str, Error> {
    match answer {
        Err(error) if error.is_not_found() => Ok("404"),
        Err(error) => Err(error),
        Ok(_) => Ok("there"),
    }
}

fixture!(a_repository_is_read, "github.repository.get", |github| {
    Ok(json!(github.get().await?))
});
fixture!(a_subject_is_read, "github.repository.subject", |github| {
    Ok(json!(github.subject().await?))
});
fixture!(
    a_branch_is_there_or_not,
    "github.repository.branch",
    |github| {
        Ok(json!([
            github.branch("qa").await?,
            github.branch("none/such").await?
        ]))
    }
);
fixture!(an_account_shows_its_plan, "github.account", |github| {
    let owner = github.get().await?.and_then(|own| own.owner);
    let person = rollout::github::Owner {
        login: Some("somebody".to_owned()),
        kind: Some("User".to_owned()),
        ..rollout::github::Owner::default()
    };
    Ok(json!([
        github.account(&owner.unwrap_or_default()).await?,
        github.account(&person).await?
    ]))
});
fixture!(an_environment_is_read, "github.environment.get", |github| {
    Ok(json!(github.environment("qa").await?))
});
fixture!(an_environment_is_made, "github.environment.put", |github| {
    Ok(json!(github.put_environment("qa", &only_named()).await?))
});
fixture!(
    branches_are_let_in_and_out,
    "github.environment.branches",
    |github| {
        github.put_environment("qa", &only_named()).await?;
        for _ in 0..2 {
            github.add_branch_policy("qa", "qa").await?;
        }
        let all = github.branch_policies("qa").await?;
        let id = all.first().and_then(|one| one.id).unwrap_or_default();
        github.remove_branch_policy("qa", id).await?;
        Ok(json!([all, github.branch_policies("qa").await?]))
    }
);
fixture!(
    variables_of_an_environment,
    "github.variables.environment",
    |github| {
        github.put_environment("qa", &only_named()).await?;
        github
            .create_variable(&qa(), "CONTAINER_APP", "hp225qa-app")
            .await?;
        github
            .update_variable(&qa(), "CONTAINER_APP", "other")
            .await?;
        Ok(json!(github.variables(&qa()).await?))
    }
);
fixture!(
    variables_of_a_repository,
    "github.variables.repository",
    |github| {
        let place = Place::Repository;
        github
            .create_variable(&place, "QA_CONTAINER_APP", "hp225qa-app")
            .await?;
        github
            .update_variable(&place, "QA_CONTAINER_APP", "other")
            .await?;
        Ok(json!(github.variables(&place).await?))
    }
);
fixture!(
    variables_of_no_environment,
    "github.variables.none",
    |github| Ok(json!(no_such(github.variables(&qa()).await)?))
);
fixture!(a_file_is_committed_and_read, "github.file", |github| {
    let before = github.file(FILE, "qa").await?;
    github
        .put_file(FILE, "qa", "on: push\n", "Deploy", None)
        .await?;
    let first = github.file(FILE, "qa").await?;
    let sha = first.as_ref().and_then(|file| file.sha.as_deref());
    github
        .put_file(FILE, "qa", "on: [push]\n", "Deploy", sha)
        .await?;
    let text = github.file(FILE, "qa").await?.map(|file| file.text());
    Ok(json!([before, first, text.transpose()?]))
});
fixture!(runs_are_listed, "github.runs", |github| {
    Ok(json!([
        github.runs("earlier.yml", "qa").await?,
        github.runs("none.yml", "qa").await?
    ]))
});
