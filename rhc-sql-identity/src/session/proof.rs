//! Proving that no password is of use on a server.

use rhc_core::{Error, Result};

use super::{Databases, SqlAddress, observed};
use crate::grants::{
    CATALOGUE_QUERY, ENTRA_ONLY_QUERY, FactSeen, LOGINS_QUERY, PasswordFact, PasswordProof, Row,
    passwords,
};
use crate::servers::{EntraOnlyAuthentication, SqlDatabase, SqlServerScope};

/// Looks at the four facts that show that no password is of use on a server: the switch in Resource Manager, what the server
/// says of it, the users of every database, and the logins in `master`. The switch alone leaves logins and users where they
/// are, and who switches it off later makes them of use again.
///
/// `at` is any database of the server; which ones there are is what Resource Manager says.
///
/// Role: Reader on the server; in the databases the server's administrators, or what
/// [`observe`](Databases::observe) needs, without the logins.
///
/// # Errors
/// Those of Resource Manager. Where a database cannot be looked into, a server that is closed to this network included, that
/// is a fact that was not seen, and no error.
pub async fn prove_no_passwords(
    server: &SqlServerScope,
    databases: &dyn Databases,
    at: &SqlAddress,
) -> Result<PasswordProof> {
    let mut proof = PasswordProof::default();
    let switch = server
        .entra_only()
        .get_opt(EntraOnlyAuthentication::NAME)
        .await?;
    let on = switch.and_then(|own| own.properties.azure_ad_only_authentication);
    proof.add(
        PasswordFact::Switch,
        match on {
            Some(true) => FactSeen::Holds,
            Some(false) => FactSeen::Broken("azureADOnlyAuthentication is false".to_owned()),
            None => FactSeen::Broken("the server has no such setting".to_owned()),
        },
    );
    let login = server.itself().await?.properties.administrator_login;

    let master = at.beside(SqlDatabase::MASTER)?;
    let answers = ask(databases, &master, &[ENTRA_ONLY_QUERY, LOGINS_QUERY]).await;
    let (says, logins) = match answers.as_deref() {
        Ok([says, logins]) => (
            passwords::entra_only(says),
            passwords::logins(logins, login.as_deref()),
        ),
        Ok(_) => (not_seen("no answer came"), not_seen("no answer came")),
        Err(error) => (not_seen(error.message()), not_seen(error.message())),
    };
    proof.add(PasswordFact::Server, says);
    for database in server.databases().list().collect_all().await? {
        let name = database.name.unwrap_or_default();
        if name == SqlDatabase::MASTER {
            continue;
        }
        let seen = match ask(databases, &at.beside(&name)?, &[CATALOGUE_QUERY]).await {
            Ok(answers) => match observed(&answers.concat()) {
                Ok(observed) => passwords::users(&observed),
                Err(error) => not_seen(error.message()),
            },
            Err(error) => not_seen(error.message()),
        };
        proof.add(PasswordFact::Users(name), seen);
    }
    proof.add(PasswordFact::Logins, logins);
    Ok(proof)
}

fn not_seen(why: &str) -> FactSeen {
    FactSeen::NotSeen(why.to_owned())
}

/// Asks one database in one session.
async fn ask(
    databases: &dyn Databases,
    at: &SqlAddress,
    batches: &[&str],
) -> Result<Vec<Vec<Row>>, Error> {
    databases
        .retry()
        .run(|| async {
            let mut session = databases.open(at).await?;
            let mut answers = Vec::new();
            for batch in batches {
                answers.push(session.run(batch).await?);
            }
            Ok(answers)
        })
        .await
}
