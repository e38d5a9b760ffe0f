//! The properties of an application registration.

use crate::fake::schema::{
    Kind, Property, filled, flag, guid, object, objects, one_of, property, short, text, texts, time,
};

/// A role that an application defines.
pub(in crate::fake) const APP_ROLE: &[Property] = &[
    texts("allowedMemberTypes"),
    text("description"),
    text("displayName"),
    guid("id").not_null(),
    flag("isEnabled").not_null(),
    text("origin").read_only(),
    text("value"),
];

/// A delegated permission that an application defines.
pub(in crate::fake) const PERMISSION_SCOPE: &[Property] = &[
    text("adminConsentDescription"),
    text("adminConsentDisplayName"),
    guid("id").not_null(),
    flag("isEnabled").not_null(),
    text("origin").read_only(),
    one_of("type", &["User", "Admin"]),
    text("userConsentDescription"),
    text("userConsentDisplayName"),
    text("value"),
];

pub(in crate::fake) const KEY_CREDENTIAL: &[Property] = &[
    text("customKeyIdentifier"),
    text("displayName"),
    time("endDateTime"),
    text("key"),
    guid("keyId"),
    time("startDateTime"),
    text("type"),
    text("usage"),
];

/// A password, without the password.
const PASSWORD_CREDENTIAL: &[Property] = &[
    text("customKeyIdentifier"),
    text("displayName"),
    time("endDateTime"),
    text("hint"),
    guid("keyId"),
    text("secretText"),
    time("startDateTime"),
];

pub(in crate::fake) const INFO: &[Property] = &[
    text("logoUrl").read_only(),
    text("marketingUrl"),
    text("privacyStatementUrl"),
    text("supportUrl"),
    text("termsOfServiceUrl"),
];

pub(in crate::fake) const VERIFIED_PUBLISHER: &[Property] = &[
    text("displayName"),
    text("verifiedPublisherId"),
    time("addedDateTime"),
];

pub(in crate::fake) const AUDIENCES: &[&str] = &[
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
];

const CLAIM: &[Property] = &[
    texts("additionalProperties").or_null(),
    flag("essential").not_null(),
    text("name").not_null(),
    text("source"),
];

const API: &[Property] = &[
    flag("acceptMappedClaims"),
    texts("knownClientApplications").or_null(),
    property("requestedAccessTokenVersion", Kind::Number),
    objects("oauth2PermissionScopes", PERMISSION_SCOPE),
    objects(
        "preAuthorizedApplications",
        &[guid("appId"), texts("delegatedPermissionIds")],
    )
    .or_null(),
];

const WEB: &[Property] = &[
    text("homePageUrl"),
    short("logoutUrl", 255),
    texts("redirectUris"),
    filled(
        "implicitGrantSettings",
        &[
            flag("enableAccessTokenIssuance"),
            flag("enableIdTokenIssuance"),
        ],
    ),
    objects(
        "redirectUriSettings",
        &[property("index", Kind::Number), text("uri")],
    ),
];

pub(super) const PROPERTIES: &[Property] = &[
    guid("id").read_only(),
    time("deletedDateTime").read_only(),
    guid("appId").read_only(),
    text("applicationTemplateId").read_only(),
    text("disabledByMicrosoftStatus").read_only(),
    time("createdDateTime").read_only(),
    short("displayName", 256).not_null(),
    short("description", 1024),
    one_of(
        "groupMembershipClaims",
        &[
            "None",
            "SecurityGroup",
            "All",
            "ApplicationGroup",
            "DirectoryRole",
        ],
    ),
    texts("identifierUris"),
    flag("isDeviceOnlyAuthSupported"),
    flag("isFallbackPublicClient"),
    text("notes"),
    text("publisherDomain").read_only(),
    text("serviceManagementReference"),
    one_of("signInAudience", AUDIENCES),
    texts("tags"),
    guid("tokenEncryptionKeyId"),
    text("samlMetadataUrl"),
    text("defaultRedirectUri"),
    property("certification", Kind::Any).read_only(),
    object(
        "optionalClaims",
        &[
            objects("accessToken", CLAIM).or_null(),
            objects("idToken", CLAIM).or_null(),
            objects("saml2Token", CLAIM).or_null(),
        ],
    ),
    object(
        "servicePrincipalLockConfiguration",
        &[
            flag("allProperties"),
            flag("credentialsWithUsageSign"),
            flag("credentialsWithUsageVerify"),
            flag("isEnabled").not_null(),
            flag("tokenEncryptionKeyId"),
        ],
    ),
    property("requestSignatureVerification", Kind::Any),
    objects(
        "addIns",
        &[
            guid("id"),
            property("properties", Kind::Any),
            text("type").not_null(),
        ],
    ),
    filled("api", API),
    objects("appRoles", APP_ROLE),
    filled("info", INFO),
    objects("keyCredentials", KEY_CREDENTIAL),
    filled(
        "parentalControlSettings",
        &[
            texts("countriesBlockedForMinors").or_null(),
            text("legalAgeGroupRule"),
        ],
    ),
    // Only addPassword makes one, and the fake has no such action: who wants one puts it into the state.
    objects("passwordCredentials", PASSWORD_CREDENTIAL).read_only(),
    filled("publicClient", &[texts("redirectUris")]),
    objects(
        "requiredResourceAccess",
        &[
            objects(
                "resourceAccess",
                &[guid("id").not_null(), one_of("type", &["Scope", "Role"])],
            ),
            guid("resourceAppId").not_null(),
        ],
    ),
    text("uniqueName").once(),
    filled("verifiedPublisher", VERIFIED_PUBLISHER).read_only(),
    filled("web", WEB),
    filled("spa", &[texts("redirectUris")]),
];
