//! The entries of the fuzz targets in `fuzz`, which are compiled for them and for this crate's tests only. The tests replay
//! what the fuzzers kept.

mod replies;
mod requests;

use rhc_arm::Resource;
use rhc_core::testing::round_trip;
use serde_json::Value;

use crate::cli::fuzzed as cli;
use crate::engine::Contents;
use crate::manifest::Manifest;

pub use replies::replies;
pub use requests::requests;

/// A saved plan, and the one that it is compared with.
pub fn plans(data: &[u8]) {
    cli::plans(&String::from_utf8_lossy(data));
}

/// A state of the embedded cloud, which people edit.
pub fn states(data: &[u8]) {
    cli::states(&String::from_utf8_lossy(data));
}

/// What is typed, what a browser brings back, what a token says of itself.
pub fn words(data: &[u8]) {
    cli::words(&String::from_utf8_lossy(data));
}

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
        ($($marker:ty),* $(,)?) => {
            $(round_trip::<Resource<$marker>>(&document, |resource| {
                let _ = resource.require_id().is_ok();
                assert!(resource.for_write().is_object());
            });)*
        };
    }
    rhc_containerapps::resource_types!(resources);
    rhc_external_id::resource_types!(resources);
    rhc_sql_identity::resource_types!(resources);
    macro_rules! objects {
        ($($kind:ident),* $(,)?) => { $(round_trip::<rhc_external_id::$kind>(&document, |_| {});)* };
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
                ("plans", plans),
                ("states", states),
                ("words", words),
                ("replies", replies),
                ("requests", requests),
            ],
        );
    }
}
