//! What a user flow is made of, each by a request of its own.

use super::model::{FlowApplication, FlowAttribute, IdentityProvider, TYPE};
use rhc_core::{Method, Pages, Path, Request, Result};
use rhc_graph::{AppId, GraphClient};
use serde_json::{Value, json};

/// The applications of one user flow. An application is in one user flow at most.
#[derive(Debug, Clone)]
pub struct FlowApplications {
    graph: GraphClient,
    all: Path,
}

impl FlowApplications {
    pub(super) fn new(graph: GraphClient, flow: Path) -> Self {
        let all = flow.fixed("/conditions/applications/includeApplications");
        Self { graph, all }
    }

    /// Lists them.
    ///
    /// Request: `GET /identity/authenticationEventsFlows/{id}/conditions/applications/includeApplications`, operation `userFlows.applications.list`.
    /// Permission: `EventListener.Read.All`.
    /// Page: [authenticationconditionsapplications-list-includeapplications](https://learn.microsoft.com/graph/api/authenticationconditionsapplications-list-includeapplications).
    pub fn list(&self) -> Pages<FlowApplication> {
        let request = Request::new("userFlows.applications.list", Method::Get, self.all.clone());
        self.graph.pages(request)
    }

    /// Lets users of an application sign in by this user flow.
    ///
    /// Request: `POST /identity/authenticationEventsFlows/{id}/conditions/applications/includeApplications`, operation `userFlows.applications.attach`.
    /// Permission: `EventListener.ReadWrite.All`.
    /// Page: [authenticationconditionsapplications-post-includeapplications](https://learn.microsoft.com/graph/api/authenticationconditionsapplications-post-includeapplications).
    ///
    /// # Errors
    /// 400 for an application that is in a user flow already, this one included (unverified: the code).
    pub async fn attach(&self, application: AppId) -> Result<()> {
        let body = json!({"@odata.type": "#microsoft.graph.authenticationConditionApplication", "appId": application});
        let request = Request::new(
            "userFlows.applications.attach",
            Method::Post,
            self.all.clone(),
        );
        self.graph.send(request.json(&body)).await.map(drop)
    }

    /// Takes an application out: its users sign in without this user flow's settings.
    ///
    /// Request: `DELETE /identity/authenticationEventsFlows/{id}/conditions/applications/includeApplications/{appId}`, operation `userFlows.applications.detach`.
    /// Permission: as [`attach`](Self::attach).
    /// Page: [authenticationconditionapplication-delete](https://learn.microsoft.com/graph/api/authenticationconditionapplication-delete).
    ///
    /// # Errors
    /// 404 where it is not in it.
    pub async fn detach(&self, application: AppId) -> Result<()> {
        let path = self.all.clone().segment(application.to_string());
        let request = Request::new("userFlows.applications.detach", Method::Delete, path);
        self.graph.send(request).await.map(drop)
    }
}

/// The identity providers of one user flow: at least one.
#[derive(Debug, Clone)]
pub struct FlowIdentityProviders {
    graph: GraphClient,
    all: Path,
}

impl FlowIdentityProviders {
    pub(super) fn new(graph: GraphClient, flow: Path) -> Self {
        let all = flow
            .segment(TYPE.trim_start_matches('#'))
            .fixed("/onAuthenticationMethodLoadStart")
            .fixed("/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp")
            .fixed("/identityProviders");
        Self { graph, all }
    }

    /// Lists them.
    ///
    /// Request: `GET /identity/authenticationEventsFlows/{id}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders`, operation `userFlows.identityProviders.list`.
    /// Permission: `EventListener.Read.All`.
    /// Page: [list-identityproviders](https://learn.microsoft.com/graph/api/onauthenticationmethodloadstartexternalusersselfservicesignup-list-identityproviders).
    pub fn list(&self) -> Pages<IdentityProvider> {
        let operation = "userFlows.identityProviders.list";
        self.graph
            .pages(Request::new(operation, Method::Get, self.all.clone()))
    }

    /// Adds one that the tenant has.
    ///
    /// Request: `POST /identity/authenticationEventsFlows/{id}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders/$ref`, operation `userFlows.identityProviders.add`.
    /// Permission: `EventListener.ReadWrite.All`.
    /// Page: [post-identityproviders](https://learn.microsoft.com/graph/api/onauthenticationmethodloadstartexternalusersselfservicesignup-post-identityproviders).
    ///
    /// # Errors
    /// 400 or 404 for one that the tenant does not have (unverified: which).
    pub async fn add(&self, provider: &str) -> Result<()> {
        let operation = "userFlows.identityProviders.add";
        let path = self.all.clone().fixed("/$ref");
        let target = Path::new("/v1.0/identity/identityProviders").segment(provider);
        self.graph
            .send(Request::new(operation, Method::Post, path).json(&link(&self.graph, &target)))
            .await
            .map(drop)
    }

    /// Takes one out.
    ///
    /// Request: `DELETE /identity/authenticationEventsFlows/{id}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders/{provider}/$ref`, operation `userFlows.identityProviders.remove`.
    /// Permission: as [`add`](Self::add).
    /// Page: [delete-identityproviders](https://learn.microsoft.com/graph/api/onauthenticationmethodloadstartexternalusersselfservicesignup-delete-identityproviders).
    ///
    /// # Errors
    /// 404 where it is not in it; 400 for the last one (unverified).
    pub async fn remove(&self, provider: &str) -> Result<()> {
        let operation = "userFlows.identityProviders.remove";
        let path = self.all.clone().segment(provider).fixed("/$ref");
        self.graph
            .send(Request::new(operation, Method::Delete, path))
            .await
            .map(drop)
    }
}

/// The attributes that one user flow collects when somebody signs up.
#[derive(Debug, Clone)]
pub struct FlowAttributes {
    graph: GraphClient,
    all: Path,
}

impl FlowAttributes {
    pub(super) fn new(graph: GraphClient, flow: Path) -> Self {
        let all = flow
            .segment(TYPE.trim_start_matches('#'))
            .fixed("/onAttributeCollection")
            .fixed("/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp")
            .fixed("/attributes");
        Self { graph, all }
    }

    /// Lists them.
    ///
    /// Request: `GET /identity/authenticationEventsFlows/{id}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp/attributes`, operation `userFlows.attributes.list`.
    /// Permission: `EventListener.Read.All`.
    /// Page: [list-attributes](https://learn.microsoft.com/graph/api/onattributecollectionexternalusersselfservicesignup-list-attributes).
    pub fn list(&self) -> Pages<FlowAttribute> {
        let operation = "userFlows.attributes.list";
        self.graph
            .pages(Request::new(operation, Method::Get, self.all.clone()))
    }

    /// Adds one that the tenant has. Its input on the page comes with [`update`](super::UserFlows::update).
    ///
    /// Request: `POST /identity/authenticationEventsFlows/{id}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp/attributes/$ref`, operation `userFlows.attributes.add`.
    /// Permission: `EventListener.ReadWrite.All`.
    /// Page: [post-attributes](https://learn.microsoft.com/graph/api/onattributecollectionexternalusersselfservicesignup-post-attributes).
    ///
    /// # Errors
    /// 400 where the user flow was created without any, and where it has this one; 404 for one that the tenant does not
    /// have (unverified: the codes).
    pub async fn add(&self, attribute: &str) -> Result<()> {
        let operation = "userFlows.attributes.add";
        let path = self.all.clone().fixed("/$ref");
        let target = Path::new("/v1.0/identity/userFlowAttributes").segment(attribute);
        self.graph
            .send(Request::new(operation, Method::Post, path).json(&link(&self.graph, &target)))
            .await
            .map(drop)
    }

    /// Takes one out, with its input.
    ///
    /// Request: `DELETE /identity/authenticationEventsFlows/{id}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp/attributes/{attribute}/$ref`, operation `userFlows.attributes.remove`.
    /// Permission: as [`add`](Self::add).
    /// Page: [delete-attributes](https://learn.microsoft.com/graph/api/onattributecollectionexternalusersselfservicesignup-delete-attributes).
    ///
    /// # Errors
    /// 404 where it is not in it.
    pub async fn remove(&self, attribute: &str) -> Result<()> {
        let operation = "userFlows.attributes.remove";
        let path = self.all.clone().segment(attribute).fixed("/$ref");
        self.graph
            .send(Request::new(operation, Method::Delete, path))
            .await
            .map(drop)
    }
}

fn link(graph: &GraphClient, target: &Path) -> Value {
    let origin = graph.service().origin().as_str().trim_end_matches('/');
    json!({ "@odata.id": format!("{origin}{target}") })
}
