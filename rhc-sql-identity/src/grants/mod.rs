//! Who may do what in a database: what is wanted, what is there, and the statements between the two.

mod identifier;
mod observed;
pub(crate) mod passwords;
mod plan;
mod probe;
mod role;
mod sid;
mod statement;

pub use identifier::{Identifier, InvalidIdentifier};
#[cfg(feature = "fake")]
pub(crate) use identifier::{folded, same_name};
pub use observed::{CATALOGUE_QUERY, Observed, ObservedUser, PrincipalKind, Row, UnreadableRow};
pub use passwords::{ENTRA_ONLY_QUERY, FactSeen, LOGINS_QUERY, PasswordFact, PasswordProof};
pub use plan::{Grant, GrantPlan, SidChange, SidTaken, plan};
pub use probe::{DatabasePermission, EffectiveRights, Probe, TableName};
pub use role::{DatabaseRole, UnknownRole};
pub use sid::{InvalidSid, Sid};
pub use statement::Statement;
