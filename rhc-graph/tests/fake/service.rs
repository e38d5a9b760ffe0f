//! What holds for all operations: tokens, permissions, queries, pages, bodies, policies, added routes.

use crate::place::{Place, raw, refused};
use rhc_core::fake::{State, World, WorldOptions};
use rhc_graph::fake::{Call, Refusal, Reply, Route, register};
use rhc_graph::{
    Application, ConditionalAccessPolicy, Filter, Group, ListQuery, Method, Path, Request, Settling,
};
use serde_json::json;
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_token_of_somebody_else_is_refused() {
    let place = Place::settled();
    let graph = place.client(rhc_core::testing::FixedCredential::new());
    refused(
        graph.me().await,
        401,
        "InvalidAuthenticationToken",
        "Invalid signature",
    );
}

/// A request with this token and body, past the client: status and code.
async fn sent(place: &Place, token: Option<&str>, body: Option<String>) -> (u16, String) {
    let target = "https://graph.microsoft.com/v1.0/groups".parse().unwrap();
    let method = if body.is_some() { "POST" } else { "GET" };
    let mut request = azure_core::http::Request::new(target, method.parse().unwrap());
    if let Some(token) = token {
        request.insert_header("authorization", format!("Bearer {token}"));
    }
    if let Some(body) = body {
        request.insert_header("content-type", "application/json");
        request.set_body(body);
    }
    let answer = place.world.transport().execute_request(&request).await;
    let answer = answer.unwrap();
    let status = answer.status().into();
    let body = answer.into_body().collect().await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    (
        status,
        body["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_token_for_another_service_or_from_another_time_and_too_much_are_refused() {
    let place = Place::settled();
    let mint = |service: &str| {
        place.world.with(|state| {
            let user = state.directory().operator(place.home).unwrap();
            let client = rhc_core::fake::directory::AZURE_CLI;
            let scope = format!("{service}/.default");
            let minted =
                rhc_core::fake::authority::person_token(state, place.home, user, client, &scope);
            minted.unwrap().token.secret().to_owned()
        })
    };
    let refused = (401, "InvalidAuthenticationToken".to_owned());
    let good = mint("https://graph.microsoft.com");
    let arm = mint("https://management.azure.com");
    assert_eq!(sent(&place, None, None).await, refused);
    assert_eq!(sent(&place, Some("a.b.c"), None).await, refused);
    assert_eq!(sent(&place, Some(&arm), None).await, refused);
    assert_eq!(sent(&place, Some(&good), None).await.0, 200);
    let too_large = Some(format!("\"{}\"", "x".repeat(5 * 1024 * 1024)));
    assert_eq!(
        sent(&place, Some(&good), too_large).await,
        (413, "RequestEntityTooLarge".to_owned())
    );
    tokio::time::sleep(Duration::from_secs(2 * 60 * 60)).await;
    assert_eq!(sent(&place, Some(&good), None).await, refused);
}

#[tokio::test(start_paused = true)]
async fn an_object_of_another_tenant_is_not_there() {
    let place = Place::settled();
    let application = Application {
        display_name: Some("a".into()),
        ..Application::default()
    };
    let made = place
        .operator(place.home)
        .applications()
        .create(&application)
        .await
        .unwrap();
    let other = place.operator(place.other);
    assert_eq!(
        other
            .applications()
            .get_opt(made.object_id().unwrap())
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        other
            .applications()
            .list(ListQuery::default())
            .collect_all()
            .await
            .unwrap(),
        []
    );
}

#[tokio::test(start_paused = true)]
async fn each_operation_asks_for_its_permission() {
    let place = Place::settled();
    // A permission that nothing of this needs; consent grows, so that each tenant is asked for one thing only.
    let graph = place.with_scopes(place.other, &["EventListener.Read.All"]);
    let id = "/v1.0/groups/6d97229a-391f-473a-893f-f0608b592d7b";
    for (method, path, body) in [
        (Method::Get, "/v1.0/applications", None),
        (
            Method::Post,
            "/v1.0/applications",
            Some(json!({"displayName": "a"})),
        ),
        (Method::Get, "/v1.0/servicePrincipals", None),
        (Method::Post, "/v1.0/servicePrincipals", Some(json!({}))),
        (Method::Get, "/v1.0/groups", None),
        (Method::Post, "/v1.0/groups", Some(json!({}))),
        (Method::Patch, id, Some(json!({}))),
        (Method::Delete, id, None),
        (Method::Get, "/v1.0/users", None),
        (Method::Post, "/v1.0/users", Some(json!({}))),
        (Method::Get, "/v1.0/domains", None),
        (
            Method::Get,
            "/v1.0/roleManagement/directory/roleAssignments",
            None,
        ),
        (
            Method::Get,
            "/v1.0/directory/deletedItems/microsoft.graph.user",
            None,
        ),
        (
            Method::Patch,
            "/v1.0/policies/authorizationPolicy",
            Some(json!({})),
        ),
        (
            Method::Patch,
            "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy",
            Some(json!({})),
        ),
        (
            Method::Patch,
            "/v1.0/policies/crossTenantAccessPolicy/default",
            Some(json!({})),
        ),
        (
            Method::Patch,
            "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email",
            Some(json!({})),
        ),
        (
            Method::Get,
            "/v1.0/identity/conditionalAccess/policies",
            None,
        ),
        (
            Method::Post,
            "/v1.0/identity/conditionalAccess/policies",
            Some(json!({})),
        ),
    ] {
        let result = raw(&graph, method, path, body).await;
        refused(
            result,
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn reading_does_not_allow_writing() {
    let place = Place::settled();
    let graph = place.with_scopes(
        place.other,
        &["Application.Read.All", "Group.Read.All", "User.Read.All"],
    );
    graph
        .applications()
        .list(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    let result = graph
        .applications()
        .create(&Application {
            display_name: Some("a".into()),
            ..Application::default()
        })
        .await;
    refused(result, 403, "Authorization_RequestDenied", "Insufficient");
    refused(
        graph.groups().create(&Group::security("a", "a")).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
    refused(
        graph.users().create(&Default::default()).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_path_method_or_version_is_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    refused(
        raw(&graph, Method::Get, "/v1.0/nonsense", None).await,
        400,
        "BadRequest",
        "segment 'nonsense'",
    );
    refused(
        raw(&graph, Method::Get, "/v2.0/me", None).await,
        400,
        "BadRequest",
        "Invalid version: v2.0",
    );
    refused(
        raw(&graph, Method::Put, "/v1.0/groups", Some(json!({}))).await,
        405,
        "Request_BadRequest",
        "not allowed",
    );
    refused(
        raw(&graph, Method::Get, "/v1.0/groups/not-an-id", None).await,
        400,
        "Request_BadRequest",
        "Invalid object identifier",
    );
    refused(
        raw(&graph, Method::Get, "/v1.0/groups(displayName='x')", None).await,
        400,
        "BadRequest",
        "not a key",
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_is_json_and_says_so() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let post = || Request::new("x", Method::Post, Path::new("/v1.0/groups"));
    for (kind, body) in [
        ("application/json", "{not json"),
        ("application/json", "[]"),
        ("text/plain", "{}"),
    ] {
        let result = graph.send(post().body(kind, body)).await;
        refused(
            result,
            400,
            "BadRequest",
            "Unable to read JSON request payload",
        );
    }
    refused(graph.send(post()).await, 400, "BadRequest", "Empty Payload");
}

#[tokio::test(start_paused = true)]
async fn a_query_names_what_exists_and_is_understood() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let list = async |query: ListQuery| graph.groups().list(query).collect_all().await;
    refused(
        list(ListQuery::default().select(["id", "nmae"])).await,
        400,
        "BadRequest",
        "Could not find a property named 'nmae'",
    );
    refused(
        list(ListQuery::filter(Filter::eq("nmae", "x"))).await,
        400,
        "BadRequest",
        "Could not find a property named 'nmae'",
    );
    refused(
        list(ListQuery::filter(Filter::raw("displayName = 'x'"))).await,
        400,
        "BadRequest",
        "Invalid filter clause",
    );
    refused(
        list(ListQuery::filter(Filter::raw("displayName ne 'x'"))).await,
        400,
        "Request_UnsupportedQuery",
        "ConsistencyLevel:eventual",
    );
    let advanced = ListQuery {
        advanced: true,
        ..ListQuery::filter(Filter::raw("displayName ne 'x'"))
    };
    list(advanced).await.unwrap();
    refused(
        raw(&graph, Method::Get, "/v1.0/groups?$count=true", None).await,
        400,
        "Request_UnsupportedQuery",
        "$count",
    );
    refused(
        raw(&graph, Method::Get, "/v1.0/groups?$apply=x", None).await,
        400,
        "BadRequest",
        "'$apply' is not supported",
    );
    refused(
        list(ListQuery {
            expand: Some("members".into()),
            ..ListQuery::default()
        })
        .await,
        400,
        "BadRequest",
        "$expand",
    );
    let holders = graph.roles().assignments(ListQuery {
        expand: Some("role".into()),
        ..ListQuery::default()
    });
    refused(holders.collect_all().await, 400, "BadRequest", "'role'");
    let sorted = Filter::eq("displayName", "x");
    let request = Request::new("x", Method::Get, Path::new("/v1.0/groups"))
        .query("$filter", sorted.to_string())
        .query("$orderby", "displayName");
    refused(
        graph.send(request).await,
        400,
        "Request_UnsupportedQuery",
        "Sorting not supported",
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_list_comes_in_pages_with_its_filter() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for number in 0..230 {
        let kind = if number % 2 == 0 { "even" } else { "odd" };
        graph
            .groups()
            .create(&Group::security(format!("{kind}-{number}"), "g"))
            .await
            .unwrap();
    }
    let before = place.world.request_count();
    let all = graph
        .groups()
        .list(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    assert_eq!((all.len(), place.world.request_count() - before), (230, 3));
    let query = ListQuery {
        top: Some(50),
        ..ListQuery::filter(Filter::starts_with("displayName", "even-"))
            .select(["id", "displayName"])
    };
    let before = place.world.request_count();
    let even = graph.groups().list(query).collect_all().await.unwrap();
    assert_eq!((even.len(), place.world.request_count() - before), (115, 3));
    assert!(even.iter().all(
        |group| group.display_name.as_ref().unwrap().starts_with("even-")
            && group.mail_nickname.is_none()
    ));
    let advanced = ListQuery {
        advanced: true,
        top: Some(200),
        ..ListQuery::filter(Filter::raw("not(startswith(displayName,'even-'))"))
    };
    assert_eq!(
        graph
            .groups()
            .list(advanced)
            .collect_all()
            .await
            .unwrap()
            .len(),
        115
    );
}

#[tokio::test(start_paused = true)]
async fn settled_reads_wait_until_the_directory_knows() {
    let place = Place::lagging();
    let graph = place.operator(place.home);
    let application = Application {
        display_name: Some("a".into()),
        ..Application::default()
    };
    let made = graph
        .applications()
        .upsert("a", &application)
        .await
        .unwrap()
        .created()
        .unwrap();
    let id = made.object_id().unwrap();
    let started = tokio::time::Instant::now();
    let settling = Settling::default();
    let read = graph.settled(&settling, || {
        let applications = graph.applications();
        async move { applications.get_opt(id).await }
    });
    assert_eq!(read.await.unwrap().object_id().unwrap(), id);
    let took = started.elapsed();
    assert!(
        took > Duration::from_secs(9) && took < Duration::from_secs(40),
        "{took:?}"
    );
    let settling = Settling::default().budget(Duration::from_secs(60));
    let error = graph.settled(&settling, || {
        let applications = graph.applications();
        async move { applications.get_opt("nobody").await }
    });
    assert_eq!(
        error.await.unwrap_err().kind(),
        rhc_graph::ErrorKind::DeadlineExceeded
    );
}

const PROVIDERS: &[Route] = &[Route {
    method: "GET",
    pattern: "/identity/identityProviders",
    operation: "identityProviders.list",
    needs: &[&["IdentityProvider.Read.All"]],
    run: providers,
}];

fn providers(_: &mut State, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({"value": [{"tenant": call.tenant()}]})))
}

#[tokio::test(start_paused = true)]
async fn another_crate_adds_routes() {
    let place = Place::settled();
    let graph = place.with_scopes(place.home, &["IdentityProvider.Read.All"]);
    let path = "/v1.0/identity/identityProviders";
    refused(
        raw(&graph, Method::Get, path, None).await,
        400,
        "BadRequest",
        "Resource not found",
    );
    register(&place.world, PROVIDERS);
    register(&place.world, PROVIDERS);
    let answer = raw(&graph, Method::Get, path, None).await.unwrap();
    assert_eq!(answer, json!({"value": [{"tenant": place.home}]}));
    let last = place.world.log().pop().unwrap();
    assert_eq!(
        (last.operation.as_deref(), last.tenant),
        (Some("identityProviders.list"), Some(place.home))
    );
    let without = place.with_scopes(place.other, &["User.Read"]);
    refused(
        raw(&without, Method::Get, path, None).await,
        403,
        "Authorization_RequestDenied",
        "Insufficient",
    );
}

#[tokio::test(start_paused = true)]
async fn the_state_survives_and_nonsense_in_it_is_named() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    graph
        .applications()
        .upsert(
            "a",
            &Application {
                display_name: Some("a".into()),
                ..Application::default()
            },
        )
        .await
        .unwrap();
    graph
        .conditional_access()
        .create(&ConditionalAccessPolicy::require_mfa("MFA", vec![]))
        .await
        .unwrap();
    let saved = place.world.to_json().unwrap();
    let world = World::from_json(&saved.to_string(), WorldOptions::default()).unwrap();
    rhc_graph::fake::mount(&world);
    world.check().unwrap();
    assert_eq!(world.to_json().unwrap(), saved);
    let text = saved
        .to_string()
        .replace("\"conditionalAccess\"", "\"conditionalAcces\"");
    let world = World::from_json(&text, WorldOptions::default()).unwrap();
    rhc_graph::fake::mount(&world);
    let problem = world.check().unwrap_err().to_string();
    assert!(
        problem.contains("graph") && problem.contains("conditionalAcces"),
        "{problem}"
    );
}
