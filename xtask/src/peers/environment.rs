//! Virtual environments below `target`, one for each list of requirements.

use std::{fs, path::PathBuf, process::Command};

use crate::{Outcome, root, run, target};

/// Says which requirements an environment holds; written once everything is installed.
const INSTALLED: &str = "installed.txt";

/// The Python of an environment, which is made and filled if it is not there or its requirements have changed.
pub(super) fn python(name: &str, maker: &str) -> Outcome<PathBuf> {
    let requirements = root().join(format!("xtask/peers/environments/{name}.txt"));
    let wanted = fs::read_to_string(&requirements)
        .map_err(|error| format!("{}: {error}", requirements.display()))?;
    let folder = target().join("peers").join(name);
    let python = folder.join("bin").join("python");
    if fs::read_to_string(folder.join(INSTALLED)).is_ok_and(|has| has == wanted) {
        return Ok(python);
    }
    println!("installing {}", requirements.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    run(Command::new(maker).args(["-m", "venv"]).arg(&folder))?;
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    // Every version is in the list, those of what the packages need as well: nothing is chosen by the day.
    run(install
        .arg("--no-deps")
        .arg("--requirement")
        .arg(&requirements))?;
    run(Command::new(&python).args(["-m", "pip", "check", "--disable-pip-version-check"]))?;
    fs::write(folder.join(INSTALLED), wanted)
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(python)
}
