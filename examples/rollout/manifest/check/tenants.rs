//! Tenants, billing and subscriptions.

use super::super::model::{MadeBy, Tenant, TenantKind};
use super::super::problem::Rule;
use super::environment::is_country;
use super::{Check, syntax};

/// Where Microsoft keeps an External ID tenant's data.
const GEOGRAPHIES: [&str; 4] = ["United States", "Europe", "Asia Pacific", "Australia"];

/// The billing SKUs of an External ID tenant. Unverified: which of `Base` and `Standard` the service wants today.
const DIRECTORY_SKUS: [&str; 4] = ["Base", "Standard", "PremiumP1", "PremiumP2"];

pub(super) fn check(check: &mut Check<'_>) {
    let manifest = check.manifest;
    for (key, tenant) in &manifest.tenants {
        let path = format!("tenants.{key}");
        check.short_name(&path, key, 20);
        check.not_empty(&format!("{path}.display_name"), &tenant.display_name);
        check.guid(&format!("{path}.id"), tenant.id.as_ref());
        check.guid(
            &format!("{path}.sign_in_client_id"),
            tenant.sign_in_client_id.as_ref(),
        );
        domain(check, &path, tenant);
        made_by(check, &path, tenant);
        administrators(check, &path, tenant);
        directory(check, &path, tenant);
        if tenant
            .custom_url_domain
            .as_deref()
            .is_some_and(|domain| !syntax::is_domain(domain))
        {
            check.report(
                Rule::Domain,
                format!("{path}.custom_url_domain"),
                "this is not a domain",
                "expected is a host name in small letters",
            );
        }
    }
    for (index, tenant) in manifest.protected.tenants.iter().enumerate() {
        check.guid(
            &format!("protected.tenants[{index}].id"),
            tenant.id.as_ref(),
        );
        if !syntax::is_domain(&tenant.domain) {
            let help =
                "expected is the tenant's domain in small letters, such as example.onmicrosoft.com";
            check.report(
                Rule::Domain,
                format!("protected.tenants[{index}].domain"),
                "this is not a domain",
                help,
            );
        }
    }
    hosts(check);
    customers(check);
    billing(check);
}

fn domain(check: &mut Check<'_>, path: &str, tenant: &Tenant) {
    let path = format!("{path}.domain");
    if let Some(label) = tenant.initial_domain() {
        if !is_initial_domain(label) {
            let wrong: String = label
                .chars()
                .filter(|c| !c.is_ascii_alphanumeric())
                .collect();
            let reason = if wrong.contains('-') {
                "an initial domain may not have a hyphen".to_owned()
            } else if !wrong.is_empty() {
                format!("{wrong:?} may not stand in an initial domain")
            } else if label.is_empty() {
                "an initial domain may not be empty".to_owned()
            } else {
                format!(
                    "an initial domain may not be longer than 26 characters, and this has {}",
                    label.len()
                )
            };
            let plain: String = label
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .take(26)
                .collect();
            let advice = if plain.is_empty() {
                String::new()
            } else {
                format!(" Write \"{}.onmicrosoft.com\";", plain.to_lowercase())
            };
            check.report(
                Rule::InitialDomain,
                path,
                reason,
                format!(
                    "Microsoft's rule: 1 to 26 letters and digits before .onmicrosoft.com, nothing else.{advice} \
                     a readable name may stand in display_name"
                ),
            );
        }
    } else if tenant.made_by != MadeBy::Exists {
        let help =
            "expected is <name>.onmicrosoft.com; a domain of your own is added to the tenant later";
        check.report(
            Rule::InitialDomain,
            path,
            "a new tenant begins with an initial domain",
            help,
        );
    } else if !syntax::is_domain(&tenant.domain) {
        check.report(
            Rule::Domain,
            path,
            "this is not a domain",
            "expected is the tenant's domain in small letters",
        );
    }
}

/// Microsoft's rule for the first label of an initial domain.
fn is_initial_domain(label: &str) -> bool {
    (1..=26).contains(&label.len()) && label.chars().all(|c| c.is_ascii_alphanumeric())
}

fn made_by(check: &mut Check<'_>, path: &str, tenant: &Tenant) {
    let at = format!("{path}.made_by");
    match (tenant.kind, tenant.made_by) {
        (_, MadeBy::Exists) if tenant.id.is_none() => {
            let help = format!("add {path}.id; the portal shows it on the tenant's overview page");
            check.report(Rule::MadeBy, at, "a tenant that exists is known by its id, and none is given", help);
        }
        (TenantKind::Workforce, MadeBy::Rollout) => check.report(
            Rule::MadeBy,
            at,
            "Microsoft has no interface with which a program could create a workforce tenant",
            "write \"manual\": the rollout then says what to do in the portal and sees when it is done; or \"exists\" with an id (https://learn.microsoft.com/entra/fundamentals/create-new-tenant)",
        ),
        (TenantKind::ExternalId, MadeBy::Rollout) if tenant.directory.is_none() => {
            let help = format!("add [{path}.directory], the Azure resource with which the tenant is created");
            check.report(Rule::MadeBy, at, "the rollout cannot create this tenant without its Azure resource", help);
        }
        _ => {}
    }
}

fn administrators(check: &mut Check<'_>, path: &str, tenant: &Tenant) {
    let at = format!("{path}.native_administrators");
    let all = &tenant.native_administrators;
    for (index, administrator) in all.iter().enumerate() {
        let at = format!("{at}[{index}].user");
        if !syntax::is_mail_user(&administrator.user) {
            let help = "write only what stands before the @ of the sign-in name: letters, digits, periods, hyphens and underscores";
            check.report(Rule::Email, at, "this cannot stand before the @", help);
        } else if all
            .iter()
            .take(index)
            .any(|other| other.user.eq_ignore_ascii_case(&administrator.user))
        {
            check.report(
                Rule::Duplicate,
                at,
                "this administrator is there twice",
                "give each account a name of its own",
            );
        }
    }
    let sealed = all
        .iter()
        .filter(|administrator| administrator.break_glass)
        .count();
    if tenant.made_by != MadeBy::Exists && (all.len() < 2 || sealed != 1) {
        check.report(
            Rule::NativeAdministrators,
            at,
            format!("a new tenant needs two native administrators, one of them for emergencies; there are {}, {sealed} for emergencies", all.len()),
            "its creator arrives as an external account (#EXT#) and is removed later; \
             list at least two accounts, exactly one with break_glass = true",
        );
    }
}

fn directory(check: &mut Check<'_>, path: &str, tenant: &Tenant) {
    let Some(directory) = &tenant.directory else {
        return;
    };
    let path = format!("{path}.directory");
    if tenant.kind != TenantKind::ExternalId {
        check.report(
            Rule::TenantKind,
            &path,
            "only an External ID tenant has such a resource",
            "remove this table",
        );
    }
    check.subscription_reference(&format!("{path}.subscription"), &directory.subscription);
    // An initial domain that is refused itself says nothing about the resource's name.
    let label = tenant
        .initial_domain()
        .filter(|label| is_initial_domain(label));
    if let Some(label) = label.filter(|label| !label.eq_ignore_ascii_case(&directory.name)) {
        let help = format!("expected is {label:?}");
        check.report(
            Rule::Name,
            format!("{path}.name"),
            "the resource is named as the initial domain, without .onmicrosoft.com",
            help,
        );
    }
    if !GEOGRAPHIES.contains(&directory.data_location.as_str()) {
        let help = format!("expected is one of {GEOGRAPHIES:?}; it cannot be changed later");
        check.report(
            Rule::Geography,
            format!("{path}.data_location"),
            "External ID keeps no data there; this is a geography and not a region",
            help,
        );
    }
    if !is_country(&directory.country) {
        let help = "expected are two capital letters by ISO 3166-1, such as US; it must belong to data_location, and cannot be changed later";
        check.report(
            Rule::Country,
            format!("{path}.country"),
            "there is no country with this code",
            help,
        );
    }
    if !DIRECTORY_SKUS.contains(&directory.sku.as_str()) {
        let help = format!("expected is one of {DIRECTORY_SKUS:?}");
        check.report(
            Rule::UnknownValue,
            format!("{path}.sku"),
            "External ID has no such SKU",
            help,
        );
    }
}

/// An External ID tenant holds identities only: Microsoft lets it neither own a subscription nor anything in one.
fn hosts(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let reason = "an external tenant cannot own a subscription, so no Azure resource and no managed identity can live in it";
    let mut host = |path: String, key: &str, what: &str| {
        let known = check.tenant_reference(&path, key);
        if known
            && manifest
                .tenants
                .get(key)
                .is_some_and(|tenant| tenant.kind == TenantKind::ExternalId)
        {
            let workforce: Vec<&str> = manifest
                .tenants
                .iter()
                .filter(|(_, tenant)| tenant.kind == TenantKind::Workforce)
                .map(|(key, _)| key.as_str())
                .collect();
            check.report(
                Rule::ExternalIdHost,
                path,
                format!("an External ID tenant cannot {what}"),
                format!(
                    "Microsoft's rule: {reason}. Name a workforce tenant: {}",
                    workforce.join(", ")
                ),
            );
        }
    };
    host(
        "environment.hosting_tenant".to_owned(),
        &manifest.environment.hosting_tenant,
        "host the apps' resources",
    );
    host(
        "billing.tenant".to_owned(),
        &manifest.billing.tenant,
        "own the billing account",
    );
    for (key, subscription) in &manifest.subscriptions {
        host(
            format!("subscriptions.{key}.tenant"),
            &subscription.tenant,
            "own a subscription",
        );
    }
    for (key, subscription) in &manifest.subscriptions {
        let path = format!("subscriptions.{key}");
        check.short_name(&path, key, 20);
        check.guid(&format!("{path}.id"), subscription.id.as_ref());
        let Some(other) = &subscription.belongs_to else {
            continue;
        };
        let path = format!("{path}.belongs_to");
        check.short_name(&path, other, 10);
        if *other == manifest.environment.name {
            check.report(
                Rule::Reference,
                path,
                "this is this environment itself",
                "name the environment whose file the subscription is from, or remove the line if it is this one's",
            );
        }
    }
}

fn customers(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let key = &manifest.customers.tenant;
    if check.tenant_reference("customers.tenant", key)
        && manifest
            .tenants
            .get(key)
            .is_some_and(|tenant| tenant.kind != TenantKind::ExternalId)
    {
        let help = "name a tenant of kind \"external-id\"; a workforce tenant has no user flows for customers";
        check.report(
            Rule::TenantKind,
            "customers.tenant",
            "customers sign in to an External ID tenant, and this is none",
            help,
        );
    }
}

fn billing(check: &mut Check<'_>) {
    let billing = &check.manifest.billing;
    let parts = [
        ("account", &billing.account),
        ("profile", &billing.profile),
        ("invoice_section", &billing.invoice_section),
        ("enrollment_account", &billing.enrollment_account),
        ("customer", &billing.customer),
    ];
    for (name, part) in parts {
        let unsafe_text = |text: &String| {
            text.is_empty()
                || !text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_:.".contains(c))
        };
        if part.as_ref().is_some_and(unsafe_text) {
            let help =
                "copy the id itself from Cost Management + Billing, not the address around it";
            check.report(
                Rule::BillingScope,
                format!("billing.{name}"),
                "this is not an id of the billing service",
                help,
            );
        }
    }
    let given: Vec<&str> = parts
        .iter()
        .filter(|(_, part)| part.is_some())
        .map(|(name, _)| *name)
        .collect();
    let complete = [
        &[][..],
        &["account", "profile", "invoice_section"],
        &["account", "enrollment_account"],
        &["account", "customer"],
    ];
    if !complete.contains(&given.as_slice()) {
        check.report(
            Rule::BillingScope,
            "billing.account",
            format!("these do not make a billing scope: {}", given.join(", ")),
            "give account, profile and invoice_section (Microsoft Customer Agreement), account and enrollment_account \
             (Enterprise Agreement), account and customer (Partner Agreement), or none of them",
        );
    }
}
