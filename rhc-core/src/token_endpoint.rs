//! A tenant's token endpoint, for credentials that prove an application by an assertion.
//!
//! Page: [client credentials](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).

use crate::{
    Answer, AppId, Claims, ClientOptions, Error, ErrorKind, Method, Path, Request, Result, Service,
    TenantId, Url,
};
use azure_core::credentials::{AccessToken, Secret};
use serde_json::Value;
use std::time::Duration;
use url::form_urlencoded;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Where a tenant's tokens are issued. An assertion goes to no other origin, and a redirect is not followed.
///
/// A refusal is an [`Error`] whose [`status`](Error::status) and [`code`](Error::code) (OAuth's `invalid_client`,
/// `unauthorized_client`, `invalid_resource`, …) say what to do; `has_code("AADSTS700213")` is for people.
#[derive(Debug, Clone)]
pub struct TokenEndpoint {
    service: Service,
    tenant: TenantId,
}

impl TokenEndpoint {
    /// The endpoint of a tenant at an authority such as `https://login.microsoftonline.com`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] where the authority is no `https` address.
    pub fn new(authority: &Url, tenant: TenantId, options: &ClientOptions) -> Result<Self> {
        if authority.scheme() != "https" {
            return Err(Error::invalid(
                "token.exchange",
                format!("`{authority}` cannot be an authority: it must begin with https://"),
            ));
        }
        let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let service = Service::without_credential(name, version, authority.clone(), options)?;
        Ok(Self { service, tenant })
    }

    /// The same authority's endpoint of another tenant.
    #[must_use]
    pub fn of(&self, tenant: TenantId) -> Self {
        Self {
            service: self.service.clone(),
            tenant,
        }
    }

    /// The tenant.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Exchanges an assertion for a token of the application (`client_credentials` with `client_assertion`). Asking
    /// twice is as good as asking once, so it is repeated while the authority is busy.
    ///
    /// # Errors
    /// [`ErrorKind::Status`] with OAuth's error as its code; [`ErrorKind::Decode`] where the answer is no token. Neither
    /// holds the assertion, nor a token.
    pub async fn exchange(
        &self,
        client_id: AppId,
        assertion: &Secret,
        scope: &str,
        claims: Option<&Claims>,
    ) -> Result<AccessToken> {
        let form = form(client_id, assertion, scope, claims);
        let path = Path::new("").segment(self.tenant.to_string());
        let request = Request::new(
            "token.exchange",
            Method::Post,
            path.fixed("/oauth2/v2.0/token"),
        )
        .body("application/x-www-form-urlencoded", form)
        .idempotent(true);
        let answer = self.service.send(request).await?;
        given(&answer)
            .map(|(token, life)| AccessToken::new(token, self.service.clock().after(life)))
            .ok_or_else(|| answer.error(ErrorKind::Decode, "the authority's answer is no token"))
    }

    /// Whether the authority knows the tenant, by what it publishes about it to anybody.
    ///
    /// # Errors
    /// Where the authority cannot be asked. That it says no is none.
    pub async fn tenant_exists(&self) -> Result<bool> {
        let path = Path::new("").segment(self.tenant.to_string());
        let path = path.fixed("/v2.0/.well-known/openid-configuration");
        let request = Request::new("token.discover", Method::Get, path);
        let answer = self.service.send_expecting(request, &[400, 404]).await?;
        Ok(answer.status < 400)
    }
}

fn form(client_id: AppId, assertion: &Secret, scope: &str, claims: Option<&Claims>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_assertion", assertion.secret())
        .append_pair("client_assertion_type", ASSERTION_TYPE)
        .append_pair("client_id", &client_id.to_string())
        .append_pair("grant_type", "client_credentials")
        .append_pair("scope", scope);
    if let Some(Claims(claims)) = claims {
        form.append_pair("claims", claims);
    }
    form.finish()
}

/// The token and its life, without ever saying what was read instead.
pub(crate) fn given(answer: &Answer) -> Option<(String, Duration)> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let token = body.get("access_token")?.as_str()?;
    let lifetime = match body.get("expires_in")? {
        Value::String(seconds) => seconds.parse().ok()?,
        seconds => seconds.as_u64()?,
    };
    // No token lives longer than a year; more would be past all dates.
    let lifetime = Duration::from_secs(lifetime.min(366 * 24 * 60 * 60));
    (!token.is_empty()).then(|| (token.to_owned(), lifetime))
}
