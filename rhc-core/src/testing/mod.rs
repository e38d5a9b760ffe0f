//! For the tests of clients: a scripted transport, a fixed credential, recorded fixtures.
//!
//! Three layers, from the inside out:
//! a [`Script`] answers without a socket, on a paused clock, and is for retries, paging and operations;
//! [`Fixtures`] replays recorded exchanges through a mock server, or records them anew;
//! the `fake` feature has a whole cloud.

mod corpus;
mod credential;
mod fixture;
mod fuzzed;
mod record;
mod refusal;
mod replay;
mod script;
mod scrub;
mod stand_ins;

pub use corpus::{Target, replay_corpus};
pub use credential::FixedCredential;
pub use fixture::{Exchange, Fixture, RecordedRequest, RecordedResponse};
pub use fuzzed::{block_on, presentable, round_trip};
pub use record::Recorder;
pub use refusal::{Refused, refusal};
pub use replay::{Connection, Fixtures, Live};
pub use script::{Reply, Script, Seen};
pub use scrub::scrub;
pub use stand_ins::CERTIFICATE;
