//! Carrying a plan out: as parallel as the dependencies allow, each step with the latest inputs.

mod lanes;
mod options;
mod run;
mod stop;
mod summary;
mod work;

pub use options::{ApplyOptions, Grace, Settle};
pub use stop::{Stop, StopHandle, StopLevel};
pub use summary::{Blocked, Failure, Made, Summary, Waiting};
