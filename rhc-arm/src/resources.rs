//! The verbs that every type of resource has.

use crate::{ArmClient, Operation, Resource, ResourceId, ResourceType};
use rhc_core::{Method, Pages, Path, Request, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::marker::PhantomData;

/// The resources of one type in a scope. See [`ArmClient::resources`].
///
/// Every method needs the type's permission in the scope: `<type>/read`, `/write`, `/delete`, `/<action>/action`.
/// The built-in role that has it is named at the type.
///
/// Source: [Resource Manager's operations](https://learn.microsoft.com/rest/api/resources/resources).
#[derive(Debug, Clone)]
pub struct Resources<R> {
    client: ArmClient,
    scope: ResourceId,
    resource_type: PhantomData<fn() -> R>,
}

impl<R: ResourceType> Resources<R> {
    pub(crate) fn new(client: ArmClient, scope: ResourceId) -> Self {
        Self {
            client,
            scope,
            resource_type: PhantomData,
        }
    }

    pub(crate) fn client(&self) -> &ArmClient {
        &self.client
    }

    /// The scope.
    pub fn scope(&self) -> &ResourceId {
        &self.scope
    }

    /// The id of the resource with this name.
    ///
    /// # Errors
    /// [`InvalidInput`](rhc_core::ErrorKind::InvalidInput) where the type does not belong into the scope.
    pub fn id(&self, name: &str) -> Result<ResourceId> {
        self.scope
            .resource(R::TYPE, name)
            .map_err(|error| rhc_core::Error::invalid("resources.id", error.to_string()))
    }

    /// Reads a resource.
    ///
    /// Request: `GET …/{type}/{name}`, operation `resources.get`.
    /// Permission: `<type>/read`; the role Reader has it.
    ///
    /// # Errors
    /// [`is_not_found`](rhc_core::Error::is_not_found); [`get_opt`](Self::get_opt) makes that `None`.
    pub async fn get(&self, name: &str) -> Result<Resource<R>> {
        self.client.request(self.get_request(name)).await?.json()
    }

    /// Reads a resource, if there is one.
    ///
    /// Request and permission as [`get`](Self::get).
    ///
    /// # Errors
    /// [`is_not_found`](rhc_core::Error::is_not_found) (`SubscriptionNotFound`) where the credential sees no such subscription:
    /// then nothing is known of the resource. A resource group or a parent that does not exist is `None`.
    pub async fn get_opt(&self, name: &str) -> Result<Option<Resource<R>>> {
        self.client
            .existing(self.get_request(name))
            .await?
            .map(|answer| answer.json())
            .transpose()
    }

    /// Lists the resources.
    ///
    /// Request: `GET …/{type}`, operation `resources.list`.
    /// Permission: `<type>/read`; the role Reader has it.
    pub fn list(&self) -> Pages<Resource<R>> {
        self.client.pages(self.list_request())
    }

    /// Lists the resources that the service's filter leaves, such as `principalId eq '…'`.
    ///
    /// Which filters there are is at the type.
    ///
    /// Request and permission as [`list`](Self::list).
    pub fn list_filtered(&self, filter: &str) -> Pages<Resource<R>> {
        self.client
            .pages(self.list_request().query("$filter", filter))
    }

    /// Creates a resource, or replaces it.
    ///
    /// What [`Resource::for_write`] gives is sent: the whole resource, so read it first and change what was read.
    ///
    /// Request: `PUT …/{type}/{name}`, operation `resources.put`.
    /// Permission: `<type>/write`.
    ///
    /// # Errors
    /// [`is_conflict`](rhc_core::Error::is_conflict) while another operation works on it.
    pub async fn begin_put(
        &self,
        name: &str,
        resource: &Resource<R>,
    ) -> Result<Operation<Resource<R>>> {
        self.client
            .begin_with(self.put_request(name, resource), &[], !R::LONG_RUNNING)
            .await
    }

    /// Creates a resource or replaces it, and waits until that is done.
    ///
    /// Request and permission as [`begin_put`](Self::begin_put).
    ///
    /// # Errors
    /// Those of [`begin_put`](Self::begin_put) and of [`Operation`].
    pub async fn put(&self, name: &str, resource: &Resource<R>) -> Result<Resource<R>> {
        self.begin_put(name, resource).await?.await
    }

    /// Changes what the document names (JSON merge patch; a null removes).
    ///
    /// Not every type has it.
    ///
    /// Request: `PATCH …/{type}/{name}`, operation `resources.update`.
    /// Permission: `<type>/write`.
    ///
    /// # Errors
    /// [`is_not_found`](rhc_core::Error::is_not_found), [`is_conflict`](rhc_core::Error::is_conflict).
    pub async fn begin_update<B: Serialize + ?Sized>(
        &self,
        name: &str,
        change: &B,
    ) -> Result<Operation<Resource<R>>> {
        self.client
            .begin(
                self.request("resources.update", Method::Patch, name)
                    .json(change),
            )
            .await
    }

    /// Changes what the document names, and waits until that is done.
    ///
    /// Request and permission as [`begin_update`](Self::begin_update).
    ///
    /// # Errors
    /// Those of [`begin_update`](Self::begin_update) and of [`Operation`].
    pub async fn update<B: Serialize + ?Sized>(
        &self,
        name: &str,
        change: &B,
    ) -> Result<Resource<R>> {
        self.begin_update(name, change).await?.await
    }

    /// Deletes a resource. One that does not exist counts as deleted.
    ///
    /// Request: `DELETE …/{type}/{name}`, operation `resources.delete`.
    /// Permission: `<type>/delete`.
    ///
    /// # Errors
    /// [`is_conflict`](rhc_core::Error::is_conflict) while something uses it or a lock protects it (`ScopeLocked`).
    /// [`is_not_found`](rhc_core::Error::is_not_found) (`SubscriptionNotFound`) where the credential sees no such subscription:
    /// then nothing is known of the resource.
    pub async fn begin_delete(&self, name: &str) -> Result<Operation<()>> {
        self.client
            .begin_with(
                self.request("resources.delete", Method::Delete, name),
                &[404],
                false,
            )
            .await
    }

    /// Deletes a resource, and waits until it is gone.
    ///
    /// Request and permission as [`begin_delete`](Self::begin_delete).
    ///
    /// # Errors
    /// Those of [`begin_delete`](Self::begin_delete) and of [`Operation`].
    pub async fn delete(&self, name: &str) -> Result<()> {
        self.begin_delete(name).await?.await
    }

    /// Begins an action of a resource.
    ///
    /// It is not repeated when its answer is lost.
    ///
    /// Request: `POST …/{type}/{name}/{action}`, operation `resources.action`.
    /// Permission: `<type>/<action>/action`.
    ///
    /// # Errors
    /// See [`Error`](rhc_core::Error).
    pub async fn begin_action<T>(
        &self,
        name: &str,
        action: &str,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<Operation<T>> {
        self.client
            .begin(self.action_request(name, action, body))
            .await
    }

    /// Does an action of a resource and waits for its result.
    ///
    /// Request and permission as [`begin_action`](Self::begin_action).
    ///
    /// # Errors
    /// Those of [`begin_action`](Self::begin_action) and of [`Operation`].
    pub async fn action<T: DeserializeOwned + Send + 'static>(
        &self,
        name: &str,
        action: &str,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<T> {
        self.begin_action(name, action, body).await?.await
    }

    /// The request of [`get`](Self::get), as a value.
    pub fn get_request(&self, name: &str) -> Request {
        self.request("resources.get", Method::Get, name)
    }

    /// The request of [`list`](Self::list), as a value.
    pub fn list_request(&self) -> Request {
        let path = self.scope.collection(R::TYPE).map_or_else(
            |why| Path::new("/").refused(why.to_string()),
            |id| id.path(),
        );
        versioned::<R>(Request::new("resources.list", Method::Get, path))
    }

    /// The request of [`begin_put`](Self::begin_put), as a value.
    pub fn put_request(&self, name: &str, resource: &Resource<R>) -> Request {
        self.request("resources.put", Method::Put, name)
            .json(&resource.for_write())
    }

    fn action_request(
        &self,
        name: &str,
        action: &str,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Request {
        let request = versioned::<R>(Request::new(
            "resources.action",
            Method::Post,
            self.path(name).segment(action),
        ));
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    fn request(&self, operation: &'static str, method: Method, name: &str) -> Request {
        versioned::<R>(Request::new(operation, method, self.path(name)))
    }

    fn path(&self, name: &str) -> Path {
        // The name is appended as a segment, so that one with a slash in it is refused and not taken apart.
        self.scope.collection(R::TYPE).map_or_else(
            |why| Path::new("/").refused(why.to_string()),
            |id| id.path().segment(name),
        )
    }
}

fn versioned<R: ResourceType>(request: Request) -> Request {
    request.query("api-version", R::API_VERSION)
}
