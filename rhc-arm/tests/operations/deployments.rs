//! Deployments of templates.

use super::live::{group, replay, seed, subscription};
use rhc_arm::{ArmClient, Resource, types::resources::Deployment};
use rhc_core::testing::refusal;
use serde_json::{Value, json};

fn template() -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"prefix": {"type": "String"}},
        "resources": [{
            "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
            "apiVersion": "2024-11-30",
            "name": "[concat(parameters('prefix'), '-id')]",
            "location": "[resourceGroup().location]",
            "tags": {"owner": "platform"},
        }],
        "outputs": {"identity": {"type": "String", "value": "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', concat(parameters('prefix'), '-id'))]"}},
    })
}

fn deployment() -> Resource<Deployment> {
    let mut deployment = Deployment::incremental(template());
    deployment.properties = deployment.properties.parameter("prefix", "app");
    deployment
}

/// A group, which is what subscriptions have deployed into them.
fn of_a_subscription() -> Resource<Deployment> {
    let mut template = template();
    template["parameters"] = json!({});
    template["outputs"] = json!({});
    template["resources"] = json!([{
        "type": "Microsoft.Resources/resourceGroups", "apiVersion": "2025-04-01", "name": "deployed-rg", "location": "eastus2",
    }]);
    Deployment::incremental(template).at("eastus2")
}

fixture!(
    deployments,
    "deployments",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        let made = deployments.put("roll-out", &deployment()).await?;
        let read = deployments.get("roll-out").await?;
        let listed = deployments.list().collect_all().await?;
        deployments.delete("roll-out").await?;
        let gone = deployments.get_opt("roll-out").await?.is_none();
        Ok(json!({"made": made, "same": made == read, "listed": listed.len(), "gone": gone}))
    }
);

fixture!(
    deployments_of_a_subscription,
    "deployments.subscription",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(subscription());
        let made = deployments.put("roll-out", &of_a_subscription()).await?;
        Ok(json!(made.properties.output_resources))
    }
);

fixture!(
    deployments_what_if,
    "deployments.what_if",
    [seed::identity],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        let changes = deployments.begin_what_if("roll-out", &deployment()).await?;
        let in_subscription = arm.resources::<Deployment>(subscription());
        let group = of_a_subscription();
        let above = in_subscription.begin_what_if("roll-out", &group).await?;
        Ok(json!([changes.await?, above.await?]))
    }
);

fixture!(
    deployments_validate,
    "deployments.validate",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        let deployment = deployment();
        let valid = deployments.begin_validate("roll-out", &deployment).await?;
        Ok(json!(valid.await?))
    }
);

fixture!(
    deployment_without_a_parameter,
    "deployments.put.noParameter",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        let deployment = Deployment::incremental(template());
        Ok(json!(refusal(
            deployments.put("roll-out", &deployment).await
        )?))
    }
);

fixture!(
    deployment_validated_without_a_parameter,
    "deployments.validate.noParameter",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        let deployment = Deployment::incremental(template());
        Ok(json!(refusal(
            deployments.begin_validate("roll-out", &deployment).await
        )?))
    }
);

fixture!(
    deployment_foretold_without_a_parameter,
    "deployments.what_if.noParameter",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        let deployment = Deployment::incremental(template());
        Ok(json!(refusal(
            deployments.begin_what_if("roll-out", &deployment).await
        )?))
    }
);

fixture!(
    deployments_operations,
    "deployments.operations",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        deployments.put("roll-out", &deployment()).await?;
        let all = deployments.operations("roll-out")?.collect_all().await?;
        Ok(json!(all))
    }
);

fixture!(
    deployments_operation,
    "deployments.operation",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        deployments.put("roll-out", &deployment()).await?;
        let all = deployments.operations("roll-out")?.collect_all().await?;
        let first = all.first().and_then(|own| own.operation_id.clone());
        let one = deployments
            .operation("roll-out", &first.unwrap_or_default())
            .await?;
        Ok(json!(one))
    }
);

fixture!(
    deployments_export_template,
    "deployments.export_template",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        deployments.put("roll-out", &deployment()).await?;
        Ok(json!(deployments.export_template("roll-out").await?))
    }
);

fixture!(
    deployments_cancel,
    "deployments.cancel",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        let _going_on = deployments.begin_put("roll-out", &deployment()).await?;
        deployments.cancel("roll-out").await?;
        let read = deployments.get("roll-out").await?;
        Ok(json!(read.properties.provisioning_state))
    }
);

fixture!(
    deployment_that_is_missing,
    "deployments.get.missing",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        Ok(json!(refusal(deployments.get("nobody").await)?))
    }
);

fixture!(
    deployment_operations_of_none,
    "deployments.operations.missing",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        let all = deployments.operations("nobody")?.collect_all().await;
        Ok(json!(refusal(all)?))
    }
);

fixture!(
    deployment_operation_that_is_missing,
    "deployments.operation.missing",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        deployments.put("roll-out", &deployment()).await?;
        let one = deployments.operation("roll-out", "88A2CF5860583BC5").await;
        Ok(json!(refusal(one)?))
    }
);

fixture!(
    deployment_exported_of_none,
    "deployments.export_template.missing",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        Ok(json!(refusal(deployments.export_template("nobody").await)?))
    }
);

fixture!(
    deployment_canceled_when_it_is_over,
    "deployments.cancel.over",
    [],
    |arm: ArmClient| async move {
        let deployments = arm.resources::<Deployment>(group());
        deployments.put("roll-out", &deployment()).await?;
        Ok(json!(refusal(deployments.cancel("roll-out").await)?))
    }
);
