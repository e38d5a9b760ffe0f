//! What nobody may do, whatever his role; and roles of one's own.

use super::live::{group, life, replay, seed, subscription};
use rhc_arm::{
    ArmClient, Resource,
    types::{
        authorization::{
            Lock, LockLevel, Permission, PolicyAssignment, RoleDefinition, RoleDefinitionProperties,
        },
        managed_identity::UserAssignedIdentity,
        resources::ResourceGroup,
    },
};
use rhc_core::testing::refusal;
use serde_json::json;

/// "Allowed locations".
const ALLOWED_LOCATIONS: &str = "e56962a6-4747-49cd-b67b-bf8b01975c4c";
const ROLE: &str = "44444444-4444-4444-8444-444444444444";

fn stay_east() -> Resource<PolicyAssignment> {
    let definition = PolicyAssignment::built_in(ALLOWED_LOCATIONS);
    let mut assignment = PolicyAssignment::of(definition);
    assignment.properties = assignment
        .properties
        .parameter("listOfAllowedLocations", json!(["eastus2"]));
    assignment
}

fn starter() -> Resource<RoleDefinition> {
    let permission = Permission {
        actions: Some(vec!["Microsoft.App/jobs/start/action".to_owned()]),
        ..Permission::default()
    };
    RoleDefinition::custom("Job starter", permission, [subscription()])
}

fixture!(locks, "locks", [], |arm: ArmClient| async move {
    let lock = Lock::of(LockLevel::CanNotDelete, "the databases' logs");
    life(arm, group(), "keep", lock).await
});

fixture!(
    locks_keep,
    "locks.held",
    [seed::lock],
    |arm: ArmClient| async move {
        let groups = arm.resources::<ResourceGroup>(subscription());
        Ok(json!(refusal(groups.delete("fixtures-rg").await)?))
    }
);

fixture!(
    lock_that_is_missing,
    "locks.get.missing",
    [],
    |arm: ArmClient| async move {
        Ok(json!(refusal(
            arm.resources::<Lock>(group()).get("keep").await
        )?))
    }
);

fixture!(
    policy_assignments,
    "policyAssignments",
    [],
    |arm: ArmClient| async move { life(arm, group(), "stay-east", stay_east()).await }
);

fixture!(
    policy_assignments_update,
    "policyAssignments.update",
    [],
    |arm: ArmClient| async move {
        let assignments = arm.resources::<PolicyAssignment>(group());
        assignments.put("stay-east", &stay_east()).await?;
        let identity = json!({"identity": {"type": "SystemAssigned"}, "location": "eastus2"});
        Ok(json!(assignments.update("stay-east", &identity).await?))
    }
);

fixture!(
    policy_denies,
    "policyAssignments.enforced",
    [],
    |arm: ArmClient| async move {
        let assignments = arm.resources::<PolicyAssignment>(group());
        assignments.put("stay-east", &stay_east()).await?;
        let identities = arm.resources::<UserAssignedIdentity>(group());
        let west = Resource::default().at("westus");
        Ok(json!(refusal(identities.put("app-id", &west).await)?))
    }
);

fixture!(
    policy_of_no_definition,
    "policyAssignments.put.unknownDefinition",
    [],
    |arm: ArmClient| async move {
        let unknown = PolicyAssignment::built_in("55555555-5555-4555-8555-555555555555");
        let assignments = arm.resources::<PolicyAssignment>(group());
        let assignment = PolicyAssignment::of(unknown);
        Ok(json!(refusal(
            assignments.put("nothing", &assignment).await
        )?))
    }
);

fixture!(
    role_definitions,
    "roleDefinitions",
    [],
    |arm: ArmClient| async move { life(arm, subscription(), ROLE, starter()).await }
);

fixture!(
    role_definition_of_a_taken_name,
    "roleDefinitions.put.taken",
    [],
    |arm: ArmClient| async move {
        let reader = Resource::new(RoleDefinitionProperties {
            role_name: Some("Reader".to_owned()),
            ..starter().properties
        });
        let roles = arm.resources::<RoleDefinition>(subscription());
        Ok(json!(refusal(roles.put(ROLE, &reader).await)?))
    }
);
