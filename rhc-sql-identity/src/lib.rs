#![doc = include_str!("../README.md")]

mod grants;
mod session;

pub use grants::{
    CATALOGUE_QUERY, DatabaseRole, Grant, GrantPlan, Identifier, InvalidIdentifier, InvalidSid,
    Observed, ObservedUser, PrincipalKind, Row, Sid, SidChange, SidTaken, Statement, UnknownRole,
    UnreadableRow, plan,
};
pub use rhc_core::{AppId, Error, ErrorKind, Result};
pub use session::{Databases, Observation, SqlAddress, SqlError, SqlRetry, SqlSession};
