//! Each operation against its recorded fixture.

mod live;

macro_rules! fixture {
    ($test:ident, $name:literal, [$($seed:expr),*], $call:expr) => {
        #[tokio::test]
        async fn $test() {
            let value = replay($name, |_state| { $($seed(_state);)* }, $call).await;
            insta::assert_json_snapshot!($name, value);
        }
    };
}

#[path = "operations/access.rs"]
mod access;
#[path = "operations/audit.rs"]
mod audit;
#[path = "operations/deployments.rs"]
mod deployments;
#[path = "operations/images_and_files.rs"]
mod images_and_files;
#[path = "operations/network.rs"]
mod network;
#[path = "operations/questions.rs"]
mod questions;
#[path = "operations/refusals.rs"]
mod refusals;
#[path = "operations/rules.rs"]
mod rules;
#[path = "operations/scopes.rs"]
mod scopes;
#[path = "operations/services.rs"]
mod services;

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}
