//! The statements that the embedded server knows, read from their text.

use std::slice::Iter;
use std::time::Duration;

use crate::grants::{CATALOGUE_QUERY, LOGINS_QUERY, Sid};
use crate::session::SqlError;

use super::lexer::{self, Token};
use super::values::Value;

mod probing;
mod select;
mod session;

pub(super) use probing::Table;
pub(super) use select::{Expression, Item, System};

/// A statement that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// `SET XACT_ABORT ON` or `OFF`.
    XactAbort(bool),
    /// `SET IMPLICIT_TRANSACTIONS ON` or `OFF`.
    Implicit(bool),
    /// A `SET` that changes nothing here.
    Set,
    /// `USE …`.
    Use(String),
    /// `WAITFOR DELAY '…'`.
    Wait(Duration),
    /// `IF @@TRANCOUNT > 0 …`.
    IfOpen(Box<Parsed>),
    /// `IF DATABASE_PRINCIPAL_ID(N'…') IS NULL …`.
    IfMissing { name: String, then: Box<Parsed> },
    /// `BEGIN TRANSACTION`.
    Begin,
    /// `COMMIT TRANSACTION`.
    Commit,
    /// `ROLLBACK TRANSACTION`.
    Rollback,
    /// `CREATE USER … WITH SID = …, TYPE = …`.
    CreateUser {
        name: String,
        sid: Sid,
        kind: String,
    },
    /// `ALTER ROLE … ADD MEMBER …`, or `DROP MEMBER`.
    Member {
        role: String,
        user: String,
        add: bool,
    },
    /// `DROP USER …`.
    DropUser { name: String },
    /// The query of the users.
    Catalogue,
    /// The query of the server's logins.
    Logins,
    /// `SELECT` without a table.
    Select(Vec<Item>),
    /// `CREATE TABLE …`.
    CreateTable(Table),
    /// `SELECT TOP (1) 1 FROM …`.
    Read(Table),
    /// `DELETE FROM … WHERE 1 = 0`.
    DeleteNothing(Table),
}

/// A batch without parameters.
#[cfg(test)]
pub(super) fn batch(text: &str) -> Result<Vec<Parsed>, SqlError> {
    batch_with(text, &[])
}

/// Reads a batch. As on the server, nothing of it is run if any of it cannot be read.
///
/// The server knows all of T-SQL. Here whatever these crates never send is refused as a wrong syntax, so that a
/// statement that only looks right is seen.
/// Parameters come by their names with `@`.
pub(super) fn batch_with(
    text: &str,
    parameters: &[(String, Value)],
) -> Result<Vec<Parsed>, SqlError> {
    let tokens = lexer::tokens(text)?;
    let query = lexer::tokens(CATALOGUE_QUERY.trim_end_matches(';'))?;
    let logins = lexer::tokens(LOGINS_QUERY.trim_end_matches(';'))?;
    let mut parser = Parser {
        rest: tokens.iter(),
        query: &query,
        logins: &logins,
        parameters,
    };
    let mut statements = Vec::new();
    loop {
        while parser.mark(';') {}
        match parser.rest.clone().next() {
            None => return Ok(statements),
            Some(_) => statements.push(parser.statement()?),
        }
    }
}

struct Parser<'a> {
    rest: Iter<'a, Token>,
    query: &'a [Token],
    logins: &'a [Token],
    parameters: &'a [(String, Value)],
}

impl Parser<'_> {
    fn statement(&mut self) -> Result<Parsed, SqlError> {
        if self.word("SET") {
            return self.set();
        }
        if self.word("USE") {
            return Ok(Parsed::Use(self.name()?));
        }
        if self.word("IF") {
            return self.condition();
        }
        if self.word("WAITFOR") {
            return self.wait();
        }
        for (word, parsed) in [
            ("BEGIN", Parsed::Begin),
            ("COMMIT", Parsed::Commit),
            ("ROLLBACK", Parsed::Rollback),
        ] {
            if self.word(word) {
                let said = self.word("TRANSACTION") || self.word("TRAN");
                if !said && parsed == Parsed::Begin {
                    return Err(self.wrong());
                }
                return Ok(parsed);
            }
        }
        if self.word("CREATE") {
            return if self.word("TABLE") {
                self.create_table()
            } else {
                self.create_user()
            };
        }
        if self.word("DELETE") {
            return self.delete();
        }
        if self.word("ALTER") {
            return self.alter_role();
        }
        if self.word("DROP") {
            self.expect("USER")?;
            return Ok(Parsed::DropUser { name: self.name()? });
        }
        for (query, parsed) in [
            (self.query, Parsed::Catalogue),
            (self.logins, Parsed::Logins),
        ] {
            if self.rest.as_slice().starts_with(query) {
                let rest = self.rest.as_slice().get(query.len()..);
                self.rest = rest.unwrap_or_default().iter();
                return Ok(parsed);
            }
        }
        if self.word("SELECT") {
            return self.select();
        }
        Err(self.wrong())
    }

    fn create_user(&mut self) -> Result<Parsed, SqlError> {
        self.expect("USER")?;
        let name = self.name()?;
        self.expect("WITH")?;
        self.option("SID")?;
        let sid = match self.rest.next() {
            Some(Token::Binary(digits)) => digits.clone(),
            other => return Err(wrong(other)),
        };
        if !self.mark(',') {
            return Err(self.wrong());
        }
        self.option("TYPE")?;
        let kind = match self.rest.next() {
            Some(Token::Word(kind)) if kind == "E" || kind == "X" => kind.clone(),
            other => return Err(wrong(other)),
        };
        // Unverified: the number that a SID of another length is refused with.
        let sid = format!("0x{sid}")
            .parse::<Sid>()
            .ok()
            .filter(|sid| sid.as_uuid().is_some())
            .ok_or_else(|| {
                SqlError::new(15419, 1, "Supplied parameter @sid should be binary(16).")
            })?;
        Ok(Parsed::CreateUser { name, sid, kind })
    }

    fn alter_role(&mut self) -> Result<Parsed, SqlError> {
        self.expect("ROLE")?;
        let role = self.name()?;
        let add = self.word("ADD");
        if !add {
            self.expect("DROP")?;
        }
        self.expect("MEMBER")?;
        Ok(Parsed::Member {
            role,
            user: self.name()?,
            add,
        })
    }

    fn option(&mut self, name: &str) -> Result<(), SqlError> {
        self.expect(name)?;
        if self.mark('=') {
            Ok(())
        } else {
            Err(self.wrong())
        }
    }

    fn name(&mut self) -> Result<String, SqlError> {
        match self.rest.next() {
            // A bare word is a name too, if it begins as one.
            Some(Token::Word(name)) if !name.starts_with(|first: char| first.is_ascii_digit()) => {
                Ok(name.clone())
            }
            Some(Token::Name(name)) => Ok(name.clone()),
            other => Err(wrong(other)),
        }
    }

    fn expect(&mut self, word: &str) -> Result<(), SqlError> {
        if self.word(word) {
            Ok(())
        } else {
            Err(self.wrong())
        }
    }

    fn word(&mut self, word: &str) -> bool {
        self.take(|token| token.is(word))
    }

    fn mark(&mut self, mark: char) -> bool {
        self.take(|token| *token == Token::Mark(mark))
    }

    fn take(&mut self, fits: impl Fn(&Token) -> bool) -> bool {
        let mut ahead = self.rest.clone();
        let taken = ahead.next().is_some_and(fits);
        if taken {
            self.rest = ahead;
        }
        taken
    }

    fn peek(&self) -> Option<&Token> {
        self.rest.clone().next()
    }

    fn wrong(&self) -> SqlError {
        wrong(self.peek())
    }
}

fn wrong(token: Option<&Token>) -> SqlError {
    let near = token.map_or_else(String::new, Token::shown);
    lexer::syntax(102, format!("Incorrect syntax near '{near}'."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "0x1798D583FD870F4AA6B909C04D126368";

    #[test]
    fn reads_every_statement() {
        let text = format!(
            "set xact_abort on begin tran;; CREATE USER [a b] WITH SID = {SID}, TYPE = E;
             alter role db_datareader add member [a b];
             ALTER ROLE [db_owner] DROP MEMBER \"a b\"; DROP USER x; ROLLBACK TRANSACTION {CATALOGUE_QUERY} COMMIT TRAN"
        );
        let member = |role: &str, add| Parsed::Member {
            role: role.to_owned(),
            user: "a b".to_owned(),
            add,
        };
        assert_eq!(
            batch(&text).unwrap(),
            [
                Parsed::XactAbort(true),
                Parsed::Begin,
                Parsed::CreateUser {
                    name: "a b".to_owned(),
                    sid: SID.parse().unwrap(),
                    kind: "E".to_owned(),
                },
                member("db_datareader", true),
                member("db_owner", false),
                Parsed::DropUser {
                    name: "x".to_owned()
                },
                Parsed::Rollback,
                Parsed::Catalogue,
                Parsed::Commit,
            ]
        );
        assert_eq!(batch(" ; -- nothing\n").unwrap(), []);
    }

    #[test]
    fn text_that_is_a_little_wrong_is_refused_where_it_goes_wrong() {
        for (text, near) in [
            (
                &*format!("CREATE USER [a] WITH SID = '{SID}', TYPE = E"),
                SID,
            ),
            (
                &*format!("CREATE USER [a] WITH SID = {SID} TYPE = E"),
                "TYPE",
            ),
            (&*format!("CREATE USER [a] WITH SID = {SID}"), ""),
            (&*format!("CREATE USER [a] WITH SID = {SID}, TYPE = S"), "S"),
            (&*format!("CREATE USER 'a' WITH SID = {SID}, TYPE = E"), "a"),
            (&*format!("CREATE USER 1a WITH SID = {SID}, TYPE = E"), "1a"),
            ("CREATE USER [a] WITH PASSWORD = 'x'", "PASSWORD"),
            ("CREATE USER [a] FROM EXTERNAL PROVIDER", "FROM"),
            ("CREATE LOGIN [a] WITH PASSWORD = 'x'", "LOGIN"),
            ("ALTER ROLE [r] ADD [a]", "a"),
            ("ALTER ROLE [r] MEMBER [a]", "MEMBER"),
            ("DROP TABLE [t]", "TABLE"),
            ("BEGIN COMMIT TRAN", "COMMIT"),
            ("SELECT name FROM sys.database_principals", "name"),
            ("SET XACT_ABORT 1", "1"),
        ] {
            let error = batch(text).unwrap_err();
            assert_eq!(error.number, 102, "{text}");
            assert_eq!(
                error.message,
                format!("Incorrect syntax near '{near}'."),
                "{text}"
            );
        }
    }

    #[test]
    fn a_sid_must_have_sixteen_bytes() {
        for sid in [
            "0x",
            "0x1798",
            "0x1798D583FD870F4AA6B909C04D12636",
            "0x1798D583FD870F4AA6B909C04D12636800",
        ] {
            let error = batch(&format!("CREATE USER a WITH SID = {sid}, TYPE = E")).unwrap_err();
            assert_eq!(error.number, 15419, "{sid}");
        }
    }
}
