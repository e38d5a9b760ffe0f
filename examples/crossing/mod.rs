//! The way from an app in one tenant to a database in another, leg by leg; and each link of it broken once.
//!
//! All of it happens in a World of its own, in process and on a clock that does not wait: the authority, the app's identity
//! endpoint and the SQL server are fakes that read what is sent to them. What the app does is what it would do on Azure.

mod breaks;
mod place;

use std::error::Error;
use std::fmt::Write as _;

use azure_core::credentials::TokenCredential;
use rhc_core::Cloud;
use rhc_sql_identity::{AssertionSource, Databases, Sid, SqlSession, TokenClaims};

use time::format_description::well_known::Rfc3339;

use breaks::BREAKS;
use place::{App, HP2, Place, SMX};

type Said<T = ()> = Result<T, Box<dyn Error>>;

/// What tokens of an identity have to be for, if they are to be exchanged.
const EXCHANGE: &str = "api://AzureADTokenExchange";

/// Tells all of it.
///
/// # Errors
/// The World could not be made, or what has to work does not.
pub(crate) async fn story() -> Said<String> {
    let mut out = String::new();
    let place = Place::new().await?;
    writeln!(
        out,
        "Two apps of one tenant, each with a database in another tenant, and no password anywhere.\n\
         The hosting tenant is {}, the databases' tenant is {}.",
        place.home, place.database
    )?;
    for (app, other) in [(&HP2, &SMX), (&SMX, &HP2)] {
        Box::pin(way(&mut out, &place, app, other)).await?;
    }
    writeln!(out, "\n=== Each link broken once, and what is said of it")?;
    for (number, broken) in BREAKS.iter().enumerate() {
        writeln!(out, "\n{}. {}", number + 1, broken.what)?;
        Box::pin(breaks::tell(&mut out, broken)).await?;
    }
    Ok(out)
}

/// The way of one app: two tokens, a login, and what it may do.
async fn way(out: &mut String, place: &Place, app: &App, other: &App) -> Said {
    let scope = Cloud::public().sql_scope;
    writeln!(
        out,
        "\n=== {}: the identity {}, the database {}",
        app.name, app.identity, app.database
    )?;
    let token = place.identity(app)?.assertion(EXCHANGE).await?;
    writeln!(
        out,
        "\n1. The app asks for a token of its managed identity, for the exchange."
    )?;
    claims(out, token.token.secret(), "the identity's object id")?;
    let credential = place.credential(app)?;
    let token = credential.get_token(&[&scope], None).await?;
    writeln!(
        out,
        "\n2. With it the databases' tenant gives a token of the bridge app {}, which trusts that identity.",
        place.bridge(app)
    )?;
    claims(
        out,
        token.token.secret(),
        "the bridge app's object id in that tenant",
    )?;
    let databases = place.databases(app)?;
    let address = place.address(app.database)?;
    let mut session = databases.open(&address).await?;
    writeln!(out, "\n3. With that it logs in to {address} by TDS.")?;
    let rows = session.run("SELECT DB_NAME(), USER_NAME()").await?;
    let shown: Vec<_> = rows
        .iter()
        .flatten()
        .flatten()
        .map(String::as_str)
        .collect();
    writeln!(out, "   database and user   {}", shown.join(", "))?;
    writeln!(
        out,
        "   known by its SID    {} (the token's appid, in the order of bytes that SQL Server has)",
        Sid::of_application(place.bridge(app))
    )?;
    writeln!(out, "\n4. What it can do, and what it cannot.")?;
    may(out, &mut *session, app).await?;
    let elsewhere = place.address(other.database)?;
    match databases.open(&elsewhere).await {
        Ok(_) => return Err(format!("{} opens {elsewhere}", app.name).into()),
        Err(error) => writeln!(
            out,
            "   no   open {elsewhere}: {}",
            error.code().unwrap_or("no code")
        )?,
    }
    Ok(())
}

async fn may(out: &mut String, session: &mut (dyn SqlSession + '_), app: &App) -> Said {
    let rights = session.effective_rights().await?;
    let roles: Vec<_> = rights.roles.iter().map(ToString::to_string).collect();
    writeln!(out, "   yes  {}", roles.join(", "))?;
    let table = app.table.parse()?;
    for (can, what) in [
        (
            session.can_read(&table).await?,
            format!("read {}", app.table),
        ),
        (
            session.can_write(&table).await?,
            format!("write {}", app.table),
        ),
        (
            session.can_create_tables().await?,
            "create a table".to_owned(),
        ),
    ] {
        writeln!(out, "   {:<4} {what}", if can { "yes" } else { "no" })?;
    }
    Ok(())
}

/// What a token says, without the token.
fn claims(out: &mut String, token: &str, subject: &str) -> Said {
    let claims = TokenClaims::read(token).ok_or("the token cannot be read")?;
    let end = claims
        .expires_on()
        .ok_or("the token does not say its end")?;
    for (name, value, note) in [
        ("iss  ", claims.iss, "who issued it"),
        ("sub  ", claims.sub, subject),
        ("aud  ", claims.aud.join(", "), "what it is for"),
        ("tid  ", claims.tid.unwrap_or_default(), "the tenant"),
        ("appid", claims.appid.unwrap_or_default(), "the client id"),
        ("exp  ", end.format(&Rfc3339)?, "until when"),
    ] {
        writeln!(out, "   {name}  {value}  ({note})")?;
    }
    Ok(())
}
