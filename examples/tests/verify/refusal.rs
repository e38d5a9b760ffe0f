//! A practice's user at the company's own tool: the authority itself turns him away, because nobody assigned him there.

use azure_core::http::headers::HeaderName;
use azure_core::http::{Method, Request, Url};
use rhc_core::fake::directory::AppRoleAssignment;
use rhc_core::fake::{ObjectKind, Read, World};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::finished::{Run, state};

const CUSTOMERS: &str = "rhcqa.onmicrosoft.com";
const MAIL: &str = "front.desk@practice.example";
const USER: Uuid = Uuid::from_u128(0x9ac7_1ce0);

/// A user with an address as his name, as the customers' tenant has them.
fn seed(world: &World) {
    world.with(|state| {
        let tenant = state.directory_ref().tenant(CUSTOMERS).unwrap().id;
        let body = json!({
            "displayName": "Front Desk", "accountEnabled": true, "mail": MAIL,
            "userPrincipalName": format!("{USER}@{CUSTOMERS}"),
            "identities": [{ "signInType": "emailAddress", "issuer": CUSTOMERS, "issuerAssignedId": MAIL }],
        });
        let body: Map<String, Value> = serde_json::from_value(body).unwrap();
        let kind = ObjectKind::User;
        state.directory().insert_settled(tenant, kind, USER, body).unwrap();
    });
}

/// An app's client id and one of the addresses that it is sent back to.
fn application(world: &World, name: &str) -> (Uuid, String) {
    world.with(|state| {
        let directory = state.directory_ref();
        let tenant = directory.tenant(CUSTOMERS).unwrap().id;
        let all = directory.objects(tenant, ObjectKind::Application, Read::Authoritative);
        let app = all
            .into_iter()
            .find(|own| own.text("uniqueName") == Some(name))
            .unwrap();
        let back = ["spa", "web"].iter().find_map(|kind| {
            app.body
                .get(*kind)?
                .get("redirectUris")?
                .as_array()?
                .first()?
                .as_str()
                .map(str::to_owned)
        });
        (app.text("appId").unwrap().parse().unwrap(), back.unwrap())
    })
}

fn assign(world: &World, client: Uuid) {
    world.with(|state| {
        let created = state.now();
        let tenant = state.directory_ref().tenant(CUSTOMERS).unwrap().id;
        let principal =
            state
                .directory_ref()
                .service_principal(tenant, client, Read::Authoritative);
        let resource_id = principal.unwrap().id;
        let assignment = AppRoleAssignment {
            principal_id: USER,
            resource_id,
            app_role_id: Uuid::nil(),
            created,
        };
        let tenant = state.directory().tenant_mut(tenant).unwrap();
        tenant
            .app_role_assignments
            .insert(format!("{USER}-{client}"), assignment);
    });
}

/// Where the sign-in page sends the browser.
async fn sign_in(world: &World, (client, back): &(Uuid, String)) -> Url {
    let mut url = Url::parse(&format!(
        "https://rhcqa.ciamlogin.com/{CUSTOMERS}/oauth2/v2.0/authorize"
    ))
    .unwrap();
    url.query_pairs_mut()
        .append_pair("client_id", &client.to_string())
        .append_pair("redirect_uri", back)
        .append_pair("response_type", "code")
        .append_pair("scope", "openid")
        .append_pair("login_hint", MAIL);
    let answer = world
        .transport()
        .execute_request(&Request::new(url, Method::Get))
        .await
        .unwrap();
    let (status, headers, _) = answer.deconstruct();
    assert_eq!(u16::from(status), 302);
    let to = headers
        .get_optional_string(&HeaderName::from_static("location"))
        .unwrap();
    to.parse().unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
}

#[tokio::test(start_paused = true)]
async fn a_practices_user_signs_in_to_the_practices_app_and_is_refused_at_the_companys() {
    let run = Run::from_state(&state());
    let world = run.cloud.world();
    seed(world);
    let apps = &run.manifest.apps;
    let (hp2, smx) = (
        application(world, &apps["hp2"].sign_in.unique_name),
        application(world, &apps["smx"].sign_in.unique_name),
    );
    let refused = |url: &Url| parameter(url, "error_description").unwrap_or_default();
    // Nobody is let in before he is assigned.
    assert!(refused(&sign_in(world, &hp2).await).starts_with("AADSTS50105: "));
    assign(world, hp2.0);
    let to = sign_in(world, &hp2).await;
    assert!(parameter(&to, "code").is_some(), "{to}");
    let to = sign_in(world, &smx).await;
    assert!(refused(&to).starts_with("AADSTS50105: "), "{to}");
    assert_eq!(parameter(&to, "code"), None);
    // It is the assignment that decides, and nothing else about him.
    assign(world, smx.0);
    assert!(parameter(&sign_in(world, &smx).await, "code").is_some());
}
