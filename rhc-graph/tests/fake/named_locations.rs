//! Named locations.

use crate::place::{Place, raw, refused};
use rhc_graph::{
    ConditionalAccessPolicy, GraphClient, IpRange, Method, NamedLocation, NamedLocations,
};
use serde_json::{Value, json};
use std::time::Duration;

const ALL: &str = "/v1.0/identity/conditionalAccess/namedLocations";

fn office() -> NamedLocation {
    NamedLocation::addresses("Office", ["203.0.113.0/24"])
}

/// One request a second is what the service takes.
async fn pause() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

async fn made(locations: &NamedLocations, location: &NamedLocation) -> String {
    pause().await;
    let made = locations.create(location).await.unwrap();
    pause().await;
    made.id.unwrap()
}

async fn post(graph: &GraphClient, body: Value) -> rhc_graph::Result<Value> {
    pause().await;
    raw(graph, Method::Post, ALL, Some(body)).await
}

#[tokio::test(start_paused = true)]
async fn a_place_says_of_which_kind_it_is_and_has_something_in_it() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let kind = "#microsoft.graph.ipNamedLocation";
    for (body, expected) in [
        (json!({"displayName": "x"}), "'@odata.type' must be"),
        (
            json!({"@odata.type": "#microsoft.graph.namedLocation", "displayName": "x"}),
            "'@odata.type' must be",
        ),
        (
            json!({"@odata.type": kind, "ipRanges": [{"cidrAddress": "1.2.3.4/32"}]}),
            "'displayName'",
        ),
        (
            json!({"@odata.type": kind, "displayName": "x", "ipRanges": []}),
            "'ipRanges'",
        ),
        (
            json!({"@odata.type": kind, "displayName": "x", "countriesAndRegions": ["US"]}),
            "does not exist",
        ),
        (
            json!({"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "x"}),
            "'countriesAndRegions'",
        ),
        (
            json!({"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "x", "countriesAndRegions": ["usa"]}),
            "Invalid country",
        ),
    ] {
        let error = post(&graph, body).await.unwrap_err();
        assert_eq!(error.status(), Some(400));
        assert!(error.message().contains(expected), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_range_is_an_address_with_a_length_that_fits() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let locations = graph.conditional_access().named_locations();
    for (version, cidr) in [
        (4, "203.0.113.0"),
        (4, "203.0.113.0/33"),
        (4, "203.0.113/24"),
        (6, "203.0.113.0/24"),
        (6, "2001:db8::/129"),
        (4, "2001:db8::/32"),
    ] {
        pause().await;
        let range = IpRange {
            odata_type: Some(format!("#microsoft.graph.iPv{version}CidrRange")),
            cidr_address: Some(cidr.into()),
            ..IpRange::default()
        };
        let location = NamedLocation {
            ip_ranges: Some(vec![range]),
            ..office()
        };
        refused(
            locations.create(&location).await,
            400,
            "BadRequest",
            "Invalid IP range",
        );
    }
    let id = made(
        &locations,
        &NamedLocation::addresses("Both", ["203.0.113.0/24", "2001:db8::/32"]),
    )
    .await;
    let read = locations.get(&id).await.unwrap();
    assert_eq!(read.ip_ranges.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_place_stays_of_its_kind_and_is_replaced_in_parts() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let locations = graph.conditional_access().named_locations();
    let id = made(&locations, &office()).await;
    refused(
        locations
            .update(&id, &NamedLocation::countries("x", ["US"]))
            .await,
        400,
        "BadRequest",
        "cannot become one of the other kind",
    );
    pause().await;
    let renamed = NamedLocation {
        ip_ranges: None,
        ..NamedLocation::addresses("Head office", [""; 0])
    };
    locations.update(&id, &renamed).await.unwrap();
    pause().await;
    let read = locations.get(&id).await.unwrap();
    assert_eq!(read.display_name.as_deref(), Some("Head office"));
    assert_eq!(read.ip_ranges, office().ip_ranges);
}

#[tokio::test(start_paused = true)]
async fn what_is_trusted_or_spoken_of_is_not_deleted() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let locations = graph.conditional_access().named_locations();
    let trusted = NamedLocation {
        is_trusted: Some(true),
        ..office()
    };
    let id = made(&locations, &trusted).await;
    refused(
        locations.delete(&id).await,
        400,
        "BadRequest",
        "set isTrusted to false first",
    );
    pause().await;
    locations.update(&id, &office()).await.unwrap();
    let mut policy = ConditionalAccessPolicy::require_mfa("MFA", vec![]);
    let conditions = policy.conditions.as_mut().unwrap();
    conditions
        .rest
        .insert("locations".into(), json!({"includeLocations": [id]}));
    pause().await;
    let made = graph.conditional_access().create(&policy).await.unwrap();
    pause().await;
    refused(
        locations.delete(&id).await,
        400,
        "BadRequest",
        "is used by a Conditional Access policy",
    );
    pause().await;
    let policy = made.id.unwrap();
    graph.conditional_access().delete(&policy).await.unwrap();
    pause().await;
    locations.delete(&id).await.unwrap();
}
