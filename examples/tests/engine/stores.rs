//! The two places of a journal, for tests that hold of both.

use std::sync::Arc;

use async_trait::async_trait;
use rhc_core::fake::WorldOptions;
use rollout::embedded::{Blob, Blobs, EmbeddedCloud};
use rollout::engine::{BlobAddress, JournalBlob, JournalFile, JournalPlace};
use rollout::manifest::{Journal, Manifest};

pub(crate) const ACCOUNT: &str = "rhcjournal";
pub(crate) const CONTAINER: &str = "rollout";
pub(crate) const BLOB: &str = "qa/journal.jsonl";

/// A place whose bytes a test can look at and change behind its back.
#[async_trait]
pub(crate) trait Store {
    async fn place(&self) -> Arc<dyn JournalPlace>;
    fn bytes(&self) -> Vec<u8>;
    fn set(&self, bytes: &[u8]);
}

/// A file in a folder that ends with the test.
pub(crate) struct InAFile(tempfile::TempDir);

impl InAFile {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("qa.journal")
    }
}

#[async_trait]
impl Store for InAFile {
    async fn place(&self) -> Arc<dyn JournalPlace> {
        Arc::new(JournalFile(self.path()))
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap_or_default()
    }

    fn set(&self, bytes: &[u8]) {
        std::fs::write(self.path(), bytes).unwrap();
    }
}

/// A blob in an embedded cloud whose environment file names the account.
pub(crate) struct InABlob {
    pub(crate) cloud: EmbeddedCloud,
    manifest: Manifest,
}

impl InABlob {
    pub(crate) fn new() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        let mut manifest = Manifest::load(path).unwrap();
        manifest.journal = Some(Journal {
            storage_account: ACCOUNT.to_owned(),
            container: CONTAINER.to_owned(),
        });
        let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), false).unwrap();
        Self { cloud, manifest }
    }

    /// A run on a computer of its own, with a connection of its own.
    pub(crate) async fn run(&self, who: &str) -> JournalBlob {
        self.run_in(CONTAINER, who).await
    }

    pub(crate) async fn run_in(&self, container: &str, who: &str) -> JournalBlob {
        let address = BlobAddress::new(ACCOUNT, container).unwrap();
        let connection = self.cloud.connect();
        let journal = connection.journal(&self.manifest, &address, who).await;
        journal.unwrap()
    }

    /// Changes a part behind everybody's back.
    pub(crate) fn edit<R>(&self, name: &str, change: impl FnOnce(&mut Blob) -> R) -> R {
        self.cloud.world().with(|state| {
            let blobs = state.section::<Blobs>();
            change(blobs.blob(ACCOUNT, CONTAINER, name).unwrap())
        })
    }
}

#[async_trait]
impl Store for InABlob {
    async fn place(&self) -> Arc<dyn JournalPlace> {
        Arc::new(self.run("ann on LAPTOP").await)
    }

    fn bytes(&self) -> Vec<u8> {
        self.cloud.world().with(|state| {
            let blobs = state.section::<Blobs>();
            let blob = blobs.blob(ACCOUNT, CONTAINER, BLOB);
            blob.map(|blob| blob.content.clone()).unwrap_or_default()
        })
    }

    fn set(&self, bytes: &[u8]) {
        let now = self.cloud.world().now();
        self.cloud.world().with(|state| {
            let blobs = state.section::<Blobs>();
            let all = blobs.containers.get_mut(&format!("{ACCOUNT}/{CONTAINER}"));
            let blob = all.unwrap().entry(BLOB.to_owned()).or_insert(Blob {
                content: Vec::new(),
                blocks: 1,
                metadata: Default::default(),
                content_type: "text/plain".to_owned(),
                tag: 0,
                modified: now,
                lease: None,
            });
            blob.content = bytes.to_vec();
        });
    }
}
