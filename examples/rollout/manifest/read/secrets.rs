//! Secrets have no place in the file: they are found by the names of keys and by the shape of values, and are hidden from
//! every message.

use std::ops::Range;

use super::super::problem::{Finding, Rule};
use super::locations::Locations;

/// What the name of a key betrays, wherever it stands in the name.
const WORDS: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "connectionstring",
    "accountkey",
    "sharedkey",
    "apikey",
    "accesskey",
    "privatekey",
];

/// Last words of a key that betray it.
const LAST_WORDS: [&str; 6] = ["key", "keys", "token", "tokens", "sas", "credential"];

/// Beginnings of the parts of a connection string that hold its secret.
const PARTS: [&str; 6] = [
    "password=",
    "pwd=",
    "accountkey=",
    "sharedaccesskey=",
    "sharedaccesssignature=",
    "clientsecret=",
];

const REASON: &str = "there is no way to give this software a password";

/// The secrets among the keys and values of a file.
pub(super) fn find(locations: &Locations, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, location) in locations.iter() {
        let key = path.rsplit('.').next().unwrap_or(path).trim_matches('"');
        if !key.ends_with(']') && is_secret_key(key) {
            findings.push(finding(
                path,
                location.key.clone(),
                "this key is for a secret, and secrets do not stand in this file",
            ));
        } else if location.scalar
            && is_secret_value(text.get(location.value.clone()).unwrap_or_default())
        {
            findings.push(finding(
                path,
                location.key.clone(),
                "this value holds a secret, and secrets do not stand in this file",
            ));
        }
    }
    findings
}

fn finding(path: &str, span: Range<usize>, message: &str) -> Finding {
    Finding {
        rule: Rule::NoSecrets,
        span,
        path: path.to_owned(),
        shows_value: false,
        message: format!("{message}: {REASON}"),
        help: "remove the line; people sign in themselves, pipelines and apps use federation and managed identities. \
               If the secret is a real one, it is in the file's history now: change it where it is used"
            .to_owned(),
    }
}

/// The text with every value that may be a secret blanked out, byte for byte, so that places stay what they are.
pub(crate) fn hide(text: &str, locations: &Locations) -> String {
    let mut hidden: Vec<Range<usize>> = Vec::new();
    for (path, location) in locations.iter() {
        let value = text.get(location.value.clone()).unwrap_or_default();
        // An entry of a list bears its number behind the key.
        let mut keys = path.split(['.', '[']);
        let secret = keys.any(|key| is_secret_key(key.trim_matches('"')));
        if location.scalar && (secret || is_secret_value(value)) {
            hidden.push(location.value.clone());
        }
    }
    // Where the text is not TOML the tree may lack what stands in it, so lines are looked at too.
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((key, value)) = line.split_once('=') {
            let key = key
                .trim()
                .rsplit(['.', '{', ','])
                .next()
                .unwrap_or_default()
                .trim();
            if is_secret_key(key.trim_matches(['"', '\''])) || is_secret_value(line) {
                hidden.push(start + line.len() - value.len()..start + line.len());
            }
        }
        start += line.len();
    }
    if hidden.is_empty() {
        return text.to_owned();
    }
    let blank = |(at, c): (usize, char)| {
        let hide = !c.is_whitespace() && hidden.iter().any(|range| range.contains(&at));
        if hide {
            "*".repeat(c.len_utf8())
        } else {
            c.to_string()
        }
    };
    text.char_indices().map(blank).collect()
}

fn is_secret_key(key: &str) -> bool {
    let lower = key.to_lowercase();
    let joined: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let last = lower.rsplit(['_', '-', ' ']).next().unwrap_or_default();
    WORDS.iter().any(|word| joined.contains(word)) || LAST_WORDS.contains(&last)
}

fn is_secret_value(value: &str) -> bool {
    let joined: String = value
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .collect();
    PARTS.iter().any(|part| joined.contains(part)) || joined.contains("-----begin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_hold_secrets_are_told_from_keys_that_only_sound_like_it() {
        for key in [
            "password",
            "sql_password",
            "clientSecret",
            "client-secret",
            "key",
            "storage_key",
            "api_key",
            "token",
            "PWD",
        ] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in [
            "key_vault",
            "unique_name",
            "monkeys_house",
            "keyboard",
            "hostname",
        ] {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn values_that_hold_secrets_are_recognised_by_their_shape() {
        assert!(is_secret_value("Server=x;User Id=sa;Password = hunter2"));
        assert!(is_secret_value("-----BEGIN PRIVATE KEY-----"));
        assert!(!is_secret_value("EmailPassword-OAUTH"));
    }
}
