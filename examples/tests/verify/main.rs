//! Verification: what it says of a finished environment, and of one in which exactly one thing is broken.

mod beyond;
#[allow(
    dead_code,
    reason = "shared by two test binaries, of which each uses a part"
)]
#[path = "../common/breaks/mod.rs"]
mod breaks;
mod delivery;
#[allow(
    dead_code,
    reason = "shared by two test binaries, of which each uses a part"
)]
#[path = "../common/edit.rs"]
mod edit;
#[allow(
    dead_code,
    reason = "shared by two test binaries, of which each uses a part"
)]
#[path = "../common/finished.rs"]
mod finished;
mod inside;
mod refusal;
mod synthetic;
mod whole;
