//! `apply` against a served cloud, ended in the middle: by SIGKILL at ten points, and by Ctrl-C. The next run finishes,
//! the plan after it is empty, and the cloud is the one that an undisturbed run makes.
//!
//! The real programs run, each cloud fresh. The tests watch the journal: it says which writes have begun and ended.

#![cfg(unix)]

mod killed;
mod programs;
mod stopped;
mod undisturbed;
