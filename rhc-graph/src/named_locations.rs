//! The places that Conditional Access policies speak of.

use crate::{ConditionalAccess, GraphClient, ListQuery};
use rhc_core::{Method, Pages, Path, Request, Result, model, open_enum};

const IP: &str = "#microsoft.graph.ipNamedLocation";
const COUNTRIES: &str = "#microsoft.graph.countryNamedLocation";

open_enum! {
    /// How a country is found out.
    CountryLookup {
        /// By the client's address.
        ClientIpAddress = "clientIpAddress",
        /// By the coordinates that the authenticator app tells.
        AuthenticatorAppGps = "authenticatorAppGps",
    }
}

model! {
    /// A place: addresses, or countries.
    ///
    /// Pages: [ipNamedLocation](https://learn.microsoft.com/graph/api/resources/ipnamedlocation),
    /// [countryNamedLocation](https://learn.microsoft.com/graph/api/resources/countrynamedlocation).
    NamedLocation {
        /// Which of the two it is; every write needs it.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// Its id; given by the service.
        id: String,
        /// Its name.
        display_name: String,
        /// The addresses. A write puts these in place of all that there are.
        ip_ranges: Vec<IpRange>,
        /// Whether the addresses are trusted.
        is_trusted: bool,
        /// The countries, two letters each.
        countries_and_regions: Vec<String>,
        /// How the country is found out.
        country_lookup_method: CountryLookup,
        /// Whether addresses of no country are among them.
        include_unknown_countries_and_regions: bool,
        /// When it was made; given by the service.
        created_date_time: String,
        /// When it was changed; given by the service.
        modified_date_time: String,
    }
}

model! {
    /// A range of addresses.
    IpRange {
        /// `#microsoft.graph.iPv4CidrRange` or `#microsoft.graph.iPv6CidrRange`.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// The range, such as `203.0.113.0/24`.
        cidr_address: String,
    }
}

impl NamedLocation {
    /// Addresses.
    pub fn addresses<S: Into<String>>(
        display_name: impl Into<String>,
        cidrs: impl IntoIterator<Item = S>,
    ) -> Self {
        let range = |cidr: S| {
            let cidr = cidr.into();
            let version = if cidr.contains(':') { 6 } else { 4 };
            IpRange {
                odata_type: Some(format!("#microsoft.graph.iPv{version}CidrRange")),
                cidr_address: Some(cidr),
                ..IpRange::default()
            }
        };
        Self {
            odata_type: Some(IP.to_owned()),
            display_name: Some(display_name.into()),
            ip_ranges: Some(cidrs.into_iter().map(range).collect()),
            is_trusted: Some(false),
            ..Self::default()
        }
    }

    /// Countries, two letters each.
    pub fn countries<S: Into<String>>(
        display_name: impl Into<String>,
        countries: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            odata_type: Some(COUNTRIES.to_owned()),
            display_name: Some(display_name.into()),
            countries_and_regions: Some(countries.into_iter().map(Into::into).collect()),
            include_unknown_countries_and_regions: Some(false),
            ..Self::default()
        }
    }
}

impl ConditionalAccess {
    /// The places that policies speak of.
    pub fn named_locations(&self) -> NamedLocations {
        NamedLocations {
            client: self.client.clone(),
        }
    }
}

/// The named locations of this tenant. The service takes one request a second for them and the policies together.
#[derive(Debug, Clone)]
pub struct NamedLocations {
    client: GraphClient,
}

impl NamedLocations {
    /// Reads one.
    ///
    /// Request: `GET /identity/conditionalAccess/namedLocations/{id}`, operation `namedLocations.get`.
    /// Permission: `Policy.Read.All`.
    /// Page: [namedlocation-get](https://learn.microsoft.com/graph/api/namedlocation-get).
    ///
    /// # Errors
    /// 404.
    pub async fn get(&self, id: &str) -> Result<NamedLocation> {
        let request = Request::new("namedLocations.get", Method::Get, one(id));
        self.client.read(request).await
    }

    /// Lists them.
    ///
    /// Request: `GET /identity/conditionalAccess/namedLocations`, operation `namedLocations.list`.
    /// Permission: `Policy.Read.All`.
    /// Page: [conditionalaccessroot-list-namedlocations](https://learn.microsoft.com/graph/api/conditionalaccessroot-list-namedlocations).
    pub fn list(&self, query: ListQuery) -> Pages<NamedLocation> {
        let request = Request::new("namedLocations.list", Method::Get, all());
        self.client.pages(query.apply(request))
    }

    /// Creates one. Names are not unique: a repeated call makes a second one (unverified).
    ///
    /// Request: `POST /identity/conditionalAccess/namedLocations`, operation `namedLocations.create`.
    /// Permission: `Policy.Read.All` and `Policy.ReadWrite.ConditionalAccess`.
    /// Page: [conditionalaccessroot-post-namedlocations](https://learn.microsoft.com/graph/api/conditionalaccessroot-post-namedlocations).
    ///
    /// # Errors
    /// 400 `BadRequest` for a range that is none, for no ranges or countries at all, and without `@odata.type`.
    pub async fn create(&self, location: &NamedLocation) -> Result<NamedLocation> {
        let request = Request::new("namedLocations.create", Method::Post, all());
        self.client.read(request.json(location)).await
    }

    /// Changes the given properties; others stay. It needs `odata_type`, which what was read and what was built here has.
    ///
    /// Request: `PATCH /identity/conditionalAccess/namedLocations/{id}`, operation `namedLocations.update`.
    /// Permission: as [`create`](Self::create).
    /// Pages: [ipnamedlocation-update](https://learn.microsoft.com/graph/api/ipnamedlocation-update),
    /// [countrynamedlocation-update](https://learn.microsoft.com/graph/api/countrynamedlocation-update).
    ///
    /// # Errors
    /// 404; 400 `BadRequest` as for [`create`](Self::create).
    pub async fn update(&self, id: &str, location: &NamedLocation) -> Result<()> {
        let request = Request::new("namedLocations.update", Method::Patch, one(id));
        self.client
            .write(request.json(location).idempotent(true))
            .await
    }

    /// Deletes one. Trusted addresses have to be made untrusted first.
    ///
    /// Request: `DELETE /identity/conditionalAccess/namedLocations/{id}`, operation `namedLocations.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [namedlocation-delete](https://learn.microsoft.com/graph/api/namedlocation-delete).
    ///
    /// # Errors
    /// 404; 400 `BadRequest` for trusted addresses (unverified: the code), and for what a policy still speaks of (unverified).
    pub async fn delete(&self, id: &str) -> Result<()> {
        let request = Request::new("namedLocations.delete", Method::Delete, one(id));
        self.client.write(request).await
    }
}

fn all() -> Path {
    Path::new("/v1.0/identity/conditionalAccess/namedLocations")
}

fn one(id: &str) -> Path {
    all().segment(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_sent_as_the_pages_say() {
        assert_eq!(
            json!(NamedLocation::addresses(
                "Office",
                ["203.0.113.0/24", "2001:db8::/32"]
            )),
            json!({"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Office", "isTrusted": false, "ipRanges": [
                {"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/24"},
                {"@odata.type": "#microsoft.graph.iPv6CidrRange", "cidrAddress": "2001:db8::/32"}]})
        );
        assert_eq!(
            json!(NamedLocation::countries("Home", ["US"])),
            json!({"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "Home", "countriesAndRegions": ["US"],
                "includeUnknownCountriesAndRegions": false})
        );
    }
}
