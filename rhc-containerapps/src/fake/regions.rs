//! Regions as the service writes them: `East US 2`, where Resource Manager says `eastus2`.

use rhc_arm::fake::REGIONS;

/// Without blanks and capitals.
pub(super) fn plain(region: &str) -> String {
    region.replace(' ', "").to_ascii_lowercase()
}

/// As the service writes it; one that is not known here stays as it is.
pub(super) fn shown(region: &str) -> String {
    let wanted = plain(region);
    REGIONS
        .iter()
        .find(|name| plain(name) == wanted)
        .map_or_else(|| region.to_owned(), |name| (*name).to_owned())
}

/// Whether two names mean the same region.
pub(super) fn same(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_shown_with_blanks() {
        assert_eq!(shown("eastus2"), "East US 2");
        assert_eq!(shown("East US 2"), "East US 2");
        assert_eq!(shown("moon"), "moon");
        assert!(same("East US 2", "eastus2") && !same("eastus", "eastus2"));
    }
}
