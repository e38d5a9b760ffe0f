//! Tenants that a program cannot make, or not this one: said while they are not there.

use rhc_core::TenantId;

use super::found::Found;
use super::{Finding, Situation, pages};
use crate::connection::Connection;
use crate::manifest::{MadeBy, Manifest, TenantKind};
use crate::steps::Connect;

/// Asks the authority, which tells everybody, whether the tenants are there that are to be made.
pub async fn of_people(
    manifest: &Manifest,
    situation: Situation,
    connection: &Connection,
) -> Vec<Finding> {
    let mut found = Found::default();
    for (key, tenant) in &manifest.tenants {
        let by_hand = tenant.made_by == MadeBy::Manual;
        let by_a_person = situation.application
            && tenant.made_by == MadeBy::Rollout
            && tenant.kind == TenantKind::ExternalId;
        if !by_hand && !by_a_person {
            continue;
        }
        match there(tenant.id.as_deref(), &tenant.domain, connection).await {
            Ok(Some(_)) => continue,
            Ok(None) => {}
            Err(why) => {
                let question = format!("whether the tenant '{key}' ({}) is there", tenant.domain);
                found.unseen(question, why, "check the network", pages::DISCOVERY);
                continue;
            }
        }
        if by_hand {
            found.say(Finding::note(
                "workforce-tenant-by-hand",
                pages::WORKFORCE_TENANT,
                format!("the tenant '{key}' ({}) is made by a person: Microsoft offers no way for a program to make a workforce tenant", tenant.domain),
                "the plan lists the steps; everything that does not need the tenant goes on meanwhile",
            ));
        } else {
            found.say(Finding::stop(
                "external-tenant-needs-a-person",
                pages::EXTERNAL_TENANT,
                format!("the External ID tenant '{key}' ({}) cannot be made by an application: Azure makes such a tenant for a signed-in person only", tenant.domain),
                "run apply once with --sign-in person, or make the tenant and give its id in the environment file with made_by = \"exists\"",
            ));
        }
    }
    found.done()
}

/// The id of a tenant that is there: the file may know it already.
async fn there(
    id: Option<&str>,
    domain: &str,
    connection: &Connection,
) -> Result<Option<TenantId>, String> {
    if let Some(id) = id.and_then(|id| id.parse().ok()) {
        return Ok(Some(id));
    }
    let found = connection.discover(domain).await;
    found.map_err(|error| format!("the authority could not be asked ({error})"))
}
