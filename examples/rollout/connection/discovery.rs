//! Whether a domain has a tenant: anybody may ask the authority.

use std::sync::Arc;
use std::time::Duration;

use azure_core::http::{HttpClient, Method, Request, Url};
use rhc_core::{Clock, Cloud, TenantId};
use serde_json::Value;

use crate::engine::StepError;

/// What the authority answers is public and hardly ever fails; a few tries bridge a hiccup.
const ATTEMPTS: u32 = 3;

/// The id of the tenant with this domain.
pub(super) async fn discover(
    transport: &Arc<dyn HttpClient>,
    cloud: &Cloud,
    clock: Clock,
    domain: &str,
) -> Result<Option<TenantId>, StepError> {
    let url = address(cloud, domain)?;
    let mut attempt = 1;
    loop {
        match ask(transport, &url).await {
            Ok((status @ 200..300, body)) => return tenant_of(&body, status, domain).map(Some),
            Ok((400 | 404, body)) if is_unknown_tenant(&body) => return Ok(None),
            Ok((429 | 500.., _)) | Err(_) if attempt < ATTEMPTS => {
                tokio::time::sleep(clock.scaled(Duration::from_secs(1 << attempt))).await;
                attempt += 1;
            }
            Ok((status, _)) => {
                return Err(failed(domain).remedy(format!("the authority answered {status}")));
            }
            Err(error) => {
                return Err(failed(domain)
                    .caused_by(error)
                    .remedy("check the network, then run the same command again"));
            }
        }
    }
}

fn failed(domain: &str) -> StepError {
    StepError::new(format!(
        "whether {domain} has a tenant could not be found out"
    ))
}

fn address(cloud: &Cloud, domain: &str) -> Result<Url, StepError> {
    let mut url = cloud.authority.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear()
            .extend([domain, "v2.0", ".well-known", "openid-configuration"]);
    }
    Ok(url)
}

async fn ask(transport: &Arc<dyn HttpClient>, url: &Url) -> azure_core::Result<(u16, Vec<u8>)> {
    let request = Request::new(url.clone(), Method::Get);
    let (status, _, body) = transport.execute_request(&request).await?.deconstruct();
    Ok((u16::from(status), body.collect().await?.to_vec()))
}

/// Entra's number stands in the text; the codes list may be missing.
fn is_unknown_tenant(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("invalid_tenant") || text.contains("AADSTS90002")
}

/// The id is read from the document, where it stands in the token endpoint, and never guessed from the domain.
fn tenant_of(body: &[u8], status: u16, domain: &str) -> Result<TenantId, StepError> {
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    let endpoint = document["token_endpoint"].as_str().unwrap_or_default();
    let id = Url::parse(endpoint)
        .ok()
        .and_then(|url| url.path_segments()?.next()?.parse().ok());
    id.ok_or_else(|| {
        failed(domain).remedy(format!(
            "the authority answered {status} with a document that names no tenant: is something in between that changes answers?"
        ))
    })
}
