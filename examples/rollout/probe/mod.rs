//! The probe: what an app's own job finds out about its databases, with the app's identity and from its subnet.
//!
//! [`run`] asks, as its [`Settings`] say, and needs nothing of the rollout. On Azure it is the image that
//! `examples/probe/Containerfile` builds; in the embedded cloud a [`program`] stands in for that image.

mod ask;
mod program;
mod settings;
mod words;

pub use ask::{Answer, OpenWith, Surroundings, Verdict, run};
pub use program::program;
pub use settings::{Expected, Question, Settings, arguments};
pub use words::{Story, code, lines};
