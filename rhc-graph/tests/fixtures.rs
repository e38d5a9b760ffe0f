//! Each operation against its recorded exchange. `cargo xtask record` records them anew from the fake.

use operations::place::{Who, live};
use rhc_core::testing::Fixtures;
use rhc_graph::{GraphClient, GraphClientOptions, Result};
use serde::Serialize;
use std::future::Future;

/// What succeeds, or is refused by its own rules: a test, its fixture, and the call.
macro_rules! operations {
    ($($test:ident: $operation:literal => |$graph:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            crate::run($operation, crate::operations::place::Who::Administrator, |$graph| async move { $call }).await;
        })*
    };
}

/// The refusal that matters most of each operation.
macro_rules! refusals {
    ($($test:ident: $operation:literal => |$graph:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            crate::run($operation, crate::operations::place::Who::Administrator, |$graph| async move {
                rhc_core::testing::refusal($call)
            }).await;
        })*
    };
}

/// The refusal for want of a permission.
macro_rules! denials {
    ($($test:ident: $operation:literal => |$graph:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            crate::run($operation, crate::operations::place::Who::Nobody, |$graph| async move {
                rhc_core::testing::refusal($call)
            }).await;
        })*
    };
}

mod operations;

async fn run<T: Serialize, R: Future<Output = Result<T>>>(
    operation: &str,
    who: Who,
    call: impl Fn(GraphClient) -> R,
) {
    let value = Fixtures::of(env!("CARGO_MANIFEST_DIR"))
        .run(operation, live(who), |connection| {
            let options = GraphClientOptions {
                client: connection.options,
                ..GraphClientOptions::default()
            };
            let graph = GraphClient::new(connection.credential, Some(options)).unwrap();
            call(graph)
        })
        .await;
    insta::assert_json_snapshot!(operation, value);
}
