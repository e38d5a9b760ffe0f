//! The entries of the fuzz targets in `fuzz`, which are compiled for them and for this crate's tests only. The tests replay
//! what the fuzzers kept.

use crate::{Batch, Change, GraphClient, GraphClientOptions, ListQuery, pacing};
use rhc_core::{
    Method, Path, Request,
    testing::{FixedCredential, Reply, Script, block_on, presentable, round_trip},
};
use serde_json::Value;
use std::sync::Arc;

fn client(script: &Arc<Script>) -> GraphClient {
    let mut options = GraphClientOptions {
        client: script.options(),
        ..GraphClientOptions::default()
    };
    options.client.pacer = Some(pacing::pacer());
    GraphClient::new(FixedCredential::new(), Some(options)).unwrap()
}

/// Answers to a batch, one after the other: each of its requests gets one answer or an error of its own, once.
pub fn batches(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let replies = text.split('\u{0}').take(50);
    let script = Script::new(replies.map(|body| Reply::status(200).text(body)));
    let mut batch = Batch::new();
    let of = |method, path| Request::new("things.do", method, Path::new(path));
    let first = batch.add(of(Method::Get, "/v1.0/me"));
    let made = of(Method::Post, "/v1.0/groups").json(&serde_json::json!({"a": 1}));
    let second = batch.add_after(made, &[first]);
    let third = batch.add(of(Method::Get, "/v1.0/identity/conditionalAccess/policies"));
    let fourth = batch.add(of(
        Method::Patch,
        "/v1.0/identity/conditionalAccess/policies/p",
    ));
    match block_on(client(&script).batch(&batch)) {
        Ok(mut answers) => {
            for id in [first, second, third, fourth] {
                match answers.take(id) {
                    Ok(answer) => assert!((200..300).contains(&answer.status)),
                    Err(error) => presentable(&error),
                }
                assert!(answers.take(id).is_err());
            }
        }
        Err(error) => presentable(&error),
    }
    assert!(script.seen().len() <= 50);
}

/// Lists of changes: pages, and the link to ask with next time.
pub fn deltas(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let replies = text.split('\u{0}').take(20);
    let script = Script::new(replies.map(|body| Reply::status(200).text(body)));
    let deltas = client(&script).groups().deltas();
    match block_on(deltas.all(ListQuery::default()).collect_all()) {
        Ok(changes) => assert!(!changes.next.as_str().is_empty()),
        Err(error) => presentable(&error),
    }
    for seen in script.seen() {
        assert_eq!(seen.url.host_str(), Some("graph.microsoft.com"));
    }
}

/// An object of each kind: once read and written it reads again as it was.
pub fn models(data: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    macro_rules! each {
        ($($kind:ident),* $(,)?) => { $(round_trip::<crate::$kind>(&document, |_| {});)* };
    }
    each!(
        AppRoleAssignment,
        Application,
        AuthenticationMethodsPolicy,
        AuthorizationPolicy,
        ConditionalAccessPolicy,
        CrossTenantDefault,
        DirectoryObject,
        Domain,
        DomainRecord,
        FederatedCredential,
        Group,
        Invitation,
        MethodConfiguration,
        NamedLocation,
        Organization,
        PermissionGrant,
        RoleAssignment,
        RoleDefinition,
        SecurityDefaults,
        ServicePrincipal,
        User,
    );
    round_trip::<Change<crate::User>>(&document, |_| {});
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fuzzers_kept_is_taken_still() {
        rhc_core::testing::replay_corpus(
            env!("CARGO_MANIFEST_DIR"),
            &[("batches", batches), ("deltas", deltas), ("models", models)],
        );
    }
}
