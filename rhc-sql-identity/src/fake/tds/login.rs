//! Letting a client in: what a login must be, and what it is refused with.

use axum::http::{HeaderMap, HeaderValue, header};
use rhc_core::fake::World;

use crate::fake::sql::{self, Session};
use crate::session::SqlError;

use super::bytes::Malformed;
use super::login7::{FedAuth, Login, TDS_8};
use super::prelogin::Prelogin;
use super::{Inner, Place, TdsLogin};

/// What becomes of a login.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is let in.
    In { session: Box<Session>, version: u32 },
    /// It is to be tried at another host.
    Elsewhere {
        version: u32,
        host: String,
        port: u16,
    },
    /// It is refused.
    Refused(SqlError),
}

/// Decides about a login, and takes note of it.
pub(super) fn decide(
    servers: &Inner,
    world: &World,
    place: &Place,
    prelogin: &Prelogin,
    strict: bool,
    body: &[u8],
) -> (String, Verdict) {
    let login = match Login::parse(body) {
        Ok(login) => login,
        Err(Malformed) => return (String::new(), Verdict::Refused(invalid())),
    };
    let host = place.host.clone().unwrap_or_else(|| host_of(&login.server));
    let server = servers.server_of(&host);
    let verdict = match check(&login, prelogin) {
        Err(error) => Verdict::Refused(error),
        Ok(fed_auth) => match (servers.refusal_at(&host), servers.route_of(&host)) {
            (Some(error), _) => Verdict::Refused(error),
            (None, Some((host, port))) => Verdict::Elsewhere {
                version: version(&login),
                host,
                port,
            },
            (None, None) => enter(servers, world, place, &server, &login, fed_auth),
        },
    };
    let token = login.fed_auth.as_ref().map(|fed_auth| &fed_auth.token);
    servers.note(TdsLogin {
        host,
        database: login.database.clone(),
        strict,
        token_length: token.map_or(0, |token| token.chars().count()),
        refused: match &verdict {
            Verdict::Refused(error) => Some(error.number),
            Verdict::In { .. } | Verdict::Elsewhere { .. } => None,
        },
        routed: match &verdict {
            Verdict::Elsewhere { host, .. } => Some(host.clone()),
            Verdict::In { .. } | Verdict::Refused(_) => None,
        },
    });
    (server, verdict)
}

/// What does not depend on whose token it is.
fn check<'a>(login: &'a Login, prelogin: &Prelogin) -> Result<&'a FedAuth, SqlError> {
    if !login.user.is_empty() || login.has_password {
        return Err(by_password(&login.user));
    }
    if login.integrated {
        return Err(SqlError {
            class: 14,
            ..SqlError::new(
                18452,
                1,
                "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.",
            )
        });
    }
    let Some(fed_auth) = &login.fed_auth else {
        return Err(by_password(""));
    };
    // The client repeats what the server said about tokens, so that nobody in between can have changed it.
    if fed_auth.echo != prelogin.asks_for_fed_auth() || !fed_auth.is_security_token() {
        return Err(invalid());
    }
    Ok(fed_auth)
}

fn enter(
    servers: &Inner,
    world: &World,
    place: &Place,
    server: &str,
    login: &Login,
    fed_auth: &FedAuth,
) -> Verdict {
    let Ok(value) = HeaderValue::from_str(&format!("Bearer {}", fed_auth.token)) else {
        return Verdict::Refused(sql::refused());
    };
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
    let database = match login.database.as_str() {
        "" => "master",
        named => named,
    };
    let from = place.from.clone();
    match world.with(|state| sql::enter(state, &headers, server, database, from)) {
        Ok(entered) => Verdict::In {
            session: Box::new(Session::new(entered, servers.spid())),
            version: version(login),
        },
        Err(error) => Verdict::Refused(error),
    }
}

/// The version that both sides speak.
fn version(login: &Login) -> u32 {
    if login.version == TDS_8 {
        TDS_8
    } else {
        0x7400_0004
    }
}

/// `tcp:name,port` or `name\instance`, as drivers pass on what they were given.
fn host_of(server: &str) -> String {
    let server = server.strip_prefix("tcp:").unwrap_or(server);
    let end = server.find([',', '\\', ':']).unwrap_or(server.len());
    server.get(..end).unwrap_or_default().to_ascii_lowercase()
}

/// Source: [Entra-only authentication](https://learn.microsoft.com/azure/azure-sql/database/authentication-azure-ad-only-authentication).
/// This server refuses passwords whether that is on or not.
fn by_password(user: &str) -> SqlError {
    SqlError {
        class: 14,
        ..SqlError::new(
            18456,
            1,
            format!(
                "Login failed for user '{user}'. Reason: Azure Active Directory only authentication is enabled. Please contact \
                 your system administrator."
            ),
        )
    }
}

/// Unverified: that Azure uses this number for a token of a library that was not agreed on, and for an echo that is wrong.
pub(super) fn invalid() -> SqlError {
    SqlError {
        class: 20,
        ..SqlError::new(
            17832,
            18,
            "The login packet used to open the connection is structurally invalid; the connection has been closed. Please \
             contact the vendor of the client library.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::written::{TOKEN, Wanted, login as write};
    use super::*;

    fn prelogin() -> Prelogin {
        // An option of the kind FEDAUTHREQUIRED.
        Prelogin::parse(&[6, 0, 6, 0, 1, 0xFF, 1]).unwrap()
    }

    fn refused(wanted: &Wanted<'_>, prelogin: &Prelogin) -> Option<u32> {
        let login = Login::parse(&write(wanted)).unwrap();
        check(&login, prelogin).err().map(|error| error.number)
    }

    #[test]
    fn only_a_token_that_the_client_has_is_looked_at() {
        for (wanted, number) in [
            (TOKEN, None),
            (
                Wanted {
                    user: "sa",
                    ..TOKEN
                },
                Some(18456),
            ),
            (
                Wanted {
                    password: "x",
                    ..TOKEN
                },
                Some(18456),
            ),
            (
                Wanted {
                    user: "sa",
                    password: "x",
                    options: None,
                    ..TOKEN
                },
                Some(18456),
            ),
            (
                Wanted {
                    integrated: true,
                    options: None,
                    ..TOKEN
                },
                Some(18452),
            ),
            (
                Wanted {
                    options: None,
                    ..TOKEN
                },
                Some(18456),
            ),
            // The library that would ask for a token later, and no echo.
            (
                Wanted {
                    options: Some(0x05),
                    ..TOKEN
                },
                Some(17832),
            ),
            (
                Wanted {
                    options: Some(0x02),
                    ..TOKEN
                },
                Some(17832),
            ),
        ] {
            assert_eq!(refused(&wanted, &prelogin()), number, "{wanted:?}");
        }
        assert_eq!(refused(&TOKEN, &Prelogin::default()), Some(17832));
        let silent = Wanted {
            options: Some(0x02),
            ..TOKEN
        };
        assert_eq!(refused(&silent, &Prelogin::default()), None);
    }

    #[test]
    fn a_host_is_found_in_what_drivers_pass_on() {
        for server in ["S.x", "tcp:s.x,1433", "s.x\\worker", "tcp:s.x"] {
            assert_eq!(host_of(server), "s.x");
        }
    }
}
