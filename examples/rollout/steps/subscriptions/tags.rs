//! The environment's tags on its subscriptions: bills are told apart by them.

use rhc_arm::Resource;
use rhc_arm::types::resources::{Tags, TagsProperties};

use crate::engine::{Meta, OwnedBy, Stage};
use crate::manifest::TagOwner;
use crate::steps::site::{Account, Site};

impl Site<'_> {
    /// Our tags on a subscription, beside those that somebody else put there.
    pub(in crate::steps) fn subscription_tags(&mut self, account: &Account) {
        let subscription = account.id.key().clone();
        let name = self.known(&subscription).map(|meta| meta.name);
        let tags = self.tags(TagOwner::Shared);
        let meta = Meta::new(
            subscription.child(format!("tags/{}", Tags::NAME)),
            Stage::SUBSCRIPTIONS,
            account.tenant.key.clone(),
            "Microsoft.Resources/tags",
            Tags::NAME,
        )
        .why("says whose the subscription is, and tells its bills apart; tags of others stay")
        .owner(OwnedBy::Parent(subscription))
        .stays("the subscription stays, and others may have put tags there too");
        let step = self.step::<Tags, _>(meta, &account.tenant, &account.id, move |_| {
            Ok(Resource::<Tags>::new(TagsProperties {
                tags: Some(tags.clone()),
                ..TagsProperties::default()
            }))
        });
        self.add(step.single().shown_as(name.unwrap_or_default()));
    }
}
