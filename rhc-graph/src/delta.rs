//! What has changed since the last time.

use crate::{GraphClient, ListQuery};
use rhc_core::{Error, ErrorKind, Method, ObjectId, Pages, Path, Request, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value, json};
use std::{fmt, marker::PhantomData};

/// Where to ask for changes next time: a value to keep. Of the directory it counts for seven days.
///
/// It is a link of the service, and holds no secret. `Debug` shows only that there is one, as it is long.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeltaLink(String);

impl DeltaLink {
    /// The link, to be kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for DeltaLink {
    fn from(kept: String) -> Self {
        Self(kept)
    }
}

impl fmt::Debug for DeltaLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeltaLink(…)")
    }
}

/// What has become of an object.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change<T> {
    /// It is there, new or changed. A changed one may have only its changed properties.
    Present(T),
    /// It is not there any more.
    Removed {
        /// Its id.
        id: ObjectId,
        /// Whether it can still be restored: `changed` if so, `deleted` if not.
        reason: String,
    },
}

impl<T> Change<T> {
    /// The object, if it is there.
    pub fn present(self) -> Option<T> {
        match self {
            Self::Present(object) => Some(object),
            Self::Removed { .. } => None,
        }
    }

    /// The id, if it is not there any more.
    pub fn removed(&self) -> Option<ObjectId> {
        match self {
            Self::Present(_) => None,
            Self::Removed { id, .. } => Some(*id),
        }
    }
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let body = Map::deserialize(deserializer)?;
        let Some(removed) = body.get("@removed") else {
            return serde_json::from_value(Value::Object(body))
                .map(Self::Present)
                .map_err(D::Error::custom);
        };
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let id = text(body.get("id")).unwrap_or_default();
        Ok(Self::Removed {
            id: id.parse().map_err(D::Error::custom)?,
            reason: text(removed.get("reason")).unwrap_or_default(),
        })
    }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Present(object) => object.serialize(serializer),
            Self::Removed { id, reason } => {
                json!({"id": id, "@removed": {"reason": reason}}).serialize(serializer)
            }
        }
    }
}

/// All that has changed, and where to ask next time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes<T> {
    /// What has changed. An object may be in it more than once; the last one counts.
    pub changes: Vec<Change<T>>,
    /// Where to ask next time.
    pub next: DeltaLink,
}

/// A round of changes that is under way.
#[derive(Debug)]
#[must_use = "nothing is asked before it is collected"]
pub struct Delta<T>(Pages<Change<T>>, &'static str);

impl<T: serde::de::DeserializeOwned + Send + 'static> Delta<T> {
    /// Reads all pages of it.
    ///
    /// # Errors
    /// 400 `syncStateNotFound` for a link that is older than seven days: begin anew with [`Deltas::all`]. The first error of any
    /// page; what was read before it is dropped, as there is no link to go on from.
    pub async fn collect_all(mut self) -> Result<Changes<T>> {
        let mut changes = Vec::new();
        while let Some(page) = self.0.next_page().await {
            changes.extend(page?);
        }
        let next = self.0.delta_link().filter(|link| !link.is_empty());
        let next = next.ok_or_else(|| {
            let words = "the last page names no `@odata.deltaLink`";
            Error::new(ErrorKind::Decode, self.1, words)
        })?;
        Ok(Changes {
            next: DeltaLink(next.to_owned()),
            changes,
        })
    }
}

/// The changes of users, groups, applications or service principals.
///
/// Page: [delta-query-overview](https://learn.microsoft.com/graph/delta-query-overview).
///
/// ```no_run
/// use rhc_graph::{Change, GraphClient, ListQuery};
///
/// # async fn example(graph: GraphClient) -> rhc_graph::Result<()> {
/// let whole = graph.groups().deltas().all(ListQuery::default()).collect_all().await?;
/// let kept = whole.next.as_str().to_owned();
/// // Later, in another process:
/// let since = graph.groups().deltas().since(&kept.into()).collect_all().await?;
/// for change in since.changes {
///     match change {
///         Change::Present(group) => drop(group.display_name),
///         Change::Removed { id, .. } => drop(id.to_string()),
///         _ => {}
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Deltas<T> {
    client: GraphClient,
    path: Path,
    names: [&'static str; 1],
    kind: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Deltas<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deltas")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Deltas<crate::User> {
    pub(crate) fn of_users(client: GraphClient) -> Self {
        let names = ["users.delta"];
        Self::of(client, Path::new("/v1.0/users/delta"), names)
    }
}

impl Deltas<crate::Group> {
    pub(crate) fn of_groups(client: GraphClient) -> Self {
        let names = ["groups.delta"];
        Self::of(client, Path::new("/v1.0/groups/delta"), names)
    }
}

impl Deltas<crate::Application> {
    pub(crate) fn of_applications(client: GraphClient) -> Self {
        let names = ["applications.delta"];
        Self::of(client, Path::new("/v1.0/applications/delta"), names)
    }
}

impl Deltas<crate::ServicePrincipal> {
    pub(crate) fn of_service_principals(client: GraphClient) -> Self {
        let names = ["servicePrincipals.delta"];
        Self::of(client, Path::new("/v1.0/servicePrincipals/delta"), names)
    }
}

impl<T> Deltas<T> {
    fn of(client: GraphClient, path: Path, names: [&'static str; 1]) -> Self {
        Self {
            client,
            path,
            names,
            kind: PhantomData,
        }
    }

    fn first(&self) -> Request {
        let [delta] = self.names;
        Request::new(delta, Method::Get, self.path.clone())
    }
}

impl<T: serde::de::DeserializeOwned + Send + 'static> Deltas<T> {
    /// Everything as it is now. Of the query only `$select` and `$filter` (by ids) count; what it selects is tracked ever after.
    ///
    /// Request: `GET /users/delta`, operation `users.delta`.
    /// Request: `GET /groups/delta`, operation `groups.delta`.
    /// Request: `GET /applications/delta`, operation `applications.delta`.
    /// Request: `GET /servicePrincipals/delta`, operation `servicePrincipals.delta`.
    /// Permission: `User.Read.All`, `GroupMember.Read.All` or `Application.Read.All`, by the kind.
    /// Pages: [user-delta](https://learn.microsoft.com/graph/api/user-delta),
    /// [group-delta](https://learn.microsoft.com/graph/api/group-delta),
    /// [application-delta](https://learn.microsoft.com/graph/api/application-delta),
    /// [serviceprincipal-delta](https://learn.microsoft.com/graph/api/serviceprincipal-delta).
    pub fn all(&self, query: ListQuery) -> Delta<T> {
        let request = query.apply(self.first());
        let operation = request.operation();
        Delta(self.client.pages(request), operation)
    }

    /// Nothing of what is there now, only where to ask for what changes from now on.
    ///
    /// Request as [`all`](Self::all).
    /// Permission: as [`all`](Self::all).
    /// Pages: as [`all`](Self::all).
    pub fn latest(&self) -> Delta<T> {
        let request = self.first().query("$deltatoken", "latest");
        let operation = request.operation();
        Delta(self.client.pages(request), operation)
    }

    /// What has changed since the link was given. The link holds what the first query selected.
    ///
    /// Request as [`all`](Self::all).
    /// Permission: as [`all`](Self::all).
    /// Pages: as [`all`](Self::all).
    pub fn since(&self, link: &DeltaLink) -> Delta<T> {
        let [operation] = self.names;
        let service = self.client.service();
        let pages = Pages::resume(service, operation, link.as_str(), Vec::new());
        Delta(pages, operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GraphClientOptions, Group};
    use rhc_core::testing::{FixedCredential, Reply, Script};
    use std::sync::Arc;

    fn client(script: &Arc<Script>) -> GraphClient {
        let options = GraphClientOptions {
            client: script.options(),
            ..GraphClientOptions::default()
        };
        GraphClient::new(FixedCredential::new(), Some(options)).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn pages_are_followed_and_the_link_is_kept() {
        let id = "6d97229a-391f-473a-893f-f0608b592d7b";
        let origin = "https://graph.microsoft.com/v1.0/groups/delta";
        let script = Script::new([
            Reply::json(
                200,
                json!({"@odata.nextLink": format!("{origin}?$skiptoken=a"), "value": [{"id": id, "displayName": "g", "members@delta": [{"id": id}]}]}),
            ),
            Reply::json(
                200,
                json!({"@odata.deltaLink": format!("{origin}?$deltatoken=b"), "value": [{"id": id, "@removed": {"reason": "changed"}}]}),
            ),
            Reply::json(
                200,
                json!({"@odata.deltaLink": format!("{origin}?$deltatoken=c"), "value": []}),
            ),
        ]);
        let deltas = client(&script).groups().deltas();
        let all = deltas
            .all(ListQuery::default().select(["displayName", "members"]))
            .collect_all()
            .await
            .unwrap();
        let kept = serde_json::to_string(&all.next).unwrap();
        assert_eq!(kept, format!("\"{origin}?$deltatoken=b\""));
        assert_eq!(format!("{:?}", all.next), "DeltaLink(…)");
        assert_eq!(all.changes[1].removed().unwrap().to_string(), id);
        let group: Group = all.changes[0].clone().present().unwrap();
        assert_eq!(group.rest["members@delta"], json!([{"id": id}]));
        let next = deltas
            .since(&serde_json::from_str(&kept).unwrap())
            .collect_all()
            .await
            .unwrap();
        assert_eq!(next.changes, []);
        let asked: Vec<_> = script
            .seen()
            .iter()
            .map(|seen| seen.url.to_string())
            .collect();
        assert_eq!(
            asked,
            [
                format!("{origin}?$select=displayName,members"),
                format!("{origin}?$skiptoken=a"),
                format!("{origin}?$deltatoken=b")
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_without_a_link_and_a_link_to_elsewhere_are_errors() {
        let script = Script::new([Reply::json(200, json!({"value": []}))]);
        let deltas = client(&script).groups().deltas();
        let error = deltas.latest().collect_all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let elsewhere = DeltaLink::from("https://example.com/v1.0/groups/delta".to_owned());
        let error = deltas.since(&elsewhere).collect_all().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RefusedOrigin);
        assert_eq!(script.seen().len(), 1);
    }
}
