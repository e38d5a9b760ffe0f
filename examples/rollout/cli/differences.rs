//! What differs between two clouds that were kept: by names, for ids and times are never the same.

use std::path::Path;

use serde_json::Value;

use super::console::Console;
use super::failure::CliError;
use super::state::LARGEST;
use crate::embedded::Inventory;
use crate::engine::Exit;
use crate::files;

/// Says each difference on a line of its own.
pub(super) fn show(one: &Path, other: &Path, console: &mut Console) -> Result<Exit, CliError> {
    let differences = inventory(one)?.differences(&inventory(other)?);
    for difference in &differences {
        console.say(&format!("{difference}\n"));
    }
    Ok(if differences.is_empty() {
        Exit::Done
    } else {
        Exit::Changes
    })
}

fn inventory(path: &Path) -> Result<Inventory, CliError> {
    let wrong = |error: &dyn std::fmt::Display| {
        CliError::usage(
            format!("{}: {error}", path.display()),
            "name a file that --state has kept",
        )
    };
    let text = files::read_text(path, LARGEST).map_err(|error| wrong(&error))?;
    let state: Value = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    if !state["sections"].is_object() {
        return Err(wrong(&"this is no embedded cloud"));
    }
    Ok(Inventory::of(&state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_no_cloud_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cloud.json");
        assert!(inventory(&path).is_err(), "there is none");
        for text in ["", "[]", "{}", r#"{"sections": 1}"#] {
            fs::write(&path, text).unwrap();
            let error = inventory(&path).unwrap_err();
            assert!(error.to_string().contains("cloud.json"), "{text}: {error}");
        }
        fs::write(&path, r#"{"sections": {}}"#).unwrap();
        assert!(inventory(&path).is_ok());
    }
}
