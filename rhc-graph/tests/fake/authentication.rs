//! What the fake does with the methods by which users prove who they are, and refuses about them.

use crate::place::{Place, raw, refused};
use rhc_graph::{
    AuthenticationMethod, GLOBAL_ADMINISTRATOR, GraphClient, Method, MethodConfiguration,
    MethodOperationStatus, MethodState, MethodTarget, ObjectId, Path, PhoneType, RegisteredMethod,
    RoleAssignment, Sensitive, SignInMethod, TemporaryAccessPass, User, UserAuthentication,
};
use serde_json::{Value, json};
use std::time::Duration;

const MOBILE: &str = "3179e48a-750b-4051-897c-87b9720928f7";
const ALTERNATE: &str = "b6332ec1-7057-4abe-9331-3d72feddfe41";

async fn customer(graph: &GraphClient, name: &str) -> ObjectId {
    let mail = format!("{name}@example.com");
    let password = Sensitive::new("correct-Horse-7".to_owned());
    let user = User::customer(name, mail, "rhcqa.onmicrosoft.com", password);
    graph.users().create(&user).await.unwrap().id.unwrap()
}

async fn ann(graph: &GraphClient) -> UserAuthentication {
    let id = customer(graph, "ann").await;
    graph.users().authentication(id)
}

async fn allow(graph: &GraphClient, method: SignInMethod, change: MethodConfiguration) {
    let on = MethodConfiguration {
        state: Some(MethodState::Enabled),
        ..change
    };
    graph.policies().update_method(method, &on).await.unwrap();
}

async fn allow_sms(graph: &GraphClient, id: &str) {
    let target = MethodTarget {
        target_type: Some("group".into()),
        id: Some(id.into()),
        is_usable_for_sign_in: Some(true),
        ..MethodTarget::default()
    };
    let change = MethodConfiguration {
        include_targets: Some(vec![target]),
        ..MethodConfiguration::default()
    };
    allow(graph, SignInMethod::Sms, change).await;
}

#[tokio::test(start_paused = true)]
async fn everybody_has_a_password_and_nothing_else_at_first() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let ann = ann(&graph).await;
    let all = ann.methods().collect_all().await.unwrap();
    let kinds: Vec<_> = all.iter().map(|one| one.odata_type.clone()).collect();
    let password = "#microsoft.graph.passwordAuthenticationMethod";
    assert_eq!(kinds, [Some(password.to_owned())]);
    let read = ann.passwords().get().await.unwrap();
    assert_eq!(read.password, None);
    for method in [RegisteredMethod::Fido2, RegisteredMethod::SoftwareOath] {
        let registered = ann.registered(method);
        assert_eq!(registered.list().collect_all().await.unwrap(), []);
        let missing = registered.delete("nothing").await;
        refused(missing, 404, "Request_ResourceNotFound", "does not exist");
    }
    let nobody = graph.users().authentication(ObjectId::new(place.home));
    let missing = nobody.methods().collect_all().await;
    refused(missing, 404, "Request_ResourceNotFound", "does not exist");
}

#[tokio::test(start_paused = true)]
async fn a_password_is_set_by_a_person_for_another_and_takes_a_while() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let ann = ann(&graph).await;
    let reset = ann.passwords().reset(None).await.unwrap();
    let made = reset.new_password.unwrap();
    assert!(made.expose().len() >= 8);
    let operation = reset.operation.unwrap();
    let status = async || ann.operation(&operation).await.unwrap().status;
    assert_eq!(status().await, Some(MethodOperationStatus::Running));
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(status().await, Some(MethodOperationStatus::Succeeded));
    // The one that was made up is good enough to be given.
    let given = ann.passwords().reset(Some(made)).await.unwrap();
    assert_eq!(given.new_password, None);
    let weak = ann
        .passwords()
        .reset(Some("aaaaaaaa".to_owned().into()))
        .await;
    refused(weak, 400, "PasswordComplexity", "complexity");
    let me = graph.me().await.unwrap().id.unwrap();
    let own = graph.users().authentication(me).passwords();
    refused(own.reset(None).await, 400, "badRequest", "own password");
}

#[tokio::test(start_paused = true)]
async fn an_application_sets_no_password_and_no_administrators_methods() {
    let place = Place::settled();
    let home = place.operator(place.home);
    let all = ["UserAuthenticationMethod.ReadWrite.All", "User.Read.All"];
    let (app, _) = place.application("robot", &all).await;
    let employee = User {
        display_name: Some("Ann".into()),
        mail_nickname: Some("ann".into()),
        account_enabled: Some(true),
        user_principal_name: Some("ann@home.onmicrosoft.com".into()),
        password_profile: Some(rhc_graph::PasswordProfile {
            password: Some("correct-Horse-7".to_owned().into()),
            ..rhc_graph::PasswordProfile::default()
        }),
        ..User::default()
    };
    let id = home.users().create(&employee).await.unwrap().id.unwrap();
    let denied = "Authorization_RequestDenied";
    let ann = app.users().authentication(id);
    refused(ann.passwords().reset(None).await, 403, denied, "");
    ann.emails().create("ann@example.com").await.unwrap();
    let role = RoleAssignment::whole_directory(id, GLOBAL_ADMINISTRATOR);
    home.roles().assign(&role).await.unwrap();
    let mail = ann.emails().list().collect_all().await.unwrap();
    let mail = mail[0].id.clone().unwrap();
    refused(ann.emails().delete(&mail).await, 403, denied, "");
    // Another Global Administrator may.
    let by_other = home.users().authentication(id);
    by_other.emails().delete(&mail).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_mail_address_is_one_and_there_is_one() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let emails = ann(&graph).await.emails();
    for wrong in [
        "",
        "ann",
        "ann@example",
        "a b@example.com",
        "ann@@example.com",
    ] {
        refused(emails.create(wrong).await, 400, "badRequest", "not valid");
    }
    let made = emails.create("ann@example.com").await.unwrap();
    let id = made.id.unwrap();
    let second = emails.create("bob@example.com").await;
    refused(second, 400, "badRequest", "already");
    emails.update(&id, "bob@example.com").await.unwrap();
    let read = emails.get(&id).await.unwrap();
    assert_eq!(read.email_address.as_deref(), Some("bob@example.com"));
    emails.delete(&id).await.unwrap();
    let missing = emails.update(&id, "bob@example.com").await;
    refused(missing, 404, "Request_ResourceNotFound", "does not exist");
}

#[tokio::test(start_paused = true)]
async fn an_alternate_telephone_comes_after_the_mobile_one_and_goes_before_it() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let phones = ann(&graph).await.phones();
    let alternate = phones
        .create(&PhoneType::AlternateMobile, "+1 2065555551")
        .await;
    refused(alternate, 400, "badRequest", "needs a mobile phone");
    let wrong = phones.create(&PhoneType::Mobile, "206-555").await;
    refused(wrong, 400, "badRequest", "not valid");
    let unknown = phones
        .create(&PhoneType::Unknown("fax".into()), "+1 2065555551")
        .await;
    refused(unknown, 400, "Request_BadRequest", "'phoneType'");
    for (kind, number) in [
        (PhoneType::Mobile, "+1 2065555551"),
        (PhoneType::AlternateMobile, "+1 2065555552"),
        (PhoneType::Office, "+1 2065555553x4"),
    ] {
        let made = phones.create(&kind, number).await.unwrap();
        assert_eq!(made.id.as_deref(), kind.method_id().ok());
        let again = phones.create(&kind, number).await;
        refused(again, 400, "badRequest", "already");
    }
    refused(phones.delete(MOBILE).await, 400, "badRequest", "alternate");
    phones.update(MOBILE, "+1 2065555559").await.unwrap();
    phones.delete(ALTERNATE).await.unwrap();
    phones.delete(MOBILE).await.unwrap();
    let left = phones.list().collect_all().await.unwrap();
    assert_eq!(left[0].phone_type, Some(PhoneType::Office));
}

#[tokio::test(start_paused = true)]
async fn the_type_of_a_telephone_stays_and_the_service_says_how_it_stands() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let id = customer(&graph, "ann").await;
    let phones = graph.users().authentication(id).phones();
    phones
        .create(&PhoneType::Mobile, "+1 2065555551")
        .await
        .unwrap();
    let path = || {
        Path::new("/v1.0/users")
            .segment(id.to_string())
            .fixed("/authentication/phoneMethods")
            .segment(MOBILE)
    };
    let change = async |body: Value| {
        let answer = graph.request::<Value>("x", Method::Patch, path(), Some(&body));
        answer.await.map(drop)
    };
    let office = json!({"phoneNumber": "+1 2065555552", "phoneType": "office"});
    refused(change(office).await, 400, "badRequest", "type of a phone");
    let state = json!({"phoneNumber": "+1 2065555552", "smsSignInState": "ready"});
    refused(change(state).await, 400, "Request_BadRequest", "read-only");
}

#[tokio::test(start_paused = true)]
async fn one_signs_in_by_text_message_where_the_policy_lets_him_and_nobody_else_has_the_number() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let stands = |method: AuthenticationMethod| method.sms_sign_in_state.unwrap_or_default();
    let ann = ann(&graph).await.phones();
    let made = ann
        .create(&PhoneType::Mobile, "+1 2065555551")
        .await
        .unwrap();
    assert_eq!(stands(made), "notAllowedByPolicy");
    let not_allowed = ann.enable_sms_sign_in(MOBILE).await;
    refused(not_allowed, 400, "badRequest", "policy");
    allow_sms(&graph, "all_users").await;
    assert_eq!(stands(ann.get(MOBILE).await.unwrap()), "notEnabled");
    ann.enable_sms_sign_in(MOBILE).await.unwrap();
    assert_eq!(stands(ann.get(MOBILE).await.unwrap()), "ready");
    // Whoever gets a telephone while it is allowed is made ready by the service, but not with another's number.
    let bob = customer(&graph, "bob").await;
    let bob = graph.users().authentication(bob).phones();
    let same = bob
        .create(&PhoneType::Mobile, "+1 2065555551")
        .await
        .unwrap();
    assert_eq!(stands(same), "phoneNumberNotUnique");
    refused(
        bob.enable_sms_sign_in(MOBILE).await,
        400,
        "badRequest",
        "not unique",
    );
    bob.update(MOBILE, "+1 2065555552").await.unwrap();
    bob.enable_sms_sign_in(MOBILE).await.unwrap();
    bob.disable_sms_sign_in(MOBILE).await.unwrap();
    assert_eq!(stands(bob.get(MOBILE).await.unwrap()), "notEnabled");
    let cleo = customer(&graph, "cleo").await;
    let cleo = graph.users().authentication(cleo).phones();
    let ready = cleo
        .create(&PhoneType::Mobile, "+1 2065555553")
        .await
        .unwrap();
    assert_eq!(stands(ready), "ready");
    let office = cleo
        .create(&PhoneType::Office, "+1 2065555554")
        .await
        .unwrap();
    let office = office.id.unwrap();
    assert_eq!(stands(cleo.get(&office).await.unwrap()), "notSupported");
    refused(
        cleo.enable_sms_sign_in(&office).await,
        400,
        "badRequest",
        "Only a mobile",
    );
    // A policy for a group that she is not in is none for her.
    allow_sms(&graph, "0c000000-0000-4000-8000-000000000001").await;
    assert_eq!(
        stands(cleo.get(MOBILE).await.unwrap()),
        "notAllowedByPolicy"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pass_counts_for_its_time_and_shows_its_code_once() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let passes = ann(&graph).await.temporary_access_passes();
    let plain = TemporaryAccessPass::default();
    let disabled = passes.create(&plain).await;
    refused(disabled, 400, "badRequest", "not enabled");
    allow(
        &graph,
        SignInMethod::TemporaryAccessPass,
        MethodConfiguration::default(),
    )
    .await;
    let made = passes.create(&plain).await.unwrap();
    assert_eq!(made.temporary_access_pass.unwrap().expose().len(), 8);
    assert_eq!(
        (made.lifetime_in_minutes, made.is_usable),
        (Some(60), Some(true))
    );
    let id = made.id.unwrap();
    let read = passes.get(&id).await.unwrap();
    assert_eq!(read.temporary_access_pass, None);
    tokio::time::sleep(Duration::from_secs(61 * 60)).await;
    let read = passes.get(&id).await.unwrap();
    assert_eq!(read.method_usability_reason.as_deref(), Some("Expired"));
    // Another takes its place.
    let next = passes.create(&plain).await.unwrap().id.unwrap();
    assert_eq!(passes.list().collect_all().await.unwrap().len(), 1);
    refused(passes.get(&id).await, 404, "Request_ResourceNotFound", "");
    let off = MethodConfiguration {
        state: Some(MethodState::Disabled),
        ..MethodConfiguration::default()
    };
    let policies = graph.policies();
    policies
        .update_method(SignInMethod::TemporaryAccessPass, &off)
        .await
        .unwrap();
    let read = passes.get(&next).await.unwrap();
    assert_eq!(
        read.method_usability_reason.as_deref(),
        Some("DisabledByPolicy")
    );
    passes.delete(&next).await.unwrap();
    assert_eq!(passes.list().collect_all().await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_pass_stays_within_the_policys_limits() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let passes = ann(&graph).await.temporary_access_passes();
    let limits = MethodConfiguration {
        minimum_lifetime_in_minutes: Some(10),
        maximum_lifetime_in_minutes: Some(120),
        default_lifetime_in_minutes: Some(30),
        default_length: Some(12),
        is_usable_once: Some(true),
        ..MethodConfiguration::default()
    };
    allow(&graph, SignInMethod::TemporaryAccessPass, limits).await;
    let lasting = |minutes: i64| TemporaryAccessPass {
        lifetime_in_minutes: Some(minutes),
        ..TemporaryAccessPass::default()
    };
    for minutes in [9, 121] {
        let wrong = passes.create(&lasting(minutes)).await;
        refused(wrong, 400, "badRequest", "between 10 and 120");
    }
    let often = TemporaryAccessPass {
        is_usable_once: Some(false),
        ..TemporaryAccessPass::default()
    };
    refused(passes.create(&often).await, 400, "badRequest", "one-time");
    let past = TemporaryAccessPass {
        start_date_time: Some("2020-01-01T00:00:00Z".into()),
        ..TemporaryAccessPass::default()
    };
    refused(passes.create(&past).await, 400, "badRequest", "past");
    let later = TemporaryAccessPass {
        start_date_time: Some("2099-01-01T00:00:00Z".into()),
        ..lasting(120)
    };
    let made = passes.create(&later).await.unwrap();
    assert_eq!(made.method_usability_reason.as_deref(), Some("NotYetValid"));
    assert_eq!(made.is_usable_once, Some(true));
    assert_eq!(made.temporary_access_pass.unwrap().expose().len(), 12);
    let given = TemporaryAccessPass {
        temporary_access_pass: Some("mine".to_owned().into()),
        ..TemporaryAccessPass::default()
    };
    refused(
        passes.create(&given).await,
        400,
        "Request_BadRequest",
        "read-only",
    );
}

#[tokio::test(start_paused = true)]
async fn passkeys_are_listed_by_whoever_may_read_passkeys() {
    // What a person consented to once is in every later token of his: nobody made a user here.
    let place = Place::settled();
    let reader = place.with_scopes(place.external, &["UserAuthenticationMethod.Read.All"]);
    let nobody = reader.users().authentication(ObjectId::new(place.home));
    let passkeys = nobody.registered(RegisteredMethod::Fido2);
    let denied = passkeys.list().collect_all().await;
    refused(denied, 403, "Authorization_RequestDenied", "");
    let apps = nobody.registered(RegisteredMethod::SoftwareOath);
    let missing = apps.list().collect_all().await;
    refused(missing, 404, "Request_ResourceNotFound", "does not exist");
}

#[tokio::test(start_paused = true)]
async fn the_whole_policy_changes_in_one_go_or_not_at_all() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let path = "/v1.0/policies/authenticationMethodsPolicy";
    let named = |kind: &str, id: &str, own: Value| {
        let mut method = own;
        method["@odata.type"] = json!(format!(
            "#microsoft.graph.{kind}AuthenticationMethodConfiguration"
        ));
        method["id"] = json!(id);
        method
    };
    let voice = named("voice", "Voice", json!({"state": "enabled"}));
    for (second, code, words) in [
        (
            named("sms", "Fido2", json!({})),
            "BadRequest",
            "'@odata.type'",
        ),
        (
            named("fido2", "Fido2", json!({"colour": "red"})),
            "Request_BadRequest",
            "'colour' does not exist",
        ),
        (
            named(
                "temporaryAccessPass",
                "TemporaryAccessPass",
                json!({"defaultLifetimeInMinutes": 5}),
            ),
            "Request_BadRequest",
            "defaultLifetimeInMinutes",
        ),
    ] {
        let body = json!({"authenticationMethodConfigurations": [voice, second]});
        let answer = raw(&graph, Method::Patch, path, Some(body)).await;
        refused(answer, 400, code, words);
    }
    let campaign = json!({"registrationEnforcement": {"authenticationMethodsRegistrationCampaign": {"state": "perhaps"}}});
    let answer = raw(&graph, Method::Patch, path, Some(campaign)).await;
    refused(answer, 400, "Request_BadRequest", "Invalid value");
    let before = graph.policies().method(SignInMethod::Voice).await.unwrap();
    assert_eq!(before.state, Some(MethodState::Disabled));
    let policy = rhc_graph::AuthenticationMethodsPolicy {
        authentication_method_configurations: serde_json::from_value(json!([voice])).unwrap(),
        ..rhc_graph::AuthenticationMethodsPolicy::default()
    };
    let policies = graph.policies();
    policies
        .update_authentication_methods(&policy)
        .await
        .unwrap();
    let whole = policies.authentication_methods().await.unwrap();
    let methods = whole.authentication_method_configurations.unwrap();
    let on = methods
        .iter()
        .filter(|own| own.state == Some(MethodState::Enabled));
    assert_eq!(
        on.filter_map(|own| own.id.as_deref()).collect::<Vec<_>>(),
        ["Voice"]
    );
    policies.reset_method(SignInMethod::Voice).await.unwrap();
    let after = policies.method(SignInMethod::Voice).await.unwrap();
    assert_eq!(after.state, Some(MethodState::Disabled));
}
