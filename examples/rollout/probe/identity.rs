//! The managed identity of a container: its token endpoint, as Container Apps and App Service have it.
//!
//! Page: [managed identities in Container Apps](https://learn.microsoft.com/azure/container-apps/managed-identity).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use azure_core::credentials::Secret;
use azure_core::error::ErrorKind;
use azure_core::http::{HttpClient, Method, Request, Url};
use rhc_core::AppId;
use serde::Deserialize;
use serde_json::Value;

const VERSION: &str = "2019-08-01";

/// One of the container's user-assigned identities.
#[derive(Clone)]
pub struct ManagedIdentity {
    endpoint: Url,
    header: Secret,
    client_id: AppId,
    transport: Arc<dyn HttpClient>,
}

impl fmt::Debug for ManagedIdentity {
    /// Without the header, which is as good as the identity.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentity")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl ManagedIdentity {
    /// The identity with this client id, by what the platform put into the environment.
    ///
    /// # Errors
    /// Where there is no endpoint: then this is no container of Container Apps, or it has no identity.
    pub fn of_container(
        environment: &BTreeMap<String, String>,
        client_id: AppId,
        transport: Arc<dyn HttpClient>,
    ) -> azure_core::Result<Self> {
        let of = |name: &str| {
            environment.get(name).filter(|own| !own.is_empty()).ok_or_else(|| {
                refused(format!(
                    "{name} is not in the environment: this is no container with a managed identity"
                ))
            })
        };
        Ok(Self {
            endpoint: of("IDENTITY_ENDPOINT")?.parse()?,
            header: Secret::new(of("IDENTITY_HEADER")?.clone()),
            client_id,
            transport,
        })
    }

    /// A token for a resource, which is named without `/.default`.
    ///
    /// # Errors
    /// Where the endpoint gives none, in its own words.
    pub async fn token(&self, resource: &str) -> azure_core::Result<Secret> {
        #[derive(Deserialize)]
        struct Given {
            access_token: String,
        }
        let mut url = self.endpoint.clone();
        url.query_pairs_mut()
            .append_pair("api-version", VERSION)
            .append_pair("resource", resource)
            .append_pair("client_id", &self.client_id.to_string());
        let mut request = Request::new(url, Method::Get);
        request.insert_header("x-identity-header", self.header.secret().to_owned());
        let answer = self.transport.execute_request(&request).await?;
        let (status, _, body) = answer.deconstruct();
        let body = body.collect().await?;
        if !status.is_success() {
            let said: Value = serde_json::from_slice(&body).unwrap_or_default();
            let said = said["message"].as_str().unwrap_or("no reason");
            return Err(refused(format!(
                "the container's identity endpoint gave no token for the identity {} ({status}): {said}",
                self.client_id
            )));
        }
        let given: Given = serde_json::from_slice(&body)?;
        Ok(Secret::new(given.access_token))
    }
}

pub(super) fn refused(message: String) -> azure_core::Error {
    azure_core::Error::with_message(ErrorKind::Credential, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_core::fake::{World, WorldOptions};

    #[tokio::test(start_paused = true)]
    async fn outside_of_a_container_there_is_no_identity_and_its_secret_is_never_shown() {
        let world = World::new(WorldOptions::default());
        let id: AppId = "83d59817-87fd-4a0f-a6b9-09c04d126368".parse().unwrap();
        let mut environment = BTreeMap::new();
        let of = |environment: &BTreeMap<_, _>| {
            ManagedIdentity::of_container(environment, id, world.transport())
        };
        let error = of(&environment).unwrap_err().to_string();
        assert!(error.contains("IDENTITY_ENDPOINT"), "{error}");
        environment.insert(
            "IDENTITY_ENDPOINT".to_owned(),
            "http://a.example/".to_owned(),
        );
        assert!(of(&environment).is_err());
        environment.insert("IDENTITY_HEADER".to_owned(), "hush".to_owned());
        let identity = of(&environment).unwrap();
        assert!(!format!("{identity:?}").contains("hush"));
        let error = identity.token("api://x").await.unwrap_err();
        assert!(!format!("{error:?}").contains("hush"));
    }
}
