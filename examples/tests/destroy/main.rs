//! An environment is taken down and built again: what goes, what stays and why, what is in the way, and that nothing else is
//! touched.

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

mod interrupted;
mod planted;
mod refused;
mod whole;
