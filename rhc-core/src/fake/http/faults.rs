//! Faults: what networks and busy services do, at a chosen occurrence of a chosen request.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Response};

use crate::fake::World;

/// Which of the matching requests a fault meets, counted from the fault's addition on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Occurrence {
    /// Each one.
    #[default]
    Every,
    /// Only this one; the first is 1.
    Nth(u32),
    /// The first so many.
    First(u32),
}

/// Which requests a fault is for; what is `None` matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// The method.
    pub method: Option<Method>,
    /// The host, in any case, without port.
    pub host: Option<String>,
    /// A part of path and query, in any case.
    pub path_contains: Option<String>,
    /// Which one of them.
    pub occurrence: Occurrence,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The connection is refused: nothing was sent.
    ConnectionRefused,
    /// The connection breaks before the service acted; the client cannot know.
    ResetBefore,
    /// The service acted, its answer is lost.
    ResetAfter,
    /// Nothing is heard for a minute, and the service did not act.
    TimeoutBefore,
    /// Nothing is heard for a minute, but the service acted.
    TimeoutAfter,
    /// This answer instead of acting.
    Status {
        /// The status.
        code: u16,
        /// Headers of the answer.
        headers: Vec<(String, String)>,
        /// Its body.
        body: Bytes,
    },
    /// The service acted, but a gateway answers this in its place.
    StatusAfter {
        /// The status.
        code: u16,
        /// Headers of the answer.
        headers: Vec<(String, String)>,
        /// Its body.
        body: Bytes,
    },
    /// The service acted, and the second half of its answer's body is missing.
    Truncated,
    /// The service acts after this long, in the World's time.
    Slow(Duration),
    /// The service acts, and its answer is changed on the way, or only looked at.
    Altered(Alteration),
}

/// What happens to an answer on its way.
#[derive(Clone)]
pub struct Alteration(Arc<Altering>);

type Altering = dyn Fn(&mut Response<Bytes>) + Send + Sync;

impl Alteration {
    /// Does this to the answer. The World may be used in it: no request holds it then.
    pub fn new(alter: impl Fn(&mut Response<Bytes>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(alter))
    }

    pub(super) fn alter(&self, answer: &mut Response<Bytes>) {
        (self.0)(answer);
    }
}

impl fmt::Debug for Alteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alteration")
    }
}

impl PartialEq for Alteration {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Alteration {}

/// A request before the service sees it.
#[derive(Clone, Copy)]
pub struct Met<'a> {
    /// Its method.
    pub method: &'a Method,
    /// The host, without port.
    pub host: &'a str,
    /// Path and query, as sent.
    pub path: &'a str,
    /// Its headers, its credential among them.
    pub headers: &'a HeaderMap,
}

impl fmt::Debug for Met<'_> {
    /// Without headers, which hold the credential, and without the query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "{} https://{}{path}", self.method, self.host)
    }
}

/// Decides for each request what goes wrong with it, where a [`Match`] does not say enough.
type Judge = Arc<dyn Fn(&Met<'_>) -> Option<FaultKind> + Send + Sync>;

impl FaultKind {
    /// An answer with an ARM or Graph style error body instead of acting.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({ "error": { "code": code, "message": message } });
        Self::Status {
            code: status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into(),
        }
    }
}

/// Something that goes wrong with certain requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// With which.
    pub matches: Match,
    /// How.
    pub kind: FaultKind,
}

/// The faults of a World with what they have met so far.
#[derive(Default)]
pub struct Faults {
    armed: Mutex<Vec<Armed>>,
    judge: RwLock<Option<Judge>>,
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults")
            .field("armed", &self.armed)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    met: u32,
    struck: u32,
}

impl Armed {
    /// Counts a request and says whether the fault strikes it.
    fn meets(&mut self, method: &Method, host: &str, path: &str) -> bool {
        let matches = &self.fault.matches;
        let same_method = matches.method.as_ref().is_none_or(|own| own == method);
        let same_host = matches
            .host
            .as_ref()
            .is_none_or(|own| own.eq_ignore_ascii_case(host));
        let same_path = matches.path_contains.as_ref().is_none_or(|part| {
            path.to_ascii_lowercase()
                .contains(&part.to_ascii_lowercase())
        });
        if !(same_method && same_host && same_path) {
            return false;
        }
        self.met = self.met.saturating_add(1);
        let strikes = match matches.occurrence {
            Occurrence::Every => true,
            Occurrence::Nth(number) => self.met == number,
            Occurrence::First(number) => self.met <= number,
        };
        self.struck += u32::from(strikes);
        strikes
    }
}

impl Faults {
    /// Adds a fault. Of several that strike one request the first added has its way; all of them count it.
    pub fn add(&self, fault: Fault) {
        let mut faults = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        faults.push(Armed {
            fault,
            met: 0,
            struck: 0,
        });
    }

    /// Lets `judge` decide for each request, before the faults that were added; it replaces an earlier one.
    pub fn judge(&self, judge: impl Fn(&Met<'_>) -> Option<FaultKind> + Send + Sync + 'static) {
        *self.judge.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(judge));
    }

    /// Removes all faults.
    pub fn clear(&self) {
        *self.judge.write().unwrap_or_else(PoisonError::into_inner) = None;
        let mut faults = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        faults.clear();
    }

    /// How often faults struck so far: a test that injects one can see that it did.
    #[must_use]
    pub fn struck(&self) -> u32 {
        let faults = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter().map(|armed| armed.struck).sum()
    }

    pub(super) fn strike(&self, met: &Met<'_>) -> Option<FaultKind> {
        let judge = self
            .judge
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(kind) = judge.and_then(|judge| judge(met)) {
            return Some(kind);
        }
        let mut faults = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kind = None;
        for armed in faults.iter_mut() {
            if armed.meets(met.method, met.host, met.path) && kind.is_none() {
                kind = Some(armed.fault.kind.clone());
            }
        }
        kind
    }
}

impl World {
    /// What goes wrong in this World.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }
}
