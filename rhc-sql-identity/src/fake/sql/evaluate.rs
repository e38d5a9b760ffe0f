//! The values of a SELECT without a table.

use crate::session::SqlError;

use super::catalogue::Catalogue;
use super::execute::{Place, Rights};
use super::parse::{Expression, Item, System};
use super::probing;
use super::values::{Kind, ResultSet, Value};

/// What `@@VERSION` says in Azure; the build is of no real one.
const VERSION: &str = "Microsoft SQL Azure (RTM) - 12.0.2000.8";

/// The one row of it.
pub(super) fn row(
    catalogue: &Catalogue,
    place: &Place<'_>,
    items: &[Item],
) -> Result<ResultSet, SqlError> {
    let one = |item: &Item| Ok((item.name.clone(), value(catalogue, place, &item.value)?));
    let values: Result<Vec<_>, SqlError> = items.iter().map(one).collect();
    values.map(ResultSet::one)
}

fn value(
    catalogue: &Catalogue,
    place: &Place<'_>,
    expression: &Expression,
) -> Result<Value, SqlError> {
    let bit = |yes: Option<bool>| Value {
        kind: Kind::Int,
        text: yes.map(|yes| u8::from(yes).to_string()),
    };
    Ok(match expression {
        Expression::Given(value) => value.clone(),
        Expression::RoleMember(role) => bit(probing::role_member(catalogue, place.rights, role)),
        Expression::Permission(name) => bit(probing::permission(catalogue, place.rights, name)),
        Expression::System(system) => system_value(place, *system),
        Expression::ServerProperty(name) => server_property(place, name),
        Expression::Cast(kind, inner) => cast(value(catalogue, place, inner)?, *kind)?,
    })
}

fn system_value(place: &Place<'_>, system: System) -> Value {
    match system {
        System::Version => Value {
            kind: Kind::NVarChar(300),
            text: Some(VERSION.to_owned()),
        },
        System::Spid => Value {
            kind: Kind::SmallInt,
            text: Some(place.spid.to_string()),
        },
        System::TranCount => Value::int(place.depth),
        System::ServerName => Value::name(place.server),
        System::Language => Value::name("us_english"),
        System::DbName => Value::name(place.database),
        System::UserName => Value::name(match place.rights {
            Rights::Dbo => "dbo",
            Rights::User(name) => name,
        }),
        System::XactState => Value {
            kind: Kind::SmallInt,
            text: Some(u8::from(place.depth > 0).to_string()),
        },
    }
}

/// Source: [SERVERPROPERTY](https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql): 5 is Azure SQL Database.
fn server_property(place: &Place<'_>, name: &str) -> Value {
    let number = |number: u8| (Kind::VariantInt, Some(number.to_string()));
    let text = |text: &str| (Kind::VariantText, Some(text.to_owned()));
    let known = |own: &str| name.eq_ignore_ascii_case(own);
    let (kind, text) = match () {
        () if known("EngineEdition") => number(5),
        () if known("IsExternalAuthenticationOnly") => number(u8::from(place.entra_only)),
        () if known("Edition") => text("SQL Azure"),
        () if known("ProductVersion") => text("12.0.2000.8"),
        () if known("ServerName") => text(place.server),
        () => (Kind::VariantInt, None),
    };
    Value { kind, text }
}

fn cast(value: Value, kind: Kind) -> Result<Value, SqlError> {
    let Some(text) = value.text else {
        return Ok(Value { kind, text: None });
    };
    let range = match kind {
        Kind::Bit => Some((i64::MIN, i64::MAX)),
        Kind::TinyInt => Some((0, 255)),
        Kind::SmallInt => Some((i16::MIN.into(), i16::MAX.into())),
        Kind::Int => Some((i32::MIN.into(), i32::MAX.into())),
        Kind::BigInt => Some((i64::MIN, i64::MAX)),
        _ => None,
    };
    let text = match (range, kind) {
        (Some((least, most)), _) => {
            let number: i64 = text.trim().parse().map_err(|_| {
                SqlError::new(
                    245,
                    1,
                    format!("Conversion failed when converting the value '{text}' to a number."),
                )
            })?;
            if number < least || number > most {
                return Err(SqlError::new(
                    220,
                    2,
                    format!("Arithmetic overflow error for data type, value = {number}."),
                ));
            }
            if kind == Kind::Bit {
                u8::from(number != 0).to_string()
            } else {
                number.to_string()
            }
        }
        (None, Kind::NVarChar(length)) => {
            let units: Vec<u16> = text.encode_utf16().take(length.into()).collect();
            String::from_utf16_lossy(&units)
        }
        (None, Kind::VarChar(length)) => text.chars().take(length.into()).collect(),
        (None, _) => text,
    };
    Ok(Value {
        kind,
        text: Some(text),
    })
}

#[cfg(test)]
mod tests {
    use super::super::execute::Rights;
    use super::super::session::tests::run;
    use super::*;

    fn one(select: &str) -> Result<Option<String>, u32> {
        let mut catalogue = Catalogue::default();
        let rows = run(&mut catalogue, &Rights::Dbo, select).map_err(|error| error.number)?;
        Ok(rows[0][0].clone())
    }

    #[test]
    fn a_session_knows_where_it_is() {
        for (select, wanted) in [
            ("SELECT DB_NAME()", "hp2_db"),
            ("SELECT USER_NAME()", "dbo"),
            ("SELECT CURRENT_USER", "dbo"),
            ("SELECT @@SPID", "52"),
            ("SELECT XACT_STATE()", "0"),
            ("SELECT @@VERSION", VERSION),
            ("SELECT SERVERPROPERTY('EngineEdition')", "5"),
            (
                "SELECT CONVERT(int, SERVERPROPERTY('IsExternalAuthenticationOnly'))",
                "1",
            ),
            ("SELECT CAST('abc' AS nvarchar(2))", "ab"),
            ("SELECT CAST('7' AS bit)", "1"),
        ] {
            assert_eq!(one(select), Ok(Some(wanted.to_owned())), "{select}");
        }
        assert_eq!(one("SELECT SERVERPROPERTY('Moon')"), Ok(None));
        assert_eq!(one("SELECT CAST(NULL AS int)"), Ok(None));
        assert_eq!(one("SELECT CAST('x' AS int)"), Err(245));
        assert_eq!(one("SELECT CAST(300 AS tinyint)"), Err(220));
    }
}
