//! What stands around the things that are to be deleted: locks, and what somebody else put among them.

use async_trait::async_trait;

use super::super::error::StepError;
use super::super::meta::Meta;
use super::super::observe::Observe;

/// Looks around in one place, such as a subscription.
#[async_trait]
pub trait Survey: Send + Sync {
    /// Where it looks: the tenant, and as `needs` the steps whose outputs it reads.
    fn meta(&self) -> &Meta;

    /// What is around; `groups` are the ids of the resource groups of the environment.
    ///
    /// # Errors
    /// When it cannot be seen: then nothing is deleted there. "Not known yet" counts as nothing there.
    async fn look(&self, cx: &Observe<'_>, groups: &[String]) -> Result<Surroundings, StepError>;
}

/// What is around the things that are to be deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The place, as the beginning of the ids in it: `/subscriptions/<id>`.
    pub place: String,
    /// What is locked.
    pub locks: Vec<Guarded>,
    /// What stands in the resource groups.
    pub things: Vec<Neighbour>,
}

/// A lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarded {
    /// The id of what it locks, with all that is below.
    pub scope: String,
    /// What it is called.
    pub name: String,
    /// Why it is there, in the words of whoever put it there.
    pub notes: Option<String>,
}

/// A thing in a resource group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its id.
    pub id: String,
    /// Resource type.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// It carries this environment's mark.
    pub marked: bool,
    /// The service made it by itself, for something else here, and takes it away with that.
    pub made_by_service: bool,
}
