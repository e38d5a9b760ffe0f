//! What the fake does with invitations, and refuses about them.

use crate::place::{Place, refused};
use rhc_graph::{AuthorizationPolicy, GraphClient, Invitation, InvitesFrom, ListQuery, User};

fn ann() -> Invitation {
    Invitation::to("ann@example.com", "https://hp2.example.com")
}

async fn invites_from(graph: &GraphClient, who: InvitesFrom) {
    let policy = AuthorizationPolicy {
        allow_invites_from: Some(who),
        ..AuthorizationPolicy::default()
    };
    graph
        .policies()
        .update_authorization(&policy)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_invitation_makes_a_guest_and_a_second_one_only_a_link() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let made = graph.invitations().create(&ann()).await.unwrap();
    assert_eq!(made.status.as_deref(), Some("PendingAcceptance"));
    let id = made.invited_user.unwrap().id.unwrap();
    let guest: User = graph.users().get(id).await.unwrap();
    assert!(guest.is_external());
    assert_eq!(guest.user_type.as_deref(), Some("Guest"));
    assert_eq!(
        guest.external_user_state.as_deref(),
        Some("PendingAcceptance")
    );
    let again = graph.invitations().create(&ann()).await.unwrap();
    assert_eq!(again.invited_user.unwrap().id, Some(id));
    assert_ne!(again.invite_redeem_url, made.invite_redeem_url);
    let all = graph
        .users()
        .list(ListQuery::default())
        .collect_all()
        .await
        .unwrap();
    let guests = all.iter().filter(|user| user.is_external());
    assert_eq!(guests.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_invitation_needs_an_address_from_elsewhere_and_a_place_to_go() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let place_to_go = "https://hp2.example.com";
    let again = Invitation {
        reset_redemption: Some(true),
        ..Invitation::to("nobody@example.com", place_to_go)
    };
    for (wrong, words) in [
        (
            Invitation::to("", place_to_go),
            "'invitedUserEmailAddress' is required",
        ),
        (
            Invitation::to("ann@example.com", ""),
            "'inviteRedirectUrl' is required",
        ),
        (Invitation::to("ann", place_to_go), "not valid"),
        (
            Invitation::to("ann@example.com", "somewhere"),
            "not a valid URL",
        ),
        (
            Invitation::to("ann@home.onmicrosoft.com", place_to_go),
            "verified domain",
        ),
        (again, "there only"),
    ] {
        let answer = graph.invitations().create(&wrong).await;
        refused(answer, 400, "BadRequest", words);
    }
    let given = Invitation {
        status: Some("Completed".into()),
        ..ann()
    };
    let answer = graph.invitations().create(&given).await;
    refused(answer, 400, "Request_BadRequest", "read-only");
}

#[tokio::test(start_paused = true)]
async fn who_may_invite_stands_in_the_tenants_policy() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    let (app, _) = place.application("robot", &["User.Invite.All"]).await;
    app.invitations().create(&ann()).await.unwrap();
    invites_from(&graph, InvitesFrom::AdminsAndGuestInviters).await;
    graph.invitations().create(&ann()).await.unwrap();
    let answer = app.invitations().create(&ann()).await;
    refused(answer, 403, "Forbidden", "not allowed");
    invites_from(&graph, InvitesFrom::None).await;
    let answer = graph.invitations().create(&ann()).await;
    refused(answer, 403, "Forbidden", "not allowed");
}
