//! What was found, and what could not be seen: of one cause it is said once, however many questions it leaves open.

use rhc_core::Error;

use super::Finding;

/// The code of what could not be seen.
pub(super) const NOT_SEEN: &str = "not-seen";

/// What a look has come to so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    findings: Vec<Finding>,
    unseen: Vec<Unseen>,
}

/// Questions that one cause leaves open.
#[derive(Debug)]
struct Unseen {
    why: String,
    way_out: String,
    source: &'static str,
    questions: Vec<String>,
}

impl Found {
    /// Something that will not work, or not as one might think.
    pub(super) fn say(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// A question that stays open, why, what can be done about that, and the page that says what the question is about.
    pub(super) fn unseen(
        &mut self,
        question: impl Into<String>,
        why: impl Into<String>,
        way_out: impl Into<String>,
        source: &'static str,
    ) {
        let (question, why) = (question.into(), why.into());
        match self.unseen.iter_mut().find(|own| own.why == why) {
            Some(known) if known.questions.contains(&question) => {}
            Some(known) => known.questions.push(question),
            None => self.unseen.push(Unseen {
                why,
                way_out: way_out.into(),
                source,
                questions: vec![question],
            }),
        }
    }

    /// A question that stays open because this request failed.
    pub(super) fn failed(
        &mut self,
        question: impl Into<String>,
        who: &str,
        error: &Error,
        source: &'static str,
    ) {
        let (why, way_out) = cause(who, error);
        self.unseen(question, why, way_out, source);
    }

    /// Whether something was said of a vault with this name: that a deleted one has it.
    pub(super) fn names(&self, vault: &str) -> bool {
        let mut all = self.findings.iter();
        all.any(|one| one.code.contains("vault") && one.what.split(' ').any(|word| word == vault))
    }

    /// All of it, what could not be seen last.
    pub(super) fn done(mut self) -> Vec<Finding> {
        self.findings
            .extend(self.unseen.into_iter().map(Unseen::finding));
        self.findings
    }
}

impl Unseen {
    fn finding(self) -> Finding {
        let Self {
            why,
            way_out,
            source,
            questions,
        } = self;
        let count = match questions.len() {
            1 => "one thing".to_owned(),
            many => format!("{many} things"),
        };
        let what = format!(
            "not seen: {why}; so {count} cannot be foreseen: {}",
            questions.join("; ")
        );
        Finding::note(NOT_SEEN, source, what, way_out)
    }
}

/// Why a request failed, in words that are the same for every request that failed for this reason.
fn cause(who: &str, error: &Error) -> (String, &'static str) {
    let code = error
        .code()
        .map(|code| format!(" {code}"))
        .unwrap_or_default();
    if error.is_forbidden() || error.is_unauthorized() {
        let status = error.status().unwrap_or(401);
        return (
            format!("whoever signed in to {who} may not read it ({status}{code})"),
            "give him the right to read; without it a problem shows at the step that meets it",
        );
    }
    let why = match error.status() {
        Some(status) => format!("{who} answered {status}{code}"),
        None => format!("{who} could not be asked ({})", error.message()),
    };
    (
        why,
        "run the same command again; a problem shows at the step that meets it otherwise",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preflight::{Severity, pages};
    use rhc_core::ErrorKind;

    fn refused(operation: &str, status: u16) -> Error {
        Error::new(ErrorKind::Status, operation, "no").with_status(status, Some(operation.into()))
    }

    #[test]
    fn what_one_cause_hides_is_said_on_one_line_with_its_count() {
        let mut found = Found::default();
        let page = pages::ROLES;
        for (question, status) in [("the first", 403), ("the second", 403), ("the third", 503)] {
            found.failed(question, "'database'", &refused(question, status), page);
        }
        found.failed("the second", "'database'", &refused("again", 403), page);
        let all = found.done();
        let [first, second] = &all[..] else {
            panic!("{all:?}");
        };
        assert_eq!((first.code, first.severity), (NOT_SEEN, Severity::Note));
        let words = "may not read it (403); so 2 things cannot be foreseen: the first; the second";
        assert!(first.what.ends_with(words), "{first:?}");
        assert!(
            second.what.contains("answered 503; so one thing"),
            "{second:?}"
        );
    }
}
