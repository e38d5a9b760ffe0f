//! Host names of one's own on an app: whose they are, what proves it, and what they are bound to.

use rhc_arm::fake::{ActionContext, Arm, PutContext, ServiceError, Stored, key};
use rhc_core::fake::{Dns, RecordType, State};
use serde_json::{Value, json};

use super::managed_certificate;
use super::{APPS, ENVIRONMENTS, UNNAMED, bad, json};

const DOMAINS: &str = "properties.configuration.ingress.customDomains";
/// By Microsoft's issue trackers, with this message.
const NOT_PROVEN: &str = "InvalidCustomHostNameValidation";

/// What is wrong with the host names of an app that is about to be written. Those that it has already are not looked up
/// again. Unverified: that the service does the same.
pub(super) fn check(state: &State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let items = json::items(put.sent, DOMAINS);
    for (at, item) in items.iter().enumerate() {
        let Some(host) = json::text(item, "name").filter(|host| is_host(host)) else {
            return Err(bad(UNNAMED, "A custom domain must have a host name."));
        };
        let twice = items.iter().take(at).any(|other| names(other, host));
        if twice {
            return Err(bad(
                UNNAMED,
                format!("The custom domain '{host}' is there twice."),
            ));
        }
        let known = put
            .existing
            .is_some_and(|app| on(app).iter().any(|own| names(own, host)));
        if !known {
            proven(state, put, host)?;
            free(state, put, host)?;
        }
        bound(state, put.sent, item, host)?;
    }
    Ok(())
}

fn proven(state: &State, put: &PutContext<'_>, host: &str) -> Result<(), ServiceError> {
    let id = verification_id(state, put.sent).unwrap_or_default();
    if proofs(state, host).iter().any(|own| own == id) {
        return Ok(());
    }
    Err(bad(NOT_PROVEN, not_found(host, id)))
}

fn not_found(host: &str, id: &str) -> String {
    format!("A TXT record pointing from asuid.{host} to {id} was not found.")
}

/// An environment sends each name to one app: the analysis calls it a conflict. Unverified: the code.
fn free(state: &State, put: &PutContext<'_>, host: &str) -> Result<(), ServiceError> {
    let environment = json::text(put.sent, "properties.environmentId").unwrap_or_default();
    match holder(state, environment, host).filter(|app| key(app.id()) != put.path.key()) {
        Some(app) => Err(bad(
            UNNAMED,
            format!(
                "The custom domain '{host}' is used by the container app '{}' of the same environment.",
                app.name()
            ),
        )),
        None => Ok(()),
    }
}

/// A binding needs a certificate of the environment, issued for that very name.
fn bound(state: &State, app: &Value, item: &Value, host: &str) -> Result<(), ServiceError> {
    let binding = json::text(item, "bindingType").unwrap_or("Disabled");
    if binding.eq_ignore_ascii_case("Auto") {
        // microsoft/azure-container-apps#1395.
        return Err(bad(UNNAMED, "The binding type 'Auto' is not supported."));
    }
    let Some(id) = json::text(item, "certificateId") else {
        return if binding.eq_ignore_ascii_case("SniEnabled") {
            Err(bad(
                UNNAMED,
                format!("The custom domain '{host}' needs a certificate to be bound to."),
            ))
        } else {
            Ok(())
        };
    };
    let environment = json::text(app, "properties.environmentId").unwrap_or_default();
    let inside = format!("{}/", key(environment));
    let found = state.read::<Arm>().and_then(|arm| arm.get(id));
    let found = found.filter(|own| key(own.id()).starts_with(&inside));
    let Some(certificate) = found else {
        return Err(bad(
            "CertificateNotFound",
            format!("The certificate '{id}' is not in the environment '{environment}'."),
        ));
    };
    // What stands in one that the owner brought is not read.
    if managed_certificate::is_managed(certificate)
        && !managed_certificate::is_for(certificate, host)
    {
        return Err(bad(
            UNNAMED,
            format!("The certificate '{id}' is not for the custom domain '{host}'."),
        ));
    }
    if !managed_certificate::is_issued(certificate) {
        return Err(bad(
            "CertificateProvisioningError",
            format!(
                "The certificate '{}' is not in succeeded provisioning state.",
                certificate.name()
            ),
        ));
    }
    Ok(())
}

/// What the service sees of a host name, before it is added. Recorded: the verification is not remembered.
pub(super) fn analyse(
    state: &mut State,
    context: &ActionContext<'_>,
) -> Result<Option<Value>, ServiceError> {
    let Some(host) = context.query.get("customHostname") else {
        return Err(bad(UNNAMED, "The parameter 'customHostname' is required."));
    };
    let app = context.existing;
    let id = verification_id(state, &app.body).unwrap_or_default();
    let proofs = proofs(state, host);
    let passed = proofs.iter().any(|own| own == id);
    let environment = app.text("properties.environmentId").unwrap_or_default();
    let other = holder(state, environment, host).filter(|own| key(own.id()) != key(app.id()));
    let mut seen = json!({
        "isHostnameAlreadyVerified": false,
        "customDomainVerificationTest": if passed { "Passed" } else { "Failed" },
        "hasConflictOnManagedEnvironment": other.is_some(),
        "conflictWithEnvironmentCustomDomain": false,
        "cNameRecords": records(state, host, RecordType::Cname),
        "txtRecords": records(state, host, RecordType::Txt),
        "aRecords": addresses(state, host),
        "alternateTxtRecords": proofs,
    });
    if !passed {
        seen["customDomainVerificationFailureInfo"] =
            json!({ "code": NOT_PROVEN, "message": not_found(host, id) });
    }
    if let Some(other) = other {
        seen["conflictingContainerAppResourceId"] = json!(other.id());
    }
    Ok(Some(seen))
}

fn proofs(state: &State, host: &str) -> Vec<String> {
    records(state, &format!("asuid.{host}"), RecordType::Txt)
}

/// What the World's DNS has, without the dot at the end.
pub(super) fn records(state: &State, name: &str, kind: RecordType) -> Vec<String> {
    let found = state.read::<Dns>().map(|dns| dns.lookup(name, kind));
    let found = found.unwrap_or_default().iter();
    found
        .map(|own| own.trim_end_matches('.').to_owned())
        .collect()
}

/// Where a host name leads in the end.
pub(super) fn addresses(state: &State, host: &str) -> Vec<String> {
    let end = state.read::<Dns>().map(|dns| dns.resolve(host));
    let end = end.unwrap_or_else(|| host.to_ascii_lowercase());
    let given = records(state, &end, RecordType::A);
    if !given.is_empty() {
        return given;
    }
    let environments = state.read::<Arm>().into_iter();
    environments
        .flat_map(|arm| arm.everywhere(ENVIRONMENTS))
        .filter(|own| {
            own.text("properties.defaultDomain")
                .is_some_and(|domain| end.ends_with(&format!(".{}", domain.to_ascii_lowercase())))
        })
        .filter_map(|own| own.text("properties.staticIp").map(str::to_owned))
        .collect()
}

fn verification_id<'a>(state: &'a State, app: &Value) -> Option<&'a str> {
    let environment = json::text(app, "properties.environmentId")
        .or_else(|| json::text(app, "properties.managedEnvironmentId"))?;
    state
        .read::<Arm>()?
        .get(environment)?
        .text("properties.customDomainConfiguration.customDomainVerificationId")
}

/// The app of an environment that has a host name.
pub(super) fn holder<'a>(state: &'a State, environment: &str, host: &str) -> Option<&'a Stored> {
    state.read::<Arm>()?.everywhere(APPS).find(|app| {
        let there = app
            .text("properties.environmentId")
            .is_some_and(|own| own.eq_ignore_ascii_case(environment));
        there && on(app).iter().any(|own| names(own, host))
    })
}

/// The app that is reached under a host name of its owner's, and whether it has a certificate to be reached with.
pub(super) fn reached<'a>(state: &'a State, host: &str) -> Option<(&'a Stored, bool)> {
    let leads_to = addresses(state, host);
    let arm = state.read::<Arm>()?;
    arm.everywhere(APPS).find_map(|app| {
        let item = on(app).iter().find(|own| names(own, host))?;
        let environment = arm.get(app.text("properties.environmentId")?)?;
        let address = environment.text("properties.staticIp")?;
        if !leads_to.iter().any(|own| own == address) {
            return None;
        }
        let certificate = json::text(item, "certificateId").and_then(|id| arm.get(id));
        let bound = json::text(item, "bindingType")
            .is_some_and(|own| own.eq_ignore_ascii_case("SniEnabled"));
        Some((app, bound && certificate.is_some()))
    })
}

/// Whether an app uses a certificate.
pub(super) fn uses(app: &Stored, certificate: &str) -> bool {
    on(app)
        .iter()
        .any(|item| json::text(item, "certificateId").is_some_and(|id| key(id) == key(certificate)))
}

fn on(app: &Stored) -> &[Value] {
    json::items(&app.body, DOMAINS)
}

fn names(item: &Value, host: &str) -> bool {
    json::text(item, "name").is_some_and(|own| own.eq_ignore_ascii_case(host))
}

/// Labels of letters, digits and hyphens, two at least (RFC 1123).
fn is_host(host: &str) -> bool {
    let label = |own: &str| {
        !own.is_empty()
            && own.len() <= 63
            && !own.starts_with('-')
            && !own.ends_with('-')
            && own.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    host.contains('.') && host.len() <= 253 && host.split('.').all(label)
}
