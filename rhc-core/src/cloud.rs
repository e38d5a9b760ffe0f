//! Where a cloud's services are.

use azure_core::http::Url;

/// The endpoints, scopes and suffixes of one cloud.
///
/// External ID exists in the public cloud only.
/// Sources: [national clouds](https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud),
/// [Graph deployments](https://learn.microsoft.com/graph/deployments). The Resource Manager hosts outside the public cloud are unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cloud {
    /// Where tokens are issued, for example `https://login.microsoftonline.com`.
    pub authority: Url,
    /// Azure Resource Manager.
    pub resource_manager: Url,
    /// Microsoft Graph.
    pub graph: Url,
    /// The suffix of Azure SQL servers' host names, with its leading dot.
    pub sql_suffix: String,
    /// The scope of tokens for Azure SQL.
    pub sql_scope: String,
    /// The audience of a token that is exchanged by a federated identity credential.
    pub token_exchange_audience: String,
    /// The domain under which a user flow signs in: `<tenant>.ciamlogin.com`. None where External ID does not exist.
    pub external_id_suffix: Option<String>,
}

impl Cloud {
    /// The public cloud.
    pub fn public() -> Self {
        Self::at(
            [
                "https://login.microsoftonline.com",
                "https://management.azure.com",
                "https://graph.microsoft.com",
            ],
            ".database.windows.net",
            "https://database.windows.net/.default",
            "api://AzureADTokenExchange",
            Some(".ciamlogin.com"),
        )
    }

    /// US Government.
    pub fn us_government() -> Self {
        Self::at(
            [
                "https://login.microsoftonline.us",
                "https://management.usgovcloudapi.net",
                "https://graph.microsoft.us",
            ],
            ".database.usgovcloudapi.net",
            "https://database.usgovcloudapi.net/.default",
            "api://AzureADTokenExchangeUSGov",
            None,
        )
    }

    /// China, operated by 21Vianet.
    pub fn china() -> Self {
        Self::at(
            [
                "https://login.chinacloudapi.cn",
                "https://management.chinacloudapi.cn",
                "https://microsoftgraph.chinacloudapi.cn",
            ],
            ".database.chinacloudapi.cn",
            "https://database.chinacloudapi.cn/.default",
            "api://AzureADTokenExchangeChina",
            None,
        )
    }

    /// The scope of tokens for Resource Manager.
    pub fn resource_manager_scope(&self) -> String {
        default_scope(&self.resource_manager)
    }

    /// The scope of tokens for Graph.
    pub fn graph_scope(&self) -> String {
        default_scope(&self.graph)
    }

    fn at(
        origins: [&'static str; 3],
        sql_suffix: &str,
        sql_scope: &str,
        exchange: &str,
        external_id: Option<&str>,
    ) -> Self {
        let [authority, resource_manager, graph] = origins.map(fixed_url);
        Self {
            authority,
            resource_manager,
            graph,
            sql_suffix: sql_suffix.to_owned(),
            sql_scope: sql_scope.to_owned(),
            token_exchange_audience: exchange.to_owned(),
            external_id_suffix: external_id.map(str::to_owned),
        }
    }
}

impl Default for Cloud {
    fn default() -> Self {
        Self::public()
    }
}

fn default_scope(origin: &Url) -> String {
    format!("{}/.default", origin.as_str().trim_end_matches('/'))
}

#[allow(
    clippy::expect_used,
    reason = "the three tables above are all its callers, and a test parses each"
)]
fn fixed_url(url: &'static str) -> Url {
    Url::parse(url).expect("a URL written in this file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_parses_and_is_consistent() {
        for cloud in [Cloud::public(), Cloud::us_government(), Cloud::china()] {
            assert!(cloud.sql_scope.contains(&cloud.sql_suffix[1..]));
            assert!(cloud.resource_manager_scope().ends_with("/.default"));
            assert!(!cloud.graph_scope().contains("//.default"));
        }
    }
}
