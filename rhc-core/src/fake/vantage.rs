//! From where a client comes, for the services that ask.

use std::net::Ipv4Addr;
use std::sync::Arc;

use azure_core::http::HttpClient;

use super::World;

/// From where a client comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vantage {
    /// From the internet, with this address.
    Outside(Ipv4Addr),
    /// From a subnet, by its id in Resource Manager.
    Subnet(String),
}

impl Vantage {
    /// From the internet, with an address that is kept for documentation: where the operator works, and everybody who
    /// does not say where he comes from.
    pub const OUTSIDE: Self = Self::Outside(Ipv4Addr::new(203, 0, 113, 7));
}

impl Default for Vantage {
    fn default() -> Self {
        Self::OUTSIDE
    }
}

impl World {
    /// A transport for a client that comes from there.
    #[must_use]
    pub fn transport_from(&self, vantage: Vantage) -> Arc<dyn HttpClient> {
        super::http::in_process(self.clone(), vantage, None)
    }
}
