//! What an application's certificates mean: which are ours, which counts, which is due.

use rhc_graph::KeyCredential;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// When a certificate is replaced, and for how long the one before stays beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rotation {
    /// So long before its end.
    pub(super) renew: Duration,
    /// So long after the new one began.
    pub(super) overlap: Duration,
}

/// The certificates of an application at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judged {
    /// The one that counts for longest, if it is one of ours.
    pub(super) newest: Option<KeyCredential>,
    /// Ours that are needed beside it: programs that run have not changed over yet.
    pub(super) beside: Vec<KeyCredential>,
    /// Ours that have had their time.
    pub(super) superseded: Vec<KeyCredential>,
    /// Not ours.
    pub(super) unknown: Vec<KeyCredential>,
    /// Whether the newest must be replaced.
    pub(super) due: bool,
}

/// What a certificate of ours is called in the directory: its vault, its name, its version.
pub(super) fn called(vault: &str, name: &str, version: &str) -> String {
    format!("{vault}/{name}/{version}")
}

/// The version, if a credential is of this certificate.
pub(super) fn version<'c>(
    credential: &'c KeyCredential,
    vault: &str,
    name: &str,
) -> Option<&'c str> {
    let own = credential.display_name.as_deref()?;
    let rest = own.strip_prefix(vault)?.strip_prefix('/')?;
    let version = rest.strip_prefix(name)?.strip_prefix('/')?;
    let is_version = version.len() == 32 && version.chars().all(|c| c.is_ascii_hexdigit());
    let proves = credential.usage.as_deref() == Some("Verify")
        && credential.kind.as_deref() == Some("AsymmetricX509Cert");
    (is_version && proves).then_some(version)
}

pub(super) fn end(credential: &KeyCredential) -> Option<OffsetDateTime> {
    moment(credential.end_date_time.as_deref()?)
}

fn start(credential: &KeyCredential) -> Option<OffsetDateTime> {
    moment(credential.start_date_time.as_deref()?)
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

pub(super) fn judge(
    all: Vec<KeyCredential>,
    vault: &str,
    name: &str,
    now: OffsetDateTime,
    rotation: Rotation,
) -> Judged {
    let (mut ours, unknown): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|credential| version(credential, vault, name).is_some());
    ours.sort_by_key(|credential| std::cmp::Reverse(end(credential)));
    let mut ours = ours.into_iter();
    let newest = ours.next();
    let due = newest
        .as_ref()
        .and_then(end)
        .is_none_or(|end| end - now < rotation.renew);
    let settled = newest
        .as_ref()
        .and_then(start)
        .and_then(|start| start.checked_add(rotation.overlap))
        .is_some_and(|settles| settles <= now);
    let (superseded, beside) =
        ours.partition(|old| settled || end(old).is_none_or(|end| end <= now));
    Judged {
        newest,
        beside,
        superseded,
        unknown,
        due,
    }
}

/// What the step wants to see.
pub(super) fn wanted(vault: &str, name: &str) -> Value {
    json!({
        "certificate": format!("{vault}/{name}"),
        "rotation": "not due",
        "superseded": [],
        "unknown": [],
    })
}

impl Judged {
    /// What the step sees.
    pub(super) fn document(&self, vault: &str, name: &str) -> Value {
        let called = |all: &[KeyCredential]| -> Vec<String> { all.iter().map(describe).collect() };
        let rotation = match &self.newest {
            Some(_) if !self.due => "not due".to_owned(),
            Some(newest) => format!(
                "due: it ends on {}",
                newest.end_date_time.as_deref().unwrap_or("an unknown day")
            ),
            None => "due: there is none".to_owned(),
        };
        json!({
            "certificate": self.newest.as_ref().map(|_| format!("{vault}/{name}")),
            "rotation": rotation,
            "superseded": called(&self.superseded),
            "unknown": called(&self.unknown),
        })
    }
}

/// A credential for a person: its name or id, and until when it counts.
pub(super) fn describe(credential: &KeyCredential) -> String {
    let id = credential
        .key_id
        .map_or_else(|| "without a name".to_owned(), |id| id.to_string());
    format!(
        "{} (until {})",
        credential.display_name.as_deref().unwrap_or(&id),
        credential
            .end_date_time
            .as_deref()
            .unwrap_or("an unknown day")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const ROTATION: Rotation = Rotation {
        renew: Duration::days(30),
        overlap: Duration::days(7),
    };

    fn credential(version: char, start: &str, end: &str) -> KeyCredential {
        let version: String = std::iter::repeat_n(version, 32).collect();
        KeyCredential {
            start_date_time: Some(format!("{start}T00:00:00Z")),
            end_date_time: Some(format!("{end}T00:00:00Z")),
            ..KeyCredential::certificate(called("kv", "web", &version), "MII")
        }
    }

    fn judged(all: &[KeyCredential], now: OffsetDateTime) -> Judged {
        judge(all.to_vec(), "kv", "web", now, ROTATION)
    }

    #[test]
    fn it_is_due_thirty_days_before_its_end_and_not_a_day_earlier() {
        let all = [credential('a', "2026-01-01", "2027-01-01")];
        assert!(!judged(&all, datetime!(2026-12-01 0:00 UTC)).due);
        assert!(judged(&all, datetime!(2026-12-03 0:00 UTC)).due);
        assert!(judged(&[], datetime!(2026-12-03 0:00 UTC)).due);
    }

    #[test]
    fn what_begins_at_the_end_of_all_dates_is_not_settled() {
        let all = [
            credential('a', "9999-12-31", "9999-12-31"),
            credential('b', "2026-01-01", "2027-01-01"),
        ];
        let judged = judged(&all, datetime!(2026-06-01 0:00 UTC));
        assert_eq!((judged.beside.len(), judged.superseded.len()), (1, 0));
    }

    #[test]
    fn the_one_before_stays_until_programs_have_changed_over() {
        let (old, new) = (
            credential('a', "2026-01-01", "2027-01-01"),
            credential('b', "2026-12-05", "2027-12-05"),
        );
        let all = [old.clone(), new.clone()];
        let soon = judged(&all, datetime!(2026-12-06 0:00 UTC));
        assert_eq!(soon.newest.as_ref(), Some(&new));
        assert_eq!(
            (&soon.beside[..], &soon.superseded[..]),
            (&[old.clone()][..], &[][..])
        );
        assert_eq!(soon.document("kv", "web"), wanted("kv", "web"));
        let later = judged(&all, datetime!(2026-12-12 0:00 UTC));
        assert_eq!(later.superseded, [old]);
        assert_ne!(later.document("kv", "web"), wanted("kv", "web"));
    }

    #[test]
    fn what_somebody_else_put_there_is_unknown() {
        let ours = credential('a', "2026-12-01", "2027-12-01");
        for change in [
            |one: &mut KeyCredential| one.display_name = None,
            |one: &mut KeyCredential| one.display_name = Some("kv/web/short".to_owned()),
            |one: &mut KeyCredential| one.display_name = Some("other/web/aaaa".to_owned()),
            |one: &mut KeyCredential| one.usage = Some("Sign".to_owned()),
        ] {
            let mut other = credential('b', "2026-12-01", "2028-12-01");
            change(&mut other);
            let judged = judged(
                &[ours.clone(), other.clone()],
                datetime!(2026-12-06 0:00 UTC),
            );
            assert_eq!(judged.unknown, [other]);
            assert_eq!(judged.newest.as_ref(), Some(&ours));
            assert_ne!(judged.document("kv", "web"), wanted("kv", "web"));
        }
    }
}
