//! Names in T-SQL, quoted in one place.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest name that SQL Server takes, in UTF-16 units (`sysname` is `nvarchar(128)`).
const MAX_UNITS: usize = 128;

/// A name that SQL Server can hold, checked once; [`quoted`](Self::quoted) is the only way into a statement.
///
/// Names compare as the default collation of Azure SQL compares them, without case; see [`is`](Self::is).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Identifier(String);

impl Identifier {
    /// Checks a name.
    ///
    /// # Errors
    /// [`InvalidIdentifier`] for an empty name, one of more than 128 UTF-16 units, and one with a NUL in it.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidIdentifier> {
        let name = name.into();
        let units = name.encode_utf16().count();
        let problem = if name.is_empty() {
            Some(Problem::Empty)
        } else if units > MAX_UNITS {
            Some(Problem::TooLong(units))
        } else if name.contains('\0') {
            Some(Problem::Nul)
        } else {
            None
        };
        match problem {
            Some(problem) => Err(InvalidIdentifier { name, problem }),
            None => Ok(Self(name)),
        }
    }

    /// A name written in this crate, which a test checks.
    pub(crate) fn fixed(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it stands in a statement: in brackets, with each closing bracket doubled, as `QUOTENAME` does.
    ///
    /// Nothing else needs an escape between brackets: neither quotes, nor an opening bracket, nor a line's end.
    #[must_use]
    pub fn quoted(&self) -> String {
        format!("[{}]", self.0.replace(']', "]]"))
    }

    /// Whether `name` is the same name to a database with a case-insensitive collation, which is Azure's default.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        same_name(&self.0, name)
    }
}

/// Whether two names are one to a database with a case-insensitive collation.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// A name in the form in which equal names are equal.
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Identifier {
    type Error = InvalidIdentifier;

    fn try_from(name: String) -> Result<Self, InvalidIdentifier> {
        Self::new(name)
    }
}

impl std::str::FromStr for Identifier {
    type Err = InvalidIdentifier;

    fn from_str(name: &str) -> Result<Self, InvalidIdentifier> {
        Self::new(name)
    }
}

impl From<Identifier> for String {
    fn from(name: Identifier) -> Self {
        name.0
    }
}

/// A name that SQL Server cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidIdentifier {
    name: String,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Empty,
    TooLong(usize),
    Nul,
}

impl fmt::Display for InvalidIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            Problem::Empty => f.write_str("a name in SQL cannot be empty"),
            Problem::TooLong(units) => {
                let start: String = self.name.chars().take(24).collect();
                write!(
                    f,
                    "the name that starts with {start:?} has {units} UTF-16 units; SQL Server takes {MAX_UNITS}"
                )
            }
            Problem::Nul => write!(
                f,
                "the name {:?} has a NUL character, which SQL Server refuses",
                self.name
            ),
        }
    }
}

impl std::error::Error for InvalidIdentifier {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_whatever_a_name_can_hold() {
        for (name, quoted) in [
            ("rhc-hp2-qa-db", "[rhc-hp2-qa-db]"),
            ("a]b", "[a]]b]"),
            ("]", "[]]]"),
            ("[x]", "[[x]]]"),
            ("x]; DROP USER [dbo]; --", "[x]]; DROP USER [dbo]]; --]"),
            ("o'hare \"q\"", "[o'hare \"q\"]"),
            ("Zoë Å 株式会社 😀", "[Zoë Å 株式会社 😀]"),
            ("two\r\nlines", "[two\r\nlines]"),
            (" ", "[ ]"),
        ] {
            assert_eq!(Identifier::new(name).unwrap().quoted(), quoted);
        }
    }

    #[test]
    fn counts_utf16_units_and_not_bytes() {
        assert!(Identifier::new("ä".repeat(128)).is_ok());
        // An emoji is two units.
        assert!(Identifier::new("😀".repeat(64)).is_ok());
        let error = Identifier::new("😀".repeat(65)).unwrap_err().to_string();
        assert!(
            error.contains("130 UTF-16 units") && error.contains("128"),
            "{error}"
        );
        let error = Identifier::new("a".repeat(129)).unwrap_err().to_string();
        assert!(error.contains("129 UTF-16 units"), "{error}");
    }

    #[test]
    fn refuses_what_no_name_can_be() {
        assert_eq!(
            Identifier::new("").unwrap_err().to_string(),
            "a name in SQL cannot be empty"
        );
        let error = Identifier::new("a\0b").unwrap_err().to_string();
        assert!(error.contains("NUL"), "{error}");
        assert!(serde_json::from_str::<Identifier>("\"\"").is_err());
    }

    #[test]
    fn names_compare_without_case() {
        let name = Identifier::new("RHC-App").unwrap();
        assert!(name.is("rhc-app") && !name.is("rhc-ap"));
    }
}
