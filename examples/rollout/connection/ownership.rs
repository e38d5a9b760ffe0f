//! What the environment file owns, as the fence wants to know it.

use std::collections::BTreeSet;

use rhc_core::Cloud;

use crate::engine::{Fence, GraphAccess, Hosts, Ownership, Protected, TenantKey, TenantRules};
use crate::manifest::{Manifest, Tenant, TenantKind};
use crate::steps::{baseline, customers, entra_logs};

/// The fence of a run: around what the file names, in the services of this cloud.
pub fn fence(manifest: &Manifest, cloud: &Cloud) -> Fence {
    let tenants = manifest
        .tenants
        .iter()
        .map(|(key, tenant)| (TenantKey::new(key), rules(manifest, key, tenant)))
        .collect();
    let fence = Fence::new(Ownership {
        tenants,
        protected: protected(manifest),
        repositories: crate::steps::delivery::repositories(manifest),
        hosts: hosts(cloud),
    });
    for subscription in manifest.subscriptions.values() {
        if let Some(id) = &subscription.id {
            fence.own_subscription(&TenantKey::new(&subscription.tenant), id);
        }
    }
    if let Some((key, _)) = manifest.database_tenant() {
        fence.own_host(&TenantKey::new(key), &manifest.sql_host());
    }
    for (_, app) in manifest.apps() {
        if let Some(tenant) = manifest.tenant_of_subscription(&app.subscription) {
            let certificate = format!("certificates/{}", app.sign_in.unique_name);
            let host = format!("{}.vault.azure.net", app.key_vault);
            fence.own_below(&TenantKey::new(tenant), &host, &certificate);
        }
    }
    fence
}

fn rules(manifest: &Manifest, key: &str, tenant: &Tenant) -> TenantRules {
    let groups = manifest.resource_groups().into_iter();
    let billed_here = manifest.billing.tenant == key;
    let aliases = manifest
        .subscriptions
        .values()
        .filter(|subscription| billed_here && subscription.id.is_none());
    let graph = graph(manifest, key, tenant);
    TenantRules {
        names: tenant.id.iter().chain([&tenant.domain]).cloned().collect(),
        resource_groups: groups
            .filter(|group| manifest.tenant_of_subscription(&group.subscription) == Some(key))
            .map(|group| group.name)
            .collect(),
        subscription_aliases: aliases
            .map(|subscription| subscription.name.clone())
            .collect(),
        single_resources: dns_records(manifest, key)
            .into_iter()
            .chain(entra_export(manifest, key))
            .collect(),
        graph: graph
            .iter()
            .map(|path| ((*path).to_owned(), GraphAccess::Objects))
            .chain(
                singletons(manifest, key)
                    .iter()
                    .map(|path| ((*path).to_owned(), GraphAccess::Singleton)),
            )
            .chain(sign_in(manifest, key))
            .collect(),
    }
}

/// Registrations where apps live or people sign in, principals everywhere, groups where the databases are: the database
/// tenant knows no registrations.
fn graph(manifest: &Manifest, key: &str, tenant: &Tenant) -> &'static [&'static str] {
    if manifest
        .database_tenant()
        .is_some_and(|(own, _)| own == key)
    {
        &["servicePrincipals", "groups"]
    } else if tenant.kind == TenantKind::ExternalId || manifest.environment.hosting_tenant == key {
        &["applications", "servicePrincipals"]
    } else {
        &[]
    }
}

/// What lets customers sign in, in their tenant alone.
fn sign_in(manifest: &Manifest, key: &str) -> impl Iterator<Item = (String, GraphAccess)> {
    let is_theirs = manifest
        .customer_tenant()
        .is_some_and(|(own, _)| own == key);
    let writes = customers::WRITES.iter().filter(move |_| is_theirs);
    writes.map(|(path, access)| ((*path).to_owned(), *access))
}

/// The export of the databases' tenant; elsewhere a person sets it up.
fn entra_export(manifest: &Manifest, key: &str) -> Option<String> {
    let is_databases = manifest
        .database_tenant()
        .is_some_and(|(own, _)| own == key);
    let exported = manifest.logs.entra_export.iter().any(|own| own == key);
    (is_databases && exported).then(|| entra_logs::id(manifest))
}

/// What there is one of per tenant, and what the file secures.
fn singletons(manifest: &Manifest, key: &str) -> &'static [&'static str] {
    match manifest.database_tenant() {
        Some((databases, _)) if databases == key => &baseline::WRITES,
        _ => &[],
    }
}

/// The records of the apps' host names, where an Azure DNS zone holds them.
fn dns_records(manifest: &Manifest, key: &str) -> BTreeSet<String> {
    let domain = &manifest.dns.zone;
    let zone = manifest.dns.azure_zone.iter();
    let zone = zone.filter(|zone| zone.tenant == key);
    zone.flat_map(|zone| {
        manifest.apps().flat_map(|(_, app)| {
            let host = app.hostname.as_str();
            let name = host
                .strip_suffix(domain.as_str())
                .and_then(|rest| rest.strip_suffix('.'))
                .unwrap_or(host);
            let zone = zone.id(domain);
            [
                format!("{zone}/CNAME/{name}"),
                format!("{zone}/TXT/asuid.{name}"),
            ]
        })
    })
    .collect()
}

fn protected(manifest: &Manifest) -> Protected {
    let protected = manifest.protected();
    let tenants = protected
        .tenants
        .iter()
        .flat_map(|tenant| tenant.id.iter().chain([&tenant.domain]));
    let subscriptions = protected.subscriptions.iter();
    Protected {
        tenants: tenants.cloned().collect(),
        subscriptions: subscriptions
            .filter_map(|subscription| subscription.id.clone())
            .collect(),
        resource_groups: protected
            .resource_groups
            .iter()
            .map(|group| group.name.clone())
            .collect(),
        resources: protected
            .resources
            .iter()
            .map(|resource| resource.name.clone())
            .collect(),
    }
}

fn hosts(cloud: &Cloud) -> Hosts {
    let host = |url: &rhc_core::Url| url.host_str().map(str::to_owned);
    let authority = host(&cloud.authority).into_iter();
    Hosts {
        arm: host(&cloud.resource_manager).into_iter().collect(),
        graph: host(&cloud.graph).into_iter().collect(),
        github: Hosts::default().github,
        authority: authority
            .chain(cloud.external_id_suffix.clone())
            .collect::<BTreeSet<_>>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(tenant: &str, method: &str, url: &str) -> Option<String> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        let manifest = Manifest::load(path).unwrap();
        let fence = fence(&manifest, &Cloud::public());
        fence.own_subscription(&"backoffice".into(), "11111111-1111-1111-1111-111111111111");
        fence.name_tenant(&"qa".into(), "22222222-2222-2222-2222-222222222222");
        let url = url.parse().unwrap();
        let checked = fence.check(&tenant.into(), method, &url, None);
        checked.err().map(|refusal| refusal.reason)
    }

    #[test]
    fn two_records_per_app_may_be_put_into_a_zone_that_is_named_and_nothing_else() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        let mut manifest = Manifest::load(path).unwrap();
        manifest.dns.azure_zone = Some(crate::manifest::AzureZone {
            tenant: "backoffice".to_owned(),
            subscription: "22222222-2222-2222-2222-222222222222".to_owned(),
            resource_group: "company-dns".to_owned(),
        });
        let own = fence(&manifest, &Cloud::public());
        let zone = "https://management.azure.com/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/company-dns/providers/Microsoft.Network/dnsZones/recalibratex.net";
        for (tenant, method, end, passes) in [
            ("backoffice", "PUT", "/TXT/asuid.hp2-qa", true),
            ("backoffice", "PUT", "/CNAME/hp2-qa", true),
            ("backoffice", "PUT", "/cname/SMX-QA", true),
            ("backoffice", "PUT", "/CNAME/www", false),
            ("backoffice", "PUT", "/TXT/hp2-qa", false),
            ("backoffice", "PUT", "/A/hp2-qa", false),
            ("backoffice", "PUT", "", false),
            ("backoffice", "DELETE", "/CNAME/hp2-qa", false),
            ("backoffice", "PATCH", "/CNAME/hp2-qa", false),
            ("database", "PUT", "/CNAME/hp2-qa", false),
        ] {
            let url = format!("{zone}{end}").parse().unwrap();
            let checked = own.check(&tenant.into(), method, &url, None);
            assert_eq!(
                checked.is_ok(),
                passes,
                "{tenant} {method} {end}: {checked:?}"
            );
        }
        let group = manifest
            .dns
            .azure_zone
            .as_ref()
            .unwrap()
            .resource_group
            .clone();
        manifest.protected.resource_groups[0].name = group;
        let url = format!("{zone}/CNAME/hp2-qa").parse().unwrap();
        let refused =
            fence(&manifest, &Cloud::public()).check(&"backoffice".into(), "PUT", &url, None);
        assert!(refused.unwrap_err().reason.contains("protected"));
    }

    #[test]
    fn once_it_only_looks_nothing_is_let_through_but_the_start_of_a_probe() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        let fence = fence(&Manifest::load(path).unwrap(), &Cloud::public());
        fence.own_subscription(&"backoffice".into(), "11111111-1111-1111-1111-111111111111");
        let group =
            "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rhc-hp2-qa-rg";
        let job = format!("{group}/providers/Microsoft.App/jobs/hp225qa-probe");
        let check = |tenant: &str, method: &str, address: &str| {
            let url = address.parse().unwrap();
            let checked = fence.check(&tenant.into(), method, &url, None);
            checked.map_err(|refusal| refusal.reason)
        };
        let arm = |path: &str| format!("https://management.azure.com{path}?api-version=2025-07-01");
        let graph = |path: &str| format!("https://graph.microsoft.com/v1.0{path}");
        let other = job.replace("hp225qa", "smx25qa");
        assert_eq!(check("backoffice", "PUT", &arm(&job)), Ok(()), "before");
        fence.only_start([("backoffice".into(), job.clone())]);
        for (tenant, method, address, passes) in [
            ("backoffice", "POST", arm(&format!("{job}/start")), true),
            (
                "backoffice",
                "POST",
                arm(&format!("{}/START", job.replace("jobs", "Jobs"))),
                true,
            ),
            ("backoffice", "GET", arm(&job), true),
            ("backoffice", "POST", arm(&format!("{job}/stop")), false),
            (
                "backoffice",
                "POST",
                arm(&format!("{job}/start/now")),
                false,
            ),
            ("backoffice", "POST", arm(&format!("{other}/start")), false),
            ("database", "POST", arm(&format!("{job}/start")), false),
            ("backoffice", "PUT", arm(&job), false),
            ("backoffice", "PATCH", arm(&job), false),
            ("backoffice", "DELETE", arm(&job), false),
            ("backoffice", "PUT", arm(group), false),
            ("backoffice", "POST", graph("/applications"), false),
            (
                "backoffice",
                "POST",
                graph("/directoryObjects/getByIds"),
                true,
            ),
        ] {
            let refusal = check(tenant, method, &address);
            assert_eq!(
                refusal.is_ok(),
                passes,
                "{tenant} {method} {address}: {refusal:?}"
            );
        }
    }

    #[test]
    fn the_qa_file_owns_what_it_names_and_no_more() {
        let group = "https://management.azure.com/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups";
        for (tenant, method, url, passes) in [
            ("backoffice", "PUT", format!("{group}/rhc-hp2-qa-rg"), true),
            ("backoffice", "PUT", format!("{group}/marketing"), false),
            ("database", "PUT", format!("{group}/rhc-db-qa-rg"), false),
            (
                "backoffice",
                "PUT",
                "https://management.azure.com/providers/Microsoft.Subscription/aliases/rhc-b2c-qa-sub"
                    .to_owned(),
                true,
            ),
            (
                "backoffice",
                "PUT",
                "https://management.azure.com/providers/Microsoft.Subscription/aliases/another"
                    .to_owned(),
                false,
            ),
            (
                "backoffice",
                "POST",
                "https://graph.microsoft.com/v1.0/applications".to_owned(),
                true,
            ),
            (
                "database",
                "POST",
                "https://graph.microsoft.com/v1.0/applications".to_owned(),
                false,
            ),
            (
                "database",
                "POST",
                "https://graph.microsoft.com/v1.0/groups".to_owned(),
                true,
            ),
            (
                "database",
                "PATCH",
                "https://graph.microsoft.com/v1.0/policies/authorizationPolicy".to_owned(),
                true,
            ),
            (
                "database",
                "DELETE",
                "https://graph.microsoft.com/v1.0/policies/authorizationPolicy".to_owned(),
                false,
            ),
            (
                "database",
                "PATCH",
                "https://graph.microsoft.com/v1.0/policies/crossTenantAccessPolicy/default"
                    .to_owned(),
                true,
            ),
            (
                "database",
                "POST",
                "https://graph.microsoft.com/v1.0/policies/crossTenantAccessPolicy/partners"
                    .to_owned(),
                false,
            ),
            (
                "backoffice",
                "PATCH",
                "https://graph.microsoft.com/v1.0/policies/authorizationPolicy".to_owned(),
                false,
            ),
            (
                "database",
                "POST",
                "https://rhc-qa-sqlsvr.database.windows.net/hp2_db".to_owned(),
                true,
            ),
            (
                "database",
                "POST",
                "https://another.database.windows.net/hp2_db".to_owned(),
                false,
            ),
            (
                "database",
                "PUT",
                "https://management.azure.com/providers/microsoft.aadiam/diagnosticSettings/rhc-qa-entra"
                    .to_owned(),
                true,
            ),
            (
                "database",
                "DELETE",
                "https://management.azure.com/providers/microsoft.aadiam/diagnosticSettings/rhc-qa-entra"
                    .to_owned(),
                false,
            ),
            (
                "database",
                "PUT",
                "https://management.azure.com/providers/microsoft.aadiam/diagnosticSettings/another"
                    .to_owned(),
                false,
            ),
            (
                "qa",
                "PUT",
                "https://management.azure.com/providers/microsoft.aadiam/diagnosticSettings/rhc-qa-entra"
                    .to_owned(),
                false,
            ),
            // Development is read under its own domain, and written under none.
            (
                "smx25dev.onmicrosoft.com",
                "GET",
                format!("{group}/hp225dev-rg/resources"),
                true,
            ),
            (
                "smx25dev.onmicrosoft.com",
                "PUT",
                format!("{group}/hp225dev-rg"),
                false,
            ),
            (
                "qa",
                "PATCH",
                "https://graph.microsoft.com/v1.0/organization/22222222-2222-2222-2222-222222222222/branding"
                    .to_owned(),
                true,
            ),
            (
                "qa",
                "PATCH",
                "https://graph.microsoft.com/v1.0/organization/22222222-2222-2222-2222-222222222222"
                    .to_owned(),
                false,
            ),
            (
                "qa",
                "PATCH",
                "https://graph.microsoft.com/v1.0/organization/33333333-3333-3333-3333-333333333333/branding"
                    .to_owned(),
                false,
            ),
            (
                "qa",
                "POST",
                "https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies".to_owned(),
                true,
            ),
            (
                "qa",
                "DELETE",
                "https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies/33333333-3333-3333-3333-333333333333"
                    .to_owned(),
                false,
            ),
            (
                "qa",
                "PATCH",
                "https://graph.microsoft.com/v1.0/identity/authenticationEventsFlows/33333333-3333-3333-3333-333333333333"
                    .to_owned(),
                false,
            ),
            (
                "qa",
                "POST",
                "https://graph.microsoft.com/v1.0/identity/identityProviders".to_owned(),
                false,
            ),
            (
                "qa",
                "PATCH",
                "https://graph.microsoft.com/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/sms"
                    .to_owned(),
                true,
            ),
            (
                "qa",
                "PATCH",
                "https://graph.microsoft.com/v1.0/policies/authenticationMethodsPolicy".to_owned(),
                false,
            ),
            (
                "qa",
                "POST",
                "https://graph.microsoft.com/v1.0/users".to_owned(),
                false,
            ),
            (
                "backoffice",
                "POST",
                "https://hp225qa-kv.vault.azure.net/certificates/rhc-hp2-qa-web/create".to_owned(),
                true,
            ),
            (
                "backoffice",
                "POST",
                "https://hp225qa-kv.vault.azure.net/certificates/another/create".to_owned(),
                false,
            ),
            (
                "backoffice",
                "PUT",
                "https://hp225qa-kv.vault.azure.net/secrets/rhc-hp2-qa-web".to_owned(),
                false,
            ),
            (
                "backoffice",
                "POST",
                "https://graph.microsoft.com/v1.0/oauth2PermissionGrants".to_owned(),
                false,
            ),
            (
                "database",
                "POST",
                "https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies".to_owned(),
                false,
            ),
            (
                "backoffice",
                "POST",
                "https://another.vault.azure.net/certificates/rhc-hp2-qa-web/create".to_owned(),
                false,
            ),
            (
                "somewhere",
                "POST",
                "https://graph.microsoft.com/v1.0/groups".to_owned(),
                false,
            ),
        ] {
            let refusal = refused(tenant, method, &url);
            assert_eq!(refusal.is_none(), passes, "{tenant} {method} {url}: {refusal:?}");
        }
    }
}
