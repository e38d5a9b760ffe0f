//! What the fake refuses about users, the tenant and its roles.

use crate::place::{ALL, Place, refused};
use rhc_graph::{
    Filter, GLOBAL_ADMINISTRATOR, GraphClient, ListQuery, ObjectId, PasswordProfile, Sensitive,
    TenantType, User,
};
use serde_json::json;
use std::time::Duration;

const PASSWORD: &str = "correct-Horse-7";

fn employee(name: &str) -> User {
    User {
        display_name: Some(name.into()),
        mail_nickname: Some(name.into()),
        account_enabled: Some(true),
        user_principal_name: Some(format!("{name}@home.onmicrosoft.com")),
        password_profile: Some(profile(PASSWORD)),
        ..User::default()
    }
}

fn profile(password: &str) -> PasswordProfile {
    PasswordProfile {
        password: Some(Sensitive::new(password.into())),
        force_change_password_next_sign_in: Some(true),
        ..PasswordProfile::default()
    }
}

fn customer(mail: &str) -> User {
    let password = Sensitive::new(PASSWORD.to_owned());
    User::customer("Test User", mail, "rhcqa.onmicrosoft.com", password)
}

async fn made(graph: &GraphClient, user: &User) -> ObjectId {
    let user = graph.users().create(user).await.unwrap();
    user.object_id().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_employee_needs_five_properties() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let whole = employee("ann");
    for (bad, property) in [
        (
            User {
                display_name: None,
                ..whole.clone()
            },
            "displayName",
        ),
        (
            User {
                mail_nickname: None,
                ..whole.clone()
            },
            "mailNickname",
        ),
        (
            User {
                account_enabled: None,
                ..whole.clone()
            },
            "accountEnabled",
        ),
        (
            User {
                user_principal_name: None,
                ..whole.clone()
            },
            "userPrincipalName",
        ),
        (
            User {
                password_profile: None,
                ..whole.clone()
            },
            "passwordProfile",
        ),
    ] {
        refused(
            graph.users().create(&bad).await,
            400,
            "Request_BadRequest",
            &format!("A value is required for property '{property}'"),
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_principal_name_is_of_a_verified_domain_and_unique() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let foreign = User {
        user_principal_name: Some("ann@example.com".into()),
        ..employee("ann")
    };
    refused(
        graph.users().create(&foreign).await,
        400,
        "InvalidValue",
        "verified domain names",
    );
    let id = made(&graph, &employee("ann")).await;
    refused(
        graph.users().create(&employee("Ann")).await,
        400,
        "ObjectConflict",
        "userPrincipalName already exists",
    );
    let bob = made(&graph, &employee("bob")).await;
    let change = User {
        user_principal_name: Some("ann@home.onmicrosoft.com".into()),
        ..User::default()
    };
    refused(
        graph.users().update(bob, &change).await,
        400,
        "ObjectConflict",
        "userPrincipalName already exists",
    );
    graph.users().update(id, &change).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_weak_password_is_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for weak in ["short1A", "onlyletters", "alllower1", "ONLYUPPER1"] {
        let bad = User {
            password_profile: Some(profile(weak)),
            ..employee("ann")
        };
        refused(
            graph.users().create(&bad).await,
            400,
            "PasswordComplexity",
            "password complexity requirements",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_read_only_and_wrong_properties_of_a_user_are_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for (property, value, expected) in [
        ("favouriteColour", json!("red"), "does not exist"),
        ("creationType", json!("LocalAccount"), "is read-only"),
        ("externalUserState", json!("Accepted"), "is read-only"),
        ("userType", json!("Admin"), "Invalid value"),
        ("usageLocation", json!("USA"), "Invalid value"),
    ] {
        let mut user = employee("ann");
        user.rest.insert(property.into(), value);
        refused(
            graph.users().create(&user).await,
            400,
            "Request_BadRequest",
            expected,
        );
    }
}

#[tokio::test(start_paused = true)]
async fn only_an_external_tenant_has_customers() {
    let place = Place::settled();
    let result = place
        .operator(place.home)
        .users()
        .create(&customer("a@x.org"))
        .await;
    refused(
        result,
        400,
        "InvalidValue",
        "only an external tenant has customers",
    );
    let made = place
        .operator(place.external)
        .users()
        .create(&customer("a@x.org"))
        .await
        .unwrap();
    assert!(
        made.user_principal_name
            .unwrap()
            .ends_with("@rhcqa.onmicrosoft.com")
    );
}

#[tokio::test(start_paused = true)]
async fn a_customers_identity_is_issued_by_the_tenants_domain() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let issued =
        |issuer: &str, id: &str| User::customer("T", id, issuer, Sensitive::new(PASSWORD.into()));
    refused(
        graph
            .users()
            .create(&issued("contoso.onmicrosoft.com", "a@x.org"))
            .await,
        400,
        "InvalidValue",
        "must be a domain of the tenant",
    );
    refused(
        graph
            .users()
            .create(&issued("rhcqa.onmicrosoft.com", "no-mail"))
            .await,
        400,
        "Request_BadRequest",
        "'issuerAssignedId'",
    );
}

#[tokio::test(start_paused = true)]
async fn a_customers_password_does_not_expire() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let expiring = User {
        password_policies: None,
        ..customer("a@x.org")
    };
    refused(
        graph.users().create(&expiring).await,
        400,
        "InvalidValue",
        "DisablePasswordExpiration",
    );
}

#[tokio::test(start_paused = true)]
async fn a_customers_identity_is_unique() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    made(&graph, &customer("a@x.org")).await;
    refused(
        graph.users().create(&customer("A@x.org")).await,
        400,
        "ObjectConflict",
        "identities",
    );
    made(&graph, &customer("b@x.org")).await;
}

#[tokio::test(start_paused = true)]
async fn user_create_is_enough_for_a_customer_and_not_for_an_employee() {
    let place = Place::settled();
    let graph = place.with_scopes(place.external, &["User.Create"]);
    made(&graph, &customer("a@x.org")).await;
    let employee = User {
        user_principal_name: Some("ann@rhcqa.onmicrosoft.com".into()),
        ..employee("ann")
    };
    refused(
        graph.users().create(&employee).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
}

#[tokio::test(start_paused = true)]
async fn a_password_is_never_read_back() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = made(&graph, &employee("ann")).await;
    let path = rhc_graph::Path::new("/v1.0/users").segment(id.to_string());
    let request = rhc_graph::Request::new("x", rhc_graph::Method::Get, path)
        .query("$select", "id,passwordProfile");
    let answer = graph.send(request).await.unwrap();
    assert!(!String::from_utf8_lossy(&answer.body).contains("passwordProfile\":"));
    assert!(
        !place
            .world
            .to_json()
            .unwrap()
            .to_string()
            .contains(PASSWORD),
        "not even in the state"
    );
}

#[tokio::test(start_paused = true)]
async fn an_application_needs_its_own_permission_for_passwords() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let id = made(&graph, &employee("ann")).await;
    let change = User {
        password_profile: Some(profile("another-Horse-8")),
        ..User::default()
    };
    let (app, _) = place.application("hr", &["User.ReadWrite.All"]).await;
    refused(
        app.users().update(id, &change).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
    let (app, _) = place
        .application("reset", &["User-PasswordProfile.ReadWrite.All"])
        .await;
    app.users().update(id, &change).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_administrator_is_not_touched_by_lesser_callers() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let admin = graph.me().await.unwrap().object_id().unwrap();
    let (app, _) = place
        .application(
            "hr",
            &["User.ReadWrite.All", "User-PasswordProfile.ReadWrite.All"],
        )
        .await;
    refused(
        app.users().delete(admin).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
    let change = User {
        password_profile: Some(profile("another-Horse-8")),
        ..User::default()
    };
    refused(
        app.users().update(admin, &change).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
    let id = made(&graph, &employee("ann")).await;
    app.users().delete(id).await.unwrap();
    assert_eq!(graph.users().get_opt(id).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_user_comes_back_unless_its_name_is_taken() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let first = made(&graph, &employee("ann")).await;
    graph.users().delete(first).await.unwrap();
    let second = made(&graph, &employee("ann")).await;
    refused(
        graph.deleted_items().restore(first).await,
        400,
        "ObjectConflict",
        "userPrincipalName",
    );
    graph.users().delete(second).await.unwrap();
    graph.deleted_items().restore(first).await.unwrap();
    let deleted = graph
        .deleted_items()
        .users(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    assert_eq!(
        deleted
            .iter()
            .filter_map(|user| user.id)
            .collect::<Vec<_>>(),
        [second]
    );
}

#[tokio::test(start_paused = true)]
async fn there_is_no_me_for_an_application() {
    let place = Place::settled();
    let (app, _) = place.application("app", &["User.Read.All"]).await;
    refused(
        app.me().await,
        400,
        "BadRequest",
        "delegated authentication flow",
    );
}

#[tokio::test(start_paused = true)]
async fn guests_and_external_accounts_are_told_apart() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let guests = ListQuery::filter(Filter::eq("userType", "Guest"));
    assert_eq!(graph.users().list(guests).collect_all().await.unwrap(), []);
    let holders = graph
        .roles()
        .holders(GLOBAL_ADMINISTRATOR)
        .collect_all()
        .await
        .unwrap();
    let users: Vec<_> = holders
        .iter()
        .filter_map(|held| held.principal.as_ref()?.as_user())
        .collect();
    assert!(users.len() == 1 && users[0].is_external(), "{users:?}");
    place.world.with(|state| {
        state
            .directory()
            .add_administrator(place.external, "root")
            .unwrap()
    });
    let holders = graph
        .roles()
        .holders(GLOBAL_ADMINISTRATOR)
        .collect_all()
        .await
        .unwrap();
    let native = |held: &&rhc_graph::RoleAssignment| {
        held.principal
            .as_ref()
            .and_then(|principal| principal.as_user())
            .is_some_and(|user| !user.is_external())
    };
    assert_eq!(
        (holders.len(), holders.iter().filter(native).count()),
        (2, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn the_tenant_says_what_it_is() {
    let place = Place::settled();
    for (tenant, kind, domain) in [
        (place.home, TenantType::Workforce, "home.onmicrosoft.com"),
        (
            place.external,
            TenantType::External,
            "rhcqa.onmicrosoft.com",
        ),
    ] {
        let graph = place.operator(tenant);
        let organization = graph.organization().get().await.unwrap();
        assert_eq!(organization.id.unwrap().to_string(), tenant.to_string());
        assert_eq!(organization.tenant_type.as_ref(), Some(&kind));
        assert_eq!(organization.initial_domain(), Some(domain));
        let domains = graph.organization().domains().collect_all().await.unwrap();
        assert_eq!(domains[0].id.as_deref(), Some(domain));
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_is_found_by_its_principal_name() {
    let place = Place::lagging();
    let graph = place.with_scopes(place.home, ALL);
    made(&graph, &employee("ann")).await;
    refused(
        graph.users().get("ann@home.onmicrosoft.com").await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    tokio::time::sleep(Duration::from_secs(6)).await;
    let ann = graph.users().get("ann@home.onmicrosoft.com").await.unwrap();
    assert_eq!(
        (ann.account_enabled, ann.user_type.as_deref()),
        (Some(true), Some("Member"))
    );
}
