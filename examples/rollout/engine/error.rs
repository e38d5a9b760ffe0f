//! Why a step could not do its work, and what may be done about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::values::Placeholder;

/// Why a step could not do its work, with the way out.
///
/// A step tells the engine three things besides the message: whether the write may have happened all the same
/// ([`unknown_fate`](Self::unknown_fate)), whether it is worth repeating ([`retry_after`](Self::retry_after)), and
/// whether only a person can go on ([`manual`](Self::manual)).
#[derive(Clone)]
pub struct StepError {
    message: String,
    remedy: Option<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    nature: Nature,
    unknown_fate: bool,
    contradiction: bool,
    brief: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Nature {
    Failed,
    Retry(Option<Duration>),
    Manual(Vec<String>),
    NotKnownYet(Placeholder),
    JournalBroken,
    Stopped,
    Bug,
}

impl StepError {
    /// The service, or the step itself, refused: nothing was changed, and repeating it would not help.
    pub fn new(message: impl Into<String>) -> Self {
        Self::of(Nature::Failed, message)
    }

    /// A mistake in this program; the message is followed by the request to report it.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::of(Nature::Bug, message)
            .remedy("this is a mistake in the rollout: please report it with this message")
    }

    /// Only a person can do it: the step becomes a manual one, and the run looks again until he has done it.
    pub fn manual(message: impl Into<String>, instructions: Vec<String>) -> Self {
        Self::of(Nature::Manual(instructions), message)
    }

    pub(super) fn not_known_yet(placeholder: Placeholder) -> Self {
        let message = format!(
            "{} of {} is not known yet",
            placeholder.name, placeholder.key
        );
        Self::of(Nature::NotKnownYet(placeholder), message)
    }

    /// Nothing may be written any more, because it could not be recorded.
    pub(super) fn journal_broken(message: impl Into<String>) -> Self {
        Self::of(Nature::JournalBroken, message)
    }

    /// The user stopped the run before this could be done.
    pub(super) fn stopped() -> Self {
        Self::of(Nature::Stopped, "the run was stopped")
    }

    fn of(nature: Nature, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            remedy: None,
            source: None,
            nature,
            unknown_fate: false,
            contradiction: false,
            brief: false,
        }
    }

    /// Says what the reader can do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// It is worth repeating, after that time or when the engine sees fit: a principal that is not replicated yet, a
    /// resource that another operation holds.
    #[must_use]
    pub fn retry_after(mut self, after: Option<Duration>) -> Self {
        self.nature = Nature::Retry(after);
        self
    }

    /// It is worth repeating for some minutes and no longer: what has not passed by then will not pass by itself.
    #[must_use]
    pub fn briefly(mut self) -> Self {
        self.brief = true;
        self.retry_after(None)
    }

    /// What is for a person is tried some times first: a permission that was just given may not count yet.
    #[must_use]
    pub fn after_some_tries_if(mut self, may_pass: bool) -> Self {
        self.brief |= may_pass;
        self
    }

    /// The request may have been carried out although no good answer came: the engine looks before it repeats it.
    #[must_use]
    pub fn unknown_fate(mut self) -> Self {
        self.unknown_fate = true;
        self
    }

    /// What is there contradicts the environment file, which is more than not to have seen it: a verification counts it as
    /// failed, and every other error as not proven.
    #[must_use]
    pub fn contradicts_file(mut self) -> Self {
        self.contradiction = true;
        self
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the reader can do about it.
    pub fn remedy_text(&self) -> Option<&str> {
        self.remedy.as_deref()
    }

    /// Whether the write may have happened.
    pub fn is_unknown_fate(&self) -> bool {
        self.unknown_fate
    }

    /// Whether what is there contradicts the environment file.
    pub fn is_contradiction(&self) -> bool {
        self.contradiction
    }

    /// Whether it is worth repeating.
    pub fn is_retriable(&self) -> bool {
        matches!(self.nature, Nature::Retry(_))
    }

    /// Whether it is worth repeating for some minutes only.
    pub(super) fn is_brief(&self) -> bool {
        self.brief
    }

    /// Whether it is for a person, once some tries have failed.
    pub(super) fn may_pass_before_a_person(&self) -> bool {
        self.brief && matches!(self.nature, Nature::Manual(_))
    }

    /// Whether it is only that somebody stopped the run.
    pub fn is_stopped(&self) -> bool {
        self.nature == Nature::Stopped
    }

    /// Whether it is only that an input does not exist yet.
    pub fn is_not_known_yet(&self) -> bool {
        matches!(self.nature, Nature::NotKnownYet(_))
    }

    pub(super) fn nature(&self) -> &Nature {
        &self.nature
    }

    /// The message with the causes below it, on one line, for reports.
    pub fn full_message(&self) -> String {
        let mut text = self.message.clone();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepError")
            .field("message", &self.message)
            .field("nature", &self.nature)
            .field("unknown_fate", &self.unknown_fate)
            .field("contradiction", &self.contradiction)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for StepError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}
