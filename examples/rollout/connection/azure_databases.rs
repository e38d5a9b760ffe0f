//! Azure's databases, as far as this version goes: not at all.

use async_trait::async_trait;
use rhc_core::{Error, ErrorKind, Result};
use rhc_sql_identity::{Databases, Observation, SqlAddress, SqlSession};

/// Why, in one sentence that preflight says too.
pub const NOT_YET: &str = "users and roles inside the databases are not yet written on real Azure: this version speaks to \
                           SQL servers of the embedded cloud only";

/// Why the probe does not look either.
pub const PROBE_NOT_YET: &str = "the probe does not yet speak the language of SQL servers on real Azure: it proves the token there, and \
                                 what it would do with it on the embedded cloud only";

/// Says honestly that it cannot look, and refuses to write.
#[derive(Clone, Copy, Debug)]
pub struct AzureDatabases;

#[async_trait]
impl Databases for AzureDatabases {
    async fn open(&self, _: &SqlAddress) -> Result<Box<dyn SqlSession>> {
        Err(Error::new(ErrorKind::Refused, "sql.open", NOT_YET))
    }

    async fn observe(&self, _: &SqlAddress) -> Result<Observation> {
        Ok(Observation::NotObservable {
            reason: NOT_YET.to_owned(),
        })
    }
}
