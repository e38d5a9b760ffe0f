//! Communication Services, e-mail services and their domains.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::super::context::PutContext;
use super::super::engine::upsert;
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::ResourcePath;
use super::super::route::{Reply, Route, RouteContext};
use super::super::rules::{
    Codes, Immutable, Location, NameRule, Patch, Style, Timing, TypeRules, Uniqueness, Unknown,
};
use super::super::state::{Arm, Stored, arm};
use super::vault;

const SERVICES: &str = "Microsoft.Communication/communicationServices";
const EMAIL: &str = "Microsoft.Communication/emailServices";
const DOMAINS: &str = "Microsoft.Communication/emailServices/domains";
const SENDERS: &str = "Microsoft.Communication/emailServices/domains/senderUsernames";
const VERSIONS: &[&str] = &[
    "2023-03-31",
    "2023-04-01",
    "2025-05-01",
    "2025-09-01",
    "2026-03-18",
];
/// The name that a domain managed by Azure must have.
const MANAGED: &str = "AzureManagedDomain";

/// As recorded: 201 for a change, too, and `Accepted` meanwhile.
const WRITE: Timing = Timing::after(12, Style::AsyncOperation, 201, "Accepted").retry_after(5);
const REMOVE: Timing = Timing::after(8, Style::Both, 202, "Deleting")
    .no_body()
    .retry_after(5);
/// Unverified: the codes; the provider's own were not recorded.
const CODES: Codes = Codes {
    missing: (400, "InvalidRequestContent"),
    invalid: (400, "InvalidRequestContent"),
    parent_busy: (409, "Conflict"),
    ..Codes::COMMON
};
const GLOBAL: Location = Location::OneOf(&["global"]);
const DATA_LOCATION: Immutable = Immutable {
    path: "properties.dataLocation",
    refusal: (400, "PropertyChangeNotAllowed"),
};

fn hyphened(name: &str) -> bool {
    name.chars()
        .all(|own| own.is_ascii_alphanumeric() || own == '-')
}

const SENDER: TypeRules = TypeRules {
    reported_type: Some("microsoft.communication/emailservices/domains/senderusernames"),
    required: &["properties.username"],
    read_only: &["properties.dataLocation"],
    properties: &["properties.username", "properties.displayName"],
    unknown: Unknown::Ignore,
    create: Timing::at_once(200),
    codes: CODES,
    before_put: |_, context| {
        let user = json::text(context.sent, "properties.username").unwrap_or_default();
        if user.eq_ignore_ascii_case(context.path.name()) {
            return Ok(());
        }
        Err(ServiceError::bad_request(
            "InvalidRequestContent",
            "The sender's name in the path and 'properties.username' must be the same.",
        ))
    },
    ..TypeRules::child(SENDERS, VERSIONS)
};

pub(super) const ROUTES: &[Route] = &[Route {
    method: "POST",
    pattern: "/subscriptions/{subscription}/providers/Microsoft.Communication/checkNameAvailability",
    api_versions: VERSIONS,
    // Unverified.
    permission: "Microsoft.Communication/checkNameAvailability/action",
    run: check_name,
}];

/// Source: `CommunicationServices_CheckNameAvailability` of the description. Unverified: the words, and the reason `Invalid` of a
/// name that the service does not accept.
fn check_name(state: &mut State, context: &RouteContext<'_>) -> Result<Reply, ServiceError> {
    let name = context.need("name")?;
    if !context.need("type")?.eq_ignore_ascii_case(SERVICES) {
        return Err(ServiceError::bad_request(
            "InvalidRequestContent",
            format!("The request content is invalid: 'type' must be '{SERVICES}'."),
        ));
    }
    let fits = (1..=63).contains(&name.len()) && hyphened(name);
    let taken = arm(state).is_taken(SERVICES, name);
    let taken = taken.then_some("is already taken by another Communication Service.");
    Ok(vault::name_availability(
        "Communication Service",
        name,
        "Invalid",
        fits,
        taken,
    ))
}

pub(super) const TYPES: &[TypeRules] = &[
    SENDER,
    TypeRules {
        reported_type: Some("microsoft.communication/communicationservices"),
        name: NameRule {
            min: 1,
            max: 63,
            fits: |name| {
                name.chars()
                    .all(|own| own.is_ascii_alphanumeric() || "-_".contains(own))
            },
            refusal: (400, "InvalidResourceName"),
            says: "letters, digits, - and _",
        },
        location: GLOBAL,
        required: &["properties.dataLocation"],
        immutable: &[DATA_LOCATION],
        enums: &[(
            "properties.publicNetworkAccess",
            &["Enabled", "Disabled", "SecuredByPerimeter"],
        )],
        read_only: &[
            "properties.hostName",
            "properties.immutableResourceId",
            "properties.notificationHubId",
            "properties.version",
        ],
        properties: &[
            "properties.dataLocation",
            "properties.linkedDomains",
            "properties.publicNetworkAccess",
            "properties.disableLocalAuth",
        ],
        unknown: Unknown::Ignore,
        identity: true,
        // The name is a host's, so it is one of all Azure's. Unverified: the code.
        uniqueness: Uniqueness::Global(
            "NameUnavailable",
            "is not available, it is in use already.",
        ),
        patch: Patch::Merge,
        create: WRITE,
        update: WRITE,
        remove: REMOVE,
        codes: CODES,
        before_put: check_service,
        compute: |state, context, stored| {
            if context.existing.is_none() {
                let region = stored
                    .text("properties.dataLocation")
                    .unwrap_or_default()
                    .replace(' ', "")
                    .to_ascii_lowercase();
                let host = format!("{}.{region}.communication.azure.com", stored.name());
                stored.set("properties.hostName", host);
                let id = state.uuid().to_string();
                stored.set("properties.immutableResourceId", id);
            }
            Ok(())
        },
        ..TypeRules::new(SERVICES, VERSIONS)
    },
    TypeRules {
        reported_type: Some("microsoft.communication/emailservices"),
        name: NameRule {
            min: 1,
            max: 63,
            fits: hyphened,
            refusal: (400, "InvalidResourceName"),
            says: "letters, digits and hyphens",
        },
        location: GLOBAL,
        required: &["properties.dataLocation"],
        immutable: &[DATA_LOCATION],
        properties: &["properties.dataLocation"],
        unknown: Unknown::Ignore,
        patch: Patch::Tags,
        create: WRITE,
        update: WRITE,
        remove: REMOVE,
        codes: CODES,
        ..TypeRules::new(EMAIL, VERSIONS)
    },
    TypeRules {
        reported_type: Some("microsoft.communication/emailservices/domains"),
        name: NameRule {
            min: 1,
            max: 253,
            fits: |name| {
                name.chars()
                    .all(|own| own.is_ascii_alphanumeric() || "-.".contains(own))
            },
            refusal: (400, "InvalidResourceName"),
            says: "a domain's name, or AzureManagedDomain",
        },
        location: GLOBAL,
        required: &["properties.domainManagement"],
        enums: &[
            (
                "properties.domainManagement",
                &[
                    "AzureManaged",
                    "CustomerManaged",
                    "CustomerManagedInExchangeOnline",
                ],
            ),
            (
                "properties.userEngagementTracking",
                &["Disabled", "Enabled"],
            ),
        ],
        immutable: &[Immutable {
            path: "properties.domainManagement",
            refusal: (400, "PropertyChangeNotAllowed"),
        }],
        read_only: &[
            "properties.dataLocation",
            "properties.fromSenderDomain",
            "properties.mailFromSenderDomain",
            "properties.verificationStates",
            "properties.verificationRecords",
        ],
        properties: &[
            "properties.domainManagement",
            "properties.userEngagementTracking",
        ],
        unknown: Unknown::Ignore,
        defaults: || json!({ "properties": { "userEngagementTracking": "Disabled" } }),
        patch: Patch::Merge,
        create: WRITE,
        update: WRITE,
        remove: REMOVE,
        codes: CODES,
        before_put: check_domain,
        compute: compute_domain,
        on_ready: add_sender,
        ..TypeRules::new(DOMAINS, VERSIONS)
    },
];

fn is_managed(body: &Value) -> bool {
    json::text(body, "properties.domainManagement")
        .is_some_and(|own| own.eq_ignore_ascii_case("AzureManaged"))
}

fn check_domain(_: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let name = context.path.name();
    if is_managed(context.sent) != name.eq_ignore_ascii_case(MANAGED) {
        return Err(ServiceError::bad_request(
            "InvalidResourceName",
            format!("A domain managed by Azure is called '{MANAGED}', and no other one is."),
        ));
    }
    if !is_managed(context.sent) && !name.contains('.') {
        return Err(ServiceError::bad_request(
            "InvalidResourceName",
            format!("'{name}' is no domain's name."),
        ));
    }
    Ok(())
}

fn compute_domain(
    state: &mut State,
    context: &PutContext<'_>,
    stored: &mut Stored,
) -> Result<(), ServiceError> {
    if context.existing.is_some() {
        return Ok(());
    }
    let data = context
        .path
        .parent()
        .and_then(|parent| state.read::<Arm>()?.get(&parent.id()))
        .and_then(|own| own.text("properties.dataLocation"))
        .unwrap_or_default()
        .to_owned();
    stored.set("properties.dataLocation", data);
    let managed = is_managed(&stored.body);
    let domain = if managed {
        format!("{}.azurecomm.net", state.uuid())
    } else {
        stored.name().to_owned()
    };
    let word = if managed { "Verified" } else { "NotStarted" };
    stored.set("properties.fromSenderDomain", domain.clone());
    stored.set("properties.mailFromSenderDomain", domain.clone());
    let each = |value: Value| {
        let all = ["Domain", "SPF", "DKIM", "DKIM2", "DMARC"]
            .iter()
            .map(|own| ((*own).to_owned(), value.clone()));
        Value::Object(all.collect())
    };
    stored.set(
        "properties.verificationStates",
        each(json!({ "status": word })),
    );
    if !managed {
        let proof = state.uuid();
        stored.set(
            "properties.verificationRecords",
            json!({
                "Domain": {
                    "type": "TXT",
                    "name": domain,
                    "value": format!("ms-domain-verification={proof}"),
                    "ttl": 3600,
                },
                "SPF": {
                    "type": "TXT",
                    "name": domain,
                    "value": "v=spf1 include:spf.protection.outlook.com -all",
                    "ttl": 3600,
                },
            }),
        );
    }
    Ok(())
}

/// A domain comes with the sender `DoNotReply`.
fn add_sender(state: &mut State, key: &str) -> Result<(), ServiceError> {
    let Some(id) = state
        .read::<Arm>()
        .and_then(|arm| arm.resources.get(key))
        .map(|own| own.id().to_owned())
    else {
        return Ok(());
    };
    let sender = format!("{id}/senderUsernames/DoNotReply");
    let is_there = state
        .read::<Arm>()
        .is_some_and(|arm| arm.get(&sender).is_some());
    if !is_there {
        let body = json!({
            "id": sender,
            "properties": { "username": "DoNotReply", "displayName": "DoNotReply" },
        });
        upsert(state, &SENDER, body);
    }
    Ok(())
}

/// A domain can be linked once it is verified. Unverified: the code.
fn check_service(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    for (_, domain) in json::all(context.sent, "properties.linkedDomains[]") {
        let id = domain.as_str().unwrap_or_default();
        let is_domain = ResourcePath::parse(id)
            .is_some_and(|path| path.resource_type().eq_ignore_ascii_case(DOMAINS));
        let arm = state.read::<Arm>();
        let Some(own) = arm.and_then(|arm| arm.get(id)).filter(|_| is_domain) else {
            return Err(ServiceError::bad_request(
                "LinkedDomainNotFound",
                format!("The linked domain '{id}' could not be found."),
            ));
        };
        let verified = own.text("properties.verificationStates.Domain.status") == Some("Verified");
        let ready = own.text("properties.provisioningState") == Some("Succeeded");
        if !(verified && ready) {
            return Err(ServiceError::bad_request(
                "DomainNotVerified",
                format!("The linked domain '{id}' is not verified."),
            ));
        }
    }
    Ok(())
}
