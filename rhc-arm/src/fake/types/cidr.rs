//! IPv4 ranges: `10.40.0.0/16`.

use std::net::Ipv4Addr;

/// A range of addresses, aligned to its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    first: u32,
    bits: u8,
}

impl Range {
    /// Reads a range; one with host bits is none, as the service sees it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let first = u32::from(address.parse::<Ipv4Addr>().ok()?);
        let bits: u8 = bits.parse().ok().filter(|bits| *bits <= 32)?;
        let range = Self { first, bits };
        (first & !range.mask() == 0).then_some(range)
    }

    fn mask(self) -> u32 {
        u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0)
    }

    /// Whether another range lies in this one.
    pub(super) fn holds(self, other: Self) -> bool {
        self.bits <= other.bits && other.first & self.mask() == self.first
    }

    /// Whether two ranges share an address.
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.holds(other) || other.holds(self)
    }

    /// How many addresses it has.
    pub(super) fn size(self) -> u64 {
        1_u64 << (32 - u32::from(self.bits))
    }

    /// The address at a place in it.
    pub(super) fn at(self, place: u32) -> Ipv4Addr {
        Ipv4Addr::from(self.first.saturating_add(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Range {
        Range::parse(text).unwrap()
    }

    #[test]
    fn ranges_hold_and_overlap() {
        assert!(range("10.40.0.0/16").holds(range("10.40.2.0/23")));
        assert!(!range("10.40.0.0/23").holds(range("10.40.2.0/23")));
        assert!(range("10.40.0.0/22").overlaps(range("10.40.2.0/23")));
        assert!(!range("10.40.0.0/23").overlaps(range("10.40.2.0/23")));
        assert!(range("0.0.0.0/0").holds(range("255.0.0.0/8")));
    }

    #[test]
    fn what_is_no_range() {
        for text in ["10.0.0.0", "10.0.0.1/24", "10.0.0.0/33", "300.0.0.0/8", ""] {
            assert_eq!(Range::parse(text), None, "{text}");
        }
    }
}
