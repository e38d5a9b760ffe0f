//! Identifiers that are checked once.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A string that is not a GUID where one is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidId {
    what: &'static str,
    value: String,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a {}: expected a GUID such as 00000000-0000-0000-0000-000000000000",
            self.value, self.what
        )
    }
}

impl std::error::Error for InvalidId {}

macro_rules! guid {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// From a GUID.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The GUID.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(value: &str) -> Result<Self, InvalidId> {
                // Only the hyphenated form: Microsoft's services print and accept no other.
                match Uuid::try_parse(value) {
                    Ok(id) if value.len() == 36 => Ok(Self(id)),
                    _ => Err(InvalidId { what: $what, value: value.to_owned() }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

guid!(
    /// The id of an Entra tenant.
    TenantId, "tenant id"
);
guid!(
    /// The id of an Azure subscription.
    SubscriptionId, "subscription id"
);
guid!(
    /// The application (client) id of a registration: the same in every tenant.
    AppId, "application (client) id"
);
guid!(
    /// The id of a directory object: of one tenant only.
    ObjectId, "object id"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hyphenated_guids_pass() {
        let id = "ED01DF5D-6b39-45f8-82ae-36b88e5daae0";
        assert_eq!(
            id.parse::<TenantId>().unwrap().to_string(),
            id.to_lowercase()
        );
        for bad in [
            "",
            "x",
            "ed01df5d6b3945f882ae36b88e5daae0",
            "{ed01df5d-6b39-45f8-82ae-36b88e5daae0}",
            "rhcqa.onmicrosoft.com",
        ] {
            let error = bad.parse::<TenantId>().unwrap_err().to_string();
            assert!(
                error.contains("tenant id") && error.contains(bad),
                "{error}"
            );
        }
    }
}
