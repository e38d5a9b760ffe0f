//! Is the databases' tenant as empty of people and software as it must be?

use async_trait::async_trait;
use rhc_graph::{ListQuery, User};

use super::list;
use super::registry::{Owner, called, owner_of};
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let Some((key, _)) = manifest.database_tenant() else {
        return Vec::new();
    };
    let tenant = TenantKey::new(key);
    if !checked.steps().any(|step| step.meta.tenant == tenant) {
        return Vec::new();
    }
    vec![
        Box::new(Registrations(tenant.clone())),
        Box::new(Principals(tenant.clone())),
        Box::new(Externals(tenant)),
    ]
}

/// No application is registered where the databases are.
struct Registrations(TenantKey);

#[async_trait]
impl Check for Registrations {
    fn id(&self) -> String {
        format!("control-plane/registrations/{}", self.0)
    }

    fn title(&self) -> String {
        "No application is registered in the databases' tenant".to_owned()
    }

    fn tenant(&self) -> TenantKey {
        self.0.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "who owns a registration can give it a secret and become it; here nobody should be able to"
            .to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let graph = cx.graph(self.0.as_str()).await?;
        let all = graph.applications().list(ListQuery::default());
        let found = all.collect_all().await?;
        if found.is_empty() {
            return Ok(Verdict::passed("the list of registrations is empty"));
        }
        let names: Vec<String> = found
            .iter()
            .map(|app| match (&app.display_name, app.app_id) {
                (Some(name), Some(id)) => format!("{name} ({id})"),
                (name, _) => name.clone().unwrap_or_default(),
            })
            .collect();
        Ok(Verdict::failed(
            format!("registered there: {}", list(&names)),
            "delete the registration; an app is registered in the hosting tenant and is only a service principal here",
        ))
    }
}

/// The bridges and the automation, and nobody else's software.
struct Principals(TenantKey);

#[async_trait]
impl Check for Principals {
    fn id(&self) -> String {
        format!("control-plane/service-principals/{}", self.0)
    }

    fn title(&self) -> String {
        "Only the bridges and the automation are known in the databases' tenant".to_owned()
    }

    fn tenant(&self) -> TenantKey {
        self.0.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "what is not known there can get no token for the databases".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let graph = cx.graph(self.0.as_str()).await?;
        let all = graph.service_principals().list(ListQuery::default());
        let (mut allowed, mut strangers, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        for principal in all.collect_all().await? {
            match owner_of(cx, &principal).await? {
                Owner::Microsoft => {}
                Owner::Bridge(name) => allowed.push(name),
                Owner::Automation => allowed.push(cx.manifest().automation.unique_name.clone()),
                Owner::Ours(_) | Owner::Stranger => strangers.push(called(&principal)),
                Owner::Unknown => unknown.push(called(&principal)),
            }
        }
        Ok(if !strangers.is_empty() {
            Verdict::failed(
                format!("known there and not allowed: {}", list(&strangers)),
                "find out who let it in, then delete the service principal from the databases' tenant",
            )
        } else if !unknown.is_empty() {
            Verdict::not_proven(format!(
                "whose these are cannot be told, or their registration is gone: {}",
                list(&unknown)
            ))
        } else {
            Verdict::passed(format!("beside Microsoft's own: {}", list(&allowed)))
        })
    }
}

/// Nobody who lives in another tenant.
struct Externals(TenantKey);

#[async_trait]
impl Check for Externals {
    fn id(&self) -> String {
        format!("control-plane/externals/{}", self.0)
    }

    fn title(&self) -> String {
        "No account from outside is in the databases' tenant".to_owned()
    }

    fn tenant(&self) -> TenantKey {
        self.0.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "an account that lives elsewhere is protected, and can be lost, elsewhere".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let graph = cx.graph(self.0.as_str()).await?;
        let users = graph
            .users()
            .list(ListQuery::default())
            .collect_all()
            .await?;
        let externals: Vec<&User> = users.iter().filter(|user| user.is_external()).collect();
        if externals.is_empty() {
            return Ok(Verdict::passed(format!(
                "none of its {} accounts comes from elsewhere",
                users.len()
            )));
        }
        let name = |user: &&User| user.user_principal_name.clone().unwrap_or_default();
        let names: Vec<String> = externals.iter().map(name).collect();
        Ok(Verdict::failed(
            format!("from elsewhere: {}", list(&names)),
            "delete these accounts, or find out first who invited them; people of this tenant have accounts of their own in it",
        ))
    }
}
