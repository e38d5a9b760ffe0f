//! Is the customers' tenant on the internet the one that Resource Manager made?

use async_trait::async_trait;
use rhc_core::TenantId;
use rhc_external_id::CiamDirectory;
use serde_json::Value;

use crate::engine::{Checked, TenantKey};
use crate::manifest::{Directory, Manifest};
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for (key, tenant) in &manifest.tenants {
        if let (Some(directory), Some(label)) = (&tenant.directory, tenant.initial_domain())
            && checked
                .of_kind("Microsoft.AzureActiveDirectory/ciamDirectories")
                .any(|step| step.meta.name == directory.name)
        {
            checks.push(Box::new(Discovery {
                tenant: TenantKey::new(key),
                label: label.to_owned(),
                domain: tenant.domain.clone(),
                directory: directory.clone(),
            }));
        }
    }
    checks
}

/// What the apps' users sign in at must be the tenant that we pay for and secure.
struct Discovery {
    tenant: TenantKey,
    label: String,
    domain: String,
    directory: Directory,
}

#[async_trait]
impl Check for Discovery {
    fn id(&self) -> String {
        format!("outside/sign-in/{}", self.tenant)
    }

    fn title(&self) -> String {
        format!(
            "The sign-in address of {} is that of our own tenant",
            self.domain
        )
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::Outside
    }

    fn why(&self) -> String {
        "the apps' users type their passwords there".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let resource = cx.resource::<CiamDirectory>(&self.directory.name).await?;
        let ours = resource.properties.made_tenant_id().ok_or_else(|| {
            Unproven::because("Resource Manager does not name the tenant's id yet")
        })?;
        let cloud = cx.clients().connection().cloud();
        let suffix = cloud
            .external_id_suffix
            .as_deref()
            .ok_or_else(|| Unproven::because("there is no External ID in this cloud"))?;
        let address = format!(
            "https://{}{suffix}/{}/v2.0/.well-known/openid-configuration",
            self.label, self.domain
        );
        let seen = cx
            .outside(self.tenant.as_str())
            .await?
            .get(&address)
            .await?;
        Ok(match seen.json() {
            Some(document) if is_of(&document, ours) => {
                Verdict::passed(format!("{address} names tenant {ours}"))
            }
            Some(document) => Verdict::failed(
                format!(
                    "{address} names the issuer {}, and Resource Manager says that the tenant is {ours}",
                    document["issuer"]
                ),
                "let nobody sign in there; find out whose tenant answers, and correct the domain in the environment file",
            ),
            None => Verdict::failed(
                format!("{address} {}", seen.words()),
                "a new tenant's address takes some minutes; if it does not come, look at the tenant in https://entra.microsoft.com",
            ),
        })
    }
}

/// The form of an External ID tenant's issuer is not documented, so only the id in it counts, and that the tokens come
/// from the same place.
fn is_of(document: &Value, tenant: TenantId) -> bool {
    let id = tenant.to_string();
    ["issuer", "token_endpoint"].iter().all(|name| {
        document[*name]
            .as_str()
            .is_some_and(|text| text.to_ascii_lowercase().contains(&id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_id_must_be_in_the_issuer_and_in_the_token_endpoint() {
        let ours: TenantId = "00000000-0000-4000-8000-00000000000a".parse().unwrap();
        let other = "00000000-0000-4000-8000-00000000000b";
        let document = |issuer: &str, endpoint: &str| {
            json!({"issuer": format!("https://{issuer}.ciamlogin.com/{issuer}/v2.0"),
                   "token_endpoint": format!("https://x.ciamlogin.com/{endpoint}/oauth2/v2.0/token")})
        };
        let own = ours.to_string();
        assert!(is_of(&document(&own.to_uppercase(), &own), ours));
        assert!(!is_of(&document(other, &own), ours));
        assert!(!is_of(&document(&own, other), ours));
        assert!(!is_of(&json!({}), ours));
    }
}
