//! Services at addresses of this machine: which port stands for which host, and which link leads where.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use http::uri::Authority;

/// Names under which a machine asks itself.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Ports by the host that they stand for; `*.` before a host stands for all below it, told apart by the first segment of
/// the path.
#[derive(Debug, Default)]
pub(in crate::fake) struct Addresses(RwLock<BTreeMap<String, u16>>);

/// Whether a name is one of the machine's own.
pub(super) fn is_own(host: &str) -> bool {
    OWN_NAMES.iter().any(|own| own.eq_ignore_ascii_case(host))
}

impl Addresses {
    pub(super) fn add(&self, host: &str, port: u16) {
        let mut ports = self.0.write().unwrap_or_else(PoisonError::into_inner);
        ports.insert(host.to_ascii_lowercase(), port);
    }

    /// A service's link as it leads a client that asked under `name`; `None` if the service has no address here.
    pub(super) fn here(&self, name: &str, link: &str) -> Option<String> {
        let (authority, rest) = apart(link)?;
        let host = authority.host().to_ascii_lowercase();
        if authority.port_u16().is_some_and(|port| port != 443) {
            return None;
        }
        let ports = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(port) = ports.get(&host) {
            return Some(format!("https://{name}:{port}{rest}"));
        }
        let (label, parent) = host.split_once('.')?;
        let port = ports.get(&format!("*.{parent}"))?;
        Some(format!("https://{name}:{port}/{label}{rest}"))
    }

    /// An address of this machine as the service knows itself, as long as one host has it alone.
    pub(in crate::fake) fn real(&self, address: &str) -> Option<String> {
        let (authority, rest) = apart(address)?;
        let port = authority.port_u16()?;
        if !is_own(authority.host()) {
            return None;
        }
        let ports = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (host, _) = ports
            .iter()
            .find(|(host, own)| **own == port && !host.starts_with("*."))?;
        Some(format!("https://{host}{rest}"))
    }
}

/// Host and port, and what follows them.
fn apart(link: &str) -> Option<(Authority, &str)> {
    let rest = link.strip_prefix("https://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end)?;
    Some((authority.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        let addresses = Addresses::default();
        addresses.add("management.azure.com", 8443);
        addresses.add("*.vault.azure.net", 8446);
        addresses
    }

    #[test]
    fn a_services_link_leads_to_its_port() {
        let here = |link| addresses().here("localhost", link);
        assert_eq!(
            here("https://management.azure.com/subscriptions?a=b").as_deref(),
            Some("https://localhost:8443/subscriptions?a=b")
        );
        assert_eq!(
            here("https://management.azure.com:443/x").as_deref(),
            Some("https://localhost:8443/x"),
            "the default port is the same origin"
        );
        assert_eq!(
            here("https://one.vault.azure.net/keys").as_deref(),
            Some("https://localhost:8446/one/keys")
        );
    }

    #[test]
    fn what_is_no_services_link_stays() {
        for link in [
            "https://management.azure.com.example/x",
            "https://management.azure.com:8443/x",
            "http://management.azure.com/x",
            "https://vault.azure.net/x",
            "management.azure.com",
            "https://",
            "",
        ] {
            assert_eq!(addresses().here("localhost", link), None, "{link}");
        }
    }

    #[test]
    fn an_address_here_is_known_as_the_service() {
        let real = |address| addresses().real(address);
        assert_eq!(
            real("https://127.0.0.1:8443/.default").as_deref(),
            Some("https://management.azure.com/.default")
        );
        for address in [
            "https://elsewhere:8443/",
            "https://localhost:8446/",
            "https://localhost/",
            "https://localhost:99999/",
        ] {
            assert_eq!(real(address), None, "{address}");
        }
    }
}
