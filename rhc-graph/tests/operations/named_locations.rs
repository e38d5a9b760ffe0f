//! Named locations.

use super::place::{ACCESS, LOCATION, all};
use rhc_graph::{IpRange, NamedLocation};

fn office() -> NamedLocation {
    NamedLocation::addresses("Office", ["203.0.113.0/24", "2001:db8::/32"])
}

operations! {
    get: "namedLocations.get" => |graph| graph.conditional_access().named_locations().get(LOCATION).await;
    list: "namedLocations.list" => |graph| graph.conditional_access().named_locations().list(all()).collect_all().await;
    create: "namedLocations.create" => |graph| graph.conditional_access().named_locations().create(&office()).await;
    create_countries: "namedLocations.create.countries" => |graph| graph.conditional_access().named_locations().create(&NamedLocation::countries("Home", ["US", "CA"])).await;
    update: "namedLocations.update" => |graph| graph.conditional_access().named_locations().update(LOCATION, &NamedLocation::countries("Home", ["US", "CA"])).await;
    delete: "namedLocations.delete" => |graph| graph.conditional_access().named_locations().delete(LOCATION).await;
}

refusals! {
    get_missing: "namedLocations.get.missing" => |graph| graph.conditional_access().named_locations().get(ACCESS).await;
    create_range: "namedLocations.create.range" => |graph| graph.conditional_access().named_locations().create(&NamedLocation {
        ip_ranges: Some(vec![IpRange { odata_type: Some("#microsoft.graph.iPv4CidrRange".into()), cidr_address: Some("203.0.113.0/33".into()), ..IpRange::default() }]),
        ..office() }).await;
    update_missing: "namedLocations.update.missing" => |graph| graph.conditional_access().named_locations().update(ACCESS, &office()).await;
    delete_trusted: "namedLocations.delete.trusted" => |graph| {
        let trusted = NamedLocation { is_trusted: Some(true), ..office() };
        let made = graph.conditional_access().named_locations().create(&trusted).await?;
        graph.conditional_access().named_locations().delete(made.id.as_deref().unwrap_or_default()).await
    };
}

denials! {
    list_denied: "namedLocations.list.denied" => |graph| graph.conditional_access().named_locations().list(all()).collect_all().await;
}
