//! Environments: what a plan has of them, and from which branches they take deployments.

use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::routes::Call;
use super::state::{Environment, NamedBranch, Plan, Repository, id_of};

/// GitHub Free has no environments in private repositories.
fn offered(repository: &Repository) -> Result<(), Answer> {
    if repository.private && repository.plan == Plan::Free {
        return Err(Answer::not_found());
    }
    Ok(())
}

pub(super) fn find<'a>(
    repository: &'a mut Repository,
    name: &str,
) -> Result<&'a mut Environment, Answer> {
    offered(repository)?;
    let found = repository.environments.get_mut(&name.to_lowercase());
    found.ok_or_else(Answer::not_found)
}

fn body(own: &Environment) -> Value {
    let mut rules = Vec::new();
    if own.wait_timer > 0 {
        rules.push(json!({ "id": own.id + 1, "type": "wait_timer", "wait_timer": own.wait_timer }));
    }
    if !own.reviewers.is_empty() {
        let reviewers: Vec<_> = own
            .reviewers
            .iter()
            .map(|one| json!({ "type": one["type"], "reviewer": { "id": one["id"] } }))
            .collect();
        rules.push(json!({
            "id": own.id + 2, "type": "required_reviewers", "prevent_self_review": false, "reviewers": reviewers
        }));
    }
    if own.custom_branch_policies.is_some() {
        rules.push(json!({ "id": own.id + 3, "type": "branch_policy" }));
    }
    let policy = own
        .custom_branch_policies
        .map(|custom| json!({ "protected_branches": !custom, "custom_branch_policies": custom }));
    json!({
        "id": own.id,
        "name": own.name,
        "protection_rules": rules,
        "deployment_branch_policy": policy,
    })
}

pub(super) fn get(call: &mut Call<'_>, name: &str) -> Said {
    let own = find(call.repository()?, name)?;
    Ok(Answer::ok(body(own)))
}

pub(super) fn put(call: &mut Call<'_>, name: &str) -> Said {
    let sent = call.body.clone();
    let repository = call.repository()?;
    offered(repository)?;
    // Waiting and reviewers are for Enterprise, in private repositories, whatever their values.
    let protected = ["wait_timer", "reviewers", "prevent_self_review"];
    let asks = protected.iter().any(|field| sent.get(field).is_some());
    if asks && repository.private && repository.plan != Plan::Enterprise {
        return Err(Answer::refused(
            422,
            "Failed to create the environment protection rule. Please ensure the billing plan supports the required reviewers protection rule.",
        ));
    }
    let policy = &sent["deployment_branch_policy"];
    let custom = if policy.is_null() {
        None
    } else {
        let one = |field: &str| policy[field].as_bool();
        match (one("protected_branches"), one("custom_branch_policies")) {
            (Some(protected), Some(custom)) if protected != custom => Some(custom),
            _ => {
                return Err(Answer::refused(
                    422,
                    "Invalid request.\n\nprotected_branches and custom_branch_policies cannot have the same value.",
                ));
            }
        }
    };
    let key = name.to_lowercase();
    let id = id_of(call.state, &[&call.key, "environment", &key]);
    let repository = call.repository()?;
    let own = repository.environments.entry(key).or_insert(Environment {
        id,
        name: name.to_owned(),
        ..Environment::default()
    });
    own.custom_branch_policies = custom;
    if custom != Some(true) {
        own.branches.clear();
    }
    own.wait_timer = sent["wait_timer"].as_u64().unwrap_or(0);
    own.reviewers = sent["reviewers"].as_array().cloned().unwrap_or_default();
    Ok(Answer::ok(body(own)))
}

/// Only where branches are named.
fn by_name<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut Environment, Answer> {
    let own = find(call.repository()?, name)?;
    if own.custom_branch_policies == Some(true) {
        Ok(own)
    } else {
        Err(Answer::not_found())
    }
}

fn shown(branch: &NamedBranch) -> Value {
    json!({ "id": branch.id, "name": branch.name, "type": "branch" })
}

pub(super) fn branches(call: &mut Call<'_>, name: &str) -> Said {
    let own = find(call.repository()?, name)?;
    let all: Vec<_> = own.branches.iter().map(shown).collect();
    let total = all.len();
    let page = call.page(all, 100);
    Ok(Answer::ok(
        json!({ "total_count": total, "branch_policies": page }),
    ))
}

pub(super) fn add_branch(call: &mut Call<'_>, name: &str) -> Said {
    let branch = call.body["name"].as_str().unwrap_or_default().to_owned();
    if branch.is_empty() {
        return Err(Answer::refused(
            422,
            "Invalid request.\n\n\"name\" wasn't supplied.",
        ));
    }
    let own = by_name(call, name)?;
    if own.branches.iter().any(|one| one.name == branch) {
        return Err(Answer::empty(303));
    }
    let id = id_of(call.state, &[&call.key, name, "branch", &branch]);
    let made = NamedBranch { id, name: branch };
    let said = shown(&made);
    by_name(call, name)?.branches.push(made);
    Ok(Answer::ok(said))
}

pub(super) fn remove_branch(call: &mut Call<'_>, name: &str, id: &str) -> Said {
    let own = by_name(call, name)?;
    let before = own.branches.len();
    own.branches.retain(|one| one.id.to_string() != id);
    if own.branches.len() == before {
        return Err(Answer::not_found());
    }
    Ok(Answer::empty(204))
}
