//! The library's errors as the workspace's.

use rhc_core::{Error, ErrorKind};

use crate::session::SqlError;

/// The server's own error.
pub(super) fn of_server(error: &tiberius::error::TokenError) -> SqlError {
    SqlError {
        number: error.code(),
        state: error.state(),
        class: error.class(),
        message: error.message().to_owned(),
    }
}

/// Why nobody was let in. Nothing was asked of a database yet, whatever it was.
pub(super) fn of_login(host: &str, error: tiberius::error::Error) -> Error {
    use tiberius::error::Error as Tds;
    let message = match &error {
        Tds::Server(said) => return of_server(said).into_error("sql.open"),
        Tds::Tls(_) => {
            format!(
                "no trusted TLS with {host}, and no token was sent: {} (a proxy in between, or another server under this \
                 name: look at the certificate that it shows)",
                short(&error)
            )
        }
        Tds::Io { message, .. } => format!(
            "the connection to {host} was lost before the login was answered: {message} (a gateway that refuses the network does \
             that: look at the server's firewall and private endpoint)"
        ),
        other => format!("{host} does not speak as a SQL server does: {other}"),
    };
    Error::new(ErrorKind::NotSent, "sql.open", message).with_source(Tells(short(&error)))
}

/// Why a batch has no answer.
pub(super) fn of_batch(error: &tiberius::error::Error) -> Error {
    if let tiberius::error::Error::Server(said) = error {
        return of_server(said).into_error("sql.run");
    }
    Error::new(
        ErrorKind::NoAnswer,
        "sql.run",
        format!("the connection was lost while the batch ran: {error}"),
    )
}

/// Whether the server ends the connection with this error.
pub(super) fn ends(error: &tiberius::error::Error) -> bool {
    match error {
        tiberius::error::Error::Server(said) => said.class() >= 20,
        _ => true,
    }
}

/// The library's words without its ways around its own check, which are none.
fn short(error: &tiberius::error::Error) -> String {
    let text = error.to_string();
    let said = text.split(" To connect anyway").next();
    said.unwrap_or_default().to_owned()
}

/// The library's words, without its type.
#[derive(Debug)]
struct Tells(String);

impl std::fmt::Display for Tells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Tells {}

#[cfg(test)]
mod tests {
    use super::*;
    use tiberius::error::Error as Tds;

    #[test]
    fn says_what_was_sent_and_what_to_do() {
        let refused = Tds::Tls("bad certificate. To connect anyway you can: trust_cert".to_owned());
        let error = of_login("h", refused);
        assert!(!error.was_sent());
        let text = format!("{error} {:?}", std::error::Error::source(&error));
        assert!(
            text.contains("no token was sent") && !text.contains("trust_cert"),
            "{text}"
        );
        let lost = Tds::Io {
            kind: std::io::ErrorKind::BrokenPipe,
            message: "gone".to_owned(),
        };
        assert!(of_login("h", lost.clone()).to_string().contains("firewall"));
        let error = of_batch(&lost);
        assert!(error.is_outcome_unknown() && ends(&lost));
    }
}
