//! The engine: it knows steps, and nothing of Azure.
//!
//! A [`Step`] says what is wanted, looks at what is there and writes the difference. The engine orders the steps by what
//! they need, observes them with as few requests as possible, shows the difference as a [`Plan`], and carries it out as
//! parallel as the dependencies allow, with a journal from which a killed run goes on.

mod apply_context;
mod diff;
mod error;
mod journal;
mod key;
mod meta;
mod observe;
mod plan;
mod progress;
mod rules;
mod step;
mod values;

pub use apply_context::Apply;
pub use diff::FieldChange;
pub use error::StepError;
pub use journal::{Journal, JournalError, Record};
pub use key::{Key, Stage, TenantKey};
pub use meta::{Lane, Meta, OwnedBy};
pub use observe::{ListId, Listed, Listings, Observe, ObserveStats, Purpose};
pub use plan::{Action, Orphan, Plan, PlanEntry, Totals};
pub use progress::{Effect, Progress, ProgressSink};
pub use rules::DiffRules;
pub use step::{Change, ChangeKind, Mark, Observed, Repeat, Step};
pub use values::{Input, Inputs, Output, Outputs, Placeholder};
