//! Each operation against its recorded exchange. `cargo xtask record` records them anew from the fake.

#[allow(dead_code, reason = "the diagnoses use the rest")]
#[path = "credential/place.rs"]
mod chain_place;
#[path = "fake/support.rs"]
mod support;

use rhc_arm::ArmClient;
use rhc_core::fake::World;
use rhc_core::testing::{Connection, Fixtures, Live};
use rhc_core::{Error, Result};
use rhc_sql_identity::SqlServers;
use serde::Serialize;
use support::{ADMIN, TENANT};

/// What succeeds: a test, its fixture, the World before it, and the call.
macro_rules! operations {
    ($($test:ident: $operation:literal, $world:expr => |$sql:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            crate::run($operation, || $world, |$sql| async move { $call }).await;
        })*
    };
}

/// What is refused.
macro_rules! refusals {
    ($($test:ident: $operation:literal, $world:expr => |$sql:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            crate::run($operation, || $world, |$sql| async move {
                rhc_core::testing::refusal($call)
            }).await;
        })*
    };
}

mod operations;

/// What answers while recording. A World takes its time, which is not waited for.
async fn live<W: Future<Output = World>>(world: impl FnOnce() -> W) -> Live {
    tokio::time::pause();
    let world = world().await;
    Live {
        transport: world.transport(),
        credential: world.user_credential(&TENANT.to_string(), ADMIN),
        clock: world.clock(),
        source: "embedded",
    }
}

async fn run<T, W, R>(operation: &str, world: impl FnOnce() -> W, call: impl Fn(SqlServers) -> R)
where
    T: Serialize,
    W: Future<Output = World>,
    R: Future<Output = Result<T, Error>>,
{
    let call = |connection: Connection| {
        let options = Some(connection.options.into());
        let made = ArmClient::new(connection.credential, options);
        let called = made.map(|arm| call(SqlServers::new(arm)));
        async move { called?.await }
    };
    let value = Fixtures::of(env!("CARGO_MANIFEST_DIR"))
        .run(operation, live(world), call)
        .await;
    pin(operation, &value);
}

/// What came of an operation, as a snapshot beside the others.
fn pin(operation: &str, value: &serde_json::Value) {
    insta::assert_json_snapshot!(operation, value);
}
