//! Where the apps' code comes from, and what deploys them.

use super::super::model::App;
use super::super::problem::Rule;
use super::{Check, syntax};

/// `owner/name`.
pub(super) fn repository(check: &mut Check<'_>, path: &str, repository: &str) {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    let formed = repository
        .split_once('/')
        .is_some_and(|(owner, name)| part(owner) && part(name) && !name.ends_with(".git"));
    if !formed {
        let help = "expected is owner/name, such as vokworks-ronk/hp225, without https:// and .git";
        check.report(Rule::Repository, path, "this is not a repository", help);
    }
}

/// Where an app's code comes from and what deploys it.
pub(super) fn check(check: &mut Check<'_>, path: &str, app: &App) {
    let path = format!("{path}.github");
    repository(check, &format!("{path}.repository"), &app.github.repository);
    let plain = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
    };
    if !plain(&app.github.branch) {
        let help =
            "expected is the branch alone, such as qa, without refs/heads/ and without wildcards";
        check.report(
            Rule::Repository,
            format!("{path}.branch"),
            "this is not a branch",
            help,
        );
    }
    if app
        .github
        .environment
        .as_deref()
        .is_some_and(|environment| {
            environment.trim().is_empty() || environment.contains(['*', '/', '\\', '%'])
        })
    {
        let help = "expected is the environment's name exactly as on GitHub; remove the line where the repository has none";
        check.report(
            Rule::Repository,
            format!("{path}.environment"),
            "this is not a GitHub environment",
            help,
        );
    }
    by_hand(check, &path, app);
}

/// What the file says for where GitHub cannot be asked.
fn by_hand(check: &mut Check<'_>, path: &str, app: &App) {
    let file = &app.github;
    let prefixes = |prefix: &str| {
        let without_ids: Vec<_> = prefix
            .strip_prefix("repo:")
            .unwrap_or_default()
            .split('/')
            .map(|part| match part.split_once('@') {
                Some((name, id)) if !id.is_empty() && id.chars().all(|c| c.is_ascii_digit()) => {
                    name
                }
                _ => part,
            })
            .collect();
        without_ids.join("/").eq_ignore_ascii_case(&file.repository)
    };
    if file
        .subject_prefix
        .as_deref()
        .is_some_and(|prefix| !prefixes(prefix))
    {
        let help = format!(
            "expected is what `gh api repos/{}/actions/oidc/customization/sub` calls sub_claim_prefix: repo:owner/name, or repo:owner@1/name@2",
            file.repository
        );
        check.report(
            Rule::Repository,
            format!("{path}.subject_prefix"),
            "this is not how that repository's subject begins",
            help,
        );
    }
    let plain = |text: &str| {
        let parts = text.split('/');
        !text.is_empty()
            && parts.clone().all(|part| !part.is_empty() && part != "..")
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
    };
    if file.dockerfile.as_deref().is_some_and(|path| !plain(path)) {
        let help = "expected is a path within the repository, such as Dockerfile or web/Dockerfile";
        check.report(
            Rule::Text,
            format!("{path}.dockerfile"),
            "this is not a path of a file",
            help,
        );
    }
    if file
        .set_up_by_hand
        .as_deref()
        .is_some_and(|date| !syntax::is_date(date))
    {
        let help = "expected is a day such as 2026-01-31";
        check.report(
            Rule::Text,
            format!("{path}.set_up_by_hand"),
            "this is not a date",
            help,
        );
    }
}
