//! Invitations: people of other organisations as guests.

use crate::{GraphClient, User};
use rhc_core::{Method, Path, Request, Result, Sensitive, model};
use serde_json::Value;

model! {
    /// An invitation of somebody as a guest.
    ///
    /// Page: [invitation](https://learn.microsoft.com/graph/api/resources/invitation).
    Invitation {
        /// Its id; given by the service.
        id: String,
        /// Whom it is for. A new invitation needs it.
        invited_user_email_address: String,
        /// Where the guest is led when he has accepted. A new invitation needs it.
        invite_redirect_url: String,
        /// The guest's name.
        invited_user_display_name: String,
        /// `Guest`, as it is by itself, or `Member`, which only an administrator can invite.
        invited_user_type: String,
        /// Whether Microsoft sends the mail; if not, send the link yourself.
        send_invitation_message: bool,
        /// What the mail says, and to whom it goes in copy.
        invited_user_message_info: InvitationMessage,
        /// Whether one who has accepted has to do so again, with [`invited_user`](Self::invited_user) for him.
        reset_redemption: bool,
        /// The link that accepts it; given by the service. Who has it can become the guest.
        invite_redeem_url: Sensitive,
        /// `PendingAcceptance`, `Completed`, `InProgress`, `Error`; given by the service.
        status: String,
        /// The guest's account, of which the service sends the id only.
        invited_user: Box<User>,
    }
}

model! {
    /// What the mail of an invitation says.
    ///
    /// Page: [invitedUserMessageInfo](https://learn.microsoft.com/graph/api/resources/invitedusermessageinfo).
    InvitationMessage {
        /// Who gets it too: one at most.
        cc_recipients: Vec<Value>,
        /// What it says, in place of Microsoft's words.
        customized_message_body: String,
        /// In which language Microsoft's words are, `en-US` by itself.
        message_language: String,
    }
}

impl Invitation {
    /// For this address; the guest is led there when he has accepted.
    pub fn to(email: impl Into<String>, redirect: impl Into<String>) -> Self {
        Self {
            invited_user_email_address: Some(email.into()),
            invite_redirect_url: Some(redirect.into()),
            ..Self::default()
        }
    }
}

/// The invitations of this tenant. They are sent and not kept: there is nothing to list.
///
/// In an external tenant they are for administrators; customers are made as [`User::customer`].
#[derive(Debug, Clone)]
pub struct Invitations {
    client: GraphClient,
}

impl Invitations {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Invites somebody: makes a guest's account, and the link by which he accepts. For one who is a guest already it makes
    /// a new link (unverified).
    ///
    /// Request: `POST /invitations`, operation `invitations.create`.
    /// Permission: `User.Invite.All`; a user also the role Guest Inviter, unless the tenant lets everybody invite.
    /// Page: [invitation-post](https://learn.microsoft.com/graph/api/invitation-post).
    ///
    /// # Errors
    /// 400 without one of the two properties that it needs, and for an address of the tenant's own domains; 403 for an
    /// application where nobody or only administrators may invite (unverified: the codes).
    pub async fn create(&self, invitation: &Invitation) -> Result<Invitation> {
        let path = Path::new("/v1.0/invitations");
        let request = Request::new("invitations.create", Method::Post, path);
        self.client.read(request.json(invitation)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_link_is_never_printed() {
        let invitation: Invitation = serde_json::from_value(
            json!({"inviteRedeemUrl": "https://login.example/redeem?rd=abc", "invitedUser": {"id": "6d97229a-391f-473a-893f-f0608b592d7b"}}),
        )
        .unwrap();
        assert!(!format!("{invitation:?}").contains("abc"));
        assert_eq!(
            json!(Invitation::to("a@x.org", "https://app.example")),
            json!({"invitedUserEmailAddress": "a@x.org", "inviteRedirectUrl": "https://app.example"})
        );
    }
}
