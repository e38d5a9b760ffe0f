//! Subscriptions: made under the billing scope, accepted by the tenant that shall own them, or given.

mod accept;
mod alias;
mod billing;
mod given;
mod provider;
mod tags;

pub use accept::AcceptStep;
pub use alias::AliasStep;
pub use billing::BillingStep;
pub use given::GivenStep;
pub use provider::ProviderStep;

use std::collections::BTreeMap;

use rhc_arm::Resource;
use rhc_arm::types::subscription::{AliasAdditionalProperties, AliasProperties, SubscriptionAlias};

use super::arm_resource::Parent;
use super::clients::TenantRef;
use super::site::{Account, Site};
use crate::engine::{Key, Meta, Output, Outputs, OwnedBy, Stage, TenantKey};
use crate::manifest::Subscription;

/// The id of a subscription, a GUID.
pub fn subscription_guid(key: &Key) -> Output<String> {
    key.output("subscriptionId")
}

/// Who accepts a subscription in another tenant.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) tenant: TenantRef,
    /// His object id there.
    pub(super) object: Output<String>,
}

impl Site<'_> {
    /// Who pays, found out once.
    pub(super) fn billing(&mut self, payer: &TenantRef) -> Key {
        let meta = Meta::new(
            "subscriptions/billing-scope",
            Stage::SUBSCRIPTIONS,
            payer.key.clone(),
            "Microsoft.Billing/billingAccounts",
            "billing scope",
        )
        .why("says who pays for new subscriptions")
        .owner(OwnedBy::Given);
        self.add(BillingStep::new(
            meta,
            self.clients.clone(),
            payer.clone(),
            self.manifest.billing.scope(),
        ))
    }

    /// A subscription of the tenant that pays.
    pub(super) fn own_subscription(
        &mut self,
        file: &Subscription,
        tenant: &TenantRef,
        billing: &Key,
    ) -> Account {
        let key = match &file.id {
            Some(id) => self.given_subscription(file, tenant, id),
            None => {
                let alias = self.alias(file, tenant, billing, None);
                self.add(alias)
            }
        };
        self.account(file, key, tenant)
    }

    /// A subscription that another tenant shall own: made by the one that pays, accepted by the owner.
    pub(super) fn others_subscription(
        &mut self,
        file: &Subscription,
        payer: &TenantRef,
        owner: Owner,
        billing: &Key,
    ) -> Account {
        let tenant = owner.tenant.clone();
        let key = match &file.id {
            Some(id) => self.given_subscription(file, &tenant, id),
            None => {
                let alias = self.alias(file, payer, billing, Some(owner));
                let alias = self.add(alias);
                let meta = Meta::new(
                    format!("subscriptions/acceptOwnership/{}", file.name),
                    Stage::SUBSCRIPTIONS,
                    tenant.key.clone(),
                    "Microsoft.Subscription/acceptOwnership",
                    &file.name,
                )
                .why("the tenant that shall own the subscription accepts it")
                .owner(OwnedBy::Parent(alias.clone()));
                self.add(AcceptStep::new(
                    meta,
                    self.clients.clone(),
                    tenant.clone(),
                    subscription_guid(&alias),
                ))
            }
        };
        self.account(file, key, &tenant)
    }

    fn given_subscription(&mut self, file: &Subscription, tenant: &TenantRef, id: &str) -> Key {
        let meta = Meta::new(
            format!("subscriptions/{}", file.name),
            Stage::SUBSCRIPTIONS,
            tenant.key.clone(),
            "Microsoft.Resources/subscriptions",
            &file.name,
        )
        .why("given in the file: it is used, and none is made")
        .owner(OwnedBy::Given);
        let step = GivenStep::new(meta, self.clients.clone(), tenant.clone(), id.to_owned());
        let names = self.protected_names(&tenant.key);
        self.add(step.unless(names))
    }

    /// The names of a tenant's subscriptions that nothing may be made in.
    fn protected_names(&self, tenant: &TenantKey) -> Vec<String> {
        let protected = self.manifest.protected().subscriptions.iter();
        protected
            .filter(|one| one.tenant == tenant.as_str())
            .map(|one| one.name.clone())
            .collect()
    }

    fn alias(
        &self,
        file: &Subscription,
        payer: &TenantRef,
        billing: &Key,
        owner: Option<Owner>,
    ) -> AliasStep {
        let meta = self
            .meta::<SubscriptionAlias>(
                Stage::SUBSCRIPTIONS,
                payer,
                &file.name,
                "keeps the environment's resources and its bill apart from everything else",
            )
            .owner(OwnedBy::DerivedId)
            .stays("an empty subscription costs nothing; if nobody needs it any more, cancel it in the portal (Subscriptions)");
        let (name, workload, scope) = (
            file.name.clone(),
            file.workload.as_str(),
            billing.output::<String>("billingScope"),
        );
        let owner = owner.map(|owner| (owner.tenant, owner.object));
        let step = self.step::<SubscriptionAlias, _>(meta, payer, Parent::Root, move |inputs| {
            let mut properties = AliasProperties {
                display_name: Some(name.clone()),
                workload: Some(workload.into()),
                billing_scope: Some(inputs.text(&scope)?),
                ..AliasProperties::default()
            };
            if let Some((tenant, object)) = &owner {
                properties.additional_properties = Some(AliasAdditionalProperties {
                    subscription_tenant_id: Some(tenant.text(inputs)?),
                    subscription_owner_id: Some(inputs.text(object)?),
                    ..AliasAdditionalProperties::default()
                });
            }
            Ok(Resource::<SubscriptionAlias>::new(properties))
        });
        let step = step
            .outputs(|alias: &Resource<SubscriptionAlias>| {
                let guid = alias.properties.subscription_id.clone();
                let id = guid.as_ref().map(|guid| format!("/subscriptions/{guid}"));
                Outputs::new().with("subscriptionId", guid).with("id", id)
            })
            // What an alias was made with is its history; a subscription is renamed and moved elsewhere.
            .rules(|rules| {
                [
                    "displayName",
                    "workload",
                    "billingScope",
                    "additionalProperties",
                ]
                .iter()
                .fold(rules, |rules, name| {
                    rules.not_owned(&format!("properties.{name}"))
                })
            });
        AliasStep::new(
            step,
            self.clients.clone(),
            payer.clone(),
            self.protected_names(&payer.key),
        )
    }

    fn account(&self, file: &Subscription, subscription: Key, tenant: &TenantRef) -> Account {
        Account {
            tenant: tenant.clone(),
            is_anothers: file.belongs_to.is_some(),
            id: subscription.output("id"),
            guid: subscription_guid(&subscription),
            providers: BTreeMap::new(),
        }
    }

    /// Registers what the file puts into a subscription.
    pub(super) fn providers(&mut self, account: &mut Account, subscription: &str) {
        let name = self
            .manifest
            .subscription(subscription)
            .map_or(subscription, |file| file.name.as_str());
        for namespace in self.manifest.resource_providers(subscription) {
            let meta = Meta::new(
                format!("subscriptions/{name}/providers/{namespace}"),
                Stage::SUBSCRIPTIONS,
                account.tenant.key.clone(),
                "Microsoft.Resources/providers",
                namespace,
            )
            .why(format!(
                "until this is done, {name} can hold nothing of {namespace}"
            ))
            .owner(OwnedBy::Parent(account.id.key().clone()))
            .stays("a registration costs nothing");
            let key = self.add(ProviderStep::new(
                meta,
                self.clients.clone(),
                account.tenant.clone(),
                account.guid.clone(),
            ));
            account.providers.insert(namespace, key);
        }
    }
}
