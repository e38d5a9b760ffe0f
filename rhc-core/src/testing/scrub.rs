//! Takes secrets and people out of recordings.

use serde_json::Value;
use std::collections::BTreeMap;

const REDACTED: &str = "REDACTED";

/// Names of properties and query parameters whose value is a secret, compared without case, hyphens and underscores.
const SECRET_NAMES: &[&str] = &[
    "password",
    "newpassword",
    "currentpassword",
    "administratorloginpassword",
    "secret",
    "secrettext",
    "clientsecret",
    "clientassertion",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "assertion",
    "code",
    "codeverifier",
    "devicecode",
    "usercode",
    "primarykey",
    "secondarykey",
    "primarysharedkey",
    "secondarysharedkey",
    "sharedkey",
    "accountkey",
    "connectionstring",
    "primaryconnectionstring",
    "secondaryconnectionstring",
    "sig",
    "key1",
    "key2",
    "authorization",
    "cookie",
    "setcookie",
    "instrumentationkey",
    "acceptownershipurl",
];

/// Names whose value is chance, and would make two recordings of the same thing differ.
const CHANCE_NAMES: &[&str] = &["clientrequestid"];

/// Names in which `code` is an error code and not an authorization code.
const CODE_IS_HARMLESS_BESIDE: &[&str] = &["message", "error"];

/// Removes secrets from a JSON document, wherever they stand: by name, and by shape (tokens, keys, connection strings, private keys).
/// Mail addresses outside `example.com` and `*.onmicrosoft.com` become `person1@example.com` and so on, the same one for the same person.
pub fn scrub(value: &mut Value) {
    Scrubber::default().value(value);
}

#[derive(Default)]
struct Scrubber {
    people: BTreeMap<String, String>,
}

impl Scrubber {
    fn value(&mut self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                let is_error = CODE_IS_HARMLESS_BESIDE
                    .iter()
                    .any(|name| map.contains_key(*name));
                for (name, inner) in map.iter_mut() {
                    let harmless = is_error && name == "code";
                    if is_secret(name)
                        && !harmless
                        && matches!(inner, Value::String(_) | Value::Number(_))
                    {
                        *inner = REDACTED.into();
                    } else if is_one_of(CHANCE_NAMES, name) {
                        *inner = "00000000-0000-0000-0000-000000000000".into();
                    } else {
                        self.value(inner);
                    }
                }
            }
            // A pair [name, value], as query parameters are recorded.
            Value::Array(items) => match items.as_mut_slice() {
                [Value::String(name), secret @ Value::String(_)] if is_secret(name) => {
                    *secret = REDACTED.into()
                }
                items => items.iter_mut().for_each(|item| self.value(item)),
            },
            Value::String(text) => {
                if let Some(clean) = self.text(text) {
                    *text = clean;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str) -> Option<String> {
        let holds_key = [
            "AccountKey=",
            "SharedAccessKey=",
            "accesskey=",
            "-----BEGIN",
            "Password=",
            "Pwd=",
        ]
        .iter()
        .any(|mark| text.contains(mark));
        if holds_key {
            return Some(REDACTED.to_owned());
        }
        let words: Vec<_> = text
            .split_inclusive([' ', '"', '&', '?', ';', ',', '<', '>', '(', ')'])
            .map(|word| self.word(word))
            .collect();
        let clean = words.concat();
        (clean != text).then_some(clean)
    }

    fn word(&mut self, word: &str) -> String {
        let bare = word.trim_end_matches([' ', '"', '&', '?', ';', ',', '<', '>', '(', ')']);
        let tail = &word[bare.len()..];
        if bare.starts_with("eyJ") && bare.matches('.').count() >= 1 && bare.len() > 20 {
            return format!("{REDACTED}{tail}");
        }
        if let Some((name, _)) = bare
            .split_once('=')
            .filter(|(name, value)| is_secret(name) && !value.is_empty())
        {
            return format!("{name}={REDACTED}{tail}");
        }
        match bare.split_once('@') {
            Some((local, domain)) if is_person(local, domain) => {
                let next = self.people.len() + 1;
                let person = self
                    .people
                    .entry(bare.to_lowercase())
                    .or_insert_with(|| format!("person{next}@example.com"));
                format!("{person}{tail}")
            }
            _ => word.to_owned(),
        }
    }
}

fn is_secret(name: &str) -> bool {
    is_one_of(SECRET_NAMES, name)
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    let plain: String = name.chars().filter(|c| *c != '-' && *c != '_').collect();
    names.iter().any(|known| plain.eq_ignore_ascii_case(known))
}

fn is_person(local: &str, domain: &str) -> bool {
    let domain = domain.trim_end_matches(['.', '\'']).to_ascii_lowercase();
    let harmless = domain == "example.com"
        || domain.ends_with(".onmicrosoft.com")
        || !domain.contains('.')
        || domain.contains(['/', '=', ':']);
    !local.is_empty()
        && !harmless
        && local
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-+'%#".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_planted_secret_does_not_survive() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJl";
        let mut value = json!({
            "headers": {"authorization": format!("Bearer {jwt}"), "Set-Cookie": "planted=1"},
            "query": [["sig", "planted-sas"], ["api-version", "2025-01-01"]],
            "form": format!("client_id=1&client_assertion={jwt}&grant_type=x&refresh_token=planted"),
            "body": {"passwordProfile": {"password": "planted", "forceChangePasswordNextSignIn": true},
                "properties": {"primarySharedKey": "planted", "keys": [{"secretText": "planted"}],
                    "connection": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=planted==",
                    "pem": "-----BEGIN PRIVATE KEY-----planted", "note": format!("the token {jwt} was sent"),
                    "url": "https://a.blob.core.windows.net/c?sv=1&sig=planted"}},
            "code": "planted-authorization-code",
        });
        scrub(&mut value);
        let text = value.to_string();
        assert!(
            !text.contains("planted") && !text.contains("eyJ") && !text.contains("c2lnbmF0dXJl"),
            "{text}"
        );
        assert_eq!(value["query"][1][1], "2025-01-01");
        assert_eq!(
            value["body"]["passwordProfile"]["forceChangePasswordNextSignIn"],
            true
        );
        assert!(
            value["body"]["properties"]["url"]
                .as_str()
                .unwrap()
                .starts_with("https://a.blob.core.windows.net/c?sv=1&sig=REDACTED")
        );
    }

    #[test]
    fn people_become_numbers() {
        let mut value = json!({"mail": "Ann@recalibratehealthcare.com", "note": "invited ann@recalibratehealthcare.com, bob@x.org",
            "kept": ["a@example.com", "ops@rhcqa.onmicrosoft.com", "git@sha256:abc", "repo@123"]});
        scrub(&mut value);
        assert_eq!(
            value,
            json!({"mail": "person1@example.com", "note": "invited person1@example.com, person2@example.com",
            "kept": ["a@example.com", "ops@rhcqa.onmicrosoft.com", "git@sha256:abc", "repo@123"]})
        );
    }

    #[test]
    fn chance_is_taken_out() {
        let mut value = json!({"error": {"code": "x", "message": "m", "innerError": {"client-request-id": "8c5b"}}});
        scrub(&mut value);
        let id = &value["error"]["innerError"]["client-request-id"];
        assert_eq!(id, "00000000-0000-0000-0000-000000000000");
    }

    #[test]
    fn error_codes_stay() {
        let mut value = json!({"error": {"code": "Conflict", "message": "taken", "password": null}, "sig": 5, "key1": {"kept": 1}});
        scrub(&mut value);
        assert_eq!(
            value,
            json!({"error": {"code": "Conflict", "message": "taken", "password": null}, "sig": "REDACTED", "key1": {"kept": 1}})
        );
    }
}
