//! What a statement answers: columns with their types, and rows.

use crate::grants::Row;

/// The type of a column or of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fake) enum Kind {
    /// `bit`, as 0 or 1.
    Bit,
    /// `tinyint`.
    TinyInt,
    /// `smallint`.
    SmallInt,
    /// `int`.
    Int,
    /// `bigint`.
    BigInt,
    /// `varchar`, or `char`, of so many bytes.
    VarChar(u16),
    /// `nvarchar` of so many UTF-16 units.
    NVarChar(u16),
    /// `varbinary`, written as `0x` and digits.
    Binary,
    /// `sql_variant` that holds an `int`.
    VariantInt,
    /// `sql_variant` that holds an `nvarchar`.
    VariantText,
}

/// A value with its type. Every value is kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fake) struct Value {
    pub(in crate::fake) kind: Kind,
    pub(in crate::fake) text: Option<String>,
}

impl Value {
    /// A number.
    pub(super) fn int(number: impl Into<i64>) -> Self {
        let number: i64 = number.into();
        let kind = if i32::try_from(number).is_ok() {
            Kind::Int
        } else {
            Kind::BigInt
        };
        Self {
            kind,
            text: Some(number.to_string()),
        }
    }

    /// A name, as system functions give it.
    pub(super) fn name(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::NVarChar(128),
            text: Some(text.into()),
        }
    }

    /// No value.
    pub(super) fn null() -> Self {
        Self {
            kind: Kind::Int,
            text: None,
        }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fake) struct ColumnInfo {
    /// Empty where the statement gives none.
    pub(in crate::fake) name: String,
    pub(in crate::fake) kind: Kind,
}

/// The rows of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fake) struct ResultSet {
    pub(in crate::fake) columns: Vec<ColumnInfo>,
    pub(in crate::fake) rows: Vec<Row>,
}

impl ResultSet {
    /// Columns without rows.
    pub(super) fn empty(columns: &[(&str, Kind)]) -> Self {
        let columns = columns.iter().map(|(name, kind)| ColumnInfo {
            name: (*name).to_owned(),
            kind: *kind,
        });
        Self {
            columns: columns.collect(),
            rows: Vec::new(),
        }
    }

    /// One row of named values.
    pub(super) fn one(values: Vec<(String, Value)>) -> Self {
        let mut columns = Vec::new();
        let mut row = Vec::new();
        for (name, value) in values {
            let kind = value.kind;
            columns.push(ColumnInfo { name, kind });
            row.push(value.text);
        }
        Self {
            columns,
            rows: vec![row],
        }
    }
}
