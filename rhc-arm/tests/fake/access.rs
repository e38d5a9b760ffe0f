//! Who is let in, and what he may do.

use azure_core::http::Method;
use rhc_arm::fake::{self, READER};
use rhc_core::fake::authority;
use serde_json::json;

use super::cloud::{
    Cloud, DATABASE, DATABASE_ADMIN, DATABASE_SUBSCRIPTION, GROUP, HOME, OPERATOR, STRANGER,
    SUBSCRIPTION, pass,
};
use super::examples::{VAULT, in_group, vault};

const GROUPS: &str = "2025-04-01";

fn group() -> String {
    format!("{GROUP}?api-version={GROUPS}")
}

#[tokio::test(start_paused = true)]
async fn a_token_is_needed_genuine_for_arm_and_in_its_time() {
    let cloud = Cloud::new().await;
    let ask = async |token: Option<&str>| cloud.send_with(Method::Get, &group(), None, token).await;
    let none = ask(None).await;
    none.refused("no token", 401, "AuthenticationFailed");
    assert!(
        none.header("www-authenticate")
            .unwrap()
            .starts_with("Bearer")
    );
    ask(Some("a.b.c"))
        .await
        .refused("forged token", 401, "InvalidAuthenticationToken");

    let mint = |scope: &str| {
        cloud.world.with(|state| {
            let client = rhc_core::fake::directory::AZURE_CLI;
            authority::person_token(state, HOME, OPERATOR, client, scope)
                .unwrap()
                .token
                .secret()
                .to_owned()
        })
    };
    let graph = mint("https://graph.microsoft.com/.default");
    ask(Some(&graph))
        .await
        .refused("token of Graph", 401, "InvalidAuthenticationTokenAudience");
    let old_name = mint("https://management.core.windows.net/.default");
    ask(Some(&old_name)).await.accepted(200);
    pass(2 * 60 * 60).await;
    ask(Some(&old_name))
        .await
        .refused("expired token", 401, "ExpiredAuthenticationToken");
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_for_its_own_tenant() {
    let cloud = Cloud::new().await;
    let other = cloud.of(DATABASE, DATABASE_ADMIN);
    let answer = other.get(GROUP, GROUPS).await;
    answer.refused(
        "token of another tenant",
        401,
        "InvalidAuthenticationTokenTenant",
    );
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains(&HOME.to_string()), "{challenge}");
    cloud
        .get(
            "/subscriptions/00000000-0000-0000-0000-0000000000ee",
            "2022-12-01",
        )
        .await
        .refused("unknown subscription", 404, "SubscriptionNotFound");
    cloud
        .get("/subscriptions/mine/resourceGroups", GROUPS)
        .await
        .refused("malformed subscription", 400, "InvalidSubscriptionId");

    let seen = |answer: super::cloud::Answer| {
        let all = answer.body["value"].as_array().unwrap().clone();
        all.iter()
            .map(|own| own["subscriptionId"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mine = cloud.get("/subscriptions", "2022-12-01").await;
    assert_eq!(seen(mine), [SUBSCRIPTION]);
    let theirs = other.get("/subscriptions", "2022-12-01").await;
    assert_eq!(seen(theirs), [DATABASE_SUBSCRIPTION]);
    let none = cloud
        .of(HOME, STRANGER)
        .get("/subscriptions", "2022-12-01")
        .await;
    assert_eq!(seen(none), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_role_is_needed_for_each_verb() {
    let cloud = Cloud::new().await;
    let (path, body) = vault("kv-1");
    cloud.make(&path, VAULT, body.clone()).await;
    let stranger = cloud.of(HOME, STRANGER);
    let verbs = async |rule: &str, expected: [(u16, &str); 4]| {
        let answers = [
            stranger.get(&path, VAULT).await,
            stranger.put(&path, VAULT, body.clone()).await,
            stranger.delete(&path, VAULT).await,
            stranger
                .get(&in_group("Microsoft.KeyVault/vaults"), VAULT)
                .await,
        ];
        for (answer, (status, code)) in answers.iter().zip(expected) {
            answer.refused(rule, status, code);
        }
    };
    let no = (403, "AuthorizationFailed");
    verbs("without a role", [no, no, no, no]).await;

    let grant = |scope: &str, role| {
        cloud
            .world
            .with(|state| fake::assign_role(state, scope, STRANGER, role));
    };
    grant(GROUP, READER);
    verbs("as Reader", [(200, ""), no, no, (200, "")]).await;
    grant(GROUP, fake::CONTRIBUTOR);
    verbs(
        "as Contributor",
        [(200, ""), (200, ""), (200, ""), (200, "")],
    )
    .await;

    let assignment = format!(
        "{GROUP}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000f9"
    );
    stranger
        .put(&assignment, "2022-04-01", json!({ "properties": {} }))
        .await
        .refused("a Contributor gives no roles", 403, "AuthorizationFailed");
}

#[tokio::test(start_paused = true)]
async fn a_role_of_a_group_is_its_members() {
    let cloud = Cloud::new().await;
    let group = uuid::Uuid::from_u128(0x0a09);
    let stranger = cloud.of(HOME, STRANGER);
    cloud.world.with(|state| {
        let body = json!({ "displayName": "readers" })
            .as_object()
            .unwrap()
            .clone();
        let directory = state.directory();
        directory
            .insert_settled(HOME, rhc_core::fake::ObjectKind::Group, group, body)
            .unwrap();
        fake::assign_role(state, GROUP, group, READER);
    });
    stranger
        .get(GROUP, GROUPS)
        .await
        .refused("not a member", 403, "AuthorizationFailed");
    cloud.world.with(|state| {
        state
            .directory()
            .link(HOME, group, "members", STRANGER)
            .unwrap()
    });
    stranger.get(GROUP, GROUPS).await.accepted(200);
}

#[tokio::test(start_paused = true)]
async fn what_a_caller_may_do_is_told_by_his_roles() {
    const PERMISSIONS: &str = "2022-04-01";
    let cloud = Cloud::new().await;
    let over = |scope: &str| format!("{scope}/providers/Microsoft.Authorization/permissions");
    let subscription = format!("/subscriptions/{SUBSCRIPTION}");
    let owner = cloud.get(&over(&subscription), PERMISSIONS).await;
    assert_eq!(owner.body["value"][0]["actions"], json!(["*"]));

    let stranger = cloud.of(HOME, STRANGER);
    let nothing = stranger.get(&over(&subscription), PERMISSIONS).await;
    nothing.refused("without a role", 403, "AuthorizationFailed");
    let role = uuid::Uuid::from_u128(0xf7);
    cloud
        .put(
            &format!("{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            PERMISSIONS,
            json!({ "properties": {
                "roleName": "Deployer",
                "type": "CustomRole",
                "assignableScopes": [subscription],
                "permissions": [{ "actions": ["Microsoft.App/*"], "notActions": ["*/delete"] }],
            } }),
        )
        .await
        .accepted(201);
    cloud.world.with(|state| {
        fake::assign_role(state, GROUP, STRANGER, READER);
        fake::assign_role(state, GROUP, STRANGER, role);
    });
    let held = stranger.get(&over(GROUP), PERMISSIONS).await.accepted(200);
    let held = held.body["value"].as_array().unwrap();
    let of = |member: &str| {
        let mut all: Vec<_> = held.iter().map(|one| one[member].to_string()).collect();
        all.sort();
        all
    };
    assert_eq!(of("actions"), [r#"["*/read"]"#, r#"["Microsoft.App/*"]"#]);
    assert_eq!(of("notActions"), [r#"["*/delete"]"#, "[]"]);
    assert_eq!(of("dataActions"), ["[]", "[]"]);
    let above = stranger.get(&over(&subscription), PERMISSIONS).await;
    above.refused("a role below", 403, "AuthorizationFailed");
    let nowhere = format!("{subscription}/resourceGroups/nowhere");
    let nowhere = cloud.get(&over(&nowhere), PERMISSIONS).await;
    nowhere.refused("no such group", 404, "ResourceGroupNotFound");
    let old = cloud.get(&over(GROUP), "2014-01-01").await;
    assert_eq!(old.status, 400);
}

#[tokio::test(start_paused = true)]
async fn links_need_a_permission_on_the_other_end() {
    let cloud = Cloud::new().await;
    let group = in_group("Microsoft.Network/networkSecurityGroups/nsg");
    cloud
        .make(&group, "2025-05-01", json!({ "location": "eastus2" }))
        .await;
    let elsewhere = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/other");
    cloud
        .put(&elsewhere, GROUPS, json!({ "location": "eastus2" }))
        .await
        .accepted(201);
    cloud
        .world
        .with(|state| fake::assign_role(state, &elsewhere, STRANGER, fake::CONTRIBUTOR));
    let network = |id: &str| {
        json!({
            "location": "eastus2",
            "properties": {
                "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] },
                "subnets": [{ "name": "a", "properties": {
                    "addressPrefix": "10.0.0.0/24",
                    "networkSecurityGroup": { "id": id },
                } }],
            },
        })
    };
    let path = format!("{elsewhere}/providers/Microsoft.Network/virtualNetworks/n");
    cloud
        .of(HOME, STRANGER)
        .put(&path, "2025-05-01", network(&group))
        .await
        .refused("no join on the group", 403, "LinkedAuthorizationFailed");
    let foreign = group.replace(SUBSCRIPTION, DATABASE_SUBSCRIPTION);
    cloud
        .put(&path, "2025-05-01", network(&foreign))
        .await
        .refused(
            "a group of another tenant",
            403,
            "LinkedAuthorizationFailed",
        );
    cloud
        .put(&path, "2025-05-01", network(&group.replace("nsg", "nsg2")))
        .await
        .refused("a group that is not there", 400, "InvalidResourceReference");
    cloud
        .put(&path, "2025-05-01", network(&group))
        .await
        .accepted(201);
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_are_refused_until_the_bucket_refills() {
    let cloud = Cloud::new().await;
    // Without latency nothing refills while the requests go out.
    let world = cloud.world.clone();
    let before = world.now();
    let mut first = None;
    let ask = || cloud.get(GROUP, GROUPS);
    let answers = futures::future::join_all((0..300).map(|_| ask())).await;
    for answer in &answers {
        if answer.status == 429 {
            first.get_or_insert(answer);
        }
    }
    assert!(world.now() - before < time::Duration::seconds(2));
    let refused = first.expect("300 reads at once are more than 250");
    refused.refused("bucket of reads", 429, "SubscriptionRequestsThrottled");
    assert!(refused.header("retry-after").is_some());
    pass(5).await;
    let later = ask().await.accepted(200);
    let left: u32 = later
        .header("x-ms-ratelimit-remaining-subscription-reads")
        .unwrap()
        .parse()
        .unwrap();
    assert!(left > 50, "{left}");
}
