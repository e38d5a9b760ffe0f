//! Virtual environments below `target`, one for each list of requirements, kept until the list changes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{root, target};

/// Says which requirements an environment holds; written once everything is installed.
const INSTALLED: &str = "installed.txt";

/// Why there is no environment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// This machine cannot have one, and what to do about it.
    Machine(String),
    /// It should have worked.
    Broken(String),
}

impl From<Lack> for String {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Machine(message) | Lack::Broken(message) => message,
        }
    }
}

type Found<T> = Result<T, Lack>;

fn broken(what: impl std::fmt::Display, error: impl std::fmt::Display) -> Lack {
    Lack::Broken(format!("{what}: {error}"))
}

/// The Python of an environment, which is made and filled if it is not there or its requirements have changed.
pub(super) fn python(name: &str, maker: &str) -> Found<PathBuf> {
    let requirements = root().join(format!("xtask/peers/environments/{name}.txt"));
    let wanted =
        fs::read_to_string(&requirements).map_err(|error| broken(requirements.display(), error))?;
    let folder = target().join("peers").join(name);
    let python = folder.join("bin").join("python");
    let kept = fs::read_to_string(folder.join(INSTALLED)).is_ok_and(|has| has == wanted);
    // A Python that was taken away, or replaced by a newer one, leaves an environment that does not start.
    if kept && said(Command::new(&python).arg("--version")).is_ok() {
        return Ok(python);
    }
    println!("installing {}", requirements.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| broken(folder.display(), error))?;
    }
    make(maker, &folder)?;
    let pip = |arguments: &[&str]| {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "--disable-pip-version-check"]);
        said(pip.args(arguments))
    };
    // Every version is in the list, those of what the packages need as well: nothing is chosen by the day.
    let list = requirements.display().to_string();
    pip(&["install", "--quiet", "--no-deps", "--requirement", &list])
        .map_err(|message| not_installed(&message))?;
    pip(&["check"]).map_err(Lack::Broken)?;
    fs::write(folder.join(INSTALLED), wanted).map_err(|error| broken(folder.display(), error))?;
    Ok(python)
}

/// Makes an empty environment.
pub(super) fn make(maker: &str, folder: &Path) -> Found<()> {
    let version =
        said(Command::new(maker).args(["-c", "import sys; print(sys.version_info >= (3, 10))"]));
    match version.as_deref().map(str::trim) {
        Ok("True") => {}
        Ok(_) => {
            return Err(Lack::Machine(format!(
                "`{maker}` is older than Python 3.10, which the clients need: name a newer one with --python"
            )));
        }
        Err(message) => {
            return Err(Lack::Machine(format!(
                "there is no Python that starts as `{maker}` ({message}): install one (Debian: apt-get install python3 python3-venv), or name another with --python"
            )));
        }
    }
    said(Command::new(maker).args(["-c", "import venv, ensurepip"])).map_err(|_| {
        Lack::Machine(format!(
            "`{maker}` has no modules `venv` and `ensurepip`: install them (Debian: apt-get install python3-venv), or name another Python with --python"
        ))
    })?;
    said(Command::new(maker).args(["-m", "venv"]).arg(folder)).map_err(Lack::Broken)?;
    Ok(())
}

/// What pip says when the packages' place cannot be reached.
const UNREACHABLE: [&str; 6] = [
    "connection broken by",
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Could not connect to proxy",
    "Connection timed out",
    "Network is unreachable",
];

/// Whether a package could not be had, or nothing could.
pub(super) fn not_installed(message: &str) -> Lack {
    if UNREACHABLE.iter().any(|words| message.contains(words)) {
        return Lack::Machine(format!(
            "the packages cannot be fetched: let this machine reach PyPI, or tell pip of another index (PIP_INDEX_URL)\n{}",
            last_lines(message)
        ));
    }
    Lack::Broken(last_lines(message))
}

fn last_lines(message: &str) -> String {
    let lines: Vec<_> = message
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let from = lines.len().saturating_sub(4);
    lines.get(from..).unwrap_or_default().join("\n")
}

/// What a program says, or how it failed with what it said.
fn said(command: &mut Command) -> Result<String, String> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let output = command
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{shown}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(format!(
        "{shown}: {}\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    ))
}
