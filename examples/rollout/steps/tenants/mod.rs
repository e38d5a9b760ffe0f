//! Tenants: the one that the rollout makes, the one that a person makes, and the people who administer them.

mod administrators;
mod by_hand;
pub mod external;

pub use administrators::AdministratorsStep;
pub use by_hand::TenantByHandStep;
pub use external::ExternalTenantStep;

use crate::engine::{Key, Output};

/// The id of the tenant that the step with this key makes or finds.
pub fn tenant_id(key: &Key) -> Output<String> {
    key.output("tenantId")
}
