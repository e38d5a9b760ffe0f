//! Takes secrets and people out of recordings.

use super::stand_ins::{signature, stands_for};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

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
    "temporaryaccesspass",
    "secretkey",
    "inviteredeemurl",
    "certificatedata",
];

/// Lists whose pairs of a name and a value are secrets. `value` is the whole answer of an action such as `listSecrets`.
const SECRET_LISTS: &[&str] = &[
    "value",
    "secrets",
    "keys",
    "passwords",
    "credentials",
    "connectionstrings",
];

/// Parts of a pair's name that say that its value is a secret, in whatever list.
const SECRET_PARTS: &[&str] = &["password", "secret", "connectionstring"];

/// The query parameters of an operation's signed link: whoever has them all needs no token.
const SIGNED: &[&str] = &["t", "c", "s", "h"];

/// Names in which `code` is an error code and not an authorization code, or says how something is.
const CODE_IS_HARMLESS_BESIDE: &[&str] = &["message", "error", "cause", "firstEvaluationDate"];

/// What an error holds that has another error code, and often nothing else.
const INNER_ERRORS: &[&str] = &["innererror", "innerError"];

/// Removes secrets from a JSON document, wherever they stand: by name, and by shape (tokens, keys, connection strings, private keys).
/// Mail addresses outside `example.com` and `*.onmicrosoft.com` become `person1@example.com` and so on, the same one for the same person.
pub fn scrub(value: &mut Value) {
    Scrubber::default().value(value);
}

// A pair is `{"name": …, "value": …}`, and the name may be called after what the list holds.
const PAIR_NAMES: &[&str] = &["name", "keyName", "key"];

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
                signature(map);
                if names_a_secret(map) {
                    redact_pair(map);
                }
                for (name, inner) in map.iter_mut() {
                    if is_one_of(SECRET_LISTS, name) {
                        inner
                            .as_array_mut()
                            .into_iter()
                            .flatten()
                            .filter_map(Value::as_object_mut)
                            .for_each(redact_pair);
                    }
                    let harmless = is_error && name == "code";
                    if is_secret(name)
                        && !harmless
                        && matches!(inner, Value::String(_) | Value::Number(_))
                    {
                        *inner = REDACTED.into();
                    } else if let Some(other) =
                        stands_for(&plain(name)).filter(|_| inner.is_string())
                    {
                        *inner = other.into();
                    } else if is_error && INNER_ERRORS.contains(&name.as_str()) {
                        let code = inner.get("code").cloned();
                        self.value(inner);
                        if let (Some(inner), Some(code)) = (inner.as_object_mut(), code) {
                            inner.insert("code".to_owned(), code);
                        }
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
                items => {
                    redact_signature(items);
                    items.iter_mut().for_each(|item| self.value(item));
                }
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
        let words = || text.split_inclusive([' ', '"', '&', '?', ';', ',', '<', '>', '(', ')']);
        let signed =
            is_signed(words().filter_map(|word| word.split_once('=').map(|(name, _)| name)));
        let words: Vec<_> = words().map(|word| self.word(word, signed)).collect();
        let clean = words.concat();
        (clean != text).then_some(clean)
    }

    fn word(&mut self, word: &str, signed: bool) -> String {
        let bare = word.trim_end_matches([' ', '"', '&', '?', ';', ',', '<', '>', '(', ')']);
        let tail = &word[bare.len()..];
        if bare.starts_with("eyJ") && bare.matches('.').count() >= 1 && bare.len() > 20 {
            return format!("{REDACTED}{tail}");
        }
        if let Some((name, _)) = bare
            .split_once('=')
            .filter(|(name, _)| is_secret(name) || signed && SIGNED.contains(name))
            .filter(|(_, value)| !value.is_empty())
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

/// Whether it is a pair whose name says that its value is a secret, such as a variable `DB_PASSWORD`.
fn names_a_secret(map: &Map<String, Value>) -> bool {
    PAIR_NAMES
        .iter()
        .filter_map(|name| map.get(*name)?.as_str())
        .any(|name| {
            let plain = plain(name).to_ascii_lowercase();
            is_secret(name) || SECRET_PARTS.iter().any(|part| plain.contains(part))
        })
}

fn redact_pair(map: &mut Map<String, Value>) {
    let named = PAIR_NAMES
        .iter()
        .any(|name| map.get(*name).is_some_and(Value::is_string));
    if let Some(value @ (Value::String(_) | Value::Number(_))) = map.get_mut("value")
        && named
    {
        *value = REDACTED.into();
    }
}

/// A query as it is recorded, a list of pairs `[name, value]`.
fn redact_signature(items: &mut [Value]) {
    if !is_signed(items.iter().filter_map(|item| item.get(0)?.as_str())) {
        return;
    }
    for item in items {
        let signs = item
            .get(0)
            .and_then(Value::as_str)
            .is_some_and(|name| SIGNED.contains(&name));
        if let Some(value) = item.get_mut(1).filter(|value| signs && value.is_string()) {
            *value = REDACTED.into();
        }
    }
}

fn is_signed<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let names: BTreeSet<_> = names.collect();
    SIGNED.iter().all(|name| names.contains(name))
}

fn is_secret(name: &str) -> bool {
    is_one_of(SECRET_NAMES, name)
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    let plain = plain(name);
    names.iter().any(|known| plain.eq_ignore_ascii_case(known))
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '-' && *c != '_').collect()
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
    fn the_code_of_an_error_within_an_error_stays() {
        let mut body = json!({"error": {"code": "Forbidden", "message": "m", "innererror": {"code": "ForbiddenByFirewall"}}});
        let before = body.clone();
        scrub(&mut body);
        assert_eq!(body, before);
        let mut body = json!({"innererror": {"code": "authorization code"}});
        scrub(&mut body);
        assert_eq!(body["innererror"]["code"], REDACTED);
    }

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
    fn a_planted_pair_does_not_survive() {
        let mut value = json!({
            "request": {"env": [{"name": "DB_PASSWORD", "value": "planted"}, {"name": "PORT", "value": "8080"}]},
            "listSecrets": {"value": [{"name": "x", "value": "planted"}]},
            "template": {"secrets": [{"name": "y", "value": "planted", "identity": null}]},
            "listKeys": {"keys": [{"keyName": "key1", "value": "planted", "permissions": "FULL"}]},
            "list": {"value": [{"name": "kept", "id": "/a/kept"}]},
        });
        scrub(&mut value);
        assert!(!value.to_string().contains("planted"), "{value}");
        assert_eq!(value["request"]["env"][1]["value"], "8080");
        assert_eq!(value["listSecrets"]["value"][0]["name"], "x");
        assert_eq!(value["list"]["value"][0]["name"], "kept");
    }

    #[test]
    fn the_signature_of_a_link_does_not_survive() {
        let link = "https://management.azure.com/operations/1?api-version=1&t=63&c=planted-c&s=planted-s&h=planted-h";
        let mut value = json!({
            "headers": {"location": link, "azure-asyncoperation": link},
            "query": [["api-version", "1"], ["t", "63"], ["c", "planted-c"], ["s", "planted-s"], ["h", "planted-h"]],
            "kept": ["https://x.org/?s=word&c=1", [["t", "1"], ["s", "word"]]],
        });
        let kept = value["kept"].clone();
        scrub(&mut value);
        assert!(!value.to_string().contains("planted"), "{value}");
        assert_eq!(
            value["headers"]["location"],
            "https://management.azure.com/operations/1?api-version=1&t=REDACTED&c=REDACTED&s=REDACTED&h=REDACTED"
        );
        assert_eq!(value["query"][0], json!(["api-version", "1"]));
        assert_eq!(
            value["query"][1],
            json!(["t", "REDACTED"]),
            "as the scrubbed link is followed"
        );
        assert_eq!(value["kept"], kept);
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
    fn keys_that_are_made_anew_each_time_have_stand_ins() {
        let mut value = json!({"cer": "planted", "x5t": "planted", "sign": {"kid": "https://v/keys/a/1", "value": "planted"},
            "kept": {"cer": null, "name": "x", "value": 1}, "digest": {"alg": "PS256", "value": "kept"}});
        let kept = [value["kept"].clone(), value["digest"].clone()];
        scrub(&mut value);
        assert!(!value.to_string().contains("planted"), "{value}");
        assert_eq!(value["sign"]["value"], "AAAAAAA");
        assert_eq!(value["cer"], crate::testing::CERTIFICATE);
        assert_eq!([value["kept"].clone(), value["digest"].clone()], kept);
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
