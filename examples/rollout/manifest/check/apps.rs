//! The applications, and how their users sign in.

use super::super::model::{App, MfaMethod, RegistrySku, SubnetUse, TenantKind};
use super::super::problem::Rule;
use super::environment::{between, port, probe_path, registry_reference};
use super::github;
use super::network::subnet_reference;
use super::{Check, sign_in, syntax};

/// The one identity provider of this project, by its id in Graph.
const EMAIL_PASSWORD: &str = "EmailPassword-OAUTH";

/// Where Communication Services keep data at rest. Unverified: Microsoft's description leaves the list open.
const DATA_LOCATIONS: [&str; 16] = [
    "Africa",
    "Asia Pacific",
    "Australia",
    "Brazil",
    "Canada",
    "Europe",
    "France",
    "Germany",
    "India",
    "Japan",
    "Korea",
    "Norway",
    "Switzerland",
    "UAE",
    "UK",
    "United States",
];

pub(super) fn check(check: &mut Check<'_>) {
    let manifest = check.manifest;
    for (key, app) in &manifest.apps {
        let path = format!("apps.{key}");
        check.short_name(&path, key, 20);
        check.not_empty(&format!("{path}.display_name"), &app.display_name);
        hosting(check, &path, app);
        hostname(check, &path, app);
        container_app(check, &path, app);
        registry_reference(check, &format!("{path}.pulls_from"), &app.pulls_from);
        communication(check, &path, app);
        waiver(check, &path, app);
        storage(check, &path, app);
        unique_name(
            check,
            &format!("{path}.bridge.unique_name"),
            &app.bridge.unique_name,
        );
        redirects(check, &path, app);
        sign_in::roles(check, &path, app);
        github::check(check, &path, app);
        mirror(check, &path, app);
    }
    user_flow(check);
    sign_in::attributes(check);
    sign_in::branding(check);
    second_factor(check);
    invitation(check);
}

/// The app's identity and its bridge application must live in one tenant, and that is the hosting one.
fn hosting(check: &mut Check<'_>, path: &str, app: &App) {
    let manifest = check.manifest;
    let path = format!("{path}.subscription");
    if !check.subscription_reference(&path, &app.subscription) {
        return;
    }
    let hosting = &manifest.environment.hosting_tenant;
    let owner = manifest
        .subscriptions
        .get(&app.subscription)
        .map(|subscription| &subscription.tenant);
    // A tenant that cannot host is said where it is named, and no subscription of its own would mend that.
    let can_host = manifest
        .tenants
        .get(hosting)
        .is_some_and(|tenant| tenant.kind == TenantKind::Workforce);
    if can_host && owner.is_some_and(|owner| owner != hosting) {
        let help = format!(
            "name a subscription of {hosting:?}: a managed identity and the application that trusts it must share a tenant"
        );
        check.report(
            Rule::TenantKind,
            path,
            "this subscription is not the hosting tenant's",
            help,
        );
    }
}

fn hostname(check: &mut Check<'_>, path: &str, app: &App) {
    let zone = &check.manifest.dns.zone;
    if !syntax::is_domain(zone) {
        // The zone is at fault, and is reported.
        return;
    }
    let path = format!("{path}.hostname");
    let host = app.hostname.as_str();
    let label = host
        .strip_suffix(zone.as_str())
        .and_then(|rest| rest.strip_suffix('.'));
    let reason = if host.contains("://") || host.contains('/') || host.contains(':') {
        "a host name has no https://, no path and no port"
    } else if label.is_none_or(str::is_empty) {
        "this host name does not lie below the zone"
    } else if label.is_some_and(|label| label.contains('.')) {
        "a managed certificate needs a host name with one label below the zone, and this has more"
    } else if !label.is_some_and(syntax::is_label) {
        "this is not a host name"
    } else {
        return;
    };
    check.report(
        Rule::Hostname,
        path,
        reason,
        format!("expected is one label in small letters before .{zone} (dns.zone)"),
    );
}

fn container_app(check: &mut Check<'_>, path: &str, app: &App) {
    let container = &app.container_app;
    let path = format!("{path}.container_app");
    subnet_reference(
        check,
        &format!("{path}.subnet"),
        &container.subnet,
        SubnetUse::ContainerApps,
    );
    let quarters = container.cpu * 4.0;
    // Unverified: the steps of a quarter core; the limits of 4 cores and 8 GiB are the Consumption profile's.
    if !(1.0..=16.0).contains(&quarters) || quarters.fract() != 0.0 {
        let help = "expected is 0.25 to 4 in steps of 0.25 (Consumption profile)";
        check.report(
            Rule::Resources,
            format!("{path}.cpu"),
            "Container Apps does not offer so many cores",
            help,
        );
    } else if (container.memory_gib - container.cpu * 2.0).abs() > f64::EPSILON {
        let help = format!("expected is twice the cores: {}", container.cpu * 2.0);
        check.report(
            Rule::Resources,
            format!("{path}.memory_gib"),
            "Container Apps does not offer this memory with these cores",
            help,
        );
    }
    between(
        check,
        &format!("{path}.max_replicas"),
        container.max_replicas,
        1,
        1000,
    );
    if container.min_replicas > container.max_replicas {
        let help = format!(
            "expected is a number that is not greater than max_replicas, {}",
            container.max_replicas
        );
        check.report(
            Rule::Resources,
            format!("{path}.min_replicas"),
            "there cannot be more replicas at least than at most",
            help,
        );
    }
    if let Some(number) = container.port {
        port(check, &format!("{path}.port"), number);
    }
    if let Some(probe) = &container.probe_path {
        probe_path(check, &format!("{path}.probe_path"), probe);
    }
}

fn communication(check: &mut Check<'_>, path: &str, app: &App) {
    let path = format!("{path}.communication");
    let communication = &app.communication;
    if communication.services.is_empty() {
        let help = "name at least one Communication Services resource; it sends the app's mail";
        check.report(
            Rule::MissingKey,
            format!("{path}.services"),
            "nothing would send the app's mail",
            help,
        );
    }
    if communication.email_domain != "AzureManagedDomain"
        && !syntax::is_domain(&communication.email_domain)
    {
        let help = "expected is \"AzureManagedDomain\", or a domain of your own in small letters";
        check.report(
            Rule::Domain,
            format!("{path}.email_domain"),
            "mail cannot come from this domain",
            help,
        );
    }
    if !DATA_LOCATIONS.contains(&communication.data_location.as_str()) {
        let help = format!(
            "expected is one of {}; it cannot be changed later",
            DATA_LOCATIONS.join(", ")
        );
        check.report(
            Rule::Geography,
            format!("{path}.data_location"),
            "Communication Services keep no data there",
            help,
        );
    }
}

fn waiver(check: &mut Check<'_>, path: &str, app: &App) {
    let Some(registry) = &app.registry else {
        return;
    };
    let reasoned = registry
        .waiver
        .as_deref()
        .is_some_and(|waiver| !waiver.trim().is_empty());
    if registry.sku != RegistrySku::Premium && !reasoned {
        let help = "write the reason into waiver, or take \"Premium\"";
        check.report(
            Rule::Waiver,
            format!("{path}.registry.sku"),
            "the posture rules ask for Premium, and no reason is given",
            help,
        );
    }
}

fn storage(check: &mut Check<'_>, path: &str, app: &App) {
    if let Some(days) = app.storage.as_ref().and_then(|own| own.soft_delete_days) {
        let path = format!("{path}.storage.soft_delete_days");
        between(check, &path, days, 1, 365);
    }
}

/// `uniqueName` of an application: also its display name, and part of names made from it.
pub(super) fn unique_name(check: &mut Check<'_>, path: &str, name: &str) {
    check.short_name(path, name, 60);
}

fn redirects(check: &mut Check<'_>, path: &str, app: &App) {
    let path = format!("{path}.sign_in");
    unique_name(
        check,
        &format!("{path}.unique_name"),
        &app.sign_in.unique_name,
    );
    if app.sign_in.redirect_paths.is_empty() {
        let help = "name at least one path, such as \"/\"";
        check.report(
            Rule::MissingKey,
            format!("{path}.redirect_paths"),
            "sign-in could not return to the app",
            help,
        );
    }
    for (index, redirect) in app.sign_in.redirect_paths.iter().enumerate() {
        if !syntax::is_path(redirect) {
            let help = "expected is a path that begins with /; the host name is the app's own";
            check.report(
                Rule::Text,
                format!("{path}.redirect_paths[{index}]"),
                "this is not a path",
                help,
            );
        }
    }
}

fn mirror(check: &mut Check<'_>, path: &str, app: &App) {
    let protected = &check.manifest.protected.tenants;
    if !protected
        .iter()
        .any(|tenant| tenant.domain == app.mirrors.tenant_domain)
    {
        let help = "add it to protected.tenants, so that it is only ever read";
        check.report(
            Rule::Reference,
            format!("{path}.mirrors.tenant_domain"),
            "the development tenant is not protected",
            help,
        );
    }
}

fn user_flow(check: &mut Check<'_>) {
    let flow = &check.manifest.customers.user_flow;
    check.not_empty("customers.user_flow.name", &flow.name);
    if flow.identity_providers.is_empty() {
        let help = format!("expected is [{EMAIL_PASSWORD:?}]");
        check.report(
            Rule::IdentityProvider,
            "customers.user_flow.identity_providers",
            "nobody could sign in",
            help,
        );
    }
    for (index, provider) in flow.identity_providers.iter().enumerate() {
        if provider != EMAIL_PASSWORD {
            check.report(
                Rule::IdentityProvider,
                format!("customers.user_flow.identity_providers[{index}]"),
                "users sign in with e-mail and password and in no other way",
                format!("expected is {EMAIL_PASSWORD:?} alone: this project has no social sign-in and no single sign-on"),
            );
        }
    }
    if flow.sign_up_allowed {
        let help = "write false: accounts are made by invitation only";
        check.report(
            Rule::SignUp,
            "customers.user_flow.sign_up_allowed",
            "anybody on the internet could make himself an account",
            help,
        );
    }
}

fn second_factor(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let mfa = &manifest.customers.mfa;
    check.not_empty("customers.mfa.policy_name", &mfa.policy_name);
    if mfa.methods.is_empty() {
        let help = "expected is at least one of \"email-code\", \"sms\" and \"passkey\"";
        check.report(
            Rule::SecondFactor,
            "customers.mfa.methods",
            "a second factor is demanded, and none is offered",
            help,
        );
    }
    let own_address = manifest
        .tenants
        .get(&manifest.customers.tenant)
        .is_some_and(|tenant| tenant.custom_url_domain.is_some());
    for (index, _) in mfa
        .methods
        .iter()
        .enumerate()
        .filter(|(_, method)| **method == MfaMethod::Passkey && !own_address)
    {
        check.report(
            Rule::SecondFactor,
            format!("customers.mfa.methods[{index}]"),
            "passkeys need a custom URL domain, and the tenant has none",
            format!(
                "add tenants.{}.custom_url_domain, or remove \"passkey\"",
                manifest.customers.tenant
            ),
        );
    }
}

fn invitation(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let invitation = &manifest.customers.invitation;
    check.reference(
        "customers.invitation.sent_by",
        &invitation.sent_by,
        "apps",
        manifest.apps.keys(),
    );
    if !syntax::is_mail_user(&invitation.sender) {
        let help = "write only what stands before the @ of the sender's address";
        check.report(
            Rule::Email,
            "customers.invitation.sender",
            "this cannot stand before the @",
            help,
        );
    }
    between(
        check,
        "customers.invitation.valid_days",
        invitation.valid_days,
        1,
        90,
    );
}
