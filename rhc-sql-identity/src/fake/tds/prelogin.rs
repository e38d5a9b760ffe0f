//! `PRELOGIN`: what both sides can do, before anything is said in earnest.
//!
//! Source: [MS-TDS 2.2.6.5](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/60f56408-0188-4cd5-8b90-25c6f2423868).

use super::bytes::{Malformed, Reader};

const VERSION: u8 = 0;
const ENCRYPTION: u8 = 1;
const INSTANCE: u8 = 2;
const THREAD: u8 = 3;
const MARS: u8 = 4;
const FEDAUTHREQUIRED: u8 = 6;
const TERMINATOR: u8 = 0xFF;

/// Encryption is there but not wanted, except for the login.
const OFF: u8 = 0;
/// Encryption is wanted.
const ON: u8 = 1;
/// Encryption is not there. Also what is said inside of TLS, where there is nothing to agree on.
const NOT_SUPPORTED: u8 = 2;
/// Encryption is required.
const REQUIRED: u8 = 3;

/// The longest of these messages that makes sense.
pub(super) const LONGEST: usize = 4096;
/// The most options of one message.
const MOST: usize = 32;

/// What a client said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prelogin {
    encryption: Option<u8>,
    fed_auth: Option<u8>,
}

impl Prelogin {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut options = Reader(body);
        let mut said = Self::default();
        for _ in 0..MOST {
            let option = options.u8()?;
            if option == TERMINATOR {
                return Ok(said);
            }
            let offset = usize::from(options.u16_be()?);
            let length = usize::from(options.u16_be()?);
            let end = offset.checked_add(length).ok_or(Malformed)?;
            let value = body.get(offset..end).ok_or(Malformed)?;
            match option {
                ENCRYPTION => said.encryption = Some(*value.first().ok_or(Malformed)?),
                FEDAUTHREQUIRED => said.fed_auth = Some(*value.first().ok_or(Malformed)?),
                _ => {}
            }
        }
        Err(Malformed)
    }

    /// Whether the client asked about logins by a token. It is answered, and has to repeat the answer in its login.
    pub(super) fn asks_for_fed_auth(&self) -> bool {
        self.fed_auth.is_some()
    }

    /// Whether the client can encrypt.
    pub(super) fn encrypts(&self) -> bool {
        matches!(self.encryption, Some(OFF | ON | REQUIRED))
    }

    /// The answer. The server takes nothing that is not encrypted.
    pub(super) fn answer(&self, inside_tls: bool) -> Vec<u8> {
        let encryption = match self.encryption {
            _ if inside_tls => NOT_SUPPORTED,
            Some(ON) => ON,
            _ => REQUIRED,
        };
        let mut values = vec![
            (VERSION, vec![12, 0, 0x07, 0xD0, 0, 0]),
            (ENCRYPTION, vec![encryption]),
            (INSTANCE, vec![0]),
            (THREAD, vec![]),
            (MARS, vec![0]),
        ];
        if self.fed_auth.is_some() {
            values.push((FEDAUTHREQUIRED, vec![1]));
        }
        let mut offset = values.len() * 5 + 1;
        let mut table = Vec::new();
        let mut data = Vec::new();
        for (option, value) in values {
            table.push(option);
            for number in [offset, value.len()] {
                table.extend_from_slice(&u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes());
            }
            offset += value.len();
            data.extend(value);
        }
        table.push(TERMINATOR);
        table.extend(data);
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a client says it.
    fn said(options: &[(u8, &[u8])]) -> Vec<u8> {
        let mut offset = options.len() * 5 + 1;
        let mut bytes = Vec::new();
        for (option, value) in options {
            bytes.push(*option);
            bytes.extend_from_slice(&u16::try_from(offset).unwrap().to_be_bytes());
            bytes.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
            offset += value.len();
        }
        bytes.push(TERMINATOR);
        for (_, value) in options {
            bytes.extend_from_slice(value);
        }
        bytes
    }

    #[test]
    fn nothing_is_taken_that_is_not_encrypted() {
        for (asked, answered, encrypts) in [
            (OFF, REQUIRED, true),
            (ON, ON, true),
            (NOT_SUPPORTED, REQUIRED, false),
            (REQUIRED, REQUIRED, true),
        ] {
            let bytes = said(&[
                (VERSION, &[0; 6]),
                (ENCRYPTION, &[asked]),
                (FEDAUTHREQUIRED, &[1]),
            ]);
            let prelogin = Prelogin::parse(&bytes).unwrap();
            assert!(prelogin.asks_for_fed_auth());
            assert_eq!(prelogin.encrypts(), encrypts);
            let answer = Prelogin::parse(&prelogin.answer(false)).unwrap();
            assert_eq!(
                (answer.encryption, answer.fed_auth),
                (Some(answered), Some(1))
            );
            let inside = Prelogin::parse(&prelogin.answer(true)).unwrap();
            assert_eq!(inside.encryption, Some(NOT_SUPPORTED));
        }
        let without = Prelogin::parse(&said(&[(ENCRYPTION, &[ON])])).unwrap();
        assert!(!without.asks_for_fed_auth());
        assert_eq!(
            Prelogin::parse(&without.answer(false)).unwrap().fed_auth,
            None
        );
    }

    #[test]
    fn what_is_cut_short_is_an_error() {
        let whole = said(&[
            (VERSION, &[0; 6]),
            (ENCRYPTION, &[ON]),
            (FEDAUTHREQUIRED, &[1]),
        ]);
        for length in 0..whole.len() {
            assert_eq!(
                Prelogin::parse(&whole[..length]),
                Err(Malformed),
                "{length}"
            );
        }
        assert_eq!(
            Prelogin::parse(&[ENCRYPTION, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            Err(Malformed)
        );
        assert_eq!(Prelogin::parse(&said(&[(ENCRYPTION, &[])])), Err(Malformed));
        assert_eq!(Prelogin::parse(&[0; 400]), Err(Malformed));
    }
}
