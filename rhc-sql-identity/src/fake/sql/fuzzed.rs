//! What a fuzzer gives this server to read.

use super::parse::{self, Parsed};
use super::values::Value;
use crate::grants::{Identifier, Sid, Statement};

/// Statements: read, or refused with a number and words.
pub(crate) fn statements(text: &str) {
    let parameters = [("@P1".to_owned(), Value::null())];
    if let Err(error) = parse::batch_with(text, &parameters) {
        assert!(error.number > 0 && !error.message.is_empty(), "{error}");
    }
}

/// Whatever name a statement of ours has in it, the server reads that one statement, and that name.
pub(crate) fn names(text: &str) {
    let Ok(user) = Identifier::new(text) else {
        return;
    };
    let sid: Sid = "0x1798D583FD870F4AA6B909C04D126368".parse().unwrap();
    let role = Identifier::new("db_datareader").unwrap();
    let name = text.to_owned();
    for (statement, wanted) in [
        (
            Statement::CreateUser {
                user: user.clone(),
                sid: sid.clone(),
            },
            Parsed::CreateUser {
                name: name.clone(),
                sid,
                kind: "E".to_owned(),
            },
        ),
        (
            Statement::DropMember {
                role: user.clone(),
                user: role,
            },
            Parsed::Member {
                role: name.clone(),
                user: "db_datareader".to_owned(),
                add: false,
            },
        ),
        (Statement::DropUser { user }, Parsed::DropUser { name }),
    ] {
        let read = parse::batch_with(&statement.to_string(), &[]);
        assert_eq!(read, Ok(vec![wanted]), "{statement}");
    }
}
