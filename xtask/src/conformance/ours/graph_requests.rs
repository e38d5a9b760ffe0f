//! Recorded requests to Graph, sent by our client.

use rhc_core::{Error, ErrorKind, ObjectId};
use rhc_graph::{Filter, GraphClient, ListQuery, UserKey};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::caught::{self, Caught};
use crate::conformance::{exchange::Exchange, operations::segments};

/// What our client adds of itself: users are read with all properties of the model.
pub const OURS: [&str; 1] = ["$select"];

/// The request that our client sends for the same; `None` where it cannot express it.
#[must_use]
pub fn sent(exchange: &Exchange) -> Option<Caught> {
    let path = exchange.path.strip_prefix("/v1.0")?;
    let unquoted;
    let path = match path
        .strip_prefix("/users('")
        .and_then(|rest| rest.split_once("')"))
    {
        Some((name, rest)) if name.starts_with('$') => {
            unquoted = format!("/users/{}{rest}", name.replace("''", "'"));
            unquoted.as_str()
        }
        _ => path,
    };
    let parts: Vec<_> = segments(path).collect();
    let body = exchange.request.as_ref();
    match (exchange.method.as_str(), &parts[..], body) {
        ("GET", ["me"], None) => plain(exchange, |graph| async move { graph.me().await }),
        ("GET", [all], None) => list(exchange, all),
        ("GET", [all, of, link], None) => linked(exchange, all, of, link),
        ("POST", [all], Some(body)) => create(all, body.clone()),
        ("POST", ["directoryObjects", "getByIds"], Some(body)) => by_ids(body),
        ("POST", ["directoryObjects", of, "checkMemberGroups"], Some(body)) => {
            let (id, groups) = (object(of)?, objects(body.get("groupIds")?)?);
            Some(caught::graph(|graph| async move {
                graph
                    .directory_objects()
                    .check_member_groups(id, &groups)
                    .await
            }))
        }
        ("POST", ["applications", of, "federatedIdentityCredentials"], Some(body)) => {
            let (id, model) = (object(of)?, model(body.clone()));
            Some(caught::graph(|graph| async move {
                graph
                    .applications()
                    .federated_credentials(id)
                    .create(&model?)
                    .await
            }))
        }
        ("POST", [all, of, action], Some(body)) => act(all, of, action, body),
        ("POST", [all, of, link, "$ref"], Some(body)) => link_to(all, of, link, body),
        ("DELETE", [all, of, link, one, "$ref"], None) => unlink(all, of, link, one),
        (method, ["applications", of, "federatedIdentityCredentials", name], body) => {
            credential(method, of, name, body)
        }
        ("DELETE", ["directory", "deletedItems", of], None) => {
            let id = object(of)?;
            Some(caught::graph(|graph| async move {
                graph.deleted_items().delete(id).await
            }))
        }
        ("GET", [all, of], None) => get(exchange, all, of),
        ("PATCH", [all, of], Some(body)) => update(all, of, body.clone()),
        ("DELETE", [all, of], None) => delete(all, of),
        _ => None,
    }
}

fn plain<T, F>(exchange: &Exchange, call: impl FnOnce(GraphClient) -> F) -> Option<Caught>
where
    F: Future<Output = rhc_core::Result<T>>,
{
    exchange.query.is_empty().then(|| caught::graph(call))
}

fn object(text: &str) -> Option<ObjectId> {
    text.parse().ok()
}

fn objects(list: &Value) -> Option<Vec<ObjectId>> {
    serde_json::from_value(list.clone()).ok()
}

/// A name with a bracket in it is another way to write the key; [`sent`] has taken it out.
fn user(text: &str) -> Option<UserKey> {
    match object(text) {
        Some(id) => Some(id.into()),
        None => (text.contains('@') && !text.contains('(')).then(|| text.into()),
    }
}

fn by_ids(body: &Value) -> Option<Caught> {
    let ids = objects(body.get("ids")?)?;
    let kinds: Vec<String> = match body.get("types") {
        Some(kinds) => serde_json::from_value(kinds.clone()).ok()?,
        None => Vec::new(),
    };
    Some(caught::graph(|graph| async move {
        let kinds: Vec<_> = kinds.iter().map(String::as_str).collect();
        graph.directory_objects().get_by_ids(&ids, &kinds).await
    }))
}

fn model<T: DeserializeOwned>(body: Value) -> rhc_core::Result<T> {
    serde_json::from_value(body)
        .map_err(|error| Error::new(ErrorKind::Decode, "recording", error.to_string()))
}

/// The query of a list, where ours has all of its parameters.
fn query(exchange: &Exchange) -> Option<ListQuery> {
    let mut query = ListQuery::default();
    for (name, value) in &exchange.query {
        match name.as_str() {
            "$filter" => query.filter = Some(Filter::raw(value.as_str())),
            "$expand" => query.expand = Some(value.clone()),
            "$select" => query.select = value.split(',').map(str::to_owned).collect(),
            "$orderby" => query.order_by = value.split(',').map(str::to_owned).collect(),
            "$top" => query.top = Some(value.parse().ok()?),
            _ => return None,
        }
    }
    Some(query)
}

fn list(exchange: &Exchange, all: &str) -> Option<Caught> {
    let query = query(exchange)?;
    let all = all.to_lowercase();
    let known = [
        "applications",
        "serviceprincipals",
        "groups",
        "users",
        "oauth2permissiongrants",
        "organization",
        "domains",
        "subscribedskus",
    ];
    known.contains(&all.as_str()).then(|| {
        caught::graph(|graph| async move {
            match all.as_str() {
                "applications" => graph
                    .applications()
                    .list(query)
                    .collect_all()
                    .await
                    .map(drop),
                "serviceprincipals" => graph
                    .service_principals()
                    .list(query)
                    .collect_all()
                    .await
                    .map(drop),
                "groups" => graph.groups().list(query).collect_all().await.map(drop),
                "users" => graph.users().list(query).collect_all().await.map(drop),
                "organization" => graph.organization().get().await.map(drop),
                "domains" => graph.organization().domains().collect_all().await.map(drop),
                "subscribedskus" => graph.subscribed_skus().list().collect_all().await.map(drop),
                _ => graph
                    .permission_grants()
                    .list(query)
                    .collect_all()
                    .await
                    .map(drop),
            }
        })
    })
}

fn linked(exchange: &Exchange, all: &str, of: &str, link: &str) -> Option<Caught> {
    let (id, query) = (object(of)?, query(exchange)?);
    match (all, link) {
        ("applications", "federatedIdentityCredentials") => plain(exchange, |graph| async move {
            graph
                .applications()
                .federated_credentials(id)
                .list()
                .collect_all()
                .await
        }),
        ("applications", "owners") => Some(caught::graph(|graph| async move {
            graph
                .applications()
                .owners(id)
                .list(query)
                .collect_all()
                .await
        })),
        ("servicePrincipals", "owners") => Some(caught::graph(|graph| async move {
            graph
                .service_principals()
                .owners(id)
                .list(query)
                .collect_all()
                .await
        })),
        ("groups", "owners") => Some(caught::graph(|graph| async move {
            graph.groups().owners(id).list(query).collect_all().await
        })),
        ("groups", "members") => Some(caught::graph(|graph| async move {
            graph.groups().members(id).list(query).collect_all().await
        })),
        _ => None,
    }
}

fn create(all: &str, body: Value) -> Option<Caught> {
    let all = all.to_owned();
    let known = [
        "applications",
        "servicePrincipals",
        "groups",
        "users",
        "oauth2PermissionGrants",
    ];
    known.contains(&all.as_str()).then(|| {
        caught::graph(|graph| async move {
            match all.as_str() {
                "applications" => graph.applications().create(&model(body)?).await.map(drop),
                "servicePrincipals" => graph
                    .service_principals()
                    .create(&model(body)?)
                    .await
                    .map(drop),
                "groups" => graph.groups().create(&model(body)?).await.map(drop),
                "users" => graph.users().create(&model(body)?).await.map(drop),
                _ => graph
                    .permission_grants()
                    .create(&model(body)?)
                    .await
                    .map(drop),
            }
        })
    })
}

fn get(exchange: &Exchange, all: &str, of: &str) -> Option<Caught> {
    if all == "users" {
        let key = user(of)?;
        return plain(
            exchange,
            |graph| async move { graph.users().get(key).await },
        );
    }
    let id = object(of)?;
    match all {
        "applications" => plain(exchange, |graph| async move {
            graph.applications().get(id).await
        }),
        "servicePrincipals" => plain(exchange, |graph| async move {
            graph.service_principals().get(id).await
        }),
        "groups" => plain(
            exchange,
            |graph| async move { graph.groups().get(id).await },
        ),
        _ => None,
    }
}

fn update(all: &str, of: &str, body: Value) -> Option<Caught> {
    if all == "users" {
        let key = user(of)?;
        return Some(caught::graph(|graph| async move {
            graph.users().update(key, &model(body)?).await
        }));
    }
    let id = object(of)?;
    match all {
        "applications" => Some(caught::graph(|graph| async move {
            graph.applications().update(id, &model(body)?).await
        })),
        "servicePrincipals" => Some(caught::graph(|graph| async move {
            graph.service_principals().update(id, &model(body)?).await
        })),
        "groups" => Some(caught::graph(|graph| async move {
            graph.groups().update(id, &model(body)?).await
        })),
        _ => None,
    }
}

fn delete(all: &str, of: &str) -> Option<Caught> {
    match all.to_lowercase().as_str() {
        "users" => {
            let key = user(of)?;
            Some(caught::graph(|graph| async move {
                graph.users().delete(key).await
            }))
        }
        "oauth2permissiongrants" => {
            let id = of.to_owned();
            Some(caught::graph(|graph| async move {
                graph.permission_grants().delete(&id).await
            }))
        }
        "applications" => {
            let id = object(of)?;
            Some(caught::graph(|graph| async move {
                graph.applications().delete(id).await
            }))
        }
        "serviceprincipals" => {
            let id = object(of)?;
            Some(caught::graph(|graph| async move {
                graph.service_principals().delete(id).await
            }))
        }
        "groups" => {
            let id = object(of)?;
            Some(caught::graph(|graph| async move {
                graph.groups().delete(id).await
            }))
        }
        _ => None,
    }
}

fn act(all: &str, of: &str, action: &str, body: &Value) -> Option<Caught> {
    let only = body.get("securityEnabledOnly").and_then(Value::as_bool);
    match (all, action) {
        ("applications", "removePassword") => {
            let (id, key) = (object(of)?, body.get("keyId")?.as_str()?.parse().ok()?);
            Some(caught::graph(|graph| async move {
                graph.applications().remove_password(id, key).await
            }))
        }
        ("groups", "getMemberGroups") => {
            let (id, only) = (object(of)?, only?);
            Some(caught::graph(|graph| async move {
                graph.groups().memberships(id).group_ids(only).await
            }))
        }
        ("users", "getMemberGroups") => {
            let (key, only) = (user(of)?, only?);
            Some(caught::graph(|graph| async move {
                graph.users().memberships(key).group_ids(only).await
            }))
        }
        _ => None,
    }
}

/// The object that a link's body names.
fn target(body: &Value) -> Option<ObjectId> {
    object(body.get("@odata.id")?.as_str()?.rsplit_once('/')?.1)
}

/// A link names an object by the kind that all have or by its own, which is the same; ours names it by the first.
#[must_use]
pub fn by_common_kind(body: &Value) -> Value {
    let mut body = body.clone();
    let link = body.get_mut("@odata.id");
    if let Some(Value::String(link)) = link
        && let Some((before, id)) = link.rsplit_once('/')
        && let Some((origin, "users" | "groups" | "servicePrincipals")) = before.rsplit_once('/')
    {
        *link = format!("{origin}/directoryObjects/{id}");
    }
    body
}

fn link_to(all: &str, of: &str, link: &str, body: &Value) -> Option<Caught> {
    let (id, target) = (object(of)?, target(body)?);
    match (all, link) {
        ("applications", "owners") => Some(caught::graph(|graph| async move {
            graph.applications().owners(id).add(target).await
        })),
        ("groups", "owners") => Some(caught::graph(|graph| async move {
            graph.groups().owners(id).add(target).await
        })),
        ("groups", "members") => Some(caught::graph(|graph| async move {
            graph.groups().members(id).add(target).await
        })),
        _ => None,
    }
}

fn unlink(all: &str, of: &str, link: &str, one: &str) -> Option<Caught> {
    let (id, target) = (object(of)?, object(one)?);
    match (all, link) {
        ("applications", "owners") => Some(caught::graph(|graph| async move {
            graph.applications().owners(id).remove(target).await
        })),
        ("groups", "owners") => Some(caught::graph(|graph| async move {
            graph.groups().owners(id).remove(target).await
        })),
        ("groups", "members") => Some(caught::graph(|graph| async move {
            graph.groups().members(id).remove(target).await
        })),
        _ => None,
    }
}

fn credential(method: &str, of: &str, name: &str, body: Option<&Value>) -> Option<Caught> {
    let (id, name, body) = (object(of)?, name.to_owned(), body.cloned());
    match (method, body) {
        ("GET", None) => Some(caught::graph(|graph| async move {
            graph
                .applications()
                .federated_credentials(id)
                .get(&name)
                .await
        })),
        ("PATCH", Some(body)) => Some(caught::graph(|graph| async move {
            graph
                .applications()
                .federated_credentials(id)
                .update(&name, &model(body)?)
                .await
        })),
        ("DELETE", None) => Some(caught::graph(|graph| async move {
            graph
                .applications()
                .federated_credentials(id)
                .delete(&name)
                .await
        })),
        _ => None,
    }
}
