//! The SQL peers in Rust. `sql-peers client`: the crate `mssql-tds` against our server. `sql-peers mock`: our client against
//! `mssql-mock-tds`. Each check is a line of JSON on standard output, as in the other scenarios.

mod client;
mod mock;

use std::error::Error;
use std::fmt::Debug;

use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("client") => Box::pin(client::run()).await,
        Some("mock") => Box::pin(mock::run()).await,
        _ => Err("sql-peers client | mock".into()),
    }
}

/// One check: both have to be equal.
fn check<T: Debug + PartialEq>(kind: &str, what: &str, expected: T, came: T) {
    say(
        kind,
        what,
        &format!("{expected:?}"),
        &format!("{came:?}"),
        expected == came,
    );
}

/// One check of something that has no equal.
fn say(kind: &str, what: &str, expected: &str, came: &str, passed: bool) {
    let short = |text: &str| text.chars().take(300).collect::<String>();
    let said = json!({
        "kind": kind,
        "what": what,
        "expected": short(expected),
        "came": short(came),
        "passed": passed,
    });
    println!("{said}");
}
