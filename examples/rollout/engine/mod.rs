//! The engine: it knows steps, and nothing of Azure.
//!
//! A [`Step`] says what is wanted, looks at what is there and writes the difference. The engine orders the steps by what
//! they need, observes them with as few requests as possible, shows the difference as a [`Plan`], and carries it out as
//! parallel as the dependencies allow, with a journal from which a killed run goes on.

mod acting;
mod adoption;
mod apply;
mod apply_context;
mod checking;
mod decide;
mod diff;
mod error;
mod exit;
mod fence;
mod graph;
mod journal;
mod key;
mod marking;
mod merge;
mod meta;
mod normal;
mod observe;
mod plan;
mod planning;
mod progress;
mod removal;
mod rollout;
mod rules;
mod step;
mod sweep;
mod target;
mod values;
mod window;

pub use acting::{Acting, Doing};
pub use adoption::{Adoption, AdoptionOptions};
pub use apply::{
    ApplyOptions, Blocked, Failure, Grace, Made, Settle, Stop, StopHandle, StopLevel, Summary,
    Waiting,
};
pub use apply_context::Apply;
pub use checking::{Checked, CheckedStep, Finding};
pub use diff::{FieldChange, diff};
pub use error::StepError;
pub use exit::Exit;
pub use fence::{
    Fence, GITHUB, GitHubRules, GraphAccess, Hosts, Ownership, Protected, Refusal, TenantRules,
};
pub use graph::GraphError;
pub use journal::{
    BlobAddress, BlobAddressError, BlobJournal, Contents, Entry, FileJournal, Held, Holder,
    Journal, JournalBlob, JournalError, JournalFile, JournalPlace, MemoryJournal, OpenIntent,
    Outcome, Record, Recovery,
};
pub use key::{Key, Stage, TenantKey};
pub use marking::{MARK, MarkWrite, Marking};
pub use merge::merge;
pub use meta::{Lane, Meta, OwnedBy};
pub use observe::{ListId, Listed, Listings, Observe, ObserveStats, Purpose};
pub use plan::{Action, Adopting, Orphan, Plan, PlanEntry, Totals};
pub use planning::{PlanOptions, Planned};
pub use progress::{Effect, Progress, ProgressSink};
pub use removal::{
    Address, Guarded, Neighbour, Remains, Removal, RemovalOptions, Surroundings, Survey, Takedown,
};
pub use rollout::Rollout;
pub use rules::DiffRules;
pub use step::{Change, ChangeKind, Mark, Observed, Repeat, Step};
pub use sweep::{Sweep, Wanted};
pub use target::TargetError;
pub use values::{Input, Inputs, Output, Outputs, Placeholder};
pub use window::{Door, DoorName, Doors, Knocked, Operator, Window, public_address};
