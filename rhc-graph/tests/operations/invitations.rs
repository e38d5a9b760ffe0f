//! Invitations.

use rhc_graph::Invitation;

operations! {
    create: "invitations.create" => |graph| graph.invitations().create(&Invitation {
        invited_user_display_name: Some("Ann".into()), ..Invitation::to("ann@example.com", "https://hp2.example.com") }).await;
}

refusals! {
    create_own_domain: "invitations.create.ownDomain" => |graph| graph.invitations().create(&Invitation::to("ann@rhcqa.onmicrosoft.com", "https://hp2.example.com")).await;
}

denials! {
    create_denied: "invitations.create.denied" => |graph| graph.invitations().create(&Invitation::to("ann@example.com", "https://hp2.example.com")).await;
}
