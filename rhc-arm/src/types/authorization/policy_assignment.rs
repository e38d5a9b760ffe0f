//! Policy assignments.

use crate::{Resource, ResourceId, ResourceType, model, open_enum};
use serde_json::{Value, json};
use std::collections::BTreeMap;

model! {
    /// What a policy assignment has.
    PolicyAssignmentProperties {
        /// Its name for people: at most 128 characters.
        display_name: String,
        /// What it is for.
        description: String,
        /// The definition, or the set of definitions, that it applies.
        policy_definition_id: ResourceId,
        /// Which versions of the definition, such as `1.*.*`.
        definition_version: String,
        /// The values of the definition's parameters.
        parameters: BTreeMap<String, PolicyParameter>,
        /// Scopes below its own where it does not hold.
        not_scopes: Vec<String>,
        /// Whether its effect is enforced.
        enforcement_mode: EnforcementMode,
        /// What whoever breaks it is told.
        non_compliance_messages: Vec<NonComplianceMessage>,
        /// Where it holds. Only the service writes it.
        scope: ResourceId,
    }

    /// The value of a parameter.
    PolicyParameter {
        /// The value.
        value: Value,
    }

    /// What whoever breaks a policy is told.
    NonComplianceMessage {
        /// The words.
        message: String,
        /// The policy of a set that they are about.
        policy_definition_reference_id: String,
    }
}

open_enum! {
    /// Whether a policy's effect is enforced.
    EnforcementMode {
        /// It is.
        Default = "Default",
        /// It is only evaluated.
        DoNotEnforce = "DoNotEnforce",
        /// It is enforced for those who enrol.
        Enroll = "Enroll",
    }
}

/// A policy assignment, named by at most 64 characters (128 at a management group: 24): an extension of a subscription, a group or a resource.
///
/// What a policy denies is answered with the code `RequestDisallowedByPolicy` (403) to whoever writes. Codes worth matching here:
/// `PolicyDefinitionNotFound` (404), `MissingPolicyParameter` and `UndefinedPolicyParameter` (400).
///
/// Role: Resource Policy Contributor; Contributor may not write it.
/// Source: [policy assignments](https://learn.microsoft.com/azure/templates/microsoft.authorization/policyassignments).
#[derive(Debug, Clone)]
pub enum PolicyAssignment {}

impl PolicyAssignment {
    /// An assignment of a definition.
    pub fn of(definition: ResourceId) -> Resource<Self> {
        Resource::new(PolicyAssignmentProperties {
            policy_definition_id: Some(definition),
            ..PolicyAssignmentProperties::default()
        })
    }

    /// The id of a definition that Azure has built in.
    pub fn built_in(definition: &str) -> ResourceId {
        ResourceId::root().provider("Microsoft.Authorization/policyDefinitions", definition)
    }
}

impl PolicyAssignmentProperties {
    /// With this value of a parameter.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let value = PolicyParameter {
            value: Some(json!(value.into())),
            ..PolicyParameter::default()
        };
        self.parameters
            .get_or_insert_default()
            .insert(name.into(), value);
        self
    }
}

impl ResourceType for PolicyAssignment {
    const TYPE: &'static str = "Microsoft.Authorization/policyAssignments";
    const API_VERSION: &'static str = "2025-01-01";
    const READ_ONLY: &'static [&'static str] = &[
        "scope",
        "latestDefinitionVersion",
        "effectiveDefinitionVersion",
        "instanceId",
    ];
    const LONG_RUNNING: bool = false;
    type Properties = PolicyAssignmentProperties;
}
