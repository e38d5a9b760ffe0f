//! What takes a licence that the tenant may not have.
//!
//! Conditional Access takes one in a workforce tenant only: the customers' tenant is an External ID tenant, which has it
//! without, and the database tenant goes by security defaults. So sign-in logs are what is left.

use rhc_graph::{ENTRA_ID_P1, ENTRA_ID_P2};

use super::cloud::Places;
use super::found::Found;
use super::{Finding, pages};
use crate::manifest::{Manifest, TenantKind};

/// The sign-in logs that the file exports from workforce tenants.
pub(super) async fn of_logs(manifest: &Manifest, places: &Places, found: &mut Found) {
    for key in &manifest.logs.entra_export {
        let file = manifest.tenant(key);
        let Some(file) = file.filter(|file| file.kind == TenantKind::Workforce) else {
            continue;
        };
        let has = match places.get(key) {
            None => "it is not there yet, and a new one has none",
            Some(place) => match place.graph.subscribed_skus().list().collect_all().await {
                Ok(all)
                    if all
                        .iter()
                        .any(|sku| sku.brings(&[ENTRA_ID_P1, ENTRA_ID_P2])) =>
                {
                    continue;
                }
                Ok(_) => "it has none that can be used",
                Err(error) => {
                    let question = format!(
                        "whether '{key}' has a licence for Entra ID P1, which its sign-in logs need"
                    );
                    found.failed(question, &format!("'{key}'"), &error, pages::SIGN_IN_LOGS);
                    continue;
                }
            },
        };
        found.say(Finding::note(
            "sign-in-logs-need-a-licence",
            pages::SIGN_IN_LOGS,
            format!("the sign-in logs of '{key}' ({}) are to be exported, which takes a licence for Entra ID P1 or P2, and {has}", file.domain),
            "buy one licence for that tenant (Microsoft 365 admin center, Billing, Purchase services), or take the tenant out of logs.entra_export; what was changed in the directory is exported without",
        ));
    }
}
