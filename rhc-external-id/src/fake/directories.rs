//! `Microsoft.AzureActiveDirectory/ciamDirectories`.

use rhc_arm::fake::{
    Arm, Codes, DeleteContext, Immutable, Location, NameRule, Patch, Pattern, PutContext,
    ServiceError, Stored, Style, Timing, TypeRules, Unknown,
};
use rhc_core::fake::authority::{Caller, CallerKind};
use rhc_core::fake::directory::GLOBAL_ADMINISTRATOR;
use rhc_core::fake::{Directory, ObjectKind, Read, State};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{birth, names, residency};

pub(super) const TYPE: &str = "Microsoft.AzureActiveDirectory/ciamDirectories";
pub(super) const VERSIONS: &[&str] = &["2023-05-17-preview"];
pub(super) const COUNTRY: &str = "properties.createTenantProperties.countryCode";
pub(super) const DISPLAY_NAME: &str = "properties.createTenantProperties.displayName";
/// Who made the resource: hidden, for the birth.
pub(super) const CREATOR: &str = "creator";
/// The template id of the Entra role Tenant Creator. Unverified: from general knowledge.
const TENANT_CREATOR: Uuid = Uuid::from_u128(0x112c_a1a2_15ad_4102_995e_45b0_bc47_9a6a);
/// How many External ID tenants a subscription may have (service limits).
const MOST: usize = 20;
const REFUSED: (u16, &str) = (400, "BadRequest");

pub(super) const RULES: TypeRules = TypeRules {
    name: NameRule {
        min: 1,
        max: 26,
        fits: |name| name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        refusal: REFUSED,
        says: "letters and digits only, for it becomes the tenant's initial domain",
    },
    location: Location::OneOf(residency::GEOGRAPHIES),
    required: &["sku.name", "sku.tier", DISPLAY_NAME, COUNTRY],
    read_only: &[
        "properties.domainName",
        "properties.tenantId",
        "properties.billingConfig",
    ],
    properties: &["properties.createTenantProperties"],
    unknown: Unknown::Ignore,
    immutable: &[
        Immutable {
            path: COUNTRY,
            refusal: REFUSED,
        },
        Immutable {
            path: DISPLAY_NAME,
            refusal: REFUSED,
        },
    ],
    enums: &[
        ("sku.name", &["Standard", "PremiumP1", "PremiumP2", "Base"]),
        ("sku.tier", &["A0"]),
    ],
    patterns: &[
        Pattern {
            path: COUNTRY,
            fits: |value| {
                value.as_str().is_some_and(|own| {
                    own.len() == 2 && own.bytes().all(|byte| byte.is_ascii_alphabetic())
                })
            },
            code: "BadRequest",
            says: "two letters",
        },
        Pattern {
            path: DISPLAY_NAME,
            fits: |value| value.as_str().is_some_and(|own| !own.trim().is_empty()),
            code: "BadRequest",
            says: "a text that is not empty",
        },
    ],
    patch: Patch::Merge,
    create: Timing::after(12 * 60, Style::AsyncOperation, 201, "Provisioning").retry_after(60),
    remove: Timing::after(5 * 60, Style::Both, 202, "Deleting")
        .no_body()
        .retry_after(60),
    codes: Codes {
        missing: REFUSED,
        invalid: REFUSED,
        busy: (409, "Conflict"),
        ..Codes::COMMON
    },
    before_put,
    compute,
    on_ready: birth::on_ready,
    before_delete,
    after_delete,
    view,
    ..TypeRules::new(TYPE, VERSIONS)
};

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    if put.existing.is_some() {
        return Ok(());
    }
    let directory = state.directory_ref();
    may_create(directory, put.caller)?;
    let text = |path: &str| {
        put.sent
            .pointer(&format!("/{}", path.replace('.', "/")))
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (location, country) = (text("location"), text(COUNTRY));
    if let Some(own) = residency::geography(country).filter(|own| !alike(own, location)) {
        return Err(ServiceError::bad_request(
            "BadRequest",
            format!(
                "The country code '{country}' does not belong to the location '{location}': its data resides in '{own}'."
            ),
        )
        .target(COUNTRY));
    }
    if names::is_taken(state, put.path.name()) {
        return Err(ServiceError::conflict("NameAlreadyExists", names::TAKEN));
    }
    let subscription = format!(
        "/subscriptions/{}",
        put.path.subscription().unwrap_or_default()
    );
    let have = state.read::<Arm>().map_or(0, |arm| {
        arm.below(&subscription)
            .filter(|(_, own)| own.text("type") == Some(TYPE))
            .count()
    });
    if have >= MOST {
        return Err(ServiceError::bad_request(
            "BadRequest",
            format!("A subscription has at most {MOST} external tenants."),
        ));
    }
    Ok(())
}

fn alike(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    plain(one) == plain(other)
}

/// The creator becomes an administrator of the new tenant, so he must be a person.
fn may_create(directory: &Directory, caller: &Caller) -> Result<(), ServiceError> {
    if caller.kind != CallerKind::Person {
        return Err(ServiceError::new(
            401,
            "Unauthenticated",
            "The request is not authenticated: a tenant is created by a signed-in user.",
        ));
    }
    let may = directory.tenant_by_id(caller.tenant).is_some_and(|tenant| {
        [TENANT_CREATOR, GLOBAL_ADMINISTRATOR]
            .iter()
            .any(|role| tenant.has_role(caller.object_id, *role))
    });
    if may {
        return Ok(());
    }
    Err(ServiceError::new(
        403,
        "Forbidden",
        "The user needs the Microsoft Entra role Tenant Creator to create a tenant.",
    ))
}

fn compute(_: &mut State, put: &PutContext<'_>, stored: &mut Stored) -> Result<(), ServiceError> {
    if put.existing.is_some() {
        return Ok(());
    }
    stored.set("properties.tenantId", Uuid::nil().to_string());
    // As Microsoft's examples have it, before and after.
    stored.set(
        "properties.billingConfig",
        json!({ "billingType": "MAU", "effectiveStartDateUtc": "1/1/0001 12:00:00 AM" }),
    );
    stored.hidden.insert(
        CREATOR.to_owned(),
        json!({ "tenant": put.caller.tenant, "user": put.caller.object_id }),
    );
    Ok(())
}

/// The tenant's id, once it is born.
pub(super) fn tenant_id(stored: &Stored) -> Option<Uuid> {
    let id: Uuid = stored.text("properties.tenantId")?.parse().ok()?;
    (!id.is_nil()).then_some(id)
}

fn before_delete(state: &mut State, delete: &DeleteContext<'_>) -> Result<(), ServiceError> {
    let Some(tenant) = tenant_id(delete.existing) else {
        return Ok(());
    };
    let directory = state.directory_ref();
    let count = |kind| directory.objects(tenant, kind, Read::Authoritative).len();
    let (users, applications) = (count(ObjectKind::User), count(ObjectKind::Application));
    let left = [
        (users > 1).then(|| format!("{users} users, where only the deleting one may be left")),
        (applications > 0).then(|| format!("{applications} applications")),
    ];
    let left: Vec<_> = left.into_iter().flatten().collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(ServiceError::bad_request(
        "BadRequest",
        format!(
            "The tenant '{tenant}' cannot be deleted: it still has {}.",
            left.join(" and ")
        ),
    ))
}

fn after_delete(state: &mut State, gone: &Stored) {
    // A resource that goes with its group leaves the tenant alone: that deletion checked nothing.
    if gone.text("properties.provisioningState") != Some("Deleting") {
        return;
    }
    if let Some(tenant) = tenant_id(gone) {
        state.directory().remove_tenant(tenant);
        let name = format!("{TYPE}/{}", gone.name()).to_ascii_lowercase();
        state.section::<Arm>().taken_names.insert(name);
    }
}

fn view(_: &State, stored: &Stored) -> Value {
    if stored.text("properties.provisioningState") != Some("Provisioning") {
        return stored.body.clone();
    }
    let mut shown = stored.clone();
    for member in ["id", "name"] {
        let long = format!(
            "{}.onmicrosoft.com",
            stored.text(member).unwrap_or_default()
        );
        shown.set(member, long);
    }
    shown.body
}
