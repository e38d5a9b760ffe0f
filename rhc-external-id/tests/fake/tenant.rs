//! What user flows are made of: what works, and a test for each thing that is refused.

use crate::user_flows::{EXTERNAL, Place, refused};
use rhc_core::{Method, Path};
use rhc_external_id::{
    EMAIL_PASSWORD, FlowAttribute, IdentityProvider, IdentityProviders, UserAttributes, UserFlow,
};
use serde_json::json;

const SCOPES: &[&str] = &[
    "EventListener.ReadWrite.All",
    "IdentityProvider.ReadWrite.All",
    "IdentityUserFlow.ReadWrite.All",
];

fn providers(place: &Place) -> IdentityProviders {
    IdentityProviders::new(place.graph(EXTERNAL, SCOPES))
}

fn attributes(place: &Place) -> UserAttributes {
    UserAttributes::new(place.graph(EXTERNAL, SCOPES))
}

fn social(kind: &str) -> IdentityProvider {
    IdentityProvider::social(kind, "client", "secret".to_owned().into())
}

#[tokio::test(start_paused = true)]
async fn a_service_is_configured_once_and_offered_by_a_user_flow() {
    let place = Place::new();
    let providers = providers(&place);
    let made = providers.create(&social("Google")).await.unwrap();
    assert_eq!(made.id.as_deref(), Some("Google-OAUTH"));
    let again = providers.create(&social("Google")).await;
    refused(again, 400, "already exists");
    let read = providers.get_opt("Google-OAUTH").await.unwrap().unwrap();
    let shown = read.client_secret.map(|secret| secret.expose().clone());
    assert_eq!(shown.as_deref(), Some("******"));
    let saved = place.world.to_json().unwrap().to_string();
    assert!(saved.contains("Google-OAUTH") && !saved.contains("\"secret\""));
    let flows = place.flows();
    let flow = UserFlow::invitation_only("a", Vec::<String>::new(), Vec::new());
    let id = flows.create(&flow).await.unwrap().id.unwrap();
    flows
        .identity_providers(&id)
        .add("Google-OAUTH")
        .await
        .unwrap();
    refused(
        providers.delete("Google-OAUTH").await,
        400,
        "used by the user flow",
    );
    flows
        .identity_providers(&id)
        .remove("Google-OAUTH")
        .await
        .unwrap();
    providers.delete("Google-OAUTH").await.unwrap();
    assert_eq!(providers.get_opt("Google-OAUTH").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_of_a_kind_that_the_tenant_can_have() {
    let place = Place::new();
    let own = providers(&place);
    refused(
        own.create(&social("QQ")).await,
        400,
        "'QQ' is not supported",
    );
    let kinds = own.available_types().await.unwrap();
    assert!(kinds.contains(&"EmailPassword".to_owned()), "{kinds:?}");
    for (wrong, words) in [
        (
            IdentityProvider {
                odata_type: None,
                ..social("Google")
            },
            "'@odata.type'",
        ),
        (
            IdentityProvider {
                client_secret: None,
                ..social("Google")
            },
            "'clientSecret'",
        ),
        (
            IdentityProvider {
                client_id: None,
                ..social("Google")
            },
            "'clientId'",
        ),
        (
            IdentityProvider {
                key_id: Some("k".into()),
                ..social("Google")
            },
            "'keyId' does not exist",
        ),
        (
            IdentityProvider {
                id: Some("mine".into()),
                ..social("Google")
            },
            "read-only",
        ),
    ] {
        refused(own.create(&wrong).await, 400, words);
    }
    let apple = IdentityProvider {
        odata_type: Some("#microsoft.graph.appleManagedIdentityProvider".into()),
        developer_id: Some("UBF8T346G9".into()),
        service_id: Some("com.example".into()),
        key_id: Some("99P6D879C4".into()),
        certificate_data: Some("secret".to_owned().into()),
        ..IdentityProvider::default()
    };
    let made = own.create(&apple).await.unwrap();
    assert_eq!(made.id.as_deref(), Some("Apple-Managed-OIDC"));
    // A workforce tenant has others.
    let workforce = IdentityProviders::new(place.graph(place.workforce, SCOPES));
    let all = workforce.list().collect_all().await.unwrap();
    assert!(
        all.iter()
            .all(|one| one.id.as_deref() != Some(EMAIL_PASSWORD))
    );
    refused(workforce.create(&apple).await, 400, "not supported");
}

#[tokio::test(start_paused = true)]
async fn a_built_in_provider_stays_and_a_kind_too() {
    let place = Place::new();
    let own = providers(&place);
    let renamed = IdentityProvider {
        odata_type: Some("#microsoft.graph.socialIdentityProvider".into()),
        display_name: Some("Other".into()),
        ..IdentityProvider::default()
    };
    refused(own.update(EMAIL_PASSWORD, &renamed).await, 400, "built-in");
    refused(own.delete(EMAIL_PASSWORD).await, 400, "built-in");
    own.create(&social("Google")).await.unwrap();
    own.update("Google-OAUTH", &renamed).await.unwrap();
    let read = own.get_opt("Google-OAUTH").await.unwrap().unwrap();
    assert_eq!(read.display_name.as_deref(), Some("Other"));
    let other = IdentityProvider {
        identity_provider_type: Some("Facebook".into()),
        ..renamed.clone()
    };
    refused(own.update("Google-OAUTH", &other).await, 400, "read-only");
    let untyped = IdentityProvider {
        odata_type: None,
        ..renamed
    };
    refused(
        own.update("Google-OAUTH", &untyped).await,
        400,
        "'@odata.type'",
    );
    let path = Path::new("/v1.0/identity/identityProviders");
    let graph = place.graph(EXTERNAL, SCOPES);
    let selected = path.fixed("/EmailPassword-OAUTH");
    let request = rhc_graph::Request::new("x", Method::Get, selected).query("$select", "id");
    refused(graph.send(request).await, 400, "not supported");
}

#[tokio::test(start_paused = true)]
async fn an_attribute_of_ones_own_is_asked_for_by_a_user_flow() {
    let place = Place::new();
    let own = attributes(&place);
    let practice = FlowAttribute::custom("Practice name", "Your practice", "string");
    let made = own.create(&practice).await.unwrap();
    let id = made.id.unwrap();
    assert!(
        id.starts_with("extension_") && id.ends_with("_Practicename"),
        "{id}"
    );
    refused(own.create(&practice).await, 400, "already exists");
    let flows = place.flows();
    let flow = UserFlow::invitation_only(
        "a",
        Vec::<String>::new(),
        vec![FlowAttribute::built_in("city")],
    );
    let flow = flows.create(&flow).await.unwrap().id.unwrap();
    flows.attributes(&flow).add(&id).await.unwrap();
    refused(own.delete(&id).await, 400, "used by the user flow");
    flows.attributes(&flow).remove(&id).await.unwrap();
    own.delete(&id).await.unwrap();
    refused(own.delete(&id).await, 404, "does not exist");
}

#[tokio::test(start_paused = true)]
async fn of_an_attribute_only_its_description_changes() {
    let place = Place::new();
    let own = attributes(&place);
    for (wrong, words) in [
        (FlowAttribute::custom("", "a", "string"), "'displayName'"),
        (FlowAttribute::custom("!", "a", "string"), "'displayName'"),
        (
            FlowAttribute::custom("City", "a", "string"),
            "already exists",
        ),
        (
            FlowAttribute::custom("Born", "a", "dateTime"),
            "not supported",
        ),
        (
            FlowAttribute::custom("Born", "a", "colour"),
            "Invalid value",
        ),
        (FlowAttribute::built_in("shoeSize"), "read-only"),
    ] {
        refused(own.create(&wrong).await, 400, words);
    }
    let hobby = FlowAttribute::custom("Hobby", "Your hobby", "string");
    let id = own.create(&hobby).await.unwrap().id.unwrap();
    let described = FlowAttribute {
        description: Some("Your new hobby".into()),
        ..FlowAttribute::default()
    };
    own.update(&id, &described).await.unwrap();
    let read = own.get_opt(&id).await.unwrap().unwrap();
    assert_eq!(read.description, described.description);
    assert_eq!(read.display_name.as_deref(), Some("Hobby"));
    refused(own.update(&id, &hobby).await, 400, "read-only");
    refused(own.update("city", &described).await, 400, "built-in");
    refused(own.delete("city").await, 400, "built-in");
}

#[tokio::test(start_paused = true)]
async fn nonsense_in_the_state_is_named() {
    let place = Place::new();
    providers(&place).create(&social("Google")).await.unwrap();
    let hobby = FlowAttribute::custom("Hobby", "Your hobby", "string");
    let id = attributes(&place).create(&hobby).await.unwrap().id.unwrap();
    let saved = place.world.to_json().unwrap();
    for (path, words) in [
        (
            ["identityProviders", "Google-OAUTH", "@odata.type"],
            "Google-OAUTH.@odata.type",
        ),
        (["attributes", &id, "dataType"], "dataType"),
    ] {
        let mut state = saved.clone();
        let own = &mut state["sections"]["externalId"]["tenants"][EXTERNAL.to_string()];
        own[path[0]][path[1]][path[2]] = json!(null);
        let options = rhc_core::fake::WorldOptions::default();
        let world = rhc_core::fake::World::from_json(&state.to_string(), options).unwrap();
        rhc_graph::fake::mount(&world);
        rhc_external_id::fake::mount(&world);
        let error = world.check().unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
