//! Things that are not in the environment file, or not any more: found, reported, never deleted.

use async_trait::async_trait;

use super::error::StepError;
use super::key::Key;
use super::meta::Meta;
use super::observe::Observe;
use super::plan::Orphan;
use super::rollout::Rollout;

/// Looks for things that carry the environment's mark and are in no step: one per place that can be asked (the marked
/// resources of a subscription, the marked applications of a tenant); or for whatever is in a place that is the environment's
/// alone (the users of a database).
#[async_trait]
pub trait Sweep: Send + Sync {
    /// Where it looks: the tenant, and as `needs` the steps whose outputs it reads.
    fn meta(&self) -> &Meta;

    /// What is there and not wanted. It shares the lists of the steps by [`Observe::listing`].
    ///
    /// # Errors
    /// When it cannot be seen; "not known yet" counts as nothing there.
    async fn orphans(&self, cx: &Observe<'_>, wanted: Wanted<'_>)
    -> Result<Vec<Orphan>, StepError>;
}

/// What the environment file wants.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a>(pub(super) &'a Rollout);

impl Wanted<'_> {
    /// Whether a step has this key.
    pub fn contains(&self, key: &Key) -> bool {
        self.0.wants(key)
    }

    /// Whether a step is of this kind and has this name, in any case, whatever its key.
    pub fn contains_named(&self, kind: &str, name: &str) -> bool {
        self.0.wants_named(kind, name)
    }
}
