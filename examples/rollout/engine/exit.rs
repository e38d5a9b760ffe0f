//! How the process ends.

use std::process::ExitCode;

use serde::Serialize;

/// How the process ends, for those who call it from a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// 0: nothing to do, or all done.
    Done,
    /// 1: something failed, a verification included.
    Failure,
    /// 2: the plan has changes, or manual steps wait.
    Changes,
    /// 64: it was called wrongly.
    Usage,
    /// 130: the user stopped it.
    Stopped,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failure => 1,
            Self::Changes => 2,
            Self::Usage => 64,
            Self::Stopped => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn scripts_may_rely_on_the_numbers() {
        let all = [
            Exit::Done,
            Exit::Failure,
            Exit::Changes,
            Exit::Usage,
            Exit::Stopped,
        ];
        assert_eq!(all.map(Exit::code), [0, 1, 2, 64, 130]);
    }
}
