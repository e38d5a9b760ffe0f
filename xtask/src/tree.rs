//! The repository's text files, in memory.
//!
//! Every check is a function over a [`Tree`], so that a test can plant a violation in a tree of two files.

use std::{collections::BTreeMap, fs, io, path::Path};

/// What is never looked at: build output, version control, and snapshots that nobody has accepted.
const SKIPPED_FOLDERS: [&str; 2] = ["target", ".git"];
const SKIPPED_SUFFIX: &str = ".snap.new";

/// Every text file below a root, by its path with `/` between the parts.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads the tree below `root`. Files that are not UTF-8 are left out.
    ///
    /// # Errors
    /// What the file system says.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        tree.walk(root, "")?;
        Ok(tree)
    }

    /// A tree from paths and contents.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|(path, text)| (path.to_owned(), text.to_owned()))
                .collect(),
        }
    }

    /// Every file, in the order of the paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files whose name ends in `.extension`.
    pub fn with_extension(&self, extension: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| {
            path.strip_suffix(extension)
                .is_some_and(|stem| stem.ends_with('.'))
        })
    }

    /// The text of one file.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether `path` is a file, or a folder with a file in it.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files.contains_key(path)
            || self
                .files
                .range(folder.clone()..)
                .next()
                .is_some_and(|(first, _)| first.starts_with(&folder))
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                if !SKIPPED_FOLDERS.contains(&name.as_str()) {
                    self.walk(&entry.path(), &format!("{path}/"))?;
                }
            } else if !name.ends_with(SKIPPED_SUFFIX) {
                match fs::read_to_string(entry.path()) {
                    Ok(text) => {
                        self.files.insert(path, text);
                    }
                    Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_exists_through_the_files_in_it() {
        let tree = Tree::from_files([("a/b/c.rs", ""), ("a/bc.rs", "")]);
        assert!(tree.exists("a/b") && tree.exists("a/b/") && tree.exists("a/b/c.rs"));
        assert!(!tree.exists("a/x") && !tree.exists("a/b/c"));
    }

    #[test]
    fn an_extension_is_the_whole_last_part() {
        let tree = Tree::from_files([("a.rs", ""), ("b.xrs", "")]);
        let found: Vec<_> = tree.with_extension("rs").map(|(path, _)| path).collect();
        assert_eq!(found, ["a.rs"]);
    }

    #[test]
    fn this_crate_can_be_read_from_the_disk() {
        let tree = Tree::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(
            tree.text("src/tree.rs")
                .is_some_and(|text| text.contains("struct Tree"))
        );
    }
}
