//! The refusal that matters most of each operation.

use crate::{
    FLOW, HP2, NAME, SMX, SUBSCRIPTION, customers, live, live_vault, over_directories, over_flows,
    over_listeners, over_vault, pin, policy, with_scopes,
};
use rhc_core::testing::refusal;
use rhc_external_id::{EMAIL_PASSWORD, FlowAttribute, SignatureAlgorithm, UserFlow};

const NOBODY: &str = "66666666-6666-4666-8666-666666666666";

macro_rules! user_flows {
    ($($test:ident: $name:literal => |$flows:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            let call = over_flows(|$flows| async move { refusal($call) });
            pin($name, crate::fixtures().run($name, customers(), call).await);
        })*
    };
}

fn flow(name: &str, app: &str) -> UserFlow {
    let attributes = ["email", "displayName"].map(FlowAttribute::built_in);
    UserFlow::invitation_only(name, [app], attributes.to_vec())
}

user_flows! {
    create_taken: "userFlows.create.taken" => |flows| flows.create(&flow("rhc-qa-signin", SMX)).await;
    update_missing: "userFlows.update.missing" => |flows| flows.update(NOBODY, &UserFlow { description: Some("x".into()), ..UserFlow::default() }).await;
    delete_missing: "userFlows.delete.missing" => |flows| flows.delete(NOBODY).await;
    applications_list_missing: "userFlows.applications.list.missing" => |flows| flows.applications(NOBODY).list().collect_all().await;
    applications_attach_missing: "userFlows.applications.attach.missing" => |flows| flows.applications(FLOW).attach(NOBODY.parse().unwrap()).await;
    applications_detach_missing: "userFlows.applications.detach.missing" => |flows| flows.applications(FLOW).detach(SMX.parse().unwrap()).await;
    identity_providers_list_missing: "userFlows.identityProviders.list.missing" => |flows| flows.identity_providers(NOBODY).list().collect_all().await;
    identity_providers_add_unknown: "userFlows.identityProviders.add.unknown" => |flows| flows.identity_providers(FLOW).add("Nobody-OAUTH").await;
    identity_providers_remove_last: "userFlows.identityProviders.remove.last" => |flows| {
        flows.identity_providers(FLOW).remove("EmailOtpSignup-OAUTH").await?;
        flows.identity_providers(FLOW).remove(EMAIL_PASSWORD).await
    };
    attributes_list_missing: "userFlows.attributes.list.missing" => |flows| flows.attributes(NOBODY).list().collect_all().await;
    attributes_add_unknown: "userFlows.attributes.add.unknown" => |flows| flows.attributes(FLOW).add("favouriteColour").await;
    attributes_remove_missing: "userFlows.attributes.remove.missing" => |flows| flows.attributes(FLOW).remove("displayName").await;
}

#[tokio::test]
async fn get_missing() {
    let name = "userFlows.get.missing";
    let call = over_flows(|flows| async move { flows.get_opt(HP2).await });
    pin(name, crate::fixtures().run(name, customers(), call).await);
}

#[tokio::test]
async fn list_denied() {
    let name = "userFlows.list.denied";
    let call = over_flows(|flows| async move { refusal(flows.list().collect_all().await) });
    let live = with_scopes(&["User.Read"]);
    pin(name, crate::fixtures().run(name, live, call).await);
}

#[tokio::test]
async fn listeners_denied() {
    let name = "eventListeners.list.denied";
    let call = over_listeners(|all| async move { refusal(all.list().collect_all().await) });
    let live = with_scopes(&["User.Read"]);
    pin(name, crate::fixtures().run(name, live, call).await);
}

#[tokio::test]
async fn check_name_without_subscription() {
    let name = "ciamDirectories.checkNameAvailability.subscription";
    assert_ne!(NOBODY, SUBSCRIPTION);
    let call = over_directories(|directories| async move {
        let subscription = NOBODY.parse().unwrap();
        refusal(directories.check_name(&subscription, "rhcqa", "US").await)
    });
    pin(name, crate::fixtures().run(name, live(&[]), call).await);
}

macro_rules! vault {
    ($($test:ident: $name:literal, $made:literal => |$vault:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            let call = over_vault(|$vault| async move { refusal($call) });
            pin($name, crate::fixtures().run($name, live_vault($made, true), call).await);
        })*
    };
}

vault! {
    certificates_create_name: "certificates.create.name", false => |vault| vault.create_certificate("rhc_hp2", &policy()).await;
    keys_sign_missing: "keys.sign.missing", false => |vault| vault.sign(NAME, "0123", &SignatureAlgorithm::Ps256, &[7; 32]).await.map(drop);
}

#[tokio::test]
async fn certificate_versions_behind_the_firewall() {
    let name = "certificates.versions.firewall";
    let call =
        over_vault(
            |vault| async move { refusal(vault.certificate_versions(NAME).collect_all().await) },
        );
    pin(
        name,
        crate::fixtures()
            .run(name, live_vault(false, false), call)
            .await,
    );
}

#[tokio::test]
async fn certificates_operation_missing() {
    let name = "certificates.operation.missing";
    let call = over_vault(|vault| async move { vault.operation(NAME).await });
    let live = live_vault(false, true);
    pin(name, crate::fixtures().run(name, live, call).await);
}
