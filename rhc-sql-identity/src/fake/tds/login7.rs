//! `LOGIN7`: who wants in, and where to.
//!
//! Sources: [MS-TDS 2.2.6.4](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/773a62b6-ee89-4c02-9e5e-344882630aac),
//! and what the pages on `FEATUREEXT` say of FEDAUTH.

use std::fmt;

use super::bytes::{Malformed, Reader, utf16};

/// The longest login that the protocol allows.
pub(super) const LONGEST: usize = 128 * 1024 - 1;
/// Where the fixed part ends.
pub(super) const FIXED: usize = 94;
/// The version that strict mode speaks.
pub(super) const TDS_8: u32 = 0x0800_0000;
pub(super) const FEATURE_FEDAUTH: u8 = 0x02;
pub(super) const TERMINATOR: u8 = 0xFF;
/// A token that the client already has.
const SECURITY_TOKEN: u8 = 0x01;

/// What a login says, as far as a server of Azure's looks at it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) version: u32,
    pub(super) server: String,
    pub(super) database: String,
    pub(super) user: String,
    pub(super) has_password: bool,
    /// Whether Windows' own way was asked for.
    pub(super) integrated: bool,
    pub(super) fed_auth: Option<FedAuth>,
}

/// The feature by which a token comes.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct FedAuth {
    pub(super) library: u8,
    /// What the server said about it before, repeated.
    pub(super) echo: bool,
    /// Empty where the library has none.
    pub(super) token: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("server", &self.server)
            .field("database", &self.database)
            .field("fed_auth", &self.fed_auth)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FedAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FedAuth")
            .field("library", &self.library)
            .field("echo", &self.echo)
            .finish_non_exhaustive()
    }
}

impl FedAuth {
    /// Whether it holds a token that the client already has.
    pub(super) fn is_security_token(&self) -> bool {
        self.library == SECURITY_TOKEN
    }

    fn parse(data: &[u8]) -> Result<Self, Malformed> {
        let mut data = Reader(data);
        let options = data.u8()?;
        let library = options >> 1;
        let token = if library == SECURITY_TOKEN {
            let length = data.length()?;
            let token = utf16(data.take(length)?)?;
            // A nonce comes only where the server has sent one; this one never does.
            if !data.is_empty() {
                return Err(Malformed);
            }
            token
        } else {
            String::new()
        };
        Ok(Self {
            library,
            echo: options & 1 == 1,
            token,
        })
    }
}

impl Login {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut fixed = Reader(body.get(..FIXED).ok_or(Malformed)?);
        if fixed.length()? != body.len() {
            return Err(Malformed);
        }
        let version = fixed.u32()?;
        // Packet size, versions and ids of the client, and options of the session.
        fixed.take(16)?;
        let [_, flags, _, more] = <[u8; 4]>::try_from(fixed.take(4)?).map_err(|_| Malformed)?;
        fixed.take(8)?;
        let text = |fixed: &mut Reader<'_>| {
            let bytes = field(body, fixed, 2)?;
            utf16(bytes)
        };
        let _host = text(&mut fixed)?;
        let user = text(&mut fixed)?;
        let password = field(body, &mut fixed, 2)?;
        let _application = text(&mut fixed)?;
        let server = text(&mut fixed)?;
        let extension = field(body, &mut fixed, 1)?;
        let _interface = text(&mut fixed)?;
        let _language = text(&mut fixed)?;
        let database = text(&mut fixed)?;
        // The client's hardware address.
        fixed.take(6)?;
        let windows = field(body, &mut fixed, 1)?;
        let _file = text(&mut fixed)?;
        let new_password = field(body, &mut fixed, 2)?;
        let fed_auth = if more & 0x10 != 0 {
            let offset = Reader(extension).length()?;
            features(body.get(offset..).ok_or(Malformed)?)?
        } else {
            None
        };
        Ok(Self {
            version,
            server,
            database,
            user,
            has_password: !password.is_empty() || !new_password.is_empty(),
            integrated: flags & 0x80 != 0 || !windows.is_empty(),
            fed_auth,
        })
    }
}

/// What stands where the next offset and length point to.
fn field<'a>(body: &'a [u8], fixed: &mut Reader<'_>, unit: usize) -> Result<&'a [u8], Malformed> {
    let offset = usize::from(fixed.u16()?);
    let length = usize::from(fixed.u16()?) * unit;
    if length == 0 {
        return Ok(&[]);
    }
    body.get(offset..offset + length).ok_or(Malformed)
}

/// Finds FEDAUTH among the features. The others are taken note of by nobody, so none is acknowledged.
fn features(list: &[u8]) -> Result<Option<FedAuth>, Malformed> {
    let mut list = Reader(list);
    let mut found = None;
    loop {
        let feature = list.u8()?;
        if feature == TERMINATOR {
            return Ok(found);
        }
        let length = list.length()?;
        let data = list.take(length)?;
        if feature == FEATURE_FEDAUTH && found.replace(FedAuth::parse(data)?).is_some() {
            return Err(Malformed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::written::{TOKEN, Wanted, login as write};
    use super::*;

    #[test]
    fn a_login_by_token_is_read() {
        let token = "t".repeat(9000);
        let login = Login::parse(&write(&Wanted {
            token: &token,
            ..TOKEN
        }))
        .unwrap();
        assert_eq!(login.server, TOKEN.server);
        assert_eq!(login.database, "hp2_db");
        let fed_auth = login.fed_auth.clone().unwrap();
        assert!(fed_auth.is_security_token() && fed_auth.echo);
        assert_eq!(fed_auth.token, token);
        assert!(login.user.is_empty() && !login.has_password && !login.integrated);
        assert!(!format!("{login:?}").contains("ttt"));
    }

    #[test]
    fn what_carries_a_password_is_seen() {
        let with = Wanted {
            user: "sa",
            password: "x",
            options: None,
            ..TOKEN
        };
        let login = Login::parse(&write(&with)).unwrap();
        assert!(login.has_password && login.user == "sa" && login.fed_auth.is_none());
        let windows = Wanted {
            integrated: true,
            options: None,
            ..TOKEN
        };
        assert!(Login::parse(&write(&windows)).unwrap().integrated);
        let library = Wanted {
            options: Some(0x05),
            ..TOKEN
        };
        let fed_auth = Login::parse(&write(&library)).unwrap().fed_auth.unwrap();
        assert!(!fed_auth.is_security_token() && fed_auth.token.is_empty());
        let quiet = Wanted {
            options: Some(0x02),
            ..TOKEN
        };
        assert!(!Login::parse(&write(&quiet)).unwrap().fed_auth.unwrap().echo);
    }

    #[test]
    fn what_is_cut_short_or_bent_is_an_error_and_no_panic() {
        let whole = write(&TOKEN);
        for length in 0..whole.len() {
            assert_eq!(Login::parse(&whole[..length]), Err(Malformed), "{length}");
        }
        for at in 0..whole.len() {
            for byte in [0x00, 0x01, 0x7F, 0x80, 0xFF] {
                let mut bent = whole.clone();
                bent[at] = byte;
                let _ = Login::parse(&bent);
            }
        }
    }
}
