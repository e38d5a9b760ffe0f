//! Where a database is, and that a token for it goes nowhere else.

use std::fmt;

use rhc_core::{Cloud, Error, Result};

use crate::grants::Identifier;

/// A database on a server of one cloud.
///
/// The host is checked against the cloud's suffix before a token is asked for, and again by whoever is told to go on
/// elsewhere: a token never goes to a host outside of the cloud.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SqlAddress {
    host: String,
    database: Identifier,
}

impl SqlAddress {
    /// A database by its server's full name (`fullyQualifiedDomainName`) and its own.
    ///
    /// # Errors
    /// `InvalidInput` if the host is not one label before the cloud's SQL suffix (never a `privatelink` name or an
    /// address: the server is known by its public name on every path), or if no database can have this name.
    ///
    /// ```
    /// # use rhc_core::Cloud;
    /// # use rhc_sql_identity::SqlAddress;
    /// let address = SqlAddress::new(&Cloud::public(), "rhc-qa-sqlsvr.database.windows.net", "hp2_db")?;
    /// assert_eq!(address.to_string(), "rhc-qa-sqlsvr.database.windows.net/hp2_db");
    /// # Ok::<_, rhc_core::Error>(())
    /// ```
    pub fn new(cloud: &Cloud, host: &str, database: &str) -> Result<Self> {
        let invalid = |message: String| Error::invalid("sql.address", message);
        let host = host.to_ascii_lowercase();
        let label = host.strip_suffix(&cloud.sql_suffix).unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if label.is_empty() || !label.bytes().all(plain) {
            return Err(invalid(format!(
                "`{host}` is not a server of this cloud: expected <server>{}",
                cloud.sql_suffix
            )));
        }
        Ok(Self {
            database: Identifier::new(database).map_err(|error| invalid(error.to_string()))?,
            host,
        })
    }

    /// Another database of the same server.
    ///
    /// # Errors
    /// `InvalidInput` if no database can have this name.
    pub fn beside(&self, database: &str) -> Result<Self> {
        let database = Identifier::new(database)
            .map_err(|error| Error::invalid("sql.address", error.to_string()))?;
        Ok(Self {
            host: self.host.clone(),
            database,
        })
    }

    /// The server's full name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The server's name.
    #[must_use]
    pub fn server(&self) -> &str {
        self.host
            .split_once('.')
            .map_or(&self.host, |(server, _)| server)
    }

    /// The database's name.
    #[must_use]
    pub fn database(&self) -> &str {
        self.database.as_str()
    }
}

impl fmt::Display for SqlAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.database)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_servers_of_the_cloud_are_addresses() {
        let cloud = Cloud::public();
        let address = SqlAddress::new(&cloud, "RHC-QA-SQLSVR.database.windows.net", "hp2_db");
        let address = address.unwrap();
        assert_eq!(
            (address.server(), address.database()),
            ("rhc-qa-sqlsvr", "hp2_db")
        );
        for bad in [
            "",
            "rhc-qa-sqlsvr",
            ".database.windows.net",
            "a.privatelink.database.windows.net",
            "rhc.database.windows.net.example.com",
            "example.com/.database.windows.net",
            "user@a.database.windows.net",
            "rhc.database.chinacloudapi.cn",
            "10.40.4.4",
        ] {
            let error = SqlAddress::new(&cloud, bad, "hp2_db").unwrap_err();
            assert!(!error.was_sent());
            assert!(
                error.to_string().contains("database.windows.net"),
                "{error}"
            );
        }
        assert!(SqlAddress::new(&cloud, "a.database.windows.net", "").is_err());
        let gov = Cloud::us_government();
        assert!(SqlAddress::new(&gov, "a.database.usgovcloudapi.net", "d").is_ok());
    }
}
