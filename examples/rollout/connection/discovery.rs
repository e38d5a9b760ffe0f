//! Whether a domain has a tenant: anybody may ask the authority.

use std::sync::Arc;

use azure_core::http::{HttpClient, Transport};
use rhc_core::{
    Answer, ClientOptions, Clock, Cloud, Method, Path, Request, Service, TenantId, Url,
};
use serde_json::Value;

use crate::engine::StepError;

/// The id of the tenant with this domain.
pub(crate) async fn discover(
    transport: &Arc<dyn HttpClient>,
    cloud: &Cloud,
    clock: Clock,
    domain: &str,
) -> Result<Option<TenantId>, StepError> {
    let mut options = ClientOptions {
        clock,
        ..ClientOptions::default()
    };
    options.client_options.transport = Some(Transport::new(Arc::clone(transport)));
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let service = Service::without_credential(name, version, cloud.authority.clone(), &options)?;
    let path = Path::new("").segment(domain);
    let path = path.fixed("/v2.0/.well-known/openid-configuration");
    let request = Request::new("tenant.discover", Method::Get, path);
    let answer = service.send_expecting(request, &[400, 404]).await;
    let answer = answer.map_err(|error| failed(domain, error.into()))?;
    match answer.status {
        200..300 => tenant_of(&answer, domain).map(Some),
        _ if is_unknown_tenant(&answer.body) => Ok(None),
        status => Err(failed(
            domain,
            StepError::new(format!("the authority answered {status}"))
                .remedy("check the domain in the environment file"),
        )),
    }
}

fn failed(domain: &str, why: StepError) -> StepError {
    let message = format!(
        "whether {domain} has a tenant could not be found out: {}",
        why.full_message()
    );
    let remedy = why.remedy_text();
    StepError::new(message)
        .remedy(remedy.unwrap_or("check the network, then run the same command again"))
        .briefly()
}

/// Entra's number stands in the text; the codes list may be missing.
fn is_unknown_tenant(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("invalid_tenant") || text.contains("AADSTS90002")
}

/// The id is read from the document, where it stands in the token endpoint, and never guessed from the domain.
fn tenant_of(answer: &Answer, domain: &str) -> Result<TenantId, StepError> {
    let document: Value = answer.json().unwrap_or_default();
    let endpoint = document["token_endpoint"].as_str().unwrap_or_default();
    let id = Url::parse(endpoint)
        .ok()
        .and_then(|url| url.path_segments()?.next()?.parse().ok());
    id.ok_or_else(|| {
        let why = StepError::new(format!(
            "the authority answered {} with a document that names no tenant",
            answer.status
        ));
        failed(
            domain,
            why.remedy("look for something in between that changes answers, such as a proxy"),
        )
    })
}
