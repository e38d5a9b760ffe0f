//! What SQL Server says is wrong, and what to do about it.

use std::fmt;

use rhc_core::{Error, ErrorKind, ServiceError};
use serde::{Deserialize, Serialize};

/// An error as SQL Server sends it.
///
/// [`into_error`](Self::into_error) makes the workspace's error of it: its code is `SQL` and the number (`SQL18456`),
/// its message the cause and the remedy.
/// Source: [connectivity errors](https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlError {
    /// The error's number.
    pub number: u32,
    /// Where in the server it was raised; for 18456 it tells causes apart.
    pub state: u8,
    /// The severity.
    pub class: u8,
    /// The server's own words.
    pub message: String,
}

/// Errors of a moment: the same request may pass a little later.
///
/// 4060 stands in Microsoft's list too. Here it is not repeated, because a wrong name stays wrong.
const TRANSIENT: [u32; 9] = [40197, 40501, 40613, 49918, 49919, 49920, 4221, 615, 926];

/// Errors that say that the server cannot be reached from here, whoever asks.
const CLOSED: [u32; 2] = [40615, 47073];

impl SqlError {
    /// An error of severity 16, which a wrong statement raises.
    #[must_use]
    pub fn new(number: u32, state: u8, message: impl Into<String>) -> Self {
        Self {
            number,
            state,
            class: 16,
            message: message.into(),
        }
    }

    /// Whether the same request may pass a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        TRANSIENT.contains(&self.number)
    }

    /// Whether it says that the server cannot be reached from here.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        CLOSED.contains(&self.number)
    }

    /// The code in the workspace's error.
    #[must_use]
    pub fn code(&self) -> String {
        code(self.number)
    }

    /// What it means and what to do, where that is known.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        Some(match self.number {
            18456 => {
                "no user of this database has the SID of the token's identity, or the token is of another tenant: \
                 compare the user's SID with the application (client) id, not the object id; name the database; \
                 ask the token of the server's tenant"
            }
            4060 => {
                "the database does not exist on this server, or the identity has no user in it: check the database's name, then its users"
            }
            40532 => "there is no such server: check its name and the cloud's suffix",
            40615 => {
                "the server's firewall has no rule for this address: go through the private endpoint, or have the address let in for the time of the work"
            }
            47073 => "the server's public network access is off: go through its private endpoint",
            47072 => "the server asks for a newer TLS version than was offered",
            42101 => {
                "firewall rules cannot be changed while public network access is off: change that first"
            }
            15023 => "a user or role of this name exists: look at its SID before replacing it",
            15063 => {
                "the identity has a user of another name in this database: drop or rename that one"
            }
            15151 => {
                "the role or user does not exist, or the identity may not change it: fixed roles need db_owner or the server's administrator"
            }
            15247 | 262 | 229 => {
                "the identity has no right to do this: sign in as a member of the server's administrators group"
            }
            102..=105 | 1038 => "the statement's text is wrong, which is an error of this software",
            _ if self.is_transient() => "the server is busy or moving: try again in some seconds",
            _ => return None,
        })
    }

    /// The workspace's error.
    #[must_use]
    pub fn into_error(self, operation: &str) -> Error {
        let mut service = ServiceError::default();
        service.code = self.code();
        let kind = if self.is_closed() {
            // Turned away at the door: nothing was asked of the database.
            ErrorKind::NotSent
        } else {
            ErrorKind::Status
        };
        service.message = match self.remedy() {
            Some(remedy) => format!("{self} ({remedy})"),
            None => self.to_string(),
        };
        Error::new(kind, operation, service.message.clone())
            .with_service_error(Some(service))
            .with_source(self)
    }
}

/// The code in the workspace's error for a number of SQL Server's.
fn code(number: u32) -> String {
    format!("SQL{number}")
}

/// Whether the error says that the server cannot be reached from here.
pub(super) fn says_closed(error: &Error) -> bool {
    CLOSED.iter().any(|number| error.has_code(&code(*number)))
}

/// Whether the same request may pass a little later.
pub(super) fn says_transient(error: &Error) -> bool {
    TRANSIENT
        .iter()
        .any(|number| error.has_code(&code(*number)))
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Msg {}, Level {}, State {}: {}",
            self.number, self.class, self.state, self.message
        )
    }
}

impl std::error::Error for SqlError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_login_says_why_and_what_to_do() {
        let error = SqlError {
            number: 18456,
            state: 1,
            class: 14,
            message: "Login failed for user '<token-identified principal>'.".to_owned(),
        }
        .into_error("sql.open");
        assert_eq!(error.code(), Some("SQL18456"));
        assert!(error.has_code("sql18456") && !error.is_outcome_unknown());
        let text = error.to_string();
        for part in [
            "sql.open: SQL18456: Msg 18456, Level 14, State 1",
            "application (client) id",
            "tenant",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn closed_doors_and_bad_moments_are_told_apart() {
        for (number, closed, transient) in [
            (47073, true, false),
            (40615, true, false),
            (40613, false, true),
            (926, false, true),
            (4060, false, false),
            (18456, false, false),
            (15023, false, false),
        ] {
            let error = SqlError::new(number, 1, "m").into_error("sql.open");
            assert_eq!(
                (says_closed(&error), says_transient(&error)),
                (closed, transient),
                "{number}"
            );
            assert_eq!(error.was_sent(), !closed, "{number}");
        }
    }

    #[test]
    fn every_number_that_the_facts_name_has_a_remedy() {
        for number in [18456, 40615, 47073, 47072, 42101, 4060, 15023, 15151]
            .into_iter()
            .chain(TRANSIENT)
        {
            assert!(SqlError::new(number, 1, "m").remedy().is_some(), "{number}");
        }
        assert_eq!(SqlError::new(8134, 1, "Divide by zero").remedy(), None);
    }
}
