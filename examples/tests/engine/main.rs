//! The engine on a synthetic cloud: no service, no socket, the clock paused.

mod apply;
mod bench;
mod diff;
mod fence;
mod graph;
mod interrupted;
mod journal;
mod journal_blob;
mod manual;
mod observe;
mod plan;
mod stores;
mod support;
mod target;
mod window;
