//! Resource groups.

use rhc_arm::Resource;
use rhc_arm::types::resources::ResourceGroup;

use super::arm_resource::arm_id;
use super::site::{Account, Group, Site};
use crate::engine::Stage;
use crate::manifest::TagOwner;

impl Site<'_> {
    /// A resource group of the environment.
    pub(super) fn group(
        &mut self,
        account: &Account,
        stage: Stage,
        name: &str,
        owner: TagOwner<'_>,
    ) -> Group {
        let (tags, location) = (self.tags(owner), self.location());
        let meta = self.meta::<ResourceGroup>(
            stage,
            &account.tenant,
            name,
            "holds what belongs together, and is deleted together",
        );
        let wanted = tags.clone();
        let step = self.step::<ResourceGroup, _>(meta, &account.tenant, &account.id, move |_| {
            Ok(Resource::<ResourceGroup> {
                tags: wanted.clone(),
                ..Resource::default()
            }
            .at(&location))
        });
        let key = self.add(step);
        Group {
            account: account.clone(),
            id: arm_id(&key),
            stage,
            tags,
        }
    }
}
