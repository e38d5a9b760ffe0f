//! Golden pairs: an answer of the service (`errors/NN.json`) and what a person reads of it (`errors/NN.txt`).

use rhc_arm::{ArmClient, Method, Path, Request};
use rhc_core::{
    ServiceError,
    testing::{FixedCredential, Reply, Script},
};
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

fn pairs() -> BTreeMap<String, (Value, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let mut pairs = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let answer = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let text = fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
            pairs.insert(
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                (answer, text),
            );
        }
    }
    pairs
}

async fn told(answer: &Value) -> String {
    let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
    let mut reply = match &answer["body"] {
        Value::Null => Reply::status(status),
        Value::String(text) => Reply::status(status)
            .header("content-type", "text/html")
            .text(text),
        body => Reply::json(status, body.clone()),
    };
    reply = reply.header("x-ms-request-id", "r-1");
    let mut replies = vec![reply];
    if answer["operation"] == true {
        let link = "https://management.azure.com/operations/1";
        replies.insert(0, Reply::status(202).header("azure-asyncoperation", link));
    }
    let mut options = Script::new(replies).options();
    // How often it was tried has a part of chance in its time.
    options.retry.max_attempts = 1;
    let client = ArmClient::new(FixedCredential::new(), Some(options.into())).unwrap();
    let request = Request::new(
        "resources.put",
        Method::Put,
        Path::new("/subscriptions/1/resourceGroups/rg"),
    );
    let error = match client.begin::<Value>(request).await {
        Ok(operation) => operation.await.unwrap_err(),
        Err(error) => error,
    };
    let mut text = format!("{error}\n");
    let _ = writeln!(
        text,
        "kind: {:?}; code: {}",
        error.kind(),
        error.code().unwrap_or("none")
    );
    if let Some(found) = error.service_error() {
        levels(found, 0, &mut text);
    }
    text
}

fn levels(found: &ServiceError, depth: usize, text: &mut String) {
    let _ = writeln!(text, "{:depth$}- {}: {}", "", found.code, found.message);
    for detail in &found.details {
        levels(detail, depth + 2, text);
    }
}

#[tokio::test(start_paused = true)]
async fn every_answer_is_told_as_agreed() {
    let pairs = pairs();
    assert!(pairs.len() >= 14, "{} pairs", pairs.len());
    for (name, (answer, expected)) in pairs {
        assert_eq!(told(&answer).await, expected, "errors/{name}");
    }
}
