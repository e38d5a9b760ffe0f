//! Queries of Resource Graph.

use crate::{ArmClient, Path, Result, SubscriptionId};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use rhc_core::{Method, Request};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// The version that was recorded; no description of this service is published with the others.
const API_VERSION: &str = "2021-03-01";

/// A question in the Kusto query language, such as `resources | where type =~ 'microsoft.sql/servers' | project name`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceQuery {
    /// The words.
    pub query: String,
    /// The subscriptions that it is about; none for all that the credential sees.
    pub subscriptions: Vec<SubscriptionId>,
    /// The most rows of a page: 1 to 1,000, which is the default too.
    pub top: Option<u32>,
    /// How many rows at the beginning are left out; not together with a token, which knows its place.
    pub skip: Option<u32>,
    /// Whether an answer about some subscriptions will do where there are more than one query may be about; only for queries of a tenant
    /// or a management group.
    pub allow_partial_scopes: Option<bool>,
    /// Where to go on, from a page before. A query with it must be the one that the page answered.
    pub skip_token: Option<String>,
}

impl ResourceQuery {
    /// This question, about all subscriptions.
    pub fn new(query: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            ..Self::default()
        }
    }

    /// About this subscription.
    #[must_use]
    pub fn subscription(mut self, id: SubscriptionId) -> Self {
        self.subscriptions.push(id);
        self
    }

    /// In pages of so many rows.
    #[must_use]
    pub fn top(mut self, rows: u32) -> Self {
        self.top = Some(rows);
        self
    }

    /// Without so many rows at the beginning.
    #[must_use]
    pub fn skip(mut self, rows: u32) -> Self {
        self.skip = Some(rows);
        self
    }

    fn body(&self) -> Value {
        let mut options = json!({ "resultFormat": "objectArray" });
        if let Some(top) = self.top {
            options["$top"] = json!(top);
        }
        if let Some(rows) = self.skip {
            options["$skip"] = json!(rows);
        }
        if let Some(allow) = self.allow_partial_scopes {
            options["allowPartialScopes"] = json!(allow);
        }
        if let Some(token) = &self.skip_token {
            options["$skipToken"] = json!(token);
        }
        let mut body = json!({ "query": self.query, "options": options });
        if !self.subscriptions.is_empty() {
            body["subscriptions"] = self
                .subscriptions
                .iter()
                .map(|id| json!(id.to_string()))
                .collect();
        }
        body
    }
}

/// A page of an answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: DeserializeOwned"))]
#[non_exhaustive]
pub struct QueryPage<T> {
    /// How many rows the whole answer has.
    #[serde(default)]
    pub total_records: u64,
    /// The rows.
    pub data: Vec<T>,
    /// Where to go on. Absent at the end, and where the answer has no order to go on by.
    #[serde(rename = "$skipToken", default)]
    pub skip_token: Option<String>,
}

impl ArmClient {
    /// Asks about resources, for one page of rows.
    ///
    /// The answer is some seconds to minutes behind Resource Manager. What the credential may not read is left out without a word.
    ///
    /// Request: `POST /providers/Microsoft.ResourceGraph/resources`, operation `resourceGraph.query`.
    /// Permission: `*/read` of the resources, which the role Reader has; nothing for the query itself.
    /// Page: [resources](https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources).
    ///
    /// # Errors
    /// `BadRequest` (400) where the query makes no sense: `InvalidQuery` is in its details.
    pub async fn query_page<T: DeserializeOwned>(
        &self,
        query: &ResourceQuery,
    ) -> Result<QueryPage<T>> {
        let path = Path::new("/providers/Microsoft.ResourceGraph/resources");
        let request = Request::new("resourceGraph.query", Method::Post, path)
            .query("api-version", API_VERSION)
            .json(&query.body())
            .idempotent(true);
        self.request(request).await?.json()
    }

    /// Asks about resources, for all rows, page by page.
    ///
    /// Request as [`query_page`](Self::query_page).
    /// Permission: as [`query_page`](Self::query_page).
    ///
    /// # Errors
    /// Those of [`query_page`](Self::query_page); the stream ends with one.
    pub fn query<T: DeserializeOwned + Send + 'static>(
        &self,
        query: ResourceQuery,
    ) -> BoxStream<'static, Result<T>> {
        let start = (self.clone(), Some(query), VecDeque::<T>::new());
        stream::try_unfold(start, async |(arm, mut query, mut rows)| {
            while rows.is_empty() {
                let Some(asked) = query.take() else {
                    return Ok(None);
                };
                let page: QueryPage<T> = arm.query_page(&asked).await?;
                rows.extend(page.data);
                let token = page.skip_token.filter(|token| !token.is_empty());
                query = token.map(|token| ResourceQuery {
                    skip_token: Some(token),
                    skip: None,
                    ..asked
                });
            }
            Ok(rows.pop_front().map(|row| (row, (arm, query, rows))))
        })
        .boxed()
    }
}
