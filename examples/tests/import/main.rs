//! What exists without the environment's mark is adopted: the mark is written and nothing else, and what must not be adopted is
//! not.

#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "../common/altered.rs"]
mod altered;
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "../common/edit.rs"]
mod edit;
#[allow(
    dead_code,
    reason = "shared by several test binaries, of which each uses a part"
)]
#[path = "../common/finished.rs"]
mod finished;

mod beside;
mod interrupted;
mod kinds;
mod planted;
mod refused;
mod seen;
