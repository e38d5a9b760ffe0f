//! Where each key and each value of the file stands.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeArray, DeTable, DeValue};

/// Where a key and its value stand.
#[derive(Clone, Debug)]
pub(crate) struct Location {
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
    /// A text, number or truth value, and not a table or a list.
    pub(crate) scalar: bool,
}

/// Where each key and each value of the file stands, by path (`apps.hp2.hostname`, `protected.tenants[0].why`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Locations(BTreeMap<String, Location>);

impl Locations {
    pub(super) fn of(tree: &DeTable<'_>) -> Self {
        let mut locations = Self::default();
        locations.table("", tree);
        locations
    }

    /// The place of a path, or of the nearest table around it that is there.
    pub(crate) fn nearest(&self, path: &str) -> Option<&Location> {
        let mut path = path;
        loop {
            if let Some(location) = self.0.get(path) {
                return Some(location);
            }
            path = path.get(..path.rfind(['.', '['])?)?;
        }
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Location> {
        self.0.get(path)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Location)> {
        self.0
            .iter()
            .map(|(path, location)| (path.as_str(), location))
    }

    fn table(&mut self, path: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = join(path, key.get_ref());
            let location = Location {
                key: key.span(),
                value: value.span(),
                scalar: is_scalar(value.get_ref()),
            };
            self.value(&path, value.get_ref(), location);
        }
    }

    fn array(&mut self, path: &str, array: &DeArray<'_>) {
        for (index, value) in array.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let location = Location {
                key: value.span(),
                value: value.span(),
                scalar: is_scalar(value.get_ref()),
            };
            self.value(&path, value.get_ref(), location);
        }
    }

    fn value(&mut self, path: &str, value: &DeValue<'_>, location: Location) {
        self.0.insert(path.to_owned(), location);
        match value {
            DeValue::Table(table) => self.table(path, table),
            DeValue::Array(array) => self.array(path, array),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }
}

/// The path of a key within a table; a key that is not bare stands in quotes, as in the file.
pub(super) fn join(path: &str, key: &str) -> String {
    let bare = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let key = if bare {
        key.to_owned()
    } else {
        format!("{key:?}")
    };
    if path.is_empty() {
        key
    } else {
        format!("{path}.{key}")
    }
}

fn is_scalar(value: &DeValue<'_>) -> bool {
    !matches!(value, DeValue::Table(_) | DeValue::Array(_))
}
