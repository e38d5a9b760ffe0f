//! What a client asks of an open session: batches, calls of procedures, requests about transactions.
//!
//! Sources: MS-TDS [2.2.6.7](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/f2026cd3-9a46-4a3f-9a08-f63140bcbbe3) (batch),
//! [2.2.6.6](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/619c43b6-9495-4a58-9e49-a4950db245b3) (call),
//! [2.2.6.9](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/d6dd1eeb-c04d-4e7c-9b4e-fc2d2c2a5c8c) (transaction manager).

use crate::fake::sql::Value;

use super::bytes::{Malformed, Reader, utf16};
use super::values;

/// `sp_executesql`, by its number.
const EXECUTESQL: u16 = 10;
/// The most parameters that a call may have, as the server allows.
const MOST: usize = 2100;
/// Stands between two calls of one message, newer and older.
const SEPARATORS: [u8; 2] = [0xFF, 0x80];

/// A call of a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// `sp_executesql`: a batch with parameters.
    Execute {
        batch: String,
        parameters: Vec<(String, Value)>,
    },
    /// Another one, by name or number.
    Unknown(String),
}

/// A request about transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TransactionRequest {
    Begin,
    /// And whether the next one begins at once.
    Commit(bool),
    Rollback(bool),
    /// Savepoints, distributed transactions.
    Other(u16),
}

/// The text of a batch.
pub(super) fn batch(body: &[u8]) -> Result<String, Malformed> {
    let mut reader = Reader(body);
    reader.all_headers()?;
    utf16(reader.0)
}

/// The one call of a message. More than one are not taken.
pub(super) fn call(body: &[u8]) -> Result<Call, Malformed> {
    let mut reader = Reader(body);
    reader.all_headers()?;
    let units = reader.u16()?;
    let name = if units == 0xFFFF {
        reader.u16()?
    } else {
        let name = reader.text(units.into())?;
        let plain = name.rsplit('.').next().unwrap_or_default();
        if !plain.eq_ignore_ascii_case("sp_executesql") {
            return Ok(Call::Unknown(name));
        }
        EXECUTESQL
    };
    if name != EXECUTESQL {
        return Ok(Call::Unknown(format!("#{name}")));
    }
    reader.u16()?;
    let mut parameters = Vec::new();
    while !reader.is_empty() {
        if SEPARATORS.iter().any(|own| reader.0.first() == Some(own)) || parameters.len() >= MOST {
            return Err(Malformed);
        }
        let name = reader.b_varchar()?;
        // By reference, or the default: what the procedure returns is asked for by nobody here.
        reader.u8()?;
        parameters.push((name, values::parameter(&mut reader)?));
    }
    let mut given = parameters.into_iter();
    let batch = given.next().and_then(|(_, value)| value.text);
    // The declaration: every parameter says its type itself.
    let _ = given.next();
    Ok(Call::Execute {
        batch: batch.ok_or(Malformed)?,
        parameters: given.collect(),
    })
}

/// A request about transactions.
pub(super) fn transaction(body: &[u8]) -> Result<TransactionRequest, Malformed> {
    let mut reader = Reader(body);
    reader.all_headers()?;
    let kind = reader.u16()?;
    match kind {
        5 => {
            // The isolation level; here every transaction sees its own copy.
            reader.u8()?;
            reader.b_varchar()?;
            Ok(TransactionRequest::Begin)
        }
        7 | 8 => {
            reader.b_varchar()?;
            let again = reader.u8()? & 1 == 1;
            Ok(if kind == 7 {
                TransactionRequest::Commit(again)
            } else {
                TransactionRequest::Rollback(again)
            })
        }
        other => Ok(TransactionRequest::Other(other)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::bytes::Writer;
    use super::super::values::tests::long_text;
    use super::*;
    use crate::fake::sql::Kind;

    fn headers() -> Writer {
        let mut out = Writer::default();
        // The one header of a transaction's descriptor.
        out.u32(22).u32(18).u16(2).u64(0).u32(1);
        out
    }

    /// A batch as clients write it.
    pub(crate) fn write_batch(text: &str) -> Vec<u8> {
        let mut out = headers();
        for unit in text.encode_utf16() {
            out.u16(unit);
        }
        out.0
    }

    /// A call of `sp_executesql` with one parameter.
    pub(crate) fn write_call(text: &str) -> Vec<u8> {
        let mut out = headers();
        out.u16(0xFFFF).u16(10).u16(0);
        for (name, bytes) in [("", long_text(text)), ("", long_text("@P1 int"))] {
            out.b_varchar(name).u8(0).bytes(&bytes);
        }
        out.b_varchar("@P1").u8(0).bytes(&[0x26, 4, 4, 7, 0, 0, 0]);
        out.0
    }

    /// A request about transactions.
    pub(crate) fn write_transaction(kind: u16, rest: &[u8]) -> Vec<u8> {
        let mut out = headers();
        out.u16(kind).bytes(rest);
        out.0
    }

    #[test]
    fn what_is_asked_is_read() {
        assert_eq!(
            batch(&write_batch("SELECT N'ä'")).as_deref(),
            Ok("SELECT N'ä'")
        );
        let Call::Execute { batch, parameters } = call(&write_call("SELECT @P1")).unwrap() else {
            panic!("another call");
        };
        assert_eq!(batch, "SELECT @P1");
        let value = Value {
            kind: Kind::Int,
            text: Some("7".to_owned()),
        };
        assert_eq!(parameters, [("@P1".to_owned(), value)]);
        for (kind, rest, wanted) in [
            (5, &[2, 0][..], TransactionRequest::Begin),
            (7, &[0, 0], TransactionRequest::Commit(false)),
            (8, &[0, 1], TransactionRequest::Rollback(true)),
            (9, &[], TransactionRequest::Other(9)),
        ] {
            assert_eq!(transaction(&write_transaction(kind, rest)), Ok(wanted));
        }
        let mut named = headers();
        named.us_varchar("sys.sp_who");
        assert_eq!(call(&named.0), Ok(Call::Unknown("sys.sp_who".to_owned())));
    }

    #[test]
    fn what_is_cut_short_or_bent_is_an_error_and_no_panic() {
        let whole = write_call("SELECT @P1");
        for length in 0..whole.len() {
            if let Ok(Call::Execute { parameters, .. }) = call(&whole[..length]) {
                // Cut between two parameters it is a call with fewer.
                assert!(parameters.is_empty(), "{length}");
            }
        }
        for at in 0..whole.len() {
            for byte in [0x00, 0x7F, 0x80, 0xFF] {
                let mut bent = whole.clone();
                bent[at] = byte;
                let _ = call(&bent);
                let _ = self::batch(&bent);
                let _ = transaction(&bent);
            }
        }
    }
}
