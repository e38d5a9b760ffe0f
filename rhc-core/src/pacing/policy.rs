//! Pacing in the pipeline: before each try, and with what its answer says.

use super::{Pacer, Said};
use crate::{clock::Clock, retry::server_wait};
use azure_core::http::{
    Context, Method, Request, Url,
    policies::{Policy, PolicyResult},
};
use std::sync::Arc;

/// The requests inside of one that carries several: the service counts each.
#[derive(Debug, Clone)]
pub(crate) struct Parts(pub(crate) Arc<Vec<(Method, Url)>>);

/// Waits before each try.
#[derive(Debug)]
pub(crate) struct PacingPolicy {
    pub(crate) pacer: Arc<Pacer>,
    pub(crate) clock: Clock,
}

#[async_trait::async_trait]
impl Policy for PacingPolicy {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let (method, url) = (request.method(), request.url().clone());
        let parts = ctx.value::<Parts>().map(|parts| Arc::clone(&parts.0));
        for (method, url) in parts.iter().flat_map(|parts| parts.iter()) {
            self.pacer.wait(*method, url).await;
        }
        self.pacer.wait(method, &url).await;
        let Some((first, rest)) = next.split_first() else {
            return Err(azure_core::Error::with_message(
                azure_core::error::ErrorKind::Other,
                "the pipeline has no transport",
            ));
        };
        let under_way = self.pacer.under_way(method, &url);
        let answer = first.send(ctx, request, rest).await?;
        let said = Said {
            status: answer.status().into(),
            headers: answer.headers(),
            wait: server_wait(answer.headers(), self.clock.now()),
        };
        self.pacer.learn(method, &url, &said);
        drop(under_way);
        Ok(answer)
    }
}
