//! `cargo xtask pictures`: the pictures of the README, from a real rehearsal: what the terminal shows as SVG, and the page by
//! headless Chromium.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, page, root, run, target};

/// What all pictures together may weigh.
const LIMIT: u64 = 200 * 1024;
/// How wide the terminal is, in characters, and how large a character, in pixels.
const COLUMNS: usize = 80;
const CHARACTER: (f64, f64) = (8.4, 18.0);
/// What of a rehearsal is shown: from the first line that begins so, and this many lines.
const EXCERPTS: [(&str, usize); 9] = [
    ("Recalibrate Healthcare QA: rehearse", 4),
    ("Network (tenant", 9),
    ("Plan: ", 1),
    ("00:03:04", 10),
    ("Apply: ", 1),
    ("What done means", 14),
    ("Verify: ", 1),
    ("Second plan: ", 1),
    ("Next: ", 2),
];

/// How to look.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The browser; otherwise a Chromium is looked for on the PATH.
    #[arg(long, value_name = "PROGRAM")]
    pub browser: Option<PathBuf>,
}

/// Rehearses, and writes the pictures anew.
///
/// # Errors
/// The rehearsal fails, there is no browser, or the pictures weigh too much.
pub fn command(options: &Options) -> Outcome {
    let browser = page::browser(options.browser.as_deref())?;
    let folder = root().join("pictures");
    let html = target().join("page/rehearsal.html");
    for made in [&folder, &target().join("page")] {
        fs::create_dir_all(made).map_err(|error| format!("{}: {error}", made.display()))?;
    }
    let said = rehearsal(&html)?;
    let terminal = folder.join("terminal.svg");
    fs::write(&terminal, svg(&excerpt(&said)?))
        .map_err(|error| format!("{}: {error}", terminal.display()))?;
    for (name, scheme) in [("light", "1"), ("dark", "0")] {
        let picture = folder.join(format!("page-{name}.png"));
        run(Command::new(&browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
            ])
            .arg("--window-size=900,820")
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(format!("file://{}", html.display())))?;
    }
    let weight = weight(&folder)?;
    if weight > LIMIT {
        return Err(format!("pictures: {weight} bytes, at most {LIMIT}"));
    }
    println!("{}: {weight} bytes", folder.display());
    Ok(())
}

/// What a rehearsal says on a terminal with colours.
fn rehearsal(html: &Path) -> Outcome<String> {
    let mut command = Command::new("cargo");
    command
        .args(["run", "--quiet", "--example", "qa_rollout", "--", "--html"])
        .arg(html)
        .env("CLICOLOR_FORCE", "1")
        .env_remove("NO_COLOR");
    crate::output(&mut command)
}

fn weight(folder: &Path) -> Outcome<u64> {
    let unreadable = |error| format!("{}: {error}", folder.display());
    let mut all = 0;
    for file in fs::read_dir(folder).map_err(unreadable)? {
        all += file
            .and_then(|file| file.metadata())
            .map_err(unreadable)?
            .len();
    }
    Ok(all)
}

/// The parts that are shown, with `…` between them.
fn excerpt(said: &str) -> Outcome<Vec<String>> {
    let lines: Vec<&str> = said.lines().collect();
    let mut shown = vec!["$ cargo run --example qa_rollout".to_owned()];
    let mut after = 0;
    for (begins, number) in EXCERPTS {
        let found = lines
            .iter()
            .skip(after)
            .position(|line| plain(line).starts_with(begins));
        let start =
            after + found.ok_or_else(|| format!("pictures: no line begins with '{begins}'"))?;
        // What is left out is marked; where it is nothing, it stays nothing.
        let between = lines.get(after..start).unwrap_or_default();
        if between.iter().any(|line| !line.is_empty()) {
            shown.push("…".to_owned());
        } else if !between.is_empty() {
            shown.push(String::new());
        }
        after = (start + number).min(lines.len());
        shown.extend(
            lines
                .get(start..after)
                .unwrap_or_default()
                .iter()
                .map(|line| (*line).to_owned()),
        );
    }
    Ok(shown)
}

/// The line without its colours.
fn plain(line: &str) -> String {
    spans(line).into_iter().map(|(_, text)| text).collect()
}

/// The parts of a line, each with the class of its colour.
fn spans(line: &str) -> Vec<(&'static str, String)> {
    let mut parts = line.split("\u{1b}[");
    let mut spans = vec![("", parts.next().unwrap_or_default().to_owned())];
    for part in parts {
        let (code, text) = part.split_once('m').unwrap_or(("0", part));
        let class = match code {
            "1" => "strong",
            "2" => "faint",
            "31" => "bad",
            "32" => "good",
            "33" => "warn",
            _ => "",
        };
        spans.push((class, text.to_owned()));
    }
    spans.retain(|(_, text)| !text.is_empty());
    spans
}

/// Lines of a terminal as a picture that follows the reader's light or dark.
fn svg(lines: &[String]) -> String {
    let (width, height) = CHARACTER;
    let [columns, rows] =
        [COLUMNS, lines.len()].map(|number| u32::try_from(number).map_or(0.0, f64::from));
    let (all_width, all_height) = (columns * width + 32.0, rows * height + 32.0);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {all_width:.0} {all_height:.0}\" width=\"{all_width:.0}\" role=\"img\" \
         aria-label=\"A rehearsal in a terminal\">\n<style>\n\
         rect{{fill:#fff;stroke:#d0d7de}}text{{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1b1f24;white-space:pre}}\n\
         .strong{{font-weight:700}}.faint{{fill:#57606a}}.good{{fill:#116329}}.warn{{fill:#7a4b00}}.bad{{fill:#a40e26}}\n\
         @media(prefers-color-scheme:dark){{rect{{fill:#14171b;stroke:#3a424c}}text{{fill:#e8eaed}}.faint{{fill:#a3acb7}}.good{{fill:#6fdd8b}}\
         .warn{{fill:#f0c060}}.bad{{fill:#ff9492}}}}\n</style>\n\
         <rect x=\".5\" y=\".5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"8\"/>\n",
        all_width - 1.0,
        all_height - 1.0
    );
    let mut bottom = 12.0;
    for line in lines {
        bottom += height;
        let _ = write!(
            text,
            "<text x=\"16\" y=\"{bottom:.0}\" xml:space=\"preserve\">"
        );
        for (class, part) in spans(line) {
            let part = escaped(&part);
            if class.is_empty() {
                text.push_str(&part);
            } else {
                let _ = write!(text, "<tspan class=\"{class}\">{part}</tspan>");
            }
        }
        text.push_str("</text>\n");
    }
    text.push_str("</svg>\n");
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_classes_and_words_stay_words() {
        let line = "\u{1b}[32m  + \u{1b}[0mmade <x> & \u{1b}[1my\u{1b}[0m";
        assert_eq!(plain(line), "  + made <x> & y");
        let picture = svg(&[line.to_owned()]);
        assert!(picture.contains("<tspan class=\"good\">  + </tspan>made &lt;x&gt; &amp; "));
        assert!(picture.contains("<tspan class=\"strong\">y</tspan></text>"));
        assert!(picture.contains("prefers-color-scheme:dark"));
    }

    #[test]
    fn what_is_no_longer_said_is_missed() {
        let block = |(begins, number): (&str, usize)| {
            format!("{begins}\n{}\nleft out\n\n", "more\n".repeat(number - 1))
        };
        let said = EXCERPTS.map(block).concat();
        let shown = excerpt(&said).unwrap();
        let places = |is: &str| shown.iter().filter(|line| *line == is).count();
        assert_eq!(places("…"), EXCERPTS.len() - 1);
        assert_eq!(places("left out"), 0);
        let error = excerpt(&said.replace("Plan: ", "")).unwrap_err();
        assert!(error.contains("Plan: "), "{error}");
    }

    #[test]
    fn the_pictures_of_the_readme_are_there_and_small() {
        let folder = root().join("pictures");
        let readme = fs::read_to_string(root().join("README.md")).unwrap();
        for name in ["terminal.svg", "page-light.png", "page-dark.png"] {
            assert!(
                folder.join(name).is_file(),
                "{name}: run cargo xtask pictures"
            );
            assert!(readme.contains(&format!("pictures/{name}")), "{name}");
        }
        assert!(weight(&folder).unwrap() <= LIMIT);
    }
}
