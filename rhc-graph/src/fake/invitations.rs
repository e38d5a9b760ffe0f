//! Invitations of guests.
//!
//! Source: the page of the create. Unverified: the codes and words of the refusals; that a second invitation of the same person
//! makes a new link for the account that he has. Nobody accepts one here, and no mail is sent.

use super::applications::list_of;
use super::objects::body_of;
use super::policies;
use super::schema::{self, Kind, Property, flag, one_of, property, short, text};
use super::{Call, Refusal, Reply, odata};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rhc_core::fake::directory::GLOBAL_ADMINISTRATOR;
use rhc_core::fake::{ObjectKind, Read, State, respond};
use serde_json::{Map, Value, json};
use uuid::Uuid;

const RESOURCE: &str = "invitation";

pub(super) const PROPERTIES: &[Property] = &[
    text("id").read_only(),
    text("inviteRedeemUrl").read_only(),
    short("invitedUserDisplayName", 256),
    one_of("invitedUserType", &["Guest", "Member"]),
    short("invitedUserEmailAddress", 254).not_null(),
    flag("sendInvitationMessage"),
    flag("resetRedemption"),
    text("inviteRedirectUrl").not_null(),
    text("status").read_only(),
    schema::object(
        "invitedUserMessageInfo",
        &[
            text("messageLanguage"),
            property("ccRecipients", Kind::Any),
            text("customizedMessageBody"),
        ],
    ),
    schema::object("invitedUser", &[text("id").not_null()]),
];

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "BadRequest", message)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, PROPERTIES, RESOURCE, true)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (address, redirect) = (text("invitedUserEmailAddress"), text("inviteRedirectUrl"));
    for (name, value) in [
        ("invitedUserEmailAddress", address),
        ("inviteRedirectUrl", redirect),
    ] {
        if value.is_empty() {
            return Err(bad(format!("The property '{name}' is required.")));
        }
    }
    let Some((local, domain)) = address.split_once('@').filter(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !address.contains(' ')
    }) else {
        return Err(bad("The invited user's email address is not valid."));
    };
    if !redirect.starts_with("https://") && !redirect.starts_with("http://") {
        return Err(bad("The property 'inviteRedirectUrl' is not a valid URL."));
    }
    may_invite(state, call, text("invitedUserType"))?;
    let tenant = call.tenant();
    let own = state.directory_ref().tenant_by_id(tenant).cloned();
    let own = own.ok_or_else(|| Refusal::not_found(&tenant.to_string()))?;
    if own
        .domains
        .iter()
        .any(|own| own.eq_ignore_ascii_case(domain))
    {
        return Err(bad(
            "The domain of the invited user's email address is a verified domain of this directory.",
        ));
    }
    if body.get("resetRedemption") == Some(&json!(true)) && known(state, tenant, address).is_none()
    {
        return Err(bad(
            "The redemption status can be reset for a user who is there only.",
        ));
    }
    let user = match known(state, tenant, address) {
        Some(user) => user,
        None => {
            let id = state.uuid();
            let kind = match text("invitedUserType") {
                "" => "Guest",
                kind => kind,
            };
            let shown = match text("invitedUserDisplayName") {
                "" => local,
                name => name,
            };
            let name = format!("{local}_{domain}#EXT#@{}", own.initial_domain);
            let guest = json!({"displayName": shown, "mail": address, "userPrincipalName": name, "accountEnabled": true,
                "mailNickname": format!("{local}_{domain}#EXT#"), "userType": kind, "creationType": "Invitation",
                "externalUserState": "PendingAcceptance", "otherMails": [address], "createdDateTime": respond::timestamp(call.at),
                "identities": [{"signInType": "userPrincipalName", "issuer": own.initial_domain, "issuerAssignedId": name}]});
            let guest = guest.as_object().cloned().unwrap_or_default();
            state
                .directory()
                .insert(tenant, ObjectKind::User, id, guest)
                .map_err(|error| Refusal::bad_request(error.to_string()))?;
            id
        }
    };
    if body.get("resetRedemption") == Some(&json!(true)) {
        state
            .directory()
            .update(tenant, user, |own| {
                own.insert("externalUserState".to_owned(), json!("PendingAcceptance"));
            })
            .map_err(|_| Refusal::not_found(&user.to_string()))?;
    }
    let id = state.uuid();
    let ticket = state.uuid().simple();
    let inner = format!(
        "https://invitations.microsoft.com/redeem/?tenant={tenant}&user={id}&ticket={ticket}&ver=2.0"
    );
    let link = format!(
        "https://login.microsoftonline.com/redeem?rd={}",
        utf8_percent_encode(&inner, NON_ALPHANUMERIC)
    );
    let accepted =
        body_of(state, tenant, user).get("externalUserState") == Some(&json!("Accepted"));
    let mut made = Map::new();
    made.insert("id".to_owned(), json!(id));
    made.insert("inviteRedeemUrl".to_owned(), json!(link));
    for (name, otherwise) in [
        ("invitedUserType", json!("Guest")),
        ("sendInvitationMessage", json!(false)),
        ("resetRedemption", json!(false)),
    ] {
        made.insert(name.to_owned(), otherwise);
    }
    schema::merge(&mut made, body);
    let status = if accepted {
        "Completed"
    } else {
        "PendingAcceptance"
    };
    made.insert("status".to_owned(), json!(status));
    made.insert("invitedUser".to_owned(), json!({ "id": user }));
    odata::single(call, "invitations", RESOURCE, PROPERTIES, &made).map(Reply::created)
}

/// Who is let in by the tenant's policy. An application may where everybody may, or all members.
fn may_invite(state: &mut State, call: &Call, kind: &str) -> Result<(), Refusal> {
    let allowed = policies::allow_invites_from(state, call);
    let own = state.directory_ref().tenant_by_id(call.tenant());
    let administrator =
        own.is_some_and(|own| own.has_role(call.caller.object_id, GLOBAL_ADMINISTRATOR));
    let body = body_of(state, call.tenant(), call.caller.object_id);
    let guest = body.get("userType") == Some(&json!("Guest"));
    let lets = match allowed.as_str() {
        "none" => false,
        "adminsAndGuestInviters" => administrator,
        "adminsGuestInvitersAndAllMembers" => administrator || !guest,
        _ => true,
    };
    let member = kind.eq_ignore_ascii_case("Member");
    if !lets || member && !administrator && !call.is_application() {
        return Err(Refusal::new(
            403,
            "Forbidden",
            "Guest invitations not allowed for your company. Contact your company administrator for more details.",
        ));
    }
    Ok(())
}

/// The account that has this address already.
fn known(state: &State, tenant: Uuid, address: &str) -> Option<Uuid> {
    let users = state
        .directory_ref()
        .objects(tenant, ObjectKind::User, Read::Authoritative);
    let has = |value: &Value| {
        value
            .as_str()
            .is_some_and(|own| own.eq_ignore_ascii_case(address))
    };
    users
        .iter()
        .find(|user| {
            user.body.get("mail").is_some_and(has) || list_of(user.body.get("otherMails")).any(has)
        })
        .map(|user| user.id)
}
