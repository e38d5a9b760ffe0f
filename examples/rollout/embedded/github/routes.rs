//! Which request is which.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use rhc_core::fake::{RequestInfo, State, World};
use serde_json::Value;
use url::form_urlencoded;

use super::answer::{Answer, Caller, Said, caller};
use super::state::{GitHub, Repository};
use super::{accounts, commits, environments, repositories, variables};

const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// A request that was let in to a repository.
pub(super) struct Call<'a> {
    pub(super) key: String,
    pub(super) body: Value,
    pub(super) query: Vec<(String, String)>,
    pub(super) state: &'a mut State,
}

impl Call<'_> {
    /// The repository, which is there: it was looked for before.
    pub(super) fn repository(&mut self) -> Result<&mut Repository, Answer> {
        let all = &mut self.state.section::<GitHub>().repositories;
        all.get_mut(&self.key).ok_or_else(Answer::not_found)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let mut all = self.query.iter();
        all.find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The part of a list that was asked for. A page has 30 unless said, and never more than `most`.
    pub(super) fn page(&self, all: Vec<Value>, most: usize) -> Vec<Value> {
        let number = |name: &str| self.query(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("per_page").unwrap_or(30).clamp(1, most);
        let page = number("page").unwrap_or(1).max(1);
        all.into_iter()
            .skip((page - 1).saturating_mul(size))
            .take(size)
            .collect()
    }
}

pub(super) fn router() -> Router {
    Router::new().fallback(answer)
}

async fn answer(world: World, _: RequestInfo, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return Answer::refused(413, "Payload too large").response();
    };
    let who = match caller(&parts.headers) {
        Ok(who) => who,
        Err(refused) => return refused.response(),
    };
    let body = match (body.is_empty(), serde_json::from_slice(&body)) {
        (true, _) => Value::Null,
        (false, Ok(body)) => body,
        (false, Err(_)) => return Answer::refused(400, "Problems parsing JSON").response(),
    };
    let decoded = parts.uri.path().split('/').skip(1).map(|segment| {
        let text = percent_decode_str(segment).decode_utf8_lossy();
        text.into_owned()
    });
    let segments: Vec<String> = decoded.collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let accounts = match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["orgs", login]) => {
            Some(world.with(|state| accounts::organization(state, who, login)))
        }
        (&Method::GET, ["user"]) => Some(world.with(|state| accounts::user(state, who))),
        _ => None,
    };
    if let Some(Ok(answer) | Err(answer)) = accounts {
        return answer.response();
    }
    let [root, owner, name, rest @ ..] = segments.as_slice() else {
        return Answer::not_found().response();
    };
    let query = parts.uri.query().unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let said = world.with(|state| {
        let mut call = Call {
            key: format!("{owner}/{name}").to_ascii_lowercase(),
            body,
            query,
            state,
        };
        if *root != "repos" {
            return Err(Answer::not_found());
        }
        admitted(&mut call, who, &parts.method)?;
        dispatch(&mut call, &parts.method, rest)
    });
    let (Ok(answer) | Err(answer)) = said;
    answer.response()
}

/// Whoever may not see a private repository is told that there is none.
fn admitted(call: &mut Call<'_>, who: Caller, method: &Method) -> Result<(), Answer> {
    let repository = call.repository()?;
    if who == Caller::Outsider && repository.private {
        return Err(Answer::not_found());
    }
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if !reads && who != Caller::Administrator {
        return Err(Answer::refused(
            403,
            "Resource not accessible by personal access token",
        ));
    }
    if !reads && repository.archived {
        return Err(Answer::refused(
            403,
            "Repository was archived so is read-only.",
        ));
    }
    Ok(())
}

fn dispatch(call: &mut Call<'_>, method: &Method, path: &[&str]) -> Said {
    match (method.as_str(), path) {
        ("GET", []) => repositories::get(call),
        ("GET", ["actions", "oidc", "customization", "sub"]) => repositories::subject(call),
        ("GET", ["branches", branch @ ..]) => repositories::branch(call, &branch.join("/")),
        ("GET", ["environments", name]) => environments::get(call, name),
        ("PUT", ["environments", name]) => environments::put(call, name),
        ("GET", ["environments", name, "deployment-branch-policies"]) => {
            environments::branches(call, name)
        }
        ("POST", ["environments", name, "deployment-branch-policies"]) => {
            environments::add_branch(call, name)
        }
        ("DELETE", ["environments", name, "deployment-branch-policies", id]) => {
            environments::remove_branch(call, name, id)
        }
        ("GET", ["environments", name, "variables"]) => variables::list(call, Some(name)),
        ("POST", ["environments", name, "variables"]) => variables::create(call, Some(name)),
        ("PATCH", ["environments", name, "variables", variable]) => {
            variables::update(call, Some(name), variable)
        }
        ("GET", ["actions", "variables"]) => variables::list(call, None),
        ("POST", ["actions", "variables"]) => variables::create(call, None),
        ("PATCH", ["actions", "variables", variable]) => variables::update(call, None, variable),
        ("GET", ["contents", path @ ..]) => commits::get(call, &path.join("/")),
        ("PUT", ["contents", path @ ..]) => commits::put(call, &path.join("/")),
        ("GET", ["actions", "workflows", file, "runs"]) => commits::runs(call, file),
        _ => Err(Answer::not_found()),
    }
}
