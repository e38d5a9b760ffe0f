//! Public DNS zones and two kinds of their record sets, as in the recordings of the Azure CLI's tests.
//!
//! What stands in a zone is seen in the World's DNS while that zone is the one that answers there
//! ([`Dns::delegate`]). Unverified: every code `BadRequest`.

use rhc_core::fake::{Dns, RecordType, State};
use serde_json::{Value, json};

use super::super::context::PutContext;
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::{ResourcePath, key};
use super::super::rules::{
    Codes, Location, NameRule, Patch, Pattern, Style, Timing, TypeRules, Unknown,
};
use super::super::state::{Arm, Stored};

const ZONES: &str = "Microsoft.Network/dnsZones";
const CNAME: &str = "Microsoft.Network/dnsZones/CNAME";
const TXT: &str = "Microsoft.Network/dnsZones/TXT";
const VERSIONS: &[&str] = &["2018-05-01", "2023-07-01-preview"];
const CODES: Codes = Codes {
    missing: (400, "BadRequest"),
    invalid: (400, "BadRequest"),
    ..Codes::COMMON
};
/// RFC 2181, section 8, and the portal.
const TTL: Pattern = Pattern {
    path: "properties.TTL",
    fits: |value| {
        value
            .as_i64()
            .is_some_and(|own| (1..=2_147_483_647).contains(&own))
    },
    code: "BadRequest",
    says: "a number of seconds from 1 to 2147483647",
};
const RECORD_NAME: NameRule = NameRule {
    min: 1,
    max: 253,
    fits: |name| {
        name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .chars()
                    .all(|own| own.is_ascii_alphanumeric() || "-_*@".contains(own))
        })
    },
    refusal: (400, "BadRequest"),
    says: "labels of letters, digits, - and _ with dots between, or @ for the zone itself",
};

pub(super) const TYPES: &[TypeRules] = &[
    TypeRules {
        reported_type: Some("Microsoft.Network/dnszones"),
        name: NameRule {
            min: 3,
            max: 253,
            fits: |name| {
                name.contains('.') && (RECORD_NAME.fits)(name) && !name.contains(['*', '@'])
            },
            refusal: (400, "BadRequest"),
            says: "2 or more labels of letters, digits, - and _, with dots between",
        },
        location: Location::OneOf(&["global"]),
        read_only: &[
            "properties.maxNumberOfRecordSets",
            "properties.maxNumberOfRecordsPerRecordSet",
            "properties.numberOfRecordSets",
            "properties.nameServers",
        ],
        enums: &[("properties.zoneType", &["Public", "Private"])],
        unknown: Unknown::Ignore,
        properties: &["properties.zoneType"],
        defaults: || json!({ "tags": {}, "properties": { "zoneType": "Public" } }),
        patch: Patch::Tags,
        remove: Timing::after(6, Style::Both, 202, "Deleting").no_body(),
        system_data: false,
        provisioning_state: false,
        codes: CODES,
        view: view_zone,
        ..TypeRules::new(ZONES, VERSIONS)
    },
    TypeRules {
        reported_type: Some("Microsoft.Network/dnszones/CNAME"),
        // RFC 1034, section 3.6.2: the zone itself has other records.
        name: NameRule {
            fits: |name| (RECORD_NAME.fits)(name) && name != "@",
            says: "labels of letters, digits, - and _ with dots between, and not the zone itself",
            ..RECORD_NAME
        },
        patterns: &[TTL],
        properties: &[
            "properties.TTL",
            "properties.CNAMERecord",
            "properties.metadata",
        ],
        ..record(CNAME)
    },
    TypeRules {
        reported_type: Some("Microsoft.Network/dnszones/TXT"),
        name: RECORD_NAME,
        patterns: &[
            TTL,
            // RFC 1035, section 3.3.14.
            Pattern {
                path: "properties.TXTRecords[].value[]",
                fits: |value| value.as_str().is_some_and(|own| own.len() <= 255),
                code: "BadRequest",
                says: "a text of 255 characters at most",
            },
        ],
        properties: &[
            "properties.TTL",
            "properties.TXTRecords",
            "properties.metadata",
        ],
        ..record(TXT)
    },
];

const fn record(resource_type: &'static str) -> TypeRules {
    TypeRules {
        required: &["properties.TTL"],
        read_only: &[
            "properties.fqdn",
            "properties.targetResource",
            "properties.trafficManagementProfile",
        ],
        unknown: Unknown::Ignore,
        patch: Patch::Merge,
        system_data: false,
        codes: CODES,
        // As recorded.
        absent: Some(|path| {
            ServiceError::not_found(
                "NotFound",
                format!(
                    "The resource record '{}' does not exist in resource group '{}' of subscription '{}'.",
                    path.name(),
                    path.group().unwrap_or_default(),
                    path.subscription().unwrap_or_default()
                ),
            )
        }),
        before_put: alone,
        compute: |state, put, stored| {
            stored.set("properties.fqdn", format!("{}.", full_name(put.path)));
            stored.set("properties.targetResource", json!({}));
            // As recorded: an id of its own, without quotes, that changes with each write.
            let etag = version(state, put.id);
            stored.set("etag", etag);
            Ok(())
        },
        on_ready: |state, key| {
            let stored = state.read::<Arm>().and_then(|arm| arm.get(key)).cloned();
            if let Some(stored) = stored {
                publish(state, &stored, true);
            }
            Ok(())
        },
        after_delete: |state, stored| publish(state, stored, false),
        view: view_record,
        ..TypeRules::child(resource_type, VERSIONS)
    }
}

fn version(state: &mut State, id: &str) -> String {
    let now = state.now().unix_timestamp_nanos().to_string();
    let before = state
        .read::<Arm>()
        .and_then(|arm| arm.get(id)?.text("etag").map(str::to_owned));
    let before = before.unwrap_or_default();
    state
        .derived_uuid(&["etag", &key(id), &now, &before])
        .to_string()
}

/// A name with a CNAME has no other records.
fn alone(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let other = match put.path.resource_type() {
        own if own.eq_ignore_ascii_case(CNAME) => TXT,
        _ => CNAME,
    };
    let Some(zone) = put.path.parent() else {
        return Ok(());
    };
    let taken = state.read::<Arm>().is_some_and(|arm| {
        arm.of_type(&zone.id(), other)
            .any(|own| own.name().eq_ignore_ascii_case(put.path.name()))
    });
    if taken {
        return Err(ServiceError::bad_request(
            "BadRequest",
            format!(
                "The record set '{}' conflicts with another one of the same name: a CNAME record stands alone.",
                put.path.name()
            ),
        ));
    }
    Ok(())
}

/// `asuid.www` in `contoso.com` is `asuid.www.contoso.com`.
fn full_name(path: &ResourcePath) -> String {
    let zone = path.parent();
    let zone = zone.as_ref().map(ResourcePath::name).unwrap_or_default();
    match path.name() {
        "@" => zone.to_owned(),
        name => format!("{name}.{zone}"),
    }
}

/// Lets the world see a record set, or no longer.
fn publish(state: &mut State, stored: &Stored, there: bool) {
    let Some(path) = ResourcePath::parse(stored.id()) else {
        return;
    };
    let Some(zone) = path.parent() else { return };
    let delegated = state
        .read::<Dns>()
        .is_some_and(|dns| dns.is_delegated_to(zone.name(), &zone.id()));
    if !delegated {
        return;
    }
    let kind = if path.resource_type().eq_ignore_ascii_case(CNAME) {
        RecordType::Cname
    } else {
        RecordType::Txt
    };
    let values: Vec<String> = if there { values(stored) } else { Vec::new() };
    state.section::<Dns>().set(&full_name(&path), kind, values);
}

fn values(stored: &Stored) -> Vec<String> {
    let alias = stored.text("properties.CNAMERecord.cname");
    let texts = stored.all("properties.TXTRecords[]").into_iter();
    let texts = texts.map(|own| {
        let parts = own["value"].as_array().into_iter().flatten();
        parts.filter_map(Value::as_str).collect::<String>()
    });
    alias.map(str::to_owned).into_iter().chain(texts).collect()
}

/// The service writes the type in its ids with a small z.
fn view_record(_: &State, stored: &Stored) -> Value {
    let mut shown = stored.body.clone();
    shown["id"] = json!(stored.id().replace("/dnsZones/", "/dnszones/"));
    shown
}

fn view_zone(state: &State, stored: &Stored) -> Value {
    let mut shown = view_record(state, stored);
    let records = state.read::<Arm>().map_or(0, |arm| {
        [CNAME, TXT]
            .iter()
            .map(|kind| arm.of_type(stored.id(), kind).count())
            .sum()
    });
    let servers: Vec<String> = ["com", "net", "org", "info"]
        .iter()
        .enumerate()
        .map(|(at, end)| format!("ns{}-01.azure-dns.{end}.", at + 1))
        .collect();
    // The zone's own two are not shown as resources here.
    for (name, value) in [
        ("numberOfRecordSets", json!(records + 2)),
        ("maxNumberOfRecordSets", json!(10_000)),
        ("maxNumberOfRecordsPerRecordSet", Value::Null),
        ("nameServers", json!(servers)),
    ] {
        json::put(&mut shown, &format!("properties.{name}"), value);
    }
    shown
}
