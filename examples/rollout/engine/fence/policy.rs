//! The fence in the pipeline of a client.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Body, Context, Request};
use serde::Deserialize;

use super::super::key::TenantKey;
use super::Fence;

#[derive(Debug)]
pub(super) struct FencePolicy {
    fence: Fence,
    tenant: TenantKey,
}

impl FencePolicy {
    pub(super) fn new(fence: Fence, tenant: TenantKey) -> Self {
        Self { fence, tenant }
    }
}

#[async_trait]
impl Policy for FencePolicy {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let body = match request.body() {
            Body::Bytes(bytes) => Some(bytes.as_ref()),
            Body::SeekableStream(_) => None,
        };
        let method = request.method().to_string();
        if let Err(refusal) = self.fence.check(&self.tenant, &method, request.url(), body) {
            return Err(azure_core::Error::new(ErrorKind::Other, refusal));
        }
        let Some((policy, rest)) = next.split_first() else {
            return Err(azure_core::Error::with_message(
                ErrorKind::Other,
                "the pipeline ends at the fence",
            ));
        };
        let answer = policy.send(ctx, request, rest).await?;
        if self.fence.may_have_made(&method, request.url()) && answer.status().is_success() {
            return self.learn(answer).await;
        }
        Ok(answer)
    }
}

impl FencePolicy {
    /// What a let-through POST has made is ours from now on: the next request names it by the id in this answer.
    async fn learn(&self, answer: AsyncRawResponse) -> PolicyResult {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Made {
            id: Option<String>,
            app_id: Option<String>,
        }
        let (status, headers, body) = answer.deconstruct();
        let bytes = body.collect().await?;
        if let Ok(made) = serde_json::from_slice::<Made>(&bytes) {
            for id in made.id.iter().chain(&made.app_id) {
                self.fence.own(&self.tenant, id);
            }
        }
        Ok(AsyncRawResponse::from_bytes(status, headers, bytes))
    }
}
