//! Who may sign in with which method: the authentication methods policy, as a whole and by method.
//!
//! Source: the pages of `authenticationMethodsPolicy` and of each method's configuration. Unverified: what a new tenant has
//! switched on (here: nothing), and the words of the refusals.

use super::policies::Singleton;
use super::schema::{self, Kind, Property, flag, objects, one_of, property, short, text, time};
use super::state::GraphState;
use super::{Call, Refusal, Reply, odata};
use rhc_core::fake::{State, respond};
use serde_json::{Map, Value, json};

const SET: &str = "authenticationMethodConfigurations";

const TARGET: &[Property] = &[
    one_of("targetType", &["user", "group"]).not_null(),
    text("id").not_null(),
    flag("isRegistrationRequired").not_null(),
];
const SMS_TARGET: &[Property] = &[
    one_of("targetType", &["user", "group"]).not_null(),
    text("id").not_null(),
    flag("isRegistrationRequired").not_null(),
    flag("isUsableForSignIn").not_null(),
];
const AUTHENTICATOR_TARGET: &[Property] = &[
    one_of("targetType", &["user", "group"]).not_null(),
    text("id").not_null(),
    flag("isRegistrationRequired").not_null(),
    one_of("authenticationMode", &["deviceBasedPush", "push", "any"]).not_null(),
];
const EXCLUDED: &[Property] = &[
    one_of("targetType", &["user", "group"]).not_null(),
    short("id", 64).not_null(),
];

/// What every method has, and between it what is its own.
macro_rules! method {
    ($name:ident, $targets:ident $(, $own:expr)* $(,)?) => {
        const $name: &[Property] = &[
            text("id").read_only(),
            one_of("state", &["enabled", "disabled"]),
            $($own,)*
            objects("includeTargets", $targets).or_null(),
            objects("excludeTargets", EXCLUDED),
        ];
    };
}

method!(
    EMAIL,
    TARGET,
    one_of(
        "allowExternalIdToUseEmailOtp",
        &["default", "enabled", "disabled"],
    ),
);
method!(SMS, SMS_TARGET);
method!(PLAIN, TARGET);
method!(
    FIDO2,
    TARGET,
    text("defaultPasskeyProfile"),
    flag("isAttestationEnforced"),
    flag("isSelfServiceRegistrationAllowed"),
    property("keyRestrictions", Kind::Any),
);
method!(VOICE, TARGET, flag("isOfficePhoneAllowed"));
method!(
    PASS,
    TARGET,
    property("defaultLength", Kind::Number),
    property("defaultLifetimeInMinutes", Kind::Number),
    property("minimumLifetimeInMinutes", Kind::Number),
    property("maximumLifetimeInMinutes", Kind::Number),
    flag("isUsableOnce"),
);
method!(
    AUTHENTICATOR,
    AUTHENTICATOR_TARGET,
    property("featureSettings", Kind::Any),
    flag("isSoftwareOathEnabled"),
);
method!(
    CERTIFICATE,
    TARGET,
    property("authenticationModeConfiguration", Kind::Any),
    property("certificateAuthorityScopes", Kind::Any),
    property("certificateUserBindings", Kind::Any),
    property("crlValidationConfiguration", Kind::Any).not_null(),
    property("issuerHintsConfiguration", Kind::Any),
);
method!(
    QR_CODE,
    TARGET,
    property("pinLength", Kind::Number),
    property("standardQRCodeLifetimeInDays", Kind::Number),
);

/// One of each method; by their names in paths.
const METHODS: &[(&str, Singleton)] = &[
    (
        "email",
        Singleton {
            name: "emailAuthenticationMethod",
            set: SET,
            type_name: "emailAuthenticationMethodConfiguration",
            properties: EMAIL,
            needs_type: true,
            initial: |_| json!({"id": "Email", "state": "disabled", "allowExternalIdToUseEmailOtp": "default"}),
        },
    ),
    (
        "sms",
        Singleton {
            name: "smsAuthenticationMethod",
            set: SET,
            type_name: "smsAuthenticationMethodConfiguration",
            properties: SMS,
            needs_type: true,
            initial: |_| json!({"id": "Sms", "state": "disabled"}),
        },
    ),
    (
        "fido2",
        Singleton {
            name: "fido2AuthenticationMethod",
            set: SET,
            type_name: "fido2AuthenticationMethodConfiguration",
            properties: FIDO2,
            needs_type: true,
            initial: |_| json!({"id": "Fido2", "state": "disabled"}),
        },
    ),
    (
        "voice",
        Singleton {
            name: "voiceAuthenticationMethod",
            set: SET,
            type_name: "voiceAuthenticationMethodConfiguration",
            properties: VOICE,
            needs_type: true,
            initial: |_| json!({"id": "Voice", "state": "disabled", "isOfficePhoneAllowed": false}),
        },
    ),
    (
        "softwareOath",
        Singleton {
            name: "softwareOathAuthenticationMethod",
            set: SET,
            type_name: "softwareOathAuthenticationMethodConfiguration",
            properties: PLAIN,
            needs_type: true,
            initial: |_| json!({"id": "SoftwareOath", "state": "disabled"}),
        },
    ),
    (
        "temporaryAccessPass",
        Singleton {
            name: "temporaryAccessPassAuthenticationMethod",
            set: SET,
            type_name: "temporaryAccessPassAuthenticationMethodConfiguration",
            properties: PASS,
            needs_type: true,
            initial: |_| {
                json!({"id": "TemporaryAccessPass", "state": "disabled", "defaultLength": 8, "defaultLifetimeInMinutes": 60,
            "minimumLifetimeInMinutes": 60, "maximumLifetimeInMinutes": 480, "isUsableOnce": false})
            },
        },
    ),
    (
        "microsoftAuthenticator",
        Singleton {
            name: "microsoftAuthenticatorAuthenticationMethod",
            set: SET,
            type_name: "microsoftAuthenticatorAuthenticationMethodConfiguration",
            properties: AUTHENTICATOR,
            needs_type: true,
            initial: |_| json!({"id": "MicrosoftAuthenticator", "state": "disabled", "isSoftwareOathEnabled": false}),
        },
    ),
    (
        "x509Certificate",
        Singleton {
            name: "x509CertificateAuthenticationMethod",
            set: SET,
            type_name: "x509CertificateAuthenticationMethodConfiguration",
            properties: CERTIFICATE,
            needs_type: true,
            initial: |_| json!({"id": "X509Certificate", "state": "disabled", "crlValidationConfiguration": {"state": "disabled"}}),
        },
    ),
    (
        "qrCodePin",
        Singleton {
            name: "qrCodePinAuthenticationMethod",
            set: SET,
            type_name: "qrCodePinAuthenticationMethodConfiguration",
            properties: QR_CODE,
            needs_type: true,
            initial: |_| json!({"id": "QRCodePin", "state": "disabled", "pinLength": 8, "standardQRCodeLifetimeInDays": 365}),
        },
    ),
];

const CAMPAIGN_TARGET: &[Property] = &[
    text("id").not_null(),
    one_of("targetType", &["user", "group"]).not_null(),
    text("targetedAuthenticationMethod"),
];
const CAMPAIGN: &[Property] = &[
    property("snoozeDurationInDays", Kind::Number).not_null(),
    one_of("state", &["default", "enabled", "disabled"]).not_null(),
    objects("excludeTargets", EXCLUDED),
    objects("includeTargets", CAMPAIGN_TARGET),
];
const WHOLE_POLICY: &[Property] = &[
    text("id").read_only(),
    text("displayName").read_only(),
    text("description").read_only(),
    time("lastModifiedDateTime").read_only(),
    text("policyVersion").read_only(),
    one_of(
        "policyMigrationState",
        &["preMigration", "migrationInProgress", "migrationComplete"],
    ),
    property("reconfirmationInDays", Kind::Number),
    schema::object(
        "registrationEnforcement",
        &[schema::object(
            "authenticationMethodsRegistrationCampaign",
            CAMPAIGN,
        )],
    ),
    // Each has a table of its own.
    property("authenticationMethodConfigurations", Kind::Any).not_null(),
];

const WHOLE: Singleton = Singleton {
    name: "authenticationMethodsPolicy",
    set: "policies/authenticationMethodsPolicy",
    type_name: "authenticationMethodsPolicy",
    properties: WHOLE_POLICY,
    needs_type: false,
    initial: |_| {
        json!({"id": "authenticationMethodsPolicy", "displayName": "Authentication Methods Policy", "policyVersion": "1.5",
            "description": "The tenant-wide policy that controls which authentication methods are allowed in the tenant, authentication method registration requirements, and self-service password reset settings",
            "policyMigrationState": "migrationComplete", "registrationEnforcement": {"authenticationMethodsRegistrationCampaign": {
                "snoozeDurationInDays": 1, "state": "default", "excludeTargets": [], "includeTargets": [
                    {"id": "all_users", "targetType": "group", "targetedAuthenticationMethod": "microsoftAuthenticator"}]}}})
    },
};

/// The types with their tables, for conformance checks.
pub(super) fn tables() -> impl Iterator<Item = (&'static str, &'static [Property])> {
    let all = METHODS.iter().map(|(_, own)| own).chain([&WHOLE]);
    all.map(|own| (own.type_name, own.properties))
}

fn named(name: &str) -> Result<&'static Singleton, Refusal> {
    METHODS
        .iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, method)| method)
        .ok_or_else(|| Refusal::not_found(name))
}

/// A method's configuration as it is; nothing for a method that the fake does not know.
pub(super) fn configuration(state: &mut State, call: &Call, name: &str) -> Map<String, Value> {
    named(name)
        .map(|method| method.of(state, call).clone())
        .unwrap_or_default()
}

/// The method that the path names, as its last part or as its key.
fn asked(call: &Call) -> Result<&'static Singleton, Refusal> {
    match call.key(0) {
        Ok(key) => named(&key.value),
        Err(_) => named(call.path.rsplit('/').next().unwrap_or_default()),
    }
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    asked(call)?.get(state, call)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let method = asked(call)?;
    lifetimes(method, &configured(state, call, method, call.body()?))?;
    method.update(state, call)
}

/// `DELETE`: what was written is gone, and the beginning counts again.
pub(super) fn reset(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let method = asked(call)?;
    let policies = state.section::<GraphState>().of(call.tenant());
    policies.policies.remove(method.name);
    Ok(Reply::no_content())
}

pub(super) fn get_whole(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let mut whole = WHOLE.of(state, call).clone();
    let mut all = Vec::new();
    for (_, method) in METHODS {
        let own = method.of(state, call);
        let mut shown = Map::new();
        let kind = format!("#microsoft.graph.{}", method.type_name);
        shown.insert("@odata.type".to_owned(), json!(kind));
        shown.append(&mut schema::shown(own, method.properties, &[]));
        all.push(Value::Object(shown));
    }
    whole.insert(SET.to_owned(), Value::Array(all));
    odata::single(call, WHOLE.set, WHOLE.type_name, WHOLE_POLICY, &whole).map(Reply::ok)
}

/// Changes the whole and the methods that it names: all of it, or nothing where one part is wrong.
pub(super) fn update_whole(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let mut body = call.body()?.clone();
    // The documentation's own example sends it.
    body.shift_remove("@odata.context");
    let listed = body.shift_remove(SET).unwrap_or_else(|| json!([]));
    schema::check(&body, WHOLE_POLICY, WHOLE.type_name, false)?;
    let mut changes = Vec::new();
    for change in listed
        .as_array()
        .ok_or_else(|| Refusal::invalid(SET, WHOLE.type_name))?
    {
        let mut change = change.as_object().cloned().unwrap_or_default();
        let id = change.shift_remove("id");
        let method = named(id.as_ref().and_then(Value::as_str).unwrap_or_default())?;
        method.check(&change)?;
        lifetimes(method, &configured(state, call, method, &change))?;
        changes.push((method, change));
    }
    for (method, change) in changes {
        method.change(state, call, &change)?;
    }
    let now = json!(respond::timestamp(call.at));
    let whole = WHOLE.of(state, call);
    schema::merge(whole, &body);
    whole.insert("lastModifiedDateTime".to_owned(), now);
    Ok(Reply::no_content())
}

/// A method's configuration as it would be.
fn configured(
    state: &mut State,
    call: &Call,
    method: &Singleton,
    change: &Map<String, Value>,
) -> Map<String, Value> {
    let mut after = method.of(state, call).clone();
    schema::merge(&mut after, change);
    after
}

/// The numbers of a Temporary Access Pass fit each other.
fn lifetimes(method: &Singleton, own: &Map<String, Value>) -> Result<(), Refusal> {
    if method.properties != PASS {
        return Ok(());
    }
    let number = |name: &str| own.get(name).and_then(Value::as_i64).unwrap_or_default();
    let (least, most) = (
        number("minimumLifetimeInMinutes"),
        number("maximumLifetimeInMinutes"),
    );
    for (name, range) in [
        ("minimumLifetimeInMinutes", 10..=most.min(43200)),
        ("maximumLifetimeInMinutes", 10..=43200),
        ("defaultLifetimeInMinutes", least..=most),
        ("defaultLength", 8..=48),
    ] {
        if !range.contains(&number(name)) {
            return Err(Refusal::invalid(name, method.type_name));
        }
    }
    Ok(())
}
