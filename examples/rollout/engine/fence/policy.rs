//! The fence in the pipeline of a client.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Body, Context, Request};

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
        match next.split_first() {
            Some((policy, rest)) => policy.send(ctx, request, rest).await,
            None => Err(azure_core::Error::with_message(
                ErrorKind::Other,
                "the pipeline ends at the fence",
            )),
        }
    }
}
