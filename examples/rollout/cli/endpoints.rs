//! A served cloud over HTTPS: its options, its authority's file, and what a client has to be told.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use rhc_core::fake::World;
use uuid::Uuid;

use super::console::Console;
use super::failure::{CliError, full};
use super::state;
use crate::embedded::{Bare, Guest, Https, Service, Tls, invite};

/// What is asked of HTTPS and of an empty cloud.
#[derive(Clone, Debug, Args)]
pub(super) struct Endpoints {
    /// Serve each service over HTTPS too, for clients that can be told an endpoint: Resource Manager at this port,
    /// Microsoft Graph, the login authority and Key Vault at the next three; port 0 takes any that are free
    #[arg(
        long,
        value_name = "ADDR:PORT",
        num_args = 0..=1,
        default_missing_value = "127.0.0.1:8443"
    )]
    https: Option<SocketAddr>,
    /// Where to write the certificate of the authority that HTTPS clients have to trust; it is a new one at each start.
    /// Default: .rhc/embedded-cloud-<PORT>/ca.pem
    #[arg(long, value_name = "FILE", requires = "https")]
    ca: Option<PathBuf>,
    /// Begin without an environment: tenants and subscriptions with nothing in them
    #[arg(long, conflicts_with_all = ["environment", "person"])]
    pub(super) empty: bool,
    /// A tenant of an empty cloud, by its initial domain; can be given several times. Default: contoso.onmicrosoft.com
    #[arg(long, value_name = "DOMAIN[=ID]", requires = "empty", value_parser = tenant)]
    tenant: Vec<(String, Option<Uuid>)>,
    /// A subscription of an empty cloud, of its first tenant unless one is named; can be given several times. A tenant
    /// without any gets one
    #[arg(long, value_name = "ID[=DOMAIN]", requires = "empty", value_parser = subscription)]
    subscription: Vec<(Uuid, Option<String>)>,
}

fn id(text: &str) -> Result<Uuid, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is no id; expected is one such as {}", Uuid::nil()))
}

fn domain(text: &str) -> Result<String, String> {
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let text = text.to_ascii_lowercase();
    if text.contains('.') && text.split('.').all(is_label) {
        Ok(text)
    } else {
        Err(format!(
            "'{text}' is no domain; expected is one such as contoso.onmicrosoft.com"
        ))
    }
}

fn tenant(text: &str) -> Result<(String, Option<Uuid>), String> {
    match text.split_once('=') {
        None => Ok((domain(text)?, None)),
        Some((name, own)) => Ok((domain(name)?, Some(id(own)?))),
    }
}

fn subscription(text: &str) -> Result<(Uuid, Option<String>), String> {
    match text.split_once('=') {
        None => Ok((id(text)?, None)),
        Some((own, of)) => Ok((id(own)?, Some(domain(of)?))),
    }
}

/// What fuzzers give to the options that name tenants and subscriptions.
#[cfg(any(test, fuzzing))]
pub(super) fn fuzzed(text: &str) {
    if let Ok((name, id)) = tenant(text) {
        let again = id.map_or_else(|| name.clone(), |id| format!("{name}={id}"));
        assert_eq!(tenant(&again), Ok((name, id)));
    }
    if let Ok((id, of)) = subscription(text) {
        let again = of
            .as_ref()
            .map_or_else(|| id.to_string(), |of| format!("{id}={of}"));
        assert_eq!(subscription(&again), Ok((id, of)));
    }
}

/// Listeners, and what is said of them.
pub(super) struct Ready {
    https: Https,
    ca: PathBuf,
    guest: Option<Guest>,
}

impl Endpoints {
    /// What an empty cloud is to hold.
    pub(super) fn bare(&self) -> Bare {
        Bare {
            tenants: self.tenant.clone(),
            subscriptions: self.subscription.clone(),
        }
    }

    /// Whether clients with clocks of their own are to be served.
    pub(super) fn is_https(&self) -> bool {
        self.https.is_some()
    }

    /// Makes the authority, lets clients sign in, and listens.
    pub(super) async fn open(&self, world: &World) -> Result<Option<Ready>, CliError> {
        let Some(address) = self.https else {
            return Ok(None);
        };
        let failed = |error: &dyn std::error::Error| {
            CliError::failed(
                format!("HTTPS cannot be served: {}", full(error)),
                "this is a mistake in the rollout: please report it",
            )
        };
        let tls = Tls::new().map_err(|error| failed(&error))?;
        let https = Https::bind(address, &tls).await.map_err(|(at, error)| {
            CliError::failed(
                format!("nobody can listen on {at}: {error}"),
                "choose other ports with --https ADDR:PORT, of which it takes four in a row; port 0 takes any that are free",
            )
        })?;
        let ca = self.authority_file(&https, tls.authority())?;
        let guest = invite(world).map_err(|error| failed(&error))?;
        Ok(Some(Ready { https, ca, guest }))
    }

    fn authority_file(&self, https: &Https, pem: &str) -> Result<PathBuf, CliError> {
        let default = || {
            let port = https.first_port();
            PathBuf::from(format!(".rhc/embedded-cloud-{port}/ca.pem"))
        };
        let path = self.ca.clone().unwrap_or_else(default);
        state::replace(&path, pem.trim_end().as_bytes())
            .and_then(|()| fs::canonicalize(&path))
            .map_err(|error| {
                CliError::failed(
                    format!(
                        "{}: the certificate could not be written: {error}",
                        path.display()
                    ),
                    "name another file with --ca FILE",
                )
            })
    }
}

impl Ready {
    /// Says where everything is, as variables that a shell takes.
    pub(super) fn welcome(&self, console: &mut Console) {
        console.line("");
        console.line("Over HTTPS:");
        for (service, address) in self.https.addresses() {
            console.say(&format!(
                "  {:<17} {address}{}\n",
                service.title(),
                example(service)
            ));
        }
        console.say(&format!("  {:<17} {}\n", "trust", self.ca.display()));
        console.line("");
        console.line(
            "Any client works with these endpoints, this certificate, and its instance discovery off. For a shell:",
        );
        for (name, value) in self.variables() {
            console.say(&format!("export {name}={value}\n"));
        }
        console.line("");
    }

    /// Names that Microsoft's and other clients read by themselves, and beside them where the services are.
    fn variables(&self) -> Vec<(&'static str, String)> {
        let ca = quoted(&self.ca);
        let trusting = [
            "REQUESTS_CA_BUNDLE",
            "SSL_CERT_FILE",
            "CURL_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
        ];
        let mut all: Vec<_> = trusting.map(|name| (name, ca.clone())).to_vec();
        for (service, address) in self.https.addresses() {
            all.push((variable(service), address));
        }
        let Some(guest) = &self.guest else {
            return all;
        };
        if let Some((tenant, _)) = guest.tenants.first() {
            all.push(("AZURE_TENANT_ID", tenant.to_string()));
            let own = guest.subscriptions.iter().find(|(_, of)| of == tenant);
            if let Some((subscription, _)) = own {
                all.push(("AZURE_SUBSCRIPTION_ID", subscription.to_string()));
            }
            let pays = guest.billing_scopes.iter().find(|(_, of)| of == tenant);
            if let Some((scope, _)) = pays {
                all.push(("EMBEDDED_BILLING_SCOPE", scope.clone()));
            }
        }
        all.push(("AZURE_CLIENT_ID", guest.client.to_string()));
        all.push(("AZURE_CLIENT_SECRET", guest.secret.secret().to_owned()));
        all
    }

    /// Answers until the future is dropped.
    pub(super) async fn serve(self, world: &World) -> std::io::Result<()> {
        self.https.serve(world).await
    }
}

/// The variable that holds a service's address. The authority's is azure-identity's own.
fn variable(service: Service) -> &'static str {
    match service {
        Service::ResourceManager => "EMBEDDED_RESOURCE_MANAGER",
        Service::Graph => "EMBEDDED_GRAPH",
        Service::Authority => "AZURE_AUTHORITY_HOST",
        Service::Vaults => "EMBEDDED_KEY_VAULT",
    }
}

fn example(service: Service) -> &'static str {
    match service {
        Service::ResourceManager | Service::Authority => "",
        Service::Graph => "/v1.0",
        Service::Vaults => "/<name of the vault>",
    }
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_and_subscriptions_are_named_with_or_without_an_id() {
        let nil = Uuid::nil();
        assert_eq!(
            tenant("Fabrikam.onmicrosoft.com"),
            Ok(("fabrikam.onmicrosoft.com".to_owned(), None))
        );
        assert_eq!(
            tenant(&format!("a.example={nil}")),
            Ok(("a.example".to_owned(), Some(nil)))
        );
        assert_eq!(subscription(&nil.to_string()), Ok((nil, None)));
        for bad in ["", "contoso", "a..b", "a.example=1", "a b.example", "=x"] {
            assert!(tenant(bad).unwrap_err().contains("expected"), "{bad}");
        }
        for bad in ["", "a.example", &format!("{nil}=contoso")] {
            assert!(subscription(bad).unwrap_err().contains("expected"), "{bad}");
        }
    }

    #[test]
    fn a_path_survives_a_shell() {
        assert_eq!(quoted(Path::new("/a/b-c.pem")), "/a/b-c.pem");
        assert_eq!(quoted(Path::new("/it's/ca.pem")), "'/it'\\''s/ca.pem'");
    }
}
