//! What a client asks of an open session: batches, calls of procedures, requests about transactions.
//!
//! Sources: MS-TDS [2.2.6.7](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/f2026cd3-9a46-4a3f-9a08-f63140bcbbe3) (batch),
//! [2.2.6.6](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/619c43b6-9495-4a58-9e49-a4950db245b3) (call),
//! [2.2.6.9](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/d6dd1eeb-c04d-4e7c-9b4e-fc2d2c2a5c8c) (transaction manager).

use crate::fake::sql::Value;

use super::bytes::{Malformed, Reader, utf16};
use super::values;

/// The procedures that are known, by their names and numbers.
const PROCEDURES: [(&str, u16, Procedure); 5] = [
    ("sp_executesql", 10, Procedure::Run),
    ("sp_prepare", 11, Procedure::Prepare),
    ("sp_execute", 12, Procedure::Execute),
    ("sp_prepexec", 13, Procedure::PrepareAndExecute),
    ("sp_unprepare", 15, Procedure::Forget),
];

#[derive(Clone, Copy, Debug)]
enum Procedure {
    Run,
    Prepare,
    Execute,
    PrepareAndExecute,
    Forget,
}

/// The most parameters that a call may have, as the server allows.
const MOST: usize = 2100;
/// Stands between two calls of one message, newer and older.
const SEPARATORS: [u8; 2] = [0xFF, 0x80];

/// A call of a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// `sp_executesql`: a batch with parameters, which may come without their names.
    Run {
        batch: String,
        declared: String,
        parameters: Vec<(String, Value)>,
    },
    /// `sp_prepare`, and with parameters `sp_prepexec`: a batch that is kept.
    Prepare {
        /// What the client calls the handle.
        handle: String,
        batch: String,
        declared: String,
        parameters: Option<Vec<(String, Value)>>,
    },
    /// `sp_execute`: a batch that was kept.
    Execute {
        handle: i32,
        parameters: Vec<(String, Value)>,
    },
    /// `sp_unprepare`: it is not kept any longer.
    Forget { handle: i32 },
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
    let (name, found) = if units == 0xFFFF {
        let number = reader.u16()?;
        let found = PROCEDURES.iter().find(|(_, own, _)| *own == number);
        (format!("#{number}"), found)
    } else {
        let name = reader.text(units.into())?;
        let plain = name.rsplit('.').next().unwrap_or_default();
        let is = |(own, ..): &&(&str, u16, Procedure)| own.eq_ignore_ascii_case(plain);
        let found = PROCEDURES.iter().find(is);
        (name, found)
    };
    let Some((_, _, procedure)) = found else {
        return Ok(Call::Unknown(name));
    };
    reader.u16()?;
    let mut given = Vec::new();
    while !reader.is_empty() {
        if SEPARATORS.iter().any(|own| reader.0.first() == Some(own)) || given.len() >= MOST {
            return Err(Malformed);
        }
        let name = reader.b_varchar()?;
        // By reference, or the default: what a procedure here returns is known without that.
        reader.u8()?;
        given.push((name, values::parameter(&mut reader)?));
    }
    let first = given.first().map(|(name, _)| name.clone());
    let first = first.unwrap_or_default();
    let mut given = given.into_iter();
    let mut next = || given.next().map(|(_, value)| value.text);
    let text = |value: Option<Option<String>>| value.flatten().ok_or(Malformed);
    Ok(match procedure {
        Procedure::Run => Call::Run {
            batch: text(next())?,
            declared: next().flatten().unwrap_or_default(),
            parameters: given.collect(),
        },
        // The first parameter takes the handle, and has none yet.
        Procedure::Prepare => {
            next();
            let declared = next().flatten().unwrap_or_default();
            // What stands after it says whether columns are wanted; they come with the rows.
            Call::Prepare {
                handle: first,
                batch: text(next())?,
                declared,
                parameters: None,
            }
        }
        Procedure::PrepareAndExecute => {
            next();
            let declared = next().flatten().unwrap_or_default();
            Call::Prepare {
                handle: first,
                batch: text(next())?,
                declared,
                parameters: Some(given.collect()),
            }
        }
        Procedure::Execute => Call::Execute {
            handle: handle(next())?,
            parameters: given.collect(),
        },
        Procedure::Forget => Call::Forget {
            handle: handle(next())?,
        },
    })
}

fn handle(value: Option<Option<String>>) -> Result<i32, Malformed> {
    let text = value.flatten().ok_or(Malformed)?;
    text.parse().map_err(|_| Malformed)
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
mod tests {
    use super::super::written::{
        batch as write_batch, call as write_call, headers, transaction as write_transaction,
    };
    use super::*;
    use crate::fake::sql::Kind;

    #[test]
    fn what_is_asked_is_read() {
        assert_eq!(
            batch(&write_batch("SELECT N'ä'")).as_deref(),
            Ok("SELECT N'ä'")
        );
        let called = call(&write_call("SELECT @P1")).unwrap();
        let Call::Run {
            batch,
            declared,
            parameters,
        } = called
        else {
            panic!("another call");
        };
        assert_eq!((&*batch, &*declared), ("SELECT @P1", "@P1 int"));
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
            if let Ok(Call::Run { parameters, .. }) = call(&whole[..length]) {
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
