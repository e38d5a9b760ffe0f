//! `SELECT` without a table: literals, parameters, and functions of the session.

use std::fmt;

use crate::session::SqlError;

use super::super::lexer::{self, Token};
use super::super::values::{Kind, Value};
use super::{Parsed, Parser, wrong};

/// One column of such a SELECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Item {
    /// By `AS`; else empty.
    pub(in super::super) name: String,
    pub(in super::super) value: Expression,
}

/// What a column's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Expression {
    /// A literal or a parameter.
    Given(Value),
    /// `IS_ROLEMEMBER('…')`.
    RoleMember(String),
    /// `HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', '…')`.
    Permission(String),
    /// What the session knows of itself and its server.
    System(System),
    /// `SERVERPROPERTY('…')`.
    ServerProperty(String),
    /// `CAST(… AS …)` or `CONVERT(…, …)`.
    Cast(Kind, Box<Expression>),
}

/// A function without arguments, or a global variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum System {
    Version,
    Spid,
    TranCount,
    ServerName,
    Language,
    DbName,
    UserName,
    XactState,
}

/// Variables by their word, functions by their word before `()`.
const SYSTEM: &[(&str, bool, System)] = &[
    ("@@VERSION", false, System::Version),
    ("@@SPID", false, System::Spid),
    ("@@TRANCOUNT", false, System::TranCount),
    ("@@SERVERNAME", false, System::ServerName),
    ("@@LANGUAGE", false, System::Language),
    ("CURRENT_USER", false, System::UserName),
    ("SESSION_USER", false, System::UserName),
    ("DB_NAME", true, System::DbName),
    ("USER_NAME", true, System::UserName),
    ("XACT_STATE", true, System::XactState),
];

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = SYSTEM.iter().find(|(.., own)| own == self);
        f.write_str(word.map_or("", |(word, ..)| word))
    }
}

impl Parser<'_> {
    /// After `SELECT`.
    pub(super) fn select(&mut self) -> Result<Parsed, SqlError> {
        if self.word("TOP") {
            self.marks("(")?;
            self.expect("1")?;
            self.marks(")")?;
            self.expect("1")?;
            self.expect("FROM")?;
            return Ok(Parsed::Read(self.table()?));
        }
        let mut items = vec![self.item()?];
        while self.mark(',') {
            items.push(self.item()?);
        }
        Ok(Parsed::Select(items))
    }

    fn item(&mut self) -> Result<Item, SqlError> {
        let value = self.expression(0)?;
        let name = if self.word("AS") {
            self.name()?
        } else {
            String::new()
        };
        Ok(Item { name, value })
    }

    fn expression(&mut self, depth: u8) -> Result<Expression, SqlError> {
        if depth > 8 {
            return Err(SqlError::new(
                191,
                1,
                "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.",
            ));
        }
        if self.word("IS_ROLEMEMBER") {
            self.marks("(")?;
            let role = self.text()?;
            self.marks(")")?;
            return Ok(Expression::RoleMember(role));
        }
        if self.word("HAS_PERMS_BY_NAME") {
            return self.permission();
        }
        if self.word("SERVERPROPERTY") {
            self.marks("(")?;
            let name = self.text()?;
            self.marks(")")?;
            return Ok(Expression::ServerProperty(name));
        }
        if self.word("CAST") {
            self.marks("(")?;
            let inner = self.expression(depth + 1)?;
            self.expect("AS")?;
            let kind = self.kind()?;
            self.marks(")")?;
            return Ok(Expression::Cast(kind, Box::new(inner)));
        }
        if self.word("CONVERT") {
            self.marks("(")?;
            let kind = self.kind()?;
            self.marks(",")?;
            let inner = self.expression(depth + 1)?;
            self.marks(")")?;
            return Ok(Expression::Cast(kind, Box::new(inner)));
        }
        for (word, function, system) in SYSTEM {
            if self.word(word) {
                if *function {
                    self.marks("()")?;
                }
                return Ok(Expression::System(*system));
            }
        }
        self.literal().map(Expression::Given)
    }

    fn literal(&mut self) -> Result<Value, SqlError> {
        if self.word("NULL") {
            return Ok(Value::null());
        }
        let wide = self.peek().is_some_and(|token| token.is("N")) && self.text_follows();
        if wide {
            self.word("N");
        }
        let negative = self.mark('-');
        let token = self.rest.next();
        match token {
            Some(Token::Text(text)) if !negative => Ok(text_value(text, wide)),
            Some(Token::Binary(digits)) if !negative && digits.len() % 2 == 0 => Ok(Value {
                kind: Kind::Binary,
                text: Some(format!("0x{}", digits.to_ascii_uppercase())),
            }),
            Some(Token::Word(word)) if !negative && word.starts_with('@') => self
                .parameters
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(word))
                .map(|(_, value)| value.clone())
                .ok_or_else(|| SqlError {
                    state: 2,
                    ..lexer::syntax(137, format!("Must declare the scalar variable \"{word}\"."))
                }),
            Some(Token::Word(word)) => {
                let number = word.parse::<i64>().map_err(|_| wrong(token))?;
                Ok(Value::int(if negative { -number } else { number }))
            }
            other => Err(wrong(other)),
        }
    }

    pub(super) fn text_follows(&self) -> bool {
        matches!(self.rest.clone().nth(1), Some(Token::Text(_)))
    }

    /// The types that may stand in a conversion.
    fn kind(&mut self) -> Result<Kind, SqlError> {
        for (word, kind) in [
            ("bit", Kind::Bit),
            ("tinyint", Kind::TinyInt),
            ("smallint", Kind::SmallInt),
            ("int", Kind::Int),
            ("bigint", Kind::BigInt),
        ] {
            if self.word(word) {
                return Ok(kind);
            }
        }
        let wide = self.word("nvarchar");
        if !wide {
            self.expect("varchar")?;
        }
        self.marks("(")?;
        let longest = if wide { 4000 } else { 8000 };
        let token = self.rest.next();
        let length = match token {
            Some(Token::Word(word)) => word.parse::<u16>().ok(),
            _ => None,
        };
        let length = length
            .filter(|length| (1..=longest).contains(length))
            .ok_or_else(|| wrong(token))?;
        self.marks(")")?;
        Ok(if wide {
            Kind::NVarChar(length)
        } else {
            Kind::VarChar(length)
        })
    }

    fn permission(&mut self) -> Result<Expression, SqlError> {
        self.marks("(")?;
        self.expect("DB_NAME")?;
        self.marks("(),")?;
        let class = self.text()?;
        self.marks(",")?;
        let permission = self.text()?;
        self.marks(")")?;
        // Of another class the answer would be about something else.
        if class.eq_ignore_ascii_case("DATABASE") {
            Ok(Expression::Permission(permission))
        } else {
            Err(wrong(Some(&Token::Text(class))))
        }
    }
}

fn text_value(text: &str, wide: bool) -> Value {
    let units = text.encode_utf16().count().max(1);
    let length = |longest: u16| u16::try_from(units).map_or(longest, |units| units.min(longest));
    Value {
        kind: if wide {
            Kind::NVarChar(length(4000))
        } else {
            Kind::VarChar(length(8000))
        },
        text: Some(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{batch, batch_with};
    use super::*;

    fn items(text: &str) -> Vec<Item> {
        match batch(text).unwrap().pop().unwrap() {
            Parsed::Select(items) => items,
            other => panic!("{other:?}"),
        }
    }

    fn given(text: &str) -> (Kind, Option<String>) {
        match items(text).pop().unwrap().value {
            Expression::Given(value) => (value.kind, value.text),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn literals_have_the_servers_types() {
        for (text, kind, value) in [
            ("SELECT 1", Kind::Int, Some("1")),
            ("SELECT -7", Kind::Int, Some("-7")),
            ("SELECT 3000000000", Kind::BigInt, Some("3000000000")),
            ("SELECT 'it''s'", Kind::VarChar(4), Some("it's")),
            ("SELECT N'ä'", Kind::NVarChar(1), Some("ä")),
            ("SELECT 0xab", Kind::Binary, Some("0xAB")),
            ("SELECT NULL", Kind::Int, None),
        ] {
            assert_eq!(given(text), (kind, value.map(str::to_owned)), "{text}");
        }
        let named = items("SELECT 1 AS one, @@TRANCOUNT, DB_NAME() AS [the database]");
        let names: Vec<_> = named.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["one", "", "the database"]);
        assert_eq!(named[1].value, Expression::System(System::TranCount));
    }

    #[test]
    fn a_parameter_is_what_was_sent_for_it() {
        let value = Value::name("hp2");
        let sent = [("@P1".to_owned(), value.clone())];
        let read = batch_with("SELECT @p1", &sent).unwrap();
        let item = Item {
            name: String::new(),
            value: Expression::Given(value),
        };
        assert_eq!(read, [Parsed::Select(vec![item])]);
        let error = batch_with("SELECT @p2", &sent).unwrap_err();
        assert_eq!((error.number, error.state), (137, 2));
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for (text, near) in [
            ("SELECT name", "name"),
            ("SELECT -'a'", "a"),
            ("SELECT 1 +", "+"),
            ("SELECT", ""),
            ("SELECT DB_NAME", ""),
            ("SELECT CAST(1 AS xml)", "xml"),
            ("SELECT CAST(1 AS nvarchar(4001))", "4001"),
        ] {
            let error = batch(text).unwrap_err();
            assert_eq!(error.message, format!("Incorrect syntax near '{near}'."));
        }
        let deep = format!("SELECT {}1{}", "CAST(".repeat(9), " AS int)".repeat(9));
        assert_eq!(batch(&deep).unwrap_err().number, 191);
    }
}
