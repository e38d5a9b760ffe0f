//! What GitHub says about the repositories that the apps come from: whether they are there, what their plan has, and as whom
//! their workflows sign in.

use std::collections::BTreeMap;

use super::found::Found;
use super::{Finding, pages};
use crate::connection::Connection;
use crate::github::{GitHubClient, PaidPlan, Repository, RepositoryClient};
use crate::manifest::{App, GitHub, Manifest};
use crate::steps::Connect;

/// The subject of each app's workflow, by the app's name in the file.
pub(super) type Subjects = BTreeMap<String, String>;

/// Asks about the repository of each app, where there is a token.
pub(super) async fn look(
    manifest: &Manifest,
    connection: &Connection,
    found: &mut Found,
) -> Subjects {
    let mut subjects = Subjects::new();
    let mut plans = Plans::default();
    for (key, app) in manifest.apps() {
        let file = &app.github;
        let subject = match connection.github() {
            Some(github) => of_app(app, &github, &mut plans, found).await,
            // What is not known without a token is said of the file.
            None => Some(guessed(file)),
        };
        if let Some(subject) = subject {
            subjects.insert(key.to_owned(), subject);
        }
    }
    plans.say(found);
    subjects
}

/// What the plans of private repositories lack, by their names.
#[derive(Debug, Default)]
struct Plans<'m> {
    no_environments: Vec<&'m str>,
    no_approvals: Vec<&'m str>,
}

impl Plans<'_> {
    fn say(self, found: &mut Found) {
        let page = pages::GITHUB_ENVIRONMENTS;
        if !self.no_environments.is_empty() {
            let names = self.no_environments.join(", ");
            found.say(Finding::stop(
                "github-plan-has-no-environments",
                page,
                format!("the environment file wants a GitHub environment in {names}: private, and on GitHub Free, which has none in private repositories"),
                "pay for GitHub Team or Pro; or remove `environment` under [apps.….github], so that the branch itself is trusted",
            ));
        }
        if !self.no_approvals.is_empty() {
            let names = self.no_approvals.join(", ");
            found.say(Finding::note(
                "github-plan-has-no-approvals",
                page,
                format!("nobody can be asked to approve a deployment of {names}, and none can wait: in private repositories that takes GitHub Enterprise, so a push to the branch deploys at once"),
                "protect the branch itself (who may push, reviews before a merge), or take GitHub Enterprise",
            ));
        }
    }
}

/// What the file says, or else the form of old repositories.
fn guessed(file: &GitHub) -> String {
    let prefix = file.subject_prefix.clone();
    let prefix = prefix.unwrap_or_else(|| format!("repo:{}", file.repository));
    format!("{prefix}:{}", file.subject_suffix())
}

/// The subject of an app's workflow, if it can be known.
async fn of_app<'m>(
    app: &'m App,
    github: &GitHubClient,
    plans: &mut Plans<'m>,
    found: &mut Found,
) -> Option<String> {
    let file = &app.github;
    let name = &file.repository;
    // Another form was refused with the file.
    let client = github.repository(&name.parse().ok()?);
    let seen = match client.get().await {
        Ok(Some(seen)) => seen,
        Ok(None) => {
            found.say(Finding::stop(
                "github-repository-not-there",
                pages::GITHUB_REPOSITORY,
                format!("GitHub shows no repository {name} to this token: it does not exist, or the token has no right to it (GitHub answers both alike)"),
                "make the repository on GitHub, correct its name in the environment file, or give the token a right to it; without any token the plan says what to do by hand",
            ));
            return None;
        }
        Err(error) => {
            let question = format!("whether {name} can deploy");
            found.failed(question, "GitHub", &error, pages::GITHUB_REPOSITORY);
            return None;
        }
    };
    if seen.archived == Some(true) {
        found.say(Finding::stop(
            "github-repository-archived",
            pages::GITHUB_REPOSITORY,
            format!("the repository {name} is archived: it takes no push, so nothing can be deployed from it"),
            "unarchive it on GitHub (Settings, Danger Zone), or name another repository in the environment file",
        ));
    }
    if let Some(environment) = &file.environment {
        plan(name, environment, &client, &seen, plans, found).await;
    }
    subject(file, &client, &seen, found).await
}

/// What a private repository has is a question of what its owner pays for.
async fn plan<'m>(
    name: &'m str,
    environment: &str,
    client: &RepositoryClient,
    seen: &Repository,
    plans: &mut Plans<'m>,
    found: &mut Found,
) {
    // Public repositories have everything.
    if seen.private == Some(false) {
        return;
    }
    let question =
        format!("whether the plan of {name} has environments, and people who approve a deployment");
    let page = pages::GITHUB_ENVIRONMENTS;
    let owner = seen.owner.clone().unwrap_or_default();
    let account = match client.account(&owner).await {
        Ok(account) => account,
        Err(error) => return found.failed(question, "GitHub", &error, page),
    };
    let paid = account.and_then(|account| account.paid_plan());
    // Where there is an environment, there are environments.
    let there = match client.environment(environment).await {
        Ok(there) => there.is_some(),
        Err(error) => return found.failed(question, "GitHub", &error, page),
    };
    match paid {
        Some(PaidPlan::Free) if !there => plans.no_environments.push(name),
        Some(PaidPlan::Free | PaidPlan::Paid) => plans.no_approvals.push(name),
        Some(PaidPlan::Enterprise) => {}
        None => {
            let why = "the token does not show what the repository's owner pays for";
            let way_out = "let the token read the plan (an organisation's: Plan, or the scope admin:org; a person's: Plan, or user); an environment that the plan does not have is refused by GitHub";
            found.unseen(question, why, way_out, page);
        }
    }
}

/// As whom the workflow signs in.
async fn subject(
    file: &GitHub,
    client: &RepositoryClient,
    seen: &Repository,
    found: &mut Found,
) -> Option<String> {
    let name = &file.repository;
    let page = pages::GITHUB_SUBJECTS;
    let template = match client.subject().await {
        Ok(template) => template,
        Err(error) => {
            let question = format!("as whom the workflows of {name} sign in");
            found.failed(question, "GitHub", &error, page);
            return None;
        }
    };
    let known = template
        .prefix(seen)
        .and_then(|prefix| Ok((prefix, template.subject(seen, &file.subject_suffix())?)));
    let (prefix, subject) = match known {
        Ok(known) => known,
        Err(error) => {
            found.say(Finding::stop(
                "github-subject-not-to-be-known",
                page,
                format!("{name}: {error}, so no identity can be made to trust it"),
                format!("take it back to GitHub's own template: gh api --method PUT repos/{name}/actions/oidc/customization/sub -F use_default=true; or make it of claims that are known beforehand"),
            ));
            return None;
        }
    };
    if let Some(said) = file.subject_prefix.as_ref().filter(|said| **said != prefix) {
        found.say(Finding::stop(
            "github-subject-differs",
            page,
            format!("the environment file says that the subject of {name} begins with {said}, and GitHub says {prefix}; Azure compares them letter by letter (AADSTS700213)"),
            "correct or remove subject_prefix under [apps.….github]: GitHub's answer counts",
        ));
    }
    Some(subject)
}
