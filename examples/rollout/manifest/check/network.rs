//! Address ranges and what stands in them.

use super::super::model::{App, SubnetUse, VaultNetwork};
use super::super::problem::Rule;
use super::Check;
use super::environment::vaults_admit_subnets;
use super::syntax::Cidr;

/// Ranges that a Container Apps environment with workload profiles keeps for itself
/// (<https://learn.microsoft.com/azure/container-apps/custom-virtual-networks>).
const RESERVED: [&str; 8] = [
    "169.254.0.0/16",
    "172.30.0.0/16",
    "172.31.0.0/16",
    "192.0.2.0/24",
    "100.100.0.0/17",
    "100.100.128.0/19",
    "100.100.160.0/19",
    "100.100.192.0/19",
];

/// The zone in which a private endpoint to a SQL server is found; Azure answers with this name and no other.
const SQL_ZONE: &str = "privatelink.database.windows.net";

/// The zone in which a private endpoint to a vault is found
/// (<https://learn.microsoft.com/azure/private-link/private-endpoint-dns>).
const VAULT_ZONE: &str = "privatelink.vaultcore.azure.net";

/// The service endpoint that a vault's network rule asks for.
const VAULT_ENDPOINT: &str = "Microsoft.KeyVault";

/// The service endpoint that a storage account's network rule asks for.
const STORAGE_ENDPOINT: &str = "Microsoft.Storage";

/// The longest prefix of a subnet, with where that is written.
fn longest_prefix(usage: SubnetUse) -> (u8, &'static str) {
    match usage {
        SubnetUse::ContainerApps => (
            27,
            "a Container Apps environment with workload profiles needs /27 at least \
             (https://learn.microsoft.com/azure/container-apps/networking)",
        ),
        // Unverified: Azure's smallest subnet, of whose addresses it keeps five.
        SubnetUse::PrivateEndpoints => (29, "Azure has no smaller subnet than /29"),
    }
}

pub(super) fn check(check: &mut Check<'_>) {
    let network = &check.manifest.network;
    check.subscription_reference("network.subscription", &network.subscription);
    let whole = parse(check, "network.address_space", &network.address_space);
    let mut subnets: Vec<(&str, Cidr)> = Vec::new();
    for (name, subnet) in &network.subnets {
        let path = format!("network.subnets.{name}.address_prefix");
        let Some(range) = parse(check, &path, &subnet.address_prefix) else {
            continue;
        };
        if let Some(whole) = whole.filter(|whole| !whole.contains(range)) {
            let help = format!("expected is a range within network.address_space, {whole}");
            check.report(
                Rule::OutsideNetwork,
                &path,
                "this subnet lies outside its network",
                help,
            );
        }
        for (other, _) in subnets.iter().filter(|(_, other)| other.overlaps(range)) {
            let help = format!(
                "give it a range of its own; {other} has {}",
                network
                    .subnets
                    .get(*other)
                    .map_or("", |s| &s.address_prefix)
            );
            check.report(
                Rule::Overlap,
                &path,
                format!("this subnet overlaps the subnet {other}"),
                help,
            );
        }
        let (longest, reason) = longest_prefix(subnet.usage);
        if range.prefix > longest {
            let help = format!("{reason}; a subnet cannot be enlarged while it is in use");
            check.report(
                Rule::SubnetSize,
                &path,
                "this subnet is too small for its use",
                help,
            );
        }
        for reserved in RESERVED
            .iter()
            .filter(|reserved| Cidr::parse(reserved).is_ok_and(|reserved| reserved.overlaps(range)))
        {
            let help = "choose another range, such as one within 10.0.0.0/8";
            check.report(
                Rule::ReservedRange,
                &path,
                format!("Container Apps keeps {reserved} for itself"),
                help,
            );
        }
        subnets.push((name, range));
        service_endpoints(check, name);
    }
    private_endpoint(check);
    vault_endpoints(check);
}

fn parse(check: &mut Check<'_>, path: &str, text: &str) -> Option<Cidr> {
    match Cidr::parse(text) {
        Ok(range) => Some(range),
        Err(help) => {
            check.report(Rule::Address, path, "this is not an IPv4 network", help);
            None
        }
    }
}

fn service_endpoints(check: &mut Check<'_>, name: &str) {
    let manifest = check.manifest;
    let Some(subnet) = manifest.network.subnets.get(name) else {
        return;
    };
    let path = format!("network.subnets.{name}.service_endpoints");
    for (index, endpoint) in subnet.service_endpoints.iter().enumerate() {
        let known = endpoint.strip_prefix("Microsoft.").is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
        });
        if !known {
            let help = "expected is a service such as Microsoft.KeyVault";
            check.report(
                Rule::SubnetUse,
                format!("{path}[{index}]"),
                "this is not a service endpoint",
                help,
            );
        }
    }
    let has = |wanted: &str| {
        let mut endpoints = subnet.service_endpoints.iter();
        endpoints.any(|endpoint| endpoint.eq_ignore_ascii_case(wanted))
    };
    let (has_vault, has_storage) = (has(VAULT_ENDPOINT), has(STORAGE_ENDPOINT));
    let here = |(_, app): &(&str, &App)| app.container_app.subnet == name;
    let mut apps = manifest.apps().filter(here);
    // A subnet that is for something else, or that two apps name, is reported where it is named.
    let storing = match (apps.next(), apps.next()) {
        (Some((key, app)), None) if app.storage.is_some() => Some(key),
        _ => None,
    };
    let storing = storing.filter(|_| subnet.usage == SubnetUse::ContainerApps && !has_storage);
    if let Some(key) = storing {
        check.report(
            Rule::SubnetUse,
            path.clone(),
            format!(
                "the storage account of {key} lets in this subnet and nobody else, which Azure refuses without the service endpoint"
            ),
            format!("add {STORAGE_ENDPOINT:?}, or remove apps.{key}.storage if the app keeps no files"),
        );
    }
    if subnet.usage == SubnetUse::ContainerApps && vaults_admit_subnets(manifest) && !has_vault {
        check.report(
            Rule::SubnetUse,
            path,
            "the vaults let in this subnet, which Azure refuses without the service endpoint",
            format!("add {VAULT_ENDPOINT:?}, or set vaults.network to \"private-endpoint\""),
        );
    }
}

fn private_endpoint(check: &mut Check<'_>) {
    let network = &check.manifest.network;
    let endpoint = &network.sql_private_endpoint;
    let path = "network.sql_private_endpoint";
    subnet_reference(
        check,
        &format!("{path}.subnet"),
        &endpoint.subnet,
        SubnetUse::PrivateEndpoints,
    );
    if endpoint.dns_zone != SQL_ZONE {
        let help = format!(
            "expected is {SQL_ZONE:?}: Azure sends the server's name there and nowhere else"
        );
        check.report(
            Rule::Domain,
            format!("{path}.dns_zone"),
            "the server would not be found through this zone",
            help,
        );
    }
    if endpoint.request_message.chars().count() > 140 || endpoint.request_message.trim().is_empty()
    {
        let help = "expected are 1 to 140 characters that tell the approver who asks";
        check.report(
            Rule::Text,
            format!("{path}.request_message"),
            "this cannot be the message of a request",
            help,
        );
    }
}

/// Vaults without public access are reached by private endpoints, and by nothing else.
fn vault_endpoints(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let path = "vaults.private_endpoints";
    let is_private = manifest.vaults.network == VaultNetwork::PrivateEndpoint;
    let ways_out = "with vaults.network = \"private-endpoint\" there is one for each vault; with \"app-subnets\" there is none";
    let mut amiss = |path: String, named: bool| {
        if named && !is_private {
            let message = "the vaults let in the apps' subnets, and have no private endpoints";
            check.report(
                Rule::SubnetUse,
                path,
                message,
                format!("remove it: {ways_out}"),
            );
        } else if !named && is_private {
            let message =
                "the vaults' public access is off, and nothing leads to them without this";
            check.report(
                Rule::MissingKey,
                path,
                message,
                format!("add it: {ways_out}"),
            );
        }
    };
    amiss(path.to_owned(), manifest.vaults.private_endpoints.is_some());
    for (key, app) in manifest.apps() {
        amiss(
            format!("apps.{key}.key_vault_endpoint"),
            app.key_vault_endpoint.is_some(),
        );
    }
    let Some(file) = manifest.vaults.private_endpoints.as_ref() else {
        return;
    };
    let usage = SubnetUse::PrivateEndpoints;
    subnet_reference(check, &format!("{path}.subnet"), &file.subnet, usage);
    if file.dns_zone != VAULT_ZONE {
        check.report(
            Rule::Domain,
            format!("{path}.dns_zone"),
            "the vaults would not be found through this zone",
            format!(
                "expected is {VAULT_ZONE:?}: Azure sends the vaults' names there and nowhere else"
            ),
        );
    }
}

/// Checks that a subnet is there and is for a use.
pub(super) fn subnet_reference(check: &mut Check<'_>, path: &str, name: &str, usage: SubnetUse) {
    let subnets = &check.manifest.network.subnets;
    let known = check.reference(path, name, "network.subnets", subnets.keys());
    if known
        && subnets
            .get(name)
            .is_some_and(|subnet| subnet.usage != usage)
    {
        let wanted = match usage {
            SubnetUse::ContainerApps => "container-apps",
            SubnetUse::PrivateEndpoints => "private-endpoints",
        };
        let help = format!("name a subnet with use = {wanted:?}; a subnet serves one use only");
        check.report(
            Rule::SubnetUse,
            path,
            format!("the subnet {name} is for another use"),
            help,
        );
    }
}
