//! A second factor of everybody but the emergency account.

use async_trait::async_trait;
use rhc_graph::{ConditionalAccessPolicy, ConditionalAccessState, ListQuery, UserKey};
use serde_json::Value;

use super::list;
use crate::engine::TenantKey;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

/// The policy is in force for all users of all apps, and only the emergency accounts are left out.
pub(super) struct SecondFactor(pub(super) TenantKey);

#[async_trait]
impl Check for SecondFactor {
    fn id(&self) -> String {
        format!("control-plane/second-factor/{}", self.0)
    }

    fn title(&self) -> String {
        "A second factor is demanded of everybody but the emergency account".to_owned()
    }

    fn tenant(&self) -> TenantKey {
        self.0.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "passwords are guessed, shared and stolen".to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let manifest = cx.manifest();
        let name = &manifest.customers.mfa.policy_name;
        let graph = cx.graph(self.0.as_str()).await?;
        let mut emergency = Vec::new();
        if let Some(tenant) = manifest.tenant(self.0.as_str()) {
            let people = tenant.native_administrators.iter();
            for person in people.filter(|person| person.break_glass) {
                let user = format!("{}@{}", person.user, tenant.domain);
                let key = UserKey::PrincipalName(user.clone());
                let found = graph.users().get_opt(key).await?;
                let id = found.and_then(|user| user.id);
                let id = id.ok_or_else(|| {
                    Unproven::because(format!("the emergency account {user} is not there"))
                })?;
                emergency.push(id.to_string());
            }
        }
        let policies = graph.conditional_access().list(ListQuery::default());
        let policies = policies.collect_all().await?;
        let own: Vec<_> = policies
            .iter()
            .filter(|policy| policy.deleted_date_time.is_none())
            .filter(|policy| policy.display_name.as_deref() == Some(name))
            .collect();
        match own.as_slice() {
            [] => Err(Unproven::because(format!(
                "the Conditional Access policy {name} is not there"
            ))),
            [policy] => Ok(judge(policy, &emergency)),
            several => Ok(Verdict::failed(
                format!("{} policies are called {name}", several.len()),
                "find out in the portal (Protection > Conditional Access) which one was made by hand, and delete it",
            )),
        }
    }
}

fn judge(policy: &ConditionalAccessPolicy, emergency: &[String]) -> Verdict {
    let mut wrong = Vec::new();
    if policy.state != Some(ConditionalAccessState::Enabled) {
        let state = policy
            .state
            .as_ref()
            .map_or("unknown", |state| state.as_str());
        wrong.push(format!("its state is {state}"));
    }
    let conditions = policy.conditions.clone().unwrap_or_default();
    let (users, applications) = (
        conditions.users.unwrap_or_default(),
        conditions.applications.unwrap_or_default(),
    );
    for (what, included) in [
        ("users", users.include_users),
        ("applications", applications.include_applications),
    ] {
        if included.unwrap_or_default() != ["All"] {
            wrong.push(format!("it does not count for all {what}"));
        }
    }
    let strangers: Vec<String> = users
        .exclude_users
        .unwrap_or_default()
        .into_iter()
        .filter(|id| !emergency.iter().any(|own| own.eq_ignore_ascii_case(id)))
        .collect();
    if !strangers.is_empty() {
        wrong.push(format!("it leaves out the users {}", list(&strangers)));
    }
    for (what, left_out) in [
        ("groups", users.exclude_groups),
        ("roles", users.exclude_roles),
        ("applications", applications.exclude_applications),
    ] {
        let left_out = left_out.unwrap_or_default();
        if !left_out.is_empty() {
            wrong.push(format!("it leaves out the {what} {}", list(&left_out)));
        }
    }
    if conditions
        .client_app_types
        .is_some_and(|types| types != ["all"])
    {
        wrong.push("it does not count for all kinds of clients".to_owned());
    }
    // Conditions that this version has no words for make it count less often, if they say anything.
    let rest = conditions
        .rest
        .iter()
        .chain(&users.rest)
        .chain(&applications.rest);
    for (name, value) in rest {
        if !says_nothing(value) && !name.contains('@') {
            wrong.push(format!("it counts only where {name} is met"));
        }
    }
    let grant = policy.grant_controls.clone().unwrap_or_default();
    let controls = grant.built_in_controls.unwrap_or_default();
    let is_enough = controls == ["mfa"]
        || (grant.operator.as_deref() == Some("AND") && controls.iter().any(|one| one == "mfa"));
    if !is_enough {
        wrong.push(format!("it demands {}", list(&controls)));
    }
    if wrong.is_empty() {
        Verdict::passed(format!(
            "in force for all users of all applications but {} emergency account(s)",
            emergency.len()
        ))
    } else {
        Verdict::failed(
            wrong.join("; "),
            "plan and apply set it right; then look in the audit log who changed it",
        )
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(says_nothing),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(edit: impl Fn(&mut Value)) -> Option<String> {
        let mut policy = json!(ConditionalAccessPolicy::require_mfa(
            "MFA",
            vec!["E".into()]
        ));
        edit(&mut policy);
        let policy = serde_json::from_value(policy).unwrap();
        match judge(&policy, &["e".to_owned()]) {
            Verdict::Failed { what, .. } => Some(what),
            _ => None,
        }
    }

    #[test]
    fn each_hole_is_said_and_empty_conditions_are_none() {
        assert_eq!(said(|_| ()), None);
        assert_eq!(
            said(|policy| {
                policy["conditions"]["signInRiskLevels"] = json!([]);
                policy["conditions"]["devices"] = json!({"includeDevices": []});
            }),
            None
        );
        let holes: [(&str, Value, &str); 9] = [
            (
                "/state",
                json!("enabledForReportingButNotEnforced"),
                "state",
            ),
            ("/conditions/users/includeUsers", json!(["x"]), "all users"),
            (
                "/conditions/applications/includeApplications",
                json!(["x"]),
                "all applications",
            ),
            (
                "/conditions/users/excludeUsers",
                json!(["E", "x"]),
                "users x",
            ),
            ("/conditions/users/excludeGroups", json!(["x"]), "groups x"),
            ("/conditions/users/excludeRoles", json!(["x"]), "roles x"),
            (
                "/conditions/applications/excludeApplications",
                json!(["x"]),
                "applications x",
            ),
            ("/conditions/clientAppTypes", json!(["browser"]), "clients"),
            (
                "/grantControls/builtInControls",
                json!(["mfa", "passwordChange"]),
                "demands",
            ),
        ];
        for (pointer, value, words) in holes {
            let what = said(|policy| {
                let (place, name) = pointer.rsplit_once('/').unwrap();
                policy.pointer_mut(place).unwrap()[name] = value.clone();
            });
            assert!(
                what.as_ref().is_some_and(|what| what.contains(words)),
                "{pointer}: {what:?}"
            );
        }
        let place = json!({"includeLocations": ["All"], "excludeLocations": ["office"]});
        let what = said(|policy| policy["conditions"]["locations"] = place.clone());
        assert!(what.unwrap().contains("locations"));
    }
}
