//! The client.

use crate::{
    Operation, OperationId, Polling, ResourceGroupScope, ResourceId, ResourceType, Resources,
    SubscriptionScope,
};
use azure_core::credentials::TokenCredential;
use rhc_core::{
    Answer, ClientOptions, Cloud, ErrorKind, Pages, Request, Result, Service, ServiceError,
    ServiceInfo, SubscriptionId,
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// What a caller may choose about the client.
#[derive(Debug, Clone, Default)]
pub struct ArmClientOptions {
    /// The cloud; the public one by default.
    pub cloud: Cloud,
    /// Transport, retries, pacing and clock.
    pub client: ClientOptions,
    /// How often and how long to ask about long-running operations.
    pub polling: Polling,
}

impl From<ClientOptions> for ArmClientOptions {
    fn from(client: ClientOptions) -> Self {
        Self {
            client,
            ..Self::default()
        }
    }
}

/// Azure Resource Manager with the credential of one tenant.
///
/// Cheap to clone; clones share the pipeline and its token.
#[derive(Debug, Clone)]
pub struct ArmClient {
    service: Service,
    polling: Polling,
}

impl ArmClient {
    /// A client with this credential.
    ///
    /// # Errors
    /// [`InvalidInput`](rhc_core::ErrorKind::InvalidInput) where the cloud's address is not `https`.
    pub fn new(
        credential: Arc<dyn TokenCredential>,
        options: Option<ArmClientOptions>,
    ) -> Result<Self> {
        let options = options.unwrap_or_default();
        let info = ServiceInfo {
            crate_name: env!("CARGO_PKG_NAME"),
            crate_version: env!("CARGO_PKG_VERSION"),
            scope: options.cloud.resource_manager_scope(),
            origin: options.cloud.resource_manager,
        };
        Ok(Self {
            service: Service::new(info, credential, &options.client)?,
            polling: options.polling,
        })
    }

    /// The resources of one type in a scope: a resource group, a subscription, the tenant,
    /// the parent of a child, or whatever an extension extends.
    ///
    /// A type that does not belong into the scope is reported when something is sent.
    pub fn resources<R: ResourceType>(&self, scope: impl Into<ResourceId>) -> Resources<R> {
        Resources::new(self.clone(), scope.into())
    }

    /// A subscription.
    pub fn subscription(&self, id: &SubscriptionId) -> SubscriptionScope {
        SubscriptionScope::new(self.clone(), *id)
    }

    /// A resource group of a subscription.
    pub fn resource_group(
        &self,
        subscription: &SubscriptionId,
        name: impl AsRef<str>,
    ) -> ResourceGroupScope {
        self.subscription(subscription).resource_group(name)
    }

    /// Sends any request: the open floor for what is not typed here. The request names its own `api-version`.
    ///
    /// # Errors
    /// See [`Error`](rhc_core::Error).
    pub async fn request(&self, request: Request) -> Result<Answer> {
        self.service.send(request).await
    }

    /// Sends any request; 404 is `None`.
    ///
    /// # Errors
    /// See [`Error`](rhc_core::Error).
    pub async fn request_opt(&self, request: Request) -> Result<Option<Answer>> {
        self.service.send_opt(request).await
    }

    /// Sends the request about a resource; `None` where it does not exist.
    pub(crate) async fn existing(&self, request: Request) -> Result<Option<Answer>> {
        existing(&self.service, request).await
    }

    /// Lists with any request.
    pub fn pages<T: DeserializeOwned + Send + 'static>(&self, request: Request) -> Pages<T> {
        self.service.pages(request)
    }

    /// Begins a long-running operation with any request.
    ///
    /// # Errors
    /// See [`Error`](rhc_core::Error); and [`NoAnswer`](rhc_core::ErrorKind::NoAnswer) where the service accepted the request
    /// and sends the client to another origin to ask about it.
    pub async fn begin<T>(&self, request: Request) -> Result<Operation<T>> {
        self.begin_with(request, &[], false).await
    }

    pub(crate) async fn begin_with<T>(
        &self,
        request: Request,
        also: &[u16],
        created_is_done: bool,
    ) -> Result<Operation<T>> {
        let begun = (
            request.operation(),
            request.method(),
            request.path_and_query(),
        );
        let answer = self.service.send_expecting(request, also).await?;
        subscription_is_seen(&answer)?;
        Operation::begun(
            self.service.clone(),
            self.polling,
            begun,
            answer,
            created_is_done,
        )
    }

    /// Goes on with an operation that this or another process began. It is asked about at once.
    ///
    /// # Errors
    /// [`InvalidInput`](rhc_core::ErrorKind::InvalidInput) where the id is not one;
    /// [`NoAnswer`](rhc_core::ErrorKind::NoAnswer) where its link leads to another origin than this client's.
    pub fn resume<T>(&self, id: &OperationId) -> Result<Operation<T>> {
        Operation::resumed(self.service.clone(), self.polling, id)
    }

    pub(crate) fn polling(&self) -> &Polling {
        &self.polling
    }

    /// The clock that waiting goes by.
    pub fn clock(&self) -> &rhc_core::Clock {
        self.service.clock()
    }
}

/// Sends the request about a resource; `None` where it does not exist.
pub(crate) async fn existing(service: &Service, request: Request) -> Result<Option<Answer>> {
    let answer = service.send_expecting(request, &[404]).await?;
    subscription_is_seen(&answer)?;
    Ok(Some(answer).filter(|answer| answer.status != 404))
}

/// To a credential without a role in it every subscription looks as if it did not exist; what is in it may well exist.
fn subscription_is_seen(answer: &Answer) -> Result<()> {
    if answer.status == 404
        && let Some(found) = ServiceError::parse(&answer.body)
        && found.has_code("SubscriptionNotFound")
    {
        let error = answer.error(ErrorKind::Status, "");
        return Err(error.with_service_error(Some(found)));
    }
    Ok(())
}
