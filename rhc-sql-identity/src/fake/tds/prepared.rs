//! Batches that a client lets the server keep, to run them again with other values.
//!
//! Source: [`sp_prepexec`](https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-prepexec-transact-sql)
//! and the pages beside it. Unlike there, a batch is read when it is run, and not when it is kept.

use std::collections::BTreeMap;

use crate::fake::sql::Value;
use crate::session::SqlError;

use super::calls::Call;

/// How many a session may keep.
const MOST: usize = 1000;

type Parameters = Vec<(String, Value)>;

/// What a session keeps.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    kept: BTreeMap<i32, (String, String)>,
    last: i32,
}

/// What a call comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The batch to run, with its parameters by name.
    pub(super) run: Option<(String, Parameters)>,
    /// The handle that the client is given.
    pub(super) handle: Option<(String, i32)>,
}

impl Prepared {
    /// Finds out what a call wants.
    pub(super) fn resolve(&mut self, call: Call) -> Result<Asked, SqlError> {
        let nothing = Asked {
            run: None,
            handle: None,
        };
        Ok(match call {
            Call::Run {
                batch,
                declared,
                parameters,
            } => Asked {
                run: Some((batch, named(&declared, parameters))),
                ..nothing
            },
            Call::Prepare {
                handle: name,
                batch,
                declared,
                parameters,
            } => {
                let handle = Some((name, self.keep(&batch, &declared)?));
                let run = parameters.map(|given| (batch, named(&declared, given)));
                Asked { run, handle }
            }
            Call::Execute { handle, parameters } => {
                let (batch, declared) = self.kept.get(&handle).ok_or_else(|| unknown(handle))?;
                Asked {
                    run: Some((batch.clone(), named(declared, parameters))),
                    ..nothing
                }
            }
            Call::Forget { handle } => {
                self.kept.remove(&handle).ok_or_else(|| unknown(handle))?;
                nothing
            }
            Call::Unknown(name) => {
                let message = format!("Could not find stored procedure '{name}'.");
                return Err(SqlError::new(2812, 62, message));
            }
        })
    }

    fn keep(&mut self, batch: &str, declared: &str) -> Result<i32, SqlError> {
        if self.kept.len() >= MOST {
            let message =
                "There is insufficient system memory in resource pool 'default' to run this query.";
            return Err(SqlError::new(701, 1, message));
        }
        self.last = self.last.wrapping_add(1);
        let kept = (batch.to_owned(), declared.to_owned());
        self.kept.insert(self.last, kept);
        Ok(self.last)
    }
}

fn unknown(handle: i32) -> SqlError {
    let message = format!("Could not find prepared statement with handle {handle}.");
    SqlError::new(8179, 2, message)
}

/// Parameters without a name have that of the declaration in their place: `@P1 int, @P2 decimal(10, 2)`.
fn named(declared: &str, given: Parameters) -> Parameters {
    let mut depth = 0_i32;
    let mut declared = declared.split(move |letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    });
    let mut name = || declared.next()?.split_whitespace().next();
    given
        .into_iter()
        .map(|(own, value)| {
            let place = name();
            let name = if own.is_empty() {
                place.unwrap_or_default().to_owned()
            } else {
                own
            };
            (name, value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::sql::Kind;

    fn value() -> (String, Value) {
        let value = Value {
            kind: Kind::Int,
            text: None,
        };
        (String::new(), value)
    }

    fn execute(handle: i32) -> Call {
        Call::Execute {
            handle,
            parameters: vec![value()],
        }
    }

    #[test]
    fn what_is_kept_is_run_until_it_is_forgotten() {
        let mut prepared = Prepared::default();
        let keep = Call::Prepare {
            handle: "@h".to_owned(),
            batch: "SELECT @a".to_owned(),
            declared: "@a int".to_owned(),
            parameters: None,
        };
        let asked = prepared.resolve(keep.clone()).unwrap();
        assert_eq!(
            (asked.run, asked.handle),
            (None, Some(("@h".to_owned(), 1)))
        );
        let (batch, given) = prepared.resolve(execute(1)).unwrap().run.unwrap();
        assert_eq!((&*batch, &*given[0].0), ("SELECT @a", "@a"));
        prepared.resolve(Call::Forget { handle: 1 }).unwrap();
        for call in [execute(1), Call::Forget { handle: 1 }] {
            assert_eq!(prepared.resolve(call).unwrap_err().number, 8179);
        }
        for _ in 0..MOST {
            prepared.resolve(keep.clone()).unwrap();
        }
        assert_eq!(prepared.resolve(keep).unwrap_err().number, 701);
        let unknown = Call::Unknown("sp_who".to_owned());
        assert_eq!(prepared.resolve(unknown).unwrap_err().number, 2812);
    }

    #[test]
    fn names_come_from_the_declaration() {
        let own = ("@own".to_owned(), value().1);
        let given = vec![value(), own, value(), value()];
        let names: Vec<_> = named("@a int, @b decimal(10, 2),\n@c nvarchar(5)", given)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["@a", "@own", "@c", ""]);
    }
}
