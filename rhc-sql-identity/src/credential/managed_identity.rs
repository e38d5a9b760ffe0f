//! A managed identity's own token, from the machine that has it.
//!
//! Pages: [in Container Apps](https://learn.microsoft.com/azure/container-apps/managed-identity),
//! [in App Service](https://learn.microsoft.com/azure/app-service/overview-managed-identity),
//! [on a virtual machine](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::AccessToken;
use rhc_core::{
    Answer, AppId, ClientOptions, Error, ErrorKind, Method, Request, Result, RetryOptions,
    Sensitive, Service, Url,
};
use serde_json::Value;
use time::OffsetDateTime;
use tokio::sync::OnceCell;

use super::source::{AssertionSource, service};

/// The metadata service has the same address on each virtual machine.
const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const VERSION: &str = "2019-08-01";
/// How long a machine's own metadata service may take to say anything at all. Where there is none, nobody answers.
const PROBE: Duration = Duration::from_secs(1);
/// How long the metadata service may be away for an update, as Microsoft says.
const UPDATE: Duration = Duration::from_secs(70);
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// A user-assigned managed identity of the machine, the app or the container that this program runs on.
///
/// A system-assigned one cannot be trusted by an application of another tenant, so there is no way to ask for it.
/// Requests to the metadata service do not work through a proxy: where one is set for the process, pass a transport
/// without it.
#[derive(Clone)]
pub struct ManagedIdentity {
    client_id: AppId,
    place: Place,
    address: Url,
    service: Service,
}

#[derive(Clone)]
enum Place {
    /// Container Apps and App Service, with the secret of this program.
    Endpoint(Sensitive),
    /// A virtual machine, with what finds out whether this is one.
    VirtualMachine {
        probe: Service,
        found: std::sync::Arc<OnceCell<()>>,
    },
}

impl ManagedIdentity {
    /// In Container Apps or App Service, with the values of `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`. The identity is
    /// named by its client id.
    ///
    /// # Errors
    /// `InvalidInput` where the endpoint is no address or the header is empty.
    pub fn at_endpoint(
        endpoint: &str,
        header: impl Into<String>,
        client_id: AppId,
        options: Option<&ClientOptions>,
    ) -> Result<Self> {
        let invalid = |message: &str| Error::invalid("token.identity", message);
        let address: Url = endpoint
            .parse()
            .map_err(|_| invalid("IDENTITY_ENDPOINT is not an address"))?;
        let header = header.into();
        if header.is_empty() {
            return Err(invalid("IDENTITY_HEADER is empty"));
        }
        Ok(Self {
            client_id,
            place: Place::Endpoint(Sensitive::new(header)),
            service: service(&address, options)?,
            address,
        })
    }

    /// On a virtual machine, by its metadata service. Elsewhere nobody answers there, which is found out within a second.
    ///
    /// # Errors
    /// Never at present.
    pub fn on_virtual_machine(client_id: AppId, options: Option<&ClientOptions>) -> Result<Self> {
        let address: Url = IMDS
            .parse()
            .map_err(|_| Error::invalid("token.identity", "the metadata service has no address"))?;
        let once = ClientOptions {
            retry: RetryOptions {
                max_attempts: 1,
                try_timeout: PROBE,
                ..RetryOptions::default()
            },
            ..options.cloned().unwrap_or_default()
        };
        Ok(Self {
            client_id,
            place: Place::VirtualMachine {
                probe: service(&address, Some(&once))?,
                found: std::sync::Arc::default(),
            },
            service: service(&address, options)?,
            address,
        })
    }

    /// Wherever this program runs, as its environment says, which the caller reads: at the endpoint that
    /// `IDENTITY_ENDPOINT` names, else on a virtual machine.
    ///
    /// # Errors
    /// `InvalidInput` where half of an endpoint is there, or one of Service Fabric, which is not supported.
    pub fn of_environment(
        variable: impl Fn(&str) -> Option<String>,
        client_id: AppId,
        options: Option<&ClientOptions>,
    ) -> Result<Self> {
        let invalid = |message: &str| Error::invalid("token.identity", message);
        let of = |name: &str| variable(name).filter(|own| !own.is_empty());
        if of("IDENTITY_SERVER_THUMBPRINT").is_some() {
            return Err(invalid(
                "managed identities of Service Fabric are not supported",
            ));
        }
        match (of("IDENTITY_ENDPOINT"), of("IDENTITY_HEADER")) {
            (Some(endpoint), Some(header)) => {
                Self::at_endpoint(&endpoint, header, client_id, options)
            }
            (None, None) => Self::on_virtual_machine(client_id, options),
            (Some(_), None) => Err(invalid(
                "IDENTITY_ENDPOINT is set and IDENTITY_HEADER is not",
            )),
            (None, Some(_)) => Err(invalid(
                "IDENTITY_HEADER is set and IDENTITY_ENDPOINT is not",
            )),
        }
    }

    fn request(&self, resource: &str) -> Result<Request> {
        let request = self
            .service
            .follow("token.identity", Method::Get, self.address.as_str())?
            .query("api-version", VERSION)
            .query("resource", resource)
            .query("client_id", self.client_id.to_string());
        Ok(match &self.place {
            Place::Endpoint(header) => request.header("x-identity-header", header.expose()),
            Place::VirtualMachine { .. } => request.header("metadata", "true"),
        })
    }

    /// Any answer to a request without the header that the metadata service demands shows that it is there.
    async fn probe(&self) -> Result<()> {
        let Place::VirtualMachine { probe, found } = &self.place else {
            return Ok(());
        };
        let asked = || async {
            let request = probe.follow("token.identity", Method::Get, self.address.as_str())?;
            match probe.send(request).await {
                Err(error) if error.status().is_none() => Err(Error::new(
                    ErrorKind::NotSent,
                    "token.identity",
                    "no metadata service answers: this is no virtual machine of Azure",
                )
                .with_source(error)),
                _ => Ok(()),
            }
        };
        found.get_or_try_init(asked).await.map(|_| ())
    }

    /// The answer, waited for while the metadata service is updated: then it says 404 or 410.
    async fn answer(&self, resource: &str) -> Result<Answer> {
        let updating = |error: &Error| {
            matches!(self.place, Place::VirtualMachine { .. })
                && matches!(error.status(), Some(404 | 410))
        };
        let clock = self.service.clock();
        let (mut waited, mut wait) = (Duration::ZERO, FIRST_WAIT);
        loop {
            match self.service.send(self.request(resource)?).await {
                Err(error) if updating(&error) && waited < UPDATE => {
                    tokio::time::sleep(clock.scaled(wait)).await;
                    waited += wait;
                    wait = (wait * 2).min(UPDATE.saturating_sub(waited).max(FIRST_WAIT));
                }
                answer => return answer,
            }
        }
    }
}

#[async_trait]
impl AssertionSource for ManagedIdentity {
    fn name(&self) -> String {
        format!("the managed identity {}", self.client_id)
    }

    async fn assertion(&self, audience: &str) -> Result<AccessToken> {
        self.probe().await?;
        let answer = self.answer(audience).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        // A number in quotes, as documented; a bare one was seen too.
        let ends = match &body["expires_on"] {
            Value::String(text) => text.parse().ok(),
            number => number.as_i64(),
        };
        let ends = ends.and_then(|own| OffsetDateTime::from_unix_timestamp(own).ok());
        match (body["access_token"].as_str(), ends) {
            (Some(token), Some(ends)) if !token.is_empty() => {
                Ok(AccessToken::new(token.to_owned(), ends))
            }
            _ => Err(answer.error(
                ErrorKind::Decode,
                "the answer is no token of a managed identity",
            )),
        }
    }
}

impl fmt::Debug for ManagedIdentity {
    /// Without the header, which is as good as the identity.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentity")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
