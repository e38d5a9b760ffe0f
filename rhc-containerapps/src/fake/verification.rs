//! What the TXT records of a subscription's host names must hold, as recorded.

use rhc_arm::fake::{Reply, Route};
use serde_json::json;

use super::{VERSIONS, environment};

pub(super) const ROUTE: Route = Route {
    method: "POST",
    pattern: "/subscriptions/{subscription}/providers/Microsoft.App/getCustomDomainVerificationId",
    api_versions: VERSIONS,
    permission: "Microsoft.App/getCustomDomainVerificationId/action",
    run: |state, context| {
        let id = context.param("subscription").to_ascii_lowercase();
        let id = environment::verification_id(state, &id);
        Ok(Reply::new(200, json!(id)))
    },
};
