//! Forms of texts, without any meaning.

use std::fmt;

/// 8-4-4-4-12 hexadecimal digits, without braces.
pub(super) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == 5
        && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| {
            group.len() == length && group.chars().all(|c| c.is_ascii_hexdigit())
        })
}

/// One label of a host name in small letters.
pub(super) fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Two or more labels.
pub(super) fn is_domain(text: &str) -> bool {
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

/// `name@domain`, with what nearly everybody has.
pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(user, domain)| is_mail_user(user) && is_domain(&domain.to_lowercase()))
}

/// What may stand before the `@` of a sign-in name or a sender.
pub(super) fn is_mail_user(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-_+".contains(c))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// A path that begins at the root of a site.
pub(super) fn is_path(text: &str) -> bool {
    text.starts_with('/')
        && text.len() <= 200
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c))
}

/// `repository[:tag][@sha256:digest]`, with small letters in the repository.
pub(super) fn is_image(text: &str) -> bool {
    let (name, digest) = text
        .split_once('@')
        .map_or((text, None), |(name, digest)| (name, Some(digest)));
    let digest_fits = digest.is_none_or(|digest| {
        digest
            .strip_prefix("sha256:")
            .is_some_and(|hex| hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit()))
    });
    let (repository, tag) = match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    };
    let tag_fits = tag.is_none_or(|tag| {
        (1..=128).contains(&tag.len())
            && !tag.starts_with(['.', '-'])
            && tag
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    });
    let part_fits = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
    };
    digest_fits && tag_fits && repository.len() <= 255 && repository.split('/').all(part_fits)
}

/// `2026-11-22`.
pub(super) fn is_date(text: &str) -> bool {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    text.len() == 10 && time::Date::parse(text, format).is_ok()
}

/// An IPv4 network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cidr {
    first: u32,
    pub(super) prefix: u8,
}

impl Cidr {
    /// Reads `10.40.0.0/16`; the reason otherwise.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let form = || "expected is an IPv4 network such as 10.40.0.0/16".to_owned();
        let (address, prefix) = text.split_once('/').ok_or_else(form)?;
        let address: std::net::Ipv4Addr = address.parse().map_err(|_| form())?;
        let digits = (1..=2).contains(&prefix.len()) && prefix.chars().all(|c| c.is_ascii_digit());
        let prefix: u8 = prefix
            .parse()
            .ok()
            .filter(|prefix| digits && *prefix <= 32)
            .ok_or_else(form)?;
        let network = Self {
            first: u32::from(address) & Self::mask(prefix),
            prefix,
        };
        if network.first == u32::from(address) {
            Ok(network)
        } else {
            Err(format!("the network's first address is {network}"))
        }
    }

    fn mask(prefix: u8) -> u32 {
        u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
    }

    pub(super) fn contains(self, other: Self) -> bool {
        self.prefix <= other.prefix && other.first & Self::mask(self.prefix) == self.first
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}",
            std::net::Ipv4Addr::from(self.first),
            self.prefix
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_and_overlap() {
        let network = |text| Cidr::parse(text).unwrap();
        assert!(network("10.40.0.0/16").contains(network("10.40.2.0/23")));
        assert!(!network("10.40.2.0/23").contains(network("10.40.0.0/16")));
        assert!(network("10.40.2.0/23").overlaps(network("10.40.0.0/16")));
        assert!(!network("10.40.0.0/23").overlaps(network("10.40.2.0/23")));
        assert!(network("0.0.0.0/0").contains(network("255.255.255.255/32")));
    }

    #[test]
    fn networks_are_written_from_their_first_address() {
        assert_eq!(
            Cidr::parse("10.40.1.0/23").unwrap_err(),
            "the network's first address is 10.40.0.0/23"
        );
        for text in [
            "",
            "10.40.0.0",
            "10.40.0.0/33",
            "10.40.0/16",
            "10.40.0.0/-1",
            "10.40.0.0/+8",
            "::/0",
            "010.40.0.0/16",
        ] {
            assert!(Cidr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn images_are_told_from_addresses() {
        for image in [
            "mcr.microsoft.com/k8se/quickstart:latest",
            "rhc-probe:1",
            "a/b",
        ] {
            assert!(is_image(image), "{image}");
        }
        let digest = format!("a/b@sha256:{}", "0".repeat(64));
        assert!(is_image(&digest));
        for image in [
            "",
            "https://mcr.microsoft.com/x",
            "Probe:1",
            "probe:",
            "probe@sha256:12",
            "a//b",
        ] {
            assert!(!is_image(image), "{image}");
        }
    }

    #[test]
    fn dates_and_addresses() {
        assert!(is_date("2026-11-22"));
        assert!(!is_date("2026-13-22"));
        assert!(!is_date("22.11.2026"));
        assert!(is_email("ada.lovelace@example.com"));
        assert!(!is_email("ada@localhost"));
        assert!(!is_email("@example.com"));
    }
}
