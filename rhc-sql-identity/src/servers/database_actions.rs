//! What is done to a database besides writing and reading it.

use rhc_arm::{Error, Operation, Resource, ResourceId, ResourceType, Resources, Result};
use serde_json::json;

use super::{SqlDatabase, SqlDatabaseScope};

impl SqlDatabaseScope {
    /// Gives the database another name on its server, and itself with it.
    ///
    /// It is not repeated when its answer is lost: whether the database has the new name is then to be looked up.
    ///
    /// Request: `POST …/databases/{database}/move`, operation `databases.rename`.
    /// Permission: `Microsoft.Sql/servers/databases/move/action`, which the role SQL DB Contributor has (unverified).
    /// Page: [databases/rename](https://learn.microsoft.com/rest/api/sql/databases/rename).
    ///
    /// # Errors
    /// `DatabaseNameInUse` (400) where the server has another database of that name, `CannotUseReservedDatabaseName` (400) for
    /// `master` and its like. [`is_not_found`](Error::is_not_found). [`InvalidInput`](rhc_arm::ErrorKind::InvalidInput) for a name with
    /// a slash in it.
    pub async fn rename(&self, name: &str) -> Result<Self> {
        let server = self.server()?;
        if name.is_empty() || name.contains('/') {
            let why =
                format!("`{name}` is no name of a database: it is empty, or a slash is in it");
            return Err(Error::invalid("databases.rename", why));
        }
        let target = server.child("databases", name);
        let body = json!({ "id": target.as_str() });
        let databases = self.siblings()?;
        databases
            .action::<()>(self.id.name(), "move", Some(&body))
            .await?;
        Ok(Self {
            arm: self.arm.clone(),
            id: target,
        })
    }

    /// Begins to pause the database. Only those of the size `DataWarehouse` can be; a serverless one pauses by itself.
    ///
    /// Request: `POST …/databases/{database}/pause`, operation `databases.pause`.
    /// Permission: `Microsoft.Sql/servers/databases/pause/action`, which the role SQL DB Contributor has (unverified).
    /// Page: [databases/pause](https://learn.microsoft.com/rest/api/sql/databases/pause).
    ///
    /// # Errors
    /// `FeatureDisabledOnSelectedEdition` (400) for any other size. [`is_not_found`](Error::is_not_found).
    pub async fn begin_pause(&self) -> Result<Operation<Resource<SqlDatabase>>> {
        let databases = self.siblings()?;
        databases
            .begin_action(self.id.name(), "pause", None::<&()>)
            .await
    }

    /// Begins to resume a database that was paused.
    ///
    /// Request: `POST …/databases/{database}/resume`, operation `databases.resume`.
    /// Permission: `Microsoft.Sql/servers/databases/resume/action`, which the role SQL DB Contributor has (unverified).
    /// Page: [databases/resume](https://learn.microsoft.com/rest/api/sql/databases/resume).
    ///
    /// # Errors
    /// `FeatureDisabledOnSelectedEdition` (400) for any size but `DataWarehouse`. [`is_not_found`](Error::is_not_found).
    pub async fn begin_resume(&self) -> Result<Operation<Resource<SqlDatabase>>> {
        let databases = self.siblings()?;
        databases
            .begin_action(self.id.name(), "resume", None::<&()>)
            .await
    }

    fn siblings(&self) -> Result<Resources<SqlDatabase>> {
        Ok(self.arm.resources(self.server()?))
    }

    fn server(&self) -> Result<ResourceId> {
        self.id.parent().ok_or_else(|| {
            let why = format!("`{}` is no id of a `{}`", self.id, SqlDatabase::TYPE);
            Error::invalid("databases", why)
        })
    }
}
