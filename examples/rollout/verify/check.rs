//! What a check is.

use std::fmt;

use async_trait::async_trait;

use super::context::Context;
use super::report::{Vantage, Verdict};
use crate::engine::{StepError, TenantKey};

/// A question about the finished environment that no single step can answer. It only reads, but that an app's probe is
/// started.
#[async_trait]
pub trait Check: Send + Sync {
    /// The same in every run: vantage, subject, object.
    fn id(&self) -> String;

    /// What is claimed, in one sentence.
    fn title(&self) -> String;

    /// The tenant that it is about.
    fn tenant(&self) -> TenantKey;

    /// From where it looks.
    fn vantage(&self) -> Vantage;

    /// Why it matters.
    fn why(&self) -> String;

    /// Looks.
    ///
    /// # Errors
    /// When it could not: then nothing is proven.
    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven>;
}

/// Why a check could not look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproven(pub String);

impl Unproven {
    /// For this reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unproven {}

impl From<StepError> for Unproven {
    fn from(error: StepError) -> Self {
        let message = error.full_message();
        Self(match error.remedy_text() {
            Some(remedy) => format!("{message} ({remedy})"),
            None => message,
        })
    }
}

impl From<rhc_core::Error> for Unproven {
    fn from(error: rhc_core::Error) -> Self {
        StepError::from(error).into()
    }
}
