//! Why a vault turns somebody away: the network, or the roles.

use std::net::IpAddr;

use rhc_core::Error;

/// Why a vault turns somebody away with 403.
///
/// Source: [common error codes](https://learn.microsoft.com/azure/key-vault/general/rest-error-codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum VaultRefusal {
    /// The firewall does not know the address from which the caller comes, which the vault says.
    Firewall {
        /// The address as the vault sees it.
        address: Option<IpAddr>,
    },
    /// It is reached by private endpoints only.
    PublicAccessOff,
    /// The caller has no role that allows this. A role that was just given counts after some minutes.
    Role,
}

impl VaultRefusal {
    /// Reads a failed call. `None` where it failed for another reason.
    pub fn of(error: &Error) -> Option<Self> {
        if error.status() != Some(403) {
            return None;
        }
        if error.has_code("ForbiddenByFirewall") {
            let message = error.service_error().map(|own| own.message.as_str());
            return Some(Self::Firewall {
                address: message.and_then(client_address),
            });
        }
        if error.has_code("ForbiddenByConnection") {
            return Some(Self::PublicAccessOff);
        }
        error.has_code("ForbiddenByRbac").then_some(Self::Role)
    }
}

/// From `Client address: 203.0.113.7`, behind which more may stand.
fn client_address(message: &str) -> Option<IpAddr> {
    let (_, rest) = message.split_once("Client address:")?;
    let word = rest.split_whitespace().next()?;
    word.trim_end_matches([',', ';', '.']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_one_that_the_vault_names() {
        for (message, address) in [
            (
                "Client address is not authorized and caller is not a trusted service.\r\nClient address: 203.0.113.7\r\nCaller: appid=…",
                Some("203.0.113.7"),
            ),
            (
                "Client address: 203.0.113.7 from unknown subnet\r\n",
                Some("203.0.113.7"),
            ),
            ("Client address: 2001:db8::1\r\n", Some("2001:db8::1")),
            ("Client address: x.x.x.x", None),
            ("Client address is not authorized", None),
        ] {
            let expected = address.map(|address| address.parse().unwrap());
            assert_eq!(client_address(message), expected, "{message}");
        }
    }
}
