//! The environment's own values, and what its parts have in common.

use super::super::model::{Manifest, TenantKind, VaultNetwork};
use super::super::problem::Rule;
use super::{Check, syntax};

/// Years for which Log Analytics keeps a table in its archive, in the days that it calls them.
const RETENTION_YEARS: [u32; 10] = [1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383];

/// Countries by ISO 3166-1, two letters each.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV \
    BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR \
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG \
    KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX \
    MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG \
    VI VN VU WF WS YE YT ZA ZM ZW";

/// Whether a code is one of ISO 3166-1.
pub(super) fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split_whitespace().any(|country| country == code)
}

pub(super) fn check(check: &mut Check<'_>) {
    let manifest = check.manifest;
    if manifest.format != Manifest::FORMAT {
        check.report(
            Rule::Format,
            "format",
            "this version of the rollout does not read this format",
            format!(
                "expected is {}; use the version of the rollout that the file was written for",
                Manifest::FORMAT
            ),
        );
    }
    let environment = &manifest.environment;
    check.short_name("environment.name", &environment.name, 10);
    check.short_name("environment.prefix", &environment.prefix, 10);
    check.not_empty("environment.display_name", &environment.display_name);
    check.not_empty("environment.cost_center", &environment.cost_center);
    region(check, "environment.location", &environment.location);
    between(
        check,
        "environment.phase",
        u32::from(environment.phase),
        1,
        3,
    );
    logs(check);
    between(
        check,
        "vaults.soft_delete_days",
        manifest.vaults.soft_delete_days,
        7,
        90,
    );
    certificates(check);
    images(check);
    operator(check);
    practices(check);
    evidence(check);
    if !syntax::is_domain(&manifest.dns.zone) {
        check.report(
            Rule::Domain,
            "dns.zone",
            "this is not a domain",
            "expected is a name such as recalibratex.net, in small letters",
        );
    }
    azure_zone(check);
    automation(check);
}

/// The zone is the file's only resource that no subscription of the file holds.
fn azure_zone(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let Some(zone) = &manifest.dns.azure_zone else {
        return;
    };
    let known = check.tenant_reference("dns.azure_zone.tenant", &zone.tenant);
    let tenant = manifest.tenant(&zone.tenant).filter(|_| known);
    if tenant.is_some_and(|tenant| tenant.kind == TenantKind::ExternalId) {
        check.report(
            Rule::ExternalIdHost,
            "dns.azure_zone.tenant",
            "an External ID tenant owns no Azure resources",
            "name the workforce tenant whose subscription holds the zone",
        );
    }
    check.guid("dns.azure_zone.subscription", Some(&zone.subscription));
    if zone.resource_group.is_empty() {
        check.report(
            Rule::Text,
            "dns.azure_zone.resource_group",
            "this is empty",
            "name the resource group of the zone; it stands on the zone's page in the portal",
        );
    }
}

fn region(check: &mut Check<'_>, path: &str, location: &str) {
    let plain: String = location
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if plain != location || plain.is_empty() {
        check.report(
            Rule::Region,
            path,
            "this is not how Azure writes a region",
            format!("write the region's short name, small letters and digits only: {plain:?}"),
        );
    }
}

pub(super) fn between(check: &mut Check<'_>, path: &str, value: u32, least: u32, most: u32) {
    if !(least..=most).contains(&value) {
        check.report(
            Rule::OutOfRange,
            path,
            "this number does not fit",
            format!("expected is a number from {least} to {most}"),
        );
    }
}

fn logs(check: &mut Check<'_>) {
    let logs = &check.manifest.logs;
    if !(30..=730).contains(&logs.interactive_days) {
        check.report(
            Rule::Retention,
            "logs.interactive_days",
            "a workspace does not keep its logs searchable for so long, or for so short a time",
            "expected are 30 to 730 days; for longer keep them in the archive with audit_total_days",
        );
    }
    let total = logs.audit_total_days;
    if !(4..=730).contains(&total) && !RETENTION_YEARS.contains(&total) {
        let near = RETENTION_YEARS
            .iter()
            .min_by_key(|days| days.abs_diff(total))
            .copied()
            .unwrap_or(2191);
        check.report(
            Rule::Retention,
            "logs.audit_total_days",
            "Log Analytics does not offer this retention",
            format!("expected are 4 to 730 days, or whole years as {RETENTION_YEARS:?}; the nearest is {near}. Six years are 2191"),
        );
    } else if total < logs.interactive_days {
        check.report(
            Rule::Retention,
            "logs.audit_total_days",
            "audit tables would be kept for a shorter time in all than they are searchable",
            format!(
                "expected are at least interactive_days, {}",
                logs.interactive_days
            ),
        );
    }
    if let Some(app) = &logs.shared_workspace_of {
        let apps = check.manifest.apps.keys();
        check.reference("logs.shared_workspace_of", app, "apps", apps);
    }
    for (index, tenant) in logs.entra_export.iter().enumerate() {
        entra_export(check, &format!("logs.entra_export[{index}]"), tenant);
    }
}

/// Not of the company's own tenant: its logs are its administrators' business.
fn entra_export(check: &mut Check<'_>, path: &str, tenant: &str) {
    let manifest = check.manifest;
    let own = [manifest.database_tenant(), manifest.customer_tenant()];
    let mut own = own.into_iter().flatten();
    let companys = [
        &manifest.environment.hosting_tenant,
        &manifest.billing.tenant,
    ];
    if check.tenant_reference(path, tenant)
        && companys.into_iter().any(|key| key == tenant)
        && !own.any(|(key, _)| key == tenant)
    {
        check.report(
            Rule::TenantKind,
            path,
            "this tenant is not the environment's alone, so its logs are not the environment's to send away",
            "expected is the tenant of the databases or that of the customers; take this one out",
        );
    }
}

fn images(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let reason = "this is not an image reference";
    let help = "expected is repository:tag, such as mcr.microsoft.com/k8se/quickstart:latest, without https://";
    if !syntax::is_image(&manifest.bootstrap.image) {
        check.report(Rule::Image, "bootstrap.image", reason, help);
    }
    if !syntax::is_image(&manifest.probe.image) {
        check.report(
            Rule::Image,
            "probe.image",
            reason,
            "expected is repository:tag within the registry, such as rhc-probe:1",
        );
    }
    for (database, table) in &manifest.probe.tables {
        let path = format!("probe.tables.{database}");
        let databases = manifest.database.databases.keys();
        check.reference(&path, database, "database.databases", databases);
        if table.parse::<rhc_sql_identity::TableName>().is_err() {
            check.report(
                Rule::Text,
                &path,
                "this is not the name of a table",
                "expected is schema.table, such as dbo.practice",
            );
        }
    }
    let probe = &manifest.bootstrap.probe_path;
    probe_path(check, "bootstrap.probe_path", probe);
    port(check, "bootstrap.port", manifest.bootstrap.port);
    let registry_of = &manifest.probe.registry_of;
    registry_reference(check, "probe.registry_of", registry_of);
}

pub(super) fn probe_path(check: &mut Check<'_>, path: &str, probe: &str) {
    if !syntax::is_path(probe) {
        check.report(
            Rule::Text,
            path,
            "this is not a path",
            "expected is a path from the root of the site, such as /",
        );
    }
}

pub(super) fn port(check: &mut Check<'_>, path: &str, port: u16) {
    if port == 0 {
        check.report(
            Rule::OutOfRange,
            path,
            "this is not a port",
            "expected is a number from 1 to 65535",
        );
    }
}

/// Checks that a key is that of an app with a registry.
pub(super) fn registry_reference(check: &mut Check<'_>, path: &str, key: &str) {
    let manifest = check.manifest;
    let known = check.reference(path, key, "apps", manifest.apps.keys());
    if known
        && manifest
            .apps
            .get(key)
            .is_some_and(|app| app.registry.is_none())
    {
        let owners: Vec<&str> = manifest
            .apps
            .iter()
            .filter(|(_, app)| app.registry.is_some())
            .map(|(key, _)| key.as_str())
            .collect();
        check.report(
            Rule::Reference,
            path,
            format!("the app {key} has no registry"),
            format!(
                "name an app with a [apps.<key>.registry]: {}",
                owners.join(", ")
            ),
        );
    }
}

fn operator(check: &mut Check<'_>) {
    let operator = &check.manifest.operator;
    if let Some(address) = &operator.address {
        let public = address
            .parse::<std::net::Ipv4Addr>()
            .ok()
            .filter(|address| {
                !(address.is_private()
                    || address.is_loopback()
                    || address.is_link_local()
                    || address.is_unspecified())
            });
        if public.is_none() {
            check.report(
                Rule::Address,
                "operator.address",
                "this is not a public IPv4 address",
                "expected is the one address from which you reach the internet; 0.0.0.0 would let in all of Azure. Remove the line to be asked",
            );
        }
    }
    between(
        check,
        "operator.window_minutes",
        operator.window_minutes,
        5,
        240,
    );
}

fn certificates(check: &mut Check<'_>) {
    let file = check.manifest.vaults.certificates.unwrap_or_default();
    if ![2048, 3072, 4096].contains(&file.key_size) {
        check.report(
            Rule::OutOfRange,
            "vaults.certificates.key_size",
            "a vault makes no key of this length",
            "expected is 2048, 3072 or 4096",
        );
    }
    for (name, value, least, most) in [
        ("validity_months", file.validity_months, 1, 12),
        // Before that a certificate would be due on the day on which it is made.
        (
            "renew_days",
            file.renew_days,
            1,
            (file.validity_months * 28).saturating_sub(1).max(1),
        ),
        ("overlap_days", file.overlap_days, 1, file.renew_days.max(1)),
    ] {
        let path = format!("vaults.certificates.{name}");
        between(check, &path, value, least, most);
    }
}

fn practices(check: &mut Check<'_>) {
    let practices = &check.manifest.practices;
    between(check, "practices.max_users", practices.max_users, 1, 100);
    if practices.expected_in_first_year < practices.expected_at_launch {
        check.report(
            Rule::OutOfRange,
            "practices.expected_in_first_year",
            "fewer practices are expected in the first year than at launch",
            "expected is a number that is not smaller than expected_at_launch",
        );
    }
    for (index, practice) in practices.first.iter().enumerate() {
        let path = format!("practices.first[{index}]");
        check.not_empty(&format!("{path}.name"), &practice.name);
        if !syntax::is_email(&practice.administrator_email) {
            let help =
                "expected is an address such as name@example.com; the invitation is sent there";
            check.report(
                Rule::Email,
                format!("{path}.administrator_email"),
                "this is not an e-mail address",
                help,
            );
        }
    }
}

fn evidence(check: &mut Check<'_>) {
    for (index, evidence) in check.manifest.compliance.evidence.iter().enumerate() {
        let path = format!("compliance.evidence[{index}]");
        check.short_name(&format!("{path}.name"), &evidence.name, 40);
        check.not_empty(&format!("{path}.title"), &evidence.title);
        if evidence
            .since
            .as_deref()
            .is_some_and(|since| !syntax::is_date(since))
        {
            check.report(
                Rule::Text,
                format!("{path}.since"),
                "this is not a date",
                "expected is a day such as \"2026-11-22\", in quotes",
            );
        }
    }
}

fn automation(check: &mut Check<'_>) {
    let automation = &check.manifest.automation;
    super::apps::unique_name(check, "automation.unique_name", &automation.unique_name);
    if let Some(repository) = &automation.repository {
        super::github::repository(check, "automation.repository", repository);
    }
    if automation.github_environment.is_some() && automation.repository.is_none() {
        check.report(
            Rule::MissingKey,
            "automation.github_environment",
            "a GitHub environment belongs to a repository, and none is named",
            "add automation.repository, or remove this line",
        );
    }
}

/// Whether the vaults let in subnets, which then need a service endpoint.
pub(super) fn vaults_admit_subnets(manifest: &Manifest) -> bool {
    manifest.vaults.network == VaultNetwork::AppSubnets
}
