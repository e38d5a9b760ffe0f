//! The SID by which a database knows an Entra principal.

use std::fmt;
use std::str::FromStr;

use rhc_core::{AppId, ObjectId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The SID by which a database knows a principal.
///
/// For an application, a managed identity's included, it is made from the *application (client)* id, for a user or a
/// group from the object id. A user made from a managed identity's object id can never log in (18456).
/// The bytes stand in the order of SQL Server's `uniqueidentifier`: the first three fields little-endian.
/// Source: [`CREATE USER`](https://learn.microsoft.com/sql/t-sql/statements/create-user-transact-sql).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sid(Vec<u8>);

impl Sid {
    /// The SID of an application or a managed identity.
    #[must_use]
    pub fn of_application(id: AppId) -> Self {
        Self(id.as_uuid().to_bytes_le().to_vec())
    }

    /// The SID of a user or a group.
    #[must_use]
    pub fn of_object(id: ObjectId) -> Self {
        Self(id.as_uuid().to_bytes_le().to_vec())
    }

    /// The id that the SID was made from, if it can have been made from one.
    #[must_use]
    pub fn as_uuid(&self) -> Option<Uuid> {
        let bytes: [u8; 16] = self.0.as_slice().try_into().ok()?;
        Some(Uuid::from_bytes_le(bytes))
    }
}

impl fmt::Display for Sid {
    /// As a binary literal of T-SQL: `0x` and two upper-case digits a byte.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sid({self})")
    }
}

/// A string that is no binary literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSid(String);

impl fmt::Display for InvalidSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a SID: expected 0x and an even number of hexadecimal digits, for an Entra principal 32",
            self.0
        )
    }
}

impl std::error::Error for InvalidSid {}

impl FromStr for Sid {
    type Err = InvalidSid;

    fn from_str(text: &str) -> Result<Self, InvalidSid> {
        let invalid = || InvalidSid(text.to_owned());
        let digits = text
            .strip_prefix("0x")
            .or_else(|| text.strip_prefix("0X"))
            .ok_or_else(invalid)?;
        if digits.len() % 2 != 0 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(invalid());
        }
        (0..digits.len())
            .step_by(2)
            .map(|at| {
                digits
                    .get(at..at + 2)
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                    .ok_or_else(invalid)
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl TryFrom<String> for Sid {
    type Error = InvalidSid;

    fn try_from(text: String) -> Result<Self, InvalidSid> {
        text.parse()
    }
}

impl From<Sid> for String {
    fn from(sid: Sid) -> Self {
        sid.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "83d59817-87fd-4a0f-a6b9-09c04d126368";
    const SID: &str = "0x1798D583FD870F4AA6B909C04D126368";

    #[test]
    fn bytes_stand_as_in_uniqueidentifier() {
        let sid = Sid::of_application(CLIENT.parse().unwrap());
        assert_eq!(sid.to_string(), SID);
        assert_eq!(Sid::of_object(CLIENT.parse().unwrap()), sid);
        assert_eq!(sid.as_uuid().unwrap().to_string(), CLIENT);
    }

    #[test]
    fn reads_what_the_catalogue_prints() {
        assert_eq!(
            SID.parse::<Sid>().unwrap(),
            SID.to_lowercase().parse().unwrap()
        );
        assert_eq!(
            serde_json::to_value(SID.parse::<Sid>().unwrap()).unwrap(),
            SID
        );
        // A SQL login's SID is longer, and made from no id.
        let login: Sid = "0x010500000000000903000000AB".parse().unwrap();
        assert_eq!(login.as_uuid(), None);
        for bad in ["", "0x1", "1798D583", "0xZZ", "0x+1", "0x1é"] {
            let error = bad.parse::<Sid>().unwrap_err().to_string();
            assert!(error.contains(bad), "{error}");
        }
    }
}
