//! An app as a user of a database, with its roles.

use std::collections::BTreeSet;

use async_trait::async_trait;
use rhc_core::AppId;
use rhc_sql_identity::{DatabaseRole, Databases, Grant, Observation, SqlAddress, plan};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::engine::{
    Apply, Change, ChangeKind, DiffRules, Effect, Inputs, Key, Meta, Observe, Observed, Output,
    Outputs, Step, StepError,
};
use crate::steps::arm_resource::arm_id;
use crate::steps::clients::{Clients, TenantRef};

/// A user of a database, made by SID, and its roles: those that the file says, and no others.
#[derive(Debug)]
pub struct GrantStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    host: String,
    database: String,
    user: String,
    client_id: Output<String>,
    made: Output<String>,
    roles: Vec<String>,
}

impl GrantStep {
    /// `user`, with this application (client) id, in `database` of the server `host`.
    #[allow(
        clippy::too_many_arguments,
        reason = "who, where, and as what: each is named in the one call"
    )]
    pub fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        host: String,
        database: &str,
        user: &str,
        client_id: Output<String>,
        roles: &[String],
        made: &Key,
    ) -> Self {
        Self {
            meta: tenant.needed_by(meta).needs(made).needs_output(&client_id),
            clients,
            tenant,
            host,
            database: database.to_owned(),
            user: user.to_owned(),
            client_id,
            made: arm_id(made),
            roles: roles.to_vec(),
        }
    }

    fn address(&self) -> Result<SqlAddress, StepError> {
        Ok(SqlAddress::new(
            self.clients.connection().cloud(),
            &self.host,
            &self.database,
        )?)
    }

    fn databases(&self, inputs: &Inputs<'_>) -> Result<Arc<dyn Databases>, StepError> {
        self.clients
            .connection()
            .databases(&self.tenant.key, self.tenant.id(inputs)?)
    }

    fn grant(&self, inputs: &Inputs<'_>) -> Result<Grant, StepError> {
        let client_id: AppId = inputs.require(&self.client_id)?.parse().map_err(|error| {
            StepError::new(format!(
                "the directory gave a client id that is none: {error}"
            ))
        })?;
        let roles: Result<BTreeSet<DatabaseRole>, _> =
            self.roles.iter().map(|role| role.parse()).collect();
        Ok(Grant {
            user: self.user.clone(),
            client_id,
            roles: roles.map_err(|error| StepError::new(format!("{}: {error}", self.database)))?,
        })
    }
}

#[async_trait]
impl Step for GrantStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(
            json!({"user": self.user, "clientId": inputs.text(&self.client_id)?, "roles": self.roles}),
        )
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new()
            .unordered("roles")
            .ignore_case("user")
            .immutable("clientId")
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let databases = self.databases(cx.inputs())?;
        let (at, scope) = (self.address()?, self.address()?.to_string());
        // Known only once the database is there: before, there is nothing to look into.
        cx.inputs().require(&self.made)?;
        cx.inputs().require(&self.client_id)?;
        let seen = cx
            .listing(
                &scope,
                "sql-users",
                |_: &Observation| None,
                || async move { Ok(vec![databases.observe(&at).await?]) },
            )
            .await?;
        match seen.iter().next() {
            Some(Observation::Known(users)) => {
                Ok(users.user(&self.user).map_or(Observed::Absent, |user| {
                    let client_id = user
                        .sid
                        .as_ref()
                        .and_then(|sid| sid.as_uuid())
                        .map(|id| id.to_string());
                    Observed::unmarkable(
                        json!({"user": user.name, "clientId": client_id, "roles": user.roles}),
                        Outputs::new(),
                    )
                }))
            }
            Some(Observation::NotObservable { reason }) => Ok(Observed::NotObserved {
                reason: reason.clone(),
            }),
            None => Ok(Observed::Absent),
        }
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let (databases, at, grant) = (
            self.databases(cx.inputs())?,
            self.address()?,
            self.grant(cx.inputs())?,
        );
        let observed = match databases.observe(&at).await? {
            Observation::Known(users) => users,
            Observation::NotObservable { reason } => return Err(StepError::new(reason)),
        };
        let existed = observed.user(&self.user).is_some();
        let difference = plan(&[grant], &observed, &BTreeSet::new())?;
        if difference.is_blocked() {
            return Err(StepError::new(format!("in {}, the name {} or its SID belongs to another identity", self.database, self.user))
                .remedy("find out who made that user; drop it by hand if it is of no use, then run the same command again"));
        }
        databases.apply(&at, &difference).await?;
        if change.kind == ChangeKind::Reconcile {
            cx.effect(match (difference.is_empty(), existed) {
                (true, _) => Effect::Unchanged,
                (false, true) => Effect::Updated,
                (false, false) => Effect::Created,
            });
        }
        Ok(Outputs::new())
    }
}
