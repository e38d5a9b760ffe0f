//! `permissions`: what whoever carries the plan out must be allowed, and the commands that allow it.

use std::collections::BTreeMap;

use serde_json::json;

use super::args::Purpose;
use super::failure::{CliError, full};
use super::session::Session;
use crate::engine::{Exit, Key, Outputs, Plan, Takedown};
use crate::permissions::{TenantNeeds, commands, needs, needs_of_takedown};
use crate::report::{Tone, count};
use crate::runbook::{RecordingError, SEEDS, record, record_takedown};

/// A plan, what it needs, and what is known of the things that are there.
struct Asked {
    plan: Plan,
    needs: Vec<TenantNeeds>,
    known: BTreeMap<Key, Outputs>,
}

impl Session<'_> {
    /// Plans, and says what that needs.
    pub(super) async fn permissions(&mut self) -> Result<Exit, CliError> {
        let Asked {
            plan,
            needs: all,
            known,
        } = match self.args.purpose {
            Purpose::Apply => self.of_apply().await?,
            Purpose::Destroy => self.of_destroy().await?,
        };
        let lacking = self.lacking(&all, &known).await?;
        for tenant in &all {
            self.say_needs(tenant);
        }
        let billing = &self.manifest.billing.tenant;
        let makes = plan.entries.iter().filter(|entry| {
            entry.kind == "Microsoft.Subscription/aliases"
                && matches!(entry.action, crate::engine::Action::Create { .. })
        });
        let makes: Vec<&str> = makes.map(|entry| entry.name.as_str()).collect();
        if !makes.is_empty() {
            let words = format!(
                "Billing, in the tenant '{billing}': whoever makes {} needs the role Azure subscription creator (or Contributor, or Owner) on the invoice section, or Enrollment account subscription creator under an Enterprise Agreement. Azure portal > Cost Management + Billing > the invoice section > Access control (IAM).",
                makes.join(" and ")
            );
            self.console.line("");
            self.console.line(&words);
        }
        if lacking.is_empty() {
            self.console.line("");
            self.console.line(
                "Whoever signed in has all of that, as far as there is something to have it in.",
            );
        } else {
            self.foreseen(&lacking);
        }
        self.document.preflight.extend(lacking);
        self.document.permissions = Some(json!(all));
        self.document.planned(plan);
        Ok(Exit::Done)
    }

    async fn of_apply(&mut self) -> Result<Asked, CliError> {
        let recovery = self.earlier_runs().await?;
        let planned = self.plan(recovery).await?;
        let [seed, _] = SEEDS;
        let recording = record(self.manifest, seed).map_err(not_rehearsed)?;
        Ok(Asked {
            needs: needs(self.manifest, &recording, &planned.plan),
            known: planned.outputs(&self.rollout),
            plan: planned.plan,
        })
    }

    async fn of_destroy(&mut self) -> Result<Asked, CliError> {
        super::destroy::must_be_for_tests(self.manifest)?;
        let recovery = self.earlier_runs().await?;
        let Takedown { planned, known, .. } = self.plan_takedown(recovery).await?;
        let [seed, _] = SEEDS;
        let recording = record_takedown(self.manifest, seed).map_err(not_rehearsed)?;
        Ok(Asked {
            needs: needs_of_takedown(self.manifest, &recording, &planned.plan),
            known,
            plan: planned.plan,
        })
    }

    fn say_needs(&mut self, tenant: &TenantNeeds) {
        let mut text = self.console.text();
        text.gap();
        text.heading(&format!("{} ({})", tenant.tenant, tenant.domain));
        for (permission, steps) in &tenant.graph {
            let line = format!("Microsoft Graph {permission}: {}", count(*steps, "step"));
            text.marked("  - ", Tone::Plain, Tone::Plain, &line);
        }
        for role in &tenant.directory_roles {
            let line = format!("directory role {} ({})", role.name, role.template_id);
            text.marked("  - ", Tone::Plain, Tone::Plain, &line);
        }
        for (subscription, needs) in &tenant.azure {
            let line = if needs.made {
                format!(
                    "Azure {subscription}: nothing to give, for whoever makes a subscription owns it ({})",
                    count(needs.actions.len(), "action")
                )
            } else {
                format!(
                    "Azure {subscription}: {}",
                    count(needs.actions.len(), "action")
                )
            };
            text.marked("  - ", Tone::Plain, Tone::Plain, &line);
        }
        for request in &tenant.unknown {
            let line = format!("unknown: nobody here knows who may send {request}");
            text.marked("  ? ", Tone::Warn, Tone::Plain, &line);
        }
        self.console.show(text);
        self.console.say("\n");
        for command in typed(tenant) {
            self.console.say(&format!("{command}\n"));
        }
    }
}

fn not_rehearsed(error: RecordingError) -> CliError {
    CliError::failed(
        full(&error),
        "what is needed is read off a rehearsal: see what rehearse says of this environment file",
    )
}

/// What an administrator of the tenant types. They stand whole on their lines, to be copied.
fn typed(tenant: &TenantNeeds) -> Vec<String> {
    let mut lines = Vec::new();
    let domain = &tenant.domain;
    let scopes: Vec<&str> = tenant.graph.keys().map(String::as_str).collect();
    if !scopes.is_empty() {
        lines
            .push("# PowerShell: asks for exactly these, and an administrator consents".to_owned());
        lines.push(format!(
            "Connect-MgGraph -TenantId {domain} -Scopes {}",
            scopes.join(",")
        ));
        lines.push(
            "# or in a browser, for everybody who uses Microsoft Graph Command Line Tools"
                .to_owned(),
        );
        lines.push(commands::consent(domain, None, &scopes));
    }
    if !tenant.directory_roles.is_empty() {
        lines.push(format!("# Azure CLI, signed in to {domain} as a Privileged Role Administrator; WHO is the object id of who gets it"));
    }
    let roles = tenant.directory_roles.iter();
    lines.extend(roles.map(|role| commands::directory_role("WHO", role)));
    for (subscription, needs) in tenant.azure.iter().filter(|(_, needs)| !needs.made) {
        lines.extend(commands::own_role(subscription, needs));
    }
    lines
}
