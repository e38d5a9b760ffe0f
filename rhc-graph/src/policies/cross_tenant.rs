//! What is allowed between this tenant and others.

use rhc_core::model;
use serde_json::Value;

pub(super) const PATH: &str = "/v1.0/policies/crossTenantAccessPolicy/default";

model! {
    /// What is allowed between this tenant and all others that have no setting of their own.
    ///
    /// Page: [crossTenantAccessPolicyConfigurationDefault](https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationdefault).
    CrossTenantDefault {
        /// Whether nobody changed it yet; given by the service.
        is_service_default: bool,
        /// Users of others as guests here.
        b2b_collaboration_inbound: B2bSetting,
        /// Users of this tenant as guests elsewhere.
        b2b_collaboration_outbound: B2bSetting,
        /// Users of others in shared channels here.
        b2b_direct_connect_inbound: B2bSetting,
        /// Users of this tenant in shared channels elsewhere.
        b2b_direct_connect_outbound: B2bSetting,
        /// Whether others' multifactor and device claims are believed.
        inbound_trust: Value,
    }
}

model! {
    /// Whom and what a direction is open for.
    B2bSetting {
        /// Users and groups.
        users_and_groups: TargetConfiguration,
        /// Applications.
        applications: TargetConfiguration,
    }
}

model! {
    /// Some targets, and whether they are allowed.
    TargetConfiguration {
        /// `allowed` or `blocked`.
        access_type: String,
        /// `{"target": "AllUsers", "targetType": "user"}` and the like.
        targets: Vec<Value>,
    }
}

impl B2bSetting {
    /// Closed to all users and all applications.
    pub fn blocked() -> Self {
        let all = |target: &str, kind: &str| TargetConfiguration {
            access_type: Some("blocked".to_owned()),
            targets: Some(vec![
                serde_json::json!({"target": target, "targetType": kind}),
            ]),
            ..TargetConfiguration::default()
        };
        Self {
            users_and_groups: Some(all("AllUsers", "user")),
            applications: Some(all("AllApplications", "application")),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn property_names_are_graphs() {
        let policy = CrossTenantDefault {
            b2b_collaboration_inbound: Some(B2bSetting::blocked()),
            ..CrossTenantDefault::default()
        };
        assert_eq!(
            json!(policy),
            json!({"b2bCollaborationInbound": {
                "usersAndGroups": {"accessType": "blocked", "targets": [{"target": "AllUsers", "targetType": "user"}]},
                "applications": {"accessType": "blocked", "targets": [{"target": "AllApplications", "targetType": "application"}]}}})
        );
    }
}
