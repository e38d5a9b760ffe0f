//! What the tenant has licences for. Nothing is bought here: a person edits the state, or a test calls [`subscribe`].

use super::schema::{Kind, Property, object, objects, property, text, texts};
use super::state::GraphState;
use super::{Call, Refusal, Reply, odata};
use rhc_core::fake::State;
use serde_json::{Map, Value, json};
use uuid::Uuid;

const SERVICE_PLAN: &[Property] = &[
    text("servicePlanId").read_only(),
    text("servicePlanName").read_only(),
    text("provisioningStatus").read_only(),
    text("appliesTo").read_only(),
];

const UNITS: &[Property] = &[
    property("enabled", Kind::Number).read_only(),
    property("lockedOut", Kind::Number).read_only(),
    property("suspended", Kind::Number).read_only(),
    property("warning", Kind::Number).read_only(),
];

pub(super) const SUBSCRIBED_SKU: &[Property] = &[
    text("id").read_only(),
    text("accountId").read_only(),
    text("accountName").read_only(),
    text("appliesTo").read_only(),
    text("capabilityStatus").read_only(),
    property("consumedUnits", Kind::Number).read_only(),
    object("prepaidUnits", UNITS).read_only(),
    objects("servicePlans", SERVICE_PLAN).read_only(),
    text("skuId").read_only(),
    text("skuPartNumber").read_only(),
    texts("subscriptionIds").read_only(),
];

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let query = &call.query;
    // Source: subscribedsku-list, which supports $select and no other. Unverified: code and words.
    if query.filter.is_some() || query.order.is_some() || query.top.is_some() {
        let words = "The query option is not supported for subscribedSkus.";
        return Err(Refusal::new(400, "Request_UnsupportedQuery", words));
    }
    let own = state.section::<GraphState>().of(call.tenant());
    let all: Vec<Map<String, Value>> = own.subscribed_skus.values().cloned().collect();
    let (set, name) = ("subscribedSkus", "subscribedSku");
    odata::listed(call, set, name, SUBSCRIBED_SKU, all).map(Reply::ok)
}

/// Gives a tenant licences of a product that is made of these service plans, each with id and name.
pub fn subscribe(state: &mut State, tenant: Uuid, product: &str, plans: &[(&str, &str)]) {
    let sku = Uuid::new_v5(&Uuid::nil(), product.as_bytes());
    let plans: Vec<Value> = plans
        .iter()
        .map(|(id, name)| {
            json!({"servicePlanId": id, "servicePlanName": name, "provisioningStatus": "Success", "appliesTo": "User"})
        })
        .collect();
    let body = json!({"id": format!("{tenant}_{sku}"), "skuId": sku, "skuPartNumber": product, "appliesTo": "User",
        "capabilityStatus": "Enabled", "consumedUnits": 0, "servicePlans": plans, "subscriptionIds": [],
        "prepaidUnits": {"enabled": 25, "lockedOut": 0, "suspended": 0, "warning": 0}});
    let own = state.section::<GraphState>().of(tenant);
    own.subscribed_skus
        .insert(product.to_owned(), super::tenant::object(body));
}
