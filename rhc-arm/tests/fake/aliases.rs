//! Subscriptions that are made: under which billing scope, by whom, and for which tenant.

use rhc_arm::fake::{BillingAccount, BillingProfile};
use serde_json::{Value, json};

use super::cloud::{CUSTOMERS, Cloud, DATABASE, DATABASE_ADMIN, HOME, OPERATOR, STRANGER, pass};

const VERSION: &str = "2021-10-01";
const ALIAS: &str = "/providers/Microsoft.Subscription/aliases/rhc-b2c-qa-sub";
const SCOPE: &str =
    "/providers/Microsoft.Billing/billingAccounts/acc/billingProfiles/prof/invoiceSections/sect";

async fn billed(agreement: &str) -> Cloud {
    let cloud = Cloud::new().await;
    let sections = [("sect".to_owned(), "QA".to_owned())].into();
    let profile = BillingProfile {
        display_name: "Profile".to_owned(),
        invoice_sections: sections,
    };
    let account = BillingAccount {
        display_name: "Recalibrate".to_owned(),
        tenant_id: HOME,
        agreement_type: agreement.to_owned(),
        subscription_creators: [OPERATOR].into(),
        profiles: [("prof".to_owned(), profile)].into(),
    };
    cloud.edit(|arm| arm.billing.insert("acc".to_owned(), account));
    cloud
}

fn body(scope: &str) -> Value {
    json!({ "properties": { "displayName": "rhc-b2c-qa-sub", "workload": "Production", "billingScope": scope } })
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_made_by_alias_once() {
    let cloud = billed("MicrosoftCustomerAgreement").await;
    let made = cloud.put(ALIAS, VERSION, body(SCOPE)).await.accepted(201);
    assert_eq!(made.at("properties.provisioningState"), "Accepted");
    let id = made
        .at("properties.subscriptionId")
        .as_str()
        .unwrap()
        .to_owned();
    cloud
        .get(&format!("/subscriptions/{id}"), "2022-12-01")
        .await
        .refused("not there yet", 404, "SubscriptionNotFound");
    let again = cloud.put(ALIAS, VERSION, body(SCOPE)).await.accepted(200);
    assert_eq!(again.at("properties.subscriptionId"), id.as_str());
    pass(60).await;
    let done = cloud.get(ALIAS, VERSION).await.accepted(200);
    assert_eq!(done.at("properties.provisioningState"), "Succeeded");
    let own = cloud
        .get(&format!("/subscriptions/{id}"), "2022-12-01")
        .await
        .accepted(200);
    assert_eq!(own.at("displayName"), "rhc-b2c-qa-sub");
    // The maker is its owner, and no provider is registered.
    let group = format!("/subscriptions/{id}/resourceGroups/g");
    cloud
        .put(&group, "2025-04-01", json!({ "location": "eastus2" }))
        .await
        .accepted(201);
    let vault = format!("{group}/providers/Microsoft.KeyVault/vaults/kv-9");
    let (_, vault_body) = super::examples::vault("kv-9");
    cloud
        .put(&vault, super::examples::VAULT, vault_body)
        .await
        .refused(
            "a fresh subscription",
            409,
            "MissingSubscriptionRegistration",
        );
    assert_eq!(
        cloud
            .get("/providers/Microsoft.Subscription/aliases", VERSION)
            .await
            .names(),
        ["rhc-b2c-qa-sub"]
    );
}

#[tokio::test(start_paused = true)]
async fn the_billing_scope_is_checked() {
    let cloud = billed("MicrosoftCustomerAgreement").await;
    for (rule, scope) in [
        ("no account in it", "/providers/Microsoft.Management/x/y"),
        (
            "unknown account",
            "/providers/Microsoft.Billing/billingAccounts/other",
        ),
        (
            "no invoice section",
            "/providers/Microsoft.Billing/billingAccounts/acc",
        ),
        (
            "unknown section",
            "/billingAccounts/acc/billingProfiles/prof/invoiceSections/none",
        ),
    ] {
        cloud
            .put(ALIAS, VERSION, body(scope))
            .await
            .refused(rule, 400, "InvalidBillingScope");
    }
    cloud
        .of(HOME, STRANGER)
        .put(ALIAS, VERSION, body(SCOPE))
        .await
        .refused("no billing role", 403, "AuthorizationFailed");
    let mut odd = body(SCOPE);
    odd["properties"]["workload"] = json!("Play");
    cloud
        .put(ALIAS, VERSION, odd)
        .await
        .refused("unknown workload", 400, "InvalidRequestContent");
    cloud
        .put(
            ALIAS,
            VERSION,
            json!({ "properties": { "workload": "Production" } }),
        )
        .await
        .refused("no name", 400, "InvalidRequestContent");
    cloud.get(ALIAS, VERSION).await.refused(
        "no alias was left behind",
        404,
        "SubscriptionAliasNotFound",
    );
    // Microsoft's pages write the scope in both ways.
    let short = SCOPE.trim_start_matches("/providers/Microsoft.Billing");
    cloud.put(ALIAS, VERSION, body(short)).await.accepted(201);

    let cloud = billed("MicrosoftOnlineServicesProgram").await;
    cloud.put(ALIAS, VERSION, body(SCOPE)).await.refused(
        "an agreement without aliases",
        400,
        "InvalidBillingScope",
    );
}

#[tokio::test(start_paused = true)]
async fn a_billing_account_shows_its_agreement_to_those_who_may_see_it() {
    let cloud = billed("MicrosoftOnlineServicesProgram").await;
    let accounts = "/providers/Microsoft.Billing/billingAccounts";
    let seen = cloud.get(accounts, "2024-04-01").await.accepted(200);
    assert_eq!(
        seen.body["value"][0]["properties"]["agreementType"],
        "MicrosoftOnlineServicesProgram"
    );
    let none = cloud.of(HOME, STRANGER).get(accounts, "2024-04-01").await;
    assert!(none.names().is_empty());
    cloud
        .of(HOME, STRANGER)
        .get(&format!("{accounts}/acc"), "2024-04-01")
        .await
        .refused("a hidden account", 404, "NotFound");
    let profiles = format!("{accounts}/acc/billingProfiles");
    assert_eq!(cloud.get(&profiles, "2024-04-01").await.names(), ["prof"]);
    let sections = format!("{profiles}/prof/invoiceSections");
    assert_eq!(cloud.get(&sections, "2024-04-01").await.names(), ["sect"]);
    cloud
        .get(&format!("{profiles}/none/invoiceSections"), "2024-04-01")
        .await
        .refused("an unknown profile", 404, "NotFound");
}

fn for_tenant(tenant: Value, owner: Value) -> Value {
    let mut body = body(SCOPE);
    body["properties"]["additionalProperties"] =
        json!({ "subscriptionTenantId": tenant, "subscriptionOwnerId": owner });
    body
}

#[tokio::test(start_paused = true)]
async fn another_tenant_accepts_what_is_made_for_it() {
    let cloud = billed("MicrosoftCustomerAgreement").await;
    for (rule, tenant, owner) in [
        ("an external tenant", json!(CUSTOMERS), json!(OPERATOR)),
        ("an unknown tenant", json!(STRANGER), json!(OPERATOR)),
        ("no owner", json!(DATABASE), Value::Null),
        ("no GUID", json!("database"), json!(DATABASE_ADMIN)),
    ] {
        cloud
            .put(ALIAS, VERSION, for_tenant(tenant, owner))
            .await
            .refused(rule, 400, "InvalidRequestContent");
    }
    let made = cloud
        .put(
            ALIAS,
            VERSION,
            for_tenant(json!(DATABASE), json!(DATABASE_ADMIN)),
        )
        .await
        .accepted(201);
    assert_eq!(made.at("properties.acceptOwnershipState"), "Pending");
    let id = made
        .at("properties.subscriptionId")
        .as_str()
        .unwrap()
        .to_owned();
    let accept = format!("/providers/Microsoft.Subscription/subscriptions/{id}/acceptOwnership");
    let other = cloud.of(DATABASE, DATABASE_ADMIN);
    let wish = Some(json!({ "properties": { "displayName": "rhc-db-core-sub" } }));
    other.post(&accept, VERSION, wish.clone()).await.refused(
        "too early",
        409,
        "SubscriptionNotReady",
    );
    pass(60).await;
    cloud.post(&accept, VERSION, wish.clone()).await.refused(
        "by the maker",
        403,
        "AuthorizationFailed",
    );
    other.post(&accept, VERSION, Some(json!({}))).await.refused(
        "without a name",
        400,
        "InvalidRequestContent",
    );
    let subscription = format!("/subscriptions/{id}");
    other.get(&subscription, "2022-12-01").await.refused(
        "before it is accepted",
        401,
        "InvalidAuthenticationTokenTenant",
    );

    let accepted = other.post(&accept, VERSION, wish).await.accepted(202);
    let link = accepted.header("location").unwrap().to_owned();
    other
        .send(azure_core::http::Method::Get, &link, None)
        .await
        .accepted(202);
    let status = format!("{accept}Status");
    assert_eq!(
        other.get(&status, VERSION).await.at("acceptOwnershipState"),
        "Pending"
    );
    pass(30).await;
    other
        .send(azure_core::http::Method::Get, &link, None)
        .await
        .accepted(200);
    assert_eq!(
        other.get(&status, VERSION).await.at("acceptOwnershipState"),
        "Completed"
    );
    let own = other.get(&subscription, "2022-12-01").await.accepted(200);
    assert_eq!(own.at("tenantId"), &json!(DATABASE));
    assert_eq!(own.at("displayName"), "rhc-db-core-sub");
    cloud.get(&subscription, "2022-12-01").await.refused(
        "by the maker, afterwards",
        401,
        "InvalidAuthenticationTokenTenant",
    );
}
