//! Does the app answer on the service's name and on its own, and only encrypted?

use async_trait::async_trait;
use rhc_containerapps::ContainerApp;

use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::steps::domains::BINDING;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::outside::{Outside, Seen};
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for (key, app) in manifest.apps() {
        let name = &app.container_app.name;
        if let Some(step) = checked.named("Microsoft.App/containerApps", name) {
            let custom = checked.named(BINDING, &app.hostname);
            let hosts = [None]
                .into_iter()
                .chain(custom.map(|_| Some(&app.hostname)));
            for host in hosts {
                for scheme in [Scheme::Https, Scheme::Http] {
                    checks.push(Box::new(Answers {
                        scheme,
                        app: key.to_owned(),
                        container_app: name.clone(),
                        host: host.cloned(),
                        tenant: step.meta.tenant.clone(),
                    }));
                }
            }
        }
    }
    checks
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Https,
    Http,
}

impl Scheme {
    async fn ask(self, outside: &Outside, host: &str) -> Result<Verdict, Unproven> {
        Ok(match self {
            Self::Https => {
                let address = format!("https://{host}/");
                encrypted(&address, &outside.get(&address).await?)
            }
            Self::Http => {
                let address = format!("http://{host}/");
                unencrypted(&address, &outside.get(&address).await?)
            }
        })
    }
}

struct Answers {
    scheme: Scheme,
    app: String,
    container_app: String,
    /// The app's own address; without one, the name that the service gave it.
    host: Option<String>,
    tenant: TenantKey,
}

#[async_trait]
impl Check for Answers {
    fn id(&self) -> String {
        let what = self.host.as_ref().unwrap_or(&self.app);
        match self.scheme {
            Scheme::Https => format!("outside/https/{what}"),
            Scheme::Http => format!("outside/unencrypted/{what}"),
        }
    }

    fn title(&self) -> String {
        let app = &self.container_app;
        match (self.scheme, &self.host) {
            (Scheme::Https, None) => format!("{app} answers on its own hostname"),
            (Scheme::Http, None) => format!("{app} serves nothing unencrypted"),
            (Scheme::Https, Some(host)) => format!("{app} answers at https://{host}"),
            (Scheme::Http, Some(host)) => format!("{app} serves nothing unencrypted at {host}"),
        }
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::Outside
    }

    fn why(&self) -> String {
        match (self.scheme, &self.host) {
            (Scheme::Https, None) => {
                "an app that is configured well and does not answer is of no use"
            }
            (Scheme::Https, Some(_)) => {
                "this is the address that users know, and its certificate is checked on the way"
            }
            (Scheme::Http, _) => {
                "patients' data is encrypted on its way (HIPAA, 45 CFR 164.312(e)(1))"
            }
        }
        .to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let given = self.given(cx).await?;
        let outside = cx.outside(self.tenant.as_str()).await?;
        let verdict = self.scheme.ask(&outside, &given).await?;
        let Some(host) = &self.host else {
            return Ok(verdict);
        };
        // What is wrong with the app itself is the other check's to say.
        if !matches!(verdict, Verdict::Passed { .. }) {
            return Err(Unproven::because(format!(
                "it is not as it should be at {given} either, which leads to the same app"
            )));
        }
        self.scheme.ask(&outside, host).await
    }
}

impl Answers {
    /// The name that the service gave the app.
    async fn given(&self, cx: &Context<'_>) -> Result<String, Unproven> {
        let app = cx.resource::<ContainerApp>(&self.container_app).await?;
        let ingress = app
            .properties
            .configuration
            .and_then(|configuration| configuration.ingress);
        ingress
            .and_then(|ingress| ingress.fqdn)
            .ok_or_else(|| Unproven::because("it has no hostname of its own yet"))
    }
}

fn encrypted(address: &str, seen: &Seen) -> Verdict {
    let words = format!("{address} {}", seen.words());
    match seen {
        Seen::Answer { status: 200, .. } => Verdict::passed(words),
        // An app that sends its visitor on to sign in is there.
        Seen::Answer {
            status: 301..=308,
            location: Some(location),
            ..
        } if leads_to_https(location) => Verdict::passed(words),
        Seen::Answer { .. } | Seen::NoConnection(_) => Verdict::failed(
            words,
            "look at the app's revisions and logs in the portal: a revision that does not start serves nobody; if only its own address is concerned, look at its records and its certificate (plan shows both)",
        ),
    }
}

fn unencrypted(address: &str, seen: &Seen) -> Verdict {
    let words = format!("{address} {}", seen.words());
    match seen {
        Seen::NoConnection(_) => Verdict::passed(words),
        Seen::Answer {
            status: 301..=308,
            location: Some(location),
            ..
        } if leads_to_https(location) => Verdict::passed(words),
        Seen::Answer {
            status: 400..=499, ..
        } => Verdict::passed(words),
        Seen::Answer {
            status: 500..=599, ..
        } => Verdict::not_proven(format!(
            "{words}, which says nothing of what it would serve"
        )),
        Seen::Answer { .. } => Verdict::failed(
            words,
            "set allowInsecure to false in the app's ingress (apply does), and look what else answers under this name",
        ),
    }
}

fn leads_to_https(location: &str) -> bool {
    // A relative one stays where it is: on the scheme of the request.
    location
        .get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, location: Option<&str>) -> Seen {
        Seen::Answer {
            status,
            location: location.map(str::to_owned),
            body: Vec::new(),
        }
    }

    fn word(verdict: &Verdict) -> char {
        match verdict {
            Verdict::Passed { .. } => 'p',
            Verdict::Failed { .. } => 'f',
            Verdict::NotProven { .. } => '?',
        }
    }

    #[test]
    fn what_counts_as_an_answer_and_what_as_a_leak() {
        let gone = || Seen::NoConnection("no connection".to_owned());
        for (seen, with_tls, without) in [
            (answer(200, None), 'p', 'f'),
            (answer(302, Some("https://x.ciamlogin.com/")), 'p', 'p'),
            (answer(301, Some("HTTPS://app.example/")), 'p', 'p'),
            (answer(301, Some("http://app.example/")), 'f', 'f'),
            (answer(302, Some("/home")), 'f', 'f'),
            (answer(302, None), 'f', 'f'),
            (answer(204, None), 'f', 'f'),
            (answer(404, None), 'f', 'p'),
            (answer(503, None), 'f', '?'),
            (gone(), 'f', 'p'),
        ] {
            assert_eq!(word(&encrypted("https://a/", &seen)), with_tls, "{seen:?}");
            assert_eq!(word(&unencrypted("http://a/", &seen)), without, "{seen:?}");
        }
    }
}
