//! Each operation against its recorded exchange. `cargo xtask record` records them anew from the fake.

use operations::place::{There, live};
use rhc_arm::ArmClient;
use rhc_containerapps::ContainerAppsClient;
use rhc_core::Result;
use rhc_core::testing::{Connection, Fixtures};
use serde::Serialize;

/// What succeeds: a test, its fixture, what is there before, and the call.
macro_rules! operations {
    ($($test:ident: $operation:literal, $there:ident => |$containers:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            crate::run($operation, super::place::There::$there, |$containers| async move { $call }).await;
        })*
    };
}

/// What is refused.
macro_rules! refusals {
    ($($test:ident: $operation:literal, $there:ident => |$containers:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            crate::run($operation, super::place::There::$there, |$containers| async move {
                rhc_core::testing::refusal($call)
            }).await;
        })*
    };
}

mod operations;

async fn run<T: Serialize, R: Future<Output = Result<T>>>(
    operation: &str,
    there: There,
    call: impl Fn(ContainerAppsClient) -> R,
) {
    let call = |connection: Connection| {
        let arm = ArmClient::new(connection.credential, Some(connection.options.into()));
        let made = arm.map(|arm| call(ContainerAppsClient::new(arm)));
        async move { made?.await }
    };
    let value = Fixtures::of(env!("CARGO_MANIFEST_DIR"))
        .run(operation, live(there), call)
        .await;
    insta::assert_json_snapshot!(operation, value);
}
