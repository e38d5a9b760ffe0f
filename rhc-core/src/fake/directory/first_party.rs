//! Microsoft's own applications: every tenant has their service principals, no tenant their registrations.

use uuid::Uuid;

/// The tenant that Microsoft's own applications are registered in (`appOwnerOrganizationId`).
pub const MICROSOFT_TENANT: Uuid = Uuid::from_u128(0xf8cd_ef31_a31e_4b4a_93e4_5f57_1e91_255a);

/// One of Microsoft's own applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstParty {
    /// Its `appId`, the same everywhere.
    pub app_id: Uuid,
    /// Its display name.
    pub name: &'static str,
    /// The identifiers by which tokens for it are asked for, without `/.default`; empty for a client only.
    pub identifiers: &'static [&'static str],
    /// Whether people sign in with it without a secret of its own.
    pub public_client: bool,
}

/// Microsoft Graph's `appId`.
pub const MICROSOFT_GRAPH: Uuid = Uuid::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000);
/// The `appId` of the public client of Microsoft Graph Command Line Tools.
pub const GRAPH_COMMAND_LINE_TOOLS: Uuid =
    Uuid::from_u128(0x14d8_2eec_204b_4c2f_b7e8_296a_70da_b67e);
/// The Azure CLI's `appId`.
pub const AZURE_CLI: Uuid = Uuid::from_u128(0x04b0_7795_8ddb_461a_bbee_02f9_e1bf_7b46);
/// Azure Resource Manager's `appId`, under its old name Windows Azure Service Management API.
pub const AZURE_RESOURCE_MANAGER: Uuid = Uuid::from_u128(0x797f_4846_ba00_4fd7_ba43_dac1_f8f6_3013);

const ALL: &[FirstParty] = &[
    FirstParty {
        app_id: MICROSOFT_GRAPH,
        name: "Microsoft Graph",
        identifiers: &[
            "https://graph.microsoft.com",
            "https://graph.microsoft.us",
            "https://microsoftgraph.chinacloudapi.cn",
        ],
        public_client: false,
    },
    FirstParty {
        app_id: AZURE_RESOURCE_MANAGER,
        name: "Windows Azure Service Management API",
        identifiers: &[
            "https://management.azure.com",
            "https://management.core.windows.net",
            "https://management.usgovcloudapi.net",
            "https://management.chinacloudapi.cn",
        ],
        public_client: false,
    },
    // Unverified: this and the following four appIds come from general knowledge.
    FirstParty {
        app_id: Uuid::from_u128(0x0223_07d3_0f1b_48f7_badc_1ba6_abab_6d66),
        name: "Azure SQL Database",
        identifiers: &[
            "https://database.windows.net",
            "https://database.usgovcloudapi.net",
            "https://database.chinacloudapi.cn",
        ],
        public_client: false,
    },
    FirstParty {
        app_id: Uuid::from_u128(0xcfa8_b339_82a2_471a_a3c9_0fc0_be7a_4093),
        name: "Azure Key Vault",
        identifiers: &["https://vault.azure.net"],
        public_client: false,
    },
    FirstParty {
        app_id: Uuid::from_u128(0xe406_a681_f3d4_42a8_90b6_c2b0_2949_7af1),
        name: "Azure Storage",
        identifiers: &["https://storage.azure.com"],
        public_client: false,
    },
    FirstParty {
        app_id: Uuid::from_u128(0x6a0e_c4d3_30cb_4a83_91c0_ae56_bc0e_3d26),
        name: "Azure Container Registry",
        identifiers: &["https://containerregistry.azure.net"],
        public_client: false,
    },
    FirstParty {
        app_id: Uuid::from_u128(0xfb60_f99c_7a34_4190_8149_302f_7746_9936),
        name: "Azure AD Token Exchange",
        identifiers: &[
            "api://AzureADTokenExchange",
            "api://AzureADTokenExchangeUSGov",
            "api://AzureADTokenExchangeChina",
        ],
        public_client: false,
    },
    FirstParty {
        app_id: GRAPH_COMMAND_LINE_TOOLS,
        name: "Microsoft Graph Command Line Tools",
        identifiers: &[],
        public_client: true,
    },
    FirstParty {
        app_id: AZURE_CLI,
        name: "Microsoft Azure CLI",
        identifiers: &[],
        public_client: true,
    },
];

/// Microsoft's own applications that the World knows.
#[must_use]
pub fn first_party() -> &'static [FirstParty] {
    ALL
}

/// The application that answers to an identifier or an `appId`.
#[must_use]
pub fn by_identifier(identifier: &str) -> Option<&'static FirstParty> {
    let identifier = identifier.trim_end_matches('/');
    ALL.iter().find(|app| {
        identifier.parse() == Ok(app.app_id)
            || app
                .identifiers
                .iter()
                .any(|own| own.eq_ignore_ascii_case(identifier))
    })
}
