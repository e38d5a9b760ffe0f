//! Which router answers for which host.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use axum::Router;

use crate::fake::World;

/// Routers by host; a pattern begins with `*.`.
#[derive(Default)]
pub(in crate::fake) struct Hosts(RwLock<BTreeMap<String, Router>>);

impl Hosts {
    /// The router for a host: the one mounted for its very name, else the one with the longest pattern.
    pub(super) fn find(&self, host: &str) -> Option<Router> {
        let host = host.to_ascii_lowercase();
        let hosts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(router) = hosts.get(&host) {
            return Some(router.clone());
        }
        let mut rest = host.as_str();
        while let Some((_, parent)) = rest.split_once('.') {
            if let Some(router) = hosts.get(&format!("*.{parent}")) {
                return Some(router.clone());
            }
            rest = parent;
        }
        None
    }

    pub(super) fn names(&self) -> Vec<String> {
        let hosts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        hosts.keys().cloned().collect()
    }
}

impl World {
    /// Lets `router` answer for a host, or for all names below one with `*.` before it. A router mounted before for
    /// the same name is replaced.
    pub fn mount(&self, host: &str, router: Router) {
        let mut hosts = self
            .0
            .hosts
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        hosts.insert(host.to_ascii_lowercase(), router);
    }

    /// The hosts and patterns that answer.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        self.0.hosts.names()
    }
}
