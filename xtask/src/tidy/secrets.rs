//! What a scrubber has to take out never reaches the repository.

use super::Violation;
use crate::tree::Tree;

/// Beginnings of things that are a secret by themselves, and how many characters of its body make it one.
const SECRETS: [(&str, usize, &str); 6] = [
    ("eyJ", 20, "a token"),
    ("AccountKey=", 8, "a storage key"),
    ("SharedAccessKey=", 8, "a shared access key"),
    ("accesskey=", 8, "an access key"),
    ("sig=", 20, "a signature"),
    ("-----BEGIN ", 4, "a private key or certificate"),
];

/// Keys whose value, when it is a text, is a secret.
const SECRET_KEYS: [&str; 10] = [
    "client_secret",
    "clientsecret",
    "password",
    "administratorloginpassword",
    "secrettext",
    "access_token",
    "refresh_token",
    "id_token",
    "client_assertion",
    "sharedkey",
];

/// No secret-looking text in a fixture, a snapshot or an environment file.
#[must_use]
pub fn no_secrets_in_recordings(tree: &Tree) -> Vec<Violation> {
    tree.files()
        .filter(|(path, _)| is_recording(path))
        .flat_map(|(path, text)| {
            text.lines().enumerate().filter_map(move |(index, line)| {
                let what = secret_in(line)?;
                Some(Violation::new(
                    path,
                    index + 1,
                    format!("looks like {what}: scrub it"),
                ))
            })
        })
        .collect()
}

fn is_recording(path: &str) -> bool {
    path.contains("/fixtures/") || path.ends_with(".snap") || path.contains("/environments/")
}

fn secret_in(line: &str) -> Option<&'static str> {
    SECRETS
        .iter()
        .find(|(beginning, length, _)| {
            line.match_indices(beginning).any(|(at, _)| {
                let body = line[at + beginning.len()..].chars();
                body.take_while(|c| is_body(*c)).count() >= *length
            })
        })
        .map(|(_, _, what)| *what)
        .or_else(|| has_secret_value(line).then_some("the value of a secret property"))
}

fn is_body(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+/=_-%. ".contains(c)
}

/// `"password": "hunter2"`, also with escaped quotes, in form encoding, and in TOML.
fn has_secret_value(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    SECRET_KEYS.iter().any(|key| {
        lower.match_indices(key).any(|(at, _)| {
            if lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
                return false;
            }
            let behind = lower[at + key.len()..].trim_start_matches(['\\', '"', ' ']);
            let Some(value) = behind.strip_prefix([':', '=']) else {
                return false;
            };
            let value = value.trim_start_matches([' ', '\\', '"']);
            let value: String = value
                .chars()
                .take_while(|c| !matches!(c, '"' | '\\' | '&' | ',' | '}' | ' '))
                .collect();
            !(is_placeholder(&value) || behind.contains(": null"))
        })
    })
}

/// What a scrubber leaves: `***`, `REDACTED`, `{…}`, `<…>`, or nothing.
fn is_placeholder(value: &str) -> bool {
    let bare = value.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    ["", "redacted", "scrubbed", "null", "true", "false"].contains(&bare)
        || value.starts_with(['<', '{', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, line: &str) -> usize {
        no_secrets_in_recordings(&Tree::from_files([(path, line)])).len()
    }

    #[test]
    fn secrets_are_seen() {
        for line in [
            r#""authorization": "Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.c2ln""#,
            r#""connectionString": "AccountName=a;AccountKey=Zm9vYmFyYmF6""#,
            r"https://a.blob.core.windows.net/c?sv=1&sig=abcdefghijklmnopqrstuvwx%3D",
            "-----BEGIN PRIVATE KEY-----",
            r#""client_secret": "s3cr3t~value""#,
            r#""body": "grant_type=client_credentials&client_secret=s3cr3t""#,
            r#""body": "{\"passwordProfile\":{\"password\":\"hunter2\"}}""#,
            "password = \"hunter2\"",
            r#""secretText": "abc""#,
        ] {
            assert_eq!(found("rhc-arm/tests/fixtures/a.json", line), 1, "{line}");
            assert_eq!(found("rhc-arm/tests/snapshots/a.snap", line), 1, "{line}");
            assert_eq!(found("rhc-arm/src/a.rs", line), 0, "{line}");
        }
    }

    #[test]
    fn a_secret_is_named_by_its_file_and_line() {
        let path = "rhc-arm/tests/fixtures/a.json";
        let text = "{\n  \"a\": 1,\n  \"authorization\": \"Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.c2ln\"\n}";
        let found = no_secrets_in_recordings(&Tree::from_files([(path, text)]));
        let said: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert!(
            said.len() == 1 && said[0].starts_with(&format!("{path}:3")),
            "{said:?}"
        );
    }

    #[test]
    fn what_a_scrubber_leaves_and_harmless_words_pass() {
        for line in [
            r#""client_secret": "***""#,
            r#""client_secret": "<scrubbed>""#,
            r#""password": null"#,
            r#""administratorLoginPassword": "REDACTED""#,
            r#""passwordCredentials": []"#,
            r#""passwordProfile": {"forceChangePasswordNextSignIn": true}"#,
            r#""detail": "no password is ever asked for""#,
            r#""nextLink": "https://management.azure.com/x?sig=short""#,
        ] {
            assert_eq!(found("rhc-arm/tests/fixtures/a.json", line), 0, "{line}");
        }
    }
}
