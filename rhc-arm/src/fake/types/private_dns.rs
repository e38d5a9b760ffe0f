//! Private DNS zones and their links to networks.

use rhc_core::fake::State;
use serde_json::json;

use super::super::context::PutContext;
use super::super::error::ServiceError;
use super::super::json;
use super::super::path::{ResourcePath, key};
use super::super::rules::{
    Codes, Link, Location, NameRule, Patch, Style, Timing, TypeRules, Unknown,
};
use super::super::state::Arm;
use super::network::NETWORKS;

pub(super) const ZONES: &str = "Microsoft.Network/privateDnsZones";
const LINKS: &str = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";
const VERSIONS: &[&str] = &["2018-09-01", "2020-06-01", "2024-06-01"];

/// As recorded: 202 without a resource, and both links.
const WRITE: Timing = Timing::after(6, Style::Both, 202, "Creating")
    .no_body()
    .retry_after(3);
const REMOVE: Timing = Timing::after(6, Style::Both, 202, "Deleting")
    .no_body()
    .retry_after(3);
const CODES: Codes = Codes {
    missing: (400, "BadRequest"),
    invalid: (400, "BadRequest"),
    ..Codes::COMMON
};

pub(super) const TYPES: &[TypeRules] = &[
    TypeRules {
        name: NameRule {
            min: 1,
            max: 253,
            fits: |name| {
                let labels: Vec<_> = name.split('.').collect();
                (2..=34).contains(&labels.len())
                    && labels.iter().all(|label| {
                        !label.is_empty()
                            && label.len() <= 63
                            && label
                                .chars()
                                .all(|own| own.is_ascii_alphanumeric() || "-_".contains(own))
                    })
            },
            refusal: (400, "BadRequest"),
            says: "2 to 34 labels of letters, digits, - and _, with dots between",
        },
        location: Location::OneOf(&["global"]),
        read_only: &[
            "properties.maxNumberOfRecordSets",
            "properties.numberOfRecordSets",
            "properties.maxNumberOfVirtualNetworkLinks",
            "properties.numberOfVirtualNetworkLinks",
            "properties.maxNumberOfVirtualNetworkLinksWithRegistration",
            "properties.numberOfVirtualNetworkLinksWithRegistration",
            "properties.internalId",
        ],
        unknown: Unknown::Ignore,
        patch: Patch::Tags,
        create: WRITE,
        update: WRITE,
        remove: REMOVE,
        system_data: false,
        codes: CODES,
        before_delete: |state, context| {
            let linked = state
                .read::<Arm>()
                .is_some_and(|arm| arm.of_type(context.existing.id(), LINKS).next().is_some());
            if linked {
                return Err(ServiceError::conflict(
                    "CannotDeleteResource",
                    "Can not delete resource before nested resources are deleted.",
                ));
            }
            Ok(())
        },
        view: |state, stored| {
            let mut body = stored.body.clone();
            let links = state
                .read::<Arm>()
                .map_or(0, |arm| arm.of_type(stored.id(), LINKS).count());
            json::put(&mut body, "properties.maxNumberOfRecordSets", json!(25000));
            json::put(
                &mut body,
                "properties.maxNumberOfVirtualNetworkLinks",
                json!(1000),
            );
            json::put(
                &mut body,
                "properties.numberOfVirtualNetworkLinks",
                json!(links),
            );
            body
        },
        ..TypeRules::new(ZONES, VERSIONS)
    },
    TypeRules {
        name: NameRule {
            min: 1,
            max: 80,
            fits: |name| {
                name.starts_with(|own: char| own.is_ascii_alphanumeric())
                    && name
                        .chars()
                        .all(|own| own.is_ascii_alphanumeric() || "-_.".contains(own))
            },
            refusal: (400, "BadRequest"),
            says: "letters, digits, -, _ and periods, a letter or digit first",
        },
        location: Location::OneOf(&["global"]),
        required: &["properties.virtualNetwork.id"],
        enums: &[(
            "properties.resolutionPolicy",
            &["Default", "NxDomainRedirect"],
        )],
        links: &[Link {
            path: "properties.virtualNetwork.id",
            resource_type: NETWORKS,
            action: "Microsoft.Network/virtualNetworks/join/action",
            missing: (400, "BadRequest"),
        }],
        read_only: &["properties.virtualNetworkLinkState"],
        properties: &[
            "properties.virtualNetwork",
            "properties.registrationEnabled",
            "properties.resolutionPolicy",
        ],
        unknown: Unknown::Ignore,
        defaults: || json!({ "properties": { "registrationEnabled": false } }),
        patch: Patch::Merge,
        create: WRITE,
        update: WRITE,
        remove: REMOVE,
        system_data: false,
        codes: CODES,
        before_put: check_link,
        compute: |_, _, stored| {
            stored.set("properties.virtualNetworkLinkState", "Completed");
            Ok(())
        },
        ..TypeRules::new(LINKS, VERSIONS)
    },
];

/// A network can look up a name in one zone only. Unverified: status and code.
fn check_link(state: &mut State, context: &PutContext<'_>) -> Result<(), ServiceError> {
    let network = json::text(context.sent, "properties.virtualNetwork.id").unwrap_or_default();
    let zone = context.path.parent();
    let name = zone.as_ref().map(|own| own.name().to_ascii_lowercase());
    let twin = state.read::<Arm>().is_some_and(|arm| {
        arm.everywhere(LINKS)
            .filter(|own| key(own.id()) != context.path.key())
            .filter(|own| {
                own.text("properties.virtualNetwork.id")
                    .is_some_and(|own| key(own) == key(network))
            })
            .any(|own| {
                ResourcePath::parse(&key(own.id()))
                    .and_then(|path| path.parent())
                    .map(|zone| zone.name().to_owned())
                    == name
            })
    });
    if twin {
        return Err(ServiceError::conflict(
            "Conflict",
            "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link \
             virtual network with a zone of the same name.",
        ));
    }
    Ok(())
}
