//! Statements about the session itself: what drivers send when they have logged in.

use std::time::Duration;

use crate::session::SqlError;

use super::super::lexer::Token;
use super::{Parsed, Parser, wrong};

/// Options that are on or off and change nothing here.
/// Source: [SET statements](https://learn.microsoft.com/sql/t-sql/statements/set-statements-transact-sql).
const SWITCHES: &[&str] = &[
    "ANSI_DEFAULTS",
    "ANSI_NULL_DFLT_OFF",
    "ANSI_NULL_DFLT_ON",
    "ANSI_NULLS",
    "ANSI_PADDING",
    "ANSI_WARNINGS",
    "ARITHABORT",
    "ARITHIGNORE",
    "CONCAT_NULL_YIELDS_NULL",
    "CURSOR_CLOSE_ON_COMMIT",
    "NOCOUNT",
    "NUMERIC_ROUNDABORT",
    "QUOTED_IDENTIFIER",
];
/// Options with a number or a word.
const VALUES: &[&str] = &[
    "DATEFIRST",
    "DATEFORMAT",
    "DEADLOCK_PRIORITY",
    "LANGUAGE",
    "LOCK_TIMEOUT",
    "TEXTSIZE",
];
const ISOLATION: &[&[&str]] = &[
    &["READ", "UNCOMMITTED"],
    &["READ", "COMMITTED"],
    &["REPEATABLE", "READ"],
    &["SNAPSHOT"],
    &["SERIALIZABLE"],
];

impl Parser<'_> {
    /// After `SET`.
    pub(super) fn set(&mut self) -> Result<Parsed, SqlError> {
        if self.word("XACT_ABORT") {
            return self.on_or_off().map(Parsed::XactAbort);
        }
        if self.word("IMPLICIT_TRANSACTIONS") {
            return self.on_or_off().map(Parsed::Implicit);
        }
        if self.word("TRANSACTION") {
            self.expect("ISOLATION")?;
            self.expect("LEVEL")?;
            for level in ISOLATION {
                let mut ahead = self.rest.clone();
                if level
                    .iter()
                    .all(|word| ahead.next().is_some_and(|token| token.is(word)))
                {
                    self.rest = ahead;
                    return Ok(Parsed::Set);
                }
            }
            return Err(self.wrong());
        }
        for option in VALUES {
            if self.word(option) {
                self.mark('-');
                return match self.rest.next() {
                    Some(Token::Word(_) | Token::Text(_)) => Ok(Parsed::Set),
                    other => Err(wrong(other)),
                };
            }
        }
        // Several may stand before one ON or OFF.
        loop {
            if !SWITCHES.iter().any(|option| self.word(option)) {
                return Err(self.wrong());
            }
            if !self.mark(',') {
                return self.on_or_off().map(|_| Parsed::Set);
            }
        }
    }

    fn on_or_off(&mut self) -> Result<bool, SqlError> {
        if self.word("ON") {
            return Ok(true);
        }
        self.expect("OFF")?;
        Ok(false)
    }

    /// After `IF`: before one statement, only `@@TRANCOUNT > 0`, as ODBC asks, and whether a principal is missing.
    pub(super) fn condition(&mut self) -> Result<Parsed, SqlError> {
        let missing = if self.word("DATABASE_PRINCIPAL_ID") {
            self.marks("(")?;
            if self.text_follows() {
                self.expect("N")?;
            }
            let name = self.text()?;
            self.marks(")")?;
            self.expect("IS")?;
            self.expect("NULL")?;
            Some(name)
        } else {
            self.expect("@@TRANCOUNT")?;
            self.marks(">")?;
            self.expect("0")?;
            None
        };
        if self.peek().is_some_and(|token| token.is("IF")) {
            return Err(self.wrong());
        }
        let then = Box::new(self.statement()?);
        Ok(match missing {
            Some(name) => Parsed::IfMissing { name, then },
            None => Parsed::IfOpen(then),
        })
    }

    /// After `WAITFOR`.
    pub(super) fn wait(&mut self) -> Result<Parsed, SqlError> {
        self.expect("DELAY")?;
        let text = self.text()?;
        delay(&text).map(Parsed::Wait).ok_or_else(|| {
            let message =
                format!("Incorrect time syntax in time string '{text}' used with WAITFOR.");
            super::lexer::syntax(148, message)
        })
    }
}

/// `hh:mm[:ss[.mmm]]`, of less than a day.
fn delay(text: &str) -> Option<Duration> {
    let (text, millis) = match text.split_once('.') {
        None => (text, 0),
        Some((text, fraction))
            if (1..=3).contains(&fraction.len())
                && fraction.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            let digits: u64 = fraction.parse().ok()?;
            (
                text,
                digits * 10_u64.pow(3 - u32::try_from(fraction.len()).ok()?),
            )
        }
        Some(_) => return None,
    };
    if !text.contains(':') || text.matches(':').count() > 2 {
        return None;
    }
    let mut parts = text.split(':');
    let mut part = |most: u64| {
        let text = parts.next().unwrap_or("0");
        let digits =
            (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>().ok().filter(|own| digits && *own < most)
    };
    let seconds = part(24)? * 3600 + part(60)? * 60 + part(60)?;
    Some(Duration::from_secs(seconds) + Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::super::batch;
    use super::*;

    #[test]
    fn what_drivers_send_at_login_is_taken() {
        // tedious sends these, one a line.
        let text = "set ansi_nulls on\nset ansi_null_dflt_on on\nset ansi_padding on\nset ansi_warnings on\n\
                    set arithabort on\nset concat_null_yields_null on\nset cursor_close_on_commit off\n\
                    set datefirst 7\nset dateformat mdy\nset implicit_transactions off\nset language us_english\n\
                    set numeric_roundabort off\nset quoted_identifier on\nset textsize 2147483647\n\
                    set transaction isolation level read committed\nset xact_abort off";
        let read = batch(text).unwrap();
        assert_eq!(read.len(), 16);
        assert_eq!(read[9], Parsed::Implicit(false));
        assert_eq!(read[15], Parsed::XactAbort(false));
        let odbc = batch("IF @@TRANCOUNT > 0 ROLLBACK TRAN").unwrap();
        assert_eq!(odbc, [Parsed::IfOpen(Box::new(Parsed::Rollback))]);
        assert_eq!(
            batch("SET ANSI_NULLS, ANSI_PADDING ON").unwrap(),
            [Parsed::Set]
        );
        assert_eq!(batch("SET LOCK_TIMEOUT -1").unwrap(), [Parsed::Set]);
    }

    #[test]
    fn options_that_are_not_known_are_refused() {
        for (text, near) in [
            ("SET SHOWPLAN_ALL ON", "SHOWPLAN_ALL"),
            ("SET NOCOUNT 1", "1"),
            ("SET ANSI_NULLS, ON", "ON"),
            ("SET TRANSACTION ISOLATION LEVEL CHAOS", "CHAOS"),
            ("SET TEXTSIZE", ""),
            ("IF 1 > 0 COMMIT TRAN", "1"),
            ("IF @@TRANCOUNT > 0 IF @@TRANCOUNT > 0 COMMIT TRAN", "IF"),
            ("WAITFOR TIME '10:00'", "TIME"),
        ] {
            let error = batch(text).unwrap_err();
            assert_eq!(error.message, format!("Incorrect syntax near '{near}'."));
        }
    }

    #[test]
    fn a_delay_is_a_time_of_day() {
        let millis = |text| delay(text).map(|delay| delay.as_millis());
        assert_eq!(millis("00:00:30"), Some(30_000));
        assert_eq!(millis("01:02"), Some(3_720_000));
        assert_eq!(millis("00:00:00.5"), Some(500));
        for bad in [
            "",
            "5",
            "24:00",
            "0:60",
            "a:b",
            "1:2:3:4",
            "00:00:01.1234",
            "+1:00",
            "00:00:01.-1",
        ] {
            assert_eq!(millis(bad), None, "{bad}");
        }
        assert_eq!(batch("WAITFOR DELAY '99:99'").unwrap_err().number, 148);
    }
}
