//! The public DNS of an embedded cloud, in process or served.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{HttpClient, Method, Request, Url};

use super::{RecordKind, Resolver, unknown};
use crate::connection::ADMIN_PATH;
use crate::engine::StepError;

/// Asks an embedded cloud, which knows no other DNS than its own.
#[derive(Debug)]
pub struct EmbeddedDns {
    transport: Arc<dyn HttpClient>,
}

impl EmbeddedDns {
    /// The cloud behind this transport.
    pub fn new(transport: Arc<dyn HttpClient>) -> Self {
        Self { transport }
    }

    async fn ask(&self, name: &str, kind: RecordKind) -> azure_core::Result<(u16, Vec<u8>)> {
        let mut url = Url::parse("http://localhost")?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([
                ADMIN_PATH.trim_start_matches('/'),
                "dns",
                name,
                kind.as_str(),
            ]);
        }
        let request = Request::new(url, Method::Get);
        let answer = self.transport.execute_request(&request).await?;
        let (status, _, body) = answer.deconstruct();
        Ok((status.into(), body.collect().await?.to_vec()))
    }
}

#[async_trait]
impl Resolver for EmbeddedDns {
    async fn lookup(&self, name: &str, kind: RecordKind) -> Result<Vec<String>, StepError> {
        let (status, body) = self
            .ask(name, kind)
            .await
            .map_err(|error| unknown(name, kind, error))?;
        if status != 200 {
            return Err(unknown(
                name,
                kind,
                format!("the cloud answered {status}; is it older than this program?"),
            ));
        }
        serde_json::from_slice(&body).map_err(|error| unknown(name, kind, error))
    }
}
