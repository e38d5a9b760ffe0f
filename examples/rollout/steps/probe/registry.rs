//! Whether a registry holds an image, asked of the registry itself: Resource Manager does not know.
//!
//! Pages: [authentication](https://learn.microsoft.com/azure/container-registry/container-registry-authentication),
//! [manifests](https://learn.microsoft.com/rest/api/containerregistry/manifests).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::http::{Method, Url};
use rhc_core::{ClientOptions, Path, Request, Service, ServiceInfo, TenantId};
use serde_json::Value;
use url::form_urlencoded;

use crate::engine::StepError;

/// How long a registry's token is used. Unverified: the registry means longer.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// For what a token of Entra is asked that a registry exchanges. One of Resource Manager's would do where the registry's policy
/// lets it; this one always does.
const SCOPE: &str = "https://containerregistry.azure.net/.default";
/// In which forms an image may be described.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, \
                         application/vnd.docker.distribution.manifest.v2+json";

/// A repository of a registry, as somebody sees it who may pull from it. It keeps its token for as long as that lasts.
#[derive(Debug)]
pub(super) struct Repository {
    name: String,
    service: Service,
}

impl Repository {
    /// With tokens of Entra, which the registry exchanges for its own. Needs
    /// `Microsoft.ContainerRegistry/registries/pull/read`, which the roles AcrPull, Contributor and Owner have.
    ///
    /// # Errors
    /// Where the host is none.
    pub(super) fn new(
        host: &str,
        name: &str,
        credential: Arc<dyn TokenCredential>,
        tenant: TenantId,
        options: &ClientOptions,
    ) -> Result<Self, StepError> {
        let origin = Url::parse(&format!("https://{host}"))
            .map_err(|error| StepError::new(format!("`{host}` is no host: {error}")))?;
        let (crate_name, crate_version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let exchange = ClientOptions {
            // Tokens are none of the environment's things: they pass no fence.
            client_options: azure_core::http::ClientOptions {
                transport: options.client_options.transport.clone(),
                ..azure_core::http::ClientOptions::default()
            },
            pacer: None,
            ..options.clone()
        };
        let exchange =
            Service::without_credential(crate_name, crate_version, origin.clone(), &exchange)?;
        let token = RepositoryToken {
            host: host.to_owned(),
            repository: name.to_owned(),
            credential,
            tenant,
            exchange,
        };
        let info = ServiceInfo {
            crate_name,
            crate_version,
            origin,
            scope: format!("repository:{name}:pull"),
        };
        Ok(Self {
            name: name.to_owned(),
            service: Service::new(info, Arc::new(token), options)?,
        })
    }

    /// Whether the registry holds an image of this repository with this tag.
    ///
    /// # Errors
    /// Where nobody may look, or the registry cannot be reached.
    pub(super) async fn holds(&self, tag: &str) -> Result<bool, StepError> {
        let path = Path::new("/v2")
            .segments(self.name.split('/'))
            .fixed("/manifests")
            .segment(tag);
        let request =
            Request::new("registry.manifest", Method::Get, path).header("accept", MANIFESTS);
        Ok(self.service.send_opt(request).await?.is_some())
    }
}

/// A token of the registry's own for one repository. Asking for it changes nothing.
struct RepositoryToken {
    host: String,
    repository: String,
    credential: Arc<dyn TokenCredential>,
    tenant: TenantId,
    exchange: Service,
}

impl fmt::Debug for RepositoryToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RepositoryToken")
            .field("host", &self.host)
            .field("repository", &self.repository)
            .finish_non_exhaustive()
    }
}

impl RepositoryToken {
    /// One exchange: a form there, one member of the answer back.
    async fn exchanged(
        &self,
        path: &'static str,
        form: &[(&str, &str)],
        member: &str,
    ) -> azure_core::Result<Secret> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .append_pair("service", &self.host)
            .finish();
        let request = Request::new("registry.token", Method::Post, Path::new(path))
            .body("application/x-www-form-urlencoded", form)
            .idempotent(true);
        let answer = self
            .exchange
            .send_expecting(request, &[400, 401, 403])
            .await;
        let answer =
            answer.map_err(|error| azure_core::Error::new(ErrorKind::Credential, error))?;
        let body: Value = answer.json().unwrap_or_default();
        match body[member].as_str() {
            Some(token) if answer.status < 400 => Ok(Secret::new(token.to_owned())),
            _ => {
                let said = body["errors"][0]["message"].as_str().unwrap_or("no reason");
                Err(azure_core::Error::with_message(
                    ErrorKind::Credential,
                    format!(
                        "the registry {} gave no token for {} ({}): {said}",
                        self.host, self.repository, answer.status
                    ),
                ))
            }
        }
    }
}

#[async_trait]
impl TokenCredential for RepositoryToken {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let entra = self.credential.get_token(&[SCOPE], options).await?;
        let tenant = self.tenant.to_string();
        let form = [
            ("grant_type", "access_token"),
            ("tenant", &tenant),
            ("access_token", entra.token.secret()),
        ];
        let refresh = self
            .exchanged("/oauth2/exchange", &form, "refresh_token")
            .await?;
        let scope = scopes.join(" ");
        let form = [
            ("grant_type", "refresh_token"),
            ("scope", &scope),
            ("refresh_token", refresh.secret()),
        ];
        let token = self
            .exchanged("/oauth2/token", &form, "access_token")
            .await?;
        Ok(AccessToken {
            token,
            expires_on: self.exchange.clock().now() + LIFETIME,
        })
    }
}
