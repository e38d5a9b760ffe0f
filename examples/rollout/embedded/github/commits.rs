//! Files of a branch, committed one at a time, and the runs that a commit begins.

use azure_core::base64;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::routes::Call;
use super::state::{Repository, digest};

fn blob(text: &str) -> String {
    digest(&["blob", text])
}

/// Base64 as git's people write it: 60 letters a line.
fn in_lines(text: &str) -> String {
    let encoded: Vec<char> = base64::encode(text).chars().collect();
    let lines = encoded
        .chunks(60)
        .map(|line| line.iter().collect::<String>() + "\n");
    lines.collect()
}

pub(super) fn get(call: &mut Call<'_>, path: &str) -> Said {
    let named = call.query("ref").map(str::to_owned);
    let own = call.repository()?;
    let branch = named.unwrap_or_else(|| own.default_branch.clone());
    let Some(branch) = own.branches.get(&branch) else {
        return Err(Answer::refused(
            404,
            format!("No commit found for the ref {branch}"),
        ));
    };
    let text = branch.files.get(path).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(json!({
        "type": "file",
        "name": path.rsplit('/').next(),
        "path": path,
        "sha": blob(text),
        "size": text.len(),
        "encoding": "base64",
        "content": in_lines(text),
    })))
}

pub(super) fn put(call: &mut Call<'_>, path: &str) -> Said {
    let text = |field: &str| call.body[field].as_str().map(str::to_owned);
    let (message, content, replaces) = (text("message"), text("content"), text("sha"));
    let named = text("branch");
    let missing = |field: &str| {
        Answer::refused(
            422,
            format!("Invalid request.\n\n\"{field}\" wasn't supplied."),
        )
    };
    let message = message.ok_or_else(|| missing("message"))?;
    let content = content.ok_or_else(|| missing("content"))?;
    let content = base64::decode(content.split_whitespace().collect::<String>())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Answer::refused(422, "content is not valid Base64"))?;
    let own = call.repository()?;
    let branch = named.unwrap_or_else(|| own.default_branch.clone());
    let Some(files) = own.branches.get(&branch).map(|branch| &branch.files) else {
        return Err(Answer::refused(404, format!("Branch {branch} not found")));
    };
    match (files.get(path), replaces) {
        (Some(_), None) => return Err(missing("sha")),
        (there, Some(sha)) if there.map(|text| blob(text)) != Some(sha.clone()) => {
            return Err(Answer::refused(409, format!("{path} does not match {sha}")));
        }
        _ => {}
    }
    let fresh = !files.contains_key(path);
    let sha = commit(own, &branch, path, &content, &message);
    let body = json!({
        "content": { "path": path, "sha": blob(&content) },
        "commit": { "sha": sha, "message": message },
    });
    Ok(if fresh {
        Answer::created(body)
    } else {
        Answer::ok(body)
    })
}

/// Puts a file on a branch that is there; the id of the commit.
pub(super) fn commit(
    repository: &mut Repository,
    branch: &str,
    path: &str,
    text: &str,
    message: &str,
) -> String {
    let Some(own) = repository.branches.get_mut(branch) else {
        return String::new();
    };
    own.files.insert(path.to_owned(), text.to_owned());
    own.sha = digest(&[&own.sha, path, text, message]);
    own.commits.push(message.to_owned());
    own.sha.clone()
}

pub(super) fn runs(call: &mut Call<'_>, file: &str) -> Said {
    let branch = call.query("branch").map(str::to_owned);
    let own = call.repository()?;
    let known = own
        .branches
        .values()
        .any(|branch| branch.files.keys().any(|path| is_workflow(path, file)));
    if !known {
        return Err(Answer::not_found());
    }
    let name = own.full_name();
    let all: Vec<Value> = own
        .runs
        .iter()
        .rev()
        .filter(|run| is_workflow(&run.path, file))
        .filter(|run| branch.as_ref().is_none_or(|branch| *branch == run.branch))
        .map(|run| {
            json!({
                "id": run.id,
                "run_number": run.id,
                "event": "push",
                "status": run.status,
                "conclusion": run.conclusion,
                "head_branch": run.branch,
                "head_sha": run.sha,
                "path": run.path,
                "created_at": run.created,
                "html_url": format!("https://github.com/{name}/actions/runs/{}", run.id),
            })
        })
        .collect();
    let total = all.len();
    let page = call.page(all, 100);
    Ok(Answer::ok(
        json!({ "total_count": total, "workflow_runs": page }),
    ))
}

fn is_workflow(path: &str, file: &str) -> bool {
    path.strip_prefix(".github/workflows/") == Some(file)
}
