//! Do the apps prove themselves in the customers' tenant by their certificates alone, and are the vaults closed in which the
//! keys are?

use async_trait::async_trait;
use rhc_arm::ResourceId;
use rhc_external_id::{Certificate, KeyVaultClient, VaultRefusal};
use rhc_graph::{ApplicationKey, KeyCredential};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::list;
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

/// The kind of the steps that make them.
pub(super) const KIND: &str = "certificate";
const VAULTS: &str = "Microsoft.KeyVault/vaults";

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for (_, app) in manifest.apps() {
        let name = &app.sign_in.unique_name;
        let vault = checked.named(VAULTS, &app.key_vault).map(|step| VaultOf {
            tenant: step.meta.tenant.clone(),
            name: app.key_vault.clone(),
        });
        let Some(vault) = vault else {
            continue;
        };
        checks.push(Box::new(Closed(vault.clone())));
        if let Some(step) = checked.named(KIND, name) {
            checks.push(Box::new(Alone {
                tenant: step.meta.tenant.clone(),
                name: name.clone(),
            }));
            checks.push(Box::new(Stays {
                vault,
                name: name.clone(),
            }));
        }
    }
    checks
}

#[derive(Clone)]
struct VaultOf {
    tenant: TenantKey,
    name: String,
}

impl VaultOf {
    async fn client(&self, cx: &Context<'_>) -> Result<KeyVaultClient, Unproven> {
        let missing = || Unproven::because(format!("the vault {} is not there", self.name));
        let step = cx.checked().named(VAULTS, &self.name).ok_or_else(missing)?;
        // A vault that is not there has no address either.
        let id: ResourceId = step
            .id()
            .ok_or_else(missing)?
            .parse()
            .map_err(|error| Unproven::because(format!("its id is none: {error}")))?;
        let tenant = cx.tenant_id(self.tenant.as_str()).await?;
        let address = format!("https://{}.vault.azure.net/", id.name());
        Ok(cx.clients().vault_at(&self.tenant, tenant, &address)?)
    }
}

/// Knocks. The right answer is that nobody opens.
struct Closed(VaultOf);

#[async_trait]
impl Check for Closed {
    fn id(&self) -> String {
        format!("outside/closed/{}", self.0.name)
    }

    fn title(&self) -> String {
        format!("{} turns away who comes from the internet", self.0.name)
    }

    fn tenant(&self) -> TenantKey {
        self.0.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::Outside
    }

    fn why(&self) -> String {
        "it keeps what proves the app; only the app's network may reach it".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let refusal = self.0.client(cx).await?.refusal().await?;
        Ok(closed(&self.0.name, refusal))
    }
}

fn closed(vault: &str, refusal: Option<VaultRefusal>) -> Verdict {
    match refusal {
        Some(VaultRefusal::Firewall { .. }) => Verdict::passed("turned away by its firewall"),
        Some(VaultRefusal::PublicAccessOff) => {
            Verdict::passed("turned away: it is reached by its private endpoint only")
        }
        _ => Verdict::failed(
            format!("{vault} let us through its firewall from the internet"),
            "close it: apply takes away every address, and an operator's window that was left open, too",
        ),
    }
}

/// It has certificates that count, and nothing else with which somebody could pass for it.
struct Alone {
    tenant: TenantKey,
    name: String,
}

#[async_trait]
impl Check for Alone {
    fn id(&self) -> String {
        format!("control-plane/certificate/{}", self.name)
    }

    fn title(&self) -> String {
        format!("{} has certificates that count, and no password", self.name)
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "a password can be stolen and sent from anywhere; a key in the vault cannot".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let graph = cx.graph(self.tenant.as_str()).await?;
        let key = || ApplicationKey::UniqueName(self.name.clone());
        let missing = || Unproven::because(format!("the registration {} is not there", self.name));
        let application = graph.applications().get_opt(key()).await?;
        let application = serde_json::to_value(application.ok_or_else(missing)?)
            .map_err(|error| Unproven::because(format!("the registration is not JSON: {error}")))?;
        let held = graph.applications().key_credentials(key()).get().await?;
        let tenant = cx.tenant_id(self.tenant.as_str()).await?;
        let connection = cx.clients().connection();
        let now = connection.options(&self.tenant, tenant).clock.now();
        alone(&application["passwordCredentials"], &held, now)
    }
}

fn alone(
    passwords: &Value,
    held: &[KeyCredential],
    now: OffsetDateTime,
) -> Result<Verdict, Unproven> {
    let Some(passwords) = passwords.as_array() else {
        return Err(Unproven::because(
            "the directory does not say what is in passwordCredentials",
        ));
    };
    if !passwords.is_empty() {
        return Ok(Verdict::failed(
            format!("it has passwords: {}", passwords.len()),
            "delete them from the registration; then look in the sign-in log who has used them",
        ));
    }
    let moment = |text: &Option<String>| {
        let text = text.as_deref()?;
        OffsetDateTime::parse(text, &Rfc3339).ok()
    };
    let counts = |one: &&KeyCredential| {
        moment(&one.start_date_time).is_some_and(|start| start <= now)
            && moment(&one.end_date_time).is_some_and(|end| now < end)
    };
    let good: Vec<&KeyCredential> = held.iter().filter(counts).collect();
    let names: Vec<String> = good
        .iter()
        .map(|one| one.display_name.clone().unwrap_or_default())
        .collect();
    Ok(if good.is_empty() {
        Verdict::failed(
            "it has no certificate that counts now: the app cannot sign in",
            "run apply, which makes a new version",
        )
    } else {
        Verdict::passed(format!("no password; valid now: {}", list(&names)))
    })
}

/// Its key cannot leave the vault, as only the vault itself can say.
struct Stays {
    vault: VaultOf,
    name: String,
}

#[async_trait]
impl Check for Stays {
    fn id(&self) -> String {
        format!("inside/key-stays/{}", self.name)
    }

    fn title(&self) -> String {
        format!("The key of {} cannot leave {}", self.name, self.vault.name)
    }

    fn tenant(&self) -> TenantKey {
        self.vault.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::Inside
    }

    fn why(&self) -> String {
        "who has the key is the app, wherever he is".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let client = self.vault.client(cx).await?;
        if client.refusal().await?.is_some() {
            return Err(Unproven::because(format!(
                "{} is closed, and a verification opens no door; apply takes no certificate whose key could leave",
                self.vault.name
            )));
        }
        Ok(stays(&client.certificate(&self.name, None).await?))
    }
}

fn stays(certificate: &Certificate) -> Verdict {
    match &certificate.policy {
        Some(policy) if !policy.is_exportable() => {
            Verdict::passed("its policy says that it is not exportable")
        }
        _ => Verdict::failed(
            "its policy lets the key out of the vault",
            "delete the certificate in the vault and run apply, which makes another; whoever has the key passes for the app until then",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_external_id::CertificatePolicy;
    use serde_json::json;
    use time::macros::datetime;

    fn credential(start: &str, end: &str) -> KeyCredential {
        KeyCredential {
            start_date_time: Some(start.to_owned()),
            end_date_time: Some(end.to_owned()),
            ..KeyCredential::certificate("kv/web/1", "MII")
        }
    }

    #[test]
    fn certificates_count_in_their_time_and_passwords_never() {
        let now = datetime!(2026-11-23 9:00 UTC);
        let good = credential("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z");
        let of = |passwords: Value, held: &[KeyCredential]| alone(&passwords, held, now);
        let passed = |verdict| matches!(verdict, Ok(Verdict::Passed { .. }));
        assert!(passed(of(json!([]), std::slice::from_ref(&good))));
        assert!(!passed(of(
            json!([{"keyId": "1"}]),
            std::slice::from_ref(&good)
        )));
        assert!(of(Value::Null, &[good]).is_err());
        for (start, end) in [
            ("2026-12-01T00:00:00Z", "2027-11-01T00:00:00Z"),
            ("2025-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        ] {
            assert!(!passed(of(json!([]), &[credential(start, end)])));
        }
        assert!(!passed(of(json!([]), &[])));
    }

    #[test]
    fn a_vault_that_lets_us_through_is_not_closed() {
        let passed = |refusal| matches!(closed("kv", refusal), Verdict::Passed { .. });
        assert!(passed(Some(VaultRefusal::Firewall { address: None })));
        assert!(passed(Some(VaultRefusal::PublicAccessOff)));
        assert!(!passed(Some(VaultRefusal::Role)));
        assert!(!passed(None));
    }

    #[test]
    fn a_key_stays_only_where_the_policy_says_so() {
        let mut certificate = Certificate {
            policy: Some(CertificatePolicy::signing("CN=web", 2048, 12)),
            ..Certificate::default()
        };
        let passed = |own: &Certificate| matches!(stays(own), Verdict::Passed { .. });
        assert!(passed(&certificate));
        certificate.policy.as_mut().unwrap().key = None;
        assert!(!passed(&certificate));
        certificate.policy = None;
        assert!(!passed(&certificate));
    }
}
