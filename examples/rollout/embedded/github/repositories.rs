//! A repository, its subject, its branches.

use serde_json::json;

use super::answer::{Answer, Said};
use super::routes::Call;

pub(super) fn get(call: &mut Call<'_>) -> Said {
    let own = call.repository()?;
    Ok(Answer::ok(json!({
        "id": own.id,
        "name": own.name,
        "full_name": own.full_name(),
        "private": own.private,
        "owner": { "login": own.owner, "id": own.owner_id, "type": own.owner_kind.as_str() },
        "html_url": format!("https://github.com/{}", own.full_name()),
        "fork": false,
        "archived": own.archived,
        "disabled": false,
        "default_branch": own.default_branch,
        "visibility": if own.private { "private" } else { "public" },
    })))
}

/// The prefix may have ids although nobody asked for them.
pub(super) fn subject(call: &mut Call<'_>) -> Said {
    let own = call.repository()?;
    let mut body = json!({
        "use_default": own.include_claim_keys.is_empty(),
        "use_immutable_subject": false,
        "sub_claim_prefix": own.subject_prefix(),
    });
    if !own.include_claim_keys.is_empty() {
        body["include_claim_keys"] = json!(own.include_claim_keys);
    }
    Ok(Answer::ok(body))
}

pub(super) fn branch(call: &mut Call<'_>, name: &str) -> Said {
    let own = call.repository()?;
    match own.branches.get(name) {
        Some(branch) => Ok(Answer::ok(json!({
            "name": name,
            "commit": { "sha": branch.sha },
            "protected": false,
        }))),
        None => Err(Answer::refused(404, "Branch not found")),
    }
}
