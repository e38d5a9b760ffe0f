//! What outlives the thing that it stands on, and what comes back after it was deleted.

use rhc_arm::{Operation, Resource, ResourceType, Resources};
use serde_json::Value;

use super::ArmStep;
use crate::engine::{Apply, Mark, StepError};
use crate::steps::following::follow;

/// How a thing is brought back that was deleted and still has its name.
#[derive(Clone, Copy, Debug)]
pub struct Recovers {
    /// What the service says to whoever makes it anew.
    pub code: &'static str,
    /// Asks in the document for the deleted one.
    pub ask: fn(&mut Value),
}

/// Whether the resource with this id is an extension of another one, or of a subscription, and no part of it.
pub(super) fn is_put_on(id: &str) -> bool {
    let own = id.rsplit("/providers/").next().unwrap_or_default();
    own.split('/').count() <= 3
}

impl<R: ResourceType> ArmStep<R> {
    pub(super) fn is_deleted(&self, error: &rhc_core::Error) -> bool {
        self.recovers
            .is_some_and(|recovers| error.has_code(recovers.code))
    }

    /// Brings back what was deleted, and begins to change it to what is wanted.
    pub(super) async fn recover(
        &self,
        cx: &Apply<'_>,
        resources: &Resources<R>,
        desired: &Value,
    ) -> Result<Operation<Resource<R>>, StepError> {
        cx.note("it was deleted and still has its name: it is recovered, with what was in it");
        let mut asking = desired.clone();
        if let Some(recovers) = self.recovers {
            (recovers.ask)(&mut asking);
        }
        let asking = self.typed(asking)?;
        let operation = resources
            .begin_put(&self.name, &asking)
            .await
            .map_err(&self.refused)?;
        cx.operation(operation.id().as_str()).await?;
        follow(cx, operation).await.map_err(&self.refused)?;
        let there = resources.get(&self.name).await?;
        if self.mark(&there) == Mark::Foreign {
            return Err(StepError::new(format!(
                "{} '{}' was deleted and had this name: it is back, and does not carry this environment's mark",
                self.meta.kind, self.meta.name
            ))
            .remedy("find out whose it is; if it is this environment's, adopt it with import, else choose another name in the environment file"));
        }
        let wanted = self.typed(self.put_over(Some(&there), desired)?)?;
        let begun = resources.begin_put(&self.name, &wanted).await;
        begun.map_err(&self.refused)
    }
}

#[cfg(test)]
mod tests {
    use super::is_put_on;

    #[test]
    fn a_setting_or_a_role_is_put_on_a_thing_and_a_subnet_is_part_of_it() {
        let group = "/subscriptions/s/resourceGroups/g/providers";
        for (id, expected) in [
            (
                format!("{group}/A.B/c/d/providers/Microsoft.Insights/diagnosticSettings/x"),
                true,
            ),
            (
                "/subscriptions/s/providers/Microsoft.Insights/diagnosticSettings/x".to_owned(),
                true,
            ),
            (
                format!("{group}/Microsoft.Network/virtualNetworks/v/subnets/s"),
                false,
            ),
        ] {
            assert_eq!(is_put_on(&id), expected, "{id}");
        }
    }
}
