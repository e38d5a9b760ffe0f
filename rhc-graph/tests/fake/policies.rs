//! What the fake refuses about policies and Conditional Access.

use crate::place::{ALL, Place, raw, refused};
use rhc_graph::{
    AuthorizationPolicy, B2bSetting, ConditionalAccessPolicy, ConditionalAccessState,
    CrossTenantDefault, EmailMethod, GraphClient, InvitesFrom, ListQuery, Method, MethodState,
    SecurityDefaults,
};
use serde_json::json;
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn policies_change_and_stay() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let policies = graph.policies();
    let strict = AuthorizationPolicy {
        allow_invites_from: Some(InvitesFrom::None),
        ..AuthorizationPolicy::default()
    };
    policies.update_authorization(&strict).await.unwrap();
    let read = policies.authorization().await.unwrap();
    assert_eq!(read.allow_invites_from, Some(InvitesFrom::None));
    assert_eq!(
        read.default_user_role_permissions
            .unwrap()
            .allowed_to_create_apps,
        Some(true)
    );
    let off = SecurityDefaults {
        is_enabled: Some(false),
        ..SecurityDefaults::default()
    };
    policies.update_security_defaults(&off).await.unwrap();
    assert_eq!(
        policies.security_defaults().await.unwrap().is_enabled,
        Some(false)
    );
    assert_eq!(
        policies
            .cross_tenant_default()
            .await
            .unwrap()
            .is_service_default,
        Some(true)
    );
    let closed = CrossTenantDefault {
        b2b_collaboration_inbound: Some(B2bSetting::blocked()),
        ..CrossTenantDefault::default()
    };
    policies.update_cross_tenant_default(&closed).await.unwrap();
    let read = policies.cross_tenant_default().await.unwrap();
    assert_eq!(
        (read.is_service_default, read.b2b_collaboration_inbound),
        (Some(false), Some(B2bSetting::blocked()))
    );
    let on = EmailMethod {
        state: Some(MethodState::Enabled),
        ..EmailMethod::default()
    };
    policies.update_email_method(&on).await.unwrap();
    assert_eq!(
        policies.email_method().await.unwrap().state,
        Some(MethodState::Enabled)
    );
    let other = place
        .operator(place.other)
        .policies()
        .authorization()
        .await
        .unwrap();
    assert_eq!(
        other.allow_invites_from,
        Some(InvitesFrom::Everyone),
        "another tenant has its own"
    );
}

#[tokio::test(start_paused = true)]
async fn a_policy_refuses_what_it_does_not_know() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    for (path, body, expected) in [
        (
            "/v1.0/policies/authorizationPolicy",
            json!({"allowInvites": "none"}),
            "does not exist",
        ),
        (
            "/v1.0/policies/authorizationPolicy",
            json!({"allowInvitesFrom": "nobody"}),
            "Invalid value",
        ),
        (
            "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy",
            json!({"isEnabled": "yes"}),
            "Invalid value",
        ),
        (
            "/v1.0/policies/crossTenantAccessPolicy/default",
            json!({"isServiceDefault": true}),
            "read-only",
        ),
        (
            "/v1.0/policies/crossTenantAccessPolicy/default",
            json!({"b2bCollaborationInbound": {"applications": {"accessType": "closed"}}}),
            "Invalid value",
        ),
    ] {
        refused(
            raw(&graph, Method::Patch, path, Some(body)).await,
            400,
            "Request_BadRequest",
            expected,
        );
    }
    let path =
        "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email";
    refused(
        raw(
            &graph,
            Method::Patch,
            path,
            Some(json!({"state": "enabled"})),
        )
        .await,
        400,
        "BadRequest",
        "@odata.type",
    );
}

/// Conditional Access takes one request a second.
async fn pause() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_conditional_access_policy_lives_and_is_refused_incomplete() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let access = graph.conditional_access();
    let whole = ConditionalAccessPolicy::require_mfa(
        "MFA",
        vec!["6d97229a-391f-473a-893f-f0608b592d7b".into()],
    );
    for (bad, expected) in [
        (
            ConditionalAccessPolicy {
                display_name: None,
                ..whole.clone()
            },
            "'displayName'",
        ),
        (
            ConditionalAccessPolicy {
                state: None,
                ..whole.clone()
            },
            "'state'",
        ),
        (
            ConditionalAccessPolicy {
                conditions: None,
                ..whole.clone()
            },
            "'conditions'",
        ),
        (
            ConditionalAccessPolicy {
                grant_controls: None,
                ..whole.clone()
            },
            "1038",
        ),
    ] {
        pause().await;
        let error = access.create(&bad).await.unwrap_err();
        assert!(
            error.status() == Some(400) && error.message().contains(expected),
            "{error}"
        );
    }
    pause().await;
    let made = access.create(&whole).await.unwrap();
    let id = made.id.as_deref().unwrap();
    pause().await;
    let change = ConditionalAccessPolicy {
        state: Some(ConditionalAccessState::Disabled),
        ..ConditionalAccessPolicy::default()
    };
    access.update(id, &change).await.unwrap();
    pause().await;
    assert_eq!(
        access.get(id).await.unwrap().state,
        Some(ConditionalAccessState::Disabled)
    );
    pause().await;
    assert_eq!(
        access
            .list(ListQuery::default())
            .collect_all()
            .await
            .unwrap()
            .len(),
        1
    );
    pause().await;
    access.delete(id).await.unwrap();
    pause().await;
    refused(
        access.get(id).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn a_deleted_policy_is_in_no_list_and_leaves_its_name_to_another() {
    let place = Place::settled();
    let access = place.operator(place.external).conditional_access();
    let policy = ConditionalAccessPolicy::require_mfa("MFA", vec![]);
    let made = access.create(&policy).await.unwrap();
    let id = made.id.unwrap();
    pause().await;
    access.delete(&id).await.unwrap();
    pause().await;
    let left = access.list(ListQuery::default()).collect_all().await;
    assert_eq!(left.unwrap(), []);
    pause().await;
    refused(
        access.delete(&id).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    pause().await;
    let again = access.create(&policy).await.unwrap();
    assert_ne!(again.id, Some(id));
}

#[tokio::test(start_paused = true)]
async fn an_external_tenants_policy_includes_all_users() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let mut policy = ConditionalAccessPolicy::require_mfa("MFA", vec![]);
    if let Some(users) = policy
        .conditions
        .as_mut()
        .and_then(|conditions| conditions.users.as_mut())
    {
        users.include_users = Some(vec!["6d97229a-391f-473a-893f-f0608b592d7b".into()]);
    }
    refused(
        graph.conditional_access().create(&policy).await,
        400,
        "BadRequest",
        "includes all users",
    );
}

#[tokio::test(start_paused = true)]
async fn security_defaults_and_conditional_access_exclude_each_other() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let policy = ConditionalAccessPolicy::require_mfa("MFA", vec![]);
    refused(
        graph.conditional_access().create(&policy).await,
        400,
        "BadRequest",
        "Security Defaults is enabled",
    );
    let set = |on| SecurityDefaults {
        is_enabled: Some(on),
        ..SecurityDefaults::default()
    };
    graph
        .policies()
        .update_security_defaults(&set(false))
        .await
        .unwrap();
    pause().await;
    graph.conditional_access().create(&policy).await.unwrap();
    refused(
        graph.policies().update_security_defaults(&set(true)).await,
        400,
        "Request_BadRequest",
        "cannot be enabled",
    );
}

#[tokio::test(start_paused = true)]
async fn conditional_access_takes_one_request_a_second_and_names_no_time_to_wait() {
    let place = Place::settled();
    let mut options = rhc_graph::GraphClientOptions {
        client: rhc_graph::ClientOptions {
            clock: place.world.clock(),
            ..Default::default()
        },
        ..Default::default()
    };
    options.client.client_options.transport =
        Some(azure_core::http::Transport::new(place.world.transport()));
    options.client.retry.max_attempts = 1;
    let credential = place.world.sign_in(&place.home.to_string(), ALL);
    let hasty = GraphClient::new(credential.clone(), Some(options.clone())).unwrap();
    let list = async |graph: &GraphClient| {
        graph
            .conditional_access()
            .list(ListQuery::default())
            .collect_all()
            .await
    };
    list(&hasty).await.unwrap();
    let error = list(&hasty).await.unwrap_err();
    assert!(
        error.is_throttled() && error.retry_after().is_none(),
        "{error}"
    );
    pause().await;
    options.client.pacer = Some(rhc_graph::pacing::pacer());
    let paced = GraphClient::new(credential, Some(options)).unwrap();
    for _ in 0..5 {
        list(&paced).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_write_one_policy_may_not_read_another() {
    // What a person consented to once is in every later token of his: so each has a place of his own.
    let with = |scope: &str| {
        let place = Place::settled();
        place.with_scopes(place.home, &[scope])
    };
    let denied = "Authorization_RequestDenied";
    let authorization = with("Policy.ReadWrite.Authorization");
    let tenants = with("Policy.ReadWrite.CrossTenantAccess");
    let defaults = with("Policy.ReadWrite.SecurityDefaults");
    authorization.policies().authorization().await.unwrap();
    tenants.policies().cross_tenant_default().await.unwrap();
    for graph in [&tenants, &defaults] {
        refused(graph.policies().authorization().await, 403, denied, "");
    }
    for graph in [&authorization, &defaults] {
        let answer = graph.policies().cross_tenant_default().await;
        refused(answer, 403, denied, "");
    }
    // Whoever switches security defaults needs to read all policies beside.
    for graph in [&authorization, &tenants, &defaults] {
        refused(graph.policies().security_defaults().await, 403, denied, "");
    }
    let reader = with("Policy.Read.All");
    reader.policies().security_defaults().await.unwrap();
}
