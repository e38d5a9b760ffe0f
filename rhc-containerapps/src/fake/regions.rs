//! Regions as the service writes them: `East US 2`, where Resource Manager says `eastus2`.

const NAMES: &[&str] = &[
    "East US",
    "East US 2",
    "Central US",
    "North Central US",
    "South Central US",
    "West Central US",
    "West US",
    "West US 2",
    "West US 3",
    "Canada Central",
    "Canada East",
    "North Europe",
    "West Europe",
    "UK South",
    "UK West",
    "France Central",
    "Germany West Central",
    "Sweden Central",
    "Switzerland North",
    "Australia East",
    "Japan East",
    "Southeast Asia",
];

/// Without blanks and capitals.
pub(super) fn plain(region: &str) -> String {
    region.replace(' ', "").to_ascii_lowercase()
}

/// As the service writes it; one that is not known here stays as it is.
pub(super) fn shown(region: &str) -> String {
    let wanted = plain(region);
    NAMES
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
