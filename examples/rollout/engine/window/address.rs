//! Which addresses a firewall on the internet can know.

use std::net::{IpAddr, Ipv4Addr};

/// The address as a rule takes it: a public one of version 4.
///
/// # Errors
/// Says in words why it can be in no rule, and what to give instead.
pub fn public_address(address: IpAddr) -> Result<Ipv4Addr, String> {
    let IpAddr::V4(own) = address else {
        return Err(format!(
            "{address} is an address of version 6, which these firewalls do not know: work over version 4, and give that address"
        ));
    };
    let [first, second, ..] = own.octets();
    let shared = first == 100 && (64..128).contains(&second);
    let why = if own.is_private() || own.is_link_local() || shared {
        "is an address of a network of your own"
    } else if own.is_loopback() {
        "is this computer itself"
    } else if own.is_unspecified() || own.is_multicast() || first >= 240 || first == 0 {
        "is no computer's address"
    } else {
        return Ok(own);
    };
    Err(format!(
        "{address} {why}; give the public address by which the internet knows you, which the administrator of your network can say"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_of_version_4_can_be_in_a_rule() {
        for (text, fits) in [
            ("203.0.113.7", true),
            ("8.8.8.8", true),
            ("100.63.0.1", true),
            ("10.0.0.1", false),
            ("172.16.9.9", false),
            ("192.168.1.20", false),
            ("100.64.0.1", false),
            ("169.254.169.254", false),
            ("127.0.0.1", false),
            ("0.0.0.0", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("2001:db8::1", false),
        ] {
            let checked = public_address(text.parse().unwrap());
            assert_eq!(checked.is_ok(), fits, "{text}: {checked:?}");
            if let Err(why) = checked {
                assert!(why.contains("give"), "{why}");
            }
        }
    }
}
