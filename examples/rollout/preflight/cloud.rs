//! What the cloud says: which tenants are there, who we are in them, what we may do and see.

use rhc_arm::{ArmClient, ArmClientOptions};
use rhc_core::TenantId;

use super::{Finding, Granted, PERMISSIONS_MISSING, PERMISSIONS_UNKNOWN, names};
use crate::connection::Connection;
use crate::engine::{StepError, TenantKey};
use crate::manifest::{MadeBy, Manifest, Tenant};
use crate::sign_in;
use crate::steps::Connect;

pub(super) const UNREACHABLE: &str = "tenant-unreachable";
const ABSENT: &str = "tenant-absent";
const ANOTHER: &str = "tenant-is-another";
const INVISIBLE: &str = "subscription-invisible";
const CANNOT_SIGN_IN: &str = "cannot-sign-in";

/// Findings with which not even a look is worth while.
pub(super) const BLINDING: [&str; 4] = [UNREACHABLE, ABSENT, ANOTHER, CANNOT_SIGN_IN];

/// Asks the cloud about every tenant of the file. Signs in to those that are there.
pub async fn of_cloud(manifest: &Manifest, connection: &Connection) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, tenant) in &manifest.tenants {
        let key = TenantKey::new(key);
        match identity(&key, tenant, connection).await {
            Ok(Some(id)) => {
                permissions(manifest, connection, &key, id, &mut findings).await;
                subscriptions(manifest, connection, &key, id, &mut findings).await;
            }
            // It is made later, and asked then.
            Ok(None) => {}
            // Without a way to the authority the other tenants are no nearer.
            Err(finding) if finding.code == UNREACHABLE => {
                findings.push(finding);
                break;
            }
            Err(finding) => findings.push(finding),
        }
    }
    findings
}

/// The id of a tenant, if it is there and is the one that the file means.
async fn identity(
    key: &TenantKey,
    tenant: &Tenant,
    connection: &Connection,
) -> Result<Option<TenantId>, Finding> {
    let domain = &tenant.domain;
    let found = connection.discover(domain).await.map_err(|error| {
        Finding::stop(
            UNREACHABLE,
            format!("'{key}': {}", error.full_message()),
            error.remedy_text().unwrap_or("check the network"),
        )
    })?;
    let wanted: Option<TenantId> = tenant.id.as_deref().and_then(|id| id.parse().ok());
    match (found, wanted) {
        (None, _) if tenant.made_by == MadeBy::Exists => Err(Finding::stop(
            ABSENT,
            format!(
                "the environment file says that '{key}' exists, and Microsoft knows no tenant {domain}"
            ),
            "correct the domain in the environment file",
        )),
        (Some(found), Some(wanted)) if found != wanted => Err(Finding::stop(
            ANOTHER,
            format!(
                "the environment file says that {domain} is tenant {wanted}, and Microsoft says that it is {found}"
            ),
            "find out which of the two is right, then correct the environment file",
        )),
        (found, _) => Ok(found),
    }
}

async fn permissions(
    manifest: &Manifest,
    connection: &Connection,
    key: &TenantKey,
    id: TenantId,
    findings: &mut Vec<Finding>,
) {
    let wanted = sign_in::permissions(manifest, key);
    let scope = connection.cloud().graph_scope();
    let token = match connection.look_with(key, id) {
        Ok(credential) => credential.get_token(&[&scope], None).await,
        Err(error) => return findings.push(cannot_sign_in(key, &error)),
    };
    match token {
        Ok(token) => match Granted::of(&token).map(|granted| granted.missing(&wanted)) {
            Some(missing) if !missing.is_empty() => findings.push(Finding::stop(
                PERMISSIONS_MISSING,
                format!("the sign-in to '{key}' lacks permissions of Microsoft Graph that the steps need: {}", missing.join(", ")),
                "let an administrator of that tenant consent to them, or sign in with --sign-in person",
            )),
            Some(_) => {}
            None => findings.push(unreadable(key)),
        },
        Err(error) => findings.push(cannot_sign_in(key, &StepError::new(error.to_string()))),
    }
}

pub(super) fn unreadable(key: &TenantKey) -> Finding {
    Finding::note(
        PERMISSIONS_UNKNOWN,
        format!(
            "the token for '{key}' cannot be read, so its permissions are not known beforehand"
        ),
        "a missing one shows as a refusal of the step that needs it",
    )
}

pub(super) fn cannot_sign_in(key: &TenantKey, error: &StepError) -> Finding {
    Finding::stop(
        CANNOT_SIGN_IN,
        format!("nobody could sign in to '{key}': {}", error.full_message()),
        error.remedy_text().unwrap_or(
            "sign in with an account of that tenant, or choose another way with --sign-in",
        ),
    )
}

/// Subscriptions that the file gives must be seen by whoever signed in.
async fn subscriptions(
    manifest: &Manifest,
    connection: &Connection,
    key: &TenantKey,
    id: TenantId,
    findings: &mut Vec<Finding>,
) {
    let given: Vec<_> = manifest
        .subscriptions
        .values()
        .filter(|subscription| subscription.tenant == key.as_str())
        .filter_map(|subscription| Some((subscription.name.as_str(), subscription.id.as_deref()?)))
        .collect();
    if given.is_empty() {
        return;
    }
    let arm = client(connection, key, id);
    let listed = match &arm {
        Ok(arm) => list(arm).await,
        Err(error) => Err(error.clone()),
    };
    let (arm, seen) = match (arm, listed) {
        (Ok(arm), Ok(seen)) => (arm, seen),
        (_, Err(error)) | (Err(error), _) => {
            let message = format!(
                "the subscriptions of '{key}' could not be listed: {}",
                error.full_message()
            );
            let way_out = error
                .remedy_text()
                .unwrap_or("sign in with an account that sees them");
            return findings.push(Finding::stop("subscriptions-unreadable", message, way_out));
        }
    };
    for (name, id) in given {
        if !seen.iter().any(|own| own.eq_ignore_ascii_case(id)) {
            findings.push(Finding::stop(
                INVISIBLE,
                format!("the subscription {name} ({id}) is not visible in '{key}' to whoever signed in"),
                "correct the id in the environment file, or give this account the role Owner over it",
            ));
        }
    }
    if !findings.iter().any(|one| one.code == INVISIBLE) {
        names::deleted_vaults(manifest, key, &arm, findings).await;
    }
}

fn client(connection: &Connection, key: &TenantKey, id: TenantId) -> Result<ArmClient, StepError> {
    let options = ArmClientOptions {
        cloud: connection.cloud().clone(),
        client: connection.options(key, id),
        ..ArmClientOptions::default()
    };
    Ok(ArmClient::new(
        connection.look_with(key, id)?,
        Some(options),
    )?)
}

async fn list(arm: &ArmClient) -> Result<Vec<String>, StepError> {
    let all = arm.subscriptions().collect_all().await?;
    Ok(all
        .into_iter()
        .filter_map(|one| one.subscription_id)
        .collect())
}
