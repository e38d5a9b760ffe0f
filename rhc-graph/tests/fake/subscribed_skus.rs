//! What a tenant has licences for.

use crate::place::{Place, refused};
use rhc_core::fake::{World, WorldOptions};
use rhc_graph::{ENTRA_ID_P1, ENTRA_ID_P2, Method, Path, Request, SubscribedSku};

#[tokio::test(start_paused = true)]
async fn a_tenant_has_the_licences_that_it_bought_and_no_others() {
    let place = Place::settled();
    place.world.with(|state| {
        let plans = [(ENTRA_ID_P1, "AAD_PREMIUM")];
        rhc_graph::fake::subscribe(state, place.home, "AAD_PREMIUM", &plans);
    });
    let of = async |tenant| {
        let skus = place.operator(tenant).subscribed_skus();
        skus.list().collect_all().await.unwrap()
    };
    let own = of(place.home).await;
    let [only] = &own[..] else { panic!("{own:?}") };
    assert_eq!(only.sku_part_number.as_deref(), Some("AAD_PREMIUM"));
    assert!(only.brings(&[ENTRA_ID_P1]) && !only.brings(&[ENTRA_ID_P2]));
    assert_eq!(of(place.other).await, []);
}

#[tokio::test(start_paused = true)]
async fn they_are_not_sifted() {
    let place = Place::settled();
    let request = Request::new("x", Method::Get, Path::new("/v1.0/subscribedSkus"));
    let request = request.query("$filter", "skuPartNumber eq 'AAD_PREMIUM'");
    let graph = place.operator(place.home);
    refused(
        graph.pages::<SubscribedSku>(request).collect_all().await,
        400,
        "Request_UnsupportedQuery",
        "not supported",
    );
}

#[test]
fn a_product_stands_under_its_name() {
    let mut state = World::new(WorldOptions::default()).to_json().unwrap();
    state["sections"]["graph"] = serde_json::json!({"tenants": {"ed01df5d-6b39-45f8-82ae-36b88e5daae0": {
        "subscribedSkus": {"AAD_PREMIUM": {"skuPartNumber": "another"}}}}});
    let world = World::from_json(&state.to_string(), WorldOptions::default()).unwrap();
    rhc_graph::fake::mount(&world);
    let error = world.check().unwrap_err().to_string();
    assert!(
        error.contains("subscribedSkus.AAD_PREMIUM.skuPartNumber"),
        "{error}"
    );
}
