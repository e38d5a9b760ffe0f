//! Microsoft's baseline: multifactor registration for all, legacy protocols refused.

pub(super) const PATH: &str = "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy";

use rhc_core::model;

model! {
    /// Whether Microsoft's baseline is in force.
    ///
    /// Page: [identitySecurityDefaultsEnforcementPolicy](https://learn.microsoft.com/graph/api/resources/identitysecuritydefaultsenforcementpolicy).
    SecurityDefaults {
        /// Its id; given by the service.
        id: String,
        /// Its name.
        display_name: String,
        /// Whether it is in force.
        is_enabled: bool,
    }
}
