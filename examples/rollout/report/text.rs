//! Text on a terminal of eighty columns: wrapping, indents, colour.

use std::fmt::Write as _;

/// The width that everything must be readable at.
const WIDTH: usize = 80;

/// How a word is set off. Without colour it looks like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// A heading.
    Strong,
    /// Of lesser weight.
    Faint,
    /// Something is made or well.
    Good,
    /// Something changes or waits.
    Warn,
    /// Something is wrong.
    Bad,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "\u{1b}[1m",
            Self::Faint => "\u{1b}[2m",
            Self::Good => "\u{1b}[32m",
            Self::Warn => "\u{1b}[33m",
            Self::Bad => "\u{1b}[31m",
        }
    }
}

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// What failed, what waits for a person, and how it ended.
    Quiet,
    /// What a person wants to read.
    #[default]
    Normal,
    /// Every step, also one with nothing to do, and every request.
    Verbose,
}

/// Text under construction.
#[derive(Clone, Debug, Default)]
pub struct Text {
    out: String,
    colour: bool,
    detail: Detail,
}

impl Text {
    /// An empty text; colour only for a terminal whose owner wants it.
    pub fn new(colour: bool) -> Self {
        Self {
            colour,
            ..Self::default()
        }
    }

    /// With this much detail.
    #[must_use]
    pub fn with(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// How much is told.
    pub fn detail(&self) -> Detail {
        self.detail
    }

    /// An empty line, unless there is one already. At the beginning it parts this text from the one before.
    pub fn gap(&mut self) {
        if self.out != "\n" && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A heading on a line of its own.
    pub fn heading(&mut self, text: &str) {
        self.paragraph("", Tone::Strong, text);
    }

    /// Words wrapped at the width. `lead` begins the first line, the others are indented by its width.
    pub fn paragraph(&mut self, lead: &str, tone: Tone, text: &str) {
        self.marked(lead, Tone::Plain, tone, text);
    }

    /// As [`paragraph`](Self::paragraph), with a tone for the lead.
    pub fn marked(&mut self, lead: &str, lead_tone: Tone, tone: Tone, text: &str) {
        let indent = " ".repeat(lead.chars().count());
        let room = WIDTH.saturating_sub(indent.len()).max(20);
        for (number, line) in wrap(text, room).iter().enumerate() {
            if number == 0 {
                self.toned(lead_tone, lead);
            } else {
                self.out.push_str(&indent);
            }
            self.toned(tone, line);
            self.out.push('\n');
        }
    }

    /// A line that is not wrapped, because it will be copied.
    pub fn verbatim(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn toned(&mut self, tone: Tone, text: &str) {
        if self.colour && tone != Tone::Plain && !text.trim().is_empty() {
            let _ = write!(self.out, "{}{text}\u{1b}[0m", tone.code());
        } else {
            self.out.push_str(text);
        }
    }

    /// The finished text.
    pub fn finish(self) -> String {
        self.out
    }
}

/// Breaks at spaces; a word that is longer than a line stands alone on one, whole, so that it can be copied.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for given in text.lines() {
        let mut line = String::new();
        let mut width = 0;
        for word in given.split_whitespace() {
            let long = word.chars().count();
            if width > 0 && width + 1 + long > room {
                lines.push(std::mem::take(&mut line));
                width = 0;
            }
            if width > 0 {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += long;
        }
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// `1 check`, `2 checks`.
pub fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        many => format!("{many} {one}s"),
    }
}

/// Some names, each once, and how many more there are.
pub fn some<'n>(names: impl IntoIterator<Item = &'n str>, shown: usize) -> String {
    let mut seen = std::collections::HashSet::new();
    let names: Vec<_> = names
        .into_iter()
        .filter(|name| seen.insert(*name))
        .collect();
    let first = names.get(..shown.min(names.len())).unwrap_or_default();
    let list = first.join(", ");
    match names.len() - first.len() {
        0 => list,
        more => format!("{list} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_eighty_columns_but_a_long_word() {
        let mut text = Text::new(false);
        let long = "word ".repeat(60);
        text.paragraph("      ", Tone::Plain, &long);
        text.paragraph("  + ", Tone::Good, &"x".repeat(100));
        let done = text.finish();
        for line in done.lines().filter(|line| !line.contains("xxx")) {
            assert!(line.chars().count() <= 80, "{line}");
            assert!(line.starts_with("      word"), "{line}");
        }
        assert!(done.contains(&"x".repeat(100)), "it can be copied");
    }

    #[test]
    fn colour_only_where_it_is_wanted() {
        for (colour, escapes) in [(true, true), (false, false)] {
            let mut text = Text::new(colour);
            text.marked("  + ", Tone::Good, Tone::Plain, "a");
            assert_eq!(text.finish().contains('\u{1b}'), escapes);
        }
    }

    #[test]
    fn lists_end_somewhere() {
        assert_eq!(some(["a", "b", "c"], 2), "a, b and 1 more");
        assert_eq!(some(["a", "b", "a"], 2), "a, b");
        assert_eq!(some([], 2), "");
    }
}
