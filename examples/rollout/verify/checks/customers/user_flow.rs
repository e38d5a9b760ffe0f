//! E-mail and password, for exactly the apps, and nobody makes himself an account.

use async_trait::async_trait;
use rhc_external_id::{UserFlow, UserFlows};
use rhc_graph::ApplicationKey;

use super::list;
use crate::engine::TenantKey;
use crate::steps::customers::every_user_flow;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

/// One user flow for all apps, by invitation only; no other one in the tenant lets anybody in.
pub(super) struct UserFlowCheck(pub(super) TenantKey);

const REMEDY: &str = "plan and apply set the environment's own user flow right; delete another one in the portal (External Identities > User flows)";

#[async_trait]
impl Check for UserFlowCheck {
    fn id(&self) -> String {
        format!("control-plane/user-flow/{}", self.0)
    }

    fn title(&self) -> String {
        "Customers sign in with e-mail and password, and nobody can sign up".to_owned()
    }

    fn tenant(&self) -> TenantKey {
        self.0.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "an account that anybody can make himself is one that nobody knows".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let manifest = cx.manifest();
        let file = &manifest.customers.user_flow;
        let graph = cx.graph(self.0.as_str()).await?;
        let mut wanted = Vec::new();
        for (_, app) in manifest.apps() {
            let name = app.sign_in.unique_name.clone();
            let key = ApplicationKey::UniqueName(name.clone());
            let found = graph.applications().get_opt(key).await?;
            let id = found.and_then(|application| application.app_id);
            let id = id
                .ok_or_else(|| Unproven::because(format!("the application {name} is not there")))?;
            wanted.push((name, id.to_string()));
        }
        let all = every_user_flow(&UserFlows::new(graph)).await?;
        let is_own = |flow: &&UserFlow| {
            let name = flow.display_name.as_deref().unwrap_or_default();
            name.eq_ignore_ascii_case(&file.name)
        };
        let Some(own) = all.iter().find(is_own) else {
            return Err(Unproven::because(format!(
                "the user flow {} is not there",
                file.name
            )));
        };
        let others = all.iter().filter(|flow| !is_own(flow));
        Ok(judge(own, others, &file.identity_providers, &wanted))
    }
}

fn judge<'f>(
    own: &UserFlow,
    others: impl Iterator<Item = &'f UserFlow>,
    providers: &[String],
    apps: &[(String, String)],
) -> Verdict {
    let mut wrong = Vec::new();
    if own.is_sign_up_allowed() != Some(false) {
        wrong.push("anybody can sign up".to_owned());
    }
    let held = own.provider_ids();
    let same =
        held.len() == providers.len() && providers.iter().all(|p| held.contains(&p.as_str()));
    if !same {
        wrong.push(format!("users sign in by {}", list(&held)));
    }
    let attached = own.app_ids();
    let is_attached = |id: &str| attached.iter().any(|own| own.eq_ignore_ascii_case(id));
    for (name, id) in apps {
        if !is_attached(id) {
            wrong.push(format!("{name} is not in it"));
        }
    }
    for id in &attached {
        if !apps.iter().any(|(_, own)| own.eq_ignore_ascii_case(id)) {
            wrong.push(format!("another application is in it: {id}"));
        }
    }
    for other in others {
        if other.is_sign_up_allowed() != Some(false) {
            let name = other.display_name.as_deref().unwrap_or_default();
            wrong.push(format!("anybody can sign up by another user flow, {name}"));
        }
    }
    if wrong.is_empty() {
        let names: Vec<&str> = apps.iter().map(|(name, _)| name.as_str()).collect();
        Verdict::passed(format!(
            "sign-up is off; {} for {}",
            list(&held),
            list(&names)
        ))
    } else {
        Verdict::failed(wrong.join("; "), REMEDY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(name: &str) -> UserFlow {
        UserFlow::invitation_only(name, ["1", "2"], Vec::new())
    }

    fn said(own: &UserFlow, others: &[UserFlow]) -> Option<String> {
        let providers = ["EmailPassword-OAUTH".to_owned()];
        let apps = [("a", "1"), ("b", "2")].map(|(n, i)| (n.to_owned(), i.to_owned()));
        match judge(own, others.iter(), &providers, &apps) {
            Verdict::Failed { what, .. } => Some(what),
            _ => None,
        }
    }

    #[test]
    fn each_thing_that_is_wrong_is_said() {
        assert_eq!(said(&flow("own"), &[flow("another")]), None);
        // An answer that does not tell proves nothing good.
        let silent = UserFlow {
            on_interactive_auth_flow_start: None,
            ..flow("own")
        };
        assert_eq!(said(&silent, &[]).as_deref(), Some("anybody can sign up"));
        let open = UserFlow {
            on_interactive_auth_flow_start: Some(rhc_external_id::InteractiveStart::allowing(true)),
            ..flow("open")
        };
        let what = said(&flow("own"), &[open]).unwrap();
        assert!(what.contains("open"), "{what}");
        let social = ["EmailPassword-OAUTH", "Google-OAUTH"];
        let social = UserFlow {
            on_authentication_method_load_start: Some(rhc_external_id::MethodLoadStart::with(
                social,
            )),
            ..flow("own")
        };
        assert!(said(&social, &[]).unwrap().contains("Google-OAUTH"));
        let fewer = UserFlow::invitation_only("own", ["1"], Vec::new());
        assert_eq!(said(&fewer, &[]).as_deref(), Some("b is not in it"));
        let more = UserFlow::invitation_only("own", ["1", "2", "3"], Vec::new());
        assert!(said(&more, &[]).unwrap().contains('3'));
    }
}
