//! Which operation a method and a path mean.

use super::{Call, Key, Refusal, Reply};
use percent_encoding::percent_decode_str;
use rhc_core::fake::State;

/// What an operation does.
pub type Run = fn(&mut State, &Call) -> Result<Reply, Refusal>;

/// Permissions that an operation needs: one of each list.
pub type Needs = &'static [&'static [&'static str]];

/// One operation of the service.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path below `/v1.0`; `{}` stands for an object's key in any of its forms.
    pub pattern: &'static str,
    /// Its name in the World's request log.
    pub operation: &'static str,
    /// The permissions that it needs.
    pub needs: Needs,
    /// What it does.
    pub run: Run,
}

/// A path cut into names and keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    Name(String),
    Key(Key),
}

/// Cuts a path. Keys in parentheses become segments of their own.
pub(super) fn cut(path: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let part = percent_decode_str(part).decode_utf8().ok()?;
        let keyed = part
            .strip_suffix(')')
            .and_then(|part| part.split_once('('))
            .filter(|(name, inner)| !name.is_empty() && inner.ends_with('\''));
        match keyed {
            Some((name, inner)) => {
                segments.push(Segment::Name(name.to_owned()));
                segments.push(Segment::Key(key(inner)?));
            }
            // A function without parameters may have its parentheses or not.
            None => {
                let name = part.strip_suffix("()").unwrap_or(&part);
                segments.push(Segment::Name(name.to_owned()));
            }
        }
    }
    Some(segments)
}

fn key(inner: &str) -> Option<Key> {
    let (property, quoted) = match inner.split_once("='") {
        Some((property, rest)) => (Some(property.to_owned()), rest),
        None => (None, inner.strip_prefix('\'')?),
    };
    let value = quoted.strip_suffix('\'')?.replace("''", "'");
    Some(Key { property, value })
}

/// Whether a route fits, and with which keys.
pub(super) fn fit(pattern: &str, segments: &[Segment]) -> Option<Vec<Key>> {
    let wanted: Vec<_> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    if wanted.len() != segments.len() {
        return None;
    }
    let mut keys = Vec::new();
    for (wanted, segment) in wanted.iter().zip(segments) {
        match (*wanted, segment) {
            ("{}", Segment::Name(value)) => keys.push(Key {
                property: None,
                value: value.clone(),
            }),
            ("{}", Segment::Key(key)) => keys.push(key.clone()),
            (name, Segment::Name(own)) if own.eq_ignore_ascii_case(name) => {}
            _ => return None,
        }
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(pattern: &str, path: &str) -> Option<Vec<(Option<String>, String)>> {
        let keys = fit(pattern, &cut(path)?)?;
        Some(
            keys.into_iter()
                .map(|key| (key.property, key.value))
                .collect(),
        )
    }

    #[test]
    fn keys_are_found_in_all_their_forms() {
        let plain = |value: &str| Some(vec![(None, value.to_owned())]);
        assert_eq!(
            keys("/applications/{}", "/applications/a%20b"),
            plain("a b")
        );
        assert_eq!(keys("/users/{}", "/users('$a%23b@c')"), plain("$a#b@c"));
        assert_eq!(
            keys("/applications/{}", "/applications(uniqueName='it''s (1)')"),
            Some(vec![(Some("uniqueName".into()), "it's (1)".into())])
        );
        assert_eq!(
            keys(
                "/applications/{}/federatedIdentityCredentials/{}",
                "/Applications(appId='x')/federatedIdentityCredentials(name='n')"
            ),
            Some(vec![
                (Some("appId".into()), "x".into()),
                (Some("name".into()), "n".into())
            ])
        );
        assert_eq!(
            keys("/groups/{}/members/$ref", "/groups/1/members/$ref"),
            plain("1")
        );
        for (pattern, path) in [
            ("/applications/{}", "/applications"),
            ("/applications", "/applications/1"),
            ("/applications/{}/owners", "/applications/1/members"),
            ("/applications/owners", "/applications('owners')"),
        ] {
            assert_eq!(keys(pattern, path), None, "{path}");
        }
    }
}
