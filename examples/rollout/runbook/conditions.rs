//! When a request may be left out, and what has to be waited for after it: read off what the rehearsal asked and was told.

use serde_json::Value as Json;
use url::Url;

use super::items::before;
use super::path::{Down, Path};
use super::values::{Both, Value};
use crate::connection::{Sent, What};
use crate::engine::Key;

/// Something that may be there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct There {
    pub(super) url: String,
    /// What the answer must have; nothing: an answer is enough.
    pub(super) path: Path,
    /// What that must be, if not anything.
    pub(super) is: Option<&'static str>,
}

/// A state to wait for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Await {
    pub(super) url: String,
    pub(super) property: &'static str,
    pub(super) state: String,
}

/// What a request need not be sent for again.
pub(super) fn unless(both: &Both<'_>, at: usize, sent: &Sent) -> Option<There> {
    let What::Http {
        method, url, body, ..
    } = &sent.what
    else {
        return None;
    };
    let exists = |url: &str| There {
        url: url.to_owned(),
        path: Vec::new(),
        is: None,
    };
    match method.as_str() {
        "PUT" if approves(body.as_ref()) => Some(There {
            url: url.to_string(),
            path: ["properties", "privateLinkServiceConnectionState", "status"]
                .map(|name| Down::Property(name.to_owned()))
                .into(),
            is: Some(APPROVED),
        }),
        "PUT" => {
            // Who asks first and is told that there is nothing, makes; who is told what there is, changes it.
            let mut asked = before(both, at, &sent.step);
            let same = |of: &Url| {
                // GitHub is asked for a file with the branch in the query, and told the branch in the body.
                let file = url.path().contains("/contents/") && of.path() == url.path();
                of == url || (file && of.host_str() == url.host_str())
            };
            let first = asked.find_map(|(_, asked)| match &asked.what {
                What::Http {
                    method,
                    url: of,
                    status,
                    ..
                } if method == "GET" && same(of) => Some((of, *status)),
                _ => None,
            });
            first
                .filter(|(_, status)| *status == 404)
                .map(|(of, _)| exists(of.as_str()))
        }
        "PATCH" => first_binding(body.as_ref()?).map(|host| There {
            url: url.to_string(),
            path: vec![
                Down::Property("properties".to_owned()),
                Down::Property("configuration".to_owned()),
                Down::Property("ingress".to_owned()),
                Down::Property("customDomains".to_owned()),
                Down::Item(vec![("name".to_owned(), host)]),
                Down::Property("name".to_owned()),
            ],
            is: None,
        }),
        "POST" => {
            let text = url.as_str();
            if let Some(start) = text.find("/acceptOwnership?") {
                let (path, query) = text.split_at(start);
                let query = query.trim_start_matches("/acceptOwnership");
                let path = path.to_owned() + "/acceptOwnershipStatus" + query;
                return Some(There {
                    url: path,
                    path: vec![Down::Property("acceptOwnershipState".to_owned())],
                    is: Some("Completed"),
                });
            }
            if let Some(start) = text.find("/create?") {
                let (path, query) = text.split_at(start);
                return Some(exists(
                    &(path.to_owned() + query.trim_start_matches("/create")),
                ));
            }
            in_list(both, &sent.step, url, body.as_ref()?)
        }
        _ => None,
    }
}

/// A connection that somebody let in.
const APPROVED: &str = "Approved";

/// Whether a body lets a private endpoint in: that is refused where it was done already.
fn approves(body: Option<&Json>) -> bool {
    let status =
        body.and_then(|body| body.pointer("/properties/privateLinkServiceConnectionState/status"));
    status.is_some_and(|status| status == APPROVED)
}

/// The host name that a PATCH adds to an app, before it has a certificate.
fn first_binding(body: &Json) -> Option<String> {
    let domains = body.pointer("/properties/configuration/ingress/customDomains")?;
    let added = domains
        .as_array()?
        .iter()
        .find(|one| one["bindingType"] == "Disabled")?;
    Some(added["name"].as_str()?.to_owned())
}

/// The item that a POST made, in the list that was read when everything was done.
fn in_list(both: &Both<'_>, step: &Key, url: &Url, body: &Json) -> Option<There> {
    let path = url.path().trim_end_matches("/$ref");
    let own = both.first.read.iter().filter(|sent| sent.step == *step);
    own.chain(&both.first.read).find_map(|sent| {
        let What::Http {
            url: asked,
            status: 200,
            answer: Some(answer),
            ..
        } = &sent.what
        else {
            return None;
        };
        let below = format!("{path}/");
        if asked.host_str() == url.host_str()
            && asked.path().starts_with(&below)
            && sent.step == *step
        {
            return Some(There {
                url: asked.to_string(),
                path: Vec::new(),
                is: None,
            });
        }
        if asked.host_str() != url.host_str() || asked.path() != path {
            return None;
        }
        let lists = answer.as_object()?.iter();
        lists
            .filter_map(|(name, list)| Some((name, list.as_array()?)))
            .find_map(|(name, list)| {
                let telling = list.iter().find_map(|item| alike(item, body))?;
                let (property, _) = telling.first()?.clone();
                let path = vec![
                    Down::Property(name.clone()),
                    Down::Item(telling),
                    Down::Property(property),
                ];
                Some(There {
                    url: asked.to_string(),
                    path,
                    is: None,
                })
            })
    })
}

/// By which properties an item is what a body asked for.
fn alike(item: &Json, body: &Json) -> Option<Vec<(String, String)>> {
    if let Some(link) = body["@odata.id"].as_str() {
        let id = item["id"].as_str()?;
        return link
            .ends_with(id)
            .then(|| vec![("id".to_owned(), id.to_owned())]);
    }
    for name in ["name", "displayName"] {
        if let Some(wanted) = body[name].as_str() {
            return (item[name] == wanted).then(|| vec![(name.to_owned(), wanted.to_owned())]);
        }
    }
    let texts = body.as_object()?.iter();
    let both: Vec<(String, String)> = texts
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .filter(|(name, _)| item.get(name).is_some_and(Json::is_string) && name.ends_with("Id"))
        .collect();
    let same = both
        .iter()
        .all(|(name, value)| item[name] == value.as_str());
    (same && !both.is_empty()).then_some(both)
}

/// What has to be waited for after a request.
pub(super) fn then(
    both: &Both<'_>,
    method: &str,
    url: &Url,
    status: u16,
    answer: Option<&Json>,
) -> Option<Await> {
    let text = url.as_str();
    let instead = |end: &str, by: &str| {
        let (path, query) = text.split_once(end)?;
        Some(format!("{path}{by}{query}"))
    };
    if let Some(url) = instead("/register?", "?") {
        return Some(Await {
            url,
            property: "registrationState",
            state: "Registered".to_owned(),
        });
    }
    if let Some(url) = instead("/acceptOwnership?", "/acceptOwnershipStatus?") {
        return Some(Await {
            url,
            property: "acceptOwnershipState",
            state: "Completed".to_owned(),
        });
    }
    if let Some(url) = instead("/create?", "/pending?") {
        return Some(Await {
            url,
            property: "status",
            state: "completed".to_owned(),
        });
    }
    let state = |answer: &Json| {
        answer
            .pointer("/properties/provisioningState")
            .and_then(Json::as_str)
            .map(str::to_owned)
    };
    let is_done = status == 200
        && answer
            .and_then(&state)
            .is_none_or(|state| state == "Succeeded");
    if !matches!(method, "PUT" | "PATCH") || is_done {
        return None;
    }
    // The state in which it was when everything was done: not every service calls that the same.
    let read = both.first.read.iter().rev();
    let mut all = read.chain(both.first.written.iter().rev());
    let ended = all.find_map(|sent| match &sent.what {
        What::Http {
            method,
            url: of,
            answer: Some(answer),
            status: 200,
            ..
        } if method == "GET" && of == url => state(answer),
        _ => None,
    });
    ended.map(|state| Await {
        url: text.to_owned(),
        property: "properties.provisioningState",
        state,
    })
}

/// Where in the rehearsal the value's own step first sends it in a body.
pub(super) fn sends(both: &Both<'_>, value: &Value) -> Option<usize> {
    let step = value.after.as_ref()?;
    let mut written = both.first.written.iter();
    written.position(|sent| match &sent.what {
        What::Http {
            method,
            body: Some(body),
            ..
        } => method != "GET" && sent.step == *step && body.to_string().contains(&value.rehearsed),
        _ => false,
    })
}
