//! The token of a person, as he made it on GitHub.

use std::fmt;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use time::OffsetDateTime;

/// A personal access token, or the one of a GitHub app. It is sent as it is, and printed as nothing.
#[derive(Clone)]
pub struct GitHubToken(Secret);

impl GitHubToken {
    /// This token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Secret::new(token.into()))
    }
}

impl fmt::Debug for GitHubToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GitHubToken(***)")
    }
}

#[async_trait]
impl TokenCredential for GitHubToken {
    /// Nobody but GitHub knows when it ends.
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let far = OffsetDateTime::UNIX_EPOCH.saturating_add(time::Duration::days(365 * 1000));
        Ok(AccessToken::new(self.0.clone(), far))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_sent_and_never_printed() {
        let token = GitHubToken::new("ghp_hunter2");
        let sent = token.get_token(&[], None).await.unwrap();
        assert_eq!(sent.token.secret(), "ghp_hunter2");
        let shown = format!("{token:?} {:?} {sent:?}", Some(&token));
        assert!(
            shown.contains("***") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
}
