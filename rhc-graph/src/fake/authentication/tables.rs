//! Which methods there are, and what each is made of.

use super::super::schema::{Kind, Property, one_of, property, short, text, texts, time};

/// The methods of one kind that a user has.
#[derive(Debug)]
pub(super) struct Collection {
    /// Its name in paths.
    pub(super) set: &'static str,
    /// The type below `microsoft.graph`.
    pub(super) type_name: &'static str,
    /// Its properties.
    pub(super) properties: &'static [Property],
}

const COLLECTIONS: &[Collection] = &[
    Collection {
        set: "passwordMethods",
        type_name: "passwordAuthenticationMethod",
        properties: PASSWORD,
    },
    Collection {
        set: "emailMethods",
        type_name: "emailAuthenticationMethod",
        properties: EMAIL,
    },
    Collection {
        set: "phoneMethods",
        type_name: "phoneAuthenticationMethod",
        properties: PHONE,
    },
    Collection {
        set: "temporaryAccessPassMethods",
        type_name: "temporaryAccessPassAuthenticationMethod",
        properties: PASS,
    },
    Collection {
        set: "fido2Methods",
        type_name: "fido2AuthenticationMethod",
        properties: FIDO2,
    },
    Collection {
        set: "microsoftAuthenticatorMethods",
        type_name: "microsoftAuthenticatorAuthenticationMethod",
        properties: AUTHENTICATOR,
    },
    Collection {
        set: "softwareOathMethods",
        type_name: "softwareOathAuthenticationMethod",
        properties: SOFTWARE_OATH,
    },
    Collection {
        set: "windowsHelloForBusinessMethods",
        type_name: "windowsHelloForBusinessAuthenticationMethod",
        properties: WINDOWS_HELLO,
    },
    Collection {
        set: "platformCredentialMethods",
        type_name: "platformCredentialAuthenticationMethod",
        properties: PLATFORM_CREDENTIAL,
    },
];

/// The collection of this name.
pub(super) fn named(set: &str) -> Option<&'static Collection> {
    COLLECTIONS
        .iter()
        .find(|own| own.set.eq_ignore_ascii_case(set))
}

/// The collection of methods of this type.
pub(super) fn of_type(odata_type: &str) -> Option<&'static Collection> {
    let name = odata_type.strip_prefix("#microsoft.graph.")?;
    COLLECTIONS.iter().find(|own| own.type_name == name)
}

/// The types with their tables, for conformance checks.
pub(in super::super) fn tables() -> impl Iterator<Item = (&'static str, &'static [Property])> {
    COLLECTIONS
        .iter()
        .map(|own| (own.type_name, own.properties))
        .chain([("longRunningOperation", OPERATION)])
}

const PASSWORD: &[Property] = &[
    text("id").read_only(),
    text("password").read_only(),
    time("createdDateTime").read_only(),
];

pub(super) const EMAIL: &[Property] = &[text("id").read_only(), short("emailAddress", 254)];

pub(super) const PHONE: &[Property] = &[
    text("id").read_only(),
    short("phoneNumber", 64),
    one_of("phoneType", &["mobile", "alternateMobile", "office"]),
    text("smsSignInState").read_only(),
];

pub(super) const PASS: &[Property] = &[
    text("id").read_only(),
    // Shown in the answer that made it: the fake does not keep it.
    text("temporaryAccessPass").read_only(),
    time("createdDateTime").read_only(),
    time("startDateTime"),
    property("lifetimeInMinutes", Kind::Number),
    property("isUsableOnce", Kind::Flag),
    property("isUsable", Kind::Flag).read_only(),
    text("methodUsabilityReason").read_only(),
];

const FIDO2: &[Property] = &[
    text("id").read_only(),
    text("displayName"),
    time("createdDateTime").read_only(),
    text("aaGuid").read_only(),
    text("model").read_only(),
    texts("attestationCertificates").read_only(),
    text("attestationLevel").read_only(),
    text("passkeyType").read_only(),
];

const AUTHENTICATOR: &[Property] = &[
    text("id").read_only(),
    text("displayName").read_only(),
    text("deviceTag").read_only(),
    text("phoneAppVersion").read_only(),
    time("createdDateTime").read_only(),
];

const SOFTWARE_OATH: &[Property] = &[text("id").read_only(), text("secretKey").read_only()];

const WINDOWS_HELLO: &[Property] = &[
    text("id").read_only(),
    text("displayName").read_only(),
    time("createdDateTime").read_only(),
    text("keyStrength").read_only(),
];

const PLATFORM_CREDENTIAL: &[Property] = &[
    text("id").read_only(),
    text("displayName").read_only(),
    time("createdDateTime").read_only(),
    text("keyStrength").read_only(),
    text("platform").read_only(),
];

pub(super) const OPERATION: &[Property] = &[
    text("id").read_only(),
    text("status").read_only(),
    text("statusDetail").read_only(),
    time("createdDateTime").read_only(),
    time("lastActionDateTime").read_only(),
    text("resourceLocation").read_only(),
];
