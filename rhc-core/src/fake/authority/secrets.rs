//! Client secrets, for clients that know no better proof. They are drawn while the World runs and never part of its state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use azure_core::base64;
use azure_core::credentials::Secret;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::fake::World;

type Digested = [u8; 32];

/// Digests of secrets by the application that they are of.
#[derive(Default)]
pub(super) struct ClientSecrets(Mutex<BTreeMap<Uuid, BTreeSet<Digested>>>);

impl ClientSecrets {
    /// Whether a secret is one of the application's.
    pub(super) fn is_of(&self, application: Uuid, secret: &str) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(&application)
            .is_some_and(|own| own.contains(&digest(secret)))
    }
}

fn digest(secret: &str) -> Digested {
    Sha256::digest(secret.as_bytes()).into()
}

impl World {
    /// Draws a client secret for an application, by its `appId`. It counts for as long as this World runs: what is saved of
    /// the World does not have it, and no other call shows it again.
    #[must_use]
    pub fn add_client_secret(&self, application: Uuid) -> Secret {
        let drawn = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes);
        let secret = base64::encode_url_safe(drawn.concat())
            .trim_end_matches('=')
            .to_owned();
        let secrets = self.extension::<ClientSecrets>();
        let mut known = secrets.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry(application)
            .or_default()
            .insert(digest(&secret));
        Secret::new(secret)
    }
}
