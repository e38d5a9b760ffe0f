//! Do the applications that the rollout registers prove themselves by trust alone, and only by the trust that is wanted?

use async_trait::async_trait;
use rhc_graph::{Application, ApplicationKey, FederatedCredential};
use serde_json::Value;

use super::list;
use crate::engine::{Checked, Key, OwnedBy, TenantKey};
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

const TRUST: &str = "applications/federatedIdentityCredentials";

pub(super) fn of(checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for step in checked.of_kind("applications") {
        let subject = Subject {
            key: step.meta.key.clone(),
            tenant: step.meta.tenant.clone(),
            name: step.meta.name.clone(),
        };
        // An application that proves itself by a certificate has checks of its own.
        let mut certificates = checked.of_kind(super::certificate::KIND);
        if !certificates.any(|own| own.meta.owner == OwnedBy::Parent(step.meta.key.clone())) {
            checks.push(Box::new(Secrets(subject.clone())));
        }
        checks.push(Box::new(Trusted(subject)));
    }
    checks
}

#[derive(Clone)]
struct Subject {
    key: Key,
    tenant: TenantKey,
    name: String,
}

impl Subject {
    fn key(&self) -> ApplicationKey {
        ApplicationKey::UniqueName(self.name.clone())
    }
}

/// It has neither a password nor a certificate.
struct Secrets(Subject);

#[async_trait]
impl Check for Secrets {
    fn id(&self) -> String {
        format!("control-plane/no-secret/{}", self.0.name)
    }

    fn title(&self) -> String {
        format!("{} has no password and no certificate", self.0.name)
    }

    fn tenant(&self) -> TenantKey {
        self.0.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "what does not exist cannot be stolen, and need not be renewed".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let graph = cx.graph(self.0.tenant.as_str()).await?;
        let Some(application) = graph.applications().get_opt(self.0.key()).await? else {
            return Err(missing(&self.0));
        };
        judge(&application)
    }
}

fn judge(application: &Application) -> Result<Verdict, Unproven> {
    let mut held = Vec::new();
    let application = serde_json::to_value(application)
        .map_err(|error| Unproven::because(format!("the registration is not JSON: {error}")))?;
    for (property, what) in [
        ("passwordCredentials", "password"),
        ("keyCredentials", "certificate"),
    ] {
        let Some(Value::Array(all)) = application.get(property) else {
            return Err(Unproven::because(format!(
                "the directory does not say what is in {property}"
            )));
        };
        held.extend(all.iter().map(|one| {
            let id = one["keyId"].as_str().unwrap_or("without an id");
            format!("{what} {id}")
        }));
    }
    Ok(if held.is_empty() {
        Verdict::passed("passwordCredentials and keyCredentials are empty")
    } else {
        Verdict::failed(
            format!("it has {}", list(&held)),
            "delete it from the registration; then look in the sign-in log who has used it",
        )
    })
}

/// It trusts whom the file says, and nobody beside.
struct Trusted(Subject);

#[async_trait]
impl Check for Trusted {
    fn id(&self) -> String {
        format!("control-plane/trust/{}", self.0.name)
    }

    fn title(&self) -> String {
        format!(
            "{} trusts nobody but whom the environment file says",
            self.0.name
        )
    }

    fn tenant(&self) -> TenantKey {
        self.0.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "whoever it trusts can become it, in the databases' tenant too".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let graph = cx.graph(self.0.tenant.as_str()).await?;
        let applications = graph.applications();
        let Some(application) = applications.get_opt(self.0.key()).await? else {
            return Err(missing(&self.0));
        };
        let found = applications
            .federated_credentials(ApplicationKey::Id(application.object_id()?))
            .list()
            .collect_all()
            .await?;
        let wanted: Vec<&str> = cx
            .checked()
            .of_kind(TRUST)
            .filter(|step| step.meta.owner == OwnedBy::Parent(self.0.key.clone()))
            // What it is called in the directory is the end of its key.
            .filter_map(|step| step.meta.key.as_str().rsplit('/').next())
            .collect();
        Ok(strangers(&found, &wanted))
    }
}

fn strangers(found: &[FederatedCredential], wanted: &[&str]) -> Verdict {
    let is_wanted = |credential: &&FederatedCredential| {
        let name = credential.name.as_deref().unwrap_or_default();
        wanted
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(name))
    };
    let beside: Vec<String> = found
        .iter()
        .filter(|credential| !is_wanted(credential))
        .map(|credential| {
            let text = |field: &Option<String>| field.clone().unwrap_or_default();
            format!(
                "{} (subject {} of {})",
                text(&credential.name),
                text(&credential.subject),
                text(&credential.issuer)
            )
        })
        .collect();
    if beside.is_empty() {
        Verdict::passed(match wanted {
            [] => "it trusts nobody".to_owned(),
            wanted => format!("federated credentials: {}", list(wanted)),
        })
    } else {
        Verdict::failed(
            format!("it also trusts {}", list(&beside)),
            "delete that federated credential; then look in the sign-in log who has used it",
        )
    }
}

fn missing(subject: &Subject) -> Unproven {
    Unproven::because(format!("the application {} is not there", subject.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_registration_that_does_not_tell_proves_nothing() {
        const KEY: &str = "f0b0b335-1d71-4883-8f98-567911bfdca6";
        let of = |body: Value| judge(&serde_json::from_value(body).unwrap());
        let both = json!({"passwordCredentials": [], "keyCredentials": []});
        assert!(matches!(of(both), Ok(Verdict::Passed { .. })));
        assert!(of(json!({"passwordCredentials": []})).is_err());
        assert!(of(json!({"keyCredentials": []})).is_err());
        for (password, key) in [
            (json!([{"keyId": KEY}]), json!([])),
            (json!([]), json!([{"keyId": KEY}])),
        ] {
            let body = json!({"passwordCredentials": password, "keyCredentials": key});
            let Ok(Verdict::Failed { what, .. }) = of(body) else {
                panic!("a credential was overlooked");
            };
            assert!(what.contains(KEY), "{what}");
        }
    }
}
