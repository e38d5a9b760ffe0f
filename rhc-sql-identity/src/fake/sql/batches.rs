//! What the World's SQL servers were sent.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use rhc_core::fake::World;

/// So many are remembered; of more, the last.
const KEPT: usize = 10_000;

/// A batch as a server was sent it, whatever it answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Batch {
    /// The server's name, without a domain.
    pub server: String,
    /// The database.
    pub database: String,
    /// The statements.
    pub text: String,
}

#[derive(Debug, Default)]
struct Batches(Mutex<VecDeque<Batch>>);

/// The batches that were sent to a World's SQL servers, in order.
#[must_use]
pub fn batches(world: &World) -> Vec<Batch> {
    let batches = world.extension::<Batches>();
    let kept = batches.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.iter().cloned().collect()
}

pub(super) fn keep(world: &World, server: &str, database: &str, text: &str) {
    let batches = world.extension::<Batches>();
    let mut kept = batches.0.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.pop_front();
    }
    kept.push_back(Batch {
        server: server.to_owned(),
        database: database.to_owned(),
        text: text.to_owned(),
    });
}
