//! Identities and roles.

use super::live::{SUBSCRIPTION, group, life, replay, seed, subscription};
use rhc_arm::{
    ArmClient, Resource, ResourceType,
    types::{
        authorization::{PrincipalType, RoleAssignment, RoleAssignmentProperties, RoleDefinition},
        managed_identity::{
            FederatedCredential, FederatedCredentialProperties, UserAssignedIdentity,
        },
    },
};
use serde_json::json;

fixture!(
    user_assigned_identities,
    "userAssignedIdentities",
    [],
    |arm: ArmClient| async move {
        life(
            arm,
            group(),
            "app-id",
            Resource::<UserAssignedIdentity>::default().at("eastus2"),
        )
        .await
    }
);

fixture!(
    federated_credentials,
    "federatedIdentityCredentials",
    [seed::identity],
    |arm: ArmClient| async move {
        let trusts = FederatedCredentialProperties::new(
            "https://token.actions.githubusercontent.com",
            "repo:org/repo:environment:qa",
            "api://AzureADTokenExchange",
        );
        life(
            arm,
            seed::id("Microsoft.ManagedIdentity/userAssignedIdentities", "app-id"),
            "github",
            Resource::<FederatedCredential>::new(trusts),
        )
        .await
    }
);

fixture!(
    role_definitions_named,
    "roleDefinitions.named",
    [],
    |arm: ArmClient| async move {
        let roles = arm.resources::<RoleDefinition>(subscription());
        Ok(json!([
            roles.named("AcrPull").await?,
            roles.named("no such role").await?
        ]))
    }
);

fixture!(
    role_assignments,
    "roleAssignments",
    [],
    |arm: ArmClient| async move {
        let identity = arm
            .resources::<UserAssignedIdentity>(group())
            .put("app-id", &Resource::default().at("eastus2"))
            .await?;
        let reader = subscription()
            .resource(RoleDefinition::TYPE, "acdd72a7-3385-48ef-bd42-f606fba81ae7")
            .unwrap();
        let principal = identity.properties.principal_id.unwrap_or_default();
        let assignment = RoleAssignmentProperties::new(
            reader,
            principal.clone(),
            PrincipalType::ServicePrincipal,
        );
        let name = "33333333-3333-4333-8333-333333333333";
        let assignments = arm.resources::<RoleAssignment>(group());
        let made = assignments.put(name, &Resource::new(assignment)).await?;
        let mine = assignments
            .list_filtered(&format!("principalId eq '{principal}'"))
            .collect_all()
            .await?;
        assignments.delete(name).await?;
        assignments.delete(name).await?;
        Ok(
            json!({"made": made, "mine": mine.len(), "gone": assignments.get_opt(name).await?.is_none()}),
        )
    }
);

fixture!(
    permissions_over_a_subscription,
    "subscriptions.permissions",
    [],
    |arm: ArmClient| async move {
        let scope = arm.subscription(&SUBSCRIPTION.parse().unwrap());
        Ok(json!(scope.permissions().collect_all().await?))
    }
);

fixture!(
    permissions_over_a_group,
    "resourceGroups.permissions",
    [seed::reader_of_vaults],
    |arm: ArmClient| async move {
        let scope = arm.resource_group(&SUBSCRIPTION.parse().unwrap(), "fixtures-rg");
        let held = scope.permissions().collect_all().await?;
        let secrets = "Microsoft.KeyVault/vaults/secrets/readMetadata/action";
        let allows = held.iter().any(|one| one.allows_data(secrets));
        Ok(json!({"held": held, "allows": allows}))
    }
);
