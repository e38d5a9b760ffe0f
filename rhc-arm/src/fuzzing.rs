//! The entries of the fuzz targets in `fuzz`, which are compiled for them and for this crate's tests only. The tests replay
//! what the fuzzers kept.

use crate::{ArmClient, OperationId, Resource, ResourceId, types};
use futures::StreamExt;
use rhc_core::{
    Method, SubscriptionId,
    testing::{FixedCredential, Reply, Script, block_on, presentable, round_trip},
};
use serde_json::Value;
use std::sync::Arc;

const ORIGIN: &str = "https://management.azure.com";

fn client(script: &Arc<Script>) -> ArmClient {
    ArmClient::new(FixedCredential::new(), Some(script.options().into())).unwrap()
}

/// Resource ids: what is taken is written as it was read, and its parts lead back to it.
pub fn ids(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (text, name) = text.split_once('\n').unwrap_or((&text, "name"));
    if let Ok(id) = text.parse::<ResourceId>() {
        assert_eq!(id.to_string().parse(), Ok(id.clone()));
        let (kind, own) = (id.resource_type(), id.name().to_owned());
        let _ = (id.subscription(), id.resource_group(), kind);
        if id != ResourceId::root() {
            assert!(id.as_str().ends_with(&own));
        }
        let mut above = id.parent();
        let mut steps = 0;
        while let Some(parent) = above {
            assert!(parent.contains(&id), "{parent} {id}");
            assert!(parent.as_str().len() < id.as_str().len());
            above = parent.parent();
            steps += 1;
        }
        assert!(steps <= text.len());
        let path = id.path();
        assert!(
            path.problem().is_some() || path.as_str().starts_with('/') || path.as_str().is_empty()
        );
        for resource_type in [
            "Microsoft.App/containerApps",
            "Microsoft.Sql/servers/databases",
            name,
        ] {
            if let Ok(below) = id.resource(resource_type, name) {
                assert!(id.contains(&below), "{id} {below}");
            }
        }
    }
    let _ = text.parse::<SubscriptionId>();
}

/// A long-running operation: the answer that began it and those to its polls, each as a status, headers, an empty line and a body;
/// and the ids by which another process goes on.
pub fn operations(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (verb, answers) = text.split_once('\n').unwrap_or(("PUT", &text));
    if let Ok(id) = verb.parse::<OperationId>() {
        assert_eq!(id.to_string().parse::<OperationId>().unwrap(), id);
        let _ = format!("{id:?}");
    }
    let script = Script::new(answers.split('\u{0}').take(50).map(reply));
    let groups = client(&script).resources::<types::resources::ResourceGroup>(
        ResourceId::of_subscription(&"11111111-1111-4111-8111-111111111111".parse().unwrap()),
    );
    let error = block_on(async {
        let mut operation = match verb {
            "DELETE" => match groups.begin_delete("g").await {
                Ok(operation) => operation,
                Err(error) => return Some(error),
            },
            _ => match groups.begin_put("g", &Resource::default()).await {
                Ok(mut operation) => {
                    let mut polls = 0;
                    while let Some(progress) = operation.next().await {
                        if let Err(error) = progress {
                            return Some(error);
                        }
                        let id = operation.id().as_str().parse::<OperationId>();
                        assert!(id.is_ok(), "{:?}", id.err());
                        polls += 1;
                        assert!(polls < 100, "an operation without end");
                    }
                    return operation.await.err();
                }
                Err(error) => return Some(error),
            },
        };
        while let Some(progress) = operation.next().await {
            if let Err(error) = progress {
                return Some(error);
            }
        }
        operation.await.err()
    });
    if let Some(error) = error {
        presentable(&error);
    }
    for seen in script.seen() {
        assert_eq!(seen.url.origin().ascii_serialization(), ORIGIN);
        assert!(seen.method != Method::Post);
    }
}

fn reply(text: &str) -> Reply {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.trim().parse().ok());
    let mut reply = Reply::status(status.filter(|own| (200..600).contains(own)).unwrap_or(200));
    let names = [
        "location",
        "azure-asyncoperation",
        "operation-location",
        "retry-after",
        "content-type",
    ];
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let known = names
            .iter()
            .find(|own| own.eq_ignore_ascii_case(name.trim()));
        if let Some(name) = known {
            reply = reply.header(name, value.trim());
        }
    }
    reply.text(body)
}

/// A resource of each type: what is read of it is written without what only the service writes, and once read reads again.
pub fn models(data: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    macro_rules! each {
        ($($marker:ty),* $(,)?) => {
            $(round_trip::<Resource<$marker>>(&document, |resource| {
                let _ = resource.require_id().is_ok();
                assert!(resource.for_write().is_object());
            });)*
        };
    }
    crate::resource_types!(each);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fuzzers_kept_is_taken_still() {
        rhc_core::testing::replay_corpus(
            env!("CARGO_MANIFEST_DIR"),
            &[("ids", ids), ("operations", operations), ("models", models)],
        );
    }
}
