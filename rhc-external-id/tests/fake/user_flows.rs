//! User flows: what works, and a test for each thing that is refused.

use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{Replication, TenantKind, World, WorldOptions};
use rhc_core::{Error, Method, Path, Result};
use rhc_external_id::{
    AttributeCollection, EMAIL_PASSWORD, EventListeners, FlowAttribute, MOST_EVENT_LISTENERS,
    MethodLoadStart, UserFlow, UserFlows,
};
use rhc_graph::{AppId, Application, GraphClient, GraphClientOptions};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const EXTERNAL: Uuid = Uuid::from_u128(0xc1);
const SCOPES: &[&str] = &["EventListener.ReadWrite.All", "Application.ReadWrite.All"];

pub(crate) struct Place {
    pub(crate) world: World,
    pub(crate) workforce: Uuid,
}

impl Place {
    pub(crate) fn new() -> Self {
        let world = World::new(WorldOptions {
            replication: Replication::NONE,
            ..WorldOptions::default()
        });
        rhc_graph::fake::mount(&world);
        rhc_external_id::fake::mount(&world);
        let workforce = world.with(|state| {
            let directory = state.directory();
            let workforce = directory.add_workforce_tenant("backoffice").unwrap();
            directory
                .create_tenant(NewTenant {
                    id: EXTERNAL,
                    kind: TenantKind::ExternalId,
                    display_name: "rhc-b2c-qa".to_owned(),
                    initial_domain: "rhcqa.onmicrosoft.com".to_owned(),
                    country: "US".to_owned(),
                    creator: directory.creator_from(workforce),
                })
                .unwrap();
            workforce
        });
        Self { world, workforce }
    }

    pub(crate) fn graph(&self, tenant: Uuid, scopes: &[&str]) -> GraphClient {
        let options = GraphClientOptions {
            client: self.world.client_options(),
            ..GraphClientOptions::default()
        };
        let credential = self.world.sign_in(&tenant.to_string(), scopes);
        GraphClient::new(credential, Some(options)).unwrap()
    }

    pub(crate) fn flows(&self) -> UserFlows {
        UserFlows::new(self.graph(EXTERNAL, SCOPES))
    }

    async fn application(&self, name: &str) -> AppId {
        let wanted = Application {
            display_name: Some(name.to_owned()),
            ..Application::default()
        };
        let graph = self.graph(EXTERNAL, SCOPES);
        let made = graph.applications().create(&wanted).await.unwrap();
        made.client_id().unwrap()
    }

    /// Sends a body as it is, past everything that our model would mend.
    async fn raw(&self, method: Method, id: Option<&str>, body: &Value) -> Result<Value> {
        let mut path = Path::new("/v1.0/identity/authenticationEventsFlows");
        if let Some(id) = id {
            path = path.segment(id);
        }
        let graph = self.graph(EXTERNAL, SCOPES);
        graph.request("test", method, path, Some(body)).await
    }
}

fn wanted(name: &str) -> UserFlow {
    let attributes = ["email", "displayName"].map(FlowAttribute::built_in);
    UserFlow::invitation_only(name, Vec::<String>::new(), attributes.to_vec())
}

fn body() -> Value {
    json!(wanted("qa-signin"))
}

#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>, status: u16, words: &str) {
    let error: Error = result.expect_err("it was accepted");
    assert_eq!(error.status(), Some(status), "{error}");
    assert!(error.message().contains(words), "{error}");
}

async fn only(flows: &UserFlows) -> UserFlow {
    let mut all = flows.list().collect_all().await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_user_flow_lives() {
    let place = Place::new();
    let (hp2, smx) = (
        place.application("hp2").await,
        place.application("smx").await,
    );
    let flows = place.flows();
    let attributes = ["email", "displayName"].map(FlowAttribute::built_in);
    let flow = UserFlow::invitation_only("qa", [hp2.to_string()], attributes.to_vec());
    let made = flows.create(&flow).await.unwrap();
    assert_eq!(
        made.include_applications(),
        None,
        "the answer leaves it out"
    );
    let id = made.id.clone().unwrap();
    let whole = flows.complete(made).await.unwrap();
    let read = flows.get_opt(&id).await.unwrap().unwrap();
    for flow in [&whole, &read] {
        assert_eq!(flow.app_ids(), [hp2.to_string()]);
        assert_eq!(flow.provider_ids(), [EMAIL_PASSWORD]);
        assert_eq!(flow.attribute_ids(), ["email", "displayName"]);
        assert_eq!(flow.is_sign_up_allowed(), Some(false));
    }
    let applications = flows.applications(&id);
    applications.attach(smx).await.unwrap();
    applications.detach(hp2).await.unwrap();
    let providers = flows.identity_providers(&id);
    providers.add("EmailOtpSignup-OAUTH").await.unwrap();
    providers.remove(EMAIL_PASSWORD).await.unwrap();
    flows.attributes(&id).add("city").await.unwrap();
    flows.attributes(&id).remove("displayName").await.unwrap();
    flows.allow_sign_up(&id, true).await.unwrap();
    let read = only(&flows).await;
    assert_eq!(read.app_ids(), [smx.to_string()]);
    assert_eq!(read.provider_ids(), ["EmailOtpSignup-OAUTH"]);
    assert_eq!(read.attribute_ids(), ["email", "city"]);
    assert_eq!(read.is_sign_up_allowed(), Some(true));
    flows.delete(&id).await.unwrap();
    assert_eq!(flows.get_opt(&id).await.unwrap(), None);
    refused(flows.delete(&id).await, 404, "does not exist");
    let other = UserFlow::invitation_only("other", [smx.to_string()], vec![]);
    flows.create(&other).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_workforce_tenant_has_no_user_flows_for_customers() {
    let place = Place::new();
    let flows = UserFlows::new(place.graph(place.workforce, SCOPES));
    let words = "external tenants only";
    refused(flows.create(&wanted("a")).await, 400, words);
    refused(flows.list().collect_all().await, 400, words);
    refused(flows.delete(&Uuid::nil().to_string()).await, 400, words);
}

#[tokio::test(start_paused = true)]
async fn an_application_is_in_one_user_flow_only() {
    let place = Place::new();
    let app = place.application("hp2").await;
    let flows = place.flows();
    let first = UserFlow::invitation_only("first", [app.to_string()], vec![]);
    let first = flows.create(&first).await.unwrap().id.unwrap();
    let words = "can only be linked to one user flow";
    let second = UserFlow::invitation_only("second", [app.to_string()], vec![]);
    refused(flows.create(&second).await, 400, words);
    let second = flows.create(&wanted("second")).await.unwrap().id.unwrap();
    refused(flows.applications(&second).attach(app).await, 400, words);
    refused(flows.applications(&first).attach(app).await, 400, words);
    flows.applications(&first).detach(app).await.unwrap();
    flows.applications(&second).attach(app).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_application_of_a_user_flow_is_registered_in_the_tenant() {
    let place = Place::new();
    let flows = place.flows();
    let nobody = AppId::new(Uuid::from_u128(0xdead));
    let flow = UserFlow::invitation_only("a", [nobody.to_string()], vec![]);
    refused(flows.create(&flow).await, 404, "does not exist");
    let id = flows.create(&wanted("a")).await.unwrap().id.unwrap();
    let applications = flows.applications(&id);
    refused(applications.attach(nobody).await, 404, "does not exist");
    refused(applications.detach(nobody).await, 404, "does not exist");
}

#[tokio::test(start_paused = true)]
async fn a_user_flow_has_at_least_one_identity_provider() {
    let place = Place::new();
    let flows = place.flows();
    let mut flow = wanted("a");
    flow.on_authentication_method_load_start = Some(MethodLoadStart::with(Vec::<String>::new()));
    refused(
        flows.create(&flow).await,
        400,
        "at least one identity provider",
    );
    flow.on_authentication_method_load_start = None;
    refused(
        flows.create(&flow).await,
        400,
        "at least one identity provider",
    );
    let id = flows.create(&wanted("a")).await.unwrap().id.unwrap();
    let providers = flows.identity_providers(&id);
    let last = providers.remove(EMAIL_PASSWORD).await;
    refused(last, 400, "at least one identity provider");
}

#[tokio::test(start_paused = true)]
async fn an_identity_provider_is_configured_in_the_tenant_and_added_once() {
    let place = Place::new();
    let flows = place.flows();
    let mut flow = wanted("a");
    flow.on_authentication_method_load_start = Some(MethodLoadStart::with(["Google-OAUTH"]));
    refused(
        flows.create(&flow).await,
        400,
        "'Google-OAUTH' is not configured",
    );
    let id = flows.create(&wanted("a")).await.unwrap().id.unwrap();
    let providers = flows.identity_providers(&id);
    refused(
        providers.add("Google-OAUTH").await,
        400,
        "'Google-OAUTH' is not configured",
    );
    refused(providers.add(EMAIL_PASSWORD).await, 400, "already in");
    refused(
        providers.remove("Google-OAUTH").await,
        404,
        "does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn beta_properties_are_refused() {
    let place = Place::new();
    for (pointer, name, value) in [
        ("", "priority", json!(50)),
        (
            "/conditions/applications",
            "includeAllApplications",
            json!(false),
        ),
        ("/onAttributeCollection", "accessPackages", json!([])),
        ("/onUserCreateStart", "accessPackages", json!([])),
        (
            "/onAttributeCollection/attributeCollectionPage",
            "customStringsFileId",
            json!(null),
        ),
        ("/onInteractiveAuthFlowStart", "signUp", json!(true)),
    ] {
        let mut body = body();
        body.pointer_mut(pointer).unwrap()[name] = value;
        let result = place.raw(Method::Post, None, &body).await;
        refused(result, 400, &format!("Property '{name}' does not exist"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_says_the_type_of_the_user_flow_and_of_its_parts() {
    let place = Place::new();
    let flows = place.flows();
    let id = flows.create(&wanted("a")).await.unwrap().id.unwrap();
    let change = json!({"displayName": "b"});
    let result = place.raw(Method::Patch, Some(&id), &change).await;
    refused(result, 400, "'@odata.type' of the user flow");
    for part in [
        "onInteractiveAuthFlowStart",
        "onAuthenticationMethodLoadStart",
        "onAttributeCollection",
        "onUserCreateStart",
    ] {
        let mut body = body();
        body[part]["@odata.type"] = json!("#microsoft.graph.another");
        let result = place.raw(Method::Post, None, &body).await;
        refused(result, 400, &format!("'@odata.type' of {part}"));
    }
    let mut other = body();
    other["@odata.type"] = json!("#microsoft.graph.b2xIdentityUserFlow");
    let result = place.raw(Method::Post, None, &other).await;
    refused(result, 400, "'@odata.type' of the user flow");
}

#[tokio::test(start_paused = true)]
async fn a_name_is_there_and_unique() {
    let place = Place::new();
    let flows = place.flows();
    let mut nameless = wanted("");
    refused(flows.create(&nameless).await, 400, "'displayName'");
    nameless.display_name = None;
    refused(flows.create(&nameless).await, 400, "'displayName'");
    flows.create(&wanted("First")).await.unwrap();
    refused(flows.create(&wanted("first")).await, 400, "already exists");
    let second = flows.create(&wanted("second")).await.unwrap().id.unwrap();
    let renamed = |name: &str| UserFlow {
        display_name: Some(name.to_owned()),
        ..UserFlow::default()
    };
    refused(
        flows.update(&second, &renamed("first")).await,
        400,
        "already exists",
    );
    refused(
        flows.update(&second, &renamed("")).await,
        400,
        "'displayName'",
    );
    flows.update(&second, &renamed("Second")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn whether_anybody_may_sign_up_is_said_at_creation() {
    let place = Place::new();
    let mut flow = wanted("a");
    flow.on_interactive_auth_flow_start = None;
    let result = place.flows().create(&flow).await;
    refused(result, 400, "'onInteractiveAuthFlowStart'");
}

#[tokio::test(start_paused = true)]
async fn the_page_must_list_every_attribute_that_is_kept() {
    let place = Place::new();
    let flows = place.flows();
    let id = flows.create(&wanted("a")).await.unwrap().id.unwrap();
    let page = |attributes: &[&str]| UserFlow {
        on_attribute_collection: Some(AttributeCollection::of(
            attributes
                .iter()
                .map(|id| FlowAttribute::built_in(id))
                .collect(),
        )),
        ..UserFlow::default()
    };
    flows.update(&id, &page(&["displayName"])).await.unwrap();
    assert_eq!(only(&flows).await.attribute_ids(), ["displayName"]);
    refused(
        flows.update(&id, &page(&["displayName", "city"])).await,
        400,
        "'city' is not one of the user flow's attributes",
    );
    refused(
        flows
            .update(&id, &page(&["displayName", "displayName"]))
            .await,
        400,
        "two inputs",
    );
}

#[tokio::test(start_paused = true)]
async fn attributes_cannot_be_added_to_a_user_flow_that_was_made_without() {
    let place = Place::new();
    let flows = place.flows();
    let mut flow = wanted("a");
    let collection = flow.on_attribute_collection.take();
    let id = flows.create(&flow).await.unwrap().id.unwrap();
    let change = UserFlow {
        on_attribute_collection: collection,
        ..UserFlow::default()
    };
    let words = "only be updated if it was set when the user flow was created";
    refused(flows.update(&id, &change).await, 400, words);
    refused(flows.attributes(&id).add("city").await, 400, words);
    refused(flows.attributes(&id).remove("city").await, 400, words);
}

#[tokio::test(start_paused = true)]
async fn an_attribute_exists_and_is_collected_once() {
    let place = Place::new();
    let flows = place.flows();
    let unknown = UserFlow::invitation_only(
        "a",
        Vec::<String>::new(),
        vec![FlowAttribute::built_in("shoeSize")],
    );
    refused(
        flows.create(&unknown).await,
        400,
        "'shoeSize' does not exist",
    );
    let id = flows.create(&wanted("a")).await.unwrap().id.unwrap();
    let attributes = flows.attributes(&id);
    refused(
        attributes.add("shoeSize").await,
        400,
        "'shoeSize' does not exist",
    );
    refused(attributes.add("email").await, 400, "already in");
    refused(attributes.remove("city").await, 404, "does not exist");
}

#[tokio::test(start_paused = true)]
async fn an_input_has_what_it_needs() {
    let place = Place::new();
    let inputs = "/onAttributeCollection/attributeCollectionPage/views/0/inputs/0";
    for (name, value, words) in [
        ("label", json!(""), "'label'"),
        ("inputType", json!("slider"), "'inputType'"),
        ("required", json!("yes"), "'required'"),
    ] {
        let mut body = body();
        body.pointer_mut(inputs).unwrap()[name] = value;
        refused(place.raw(Method::Post, None, &body).await, 400, words);
    }
}

#[tokio::test(start_paused = true)]
async fn a_patch_does_not_change_what_has_requests_of_its_own() {
    let place = Place::new();
    let id = place
        .flows()
        .create(&wanted("a"))
        .await
        .unwrap()
        .id
        .unwrap();
    for (part, name) in [
        ("conditions", "includeApplications"),
        ("onAuthenticationMethodLoadStart", "identityProviders"),
        ("onAttributeCollection", "attributes"),
    ] {
        let whole = body();
        let change = json!({"@odata.type": whole["@odata.type"], part: whole[part]});
        let result = place.raw(Method::Patch, Some(&id), &change).await;
        refused(result, 400, &format!("navigation property '{name}'"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reference_is_a_link_to_what_it_is_for() {
    let place = Place::new();
    let id = place
        .flows()
        .create(&wanted("a"))
        .await
        .unwrap()
        .id
        .unwrap();
    let path = format!(
        "{id}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders/$ref"
    );
    for link in [
        "EmailOtpSignup-OAUTH",
        "https://graph.microsoft.com/v1.0/identity/userFlowAttributes/city",
        "https://example.com/v1.0/identity/identityProviders/EmailOtpSignup-OAUTH",
    ] {
        let path = Path::new("/v1.0/identity/authenticationEventsFlows").segments(path.split('/'));
        let graph = place.graph(EXTERNAL, SCOPES);
        let body = json!({ "@odata.id": link });
        let result: Result<Value> = graph.request("test", Method::Post, path, Some(&body)).await;
        refused(result, 400, "Invalid URL format");
    }
}

#[tokio::test(start_paused = true)]
async fn reading_does_not_allow_writing() {
    let place = Place::new();
    let flows = UserFlows::new(place.graph(EXTERNAL, &["EventListener.Read.All"]));
    flows.list().collect_all().await.unwrap();
    refused(
        flows.create(&wanted("a")).await,
        403,
        "Insufficient privileges",
    );
    // Who has consented once has consented: another World.
    let nobody = UserFlows::new(Place::new().graph(EXTERNAL, &["User.Read"]));
    refused(
        nobody.list().collect_all().await,
        403,
        "Insufficient privileges",
    );
}

#[tokio::test(start_paused = true)]
async fn the_state_survives_and_nonsense_in_it_is_named() {
    let place = Place::new();
    let app = place.application("hp2").await.to_string();
    let flow = UserFlow::invitation_only("a", [&app], vec![FlowAttribute::built_in("city")]);
    let id = place.flows().create(&flow).await.unwrap().id.unwrap();
    let saved = place.world.to_json().unwrap();
    let load = |state: &Value| {
        let world = World::from_json(&state.to_string(), WorldOptions::default()).unwrap();
        rhc_graph::fake::mount(&world);
        rhc_external_id::fake::mount(&world);
        world
    };
    load(&saved).check().unwrap();
    let own = |state: &mut Value| {
        let flows = &mut state["sections"]["externalId"]["tenants"][EXTERNAL.to_string()];
        flows["userFlows"].take()
    };
    for (place, broken) in [
        ("identityProviders", json!(["Google-OAUTH"])),
        ("attributeCollection", json!({"attributes": ["shoeSize"]})),
    ] {
        let mut state = saved.clone();
        let mut flows = own(&mut state);
        flows[&id][place] = broken;
        state["sections"]["externalId"]["tenants"][EXTERNAL.to_string()]["userFlows"] = flows;
        let error = load(&state).check().unwrap_err().to_string();
        assert!(error.contains(place), "{error}");
    }
    let mut state = saved.clone();
    let mut flows = own(&mut state);
    flows[Uuid::from_u128(9).to_string()] = flows[&id].clone();
    state["sections"]["externalId"]["tenants"][EXTERNAL.to_string()]["userFlows"] = flows;
    let error = load(&state).check().unwrap_err().to_string();
    assert!(error.contains(&app) && error.contains("too"), "{error}");
}

/// Somebody's extensions: so many, beside the user flows.
fn with_listeners(place: &Place, count: usize) -> Value {
    let mut saved = place.world.to_json().unwrap();
    let kind = "#microsoft.graph.onTokenIssuanceStartListener";
    let own = &mut saved["sections"]["externalId"]["tenants"][EXTERNAL.to_string()];
    own["eventListeners"] = (0..count)
        .map(|number| (format!("listener-{number}"), json!(kind)))
        .collect();
    saved
}

#[tokio::test(start_paused = true)]
async fn a_tenant_listens_to_so_many_events_and_no_more() {
    let place = Place::new();
    let flow = |name: &str| {
        let attributes = ["email", "displayName"].map(FlowAttribute::built_in);
        UserFlow::invitation_only(name, [] as [&str; 0], attributes.to_vec())
    };
    let made = place.flows().create(&flow("first")).await.unwrap();
    let listed = EventListeners::new(place.graph(EXTERNAL, SCOPES)).list();
    let listed = listed.collect_all().await.unwrap();
    assert!(listed.len() >= 3, "{listed:?}");
    assert!(
        listed
            .iter()
            .all(|one| one.authentication_events_flow_id == made.id)
    );
    let each = listed.len();
    for (others, fits) in [
        (MOST_EVENT_LISTENERS - 2 * each, true),
        (MOST_EVENT_LISTENERS - 2 * each + 1, false),
    ] {
        let saved = with_listeners(&place, others).to_string();
        let world = World::from_json(&saved, WorldOptions::default()).unwrap();
        rhc_graph::fake::mount(&world);
        rhc_external_id::fake::mount(&world);
        let full = Place {
            world,
            workforce: place.workforce,
        };
        let second = full.flows().create(&flow("second")).await;
        let said = second.as_ref().err().map(ToString::to_string);
        assert_eq!(second.is_ok(), fits, "{said:?}");
        assert!(fits || said.unwrap().contains("249 event listener"));
    }
}
