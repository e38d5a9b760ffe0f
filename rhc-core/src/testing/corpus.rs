//! What the fuzzers of a crate kept, replayed by its tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A fuzz target: its name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Gives each target what its fuzzer kept in `fuzz/corpus` of the crate in this folder: one input for each way through the code,
/// and what once was a find.
///
/// # Panics
/// Where a target panics, keeps fewer than five inputs, or keeps none although it is there; and for a folder without a target.
pub fn replay_corpus(crate_folder: impl AsRef<Path>, targets: &[Target]) {
    let folder = crate_folder.as_ref().join("fuzz/corpus");
    let mut names: Vec<_> = listed(&folder)
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    let mut expected: Vec<_> = targets.iter().map(|(name, _)| (*name).to_owned()).collect();
    expected.sort();
    assert_eq!(
        names,
        expected,
        "the targets and the folders in {}",
        folder.display()
    );
    for (name, target) in targets {
        let kept = listed(&folder.join(name));
        assert!(kept.len() >= 5, "{name} keeps {}", kept.len());
        for path in kept {
            let input = fs::read(&path);
            assert!(input.is_ok(), "{} cannot be read", path.display());
            target(&input.unwrap_or_default());
        }
    }
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|all| all.flatten().map(|entry| entry.path()));
    assert!(entries.is_ok(), "{} cannot be read", folder.display());
    entries.into_iter().flatten().collect()
}
