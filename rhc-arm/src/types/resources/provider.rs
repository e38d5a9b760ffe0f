//! The registration of resource providers with a subscription.

use crate::{Error, ErrorKind, Pages, ResourceId, Result, SubscriptionScope, model, open_enum};
use rhc_core::{Method, Request};
use std::time::Duration;
use tokio::time::Instant;

const API_VERSION: &str = "2025-04-01";

/// How often to look. Unverified: the service says nothing about it.
const INTERVAL: Duration = Duration::from_secs(10);

/// How long to look where the client has no deadline of its own.
const DEADLINE: Duration = Duration::from_secs(30 * 60);

model! {
    /// A resource provider as a subscription sees it.
    ///
    /// Source: [providers](https://learn.microsoft.com/rest/api/resources/providers).
    Provider {
        /// The id.
        id: ResourceId,
        /// The namespace, such as `Microsoft.App`.
        namespace: String,
        /// Whether the subscription may use it.
        registration_state: RegistrationState,
        /// Whether it registers by itself.
        registration_policy: String,
        /// Its types.
        resource_types: Vec<ProviderResourceType>,
    }

    /// A type of a provider.
    ProviderResourceType {
        /// The type without its namespace.
        resource_type: String,
        /// The regions that have it, by display name.
        locations: Vec<String>,
        /// The versions of its interface.
        api_versions: Vec<String>,
    }
}

open_enum! {
    /// Whether a subscription may use a provider.
    RegistrationState {
        /// Yes.
        Registered = "Registered",
        /// Soon.
        Registering = "Registering",
        /// No.
        NotRegistered = "NotRegistered",
        /// Not for long.
        Unregistering = "Unregistering",
    }
}

impl SubscriptionScope {
    /// Reads a provider.
    ///
    /// Request: `GET /subscriptions/{id}/providers/{namespace}`, operation `providers.get`.
    /// Permission: `*/read` in the subscription; the role Reader has it.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) (`InvalidResourceNamespace`) for a namespace that does not exist.
    pub async fn provider(&self, namespace: &str) -> Result<Provider> {
        self.client
            .request(self.provider_request("providers.get", Method::Get, namespace, None))
            .await?
            .json()
    }

    /// Lists the providers.
    ///
    /// Request: `GET /subscriptions/{id}/providers`, operation `providers.list`.
    /// Permission: `*/read` in the subscription; the role Reader has it.
    pub fn providers(&self) -> Pages<Provider> {
        self.client.pages(
            Request::new(
                "providers.list",
                Method::Get,
                self.id().path().fixed("/providers"),
            )
            .query("api-version", API_VERSION),
        )
    }

    /// Asks for a registration, which then goes on by itself.
    ///
    /// Registering twice does what registering once does. It adds the provider's own application to the tenant.
    ///
    /// Request: `POST /subscriptions/{id}/providers/{namespace}/register`, operation `providers.register`.
    /// Permission: `<namespace>/register/action`; the role Contributor has it.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) (`InvalidResourceNamespace`) for a namespace that does not exist.
    pub async fn register_provider(&self, namespace: &str) -> Result<Provider> {
        let request = self
            .provider_request(
                "providers.register",
                Method::Post,
                namespace,
                Some("/register"),
            )
            .idempotent(true);
        self.client.request(request).await?.json()
    }

    /// Waits until a registration that was asked for is done.
    ///
    /// Request and permission as [`provider`](Self::provider).
    ///
    /// # Errors
    /// [`DeadlineExceeded`](ErrorKind::DeadlineExceeded) after the client's [`Polling::deadline`](crate::Polling::deadline), or 30 minutes without one;
    /// [`OperationFailed`](ErrorKind::OperationFailed) where nobody asked for it or it was taken back.
    pub async fn provider_registered(&self, namespace: &str) -> Result<Provider> {
        let clock = self.client.clock();
        let (started, deadline) = (
            Instant::now(),
            self.client.polling().deadline.unwrap_or(DEADLINE),
        );
        loop {
            let request = self.provider_request("providers.get", Method::Get, namespace, None);
            let answer = self.client.request(request).await?;
            let provider: Provider = answer.json()?;
            let failed = |kind, words: String| {
                Err(Error::new(
                    kind,
                    "providers.register",
                    format!("`{namespace}` {words}"),
                ))
            };
            match &provider.registration_state {
                Some(RegistrationState::Registered) => return Ok(provider),
                Some(
                    state @ (RegistrationState::NotRegistered | RegistrationState::Unregistering),
                ) => {
                    return failed(
                        ErrorKind::OperationFailed,
                        format!("is not being registered: it is `{state}`"),
                    );
                }
                Some(RegistrationState::Registering | RegistrationState::Unknown(_)) | None => {}
            }
            let wait = answer
                .retry_after(clock)
                .unwrap_or_else(|| clock.scaled(INTERVAL))
                .max(Duration::from_millis(1));
            if started.elapsed().saturating_add(wait) > clock.scaled(deadline) {
                return failed(
                    ErrorKind::DeadlineExceeded,
                    format!("is not registered after {} s", deadline.as_secs()),
                );
            }
            tokio::time::sleep(wait).await;
        }
    }

    fn provider_request(
        &self,
        operation: &'static str,
        method: Method,
        namespace: &str,
        action: Option<&'static str>,
    ) -> Request {
        let path = self.id().path().fixed("/providers").segment(namespace);
        let path = action
            .into_iter()
            .fold(path, |path, action| path.fixed(action));
        Request::new(operation, method, path).query("api-version", API_VERSION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ArmClient;
    use rhc_core::testing::{FixedCredential, Reply, Script};
    use serde_json::json;

    fn state(state: &str) -> Reply {
        Reply::json(
            200,
            json!({"namespace": "Microsoft.App", "registrationState": state}),
        )
    }

    async fn registered(replies: impl IntoIterator<Item = Reply>) -> (Result<Provider>, Duration) {
        let script = Script::new(replies);
        let client = ArmClient::new(FixedCredential::new(), Some(script.options().into())).unwrap();
        let subscription =
            client.subscription(&"00000000-0000-0000-0000-000000000001".parse().unwrap());
        let result = subscription.provider_registered("Microsoft.App").await;
        assert_eq!(script.left(), 0, "{:?}", script.lines());
        (result, script.seen().last().unwrap().at)
    }

    #[tokio::test(start_paused = true)]
    async fn waits_until_it_is_registered() {
        let (result, at) = registered([
            state("Registering"),
            state("registering").header("retry-after", "3"),
            state("REGISTERED"),
        ])
        .await;
        assert_eq!(
            result.unwrap().registration_state,
            Some(RegistrationState::Registered)
        );
        assert_eq!(at, Duration::from_secs(13));
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_asked_for_is_not_waited_for() {
        let error = registered([state("NotRegistered")]).await.0.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OperationFailed);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends() {
        let (result, at) = registered(std::iter::repeat_n(state("Registering"), 181)).await;
        assert_eq!(
            (result.unwrap_err().kind(), at),
            (ErrorKind::DeadlineExceeded, Duration::from_secs(1800))
        );
    }

    #[tokio::test(start_paused = true)]
    async fn registering_is_repeated_when_its_answer_is_lost() {
        let script = Script::new([Reply::lost(), state("Registering")]);
        let client = ArmClient::new(FixedCredential::new(), Some(script.options().into())).unwrap();
        let subscription =
            client.subscription(&"00000000-0000-0000-0000-000000000001".parse().unwrap());
        subscription
            .register_provider("Microsoft.App")
            .await
            .unwrap();
        assert_eq!(
            script.seen()[1].url.path(),
            "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.App/register"
        );
        assert!(
            subscription
                .register_provider("../x")
                .await
                .unwrap_err()
                .kind()
                == ErrorKind::InvalidInput
        );
    }
}
