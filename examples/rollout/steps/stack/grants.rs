//! An app as a user of a database, with its roles.

use std::collections::BTreeSet;

use async_trait::async_trait;
use rhc_arm::ResourceId;
use rhc_core::AppId;
use rhc_sql_identity::{
    DatabaseRole, Databases, Grant, GrantPlan, Observation, PrincipalKind, SqlAddress,
};
use serde_json::{Value, json};
use std::sync::Arc;

use super::sql_door::SqlDoor;
use super::sql_users::users;
use crate::engine::{
    Apply, Change, ChangeKind, DiffRules, Effect, Inputs, Key, Meta, Observe, Observed, Output,
    Outputs, Step, StepError,
};
use crate::steps::arm_resource::{arm_id, parse};
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
    /// Everybody who shall be a user of the database.
    expected: Vec<String>,
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
            expected: Vec::new(),
        }
    }

    /// Says who else shall be a user of the database.
    #[must_use]
    pub fn beside(mut self, users: Vec<String>) -> Self {
        self.expected = users;
        self
    }

    fn may_be_replaced(&self, user: &str) -> bool {
        let mut told = self.clients.replaced().iter();
        told.any(|name| name.eq_ignore_ascii_case(user))
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

impl GrantStep {
    /// Brings the user about in one session: a look, one transaction, and a look at what came of it.
    async fn granted(
        &self,
        cx: &Apply<'_>,
        databases: &dyn Databases,
        at: &SqlAddress,
        grant: Grant,
    ) -> Result<Effect, StepError> {
        let done = databases
            .converge(at, &[grant], self.clients.replaced())
            .await?;
        if done.plan.is_blocked() {
            return Err(blocked(at, &done.plan));
        }
        let strangers: Vec<&str> = done
            .plan
            .unexpected
            .iter()
            .map(|user| user.name.as_str())
            .filter(|name| {
                !self
                    .expected
                    .iter()
                    .any(|own| own.eq_ignore_ascii_case(name))
            })
            .collect();
        if !strangers.is_empty() {
            cx.note(format!(
                "{at} has users that nobody asked for, which stay: {}",
                strangers.join(", ")
            ));
        }
        Ok(match (done.plan.is_empty(), done.before.user(&self.user)) {
            (true, _) => Effect::Unchanged,
            (false, Some(_)) => Effect::Updated,
            (false, None) => Effect::Created,
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
        // Another name is there only for the identity that is wanted.
        let rules = DiffRules::new()
            .unordered("roles")
            .ignore_case("user")
            .immutable("user")
            .way_out("find out who made that user and what uses it; if it is of no use, plan and apply with --replace-user and its name drop it and make it anew");
        if self.may_be_replaced(&self.user) {
            rules
        } else {
            rules.immutable("clientId")
        }
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let databases = self.databases(cx.inputs())?;
        let at = self.address()?;
        // Known only once the database is there: before, there is nothing to look into.
        cx.inputs().require(&self.made)?;
        let sid = self.grant(cx.inputs())?.sid();
        match users(cx, databases, &at).await? {
            Observation::Known(users) => {
                // Whoever holds the identity under another name stands in its way, unless he may be dropped.
                let holder = users.holder(&sid);
                let holder = holder.filter(|user| !self.may_be_replaced(&user.name));
                let there = users.user(&self.user).or(holder);
                Ok(there.map_or(Observed::Absent, |user| {
                    // A group's SID is as long: only an external user can log in as an application.
                    let external = user.kind == PrincipalKind::External;
                    let sid = user.sid.as_ref().filter(|_| external);
                    let client_id = sid.and_then(|sid| sid.as_uuid());
                    let client_id = client_id.map(|id| id.to_string());
                    Observed::unmarkable(
                        json!({"user": user.name, "clientId": client_id, "roles": user.roles}),
                        Outputs::new(),
                    )
                }))
            }
            Observation::NotObservable { reason } => Ok(Observed::NotObserved {
                reason: format!(
                    "server closed to this computer, so that nobody has looked (plan --open-window opens it for the look, apply for the work): {reason}"
                ),
            }),
        }
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let inputs = cx.inputs();
        let (databases, at, grant) = (
            self.databases(inputs)?,
            self.address()?,
            self.grant(inputs)?,
        );
        let database: ResourceId = parse(&inputs.require(&self.made)?)?;
        let server = database.parent().ok_or_else(|| {
            StepError::bug(format!("the database {database} stands in no server"))
        })?;
        let (tenant, id) = (&self.tenant.key, self.tenant.id(inputs)?);
        let door = SqlDoor::of(&self.clients, tenant, id, &server.to_string(), at.clone())?;
        let work = Box::pin(self.granted(cx, &*databases, &at, grant));
        let effect = cx.through(Arc::new(door), work).await?;
        if change.kind == ChangeKind::Reconcile {
            cx.effect(effect);
        }
        Ok(Outputs::new())
    }
}

/// Who stands in the way, and how a person lets him be replaced.
fn blocked(at: &SqlAddress, plan: &GrantPlan) -> StepError {
    let changed = plan.sid_changed.iter().filter(|own| !own.replaced);
    let taken = plan.sid_taken.iter().filter(|own| !own.replaced);
    let names = changed.clone().map(|own| own.user.as_str());
    let names: Vec<&str> = names
        .chain(taken.clone().map(|own| own.held_by.as_str()))
        .collect();
    let words = changed.map(|own| {
        let has = own
            .observed
            .as_ref()
            .map_or_else(|| "none".to_owned(), ToString::to_string);
        if own.observed.as_ref() == Some(&own.wanted) {
            // What is equal to the eye is of another kind.
            let kind = String::from(own.kind.clone());
            return format!(
                "the user {} is of the kind {kind} and should be E",
                own.user
            );
        }
        format!(
            "the user {} has the SID {has} and should have {}",
            own.user, own.wanted
        )
    });
    let words = words.chain(taken.map(|own| {
        format!(
            "the SID of {} belongs to the user {}",
            own.user, own.held_by
        )
    }));
    let words: Vec<String> = words.collect();
    StepError::new(format!("in {at}, {}", words.join("; "))).remedy(format!(
        "find out who made it; if it is of no use, run apply with --replace-user {}, which drops it and makes it anew",
        names.join(" --replace-user ")
    ))
}
