//! What the fuzz targets of all crates share.

use crate::Error;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::fmt::Debug;

/// Runs a future on a clock that stands still while anything else can go on.
///
/// # Panics
/// Where no runtime can be had.
pub fn block_on<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// Asserts that an error can be shown: it names its operation, it and its causes are short, and it moves no terminal's cursor.
///
/// # Panics
/// Where that is not so.
pub fn presentable(error: &Error) {
    let shown = error.to_string().replace("\r\n", "\n");
    let named = !error.operation().is_empty() && shown.starts_with(error.operation());
    assert!(named && shown.chars().count() < 20_000, "{shown:?}");
    let moves = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    assert!(!shown.contains(moves), "{shown:?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        assert!(cause.to_string().len() < 20_000);
        source = cause.source();
    }
}

/// A document of this kind, if it is one: it can be shown, and what is written of it reads again as it was. `also` looks at it.
///
/// # Panics
/// Where that is not so.
pub fn round_trip<T: DeserializeOwned + Serialize + Debug>(
    document: &Value,
    also: impl FnOnce(&T),
) {
    let Ok(read) = serde_json::from_value::<T>(document.clone()) else {
        return;
    };
    also(&read);
    let written = serde_json::to_value(&read).unwrap();
    let again: T = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), written);
    assert_eq!(format!("{again:?}"), format!("{read:?}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use std::time::Duration;

    #[derive(Debug, Deserialize, Serialize)]
    struct Kept {
        a: u8,
    }

    #[derive(Debug, Deserialize, Serialize)]
    struct Lost {
        #[serde(default, skip_serializing)]
        a: u8,
    }

    #[test]
    fn what_is_another_kind_of_document_is_left_alone() {
        let mut seen = 0;
        round_trip::<Kept>(&json!({"a": 1}), |kept| seen = kept.a);
        assert_eq!(seen, 1);
        round_trip::<Kept>(&json!({"b": 1}), |_| seen = 2);
        assert_eq!(seen, 1);
    }

    #[test]
    #[should_panic(expected = "Lost { a: 1 }")]
    fn what_is_not_written_is_missed() {
        round_trip::<Lost>(&json!({"a": 1}), |lost| assert_eq!(lost.a, 1));
    }

    #[test]
    fn time_that_nobody_needs_passes_at_once() {
        block_on(async { tokio::time::sleep(Duration::from_secs(86_400)).await });
    }
}
