//! The difference between the users that are wanted and those that are there.

use std::collections::{BTreeMap, BTreeSet};

use rhc_core::{AppId, Error, Result};
use serde::{Deserialize, Serialize};

use super::identifier::{folded, same_name};
use super::{DatabaseRole, Identifier, Observed, ObservedUser, PrincipalKind, Sid, Statement};

const OPERATION: &str = "grants.plan";

/// Names that every database has a principal of.
const RESERVED: [&str; 5] = ["dbo", "guest", "sys", "INFORMATION_SCHEMA", "public"];

/// An application that shall be a user of a database, and what it may do there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its name in the database.
    pub user: String,
    /// The application (client) id; never an object id, by which nobody can log in.
    pub client_id: AppId,
    /// The roles that it shall be in, and no others.
    pub roles: BTreeSet<DatabaseRole>,
}

impl Grant {
    /// The SID that the user shall have.
    #[must_use]
    pub fn sid(&self) -> Sid {
        Sid::of_application(self.client_id)
    }
}

/// A wanted user whose name is taken by another identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SidChange {
    /// The user.
    pub user: String,
    /// The SID that it has.
    pub observed: Option<Sid>,
    /// What kind of principal it is; a wanted user is `E`.
    pub kind: PrincipalKind,
    /// The SID that it should have.
    pub wanted: Sid,
    /// Whether the plan replaces it.
    pub replaced: bool,
}

/// A wanted identity that is in the database under another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SidTaken {
    /// The user that is wanted.
    pub user: String,
    /// The user that has its SID.
    pub held_by: String,
    /// Whether the plan removes the holder.
    pub replaced: bool,
}

/// What to do to a database, and what to tell a person about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GrantPlan {
    /// What to run, in this order and in one transaction.
    pub statements: Vec<Statement>,
    /// Users that nobody asked for. They are never dropped.
    pub unexpected: Vec<ObservedUser>,
    /// Wanted users whose name belongs to another identity.
    pub sid_changed: Vec<SidChange>,
    /// Wanted identities that are there under another name.
    pub sid_taken: Vec<SidTaken>,
}

impl GrantPlan {
    /// Whether there is nothing to run.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Whether something stands in the way that a person has to decide on.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.sid_changed.iter().any(|change| !change.replaced)
            || self.sid_taken.iter().any(|taken| !taken.replaced)
    }

    /// The statements as one batch that takes effect wholly or not at all; empty without a statement.
    #[must_use]
    pub fn batch(&self) -> String {
        if self.statements.is_empty() {
            return String::new();
        }
        let mut lines = vec![
            "SET XACT_ABORT ON;".to_owned(),
            "BEGIN TRANSACTION;".to_owned(),
        ];
        lines.extend(self.statements.iter().map(ToString::to_string));
        lines.push("COMMIT TRANSACTION;".to_owned());
        lines.join("\n")
    }
}

/// Compares the users that are wanted with those that are there.
///
/// Of a managed user the roles that are not wanted are dropped. A user that nobody asked for is reported and left
/// alone. A user whose identity is another one than is wanted, and a user that holds a wanted identity under another
/// name, are reported; they are replaced only if `replace` has their names.
///
/// # Errors
/// `InvalidInput` for a name that SQL Server cannot hold or that every database has, and for a name or a client id
/// that is wanted twice.
///
/// ```
/// use rhc_sql_identity::{DatabaseRole, Grant, Observed, plan};
///
/// let wanted = [Grant {
///     user: "rhc-hp2-qa-db".to_owned(),
///     client_id: "83d59817-87fd-4a0f-a6b9-09c04d126368".parse()?,
///     roles: [DatabaseRole::DataReader].into(),
/// }];
/// let plan = plan(&wanted, &Observed::default(), &Default::default())?;
/// assert_eq!(
///     plan.statements[0].to_string(),
///     "CREATE USER [rhc-hp2-qa-db] WITH SID = 0x1798D583FD870F4AA6B909C04D126368, TYPE = E;"
/// );
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn plan(
    desired: &[Grant],
    observed: &Observed,
    replace: &BTreeSet<String>,
) -> Result<GrantPlan> {
    let desired = checked(desired)?;
    let told = |name: &str| replace.iter().any(|replaced| same_name(replaced, name));
    let mut plan = GrantPlan::default();
    let mut work = Phases::default();
    for (user, grant) in desired.values() {
        let sid = grant.sid();
        let there = observed.user(&grant.user);
        let fits = there.is_some_and(|there| {
            there.sid.as_ref() == Some(&sid) && there.kind == PrincipalKind::External
        });
        if let (true, Some(there)) = (fits, there) {
            work.mend(grant, there)?;
            continue;
        }
        let mut free = true;
        if let Some(there) = there {
            let replaced = told(&there.name);
            plan.sid_changed.push(SidChange {
                user: there.name.clone(),
                observed: there.sid.clone(),
                kind: there.kind.clone(),
                wanted: sid.clone(),
                replaced,
            });
            free &= replaced;
        }
        let holder = observed
            .holder(&sid)
            .filter(|holder| !same_name(&holder.name, &grant.user));
        if let Some(holder) = holder {
            // A holder that is itself wanted with another identity makes room when it is replaced.
            let replaced = told(&holder.name);
            plan.sid_taken.push(SidTaken {
                user: grant.user.clone(),
                held_by: holder.name.clone(),
                replaced,
            });
            free &= replaced;
        }
        if free {
            for gone in there.into_iter().chain(holder) {
                work.drop_user(gone)?;
            }
            work.create(user, grant);
        }
    }
    plan.unexpected = observed
        .users
        .iter()
        .filter(|user| !desired.contains_key(&folded(&user.name)))
        .filter(|user| !work.dropped.contains_key(&folded(&user.name)))
        .cloned()
        .collect();
    plan.statements = work.into_statements();
    Ok(plan)
}

/// Room before the new: no name and no SID is asked for while it is still held.
#[derive(Default)]
struct Phases {
    dropped: BTreeMap<String, Statement>,
    created: Vec<Statement>,
    left: Vec<Statement>,
    joined: Vec<Statement>,
}

impl Phases {
    fn drop_user(&mut self, user: &ObservedUser) -> Result<()> {
        let statement = Statement::DropUser {
            user: identifier(&user.name)?,
        };
        self.dropped.insert(folded(&user.name), statement);
        Ok(())
    }

    fn create(&mut self, user: &Identifier, grant: &Grant) {
        self.created.push(Statement::CreateUser {
            user: user.clone(),
            sid: grant.sid(),
        });
        for role in &grant.roles {
            self.join(*role, user);
        }
    }

    fn join(&mut self, role: DatabaseRole, user: &Identifier) {
        self.joined.push(Statement::AddMember {
            role: role.identifier(),
            user: user.clone(),
        });
    }

    fn mend(&mut self, grant: &Grant, there: &ObservedUser) -> Result<()> {
        // The name as the database has it, should its collation tell cases apart.
        let user = identifier(&there.name)?;
        let wants = |name: &str| grant.roles.iter().any(|role| role.identifier().is(name));
        for role in there.roles.iter().filter(|role| !wants(role)) {
            self.left.push(Statement::DropMember {
                role: identifier(role)?,
                user: user.clone(),
            });
        }
        for role in &grant.roles {
            if !there.roles.iter().any(|has| role.identifier().is(has)) {
                self.join(*role, &user);
            }
        }
        Ok(())
    }

    fn into_statements(self) -> Vec<Statement> {
        let Self {
            dropped,
            created,
            left,
            joined,
        } = self;
        dropped
            .into_values()
            .chain(created)
            .chain(left)
            .chain(joined)
            .collect()
    }
}

/// The wanted users by their folded names.
fn checked(desired: &[Grant]) -> Result<BTreeMap<String, (Identifier, &Grant)>> {
    let mut users = BTreeMap::new();
    let mut clients = BTreeMap::new();
    for grant in desired {
        let user = identifier(&grant.user)?;
        let roles = DatabaseRole::ALL.iter().map(|role| role.name());
        if RESERVED
            .into_iter()
            .chain(roles)
            .any(|reserved| user.is(reserved))
        {
            return Err(Error::invalid(
                OPERATION,
                format!(
                    "`{user}` is a principal that every database has; give the user another name"
                ),
            ));
        }
        if let Some(other) = clients.insert(grant.client_id, &grant.user) {
            return Err(Error::invalid(
                OPERATION,
                format!(
                    "the client id {} is wanted as `{other}` and as `{user}`; a database knows an identity once",
                    grant.client_id
                ),
            ));
        }
        if users.insert(folded(&grant.user), (user, grant)).is_some() {
            return Err(Error::invalid(
                OPERATION,
                format!(
                    "the user `{}` is wanted twice; names compare without case",
                    grant.user
                ),
            ));
        }
    }
    Ok(users)
}

fn identifier(name: &str) -> Result<Identifier> {
    Identifier::new(name).map_err(|error| Error::invalid(OPERATION, error.to_string()))
}
