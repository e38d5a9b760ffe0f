//! The entries of the fuzz targets in `fuzz`, which are compiled for them and for this crate's tests only. The tests replay
//! what the fuzzers kept.

use rhc_arm::{Resource, ResourceType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;

use crate::engine::Contents;
use crate::manifest::Manifest;

/// An environment file: taken, or refused with reasons that can be shown.
pub fn manifest(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Manifest::parse("qa.toml", &text) {
        Ok(manifest) => {
            let _ = (manifest.resource_groups(), manifest.branding());
        }
        Err(error) => {
            assert!(!error.problems().is_empty());
            assert!(error.to_string().contains("qa.toml"), "{error}");
            let _ = format!("{:?}", error.report());
        }
    }
}

/// A journal: what is read of it is written again as it was, and leads to the same recovery; or the line that is none is named.
pub fn journal(data: &[u8]) {
    let read = |bytes: &[u8]| Contents::read("journal.jsonl", "qa", bytes);
    let contents = match read(data) {
        Ok(contents) => contents,
        Err(error) => {
            assert!(error.to_string().contains("journal.jsonl"), "{error}");
            return;
        }
    };
    assert!(contents.torn <= data.len());
    let whole = data.len() - contents.torn;
    assert_eq!(read(&data[..whole]).unwrap().entries, contents.entries);
    let mut again = b"{\"journal\":\"rhc-rollout\",\"format\":1,\"environment\":\"qa\"}\n".to_vec();
    for entry in &contents.entries {
        again.extend(serde_json::to_vec(entry).unwrap());
        again.push(b'\n');
    }
    let again = read(&again).unwrap();
    assert_eq!(again.entries, contents.entries);
    assert_eq!(again.recovery(), contents.recovery());
}

/// An object of each type of the crates that have no targets of their own: what is read of it is written without what only the
/// service writes, and once read reads again.
pub fn models(data: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    macro_rules! resources {
        ($($module:ident::$marker:ident),* $(,)?) => { $(resource::<$module::$marker>(&document);)* };
    }
    resources!(
        rhc_containerapps::AppDetector,
        rhc_containerapps::AuthConfig,
        rhc_containerapps::Certificate,
        rhc_containerapps::ContainerApp,
        rhc_containerapps::EnvironmentDetector,
        rhc_containerapps::EnvironmentStorage,
        rhc_containerapps::Job,
        rhc_containerapps::JobDetector,
        rhc_containerapps::JobExecution,
        rhc_containerapps::ManagedCertificate,
        rhc_containerapps::ManagedEnvironment,
        rhc_containerapps::Replica,
        rhc_containerapps::Revision,
        rhc_external_id::CiamDirectory,
        rhc_sql_identity::ConnectionPolicy,
        rhc_sql_identity::DatabaseAuditing,
        rhc_sql_identity::DatabaseExtendedAuditing,
        rhc_sql_identity::EncryptionProtector,
        rhc_sql_identity::EntraOnlyAuthentication,
        rhc_sql_identity::FirewallRule,
        rhc_sql_identity::LongTermRetention,
        rhc_sql_identity::PrivateEndpointConnection,
        rhc_sql_identity::RestorableDroppedDatabase,
        rhc_sql_identity::ServerAdministrator,
        rhc_sql_identity::ServerAuditing,
        rhc_sql_identity::ServerExtendedAuditing,
        rhc_sql_identity::ServerKey,
        rhc_sql_identity::ShortTermRetention,
        rhc_sql_identity::SqlDatabase,
        rhc_sql_identity::SqlServer,
        rhc_sql_identity::TransparentDataEncryption,
    );
    macro_rules! objects {
        ($($kind:ident),* $(,)?) => { $(object::<rhc_external_id::$kind>(&document);)* };
    }
    objects!(
        Attributes,
        CertificateItem,
        CertificateOperation,
        CertificatePolicy,
        FlowApplication,
        FlowAttribute,
        IdentityProvider,
        UserFlow,
    );
}

fn resource<R: ResourceType>(document: &Value) {
    let Ok(resource) = serde_json::from_value::<Resource<R>>(document.clone()) else {
        return;
    };
    let _ = (format!("{resource:?}"), resource.require_id().is_ok());
    assert!(resource.for_write().is_object());
    let written = serde_json::to_value(&resource).unwrap();
    let again: Resource<R> = serde_json::from_value(written).unwrap();
    assert_eq!(again, resource);
}

fn object<T: DeserializeOwned + Serialize + Debug>(document: &Value) {
    let Ok(object) = serde_json::from_value::<T>(document.clone()) else {
        return;
    };
    let _ = format!("{object:?}");
    let written = serde_json::to_value(&object).unwrap();
    let again: T = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), written);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fuzzers_kept_is_taken_still() {
        rhc_core::testing::replay_corpus(
            env!("CARGO_MANIFEST_DIR"),
            &[
                ("manifest", manifest),
                ("journal", journal),
                ("models", models),
            ],
        );
    }
}
