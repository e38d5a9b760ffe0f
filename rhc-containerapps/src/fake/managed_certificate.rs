//! `Microsoft.App/managedEnvironments/managedCertificates`, as recorded: made for a host name that an app has, in some
//! minutes, and kept while an app uses it.

use rhc_arm::fake::{
    Arm, Codes, DeleteContext, Immutable, NameRule, Patch, PutContext, ServiceError, Stored, Style,
    Timing, TypeRules, Unknown, key,
};
use rhc_core::fake::{Dns, RecordType, State};
use serde_json::json;

use super::{APPS, CERTIFICATES, UNNAMED, VERSIONS, bad, domains, json, regions};

const SUBJECT: &str = "properties.subjectName";
const VALIDATION: &str = "properties.domainControlValidation";
/// What the Azure CLI writes, and the service answers with too, though the description does not name it.
const METHOD: &str = "properties.validationMethod";
const METHODS: &[&str] = &["CNAME", "HTTP", "TXT"];
/// The recordings waited for two minutes; the Azure CLI says that it may be twenty.
const TAKES: u64 = 120;
const ISSUE: Timing = Timing::after(TAKES, Style::AsyncOperation, 201, "Pending");

/// Unverified; the recorded names have letters, digits, hyphens and periods.
pub(super) const NAME: NameRule = NameRule {
    min: 1,
    max: 64,
    fits: |name| {
        name.starts_with(|own: char| own.is_ascii_alphanumeric())
            && name
                .chars()
                .all(|own| own.is_ascii_alphanumeric() || "-.".contains(own))
    },
    refusal: (400, UNNAMED),
    says: "letters, digits, hyphens and periods, a letter or digit first",
};

pub(super) const RULES: TypeRules = TypeRules {
    name: NAME,
    read_only: &["properties.error", "properties.validationToken"],
    // Unverified.
    immutable: &[Immutable {
        path: SUBJECT,
        refusal: (400, UNNAMED),
    }],
    enums: &[(VALIDATION, METHODS), (METHOD, METHODS)],
    properties: &[SUBJECT, VALIDATION, METHOD],
    unknown: Unknown::Ignore,
    patch: Patch::Tags,
    create: ISSUE,
    // Unverified: that one which is there is issued anew.
    update: ISSUE,
    patched: Some(Timing::at_once(200)),
    codes: Codes {
        missing: (400, UNNAMED),
        invalid: (400, UNNAMED),
        ..Codes::COMMON
    },
    before_put,
    compute,
    on_ready,
    before_delete: unused,
    ..TypeRules::new(CERTIFICATES, VERSIONS)
};

/// Whether the service issued it.
pub(super) fn is_managed(certificate: &Stored) -> bool {
    certificate.text(SUBJECT).is_some()
}

/// Whether it is for a host name.
pub(super) fn is_for(certificate: &Stored, host: &str) -> bool {
    certificate
        .text(SUBJECT)
        .is_some_and(|own| own.eq_ignore_ascii_case(host))
}

/// Whether there is a certificate yet.
pub(super) fn is_issued(certificate: &Stored) -> bool {
    certificate.text("properties.provisioningState") == Some("Succeeded")
}

fn before_put(state: &mut State, put: &PutContext<'_>) -> Result<(), ServiceError> {
    let Some(environment) = put.path.parent() else {
        return Ok(());
    };
    let subject = json::text(put.sent, SUBJECT).unwrap_or_default();
    // Both by Microsoft's issue trackers. Unverified: the status of the second.
    if domains::holder(state, &environment.id(), subject).is_none() {
        return Err(bad(
            "RequireCustomHostnameInEnvironment",
            format!(
                "Creating managed certificate requires hostname '{subject}' added as a custom hostname to a container app or route in environment '{}'",
                environment.name()
            ),
        ));
    }
    let other = state.read::<Arm>().and_then(|arm| {
        arm.of_type(&environment.id(), CERTIFICATES)
            .find(|own| is_for(own, subject) && key(own.id()) != put.path.key())
    });
    if let Some(other) = other {
        return Err(bad(
            "DuplicateManagedCertificateInEnvironment",
            format!(
                "Another managed certificate with subject name '{subject}' and certificate name '{}' available in environment '{}'.",
                other.name(),
                environment.name()
            ),
        ));
    }
    let method = json::text(put.sent, VALIDATION).or_else(|| json::text(put.sent, METHOD));
    controlled(state, &environment.id(), subject, method.unwrap_or("CNAME"))
}

/// Whether the host name leads to the environment, as the method wants it. Unverified: the codes; and that TXT, which
/// wants a token, is not offered here.
fn controlled(
    state: &State,
    environment: &str,
    host: &str,
    method: &str,
) -> Result<(), ServiceError> {
    let arm = state.read::<Arm>();
    let environment = arm.and_then(|arm| arm.get(environment));
    let text = |path| environment.and_then(|own| own.text(path));
    // The authority that issues has to reach the app.
    let closed = text("properties.publicNetworkAccess") == Some("Disabled")
        || environment
            .and_then(|own| own.get("properties.vnetConfiguration.internal"))
            .is_some_and(|own| own == true);
    if closed {
        return Err(bad(
            UNNAMED,
            "Managed certificates are not supported in an environment that is not reached from the internet.",
        ));
    }
    let domain = text("properties.defaultDomain").unwrap_or_default();
    let leads = if method.eq_ignore_ascii_case("CNAME") {
        let names = domains::records(state, host, RecordType::Cname);
        let below = format!(".{}", domain.to_ascii_lowercase());
        names
            .iter()
            .any(|name| name.to_ascii_lowercase().ends_with(&below))
    } else if method.eq_ignore_ascii_case("HTTP") {
        let address = text("properties.staticIp").unwrap_or_default();
        domains::addresses(state, host)
            .iter()
            .any(|own| own == address)
    } else {
        return Err(bad(
            UNNAMED,
            "Validation by a TXT token is not simulated; use CNAME or HTTP.",
        ));
    };
    if leads {
        return Ok(());
    }
    Err(bad(
        UNNAMED,
        format!("Not found {method} of hostname '{host}' directly pointing to a default hostname."),
    ))
}

fn compute(_: &mut State, put: &PutContext<'_>, stored: &mut Stored) -> Result<(), ServiceError> {
    let region = stored.text("location").unwrap_or_default().to_owned();
    stored.set("location", regions::shown(&region));
    let method = json::text(put.sent, VALIDATION).or_else(|| json::text(put.sent, METHOD));
    let method = method.unwrap_or("CNAME").to_ascii_uppercase();
    stored.set(VALIDATION, json!(method));
    stored.set(METHOD, json!(method));
    Ok(())
}

/// Whom the service has its certificates from, as CAA records name it.
///
/// Source: azure-container-apps issue 1542 names the authority. Unverified: by which name it looks for itself in CAA records.
const AUTHORITY: &str = "digicert.com";

/// An authority must not issue where CAA records name others (RFC 8659). Unverified: the words.
fn issues(state: &State, host: &str) -> Result<(), ServiceError> {
    let allowed = state
        .read::<Dns>()
        .is_none_or(|dns| dns.may_issue(host, AUTHORITY));
    match allowed {
        true => Ok(()),
        false => Err(bad(
            UNNAMED,
            format!("The CAA records of '{host}' do not let {AUTHORITY} issue a certificate."),
        )),
    }
}

/// The authority looks once more when it issues.
fn on_ready(state: &mut State, id: &str) -> Result<(), ServiceError> {
    let Some(own) = state.read::<Arm>().and_then(|arm| arm.get(id)).cloned() else {
        return Ok(());
    };
    let environment = id
        .rsplit_once("/managedcertificates/")
        .map_or("", |at| at.0);
    let subject = own.text(SUBJECT).unwrap_or_default();
    let method = own.text(VALIDATION).unwrap_or_default();
    let outcome =
        controlled(state, environment, subject, method).and_then(|()| issues(state, subject));
    if let Some(stored) = state.section::<Arm>().get_mut(id) {
        match &outcome {
            Ok(()) => {
                stored.unset("properties.error");
            }
            Err(error) => stored.set("properties.error", error.body()["message"].clone()),
        }
    }
    outcome
}

/// As recorded.
pub(super) fn unused(state: &mut State, delete: &DeleteContext<'_>) -> Result<(), ServiceError> {
    let used = state.read::<Arm>().is_some_and(|arm| {
        arm.everywhere(APPS)
            .any(|app| domains::uses(app, delete.existing.id()))
    });
    if used {
        return Err(bad(
            "CertificateInUse",
            format!(
                "Certificate '{}' is used by existing custom domains.",
                delete.path.name()
            ),
        ));
    }
    Ok(())
}
