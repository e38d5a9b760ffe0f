//! User flows: how customers sign in, and whether anybody may make himself an account.

mod model;
mod parts;

pub use model::{
    AttributeCollection, CollectionPage, FlowApplication, FlowAttribute, FlowConditionApplications,
    FlowConditions, IdentityProvider, InteractiveStart, MethodLoadStart, PageInput, PageView,
    UserCreateStart, UserFlow,
};
pub use parts::{FlowApplications, FlowAttributes, FlowIdentityProviders};

use rhc_core::{Error, ErrorKind, Method, Pages, Path, Request, Result};
use rhc_graph::GraphClient;

/// The identity provider for an e-mail address with a password.
pub const EMAIL_PASSWORD: &str = "EmailPassword-OAUTH";

/// The user flows of an External ID tenant. A workforce tenant has none of this kind.
#[derive(Debug, Clone)]
pub struct UserFlows {
    graph: GraphClient,
}

impl UserFlows {
    /// Over a client of Microsoft Graph, whose credential is of the tenant and whose options it shares.
    pub fn new(graph: GraphClient) -> Self {
        Self { graph }
    }

    /// Lists them. What each is made of is in the answer; where it is not, see [`complete`](Self::complete).
    ///
    /// Request: `GET /identity/authenticationEventsFlows`, operation `userFlows.list`.
    /// Permission: `EventListener.Read.All`.
    /// Page: [identitycontainer-list-authenticationeventsflows](https://learn.microsoft.com/graph/api/identitycontainer-list-authenticationeventsflows).
    pub fn list(&self) -> Pages<UserFlow> {
        let request = Request::new("userFlows.list", Method::Get, all());
        self.graph.pages(request)
    }

    /// Reads one; `None` if there is none.
    ///
    /// Request: `GET /identity/authenticationEventsFlows/{id}`, operation `userFlows.get`.
    /// Permission: as [`list`](Self::list).
    /// Page: [authenticationeventsflow-get](https://learn.microsoft.com/graph/api/authenticationeventsflow-get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self, id: &str) -> Result<Option<UserFlow>> {
        let request = Request::new("userFlows.get", Method::Get, one(id));
        match self.graph.send(request).await {
            Ok(answer) => answer.json().map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates one. Its name is unique, so a repeated call is refused. The answer does not say which applications,
    /// identity providers and attributes it has.
    ///
    /// Request: `POST /identity/authenticationEventsFlows`, operation `userFlows.create`.
    /// Permission: `EventListener.ReadWrite.All`; a user also the role External ID User Flow Administrator.
    /// Page: [identitycontainer-post-authenticationeventsflows](https://learn.microsoft.com/graph/api/identitycontainer-post-authenticationeventsflows).
    ///
    /// # Errors
    /// 400 for a name that another one has, without an identity provider, for an application that is in another one, and
    /// for a property that version 1.0 does not know (unverified: the codes).
    pub async fn create(&self, flow: &UserFlow) -> Result<UserFlow> {
        let request = Request::new("userFlows.create", Method::Post, all());
        let answer = self.graph.send(request.json(&flow.typed())).await?;
        answer.json()
    }

    /// Changes the given properties; others stay. Applications, identity providers and attributes are not changed this
    /// way, but by handles of their own; the page's inputs are replaced, so that an attribute without one is dropped.
    ///
    /// Request: `PATCH /identity/authenticationEventsFlows/{id}`, operation `userFlows.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [authenticationeventsflow-update](https://learn.microsoft.com/graph/api/authenticationeventsflow-update).
    ///
    /// # Errors
    /// 404; 400 for a page of a user flow that was created without one.
    pub async fn update(&self, id: &str, flow: &UserFlow) -> Result<()> {
        let request = Request::new("userFlows.update", Method::Patch, one(id));
        let request = request.json(&flow.for_update()).idempotent(true);
        self.graph.send(request).await.map(drop)
    }

    /// Lets everybody make himself an account, or nobody.
    ///
    /// Request and permission as [`update`](Self::update).
    /// Permission: as [`create`](Self::create).
    /// Page: [how-to-disable-sign-up-user-flow](https://learn.microsoft.com/entra/external-id/customers/how-to-disable-sign-up-user-flow).
    ///
    /// # Errors
    /// 404.
    pub async fn allow_sign_up(&self, id: &str, allowed: bool) -> Result<()> {
        let change = UserFlow {
            on_interactive_auth_flow_start: Some(InteractiveStart::allowing(allowed)),
            ..UserFlow::default()
        };
        self.update(id, &change).await
    }

    /// Deletes one: its applications have none then.
    ///
    /// Request: `DELETE /identity/authenticationEventsFlows/{id}`, operation `userFlows.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [authenticationeventsflow-delete](https://learn.microsoft.com/graph/api/authenticationeventsflow-delete).
    ///
    /// # Errors
    /// 404.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let request = Request::new("userFlows.delete", Method::Delete, one(id));
        self.graph.send(request).await.map(drop)
    }

    /// The applications of one.
    pub fn applications(&self, id: &str) -> FlowApplications {
        FlowApplications::new(self.graph.clone(), one(id))
    }

    /// The identity providers of one.
    pub fn identity_providers(&self, id: &str) -> FlowIdentityProviders {
        FlowIdentityProviders::new(self.graph.clone(), one(id))
    }

    /// The attributes that one collects.
    pub fn attributes(&self, id: &str) -> FlowAttributes {
        FlowAttributes::new(self.graph.clone(), one(id))
    }

    /// The same user flow with everything that it is made of: what an answer left out is read.
    ///
    /// Requests: those of [`FlowApplications::list`], [`FlowIdentityProviders::list`] and [`FlowAttributes::list`], as far as needed.
    /// Permission: as [`list`](Self::list).
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn complete(&self, mut flow: UserFlow) -> Result<UserFlow> {
        let id = flow.id.clone().ok_or_else(|| {
            let what = "the service's answer has no `id`";
            Error::new(ErrorKind::Decode, "userFlows.list", what)
        })?;
        if flow.include_applications().is_none() {
            let applications = self.applications(&id).list().collect_all().await?;
            let conditions = flow.conditions.get_or_insert_default();
            let included = conditions.applications.get_or_insert_default();
            included.include_applications = Some(applications);
        }
        if flow.identity_providers().is_none() {
            let providers = self.identity_providers(&id).list().collect_all().await?;
            let start = flow
                .on_authentication_method_load_start
                .get_or_insert_default();
            start.identity_providers = Some(providers);
        }
        if let Some(collection) = &mut flow.on_attribute_collection
            && collection.attributes.is_none()
        {
            collection.attributes = Some(self.attributes(&id).list().collect_all().await?);
        }
        Ok(flow)
    }
}

fn all() -> Path {
    Path::new("/v1.0/identity/authenticationEventsFlows")
}

fn one(id: &str) -> Path {
    all().segment(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_core::testing::{FixedCredential, Reply, Script};
    use rhc_graph::GraphClientOptions;
    use serde_json::json;

    #[tokio::test(start_paused = true)]
    async fn what_an_answer_leaves_out_is_read_and_nothing_else() {
        let page = |value| Reply::json(200, json!({ "value": value }));
        let script = Script::new([
            page(json!([{"appId": "a"}])),
            page(json!([{"id": EMAIL_PASSWORD}])),
            page(json!([{"id": "email"}])),
        ]);
        let options = GraphClientOptions {
            client: script.options(),
            ..GraphClientOptions::default()
        };
        let graph = GraphClient::new(FixedCredential::new(), Some(options)).unwrap();
        let flows = UserFlows::new(graph);
        let bare: UserFlow = serde_json::from_value(
            json!({"id": "f", "conditions": {"applications": {"includeAllApplications": false}},
            "onAttributeCollection": {"attributeCollectionPage": {"views": []}}}),
        )
        .unwrap();
        let whole = flows.complete(bare).await.unwrap();
        assert_eq!(whole.app_ids(), ["a"]);
        assert_eq!(whole.provider_ids(), [EMAIL_PASSWORD]);
        assert_eq!(whole.attribute_ids(), ["email"]);
        let asked: Vec<_> = script
            .seen()
            .iter()
            .map(|r| r.url.path().to_owned())
            .collect();
        let flow = "/v1.0/identity/authenticationEventsFlows/f";
        let typed = format!("{flow}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow");
        assert_eq!(
            asked,
            [
                format!("{flow}/conditions/applications/includeApplications"),
                format!(
                    "{typed}/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders"
                ),
                format!(
                    "{typed}/onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp/attributes"
                ),
            ]
        );
        assert_eq!(flows.complete(whole.clone()).await.unwrap(), whole);
    }
}
