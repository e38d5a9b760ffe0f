//! Where words go: people's to standard output, or to standard error when a script reads the output.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::failure::CliError;
use crate::report::{Text, Tone};

/// Both outputs of the program.
pub struct Console {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    colour: bool,
    json: bool,
    /// Whether standard error is a terminal.
    terminal: bool,
}

impl Console {
    /// The process's own.
    pub fn standard() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            colour: wanted && io::stdout().is_terminal(),
            json: false,
            terminal: io::stderr().is_terminal(),
        }
    }

    /// Others, for tests; without colour.
    pub fn to(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        Self {
            out,
            err,
            colour: false,
            json: false,
            terminal: false,
        }
    }

    /// From now on a script reads the output.
    pub(super) fn for_script(&mut self) {
        self.json = true;
        self.colour = false;
    }

    /// Whether words may be coloured.
    pub(super) fn colour(&self) -> bool {
        self.colour
    }

    /// A text to be filled and said.
    pub(super) fn text(&self) -> Text {
        Text::new(self.colour)
    }

    /// Words for the person who reads along. Where nobody listens any more, nothing is said and the work goes on.
    pub(super) fn say(&mut self, text: &str) {
        let to = if self.json {
            &mut self.err
        } else {
            &mut self.out
        };
        let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
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

    /// The one document of a script.
    pub(super) fn document(&mut self, document: &impl Serialize) {
        if self.json
            && let Ok(mut text) = serde_json::to_string_pretty(document)
        {
            text.push('\n');
            let _ = self
                .out
                .write_all(text.as_bytes())
                .and_then(|()| self.out.flush());
        }
    }

    /// Why the program ends early; a script gets it as its document.
    pub(super) fn error(&mut self, error: &CliError) {
        let mut text = Text::new(false);
        match &error.shown {
            Some(shown) if self.terminal => self.raw_error(shown),
            // Lines that begin with a place in a file stay whole, for editors and for searching.
            Some(_) => self.raw_error(&format!("{}\n", error.message)),
            None => text.paragraph("error: ", Tone::Plain, &error.message),
        }
        if let Some(help) = &error.help {
            text.paragraph("help:  ", Tone::Plain, help);
        }
        let text = text.finish();
        let _ = self.err.write_all(text.as_bytes());
        let _ = self.err.flush();
        self.document(&serde_json::json!({
            "error": { "message": error.message, "help": error.help },
            "preflight": error.preflight,
            "exit": error.exit.code(),
        }));
    }

    /// Text that is printed as it is on standard error.
    pub(super) fn raw_error(&mut self, text: &str) {
        let _ = self
            .err
            .write_all(text.as_bytes())
            .and_then(|()| self.err.flush());
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
