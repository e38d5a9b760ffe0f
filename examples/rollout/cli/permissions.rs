//! `permissions`: what whoever carries the plan out must be allowed, and the commands that allow it.

use serde_json::json;

use super::failure::{CliError, full};
use super::session::Session;
use crate::engine::Exit;
use crate::permissions::{AzureNeeds, TenantNeeds, needs};
use crate::report::{Tone, count};
use crate::runbook::{SEEDS, record};
use crate::sign_in::GRAPH_CLIENT;

impl Session<'_> {
    /// Plans, and says what that needs.
    pub(super) async fn permissions(&mut self) -> Result<Exit, CliError> {
        let recovery = self.earlier_runs().await?;
        let plan = self.plan(recovery).await?.plan;
        let [seed, _] = SEEDS;
        let recording = record(self.manifest, seed).map_err(|error| {
            CliError::failed(
                full(&error),
                "what is needed is read off a rehearsal: see what rehearse says of this environment file",
            )
        })?;
        let all = needs(self.manifest, &recording, &plan);
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
        self.document.permissions = Some(json!(all));
        self.document.planned(plan);
        Ok(Exit::Done)
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
            let line = format!("unknown: nobody here knows what {request} needs");
            text.marked("  ? ", Tone::Warn, Tone::Plain, &line);
        }
        self.console.show(text);
        self.console.say("\n");
        for command in commands(tenant) {
            self.console.say(&format!("{command}\n"));
        }
    }
}

/// What an administrator of the tenant types. They stand whole on their lines, to be copied.
fn commands(tenant: &TenantNeeds) -> Vec<String> {
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
        let full: Vec<String> = scopes
            .iter()
            .map(|scope| format!("https://graph.microsoft.com/{scope}"))
            .collect();
        lines.push(
            "# or in a browser, for everybody who uses Microsoft Graph Command Line Tools"
                .to_owned(),
        );
        lines.push(format!(
            "https://login.microsoftonline.com/{domain}/v2.0/adminconsent?client_id={GRAPH_CLIENT}&scope={}",
            full.join("%20")
        ));
    }
    if !tenant.directory_roles.is_empty() {
        lines.push(format!("# Azure CLI, signed in to {domain} as a Privileged Role Administrator; WHO is the object id of who gets it"));
    }
    for role in &tenant.directory_roles {
        let body = format!(
            "{{\"principalId\": \"WHO\", \"roleDefinitionId\": \"{}\", \"directoryScopeId\": \"/\"}}",
            role.template_id
        );
        lines.push(format!(
            "az rest --method post --url https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments --body '{body}' # {}",
            role.name
        ));
    }
    for (subscription, needs) in tenant.azure.iter().filter(|(_, needs)| !needs.made) {
        lines.extend(role(subscription, needs));
    }
    lines
}

/// A role of one's own with these actions and no others.
fn role(subscription: &str, needs: &AzureNeeds) -> [String; 3] {
    let actions: Vec<&str> = needs.actions.iter().map(String::as_str).collect();
    let definition = json!({
        "Name": format!("Rollout of {subscription}"),
        "Description": "What the rollout does here, and nothing else",
        "Actions": actions,
        "AssignableScopes": ["/subscriptions/'\"$subscription\"'"],
    });
    [
        format!(
            "subscription=$(az account show --subscription '{subscription}' --query id --output tsv)"
        ),
        format!(
            "az role definition create --role-definition '{}'",
            definition.to_string().replace("\\\"", "\"")
        ),
        format!(
            "az role assignment create --assignee WHO --role 'Rollout of {subscription}' --scope \"/subscriptions/$subscription\""
        ),
    ]
}
