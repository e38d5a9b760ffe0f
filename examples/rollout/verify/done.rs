//! What "done" means for the environment, claim by claim, and what the checks say of each.

use serde::Serialize;

use super::report::{Entry, Verdict};
use crate::manifest::Manifest;

/// A claim, and the checks that together prove it, by how their ids begin; `{app}` stands for each app of
/// the file, `{host}` for the host name of each.
struct Claim {
    title: &'static str,
    shown_by: &'static [&'static str],
    /// What no check of this version looks at, and why.
    open: Option<&'static str>,
}

const CLAIMS: [Claim; 8] = [
    Claim {
        title: "Both apps answer at their custom domains",
        shown_by: &["outside/https/{host}", "outside/unencrypted/{host}"],
        open: None,
    },
    Claim {
        title: "Users sign in with e-mail, password and a second factor, and only where they were assigned",
        shown_by: &[
            "outside/sign-in/",
            "control-plane/user-flow/",
            "control-plane/second-factor/",
            "control-plane/admission/{app}",
        ],
        open: Some("a person has to sign in to show it whole"),
    },
    Claim {
        title: "The apps reach their databases by managed identity",
        shown_by: &[
            "inside/chain/{app}",
            "inside/opens/{app}/",
            "inside/rights/{app}/",
            "control-plane/trust/",
            "control-plane/no-secret/",
        ],
        open: None,
    },
    Claim {
        title: "No SQL login exists, and the server is closed to the internet",
        shown_by: &[
            "control-plane/sql-users/",
            "control-plane/sql-logins/",
            "control-plane/administrators/",
            "control-plane/externals/",
            "control-plane/sql-public-access/",
            "control-plane/private-record/",
            "outside/closed/",
        ],
        open: None,
    },
    Claim {
        title: "A push deploys",
        shown_by: &[
            "control-plane/deploys/{app}",
            "control-plane/deploy-trust/",
            "control-plane/rights/",
        ],
        open: None,
    },
    Claim {
        title: "Everything is in its resource group and tenant",
        shown_by: &[
            "file/",
            "control-plane/placement/",
            "control-plane/registrations/",
            "control-plane/service-principals/",
        ],
        open: None,
    },
    Claim {
        title: "Audit logging is on",
        shown_by: &["control-plane/audit/"],
        open: None,
    },
    Claim {
        title: "No security warning is open",
        shown_by: &[],
        open: Some("later: this version has no posture rules"),
    },
];

/// What the checks say of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    /// The claim.
    pub title: String,
    /// What was found.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How many checks were asked.
    pub checks: usize,
}

/// What "done" means, claim by claim.
pub(crate) fn titles() -> Vec<&'static str> {
    CLAIMS.iter().map(|claim| claim.title).collect()
}

/// What a verification says of every claim.
pub(super) fn claims(manifest: &Manifest, checks: &[Entry]) -> Vec<Done> {
    let apps: Vec<(&str, &str)> = manifest
        .apps()
        .map(|(key, app)| (key, app.hostname.as_str()))
        .collect();
    let judge = |claim: &Claim| claim.judge(&apps, checks);
    CLAIMS.iter().map(judge).collect()
}

impl Claim {
    /// How the ids of its checks begin.
    fn begins(&self, apps: &[(&str, &str)]) -> Vec<String> {
        let mut begins = Vec::new();
        for begin in self.shown_by {
            let of_each = apps
                .iter()
                .map(|(app, host)| begin.replace("{app}", app).replace("{host}", host));
            if begin.contains('{') {
                begins.extend(of_each);
            } else {
                begins.push((*begin).to_owned());
            }
        }
        begins
    }

    fn judge(&self, apps: &[(&str, &str)], checks: &[Entry]) -> Done {
        let begins = self.begins(apps);
        let of = |check: &&Entry| begins.iter().any(|begin| check.id.starts_with(begin));
        let asked: Vec<&Entry> = checks.iter().filter(of).collect();
        let is_unasked = |begin: &&String| !asked.iter().any(|one| one.id.starts_with(*begin));
        let unasked = begins.iter().find(is_unasked);
        let failed = names(&asked, |verdict| matches!(verdict, Verdict::Failed { .. }));
        let unproven = names(&asked, |verdict| {
            matches!(verdict, Verdict::NotProven { .. })
        });
        let verdict = if !failed.is_empty() {
            Verdict::failed(
                failed.join("; "),
                "what to do stands at each of these checks",
            )
        } else if !unproven.is_empty() {
            Verdict::not_proven(unproven.join("; "))
        } else if let Some(open) = self.open {
            Verdict::not_proven(open)
        } else if self.shown_by.is_empty() {
            Verdict::not_proven("no check of this version looks at it")
        } else if let Some(begin) = unasked {
            Verdict::not_proven(format!("nothing was there to be asked with {begin}"))
        } else {
            let number = asked.len();
            let checks = if number == 1 { "check" } else { "checks" };
            Verdict::passed(format!("{number} {checks} passed"))
        };
        Done {
            title: self.title.to_owned(),
            verdict,
            checks: asked.len(),
        }
    }
}

/// The titles of the checks with such a verdict; more than three are counted.
fn names(asked: &[&Entry], is: fn(&Verdict) -> bool) -> Vec<String> {
    const SHOWN: usize = 3;
    let found = asked.iter().filter(|check| is(&check.verdict));
    let titles: Vec<String> = found.map(|check| check.title.clone()).collect();
    match titles.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => {
            let mut first: Vec<String> = titles.into_iter().take(SHOWN).collect();
            first.push(format!("and {more} more"));
            first
        }
        _ => titles,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::report::Vantage;

    const CLAIM: Claim = Claim {
        title: "It is so",
        shown_by: &["outside/{app}/", "inside/b/"],
        open: None,
    };

    fn check(id: &str, verdict: Verdict) -> Entry {
        Entry {
            id: id.to_owned(),
            title: format!("{id} is well"),
            tenant: "qa".into(),
            vantage: Vantage::Outside,
            why: "it must be".to_owned(),
            verdict,
        }
    }

    fn passed(id: &str) -> Entry {
        check(id, Verdict::passed("seen"))
    }

    #[test]
    fn a_claim_is_as_good_as_the_worst_of_its_checks() {
        let (a, b) = (passed("outside/a/1"), passed("inside/b/1"));
        let bad = check("inside/b/2", Verdict::failed("not seen", "look"));
        let dark = check("outside/a/2", Verdict::not_proven("dark"));
        let judge = |checks: &[&Entry]| {
            let checks: Vec<Entry> = checks.iter().map(|one| (*one).clone()).collect();
            CLAIM.judge(&[("a", "a.example")], &checks).verdict
        };
        assert_eq!(judge(&[&a, &b]), Verdict::passed("2 checks passed"));
        assert_eq!(
            judge(&[&a, &b, &dark]),
            Verdict::not_proven("outside/a/2 is well")
        );
        assert!(matches!(
            judge(&[&a, &b, &dark, &bad]),
            Verdict::Failed { .. }
        ));
    }

    #[test]
    fn nothing_asked_is_nothing_proven() {
        let only_a = CLAIM.judge(&[("a", "a.example")], &[passed("outside/a/1")]);
        assert_eq!(
            only_a.verdict,
            Verdict::not_proven("nothing was there to be asked with inside/b/")
        );
        let of_one_app = CLAIM.judge(
            &[("a", "a.example"), ("c", "c.example")],
            &[passed("outside/a/1"), passed("inside/b/1")],
        );
        assert_eq!(
            of_one_app.verdict,
            Verdict::not_proven("nothing was there to be asked with outside/c/")
        );
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        for claim in claims(&Manifest::load(path).unwrap(), &[]) {
            assert!(
                matches!(claim.verdict, Verdict::NotProven { .. }),
                "{claim:?}"
            );
        }
    }

    #[test]
    fn what_nobody_looks_at_stays_open_whatever_the_checks_say() {
        let half = Claim {
            open: Some("a person has to"),
            ..CLAIM
        };
        let verdict = half
            .judge(
                &[("a", "a.example")],
                &[passed("outside/a/1"), passed("inside/b/1")],
            )
            .verdict;
        assert_eq!(verdict, Verdict::not_proven("a person has to"));
    }
}
