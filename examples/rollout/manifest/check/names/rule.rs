//! What a service may ask of a name.

/// Where a name must be the only one of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Scope {
    /// In all of Azure: the name becomes part of a host name.
    Global,
    /// In its resource group.
    ResourceGroup,
    /// In its parent, which is the table of the file that the name is a key of.
    Parent,
    /// Groups may be named more than once in the file: it is the same group then.
    Shared,
}

/// What a service accepts as a name.
#[derive(Debug)]
pub(in super::super) struct NameRule {
    /// The thing, in words.
    pub(in super::super) what: &'static str,
    /// Its type, as Azure writes it.
    pub(in super::super) kind: &'static str,
    pub(in super::super) scope: Scope,
    pub(super) least: usize,
    pub(super) most: usize,
    letters: Letters,
    start: Edge,
    end: Edge,
    double_hyphen: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Letters {
    Alphanumeric,
    LowerAlphanumeric,
    LowerAlphanumericHyphen,
    AlphanumericHyphen,
    AlphanumericHyphenUnderscore,
    AlphanumericHyphenUnderscorePeriod,
    AlphanumericHyphenUnderscorePeriodParenthesis,
    AllBut(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Edge {
    Any,
    Letter,
    Alphanumeric,
    AlphanumericUnderscore,
    NoPeriodOrSpace,
}

impl Letters {
    fn accept(self, c: char) -> bool {
        match self {
            Self::Alphanumeric => c.is_ascii_alphanumeric(),
            Self::LowerAlphanumeric => c.is_ascii_lowercase() || c.is_ascii_digit(),
            Self::LowerAlphanumericHyphen => {
                c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
            }
            Self::AlphanumericHyphen => c.is_ascii_alphanumeric() || c == '-',
            Self::AlphanumericHyphenUnderscore => c.is_ascii_alphanumeric() || "-_".contains(c),
            Self::AlphanumericHyphenUnderscorePeriod => {
                c.is_ascii_alphanumeric() || "-_.".contains(c)
            }
            Self::AlphanumericHyphenUnderscorePeriodParenthesis => {
                c.is_ascii_alphanumeric() || "-_.()".contains(c)
            }
            Self::AllBut(not) => !c.is_control() && !not.contains(c),
        }
    }

    fn describe(self) -> String {
        match self {
            Self::Alphanumeric => "letters and digits".to_owned(),
            Self::LowerAlphanumeric => "small letters and digits".to_owned(),
            Self::LowerAlphanumericHyphen => "small letters, digits and hyphens".to_owned(),
            Self::AlphanumericHyphen => "letters, digits and hyphens".to_owned(),
            Self::AlphanumericHyphenUnderscore => {
                "letters, digits, hyphens and underscores".to_owned()
            }
            Self::AlphanumericHyphenUnderscorePeriod => {
                "letters, digits, hyphens, underscores and periods".to_owned()
            }
            Self::AlphanumericHyphenUnderscorePeriodParenthesis => {
                "letters, digits, hyphens, underscores, periods and parentheses".to_owned()
            }
            Self::AllBut(not) => format!("any characters but {not}"),
        }
    }
}

impl Edge {
    fn accept(self, c: Option<char>) -> bool {
        let Some(c) = c else { return true };
        match self {
            Self::Any => true,
            Self::Letter => c.is_ascii_alphabetic(),
            Self::Alphanumeric => c.is_ascii_alphanumeric(),
            Self::AlphanumericUnderscore => c.is_ascii_alphanumeric() || c == '_',
            Self::NoPeriodOrSpace => c != '.' && c != ' ',
        }
    }

    fn describe(self) -> Option<&'static str> {
        match self {
            Self::Any => None,
            Self::Letter => Some("a letter"),
            Self::Alphanumeric => Some("a letter or digit"),
            Self::AlphanumericUnderscore => Some("a letter, digit or underscore"),
            Self::NoPeriodOrSpace => Some("anything but a period or space"),
        }
    }
}

impl NameRule {
    pub(super) const fn new(
        what: &'static str,
        kind: &'static str,
        scope: Scope,
        lengths: (usize, usize),
        letters: Letters,
    ) -> Self {
        let (least, most) = lengths;
        Self {
            what,
            kind,
            scope,
            least,
            most,
            letters,
            start: Edge::Any,
            end: Edge::Any,
            double_hyphen: true,
        }
    }

    pub(super) const fn edges(mut self, start: Edge, end: Edge) -> Self {
        self.start = start;
        self.end = end;
        self
    }

    pub(super) const fn no_double_hyphen(mut self) -> Self {
        self.double_hyphen = false;
        self
    }

    /// What is wrong with a name, if something is.
    pub(super) fn fault(&self, name: &str) -> Option<String> {
        let length = name.chars().count();
        let wrong: String = name.chars().filter(|c| !self.letters.accept(*c)).collect();
        if length < self.least {
            Some(format!(
                "this name is too short ({length}) for {}",
                self.what
            ))
        } else if length > self.most {
            Some(format!(
                "this name is too long ({length}) for {}",
                self.what
            ))
        } else if !wrong.is_empty() {
            Some(format!(
                "{wrong:?} may not stand in the name of {}",
                self.what
            ))
        } else if !self.start.accept(name.chars().next()) {
            Some(format!("the name of {} may not begin so", self.what))
        } else if !self.end.accept(name.chars().next_back()) {
            Some(format!("the name of {} may not end so", self.what))
        } else if !self.double_hyphen && name.contains("--") {
            Some(format!(
                "the name of {} may not have two hyphens in a row",
                self.what
            ))
        } else {
            None
        }
    }

    /// What the service accepts, in words.
    pub(super) fn describe(&self) -> String {
        let mut text = format!(
            "expected are {} to {} characters: {}",
            self.least,
            self.most,
            self.letters.describe()
        );
        if let Some(start) = self.start.describe() {
            text.push_str(&format!(", beginning with {start}"));
        }
        if let Some(end) = self.end.describe() {
            text.push_str(&format!(", ending with {end}"));
        }
        if !self.double_hyphen {
            text.push_str(", no two hyphens in a row");
        }
        text
    }
}
