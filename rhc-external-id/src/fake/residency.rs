//! Where the data of a country resides.
//!
//! Source: Azure AD B2C's page on data residency, 2024-11-27. Unverified: that External ID's list, which was not
//! available, is the same. The page's slips (`ML` for North Macedonia, `ST` for Slovenia) are mended.

/// The geographies, as `location` names them.
pub(super) const GEOGRAPHIES: &[&str] = &[UNITED_STATES, EUROPE, ASIA_PACIFIC, AUSTRALIA];

const UNITED_STATES: &str = "United States";
const EUROPE: &str = "Europe";
const ASIA_PACIFIC: &str = "Asia Pacific";
const AUSTRALIA: &str = "Australia";

const COUNTRIES: &[(&str, &[&str])] = &[
    (
        UNITED_STATES,
        &["US", "CA", "CR", "DO", "SV", "GT", "MX", "PA", "PR", "TT"],
    ),
    (
        EUROPE,
        &[
            "DZ", "AT", "AZ", "BH", "BY", "BE", "BG", "HR", "CY", "CZ", "DK", "EG", "EE", "FI",
            "FR", "DE", "GR", "HU", "IS", "IE", "IL", "IT", "JO", "KZ", "KE", "KW", "LV", "LB",
            "LI", "LT", "LU", "MK", "MT", "ME", "MA", "NL", "NG", "NO", "OM", "PK", "PL", "PT",
            "QA", "RO", "RU", "SA", "RS", "SK", "SI", "ZA", "ES", "SE", "CH", "TN", "TR", "UA",
            "AE", "GB",
        ],
    ),
    (
        ASIA_PACIFIC,
        &[
            "AF", "HK", "IN", "ID", "JP", "KR", "MY", "PH", "SG", "LK", "TW", "TH",
        ],
    ),
    (AUSTRALIA, &["AU", "NZ"]),
];

/// The geography of a country, if the page names it.
pub(super) fn geography(country: &str) -> Option<&'static str> {
    COUNTRIES
        .iter()
        .find(|(_, countries)| {
            countries
                .iter()
                .any(|own| own.eq_ignore_ascii_case(country))
        })
        .map(|(geography, _)| *geography)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_country_has_one_geography() {
        let all: Vec<_> = COUNTRIES.iter().flat_map(|(_, own)| own.iter()).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(geography("us"), Some("United States"));
        assert_eq!(geography("DE"), Some("Europe"));
        assert_eq!(geography("BR"), None);
    }
}
