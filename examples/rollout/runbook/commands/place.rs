//! What the address of a request says of the thing that it is about.

use super::super::text::{names, uuids};

/// The thing that a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The method, and the resource type or the path below Graph's version with `{}` for each name.
    pub(super) kind: String,
    pub(super) subscription: Option<String>,
    pub(super) group: Option<String>,
    /// What it is put on, if it is an extension of something.
    pub(super) scope: Option<String>,
    /// Its name, after those of what it is a part of.
    pub(super) names: Vec<String>,
}

impl Place {
    /// What an address says, if it is one of Resource Manager or of Graph.
    pub(super) fn of(method: &str, url: &str) -> Option<Self> {
        let (address, _) = url.split_once('?').unwrap_or((url, ""));
        if let Some(path) = address.strip_prefix("https://graph.microsoft.com/v1.0") {
            return Some(Self::in_graph(method, path));
        }
        Self::in_azure(
            method,
            address.strip_prefix("https://management.azure.com")?,
        )
    }

    fn in_azure(method: &str, path: &str) -> Option<Self> {
        let all: Vec<&str> = path.split('/').skip(1).collect();
        let after = |name: &str, at: usize| {
            let found = all.get(at).filter(|own| own.eq_ignore_ascii_case(name));
            found
                .and_then(|_| all.get(at + 1))
                .map(|own| (*own).to_owned())
        };
        let subscription = after("subscriptions", 0);
        let group = after("resourceGroups", 2);
        let mut place = Self {
            kind: String::new(),
            subscription,
            group,
            scope: None,
            names: Vec::new(),
        };
        let last = all
            .iter()
            .rposition(|part| part.eq_ignore_ascii_case("providers"));
        let Some(last) = last else {
            if all.len() != 4 {
                return None;
            }
            place.names.extend(place.group.clone());
            place.kind = format!("{method} Microsoft.Resources/resourceGroups");
            return Some(place);
        };
        let (scope, own) = all.split_at_checked(last)?;
        let (namespace, own) = own.get(1..)?.split_first()?;
        if *own == ["register"] {
            place.names.push((*namespace).to_owned());
            place.kind = format!("{method} Microsoft.Resources/providers");
            return Some(place);
        }
        let types: Vec<&str> = own.iter().step_by(2).copied().collect();
        place.names = own
            .iter()
            .skip(1)
            .step_by(2)
            .map(|own| (*own).to_owned())
            .collect();
        // What is put on a whole subscription often has commands of its own.
        let of = if scope.len() == 2 {
            "subscription "
        } else {
            ""
        };
        place.scope = Some(format!("/{}", scope.join("/")));
        place.kind = format!("{method} {of}{namespace}/{}", types.join("/"));
        Some(place)
    }

    fn in_graph(method: &str, path: &str) -> Self {
        let (mut kind, mut names) = (format!("{method} "), Vec::new());
        for segment in path.split('/').skip(1) {
            kind.push('/');
            // `applications(uniqueName='x')`
            if let Some((name, key)) = segment
                .strip_suffix("')")
                .and_then(|own| own.split_once("='"))
            {
                kind.push_str(&format!("{name}='{{}}')"));
                names.push(key.to_owned());
            } else if is_name(segment) {
                kind.push_str("{}");
                names.push(segment.to_owned());
            } else {
                kind.push_str(segment);
            }
        }
        Self {
            kind,
            subscription: None,
            group: None,
            scope: None,
            names,
        }
    }
}

/// Whether a part of a path is what somebody made up: a value, or a UUID.
fn is_name(segment: &str) -> bool {
    !names(segment).is_empty() || !uuids(segment).is_empty()
}
