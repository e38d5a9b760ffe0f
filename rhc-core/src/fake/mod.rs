#![doc = include_str!("README.md")]

pub mod authority;
pub mod directory;
mod dns;
mod events;
mod http;
mod ids;
mod person;
mod save;
mod section;
mod state;
mod vantage;
mod world;
pub mod x509;

pub use self::http::respond;
pub use self::http::{
    Alteration, Fault, FaultKind, Faults, LoggedRequest, Match, Met, Noted, Occurrence, RequestInfo,
};
pub use directory::{
    Directory, DirectoryError, DirectoryObject, ObjectKind, Read, Replication, Tenant, TenantKind,
    View,
};
pub use dns::{Dns, RecordType, Zone};
pub use person::{Person, PersonError, PersonTask};
pub use save::StateError;
pub use section::{Section, SectionProblem};
pub use state::State;
pub use vantage::Vantage;
pub use world::{EventHandler, WeakWorld, World, WorldOptions};
