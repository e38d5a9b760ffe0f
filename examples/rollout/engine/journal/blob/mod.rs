//! The journal in Azure Blob Storage: an append blob, whose lease is the lock.
//!
//! Each line is one block, which is there as a whole or not at all. A block names the place where it belongs, so a line
//! whose answer was lost is there once, however often it is sent; and if anybody else has written there, it is refused.
//! That alone keeps two runs from writing into each other; the lease tells the second one before it begins.

mod address;
mod lease;
mod requests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use bytes::Bytes;
use futures::future::BoxFuture;
use rhc_core::ClientOptions;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::timeout;
use uuid::Uuid;

use self::lease::Lease;
use self::requests::{Blobs, LONGEST, MOST_BLOCKS, MOST_PARTS, Refused};
use super::Journal;
use super::contents::{Contents, Entry, Header};
use super::error::JournalError;
use super::lock::{Held, Holder};
use super::place::JournalPlace;
use super::record::{Record, Recovery};

pub use address::{BlobAddress, BlobAddressError};

/// How long a run that ends waits for its lease to end with it.
const GOODBYE: Duration = Duration::from_secs(5);

/// A blob as the place of a journal.
///
/// Role: Storage Blob Data Contributor at the container; to look, Storage Blob Data Reader.
/// Page: [append blobs](https://learn.microsoft.com/rest/api/storageservices/understanding-block-blobs--append-blobs--and-page-blobs).
#[derive(Clone, Debug)]
pub struct JournalBlob {
    blobs: Blobs,
    name: String,
    who: String,
}

impl JournalBlob {
    /// The journal in a folder of a container, for a run of `who` (whom others are told while they wait).
    ///
    /// # Errors
    /// None that a caller can cause.
    pub fn new(
        address: &BlobAddress,
        folder: &str,
        credential: Arc<dyn TokenCredential>,
        options: &ClientOptions,
        who: &str,
    ) -> rhc_core::Result<Self> {
        Ok(Self {
            blobs: Blobs::new(address, folder, credential, options)?,
            name: format!("{address}/{folder}"),
            who: who.to_owned(),
        })
    }

    fn place(&self, part: u32) -> String {
        format!("{}/{}", self.name, Blobs::file(part))
    }

    fn failed(
        &self,
        doing: &'static str,
        part: u32,
    ) -> impl FnOnce(rhc_core::Error) -> JournalError {
        let place = self.place(part);
        move |source| JournalError::Blob {
            doing,
            place,
            source,
        }
    }

    fn lost(&self, part: u32, why: impl Into<String>) -> JournalError {
        JournalError::Lost {
            place: self.place(part),
            why: why.into(),
        }
    }

    /// Refusals that nothing here foresees at this request.
    fn odd(&self, part: u32, refused: Refused) -> JournalError {
        let why = match refused {
            Refused::NoBlob => "the blob is gone",
            Refused::Exists => "somebody else made the blob",
            Refused::NotTheEnd => "somebody else has written there",
            Refused::Full => "the blob takes no more blocks",
            Refused::Leased => "another run has it",
            Refused::LeaseOver => "its lease has ended",
        };
        self.lost(part, why)
    }

    async fn is_there(&self, part: u32) -> Result<bool, JournalError> {
        match self.blobs.about(part).await {
            Ok(Ok(_)) => Ok(true),
            Ok(Err(Refused::NoBlob)) => Ok(false),
            Ok(Err(refused)) => Err(self.odd(part, refused)),
            Err(error) => Err(self.failed("look at", part)(error)),
        }
    }

    /// The number of the last part; 0 where there is none.
    async fn last_part(&self, known: u32) -> Result<u32, JournalError> {
        let mut last = known;
        while self.is_there(last + 1).await? {
            last += 1;
            self.must_be_possible(last)?;
        }
        Ok(last)
    }

    /// A proxy that answers in the service's place may say of every part that it is there.
    fn must_be_possible(&self, part: u32) -> Result<(), JournalError> {
        if part < MOST_PARTS {
            return Ok(());
        }
        let why = format!(
            "more than {MOST_PARTS} parts are said to be there: does something in between answer in the service's place?"
        );
        Err(self.lost(part, why))
    }

    async fn create(&self, part: u32) -> Result<(), JournalError> {
        match self.blobs.create(part).await {
            // Made in an attempt whose answer was lost, or by a run that died before it wrote.
            Ok(Ok(()) | Err(Refused::Exists | Refused::Leased)) => Ok(()),
            Ok(Err(refused)) => Err(self.odd(part, refused)),
            Err(error) => Err(self.failed("make", part)(error)),
        }
    }

    async fn acquire(&self, part: u32, lease: Uuid) -> Result<(), JournalError> {
        match self.blobs.acquire(part, lease).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Refused::Leased)) => Err(JournalError::Locked {
                place: self.place(part),
                holder: self.holder(part).await?.flatten(),
            }),
            Ok(Err(refused)) => Err(self.odd(part, refused)),
            Err(error) => Err(self.failed("lock", part)(error)),
        }
    }

    /// Who has it, if anybody has.
    async fn holder(&self, part: u32) -> Result<Option<Option<Holder>>, JournalError> {
        let about = self.blobs.about(part).await;
        let about = about.map_err(self.failed("look at", part))?;
        Ok(about
            .ok()
            .filter(|about| about.leased)
            .map(|about| about.holder.as_deref().and_then(Holder::read)))
    }

    async fn bytes(&self, part: u32) -> Result<Option<Bytes>, JournalError> {
        match self.blobs.read(part, 0).await {
            Ok(Ok(bytes)) => Ok(Some(bytes)),
            Ok(Err(Refused::NoBlob)) => Ok(None),
            Ok(Err(refused)) => Err(self.odd(part, refused)),
            Err(error) => Err(self.failed("read", part)(error)),
        }
    }

    /// All parts from the first on. The length of the last.
    async fn all(&self, environment: &str) -> Result<Option<(Contents, u64)>, JournalError> {
        let mut all: Option<(Contents, u64)> = None;
        for part in 1.. {
            let Some(bytes) = self.bytes(part).await? else {
                break;
            };
            self.must_be_possible(part)?;
            let contents = Contents::read(&self.place(part), environment, &bytes)?;
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            all = Some(match all {
                None => (contents, length),
                Some((before, _)) => (before.with(contents), length),
            });
        }
        Ok(all)
    }

    async fn begin(&self, environment: &str, lease: Uuid) -> Result<BlobJournal, JournalError> {
        let mut part = self.last_part(0).await?;
        if part == 0 {
            self.create(1).await?;
            part = 1;
        }
        loop {
            self.acquire(part, lease).await?;
            let last = self.last_part(part).await?;
            if last == part {
                break;
            }
            // Whoever had it went on to the next part before it was ours.
            let _ = self.blobs.release(part, lease).await;
            part = last;
        }
        let begun = self.filled(environment, part, lease).await;
        if begun.is_err() {
            let _ = self.blobs.release(part, lease).await;
        }
        begun
    }

    /// What stands in it, and goes on behind that.
    async fn filled(
        &self,
        environment: &str,
        part: u32,
        lease: Uuid,
    ) -> Result<BlobJournal, JournalError> {
        let (contents, length) = self
            .all(environment)
            .await?
            .ok_or_else(|| self.odd(part, Refused::NoBlob))?;
        if contents.torn > 0 {
            return Err(JournalError::Torn {
                place: self.place(part),
                bytes: contents.torn,
            });
        }
        let records = contents.entries.into_iter().map(|entry| entry.record);
        let mut state = State {
            part,
            length,
            blocks: 0,
            records: records.collect(),
            sent: Vec::new(),
        };
        let journal = BlobJournal {
            place: self.clone(),
            environment: environment.to_owned(),
            lease: Lease::of(part, lease),
            state: Mutex::default(),
            keeper: lease::Keeper::none(),
        };
        if !contents.begun {
            let header = line(&self.place(part), &Header::of(environment))?;
            journal.add(&mut state, header, None).await?;
        }
        journal.name_holder(part).await?;
        Ok(BlobJournal {
            state: Mutex::new(state),
            keeper: lease::keep(&journal.place, &journal.lease),
            ..journal
        })
    }
}

#[async_trait]
impl JournalPlace for JournalBlob {
    fn name(&self) -> String {
        self.place(1)
    }

    async fn open(&self, environment: &str) -> Result<Arc<dyn Journal>, JournalError> {
        let journal = self.begin(environment, Uuid::new_v4()).await?;
        Ok(Arc::new(journal))
    }

    async fn read(&self, environment: &str) -> Result<Option<Contents>, JournalError> {
        let all = self.all(environment).await?;
        Ok(all.map(|(contents, _)| contents))
    }

    async fn held(&self) -> Result<Held, JournalError> {
        match self.last_part(0).await? {
            0 => Ok(Held::Free),
            part => Ok(self.holder(part).await?.map_or(Held::Free, Held::By)),
        }
    }
}

/// A journal in a blob that this run holds.
#[derive(Debug)]
pub struct BlobJournal {
    place: JournalBlob,
    environment: String,
    lease: Arc<Lease>,
    state: Mutex<State>,
    keeper: lease::Keeper,
}

#[derive(Debug, Default)]
struct State {
    part: u32,
    length: u64,
    blocks: u32,
    records: Vec<Record>,
    /// What was sent to the end of the blob and may have come there or still come.
    sent: Vec<Sent>,
}

#[derive(Clone, Debug, PartialEq)]
struct Sent {
    line: Bytes,
    /// A header is none.
    record: Option<Record>,
}

impl State {
    /// It stands at the end; what else was meant for that place can no longer come there.
    fn take(&mut self, sent: Sent) {
        self.length = self
            .length
            .saturating_add(u64::try_from(sent.line.len()).unwrap_or(u64::MAX));
        self.records.extend(sent.record);
        self.sent.clear();
    }
}

impl BlobJournal {
    /// Adds a line, and knows at the end that it is there once.
    async fn add(
        &self,
        state: &mut State,
        line: Bytes,
        record: Option<Record>,
    ) -> Result<(), JournalError> {
        let own = Sent { line, record };
        let mut taken_again = false;
        loop {
            let part = state.part;
            self.lease
                .must_be_held()
                .map_err(|why| self.place.lost(part, why))?;
            if state.blocks >= MOST_BLOCKS {
                self.next_part(state).await?;
                continue;
            }
            // Whoever drops this call in the middle leaves it there for the next one to find.
            if state.sent.last() != Some(&own) {
                state.sent.push(own.clone());
            }
            let blobs = &self.place.blobs;
            let said = blobs
                .append(part, state.length, &own.line, self.lease.id)
                .await;
            match said.map_err(self.place.failed("write to", part))? {
                Ok(blocks) => {
                    state.blocks = blocks;
                    state.take(own);
                    return Ok(());
                }
                Err(Refused::NotTheEnd) => {
                    let found = self.found_at_the_end(state).await?;
                    let is_own = found == own;
                    state.blocks = state.blocks.saturating_add(1);
                    state.take(found);
                    if is_own {
                        return Ok(());
                    }
                }
                Err(Refused::Full) => self.next_part(state).await?,
                Err(Refused::LeaseOver) if !taken_again => {
                    // It ran out, as on a computer that slept: ours again, if nobody has it.
                    taken_again = true;
                    let again = blobs.acquire(part, self.lease.id).await;
                    if let Err(refused) = again.map_err(self.place.failed("lock", part))? {
                        return Err(self.place.odd(part, refused));
                    }
                }
                Err(refused) => return Err(self.place.odd(part, refused)),
            }
        }
    }

    /// Which of the lines that were sent there stands behind the last one that is known.
    async fn found_at_the_end(&self, state: &State) -> Result<Sent, JournalError> {
        let part = state.part;
        let tail = self.place.blobs.read(part, state.length).await;
        let tail = tail.map_err(self.place.failed("read", part))?;
        let tail = tail.map_err(|refused| self.place.odd(part, refused))?;
        let mut sent = state.sent.iter().rev();
        let found = sent.find(|sent| tail.starts_with(&sent.line));
        found
            .cloned()
            .ok_or_else(|| self.place.odd(part, Refused::NotTheEnd))
    }

    /// Goes on in a new blob, because this one is full. It has the same lease from its beginning.
    fn next_part<'a>(&'a self, state: &'a mut State) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            let (full, part) = (state.part, state.part + 1);
            let (place, lease) = (&self.place, self.lease.id);
            place.create(part).await?;
            place.acquire(part, lease).await?;
            let header = line(&place.place(part), &Header::of(&self.environment))?;
            let mut next = State {
                part,
                ..State::default()
            };
            self.lease.moves_to(part);
            self.add(&mut next, header, None).await?;
            self.name_holder(part).await?;
            state.part = part;
            state.length = next.length;
            state.blocks = next.blocks;
            state.sent.clear();
            // It runs out by itself where that does not succeed, and nobody begins in a part that is not the last.
            let _ = place.blobs.release(full, lease).await;
            Ok(())
        })
    }

    async fn name_holder(&self, part: u32) -> Result<(), JournalError> {
        let holder = Holder::this(Some(self.place.who.clone()));
        let text = serde_json::to_string(&holder).unwrap_or_default();
        // A header holds no others.
        let text: String = text
            .chars()
            .map(|c| {
                if c.is_ascii_graphic() || c == ' ' {
                    c
                } else {
                    '?'
                }
            })
            .collect();
        let blobs = &self.place.blobs;
        let named = blobs.name_holder(part, self.lease.id, &text).await;
        let named = named.map_err(self.place.failed("write to", part))?;
        named.map_err(|refused| self.place.odd(part, refused))
    }
}

#[async_trait]
impl Journal for BlobJournal {
    async fn append(&self, record: Record) -> Result<(), JournalError> {
        let entry = Entry::now(record);
        let mut state = self.state.lock().await;
        let line = line(&self.place.place(state.part), &entry)?;
        self.add(&mut state, line, Some(entry.record)).await
    }

    async fn recovery(&self) -> Result<Recovery, JournalError> {
        Ok(Recovery::from_records(&self.state.lock().await.records))
    }

    async fn close(&self) {
        self.keeper.stop();
        let blobs = &self.place.blobs;
        let released = async {
            let part = self.state.lock().await.part;
            blobs.release(part, self.lease.id).await
        };
        // It runs out by itself where nobody hears this.
        let _ = timeout(blobs.service().clock().scaled(GOODBYE), released).await;
    }
}

fn line(place: &str, of: &impl Serialize) -> Result<Bytes, JournalError> {
    let mut bytes = serde_json::to_vec(of).map_err(|source| JournalError::Io {
        doing: "write to",
        path: place.into(),
        source: source.into(),
    })?;
    bytes.push(b'\n');
    if bytes.len() > LONGEST {
        return Err(JournalError::TooLong {
            place: place.to_owned(),
            bytes: bytes.len(),
        });
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_core::testing::{FixedCredential, Reply, Script};

    /// What answers every request with 200 and nothing is no journal of endless parts.
    #[tokio::test(start_paused = true)]
    async fn parts_without_end_are_an_error() {
        let script = Script::new(vec![Reply::status(200); 2_500]);
        let address = "https://rhcjournal.blob.core.windows.net/rollout";
        let (address, options) = (address.parse().unwrap(), script.options());
        let place = JournalBlob::new(&address, "qa", FixedCredential::new(), &options, "ann");
        let place = place.unwrap();
        for error in [
            place.held().await.map(|_| ()).unwrap_err(),
            place.read("qa").await.map(|_| ()).unwrap_err(),
        ] {
            let shown = error.to_string();
            assert!(shown.contains("something in between"), "{shown}");
        }
        assert_eq!(script.seen().len(), 2_000);
    }
}
