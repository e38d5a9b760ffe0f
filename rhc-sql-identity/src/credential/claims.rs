//! What a token says, for showing and for comparing. Nothing is believed that only a token says.

use std::fmt;

use azure_core::base64;
use serde::Deserialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;

/// What a token says about itself, without the token. Its signature is not looked at: that is for whoever is shown it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct TokenClaims {
    /// Who issued it.
    #[serde(default, deserialize_with = "text")]
    pub iss: String,
    /// Whom it is about.
    #[serde(default, deserialize_with = "text")]
    pub sub: String,
    /// Whom it is for.
    #[serde(default, deserialize_with = "texts")]
    pub aud: Vec<String>,
    /// The tenant, in a token of Entra.
    #[serde(default, deserialize_with = "optional")]
    pub tid: Option<String>,
    /// The application, in a token of Entra.
    #[serde(default, deserialize_with = "optional")]
    pub appid: Option<String>,
    /// When it ends, in seconds since 1970.
    #[serde(default, deserialize_with = "number")]
    pub exp: Option<i64>,
}

impl TokenClaims {
    /// Reads a token. `None` where it is not one that can be read, which Microsoft leaves open for its own services.
    #[must_use]
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let payload = parts.nth(1)?.trim_end_matches('=');
        parts.next()?;
        let payload = base64::decode_url_safe(payload).ok()?;
        // A list would pass for a document without members.
        let payload: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
        serde_json::from_value(Value::Object(payload)).ok()
    }

    /// When it ends.
    #[must_use]
    pub fn expires_on(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.exp?).ok()
    }
}

impl fmt::Display for TokenClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let aud = self.aud.join(", ");
        write!(
            f,
            "issuer {}, subject {}, audience {aud}",
            self.iss, self.sub
        )?;
        for (name, value) in [("tenant", &self.tid), ("application", &self.appid)] {
            if let Some(value) = value {
                write!(f, ", {name} {value}")?;
            }
        }
        Ok(())
    }
}

fn text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(optional(from)?.unwrap_or_default())
}

fn optional<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

fn number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    Ok(Value::deserialize(from)?.as_i64())
}

/// One, or a list: clusters write a list.
fn texts<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let texts = |all: Vec<Value>| {
        all.into_iter()
            .filter_map(|own| own.as_str().map(str::to_owned))
    };
    Ok(match Value::deserialize(from)? {
        Value::Array(all) => texts(all).collect(),
        other => texts(vec![other]).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        let text = base64::encode_url_safe(payload);
        format!("e30.{}.c2ln", text.trim_end_matches('='))
    }

    #[test]
    fn one_audience_or_several_and_whatever_else_is_said() {
        let one = r#"{"iss":"i","sub":"s","aud":"a","exp":1700000000,"tid":"t","x":[1]}"#;
        let claims = TokenClaims::read(&token(one)).unwrap();
        assert_eq!(
            claims.to_string(),
            "issuer i, subject s, audience a, tenant t"
        );
        assert_eq!(claims.expires_on().unwrap().unix_timestamp(), 1_700_000_000);
        let several = r#"{"aud":["a","b"],"exp":"soon","iss":7,"tid":null}"#;
        let claims = TokenClaims::read(&token(several)).unwrap();
        assert_eq!(
            (claims.aud.len(), claims.expires_on(), claims.iss.as_str()),
            (2, None, "")
        );
    }

    #[test]
    fn what_cannot_be_read_is_none() {
        for text in [
            "",
            "x",
            "a.b",
            "a.b.c",
            "..",
            "a.e30",
            &token("[]"),
            &token("{"),
        ] {
            assert_eq!(TokenClaims::read(text), None, "{text}");
        }
        assert_eq!(TokenClaims::read("a.e30.c"), Some(TokenClaims::default()));
        assert_eq!(
            TokenClaims::read(&token(r#"{"exp":9223372036854775807}"#))
                .unwrap()
                .expires_on(),
            None
        );
    }
}
