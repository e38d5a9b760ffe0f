//! What this GitHub refuses, as our client sees it.

use std::sync::Arc;

use azure_core::http::Transport;
use rhc_core::fake::{Fault, FaultKind, Match, Occurrence, World, WorldOptions};
use rhc_core::{ClientOptions, Error};
use serde_json::json;

use super::*;
use crate::github::{GitHubClient, GitHubToken, Place, RATE_LIMITED, RepositoryClient};

const REPOSITORY: &str = "vokworks-ronk/hp225";
const FILE: &str = ".github/workflows/deploy-qa.yml";

fn world() -> World {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    let manifest = Manifest::load(path).unwrap();
    let world = World::new(WorldOptions::default());
    mount(&world);
    world.with(|state| seed(state, &manifest));
    world
}

fn edited(edit: impl FnOnce(&mut Repository)) -> World {
    let world = world();
    world.with(|state| {
        let all = &mut state.section::<GitHub>().repositories;
        edit(all.get_mut(REPOSITORY).unwrap());
    });
    world
}

fn as_(world: &World, token: &str) -> RepositoryClient {
    let mut options = ClientOptions {
        clock: world.clock(),
        ..ClientOptions::default()
    };
    options.client_options.transport = Some(Transport::new(world.transport()));
    let client = GitHubClient::new(Arc::new(GitHubToken::new(token)), &options).unwrap();
    client.repository(&REPOSITORY.parse().unwrap())
}

fn qa() -> Place {
    Place::Environment("qa".to_owned())
}

fn only_named() -> serde_json::Value {
    crate::github::Environment::default().only_named_branches()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: rhc_core::Result<T>, status: u16, words: &str) -> Error {
    let error = answer.unwrap_err();
    assert_eq!(error.status(), Some(status), "{error}");
    assert!(error.to_string().contains(words), "{error}");
    error
}

#[tokio::test(start_paused = true)]
async fn refuses_a_token_that_it_does_not_know() {
    refused(as_(&world(), "ghp_old").get().await, 401, "expired");
}

#[tokio::test(start_paused = true)]
async fn hides_a_private_repository_from_who_is_no_member() {
    let world = world();
    assert_eq!(as_(&world, OUTSIDER).get().await.unwrap(), None);
    refused(as_(&world, OUTSIDER).subject().await, 404, "no right to it");
    assert!(as_(&world, TOKEN).get().await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn refuses_writes_of_a_token_that_may_only_read() {
    let answer = as_(&world(), READER)
        .put_environment("qa", &json!({}))
        .await;
    refused(answer, 403, "the token may not do this");
}

#[tokio::test(start_paused = true)]
async fn refuses_pushes_to_an_archived_repository() {
    let world = edited(|own| own.archived = true);
    let github = as_(&world, TOKEN);
    refused(
        github.put_file(FILE, "main", "a", "b", None).await,
        403,
        "archived",
    );
}

#[tokio::test(start_paused = true)]
async fn says_the_subject_in_both_forms() {
    for (immutable, end) in [(false, "repo:vokworks-ronk/hp225"), (true, "")] {
        let world = edited(|own| own.immutable_subject = immutable);
        let template = as_(&world, TOKEN).subject().await.unwrap();
        let prefix = template.sub_claim_prefix.unwrap();
        assert_eq!(prefix.contains('@'), immutable, "{prefix}");
        assert!(prefix.ends_with(end), "{prefix}");
        assert_eq!(
            template.use_immutable_subject,
            Some(false),
            "whatever it is"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn has_no_environments_in_private_repositories_on_the_free_plan() {
    let world = edited(|own| own.plan = Plan::Free);
    let answer = as_(&world, TOKEN)
        .put_environment("qa", &only_named())
        .await;
    refused(answer, 404, "");
    let world = edited(|own| (own.plan, own.private) = (Plan::Free, false));
    let answer = as_(&world, TOKEN)
        .put_environment("qa", &only_named())
        .await;
    assert!(answer.is_ok());
}

#[tokio::test(start_paused = true)]
async fn has_no_reviewers_in_private_repositories_below_enterprise() {
    let body = json!({"wait_timer": 0, "deployment_branch_policy": null});
    let answer = as_(&world(), TOKEN).put_environment("qa", &body).await;
    refused(answer, 422, "billing plan");
    let world = edited(|own| own.plan = Plan::Enterprise);
    assert!(
        as_(&world, TOKEN)
            .put_environment("qa", &body)
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn refuses_protected_and_named_branches_at_once() {
    let body = json!({"deployment_branch_policy": {"protected_branches": true, "custom_branch_policies": true}});
    let answer = as_(&world(), TOKEN).put_environment("qa", &body).await;
    refused(answer, 422, "same value");
}

#[tokio::test(start_paused = true)]
async fn names_branches_only_where_they_are_named_and_each_once() {
    let world = world();
    let github = as_(&world, TOKEN);
    github
        .put_environment("qa", &json!({"deployment_branch_policy": null}))
        .await
        .unwrap();
    refused(github.add_branch_policy("qa", "qa").await, 404, "");
    github.put_environment("qa", &only_named()).await.unwrap();
    for _ in 0..2 {
        github.add_branch_policy("qa", "qa").await.unwrap();
    }
    let all = github.branch_policies("qa").await.unwrap();
    assert_eq!(all.len(), 1);
    let id = all[0].id.unwrap();
    github.remove_branch_policy("qa", id).await.unwrap();
    refused(github.remove_branch_policy("qa", id).await, 404, "");
}

#[tokio::test(start_paused = true)]
async fn keeps_what_people_set_for_approval() {
    let world = edited(|own| own.plan = Plan::Enterprise);
    let github = as_(&world, TOKEN);
    let body = json!({
        "wait_timer": 5, "reviewers": [{"type": "Team", "id": 7}], "deployment_branch_policy": null
    });
    github.put_environment("qa", &body).await.unwrap();
    let before = github.environment("qa").await.unwrap().unwrap();
    github
        .put_environment("qa", &before.only_named_branches())
        .await
        .unwrap();
    world.with(|state| {
        let own = &state.section::<GitHub>().repositories[REPOSITORY].environments["qa"];
        assert_eq!(
            (own.wait_timer, own.custom_branch_policies),
            (5, Some(true))
        );
        assert_eq!(own.reviewers, [json!({"type": "Team", "id": 7})]);
    });
}

#[tokio::test(start_paused = true)]
async fn refuses_a_variable_twice_and_one_that_is_not_there() {
    let github = as_(&world(), TOKEN);
    refused(github.create_variable(&qa(), "A", "1").await, 404, "");
    for place in [qa(), Place::Repository] {
        github.put_environment("qa", &json!({})).await.unwrap();
        github.create_variable(&place, "A", "1").await.unwrap();
        refused(
            github.create_variable(&place, "A", "1").await,
            409,
            "already exists",
        );
        refused(github.update_variable(&place, "B", "1").await, 404, "");
        github.update_variable(&place, "A", "2").await.unwrap();
        let all = github.variables(&place).await.unwrap();
        assert_eq!(all[0].value.as_deref(), Some("2"));
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_names_of_variables_that_are_its_own_or_none() {
    let github = as_(&world(), TOKEN);
    for name in ["GITHUB_A", "1A", "A-B", ""] {
        let answer = github.create_variable(&Place::Repository, name, "1").await;
        refused(answer, 422, "alphanumeric");
    }
}

#[tokio::test(start_paused = true)]
async fn gives_variables_in_pages() {
    let world = edited(|own| {
        let name = |number| (format!("V{number:03}"), "1".to_owned());
        own.variables = (0..61).map(name).collect();
    });
    let all = as_(&world, TOKEN)
        .variables(&Place::Repository)
        .await
        .unwrap();
    assert_eq!(all.len(), 61);
    let pages = world
        .log()
        .into_iter()
        .map(|request| request.path_and_query);
    assert_eq!(pages.filter(|path| path.contains("page=")).count(), 3);
}

#[tokio::test(start_paused = true)]
async fn takes_no_more_variables_than_it_has_room_for() {
    let world = edited(|own| {
        let name = |number| (format!("V{number:03}"), "1".to_owned());
        own.variables = (0..500).map(name).collect();
    });
    let answer = as_(&world, TOKEN)
        .create_variable(&Place::Repository, "A", "1")
        .await;
    refused(answer, 422, "limit of 500");
}

#[tokio::test(start_paused = true)]
async fn refuses_to_replace_a_file_unseen() {
    let world = world();
    let github = as_(&world, TOKEN);
    let put = |text: &'static str, sha: Option<String>| {
        let github = &github;
        async move {
            github
                .put_file(FILE, "main", text, "m", sha.as_deref())
                .await
        }
    };
    assert_eq!(github.file(FILE, "main").await.unwrap(), None);
    put("one\n", None).await.unwrap();
    refused(put("two\n", None).await, 422, "sha");
    let sha = github.file(FILE, "main").await.unwrap().unwrap().sha;
    put("two\n", sha.clone()).await.unwrap();
    refused(put("three\n", sha).await, 409, "does not match");
    let file = github.file(FILE, "main").await.unwrap().unwrap();
    assert_eq!(file.text().unwrap(), "two\n");
}

#[tokio::test(start_paused = true)]
async fn refuses_a_file_on_a_branch_that_is_not_there() {
    let github = as_(&world(), TOKEN);
    refused(github.put_file(FILE, "qa", "a", "b", None).await, 404, "");
    assert_eq!(github.branch("qa").await.unwrap(), None);
    assert!(github.branch("main").await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn knows_no_runs_of_a_workflow_that_is_not_there() {
    let github = as_(&world(), TOKEN);
    assert!(github.runs("deploy-qa.yml", "qa").await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn says_until_when_it_takes_no_more_requests() {
    let headers = |world: &World| {
        let reset = world.now().unix_timestamp() + 600;
        [
            vec![("retry-after".to_owned(), "600".to_owned())],
            vec![
                ("x-ratelimit-remaining".to_owned(), "0".to_owned()),
                ("x-ratelimit-reset".to_owned(), reset.to_string()),
            ],
        ]
    };
    for index in 0..2 {
        let world = world();
        let headers = headers(&world).into_iter().nth(index).unwrap();
        world.faults().add(Fault {
            matches: Match {
                occurrence: Occurrence::Nth(1),
                ..Match::default()
            },
            kind: FaultKind::Status {
                code: 403,
                headers,
                body: r#"{"message": "API rate limit exceeded"}"#.into(),
            },
        });
        let error = refused(as_(&world, TOKEN).get().await, 403, "for 10 minutes");
        assert!(error.has_code(RATE_LIMITED));
        assert_eq!(error.retry_after().unwrap().as_secs(), 600);
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_a_version_that_is_not_spoken_and_a_nameless_client() {
    use azure_core::http::{Method, Request};
    let transport = world().transport();
    let ask = |headers: Vec<(&'static str, &'static str)>| {
        let transport = Arc::clone(&transport);
        async move {
            let url = "https://api.github.com/repos/vokworks-ronk/hp225";
            let mut request = Request::new(url.parse().unwrap(), Method::Get);
            for (name, value) in headers {
                request.insert_header(name, value);
            }
            u16::from(transport.execute_request(&request).await.unwrap().status())
        }
    };
    let bearer = ("authorization", "Bearer embedded-github-administrator");
    assert_eq!(ask(vec![bearer]).await, 403);
    assert_eq!(ask(vec![bearer, ("user-agent", "x")]).await, 200);
    assert_eq!(ask(vec![("user-agent", "x")]).await, 401);
    let old = ("x-github-api-version", "2020-01-01");
    assert_eq!(ask(vec![bearer, ("user-agent", "x"), old]).await, 400);
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_for_is_shown_to_administrators_only() {
    use crate::github::PaidPlan;
    let plan = async |world: &World, token: &str| {
        let repository = as_(world, token);
        let owner = repository.get().await.unwrap().unwrap().owner.unwrap();
        let account = repository.account(&owner).await.unwrap();
        account.and_then(|own| own.paid_plan())
    };
    for (paid, shown) in [
        (Plan::Free, PaidPlan::Free),
        (Plan::Team, PaidPlan::Paid),
        (Plan::Enterprise, PaidPlan::Enterprise),
    ] {
        for kind in [OwnerKind::Organization, OwnerKind::User] {
            let world = world();
            world.with(|state| {
                for own in state.section::<GitHub>().repositories.values_mut() {
                    (own.plan, own.owner_kind) = (paid, kind);
                }
            });
            assert_eq!(plan(&world, TOKEN).await, Some(shown), "{paid:?} {kind:?}");
            assert_eq!(plan(&world, READER).await, None, "{paid:?} {kind:?}");
        }
    }
}
