//! Values as text.

use std::fmt::Write as _;

use rhc_core::{Error, ErrorKind, Result};
use tiberius::ColumnData;

use crate::grants::Row;

/// The columns of a row, each as text.
pub(super) fn texts(row: tiberius::Row) -> Result<Row> {
    row.into_iter().enumerate().map(text).collect()
}

fn text((index, data): (usize, ColumnData<'static>)) -> Result<Option<String>> {
    Ok(match data {
        ColumnData::U8(own) => own.map(|own| own.to_string()),
        ColumnData::I16(own) => own.map(|own| own.to_string()),
        ColumnData::I32(own) => own.map(|own| own.to_string()),
        ColumnData::I64(own) => own.map(|own| own.to_string()),
        ColumnData::F32(own) => own.map(|own| own.to_string()),
        ColumnData::F64(own) => own.map(|own| own.to_string()),
        ColumnData::Bit(own) => own.map(|own| u8::from(own).to_string()),
        ColumnData::String(own) => own.map(std::borrow::Cow::into_owned),
        ColumnData::Guid(own) => own.map(|own| own.to_string()),
        ColumnData::Binary(own) => own.map(|own| hex(&own)),
        ColumnData::Numeric(own) => own.map(|own| own.to_string()),
        ColumnData::Xml(own) => own.map(|own| own.to_string()),
        ColumnData::DateTime(_)
        | ColumnData::SmallDateTime(_)
        | ColumnData::Time(_)
        | ColumnData::Date(_)
        | ColumnData::DateTime2(_)
        | ColumnData::DateTimeOffset(_) => {
            return Err(Error::new(
                ErrorKind::Decode,
                "sql.run",
                format!(
                    "column {} is a date or a time: let the query CONVERT it to text",
                    index + 1
                ),
            ));
        }
    })
}

/// As the server writes it by `CONVERT(…, …, 1)`.
fn hex(bytes: &[u8]) -> String {
    let mut text = "0x".to_owned();
    for byte in bytes {
        let _ = write!(text, "{byte:02X}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_as_the_server_writes_them() {
        for (data, wanted) in [
            (ColumnData::U8(Some(4)), Some("4")),
            (ColumnData::I32(None), None),
            (ColumnData::Bit(Some(true)), Some("1")),
            (ColumnData::String(Some("a".into())), Some("a")),
            (
                ColumnData::Binary(Some(vec![0xAB, 1].into())),
                Some("0xAB01"),
            ),
        ] {
            assert_eq!(text((0, data)).unwrap().as_deref(), wanted);
        }
        let error = text((1, ColumnData::Date(None))).unwrap_err();
        assert!(error.to_string().contains("column 2"), "{error}");
    }
}
