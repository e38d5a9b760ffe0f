//! The entries of the fuzz targets in `fuzz`, which are compiled for them and for this crate's tests only. The tests replay
//! what the fuzzers kept.

use crate::fake::fuzzed as server;
use crate::grants::{EffectiveRights, Observed, Row, Sid};
use crate::session::SqlAddress;
use crate::tds::fuzzed as client;
use crate::{
    AppId, AssertionSource, CrossTenantCredential, CrossTenantCredentialOptions, ManagedIdentity,
    TokenClaims, WorkflowToken,
};
use azure_core::credentials::TokenCredential;
use rhc_core::testing::{Reply, Script, block_on, presentable};
use rhc_core::{Cloud, TenantId, Url};
use std::sync::Arc;

/// What a client sends: packets, and those around its TLS; `PRELOGIN` and `LOGIN7` with FEDAUTH in it; batches, calls and
/// their parameters, requests about transactions.
pub fn messages(data: &[u8]) {
    server::packets(data);
    server::login(data);
    server::requests(data);
}

/// All that a client says after its login.
pub fn conversation(data: &[u8]) {
    server::conversation(data);
}

/// All that a server says to our own client.
pub fn session(data: &[u8]) {
    client::session(data);
}

/// T-SQL; and names, hosts, SIDs, tokens and rows that come from elsewhere.
pub fn texts(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    server::statements(&text);
    server::names(&text);
    client::hosts(&text);
    if let Some(claims) = TokenClaims::read(&text) {
        let _ = (claims.to_string(), claims.expires_on());
    }
    if let Ok(sid) = text.parse::<Sid>() {
        assert_eq!(sid.to_string().parse(), Ok(sid));
    }
    let cloud = rhc_core::Cloud::public();
    if let Ok(address) = SqlAddress::new(&cloud, &text, "d") {
        assert!(address.host().ends_with(&cloud.sql_suffix));
        client::hosts(address.host());
    }
    let cell = |text: &str| (text != "NULL").then(|| text.to_owned());
    let rows: Vec<Row> = text
        .lines()
        .map(|line| line.split('\t').map(cell).collect())
        .collect();
    let _ = Observed::from_rows(&rows);
    let (some, others) = rows.split_at(rows.len() / 2);
    let _ = EffectiveRights::from_rows(some, others);
}

/// What is answered along the chain of tokens: a place where the program runs, and answers, each a status, an empty line and a
/// body. What goes wrong is said without a token.
pub fn tokens(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (place, answers) = text.split_once('\n').unwrap_or((&text, ""));
    let script = Script::new(answers.split('\u{0}').take(30).map(reply));
    let options = script.options();
    let id: AppId = "83d59817-87fd-4a0f-a6b9-09c04d126368".parse().unwrap();
    let tenant: TenantId = "ed01df5d-6b39-45f8-82ae-36b88e5daae0".parse().unwrap();
    let chain = CrossTenantCredentialOptions {
        client: options.clone(),
        ..CrossTenantCredentialOptions::default()
    };
    let credential = match place {
        "run" => {
            let url = Url::parse("https://actions.example/token?run=1").unwrap();
            let source = WorkflowToken::new(&url, "secret", Some(&options)).unwrap();
            asserted(&source);
            CrossTenantCredential::new(source, tenant, id, Some(chain))
        }
        "machine" => {
            let source = ManagedIdentity::on_virtual_machine(id, Some(&options)).unwrap();
            asserted(&source);
            CrossTenantCredential::new(source, tenant, id, Some(chain))
        }
        _ => {
            let endpoint = "http://127.0.0.1:8081/token";
            let source = ManagedIdentity::at_endpoint(endpoint, "secret", id, Some(&options));
            let source = source.unwrap();
            asserted(&source);
            CrossTenantCredential::new(source, tenant, id, Some(chain))
        }
    };
    let credential = Arc::new(credential.unwrap());
    let scope = Cloud::public().sql_scope;
    for _ in 0..2 {
        let given = block_on(credential.get_token(&[&scope], None));
        let said = given.map_or_else(|error| error.to_string(), |_| String::new());
        assert!(said.chars().count() < 20_000, "{said}");
    }
    let diagnosis = block_on(credential.diagnose(&scope)).to_string();
    assert!(diagnosis.chars().count() < 20_000, "{diagnosis}");
    let moves = |letter: char| letter.is_control() && letter != '\n';
    assert!(!diagnosis.contains(moves), "{diagnosis:?}");
}

fn asserted(source: &dyn AssertionSource) {
    if let Err(error) = block_on(source.assertion("api://AzureADTokenExchange")) {
        presentable(&error);
    }
}

fn reply(text: &str) -> Reply {
    let (status, body) = text.split_once("\n\n").unwrap_or(("200", text));
    match status.trim() {
        "lost" => Reply::lost(),
        "nobody" => Reply::not_sent(),
        status => {
            let status = status.parse().ok().filter(|own| (200..600).contains(own));
            Reply::status(status.unwrap_or(200)).text(body)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fuzzers_kept_is_taken_still() {
        rhc_core::testing::replay_corpus(
            env!("CARGO_MANIFEST_DIR"),
            &[
                ("messages", messages),
                ("texts", texts),
                ("conversation", conversation),
                ("session", session),
                ("tokens", tokens),
            ],
        );
    }
}
