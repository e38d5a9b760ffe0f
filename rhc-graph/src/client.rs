//! The client: one service, and a handle per collection.

use crate::{
    Applications, AuditLogs, ConditionalAccess, DeletedItems, DirectoryObjects, Domains, Groups,
    Invitations, Organizations, PermissionGrants, Policies, Roles, ServicePrincipals, Settling,
    SubscribedSkus, Upserted, User, Users,
};
use azure_core::credentials::TokenCredential;
use rhc_core::{
    Answer, ClientOptions, Cloud, ErrorKind, Method, Pages, Path, Request, Result, Service,
    ServiceInfo,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, future::Future, sync::Arc};

/// What a caller may choose about a [`GraphClient`].
#[derive(Debug, Clone, Default)]
pub struct GraphClientOptions {
    /// The cloud; the public one by default.
    pub cloud: Cloud,
    /// Transport, retries, pacing and clock.
    pub client: ClientOptions,
}

/// Microsoft Graph v1.0 with the credential of one tenant: that tenant's directory is what it reads and writes.
///
/// Cheap to clone; clones share the pipeline and its token.
#[derive(Clone)]
pub struct GraphClient {
    service: Service,
}

impl GraphClient {
    /// A client for the tenant that the credential's tokens are of.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](rhc_core::ErrorKind::InvalidInput) where the cloud's address is not `https`.
    pub fn new(
        credential: Arc<dyn TokenCredential>,
        options: Option<GraphClientOptions>,
    ) -> Result<Self> {
        let options = options.unwrap_or_default();
        let info = ServiceInfo {
            crate_name: env!("CARGO_PKG_NAME"),
            crate_version: env!("CARGO_PKG_VERSION"),
            scope: options.cloud.graph_scope(),
            origin: options.cloud.graph,
        };
        let service = Service::new(info, credential, &options.client)?;
        Ok(Self { service })
    }

    /// Application registrations and their federated credentials.
    pub fn applications(&self) -> Applications {
        Applications::new(self.clone())
    }

    /// Service principals: what an application is inside this tenant.
    pub fn service_principals(&self) -> ServicePrincipals {
        ServicePrincipals::new(self.clone())
    }

    /// Groups and their members.
    pub fn groups(&self) -> Groups {
        Groups::new(self.clone())
    }

    /// Users, customers included.
    pub fn users(&self) -> Users {
        Users::new(self.clone())
    }

    /// Invitations of people from elsewhere as guests.
    pub fn invitations(&self) -> Invitations {
        Invitations::new(self.clone())
    }

    /// The tenant's domains.
    pub fn domains(&self) -> Domains {
        Domains::new(self.clone())
    }

    /// What was done in the directory, and who signed in.
    pub fn audit_logs(&self) -> AuditLogs {
        AuditLogs::new(self.clone())
    }

    /// The tenant itself and its domains.
    pub fn organization(&self) -> Organizations {
        Organizations::new(self.clone())
    }

    /// What the tenant has licences for.
    pub fn subscribed_skus(&self) -> SubscribedSkus {
        SubscribedSkus::new(self.clone())
    }

    /// Directory roles and who holds them.
    pub fn roles(&self) -> Roles {
        Roles::new(self.clone())
    }

    /// Objects of all kinds, by their ids.
    pub fn directory_objects(&self) -> DirectoryObjects {
        DirectoryObjects::new(self.clone())
    }

    /// What was deleted in the last thirty days.
    pub fn deleted_items(&self) -> DeletedItems {
        DeletedItems::new(self.clone())
    }

    /// The tenant's policies.
    pub fn policies(&self) -> Policies {
        Policies::new(self.clone())
    }

    /// Conditional Access policies.
    pub fn conditional_access(&self) -> ConditionalAccess {
        ConditionalAccess::new(self.clone())
    }

    /// Consents: which delegated permissions applications may use.
    pub fn permission_grants(&self) -> PermissionGrants {
        PermissionGrants::new(self.clone())
    }

    /// The signed-in user.
    ///
    /// Request: `GET /me`, operation `me`.
    /// Permission: `User.Read` (delegated; there is no `me` for an application).
    /// Page: [user-get](https://learn.microsoft.com/graph/api/user-get).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` with the token of an application: "/me request is only valid with delegated authentication flow."
    pub async fn me(&self) -> Result<User> {
        self.read(crate::users::me()).await
    }

    /// Reads again and again until the directory has settled: see [`Settling`].
    ///
    /// # Errors
    /// [`ErrorKind::DeadlineExceeded`](rhc_core::ErrorKind::DeadlineExceeded) when the budget ran out, and the
    /// read's own error other than 404.
    pub async fn settled<T, F, Answered>(&self, settling: &Settling, read: F) -> Result<T>
    where
        F: FnMut() -> Answered,
        Answered: Future<Output = Result<Option<T>>>,
    {
        settling.run(self.service.clock(), read).await
    }

    /// Anything that has no method of its own: a request to a path below the origin, its answer read as `T`.
    ///
    /// # Errors
    /// Any [`Error`](rhc_core::Error).
    ///
    /// ```no_run
    /// # async fn example(graph: rhc_graph::GraphClient) -> rhc_graph::Result<()> {
    /// use rhc_graph::{Method, Path};
    /// let path = Path::new("/v1.0/identity/identityProviders");
    /// let providers: serde_json::Value = graph.request("identityProviders.list", Method::Get, path, None::<&()>).await?;
    /// # Ok(()) }
    /// ```
    pub async fn request<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        method: Method,
        path: Path,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<T> {
        let request = Request::new(operation, method, path);
        self.read(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Sends a request that the caller built, and returns the answer as it is.
    ///
    /// # Errors
    /// Any [`Error`](rhc_core::Error): a status outside 2xx is one.
    pub async fn send(&self, request: Request) -> Result<Answer> {
        self.service.send(request).await
    }

    /// A list whose request the caller built.
    pub fn pages<T: DeserializeOwned + Send + 'static>(&self, request: Request) -> Pages<T> {
        self.service.pages(request)
    }

    /// The service beneath: its origin and its clock.
    pub fn service(&self) -> &Service {
        &self.service
    }

    pub(crate) async fn read<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        self.service.send(request).await?.json()
    }

    pub(crate) async fn read_opt<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<Option<T>> {
        match self.service.send_opt(request).await? {
            Some(answer) => answer.json().map(Some),
            None => Ok(None),
        }
    }

    pub(crate) async fn write(&self, request: Request) -> Result<()> {
        self.service.send(request).await.map(drop)
    }

    /// A number as plain text, as `$count` answers.
    pub(crate) async fn count(&self, request: Request) -> Result<u64> {
        let answer = self.service.send(request).await?;
        let text = String::from_utf8_lossy(&answer.body);
        // Some answers begin with a byte order mark.
        text.trim_start_matches('\u{feff}')
            .trim()
            .parse()
            .map_err(|error| {
                answer
                    .error(ErrorKind::Decode, "the answer is not a number")
                    .with_body(&answer.body)
                    .with_source(error)
            })
    }

    /// Creates or updates by natural key. Sending it twice does the same as once.
    pub(crate) async fn upsert<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<Upserted<T>> {
        let request = request
            .header("prefer", "create-if-missing")
            .idempotent(true);
        let answer = self.service.send(request).await?;
        match answer.status {
            201 => answer.json().map(Upserted::Created),
            _ => Ok(Upserted::Updated),
        }
    }

    /// An absolute link to an object of this directory, as `$ref` bodies want it.
    pub(crate) fn link(&self, path: &Path) -> String {
        let origin = self.service.origin().as_str().trim_end_matches('/');
        format!("{origin}{path}")
    }
}

impl fmt::Debug for GraphClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphClient")
            .field("service", &self.service)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_core::testing::{FixedCredential, Reply, Script};
    use serde_json::{Value, json};

    fn client(script: &std::sync::Arc<Script>) -> GraphClient {
        let options = GraphClientOptions {
            client: script.options(),
            ..GraphClientOptions::default()
        };
        GraphClient::new(FixedCredential::new(), Some(options)).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn the_open_floor_sends_what_it_is_given() {
        let script = Script::new([Reply::json(200, json!({"value": 7}))]);
        let body = json!({"a": 1});
        let path = Path::new("/v1.0/x").segment("b c");
        let answer: Value = client(&script)
            .request("x.make", Method::Post, path, Some(&body))
            .await
            .unwrap();
        assert_eq!(answer, json!({"value": 7}));
        let seen = script.seen();
        assert_eq!(
            seen[0].url.as_str(),
            "https://graph.microsoft.com/v1.0/x/b%20c"
        );
        assert_eq!(seen[0].json(), body);
    }

    #[tokio::test(start_paused = true)]
    async fn another_cloud_is_another_origin() {
        let script = Script::new([Reply::json(200, json!({"value": []}))]);
        let options = GraphClientOptions {
            cloud: Cloud::us_government(),
            client: script.options(),
        };
        let credential = FixedCredential::new();
        let graph = GraphClient::new(credential.clone(), Some(options)).unwrap();
        graph
            .users()
            .list(crate::ListQuery::default())
            .collect_all()
            .await
            .unwrap();
        assert_eq!(script.seen()[0].url.host_str(), Some("graph.microsoft.us"));
        assert_eq!(
            credential.asked()[0].0,
            "https://graph.microsoft.us/.default"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_upsert_is_sent_again_and_a_lost_create_is_not() {
        let script = Script::new([Reply::lost(), Reply::status(204)]);
        let graph = client(&script);
        let body = crate::Application::default();
        let upserted = graph.applications().upsert("a", &body).await.unwrap();
        assert_eq!(upserted, Upserted::Updated);
        let script = Script::new([Reply::lost()]);
        let error = client(&script)
            .applications()
            .create(&body)
            .await
            .unwrap_err();
        assert!(error.is_outcome_unknown(), "{error}");
    }
}
