//! Subscriptions, resource groups, providers, and what pays.

use super::live::{SUBSCRIPTION, group, life, replay, seed, subscription};
use super::text;
use futures::TryStreamExt;
use rhc_arm::{
    ArmClient, Method, Operation, Path, Request, Resource, ResourceType,
    types::{
        billing::{BillingProfile, InvoiceSection},
        resources::ResourceGroup,
        subscription::{AcceptOwnership, AliasProperties, SubscriptionAlias, Workload},
    },
};
use serde_json::{Value, json};

fixture!(
    subscriptions_list,
    "subscriptions.list",
    [],
    |arm: ArmClient| async move { Ok(json!(arm.subscriptions().collect_all().await?)) }
);

fixture!(
    subscriptions_get,
    "subscriptions.get",
    [],
    |arm: ArmClient| async move {
        let unknown = "22222222-2222-4222-8222-222222222222".parse().unwrap();
        Ok(json!([
            arm.subscription(&SUBSCRIPTION.parse().unwrap())
                .get()
                .await?,
            arm.subscription(&unknown).get_opt().await?
        ]))
    }
);

fixture!(
    providers_get,
    "providers.get",
    [],
    |arm: ArmClient| async move {
        Ok(json!(
            arm.subscription(&SUBSCRIPTION.parse().unwrap())
                .provider("Microsoft.Network")
                .await?
                .registration_state
        ))
    }
);

fixture!(
    providers_list,
    "providers.list",
    [],
    |arm: ArmClient| async move {
        let providers: Vec<_> = arm
            .subscription(&SUBSCRIPTION.parse().unwrap())
            .providers()
            .try_collect()
            .await?;
        Ok(json!(
            providers
                .into_iter()
                .map(|provider| (provider.namespace, provider.registration_state))
                .collect::<Vec<_>>()
        ))
    }
);

fixture!(
    providers_register,
    "providers.register",
    [seed::unregistered],
    |arm: ArmClient| async move {
        let subscription = arm.subscription(&SUBSCRIPTION.parse().unwrap());
        let asked = subscription.register_provider("Microsoft.KeyVault").await?;
        let done = subscription
            .provider_registered("Microsoft.KeyVault")
            .await?;
        Ok(json!([asked.registration_state, done.registration_state]))
    }
);

fixture!(
    resource_groups,
    "resourceGroups",
    [],
    |arm: ArmClient| async move {
        life(
            arm,
            subscription(),
            "new-rg",
            Resource::<ResourceGroup>::default()
                .at("eastus2")
                .tag("rhc-environment", "qa"),
        )
        .await
    }
);

fixture!(
    resource_groups_contents,
    "resourceGroups.contents",
    [seed::of_a_group],
    |arm: ArmClient| async move {
        let group = arm.resource_group(&SUBSCRIPTION.parse().unwrap(), "fixtures-rg");
        Ok(json!(group.contents().collect_all().await?))
    }
);

fixture!(
    subscriptions_tagged,
    "subscriptions.tagged",
    [seed::tagged],
    |arm: ArmClient| async move {
        let subscription = arm.subscription(&SUBSCRIPTION.parse().unwrap());
        Ok(json!(
            subscription
                .tagged("owner", "o'neill")
                .collect_all()
                .await?
        ))
    }
);

fixture!(
    resource_groups_get,
    "resourceGroups.get",
    [],
    |arm: ArmClient| async move {
        let scope = arm.resource_group(&SUBSCRIPTION.parse().unwrap(), "fixtures-rg");
        let other = arm.resource_group(&SUBSCRIPTION.parse().unwrap(), "other-rg");
        Ok(json!([scope.get().await?, other.get_opt().await?]))
    }
);

fixture!(
    resource_groups_update,
    "resourceGroups.update",
    [],
    |arm: ArmClient| async move {
        let groups = arm
            .subscription(&SUBSCRIPTION.parse().unwrap())
            .resource_groups();
        Ok(json!(
            groups
                .update("fixtures-rg", &json!({"tags": {"rhc-environment": "qa"}}))
                .await?
        ))
    }
);

fixture!(
    operations_resume,
    "operations.resume",
    [],
    |arm: ArmClient| async move {
        let mut deletion = arm
            .subscription(&SUBSCRIPTION.parse().unwrap())
            .resource_groups()
            .begin_delete("fixtures-rg")
            .await?;
        let first = deletion.try_next().await?.map(|progress| progress.status);
        let id = deletion.id().to_string();
        let resumed: Operation<()> = arm.resume(&id.parse()?)?;
        resumed.await?;
        Ok(json!({"first": first, "id": id}))
    }
);

fixture!(requests, "requests", [], |arm: ArmClient| async move {
    let path = group().path().fixed("/resources");
    let request = Request::new("resources.all", Method::Get, path)
        .query("api-version", ResourceGroup::API_VERSION);
    let all: Value = arm.request(request).await?.json()?;
    let tenants = Request::new("tenants.list", Method::Get, Path::new("/tenants"))
        .query("api-version", "2022-12-01");
    let tenants: Vec<Value> = arm.pages(tenants).collect_all().await?;
    Ok(json!([all, tenants.len()]))
});

fixture!(
    billing,
    "billing",
    [seed::billing],
    |arm: ArmClient| async move {
        let accounts = arm.billing_accounts().list().collect_all().await?;
        let account = accounts
            .first()
            .map(Resource::require_id)
            .transpose()?
            .cloned()
            .unwrap_or_default();
        let profiles = arm
            .resources::<BillingProfile>(&account)
            .list()
            .collect_all()
            .await?;
        let profile = profiles
            .first()
            .map(Resource::require_id)
            .transpose()?
            .cloned()
            .unwrap_or_default();
        let sections = arm
            .resources::<InvoiceSection>(&profile)
            .list()
            .collect_all()
            .await?;
        Ok(json!([accounts, profiles, sections]))
    }
);

fixture!(
    aliases,
    "aliases",
    [seed::billing],
    |arm: ArmClient| async move {
        let aliases = arm.subscription_aliases();
        let alias = AliasProperties {
            display_name: text("qa-compute"),
            workload: Some(Workload::Production),
            billing_scope: text(seed::INVOICE_SECTION),
            ..Default::default()
        };
        let made = aliases
            .put("qa-compute", &Resource::<SubscriptionAlias>::new(alias))
            .await?;
        let subscription = made
            .properties
            .subscription_id
            .clone()
            .unwrap_or_default()
            .parse()
            .unwrap();
        let read = aliases.get("qa-compute").await?;
        Ok(
            json!({"made": made, "same": read.properties == made.properties, "subscription": arm.subscription(&subscription).get().await?}),
        )
    }
);

fixture!(
    accept_ownership,
    "subscriptions.accept_ownership",
    [seed::offered],
    |arm: ArmClient| async move {
        let subscription = arm.subscription(&seed::OFFERED.parse().unwrap());
        let before = subscription.ownership_status().await?;
        let accept = AcceptOwnership {
            display_name: text("qa-data"),
            ..Default::default()
        };
        subscription.begin_accept_ownership(&accept).await?.await?;
        Ok(json!([before, subscription.ownership_status().await?]))
    }
);

fixture!(
    ownership_status,
    "subscriptions.ownership_status",
    [seed::offered],
    |arm: ArmClient| async move {
        let subscription = arm.subscription(&seed::OFFERED.parse().unwrap());
        Ok(json!(subscription.ownership_status().await?))
    }
);
