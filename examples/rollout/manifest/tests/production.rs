//! Production's file: read as it is, and what its own keys refuse.

use super::*;

const PROD: &str = include_str!("../../../environments/prod.toml");

#[test]
fn the_file_is_accepted_as_it_is() {
    if let Err(error) = Manifest::parse("prod.toml", PROD) {
        panic!("{error}");
    }
}

/// Vaults without public access need a way, each its own.
#[test]
fn vaults_without_public_access_need_their_endpoints() {
    let table = {
        let (_, rest) = PROD.split_once("[vaults.private_endpoints]").unwrap();
        let (table, _) = rest.split_once("\n\n").unwrap();
        format!("[vaults.private_endpoints]{table}")
    };
    for (from, to, rule, path) in [
        (
            "key_vault_endpoint = \"hp225prod-kv-pe\"\n",
            "",
            Rule::MissingKey,
            "apps.hp2.key_vault_endpoint",
        ),
        (&*table, "", Rule::MissingKey, "vaults.private_endpoints"),
        (
            "dns_zone = \"privatelink.vaultcore.azure.net\"",
            "dns_zone = \"privatelink.vault.azure.net\"",
            Rule::Domain,
            "vaults.private_endpoints.dns_zone",
        ),
        (
            "[vaults.private_endpoints]\nsubnet = \"endpoints\"",
            "[vaults.private_endpoints]\nsubnet = \"hp2-apps\"",
            Rule::SubnetUse,
            "vaults.private_endpoints.subnet",
        ),
        (
            "[vaults.private_endpoints]\nsubnet = \"endpoints\"",
            "[vaults.private_endpoints]\nsubnet = \"ends\"",
            Rule::Reference,
            "vaults.private_endpoints.subnet",
        ),
        (
            "key_vault_endpoint = \"hp225prod-kv-pe\"",
            "key_vault_endpoint = \"-pe\"",
            Rule::Name,
            "apps.hp2.key_vault_endpoint",
        ),
        (
            "key_vault_endpoint = \"hp225prod-kv-pe\"",
            "key_vault_endpoint = \"rhc-prod-sql-pe\"",
            Rule::Duplicate,
            "apps.hp2.key_vault_endpoint",
        ),
        (
            "network = \"private-endpoint\"",
            "network = \"private_endpoint\"",
            Rule::UnknownValue,
            "vaults.network",
        ),
    ] {
        let Err(error) = Manifest::parse("prod.toml", &change(PROD, from, to)) else {
            panic!("{to} is accepted")
        };
        let found: Vec<_> = error
            .problems()
            .iter()
            .map(|problem| (problem.rule, problem.path.as_str()))
            .collect();
        assert_eq!(found, [(rule, path)], "{error}");
    }
}
