//! Users: employees of a workforce tenant, customers of an external one.

use super::applications::list_of;
use super::objects::{EntityType, body_of};
use super::schema::{
    self, Property, flag, guid, object, objects, one_of, short, text, texts, time,
};
use super::{Call, Refusal, Reply, call::ORIGIN};
use rhc_core::fake::directory::GLOBAL_ADMINISTRATOR;
use rhc_core::fake::{ObjectKind, Read, State, TenantKind, authority, respond};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(super) const USER: EntityType = EntityType {
    kind: ObjectKind::User,
    set: "users",
    name: "user",
    resource: "User",
    properties: PROPERTIES,
    alternate_keys: &[],
};

const IDENTITY: &[Property] = &[
    one_of(
        "signInType",
        &["emailAddress", "userName", "federated", "userPrincipalName"],
    ),
    short("issuer", 512),
    short("issuerAssignedId", 64),
];

const PROPERTIES: &[Property] = &[
    guid("id").read_only(),
    texts("businessPhones"),
    short("displayName", 256).not_null(),
    short("givenName", 64),
    short("jobTitle", 128),
    text("mail"),
    text("mobilePhone"),
    text("officeLocation"),
    text("preferredLanguage"),
    short("surname", 64),
    short("userPrincipalName", 113).not_null(),
    time("deletedDateTime").read_only().selected(),
    flag("accountEnabled").selected(),
    short("mailNickname", 64).selected(),
    one_of("userType", &["Member", "Guest"]).selected(),
    text("creationType").read_only().selected(),
    objects("identities", IDENTITY).or_null().selected(),
    texts("otherMails").selected(),
    text("passwordPolicies").selected(),
    object(
        "passwordProfile",
        &[
            flag("forceChangePasswordNextSignIn"),
            flag("forceChangePasswordNextSignInWithMfa"),
            text("password"),
        ],
    )
    .hidden(),
    short("usageLocation", 2).selected(),
    text("externalUserState").read_only().selected(),
    time("createdDateTime").read_only().selected(),
    time("signInSessionsValidFromDateTime")
        .read_only()
        .selected(),
    text("city").selected(),
    text("companyName").selected(),
    text("country").selected(),
    text("department").selected(),
    text("employeeId").selected(),
    text("postalCode").selected(),
    text("state").selected(),
    text("streetAddress").selected(),
    texts("proxyAddresses").read_only().selected(),
];

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    USER.list(state, call)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    USER.get(state, call)
}

pub(super) fn count(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    USER.count(state, call)
}

/// `POST /users/{key}/revokeSignInSessions`: refresh tokens and sessions from before count no more.
pub(super) fn revoke_sessions(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = USER.target(state, call)?;
    guard_administrator(state, call, id)?;
    let now = respond::timestamp(call.at);
    state
        .directory()
        .update(call.tenant(), id, |own| {
            own.insert("signInSessionsValidFromDateTime".to_owned(), json!(now));
        })
        .map_err(|_| Refusal::not_found(&id.to_string()))?;
    authority::revoke_sessions(state, id);
    let context = format!("{ORIGIN}/$metadata#Edm.Boolean");
    Ok(Reply::ok(
        json!({ "@odata.context": context, "value": true }),
    ))
}

pub(super) fn me(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    if call.is_application() {
        return Err(Refusal::new(
            400,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        ));
    }
    USER.answer(call, &body_of(state, call.tenant(), call.caller.object_id))
        .map(Reply::ok)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, PROPERTIES, "User", true)?;
    let local: Vec<&Value> = list_of(body.get("identities"))
        .filter(|identity| {
            matches!(
                identity["signInType"].as_str(),
                Some("emailAddress" | "userName")
            )
        })
        .collect();
    let mut made = if local.is_empty() {
        employee(state, call, body)?
    } else {
        customer(state, call, body, &local)?
    };
    schema::merge(&mut made, body);
    made.shift_remove("passwordProfile");
    unique(state, call, &made, None)?;
    USER.insert(state, call, made).map(|(_, reply)| reply)
}

/// An account of the tenant's own people.
fn employee(
    state: &State,
    call: &Call,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, Refusal> {
    for name in [
        "accountEnabled",
        "displayName",
        "mailNickname",
        "userPrincipalName",
    ] {
        if body
            .get(name)
            .is_none_or(|value| value.is_null() || value == "")
        {
            return Err(Refusal::required(name, "User"));
        }
    }
    if !call.caller.may("User.ReadWrite.All")
        && !call.caller.may("Directory.ReadWrite.All")
        && !call.caller.may("Directory.AccessAsUser.All")
    {
        return Err(Refusal::denied());
    }
    password(body)?;
    let name = body
        .get("userPrincipalName")
        .and_then(Value::as_str)
        .unwrap_or_default();
    verified(state, call, name)?;
    let made = json!({"userType": "Member", "createdDateTime": respond::timestamp(call.at),
        "identities": [{"signInType": "userPrincipalName", "issuer": initial_domain(state, call), "issuerAssignedId": name}]});
    Ok(made.as_object().cloned().unwrap_or_default())
}

/// A customer of an external tenant, who signs in with a mail address or a name of his own.
fn customer(
    state: &mut State,
    call: &Call,
    body: &Map<String, Value>,
    local: &[&Value],
) -> Result<Map<String, Value>, Refusal> {
    if body.get("displayName").is_none_or(|value| value == "") {
        return Err(Refusal::required("displayName", "User"));
    }
    let tenant = state.directory_ref().tenant_by_id(call.tenant()).cloned();
    let tenant = tenant.ok_or_else(|| Refusal::not_found(&call.tenant().to_string()))?;
    if tenant.kind != TenantKind::ExternalId {
        return Err(Refusal::bad_request(
            "The tenant does not take local accounts: only an external tenant has customers.",
        )
        .detailed("InvalidValue", "identities"));
    }
    for identity in local {
        let issuer = identity["issuer"].as_str().unwrap_or_default();
        if !tenant
            .domains
            .iter()
            .any(|domain| domain.eq_ignore_ascii_case(issuer))
        {
            return Err(Refusal::bad_request(format!(
                "The issuer '{issuer}' of an identity must be a domain of the tenant."
            ))
            .detailed("InvalidValue", "issuer"));
        }
        let assigned = identity["issuerAssignedId"].as_str().unwrap_or_default();
        let mail = identity["signInType"] == "emailAddress";
        if assigned.is_empty() || mail && !assigned.contains('@') {
            return Err(Refusal::invalid("issuerAssignedId", "User"));
        }
    }
    let policies = body
        .get("passwordPolicies")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !policies.contains("DisablePasswordExpiration") {
        return Err(Refusal::bad_request(
            "The password of a local account must not expire: passwordPolicies needs DisablePasswordExpiration.",
        )
        .detailed("InvalidValue", "passwordPolicies"));
    }
    password(body)?;
    let nickname = state.derived_uuid(&[&call.tenant().to_string(), &json!(local).to_string()]);
    let principal = format!("{nickname}@{}", tenant.initial_domain);
    let mut identities = body.get("identities").cloned().unwrap_or_default();
    if let Some(all) = identities.as_array_mut() {
        all.push(json!({"signInType": "userPrincipalName", "issuer": tenant.initial_domain, "issuerAssignedId": principal}));
    }
    let made = json!({"userType": "Member", "creationType": "LocalAccount", "accountEnabled": true,
        "createdDateTime": respond::timestamp(call.at), "mailNickname": nickname, "userPrincipalName": principal});
    Ok(made.as_object().cloned().unwrap_or_default())
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = USER.target(state, call)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, "User", false)?;
    let may = |permission: &str| call.caller.may(permission);
    if body.contains_key("passwordProfile") {
        guard_administrator(state, call, id)?;
        let widely = may("Directory.AccessAsUser.All") || may("User-PasswordProfile.ReadWrite.All");
        if !widely && (call.is_application() || !may("User.ReadWrite.All")) {
            return Err(Refusal::denied());
        }
        if body["passwordProfile"].get("password").is_some() {
            password(body)?;
        }
    }
    if let Some(name) = body.get("userPrincipalName").and_then(Value::as_str) {
        verified(state, call, name)?;
    }
    let mut after = body_of(state, call.tenant(), id);
    schema::merge(&mut after, body);
    after.shift_remove("passwordProfile");
    unique(state, call, &after, Some(id))?;
    state
        .directory()
        .update(call.tenant(), id, |own| *own = after)
        .map_err(|_| Refusal::not_found(&id.to_string()))?;
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = USER.target(state, call)?;
    guard_administrator(state, call, id)?;
    state
        .directory()
        .delete(call.tenant(), id)
        .map_err(|_| Refusal::not_found(&id.to_string()))?;
    Ok(Reply::no_content())
}

/// Only a Global Administrator touches those who hold a directory role.
pub(super) fn guard_administrator(state: &State, call: &Call, id: Uuid) -> Result<(), Refusal> {
    let Some(tenant) = state.directory_ref().tenant_by_id(call.tenant()) else {
        return Ok(());
    };
    let holds = tenant
        .role_assignments
        .values()
        .any(|held| held.principal_id == id);
    if holds && !tenant.has_role(call.caller.object_id, GLOBAL_ADMINISTRATOR) {
        return Err(Refusal::denied());
    }
    Ok(())
}

fn password(body: &Map<String, Value>) -> Result<(), Refusal> {
    let password = body
        .get("passwordProfile")
        .and_then(|profile| profile.get("password"))
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::required("passwordProfile", "User"))?;
    complex(password)
}

/// Whether a password is as complex as every tenant demands.
pub(super) fn complex(password: &str) -> Result<(), Refusal> {
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| c.is_ascii_punctuation() || c == ' ',
    ];
    let used = kinds
        .iter()
        .filter(|kind| password.chars().any(**kind))
        .count();
    if !(8..=256).contains(&password.chars().count()) || used < 3 {
        return Err(Refusal::bad_request(
            "The specified password does not comply with password complexity requirements. Please provide a different password.",
        )
        .detailed("PasswordComplexity", "password"));
    }
    Ok(())
}

fn initial_domain(state: &State, call: &Call) -> String {
    let tenant = state.directory_ref().tenant_by_id(call.tenant());
    tenant
        .map(|tenant| tenant.initial_domain.clone())
        .unwrap_or_default()
}

fn verified(state: &State, call: &Call, name: &str) -> Result<(), Refusal> {
    let domain = name
        .rsplit_once('@')
        .map(|(_, domain)| domain)
        .unwrap_or_default();
    let tenant = state.directory_ref().tenant_by_id(call.tenant());
    let ours = tenant.is_some_and(|tenant| {
        tenant
            .domains
            .iter()
            .any(|own| own.eq_ignore_ascii_case(domain))
    });
    if ours {
        Ok(())
    } else {
        Err(Refusal::bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        )
        .detailed("InvalidValue", "userPrincipalName"))
    }
}

fn unique(
    state: &State,
    call: &Call,
    user: &Map<String, Value>,
    id: Option<Uuid>,
) -> Result<(), Refusal> {
    let users = state
        .directory_ref()
        .objects(call.tenant(), ObjectKind::User, Read::Authoritative);
    let same = |a: Option<&Value>, b: Option<&Value>| {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_lowercase);
        text(a).is_some() && text(a) == text(b)
    };
    for other in users.iter().filter(|other| Some(other.id) != id) {
        if same(
            other.body.get("userPrincipalName"),
            user.get("userPrincipalName"),
        ) {
            return Err(Refusal::taken("userPrincipalName"));
        }
        let shared = list_of(user.get("identities")).any(|mine| {
            list_of(other.body.get("identities")).any(|theirs| {
                same(mine.get("issuer"), theirs.get("issuer"))
                    && same(mine.get("issuerAssignedId"), theirs.get("issuerAssignedId"))
            })
        });
        if shared {
            return Err(Refusal::taken("identities"));
        }
    }
    Ok(())
}
