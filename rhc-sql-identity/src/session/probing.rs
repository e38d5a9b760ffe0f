//! Asking an open database what its session may do.

use rhc_core::Result;

use super::SqlSession;
use crate::grants::{EffectiveRights, Probe, TableName};

/// The server's number for a statement that the session has no permission for.
const NO_PERMISSION: &str = "SQL262";
/// The server's number for an object that the session has no permission on.
const NO_PERMISSION_ON_OBJECT: &str = "SQL229";

impl dyn SqlSession + '_ {
    /// What the session may do, by `IS_ROLEMEMBER` and `HAS_PERMS_BY_NAME`. Every user may ask about himself.
    ///
    /// # Errors
    /// `Decode` if the database answers with something else than was asked for.
    pub async fn effective_rights(&mut self) -> Result<EffectiveRights> {
        let roles = self.run(&Probe::Roles.to_string()).await?;
        let permissions = self.run(&Probe::Permissions.to_string()).await?;
        EffectiveRights::from_rows(&roles, &permissions)
    }

    /// Whether the session can make a table, by trying. What was made is rolled back.
    ///
    /// # Errors
    /// Every refusal but the one of who has no permission.
    pub async fn can_create_tables(&mut self) -> Result<bool> {
        self.is_allowed(&Probe::CreateTable, NO_PERMISSION).await
    }

    /// Whether the session can read a table.
    ///
    /// # Errors
    /// `SQL208` where there is no such table.
    pub async fn can_read(&mut self, table: &TableName) -> Result<bool> {
        self.is_allowed(&Probe::Read(table.clone()), NO_PERMISSION_ON_OBJECT)
            .await
    }

    /// Whether the session can delete rows of a table. None is deleted.
    ///
    /// # Errors
    /// `SQL208` where there is no such table.
    pub async fn can_write(&mut self, table: &TableName) -> Result<bool> {
        self.is_allowed(&Probe::Write(table.clone()), NO_PERMISSION_ON_OBJECT)
            .await
    }

    async fn is_allowed(&mut self, probe: &Probe, refusal: &str) -> Result<bool> {
        match self.run(&probe.to_string()).await {
            Ok(_) => Ok(true),
            Err(error) if error.has_code(refusal) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
