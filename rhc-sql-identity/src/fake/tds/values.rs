//! Values on the wire: the types of columns, rows, and what parameters hold.
//!
//! Source: [MS-TDS 2.2.5.4](https://learn.microsoft.com/openspecs/windows_protocols/ms-tds/ed3b3a9c-4e8c-4b8d-ab9f-5d5b3c8c0e5d).

use std::fmt::Write as _;

use crate::fake::sql::{Kind, ResultSet, Value};

use super::bytes::{Malformed, Reader, Writer, utf16};
use super::tokens::COLLATION;

const COLMETADATA: u8 = 0x81;
const ROW: u8 = 0xD1;
const RETURNVALUE: u8 = 0xAC;
const INTN: u8 = 0x26;
const BITN: u8 = 0x68;
const BIGVARBINARY: u8 = 0xA5;
const BIGVARCHAR: u8 = 0xA7;
const BIGCHAR: u8 = 0xAF;
pub(super) const NVARCHAR: u8 = 0xE7;
const NCHAR: u8 = 0xEF;
const GUID: u8 = 0x24;
const VARIANT: u8 = 0x62;
const INT4: u8 = 0x38;
/// The longest value that is not of a type with `(max)`.
const LONGEST: u16 = 8000;
/// In the place of a length: the type is one with `(max)`, or the value is none.
pub(super) const MAX: u16 = 0xFFFF;
/// The longest parameter that is put together of chunks.
const LONGEST_PARAMETER: usize = 1 << 20;

/// Columns and rows.
pub(super) fn write(out: &mut Writer, set: &ResultSet) {
    out.u8(COLMETADATA);
    out.u16(u16::try_from(set.columns.len()).unwrap_or(u16::MAX));
    for column in &set.columns {
        // No user type; may be null.
        out.u32(0).u16(0x0009);
        type_info(out, column.kind);
        out.b_varchar(&column.name);
    }
    for row in &set.rows {
        out.u8(ROW);
        for (column, text) in set.columns.iter().zip(row) {
            value(out, column.kind, text.as_deref());
        }
    }
}

/// A procedure's only parameter that comes back.
pub(super) fn write_returned(out: &mut Writer, name: &str, number: i32) {
    // The first one; an output; no user type, no flags.
    out.u8(RETURNVALUE)
        .u16(0)
        .b_varchar(name)
        .u8(1)
        .u32(0)
        .u16(0);
    type_info(out, Kind::Int);
    value(out, Kind::Int, Some(&number.to_string()));
}

fn type_info(out: &mut Writer, kind: Kind) {
    match kind {
        Kind::Bit => out.u8(BITN).u8(1),
        Kind::TinyInt => out.u8(INTN).u8(1),
        Kind::SmallInt => out.u8(INTN).u8(2),
        Kind::Int => out.u8(INTN).u8(4),
        Kind::BigInt => out.u8(INTN).u8(8),
        Kind::VarChar(length) => out
            .u8(BIGVARCHAR)
            .u16(length.min(LONGEST))
            .bytes(&COLLATION),
        Kind::NVarChar(length) => {
            let bytes = length.saturating_mul(2).min(LONGEST);
            out.u8(NVARCHAR).u16(bytes).bytes(&COLLATION)
        }
        Kind::Binary => out.u8(BIGVARBINARY).u16(LONGEST),
        Kind::VariantInt | Kind::VariantText => out.u8(VARIANT).u32(8009),
    };
}

fn value(out: &mut Writer, kind: Kind, text: Option<&str>) {
    let number = text.map(|text| text.parse::<i64>().unwrap_or_default());
    match kind {
        Kind::Bit | Kind::TinyInt | Kind::SmallInt | Kind::Int | Kind::BigInt => {
            let width = match kind {
                Kind::Bit | Kind::TinyInt => 1,
                Kind::SmallInt => 2,
                Kind::Int => 4,
                _ => 8,
            };
            match number {
                None => out.u8(0),
                Some(number) => {
                    let bytes = number.to_le_bytes();
                    let bytes = bytes.get(..width).unwrap_or_default();
                    out.u8(u8::try_from(width).unwrap_or_default()).bytes(bytes)
                }
            };
        }
        Kind::VarChar(length) => {
            let bytes = text.map(|text| cut(latin(text), length.min(LONGEST)));
            counted(out, bytes);
        }
        Kind::NVarChar(length) => {
            let longest = length.saturating_mul(2).min(LONGEST);
            counted(out, text.map(|text| cut(wide(text), longest)));
        }
        Kind::Binary => counted(out, text.map(|text| cut(binary(text), LONGEST))),
        Kind::VariantInt => {
            let number = number.and_then(|number| i32::try_from(number).ok());
            match number {
                None => out.u32(0),
                Some(number) => out.u32(6).u8(INT4).u8(0).bytes(&number.to_le_bytes()),
            };
        }
        Kind::VariantText => match text {
            None => {
                out.u32(0);
            }
            Some(text) => {
                let bytes = cut(wide(text), LONGEST);
                out.u32(u32::try_from(bytes.len()).unwrap_or_default() + 9);
                out.u8(NVARCHAR)
                    .u8(7)
                    .bytes(&COLLATION)
                    .u16(LONGEST)
                    .bytes(&bytes);
            }
        },
    }
}

fn counted(out: &mut Writer, bytes: Option<Vec<u8>>) {
    match bytes {
        None => out.u16(MAX),
        Some(bytes) => {
            out.u16(u16::try_from(bytes.len()).unwrap_or(LONGEST));
            out.bytes(&bytes)
        }
    };
}

fn cut(mut bytes: Vec<u8>, longest: u16) -> Vec<u8> {
    bytes.truncate(longest.into());
    bytes
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// As the collation's code page has it: what it does not know is a question mark.
fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|letter| match u8::try_from(letter) {
            Ok(byte) if !(0x80..0xA0).contains(&byte) => byte,
            _ => b'?',
        })
        .collect()
}

fn binary(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.trim_start_matches("0x").chars().collect();
    digits
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok())
        .collect()
}

/// A parameter: its type and its value. Types that no client here sends are refused.
pub(super) fn parameter(reader: &mut Reader<'_>) -> Result<Value, Malformed> {
    let (kind, text) = match reader.u8()? {
        INTN => {
            let declared = reader.u8()?;
            (integer(declared)?, number(reader)?)
        }
        BITN => {
            reader.u8()?;
            (Kind::Bit, number(reader)?)
        }
        GUID => {
            reader.u8()?;
            let length = reader.u8()?;
            let bytes = reader.take(length.into())?;
            let text = match bytes.len() {
                0 => None,
                _ => {
                    let bytes = bytes.try_into().map_err(|_| Malformed)?;
                    Some(uuid::Uuid::from_bytes_le(bytes).to_string().to_uppercase())
                }
            };
            (Kind::VarChar(36), text)
        }
        NVARCHAR | NCHAR => {
            let longest = reader.u16()?;
            reader.take(COLLATION.len())?;
            let text = bytes(reader, longest)?.map(|own| utf16(&own)).transpose()?;
            (Kind::NVarChar(4000), text)
        }
        BIGVARCHAR | BIGCHAR => {
            let longest = reader.u16()?;
            reader.take(COLLATION.len())?;
            let own = bytes(reader, longest)?;
            let text = own.map(|own| own.into_iter().map(char::from).collect());
            (Kind::VarChar(8000), text)
        }
        BIGVARBINARY => {
            let longest = reader.u16()?;
            let own = bytes(reader, longest)?;
            (Kind::Binary, own.map(|own| hex(&own)))
        }
        _ => return Err(Malformed),
    };
    Ok(Value { kind, text })
}

fn integer(width: u8) -> Result<Kind, Malformed> {
    match width {
        1 => Ok(Kind::TinyInt),
        2 => Ok(Kind::SmallInt),
        4 => Ok(Kind::Int),
        8 => Ok(Kind::BigInt),
        _ => Err(Malformed),
    }
}

fn number(reader: &mut Reader<'_>) -> Result<Option<String>, Malformed> {
    let text = match reader.u8()? {
        0 => return Ok(None),
        1 => reader.u8()?.to_string(),
        2 => reader.u16()?.cast_signed().to_string(),
        4 => reader.u32()?.cast_signed().to_string(),
        8 => reader.u64()?.cast_signed().to_string(),
        _ => return Err(Malformed),
    };
    Ok(Some(text))
}

/// A value with its length before it, or in chunks where the type is one with `(max)`.
fn bytes(reader: &mut Reader<'_>, longest: u16) -> Result<Option<Vec<u8>>, Malformed> {
    if longest != MAX {
        return match reader.u16()? {
            MAX => Ok(None),
            length => reader.take(length.into()).map(|own| Some(own.to_vec())),
        };
    }
    if reader.u64()? == u64::MAX {
        return Ok(None);
    }
    let mut whole = Vec::new();
    loop {
        let length = reader.length()?;
        if length == 0 {
            return Ok(Some(whole));
        }
        whole.extend_from_slice(reader.take(length)?);
        if whole.len() > LONGEST_PARAMETER {
            return Err(Malformed);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = "0x".to_owned();
    for byte in bytes {
        let _ = write!(text, "{byte:02X}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::written::long_text;
    use super::*;
    use crate::fake::sql::ColumnInfo;

    #[test]
    fn values_have_the_width_of_their_type() {
        let column = |kind| ColumnInfo {
            name: String::new(),
            kind,
        };
        let set = ResultSet {
            columns: vec![
                column(Kind::SmallInt),
                column(Kind::VarChar(2)),
                column(Kind::NVarChar(4)),
            ],
            rows: vec![
                vec![
                    Some("-2".to_owned()),
                    Some("aЖb".to_owned()),
                    Some("ä".to_owned()),
                ],
                vec![None, None, None],
            ],
        };
        let mut out = Writer::default();
        write(&mut out, &set);
        let rows = out.0.windows(1).position(|byte| byte == [ROW]).unwrap();
        assert_eq!(
            out.0[rows..],
            [
                ROW, 2, 0xFE, 0xFF, 2, 0, b'a', b'?', 2, 0, 0xE4, 0, ROW, 0, 0xFF, 0xFF, 0xFF, 0xFF
            ]
        );
    }

    #[test]
    fn parameters_are_read_with_their_types() {
        let read = |bytes: &[u8]| {
            let value = parameter(&mut Reader(bytes))?;
            Ok::<_, Malformed>((value.kind, value.text))
        };
        assert_eq!(
            read(&[INTN, 4, 4, 0xFF, 0xFF, 0xFF, 0xFF]),
            Ok((Kind::Int, Some("-1".to_owned())))
        );
        assert_eq!(read(&[INTN, 8, 0]), Ok((Kind::BigInt, None)));
        assert_eq!(
            read(&[BITN, 1, 1, 1]),
            Ok((Kind::Bit, Some("1".to_owned())))
        );
        let text = long_text("drei Worte");
        assert_eq!(
            read(&text),
            Ok((Kind::NVarChar(4000), Some("drei Worte".to_owned())))
        );
        let binary = [BIGVARBINARY, 10, 0, 2, 0, 0xAB, 0x01];
        assert_eq!(read(&binary), Ok((Kind::Binary, Some("0xAB01".to_owned()))));
        let mut guid = vec![GUID, 16, 16];
        guid.extend_from_slice(&[
            0x17, 0x98, 0xD5, 0x83, 0xFD, 0x87, 0x0F, 0x4A, 0xA6, 0xB9, 9, 0xC0, 0x4D, 0x12, 0x63,
            0x68,
        ]);
        let wanted = "83D59817-87FD-4A0F-A6B9-09C04D126368".to_owned();
        assert_eq!(read(&guid), Ok((Kind::VarChar(36), Some(wanted))));
        for length in 0..text.len() {
            assert_eq!(read(&text[..length]), Err(Malformed), "{length}");
        }
        assert_eq!(read(&[0xF1, 0, 0]), Err(Malformed));
        assert_eq!(read(&[INTN, 3, 0]), Err(Malformed));
    }
}
