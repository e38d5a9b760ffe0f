//! `cargo xtask page`: the page of a rehearsal and that of a plan, looked at in headless Chromium as people do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, output, root, run, target};

/// What the check needs of npm, and the check.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "check.mjs"];
/// What a Chromium is called on the systems that have one.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// How to look.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The browser; otherwise a Chromium is looked for on the PATH.
    #[arg(long, value_name = "PROGRAM")]
    pub browser: Option<PathBuf>,
}

/// Makes the pages, installs what drives the browser, and looks; pictures are kept beside the pages.
///
/// # Errors
/// A check failed, or there is no browser, no Node.js, or nothing can be installed.
pub fn command(options: &Options) -> Outcome {
    let folder = target().join("page");
    let pictures = folder.join("pictures");
    fs::create_dir_all(&pictures).map_err(|error| format!("{}: {error}", pictures.display()))?;
    let browser = browser(options.browser.as_deref())?;
    install(&folder)?;
    let rehearsal = folder.join("rehearsal.html");
    rollout(&["--html".as_ref(), &rehearsal])?;
    let plan = folder.join("plan.html");
    let state = folder.join("state.json");
    let _ = fs::remove_file(&state);
    rollout(&[
        "plan".as_ref(),
        "--state".as_ref(),
        &state,
        "--html".as_ref(),
        &plan,
    ])?;
    let page = |name: &str, path: &Path| format!("{name}={}", path.display());
    run(Command::new("node")
        .arg(folder.join("check.mjs"))
        .arg(browser)
        .arg(&pictures)
        .args([page("rehearsal", &rehearsal), page("plan", &plan)]))
    .map_err(|_| "page: not every check passed".to_owned())?;
    println!("pictures: {}", pictures.display());
    Ok(())
}

/// Runs the rollout; that a plan has changes is no failure.
fn rollout(words: &[&Path]) -> Outcome {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--example", "qa_rollout", "--"]);
    let done = command.args(words).current_dir(root()).output();
    let done = done.map_err(|error| format!("cargo: {error}"))?;
    match done.status.code() {
        Some(0 | 2) => Ok(()),
        _ => Err(format!(
            "{command:?}: {}\n{}",
            done.status,
            String::from_utf8_lossy(&done.stderr)
        )),
    }
}

/// The browser that was named, or the one of this computer.
pub(crate) fn browser(named: Option<&Path>) -> Outcome<PathBuf> {
    named.map_or_else(find_browser, |browser| Ok(browser.to_owned()))
}

fn find_browser() -> Outcome<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let places = BROWSERS
        .iter()
        .flat_map(|name| folders.iter().map(move |one| one.join(name)));
    places.into_iter().find(|place| place.is_file()).ok_or_else(|| {
        format!(
            "page: no browser is installed ({}): install Debian's package `chromium`, or name one with --browser",
            BROWSERS.join(", ")
        )
    })
}

/// Puts the check and its packages below target, unless they are there as the lock file says.
fn install(folder: &Path) -> Outcome {
    output(Command::new("node").arg("--version"))
        .map_err(|why| format!("page: Node.js is needed to drive the browser: {why}"))?;
    let from = root().join("xtask/page");
    let installed = folder.join("installed.json");
    let lock = fs::read(from.join("package-lock.json"))
        .map_err(|error| format!("xtask/page/package-lock.json: {error}"))?;
    for name in FILES {
        let to = folder.join(name);
        fs::copy(from.join(name), &to).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    if fs::read(&installed).is_ok_and(|has| has == lock) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--silent", "--no-audit", "--no-fund", "--prefix"])
        .arg(folder);
    run(&mut npm).map_err(|why| format!("page: the packages that drive the browser cannot be installed, which needs npm and its registry: {why}"))?;
    fs::write(&installed, lock).map_err(|error| format!("{}: {error}", installed.display()))
}
