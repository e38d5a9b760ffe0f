//! The entries of the fuzz targets in `fuzz`, which are compiled for them and for this crate's tests only. The tests replay
//! what the fuzzers kept.

use crate::TokenClaims;
use crate::fake::fuzzed as server;
use crate::grants::{EffectiveRights, Observed, Row, Sid};
use crate::session::SqlAddress;
use crate::tds::fuzzed as client;

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
            ],
        );
    }
}
