//! Small helpers to read JSON that others wrote.

use std::{fs, path::Path};

use serde_json::{Map, Value};

use crate::Outcome;

/// Reads a file as JSON, with or without a byte order mark.
///
/// # Errors
/// Names the file.
pub fn json(path: &Path) -> Outcome<Value> {
    let text = file(path)?;
    serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads a file.
///
/// # Errors
/// Names the file.
pub fn file(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A member that is a string, or nothing.
#[must_use]
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A member that is a flag; `false` where it is missing.
#[must_use]
pub fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// A member that is a list, item by item.
pub fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// A member that is an object, member by member.
pub fn members<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value
        .get(name)
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::iter)
}

/// A member that is a count.
#[must_use]
pub fn count(value: &Value, name: &str) -> Option<usize> {
    let found = value.get(name)?.as_u64()?;
    usize::try_from(found).ok()
}

/// Every file below a folder whose name ends so, in order.
///
/// # Errors
/// Names the folder that cannot be read.
pub fn below(folder: &Path, ending: &str) -> Outcome<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = folder
            .read_dir()
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
