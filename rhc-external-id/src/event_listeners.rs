//! What listens to the sign-ins of a tenant: the parts of its user flows, and extensions beside them.

use rhc_core::{Method, Pages, Path, Request, model};
use rhc_graph::GraphClient;

/// How many of them an External ID tenant has at most. The page of the resource says 250, that of the limits 249.
///
/// Page: [reference-service-limits](https://learn.microsoft.com/entra/external-id/customers/reference-service-limits).
pub const MOST_EVENT_LISTENERS: usize = 249;

model! {
    /// What is done at one event of a sign-in. Making a user flow makes several.
    ///
    /// Page: [authenticationEventListener](https://learn.microsoft.com/graph/api/resources/authenticationeventlistener).
    EventListener {
        /// To which event, as a type such as `#microsoft.graph.onUserCreateStartListener`.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// Its id; given by the service.
        id: String,
        /// The user flow that it is a part of; absent: of none.
        authentication_events_flow_id: String,
    }
}

/// The event listeners of a tenant.
#[derive(Debug, Clone)]
pub struct EventListeners {
    graph: GraphClient,
}

impl EventListeners {
    /// Over a client of Microsoft Graph, whose credential is of the tenant and whose options it shares.
    pub fn new(graph: GraphClient) -> Self {
        Self { graph }
    }

    /// Lists them, those of user flows included (unverified).
    ///
    /// Request: `GET /identity/authenticationEventListeners`, operation `eventListeners.list`.
    /// Permission: `EventListener.Read.All`.
    /// Page: [identitycontainer-list-authenticationeventlisteners](https://learn.microsoft.com/graph/api/identitycontainer-list-authenticationeventlisteners).
    pub fn list(&self) -> Pages<EventListener> {
        let path = Path::new("/v1.0/identity/authenticationEventListeners");
        let request = Request::new("eventListeners.list", Method::Get, path);
        self.graph.pages(request)
    }
}
