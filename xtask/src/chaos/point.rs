//! The requests of a run that nobody disturbs: where a fault can strike.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use http::{Method, header::AUTHORIZATION};
use rhc_arm::fake::key;
use rhc_core::fake::{LoggedRequest, Met, World};
use rollout::embedded::Names;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;

/// Which service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service {
    ResourceManager,
    Graph,
    Login,
    Vault,
    GitHub,
    Registry,
    /// The way of the embedded cloud to ask public DNS, where HTTP is not what is spoken.
    Dns,
    /// The same for SQL servers.
    Sql,
    Other,
}

impl Service {
    pub(super) fn of(host: &str) -> Self {
        let below = |domain: &str| host.ends_with(domain);
        match host {
            "management.azure.com" => Self::ResourceManager,
            "graph.microsoft.com" => Self::Graph,
            "login.microsoftonline.com" => Self::Login,
            "api.github.com" => Self::GitHub,
            "localhost" => Self::Dns,
            _ if below(".vault.azure.net") => Self::Vault,
            _ if below(".azurecr.io") => Self::Registry,
            _ if below(".database.windows.net") => Self::Sql,
            _ => Self::Other,
        }
    }
}

/// One request of the undisturbed run.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// Which of all requests of the run, from 0.
    pub(super) position: usize,
    pub(super) method: Method,
    pub(super) host: String,
    /// Path and query, as sent: up to a fault two runs send the same.
    pub(super) path: String,
    /// Which of the requests that are sent like this, from 1.
    pub(super) occurrence: u32,
    /// What is done to what, told by names, and which time: how a person names the point.
    pub(super) name: String,
    /// What kind of request it is: the method and what it is for, without names.
    pub(super) class: String,
    pub(super) service: Service,
    /// It carries a token.
    pub(super) authorized: bool,
    /// Its answer was JSON.
    pub(super) answers_json: bool,
    /// It made something.
    pub(super) creates: bool,
    /// It began a long-running operation, which can fail.
    pub(super) begins: bool,
}

impl Point {
    /// Whether this is a request like it.
    pub(super) fn is_at(&self, met: &Met<'_>) -> bool {
        met.path == self.path && met.host == self.host && *met.method == self.method
    }

    /// Whether the service does something that a second request would do again.
    pub(super) fn writes(&self) -> bool {
        !(self.method == Method::GET || self.method == Method::HEAD)
    }

    /// Whether what it asked for takes its time.
    pub(super) fn takes_time(&self) -> bool {
        const WITHOUT_OPERATION: [&str; 3] = [
            "PUT Microsoft.Subscription/aliases",
            "/acceptOwnership",
            "/register",
        ];
        self.begins
            || WITHOUT_OPERATION
                .iter()
                .any(|end| self.class.ends_with(end))
    }

    /// Whether what answers speaks HTTP on Azure too.
    pub(super) fn is_http(&self) -> bool {
        !matches!(self.service, Service::Dns | Service::Sql)
    }

    /// Whether its service has access rules, and this request is under them.
    pub(super) fn is_guarded(&self) -> bool {
        self.authorized && self.is_http()
    }
}

/// Which requests carry a token: a log keeps none.
pub(super) struct Tokens(Arc<Mutex<(usize, BTreeSet<usize>)>>);

impl Tokens {
    /// Looks at every request of a World from its first on.
    pub(super) fn seen(world: &World) -> Self {
        let seen: Arc<Mutex<(usize, BTreeSet<usize>)>> = Arc::default();
        let watching = Arc::clone(&seen);
        world.faults().judge(move |met| {
            let mut seen = watching.lock().unwrap_or_else(PoisonError::into_inner);
            let at = seen.0;
            seen.0 += 1;
            if met.headers.contains_key(AUTHORIZATION) {
                seen.1.insert(at);
            }
            None
        });
        Self(seen)
    }

    /// Their places in the log.
    pub(super) fn requests(&self) -> BTreeSet<usize> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.1.clone()
    }
}

/// What a log with bodies says of each request, in order.
pub(super) fn points(
    log: &[LoggedRequest],
    authorized: &BTreeSet<usize>,
    state: &Value,
) -> Vec<Point> {
    let names = Names::of(state);
    let operations = Operations::of(state);
    let mut sent: BTreeMap<(String, String, String), u32> = BTreeMap::new();
    let mut named: BTreeMap<String, u32> = BTreeMap::new();
    let mut points = Vec::with_capacity(log.len());
    for (at, request) in log.iter().enumerate() {
        let (method, host) = (&request.method, &request.host);
        let path = &request.path_and_query;
        let same = (method.to_string(), host.clone(), path.clone());
        let occurrence = sent.entry(same).or_default();
        *occurrence += 1;
        let name = format!("{method} {host}{}", names.text(&readable(path)));
        let time = named.entry(name.clone()).or_default();
        *time += 1;
        let answer: Option<Value> = request
            .answer_body
            .as_ref()
            .and_then(|body| serde_json::from_slice(body).ok());
        points.push(Point {
            position: at,
            method: method.clone(),
            host: host.clone(),
            path: path.clone(),
            occurrence: *occurrence,
            name: format!("{name} #{time}"),
            class: class(Service::of(host), method, path),
            service: Service::of(host),
            authorized: authorized.contains(&at),
            answers_json: answer.is_some(),
            creates: creates(request),
            begins: operations.begun_by(request),
        });
    }
    points
}

/// A path without what says nothing to a person.
fn readable(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let query: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("api-version="))
        .collect();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

fn creates(request: &LoggedRequest) -> bool {
    let put = request.method == Method::PUT;
    let made = request.status == Some(201) || put && request.status == Some(202);
    let is_made = [Service::ResourceManager, Service::Graph].contains(&Service::of(&request.host));
    made && is_made && request.method != Method::GET
}

/// The long-running operations of a finished run: on what, and when each began.
struct Operations(BTreeSet<(String, String)>);

impl Operations {
    fn of(state: &Value) -> Self {
        let begun = state["sections"]["arm"]["operations"].as_object();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let begun = begun.into_iter().flat_map(|all| all.values());
        Self(
            begun
                .map(|one| (key(&text(&one["resourceId"])), text(&one["started"])))
                .collect(),
        )
    }

    /// Whether one of them began by this request: an action's path goes on after the resource's.
    fn begun_by(&self, request: &LoggedRequest) -> bool {
        if request.method == Method::GET || Service::of(&request.host) != Service::ResourceManager {
            return false;
        }
        let at = request.at.format(&Rfc3339).unwrap_or_default();
        let path = request.path_and_query.split('?').next();
        let path = key(path.unwrap_or_default());
        let mut places = path.match_indices('/').map(|(end, _)| &path[..end]);
        let is_one = |place: &str| self.0.contains(&(place.to_owned(), at.clone()));
        is_one(&path) || places.any(is_one)
    }
}

/// The method and what it is for: a resource type, a collection of Graph, else the service alone.
fn class(service: Service, method: &Method, path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let segments: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    let what = match service {
        Service::ResourceManager => resource_type(&segments),
        Service::Graph => segments
            .iter()
            .skip(1)
            .filter(|part| part.chars().all(|c| c.is_ascii_alphabetic() || c == '$'))
            .copied()
            .collect::<Vec<_>>()
            .join("/"),
        Service::Login => segments.last().copied().unwrap_or_default().to_owned(),
        other => format!("{other:?}"),
    };
    format!("{method} {what}")
}

/// `Microsoft.Sql/servers/databases` of a path below its last provider, with the action if there is one.
fn resource_type(segments: &[&str]) -> String {
    let provider = segments
        .iter()
        .rposition(|part| part.eq_ignore_ascii_case("providers"));
    let (namespace, rest) = match provider.map(|at| &segments[at + 1..]) {
        Some([namespace, rest @ ..]) => (Some(*namespace), rest),
        _ => (None, segments),
    };
    let kinds = rest.iter().step_by(2).copied();
    namespace
        .into_iter()
        .chain(kinds)
        .collect::<Vec<_>>()
        .join("/")
}
