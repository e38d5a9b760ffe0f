//! Where words go: people's to standard output, or to standard error when a script reads the output.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::failure::CliError;
use crate::report::{Detail, Text, Tone};

/// One output of the program. Cheap to clone; clones share it.
#[derive(Clone)]
pub(super) struct Voice(Arc<Mutex<Mouth>>);

struct Mouth {
    to: Box<dyn Write + Send>,
    /// Whether anything was said; what comes first needs no line above it.
    spoke: bool,
    /// Lines at the lower end of a terminal that are replaced again and again.
    live: Option<Live>,
}

struct Live {
    all: MultiProgress,
    lines: Vec<ProgressBar>,
}

impl Voice {
    fn new(to: Box<dyn Write + Send>) -> Self {
        Self(Arc::new(Mutex::new(Mouth {
            to,
            spoke: false,
            live: None,
        })))
    }

    fn mouth(&self) -> MutexGuard<'_, Mouth> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where nobody listens any more, nothing is said and the work goes on.
    pub(super) fn say(&self, text: &str) {
        let mouth = &mut *self.mouth();
        let text = if mouth.spoke {
            text
        } else {
            text.trim_start_matches('\n')
        };
        mouth.spoke |= !text.is_empty();
        let to = &mut mouth.to;
        let mut write = || to.write_all(text.as_bytes()).and_then(|()| to.flush());
        let _ = match &mouth.live {
            Some(live) => live.all.suspend(write),
            None => write(),
        };
    }
}

impl Write for Voice {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.mouth().to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.mouth().to.flush()
    }
}

/// Both outputs of the program.
pub struct Console {
    out: Voice,
    err: Voice,
    colour: bool,
    /// Whether a script reads standard output, and people standard error.
    script: bool,
    /// Whether that script wants one document.
    json: bool,
    variables: Variables,
    detail: Detail,
    /// How the person calls this program.
    program: Program,
    out_terminal: bool,
    err_terminal: bool,
}

/// The environment variables.
struct Variables(Box<Lookup>);

type Lookup = dyn Fn(&str) -> Option<OsString> + Send;

/// How a program of this package is called.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Program {
    /// By cargo, from the repository.
    Cargo,
    /// By this name.
    Itself(String),
}

impl Console {
    /// The process's own.
    pub fn standard() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        // A terminal that cannot move its cursor is written to like a file.
        let smart = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let [out, err] = [io::stdout().is_terminal(), io::stderr().is_terminal()];
        // https://bixense.com/clicolors: colours through a pipe, for a pager or a picture.
        let forced = std::env::var_os("CLICOLOR_FORCE")
            .is_some_and(|value| value != "0" && !value.is_empty());
        Self {
            colour: wanted && (forced || smart && out),
            out_terminal: out && smart,
            err_terminal: err && smart,
            variables: Variables(Box::new(|name| std::env::var_os(name))),
            ..Self::to(Box::new(io::stdout()), Box::new(io::stderr()))
        }
    }

    /// Others, for tests; without colour.
    pub fn to(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        Self {
            out: Voice::new(out),
            err: Voice::new(err),
            colour: false,
            script: false,
            json: false,
            variables: Variables(Box::new(|_| None)),
            detail: Detail::Normal,
            program: Program::Cargo,
            out_terminal: false,
            err_terminal: false,
        }
    }

    /// The same with these environment variables.
    #[must_use]
    pub fn with_variables(mut self, given: &[(&str, &str)]) -> Self {
        let given: Vec<(String, OsString)> = given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
            .collect();
        self.variables = Variables(Box::new(move |wanted| {
            let found = given.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone())
        }));
        self
    }

    /// What the environment says, where it says something.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        (self.variables.0)(name).filter(|value| !value.is_empty())
    }

    /// From now on a script reads the output, and wants one document.
    pub(super) fn for_script(&mut self) {
        self.json = true;
        let _ = self.script();
    }

    /// Gives standard output to a script. People read standard error from now on.
    pub(super) fn script(&mut self) -> Voice {
        self.script = true;
        self.colour = false;
        self.out.clone()
    }

    /// From now on this much is told.
    pub(super) fn tell(&mut self, detail: Detail) {
        self.detail = detail;
    }

    /// How much is told.
    pub(super) fn detail(&self) -> Detail {
        self.detail
    }

    /// Remembers how the person called the program.
    pub(super) fn called(&mut self, name: &Path) {
        let folder = name.parent().and_then(Path::file_name);
        self.program = if folder.is_some_and(|folder| folder == "examples") {
            Program::Cargo
        } else {
            Program::Itself(name.display().to_string())
        };
    }

    /// How the person calls a program of this package.
    pub(super) fn program(&self, name: &str) -> String {
        match &self.program {
            Program::Itself(own) if Path::new(own).file_stem().is_some_and(|stem| stem == name) => {
                own.clone()
            }
            Program::Itself(_) | Program::Cargo => format!("cargo run --example {name} --"),
        }
    }

    /// Whether words may be coloured.
    pub(super) fn colour(&self) -> bool {
        self.colour
    }

    /// A text to be filled and said.
    pub(super) fn text(&self) -> Text {
        Text::new(self.colour).with(self.detail)
    }

    /// Where words for the person who reads along go.
    pub(super) fn voice(&self) -> &Voice {
        if self.script { &self.err } else { &self.out }
    }

    /// Words for the person who reads along.
    pub(super) fn say(&mut self, text: &str) {
        self.voice().say(text);
    }

    /// A finished text.
    pub(super) fn show(&mut self, text: Text) {
        self.say(&text.finish());
    }

    /// One line.
    pub(super) fn line(&mut self, words: &str) {
        let mut text = self.text();
        text.paragraph("", Tone::Plain, words);
        self.show(text);
    }

    /// One line that whoever wants little to read does not need.
    pub(super) fn aside(&mut self, words: &str) {
        if self.detail > Detail::Quiet {
            self.line(words);
        }
    }

    /// Whether lines at the lower end of a terminal can be replaced again and again.
    pub(super) fn begin_live(&mut self) -> bool {
        let terminal = if self.script {
            self.err_terminal
        } else {
            self.out_terminal
        };
        if !terminal || self.detail == Detail::Quiet {
            return false;
        }
        let target = if self.script {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::stdout()
        };
        self.voice().mouth().live = Some(Live {
            all: MultiProgress::with_draw_target(target),
            lines: Vec::new(),
        });
        true
    }

    /// Replaces the live lines.
    pub(super) fn live(&mut self, lines: &[String]) {
        let mouth = &mut *self.voice().mouth();
        let Some(live) = &mut mouth.live else { return };
        while live.lines.len() > lines.len() {
            if let Some(bar) = live.lines.pop() {
                bar.finish_and_clear();
                live.all.remove(&bar);
            }
        }
        while live.lines.len() < lines.len() {
            // Only a template with a mistake in it is refused, and this one has none.
            let style = ProgressStyle::with_template("{msg}");
            let bar = live.all.add(ProgressBar::no_length());
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            live.lines.push(bar);
        }
        for (bar, line) in live.lines.iter().zip(lines) {
            bar.set_message(line.clone());
        }
    }

    /// Takes the live lines away.
    pub(super) fn end_live(&mut self) {
        if let Some(live) = self.voice().mouth().live.take() {
            let _ = live.all.clear();
        }
    }

    /// The one document of a script.
    pub(super) fn document(&mut self, document: &impl Serialize) {
        if self.json
            && let Ok(mut text) = serde_json::to_string_pretty(document)
        {
            text.push('\n');
            self.out.say(&text);
        }
    }

    /// Why the program ends early; a script gets it as its document.
    pub(super) fn error(&mut self, error: &CliError) {
        let mut text = Text::new(false);
        match &error.shown {
            Some(shown) if self.err_terminal => self.raw_error(shown),
            // Lines that begin with a place in a file stay whole, for editors and for searching.
            Some(_) => self.raw_error(&format!("{}\n", error.message)),
            None => text.paragraph("error: ", Tone::Plain, &error.message),
        }
        if let Some(help) = &error.help {
            text.paragraph("help:  ", Tone::Plain, help);
        }
        self.end_live();
        self.err.say(&text.finish());
        self.document(&serde_json::json!({
            "error": { "message": error.message, "help": error.help },
            "preflight": error.preflight,
            "exit": error.exit.code(),
        }));
    }

    /// Text that is printed as it is on standard error.
    pub(super) fn raw_error(&mut self, text: &str) {
        self.err.say(text);
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("colour", &self.colour)
            .field("json", &self.json)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Exit;
    use crate::preflight::Finding;
    use std::sync::{Arc, Mutex, PoisonError};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_script_learns_what_stood_in_the_way() {
        let (out, err) = (Kept::default(), Kept::default());
        let mut console = Console::to(Box::new(out.clone()), Box::new(err.clone()));
        console.for_script();
        console.say("for people");
        console.error(&CliError {
            preflight: vec![Finding::stop(
                "tenant-absent",
                "https://learn.microsoft.com/",
                "there is none",
                "correct it",
            )],
            ..CliError::failed("nothing was done", "see above")
        });
        let out = out.0.lock().unwrap().clone();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(document["exit"], Exit::Failure.code());
        assert_eq!(document["preflight"][0]["code"], "tenant-absent");
        assert_eq!(document["preflight"][0]["severity"], "stop");
        let err = String::from_utf8(err.0.lock().unwrap().clone()).unwrap();
        assert!(
            err.starts_with("for people") && err.contains("see above"),
            "{err}"
        );
    }

    #[test]
    fn commands_are_shown_as_the_person_calls_the_program() {
        let mut console = Console::to(Box::new(io::sink()), Box::new(io::sink()));
        let cargo = "cargo run --example qa_rollout --";
        assert_eq!(console.program("qa_rollout"), cargo);
        console.called(Path::new("target/debug/examples/qa_rollout"));
        assert_eq!(console.program("qa_rollout"), cargo);
        console.called(Path::new("/usr/local/bin/qa_rollout"));
        assert_eq!(console.program("qa_rollout"), "/usr/local/bin/qa_rollout");
        let other = "cargo run --example embedded_cloud --";
        assert_eq!(console.program("embedded_cloud"), other);
    }

    #[test]
    fn nobody_listening_stops_nothing() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let mut console = Console::to(Box::new(Gone), Box::new(Gone));
        console.line("a");
        console.error(&CliError::stopped());
    }
}
