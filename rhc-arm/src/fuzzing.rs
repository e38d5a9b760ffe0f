//! The entries of the fuzz targets in `fuzz`, which are compiled for them and for this crate's tests only. The tests replay
//! what the fuzzers kept.

use crate::{ArmClient, OperationId, Resource, ResourceId, ResourceType, types};
use futures::StreamExt;
use rhc_core::{
    Error, Method, SubscriptionId,
    testing::{FixedCredential, Reply, Script},
};
use serde_json::Value;
use std::sync::Arc;

/// Runs a future on a clock that stands still while anything else can go on.
fn block_on<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

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

/// Asserts that an error names its request and can be shown.
fn presentable(error: &Error) {
    let shown = error.to_string().replace("\r\n", "\n");
    assert!(
        shown.contains('(') && shown.chars().count() < 20_000,
        "{shown}"
    );
    let moves = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    assert!(!shown.contains(moves), "{shown:?}");
}

/// A resource of each type: what is read of it is written without what only the service writes, and once read reads again.
pub fn models(data: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    macro_rules! each {
        ($($module:ident::$marker:ident),* $(,)?) => { $(model::<types::$module::$marker>(&document);)* };
    }
    each!(
        aadiam::EntraDiagnosticSetting,
        authorization::Lock,
        authorization::PolicyAssignment,
        authorization::RoleAssignment,
        authorization::RoleDefinition,
        billing::BillingAccount,
        billing::BillingProfile,
        billing::InvoiceSection,
        communication::CommunicationService,
        communication::EmailDomain,
        communication::EmailService,
        communication::SenderUsername,
        container_registry::Registry,
        insights::Component,
        insights::DiagnosticCategory,
        insights::DiagnosticSetting,
        key_vault::DeletedVault,
        key_vault::Vault,
        managed_identity::FederatedCredential,
        managed_identity::UserAssignedIdentity,
        network::DnsCname,
        network::DnsTxt,
        network::DnsZone,
        network::DnsZoneGroup,
        network::PrivateDnsRecord,
        network::PrivateDnsZone,
        network::PrivateDnsZoneLink,
        network::PrivateEndpoint,
        network::SecurityGroup,
        network::Subnet,
        network::VirtualNetwork,
        operational_insights::Table,
        operational_insights::Workspace,
        resources::Deployment,
        resources::ResourceGroup,
        resources::Tags,
        security::Assessment,
        storage::BlobService,
        storage::StorageAccount,
        subscription::SubscriptionAlias
    );
}

fn model<R: ResourceType>(document: &Value) {
    let Ok(resource) = serde_json::from_value::<Resource<R>>(document.clone()) else {
        return;
    };
    let _ = (format!("{resource:?}"), resource.require_id().is_ok());
    assert!(resource.for_write().is_object());
    let written = serde_json::to_value(&resource).unwrap();
    let again: Resource<R> = serde_json::from_value(written).unwrap();
    assert_eq!(again, resource);
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
