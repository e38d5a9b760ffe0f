//! Role assignments, role definitions, managed identities and their federated credentials.

use rhc_arm::fake;
use rhc_core::fake::{ObjectKind, Read};
use serde_json::{Value, json};
use uuid::Uuid;

use super::cloud::{Cloud, GROUP, HOME, OPERATOR, STRANGER, SUBSCRIPTION, pass};
use super::examples::{IDENTITY, ROLES, in_group};

fn assignment(name: u128) -> String {
    format!(
        "{GROUP}/providers/Microsoft.Authorization/roleAssignments/{}",
        Uuid::from_u128(name)
    )
}

fn definition(role: Uuid) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    )
}

fn body(principal: &str, kind: Option<&str>) -> Value {
    let mut body = json!({ "properties": { "roleDefinitionId": definition(fake::READER), "principalId": principal } });
    if let Some(kind) = kind {
        body["properties"]["principalType"] = json!(kind);
    }
    body
}

async fn identity(cloud: &Cloud, name: &str) -> super::cloud::Answer {
    let path = in_group(&format!(
        "Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    ));
    cloud
        .put(&path, IDENTITY, json!({ "location": "eastus2" }))
        .await
        .accepted(201)
}

#[tokio::test(start_paused = true)]
async fn a_principal_must_be_known_unless_its_type_is_given() {
    let cloud = Cloud::new().await;
    let made = identity(&cloud, "app-id").await;
    let principal = made
        .at("properties.principalId")
        .as_str()
        .unwrap()
        .to_owned();
    let early = cloud
        .put(&assignment(1), ROLES, body(&principal, None))
        .await;
    early.refused("not replicated yet", 400, "PrincipalNotFound");
    cloud
        .put(&assignment(1), ROLES, body(&principal, Some("User")))
        .await
        .refused("the wrong type", 400, "UnmatchedPrincipalType");
    let done = cloud
        .put(
            &assignment(1),
            ROLES,
            body(&principal, Some("ServicePrincipal")),
        )
        .await
        .accepted(201);
    assert_eq!(done.at("properties.scope"), GROUP);
    let nobody = Uuid::from_u128(0xdead).to_string();
    for (rule, id, kind) in [
        ("nobody", nobody.as_str(), None),
        ("nobody, typed", nobody.as_str(), Some("ServicePrincipal")),
        ("no GUID", "app-id", None),
    ] {
        cloud
            .put(&assignment(2), ROLES, body(id, kind))
            .await
            .refused(rule, 400, "PrincipalNotFound");
    }
    pass(60).await;
    let second = identity(&cloud, "other-id").await;
    let second = second
        .at("properties.principalId")
        .as_str()
        .unwrap()
        .to_owned();
    pass(60).await;
    cloud
        .put(&assignment(3), ROLES, body(&second, None))
        .await
        .accepted(201);
}

#[tokio::test(start_paused = true)]
async fn a_role_is_assigned_once_and_its_assignment_does_not_change() {
    let cloud = Cloud::new().await;
    let who = STRANGER.to_string();
    cloud
        .put(&assignment(1), ROLES, body(&who, None))
        .await
        .accepted(201);
    cloud
        .put(&assignment(1), ROLES, body(&who, None))
        .await
        .accepted(200);
    cloud
        .put(&assignment(2), ROLES, body(&who, None))
        .await
        .refused("the same under another name", 409, "RoleAssignmentExists");
    cloud
        .put(&assignment(1), ROLES, body(&OPERATOR.to_string(), None))
        .await
        .refused("another principal", 400, "RoleAssignmentUpdateNotPermitted");
    let mut other = body(&who, None);
    other["properties"]["roleDefinitionId"] = json!(definition(fake::CONTRIBUTOR));
    cloud
        .put(&assignment(1), ROLES, other.clone())
        .await
        .refused("another role", 400, "RoleAssignmentUpdateNotPermitted");
    other["properties"]["roleDefinitionId"] = json!(definition(Uuid::from_u128(7)));
    cloud.put(&assignment(3), ROLES, other).await.refused(
        "an unknown role",
        404,
        "RoleDefinitionDoesNotExist",
    );
    let gone = cloud.delete(&assignment(1), ROLES).await.accepted(200);
    assert_eq!(gone.at("properties.principalId"), who.as_str());
    cloud.delete(&assignment(1), ROLES).await.accepted(204);
}

#[tokio::test(start_paused = true)]
async fn a_list_holds_what_is_above_and_below_too() {
    let cloud = Cloud::new().await;
    let who = STRANGER.to_string();
    cloud
        .put(&assignment(1), ROLES, body(&who, None))
        .await
        .accepted(201);
    let list = |scope: &str, filter: &str| {
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        format!("{scope}/providers/Microsoft.Authorization/roleAssignments?$filter={filter}")
    };
    let subscription = format!("/subscriptions/{SUBSCRIPTION}");
    let count = async |scope: &str, filter: &str| {
        let answer = cloud.get(&list(scope, filter), ROLES).await.accepted(200);
        answer.names().len()
    };
    // The operator owns the subscription, the stranger reads the group.
    assert_eq!(count(GROUP, "").await, 2);
    assert_eq!(count(&subscription, "").await, 2);
    assert_eq!(count(&subscription, "atScope()").await, 1);
    assert_eq!(count(GROUP, &format!("principalId eq '{who}'")).await, 1);
    assert_eq!(
        count(GROUP, &format!("atScope() and assignedTo('{who}')")).await,
        1
    );
    cloud
        .get(&list(GROUP, "colour eq 'red'"), ROLES)
        .await
        .refused("an unknown filter", 400, "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn definitions_are_found_by_name_and_custom_ones_have_their_own() {
    let cloud = Cloud::new().await;
    let subscription = format!("/subscriptions/{SUBSCRIPTION}");
    let of_name = |name: &str| {
        let filter = format!("roleName eq '{name}'");
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        format!("{subscription}/providers/Microsoft.Authorization/roleDefinitions?$filter={filter}")
    };
    let found = cloud.get(&of_name("AcrPull"), ROLES).await.accepted(200);
    assert_eq!(found.names(), ["7f951dda-4ed3-4680-a7ca-43fe172d538d"]);
    cloud
        .get(&definition(fake::OWNER), ROLES)
        .await
        .accepted(200);

    let custom = definition(Uuid::from_u128(0xd1));
    let body = |name: &str| {
        json!({ "properties": {
            "roleName": name,
            "permissions": [{ "actions": ["Microsoft.KeyVault/vaults/read"], "notActions": [] }],
            "assignableScopes": [subscription],
        } })
    };
    cloud.put(&custom, ROLES, body("Reader")).await.refused(
        "a built-in name",
        409,
        "RoleDefinitionWithSameNameExists",
    );
    cloud
        .put(&definition(fake::OWNER), ROLES, body("Mine"))
        .await
        .refused("a built-in role", 403, "RoleDefinitionUpdateNotPermitted");
    cloud
        .put(&custom, ROLES, body("Vault lister"))
        .await
        .accepted(201);
    cloud
        .put(
            &definition(Uuid::from_u128(0xd2)),
            ROLES,
            body("Vault lister"),
        )
        .await
        .refused("a name twice", 409, "RoleDefinitionWithSameNameExists");

    // What it allows counts.
    let vaults = in_group("Microsoft.KeyVault/vaults");
    let stranger = cloud.of(HOME, STRANGER);
    stranger.get(&vaults, super::examples::VAULT).await.refused(
        "before",
        403,
        "AuthorizationFailed",
    );
    let given = json!({ "properties": { "roleDefinitionId": custom, "principalId": STRANGER } });
    cloud.put(&assignment(4), ROLES, given).await.accepted(201);
    stranger
        .get(&vaults, super::examples::VAULT)
        .await
        .accepted(200);
    cloud
        .delete(&custom, ROLES)
        .await
        .refused("in use", 400, "RoleDefinitionHasAssignments");
}

#[tokio::test(start_paused = true)]
async fn an_identity_is_a_service_principal_of_its_tenant() {
    let cloud = Cloud::new().await;
    let made = identity(&cloud, "app-id").await;
    assert!(made.at("id").as_str().unwrap().contains("/resourcegroups/"));
    assert!(
        made.header("location")
            .unwrap()
            .starts_with("/subscriptions/")
    );
    let principal: Uuid = made
        .at("properties.principalId")
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let kind = |read| {
        cloud.world.with(|state| {
            let view = state.directory_ref().object(HOME, principal, read)?;
            assert_eq!(view.object.kind, ObjectKind::ServicePrincipal);
            view.text("servicePrincipalType").map(str::to_owned)
        })
    };
    assert_eq!(kind(Read::List), None);
    assert_eq!(
        kind(Read::Authoritative).as_deref(),
        Some("ManagedIdentity")
    );
    let path = in_group("Microsoft.ManagedIdentity/userAssignedIdentities/app-id");
    let again = cloud
        .put(
            &path,
            IDENTITY,
            json!({ "location": "eastus2", "tags": { "a": "b" } }),
        )
        .await
        .accepted(200);
    assert_eq!(again.at("properties"), made.at("properties"));
    cloud.delete(&path, IDENTITY).await.accepted(200);
    assert_eq!(kind(Read::Authoritative), None);
}

fn credential(identity: &str, name: &str) -> String {
    in_group(&format!(
        "Microsoft.ManagedIdentity/userAssignedIdentities/{identity}/federatedIdentityCredentials/{name}"
    ))
}

fn trust(subject: &str) -> Value {
    json!({ "properties": {
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
    } })
}

#[tokio::test(start_paused = true)]
async fn federated_credentials_are_written_one_at_a_time() {
    let cloud = Cloud::new().await;
    identity(&cloud, "app-id").await;
    identity(&cloud, "other-id").await;
    let paths = [
        credential("app-id", "one"),
        credential("app-id", "two"),
        credential("other-id", "one"),
    ];
    let answers = futures::future::join_all(
        paths
            .iter()
            .map(|path| cloud.put(path, IDENTITY, trust(path))),
    )
    .await;
    let refused: Vec<_> = answers.iter().filter(|own| own.status == 409).collect();
    assert_eq!(refused.len(), 1);
    refused[0].refused(
        "two at once for one identity",
        409,
        "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
    );
    assert_eq!(answers[2].status, 201);
    // One after the other is fine.
    for path in &paths {
        let answer = cloud.put(path, IDENTITY, trust(path)).await;
        assert!(answer.status < 300, "{:#}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn an_identity_trusts_twenty_and_each_once() {
    let cloud = Cloud::new().await;
    let made = identity(&cloud, "app-id").await;
    for number in 0..20 {
        let path = credential("app-id", &format!("fic-{number}"));
        cloud
            .put(&path, IDENTITY, trust(&format!("subject-{number}")))
            .await
            .accepted(201);
    }
    cloud
        .put(
            &credential("app-id", "fic-20"),
            IDENTITY,
            trust("subject-20"),
        )
        .await
        .refused("the twenty-first", 400, "BadRequest");
    cloud
        .put(
            &credential("app-id", "fic-20"),
            IDENTITY,
            trust("subject-3"),
        )
        .await
        .refused("issuer and subject twice", 409, "Conflict");
    // The directory knows them, for the authority.
    let principal: Uuid = made
        .at("properties.principalId")
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let known = || {
        cloud.world.with(|state| {
            let view = state
                .directory_ref()
                .object(HOME, principal, Read::Authoritative)
                .unwrap();
            view.body["federatedIdentityCredentials"]
                .as_array()
                .unwrap()
                .len()
        })
    };
    assert_eq!(known(), 20);
    cloud
        .delete(&credential("app-id", "fic-0"), IDENTITY)
        .await
        .accepted(200);
    assert_eq!(known(), 19);
}

#[tokio::test(start_paused = true)]
async fn a_resource_carries_identities_that_exist_and_may_be_assigned() {
    let cloud = Cloud::new().await;
    let made = identity(&cloud, "app-id").await;
    let id = made.at("id").as_str().unwrap().to_owned();
    let (path, mut body) = super::examples::workspace("logs-1");
    let version = super::examples::LOGS;
    for (rule, own, code) in [
        (
            "unknown type",
            json!({ "type": "Borrowed" }),
            "InvalidRequestContent",
        ),
        (
            "none named",
            json!({ "type": "UserAssigned" }),
            "InvalidIdentityValues",
        ),
        (
            "named but of another type",
            json!({ "type": "SystemAssigned", "userAssignedIdentities": { &id: {} } }),
            "InvalidIdentityValues",
        ),
        (
            "not there",
            json!({ "type": "UserAssigned", "userAssignedIdentities": { id.replace("app-id", "none-id"): {} } }),
            "FailedIdentityOperation",
        ),
    ] {
        body["identity"] = own;
        cloud
            .put(&path, version, body.clone())
            .await
            .refused(rule, 400, code);
    }
    body["identity"] =
        json!({ "type": "SystemAssigned, UserAssigned", "userAssignedIdentities": { &id: {} } });
    let elsewhere = GROUP.replace("/rg", "/other");
    cloud
        .put(&elsewhere, "2025-04-01", json!({ "location": "eastus2" }))
        .await
        .accepted(201);
    cloud
        .world
        .with(|state| fake::assign_role(state, &elsewhere, STRANGER, fake::CONTRIBUTOR));
    cloud
        .of(HOME, STRANGER)
        .put(&path.replace("/rg/", "/other/"), version, body.clone())
        .await
        .refused("not assignable", 403, "LinkedAuthorizationFailed");
    let done = cloud.make(&path, version, body.clone()).await;
    assert_eq!(
        done.body["identity"]["userAssignedIdentities"][&id]["principalId"],
        made.body["properties"]["principalId"]
    );
    let system = done.at("identity.principalId").clone();
    assert!(system.is_string());
    let again = cloud.make(&path, version, body).await;
    assert_eq!(again.at("identity.principalId"), &system);
}
