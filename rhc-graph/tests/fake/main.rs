//! The client against the fake, on a paused clock: what works, and a test for each thing that is refused.

mod applications;
mod groups;
mod place;
mod service;
mod users;
