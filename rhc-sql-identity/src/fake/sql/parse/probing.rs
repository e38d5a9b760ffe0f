//! The statements by which a session tries what it may do.

use crate::session::SqlError;

use super::super::lexer::Token;
use super::{Parsed, Parser, wrong};

/// A table, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Table {
    pub(in super::super) schema: String,
    pub(in super::super) name: String,
}

impl Parser<'_> {
    /// After `CREATE TABLE`.
    pub(super) fn create_table(&mut self) -> Result<Parsed, SqlError> {
        let table = self.table()?;
        self.marks("(")?;
        self.name()?;
        self.expect("int")?;
        self.expect("NOT")?;
        self.expect("NULL")?;
        self.marks(")")?;
        Ok(Parsed::CreateTable(table))
    }

    /// After `DELETE`: only what deletes nothing.
    pub(super) fn delete(&mut self) -> Result<Parsed, SqlError> {
        self.expect("FROM")?;
        let table = self.table()?;
        self.expect("WHERE")?;
        self.expect("1")?;
        self.marks("=")?;
        self.expect("0")?;
        Ok(Parsed::DeleteNothing(table))
    }

    pub(super) fn table(&mut self) -> Result<Table, SqlError> {
        let schema = self.name()?;
        self.marks(".")?;
        let name = self.name()?;
        Ok(Table { schema, name })
    }

    pub(super) fn text(&mut self) -> Result<String, SqlError> {
        match self.rest.next() {
            Some(Token::Text(text)) => Ok(text.clone()),
            other => Err(wrong(other)),
        }
    }

    pub(super) fn marks(&mut self, marks: &str) -> Result<(), SqlError> {
        for mark in marks.chars() {
            if !self.mark(mark) {
                return Err(self.wrong());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch;

    #[test]
    fn text_that_is_a_little_wrong_is_refused_where_it_goes_wrong() {
        for (text, near) in [
            ("SELECT IS_ROLEMEMBER(db_owner)", "db_owner"),
            ("SELECT IS_ROLEMEMBER('db_owner'", ""),
            (
                "SELECT IS_ROLEMEMBER('a') IS_ROLEMEMBER('b')",
                "IS_ROLEMEMBER",
            ),
            (
                "SELECT HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'SELECT')",
                "NULL",
            ),
            (
                "SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'SERVER', 'SELECT')",
                "SERVER",
            ),
            ("SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE')", ")"),
            ("SELECT TOP 1 1 FROM [dbo].[t]", "1"),
            ("SELECT TOP (1) 1 FROM [t]", ""),
            ("SELECT TOP (1) * FROM [dbo].[t]", "*"),
            ("CREATE TABLE [t] ([id] int NOT NULL)", "("),
            ("CREATE TABLE [dbo].[t] ()", ")"),
            ("DELETE FROM [dbo].[t]", ""),
            ("DELETE FROM [dbo].[t] WHERE 1 = 1", "1"),
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
}
