//! Conditional Access policies.

use crate::{GraphClient, ListQuery};
use rhc_core::{Method, Pages, Path, Request, Result};
use rhc_core::{model, open_enum};
use serde_json::Value;

open_enum! {
    /// Whether a policy is in force.
    ConditionalAccessState {
        /// It is.
        Enabled = "enabled",
        /// It is not.
        Disabled = "disabled",
        /// It only reports what it would do.
        ReportOnly = "enabledForReportingButNotEnforced",
    }
}

model! {
    /// A Conditional Access policy.
    ///
    /// Page: [conditionalAccessPolicy](https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy).
    ConditionalAccessPolicy {
        /// Its id; given by the service.
        id: String,
        /// Its name; not unique.
        display_name: String,
        /// Whether it is in force.
        state: ConditionalAccessState,
        /// When it applies.
        conditions: Conditions,
        /// What it demands.
        grant_controls: GrantControls,
        /// What it limits in a session.
        session_controls: Value,
        /// When it was made; given by the service.
        created_date_time: String,
        /// When it was changed; given by the service.
        modified_date_time: String,
        /// When it was deleted, where it can still be restored; given by the service.
        deleted_date_time: String,
    }
}

model! {
    /// When a policy applies.
    Conditions {
        /// To which clients; `all`.
        client_app_types: Vec<String>,
        /// To which applications.
        applications: ConditionApplications,
        /// To which users.
        users: ConditionUsers,
    }
}

model! {
    /// The applications that a policy applies to.
    ConditionApplications {
        /// Application ids, or `All`.
        include_applications: Vec<String>,
        /// Application ids.
        exclude_applications: Vec<String>,
    }
}

model! {
    /// The users that a policy applies to. External tenants accept only `All` as the included ones.
    ConditionUsers {
        /// Object ids, or `All`.
        include_users: Vec<String>,
        /// Object ids; the break-glass account belongs here.
        exclude_users: Vec<String>,
        /// Groups.
        include_groups: Vec<String>,
        /// Groups.
        exclude_groups: Vec<String>,
        /// Role definitions.
        include_roles: Vec<String>,
        /// Role definitions.
        exclude_roles: Vec<String>,
    }
}

model! {
    /// What a policy demands.
    GrantControls {
        /// `AND` or `OR`.
        operator: String,
        /// `mfa`, `block`, `compliantDevice`, `passwordChange` and others.
        built_in_controls: Vec<String>,
    }
}

impl ConditionalAccessPolicy {
    /// Demands a second factor of all users in all applications, but for these users.
    pub fn require_mfa(display_name: impl Into<String>, except: Vec<String>) -> Self {
        let all = || Some(vec!["All".to_owned()]);
        Self {
            display_name: Some(display_name.into()),
            state: Some(ConditionalAccessState::Enabled),
            conditions: Some(Conditions {
                client_app_types: Some(vec!["all".to_owned()]),
                applications: Some(ConditionApplications {
                    include_applications: all(),
                    ..ConditionApplications::default()
                }),
                users: Some(ConditionUsers {
                    include_users: all(),
                    exclude_users: Some(except),
                    ..ConditionUsers::default()
                }),
                ..Conditions::default()
            }),
            grant_controls: Some(GrantControls {
                operator: Some("OR".to_owned()),
                built_in_controls: Some(vec!["mfa".to_owned()]),
                ..GrantControls::default()
            }),
            ..Self::default()
        }
    }
}

/// The Conditional Access policies of this tenant.
///
/// The service takes one request a second per tenant and names no time to wait: give the client
/// [`pacing::pacer`](crate::pacing::pacer).
#[derive(Debug, Clone)]
pub struct ConditionalAccess {
    pub(crate) client: GraphClient,
}

impl ConditionalAccess {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Reads one.
    ///
    /// Request: `GET /identity/conditionalAccess/policies/{id}`, operation `conditionalAccess.get`.
    /// Permission: `Policy.Read.All`.
    /// Page: [conditionalaccesspolicy-get](https://learn.microsoft.com/graph/api/conditionalaccesspolicy-get).
    ///
    /// # Errors
    /// 404.
    pub async fn get(&self, id: &str) -> Result<ConditionalAccessPolicy> {
        let request = one("conditionalAccess.get", Method::Get, id);
        self.client.read(request).await
    }

    /// Lists them.
    ///
    /// Request: `GET /identity/conditionalAccess/policies`, operation `conditionalAccess.list`.
    /// Permission: `Policy.Read.All`.
    /// Page: [conditionalaccessroot-list-policies](https://learn.microsoft.com/graph/api/conditionalaccessroot-list-policies).
    pub fn list(&self, query: ListQuery) -> Pages<ConditionalAccessPolicy> {
        let request = Request::new("conditionalAccess.list", Method::Get, all());
        self.client.pages(query.apply(request))
    }

    /// Creates one. Names are not unique: a repeated call makes a second one.
    ///
    /// Request: `POST /identity/conditionalAccess/policies`, operation `conditionalAccess.create`.
    /// Permission: `Policy.Read.All`, `Policy.ReadWrite.ConditionalAccess` and `Application.Read.All`.
    /// Page: [conditionalaccessroot-post-policies](https://learn.microsoft.com/graph/api/conditionalaccessroot-post-policies).
    ///
    /// # Errors
    /// 400 `BadRequest` for a policy without conditions or controls; 429 without a time to wait.
    pub async fn create(
        &self,
        policy: &ConditionalAccessPolicy,
    ) -> Result<ConditionalAccessPolicy> {
        let request = Request::new("conditionalAccess.create", Method::Post, all());
        self.client.read(request.json(policy)).await
    }

    /// Changes the given properties; others stay.
    ///
    /// Request: `PATCH /identity/conditionalAccess/policies/{id}`, operation `conditionalAccess.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [conditionalaccesspolicy-update](https://learn.microsoft.com/graph/api/conditionalaccesspolicy-update).
    ///
    /// # Errors
    /// 404; 400 `BadRequest`.
    pub async fn update(&self, id: &str, policy: &ConditionalAccessPolicy) -> Result<()> {
        let request = one("conditionalAccess.update", Method::Patch, id);
        self.client
            .write(request.json(policy).idempotent(true))
            .await
    }

    /// Deletes one.
    ///
    /// Request: `DELETE /identity/conditionalAccess/policies/{id}`, operation `conditionalAccess.delete`.
    /// Permission: `Policy.Read.All` and `Policy.ReadWrite.ConditionalAccess`.
    /// Page: [conditionalaccesspolicy-delete](https://learn.microsoft.com/graph/api/conditionalaccesspolicy-delete).
    ///
    /// # Errors
    /// 404.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let request = one("conditionalAccess.delete", Method::Delete, id);
        self.client.write(request).await
    }
}

fn all() -> Path {
    Path::new("/v1.0/identity/conditionalAccess/policies")
}

fn one(operation: &'static str, method: Method, id: &str) -> Request {
    Request::new(operation, method, all().segment(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_second_factor_for_all_is_one_policy() {
        let policy = ConditionalAccessPolicy::require_mfa("MFA", vec!["break-glass".into()]);
        assert_eq!(
            json!(policy),
            json!({"displayName": "MFA", "state": "enabled",
                "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]},
                    "users": {"includeUsers": ["All"], "excludeUsers": ["break-glass"]}},
                "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}})
        );
    }
}
