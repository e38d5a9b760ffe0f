//! A fault at its point, in a World.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use bytes::Bytes;
use http::{Method, Response, header::AUTHORIZATION};
use rhc_core::fake::{Alteration, FaultKind, Met, WeakWorld, World};
use serde_json::Value;
use time::OffsetDateTime;

use super::{
    faults::{Does, Fault},
    operations,
    point::Point,
};

/// Longer than a client waits for an answer and then before it tries again.
const ANSWERED: time::Duration = time::Duration::seconds(150);

/// A fault that waits for its point, and what it has done.
#[derive(Debug)]
pub(super) struct Scene {
    point: Point,
    does: Does,
    world: WeakWorld,
    met: AtomicU32,
    struck: AtomicU32,
    refused: Mutex<Option<String>>,
    hidden: Mutex<Option<Hidden>>,
    wake: Mutex<Wake>,
}

/// What a fault leaves behind it.
#[derive(Debug, Default)]
struct Wake {
    /// When it struck last.
    last: Option<OffsetDateTime>,
    /// The same request was sent again since, and answered.
    repeated: bool,
    /// Another token than the refused one was used since.
    renewed: bool,
}

/// What was made and is not shown yet.
#[derive(Clone, Debug)]
struct Hidden {
    /// Its own path, or, where a POST made it, its collection's.
    path: String,
    /// The id in the answer.
    id: Option<String>,
    /// By what else it can be asked for.
    names: Vec<String>,
    left: u32,
}

impl Scene {
    /// A fault at a point of a run, which has met this many requests like it.
    pub(super) fn new(world: WeakWorld, point: &Point, fault: &Fault, met: u32) -> Arc<Self> {
        Arc::new(Self {
            point: point.clone(),
            does: fault.does,
            world,
            met: AtomicU32::new(met),
            struck: AtomicU32::new(0),
            refused: Mutex::default(),
            hidden: Mutex::default(),
            wake: Mutex::default(),
        })
    }

    /// Lets a fault wait for its point.
    pub(super) fn set(world: &World, point: &Point, fault: &Fault) -> Arc<Self> {
        let scene = Self::new(world.downgrade(), point, fault, 0);
        let judge = Arc::clone(&scene);
        world.faults().judge(move |met| judge.judge(met));
        scene
    }

    /// How often it struck.
    pub(super) fn struck(&self) -> u32 {
        self.struck.load(Ordering::Relaxed)
    }

    /// Whether it will not strike again, and whoever met it has had the time to do something about it.
    pub(super) fn is_over(&self) -> bool {
        let wake = self.wake.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(last), Some(world)) = (wake.last, self.world.upgrade()) else {
            return false;
        };
        let is_long_ago = world.now() - last >= ANSWERED;
        match self.does {
            Does::Strikes(times, _) => self.struck() >= times && (wake.repeated || is_long_ago),
            Does::RefusesToken { .. } => wake.renewed && is_long_ago,
            Does::Hides(_) | Does::LeavesOut(_) => {
                let hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
                is_long_ago && hidden.as_ref().is_some_and(|hidden| hidden.left == 0)
            }
            Does::Dooms(_) => is_long_ago,
        }
    }

    fn strike(&self, kind: FaultKind) -> Option<FaultKind> {
        self.count_strike();
        Some(kind)
    }

    fn count_strike(&self) {
        self.struck.fetch_add(1, Ordering::Relaxed);
        let mut wake = self.wake.lock().unwrap_or_else(PoisonError::into_inner);
        *wake = Wake {
            last: self.world.upgrade().map(|world| world.now()),
            ..Wake::default()
        };
    }

    fn see(&self, what: impl FnOnce(&mut Wake)) {
        what(&mut self.wake.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What happens to a request.
    pub(super) fn judge(self: &Arc<Self>, met: &Met<'_>) -> Option<FaultKind> {
        let point = &self.point;
        let is_here = point.is_at(met);
        let time = if is_here {
            self.met.fetch_add(1, Ordering::Relaxed) + 1
        } else {
            0
        };
        let is_it = is_here && time == point.occurrence;
        match self.does {
            Does::Strikes(times, make) => {
                let now = self.world.upgrade()?.now();
                let end = point.occurrence.saturating_add(times);
                let strikes = is_here && (point.occurrence..end).contains(&time);
                if is_here && time >= end {
                    self.see(|wake| wake.repeated = true);
                }
                strikes
                    .then(|| make(point, now))
                    .and_then(|kind| self.strike(kind))
            }
            Does::RefusesToken { challenge } => {
                let token = met.headers.get(AUTHORIZATION)?.to_str().ok()?;
                let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                if is_it {
                    *refused = Some(token.to_owned());
                }
                let is_refused = met.host == point.host && refused.as_deref() == Some(token);
                if met.host == point.host && !is_refused && refused.is_some() {
                    self.see(|wake| wake.renewed = true);
                }
                is_refused
                    .then(|| refusal(challenge))
                    .and_then(|kind| self.strike(kind))
            }
            Does::Hides(reads) => {
                if is_it {
                    return Some(self.made(reads));
                }
                let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
                let hidden = hidden.as_mut().filter(|hidden| hidden.left > 0)?;
                let path = met.path.split('?').next().unwrap_or_default();
                let by_path =
                    point.method != Method::POST && path.eq_ignore_ascii_case(&hidden.path);
                let by_name = || hidden.names.iter().any(|name| path.ends_with(name));
                let reads = *met.method == Method::GET && met.host == point.host;
                if !(reads && (by_path || by_name())) {
                    return None;
                }
                hidden.left -= 1;
                self.strike(FaultKind::error(
                    404,
                    "ResourceNotFound",
                    "It is not known here yet.",
                ))
            }
            Does::LeavesOut(lists) => {
                if is_it {
                    return Some(self.made(lists));
                }
                let waits = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
                let left = waits.as_ref().is_some_and(|hidden| hidden.left > 0);
                let may_list = left && *met.method == Method::GET && met.host == point.host;
                may_list.then(|| {
                    let scene = Arc::clone(self);
                    FaultKind::Altered(Alteration::new(move |answer| scene.leave_out(answer)))
                })
            }
            Does::Dooms(doom) => is_it.then(|| {
                let scene = Arc::clone(self);
                let world = self.world.upgrade();
                let before = world.and_then(|world| {
                    world.with(|state| operations::standing(state, &self.point.path))
                });
                FaultKind::Altered(Alteration::new(move |_| {
                    let Some(world) = scene.world.upgrade() else {
                        return;
                    };
                    if world.with(|state| {
                        operations::doom(state, &scene.point.path, doom, before.as_ref())
                    }) {
                        scene.count_strike();
                    }
                }))
            }),
        }
    }

    /// Remembers what was made, once the service says so.
    fn made(self: &Arc<Self>, left: u32) -> FaultKind {
        let scene = Arc::clone(self);
        FaultKind::Altered(Alteration::new(move |answer: &mut Response<Bytes>| {
            if !answer.status().is_success() {
                return;
            }
            let body: Option<Value> = serde_json::from_slice(answer.body()).ok();
            let id = body.as_ref().and_then(|body| body["id"].as_str());
            let names = ["appId", "uniqueName"].iter().filter_map(|name| {
                let value = body.as_ref()?[*name].as_str()?;
                Some(format!("({name}='{value}')"))
            });
            let in_directory = id
                .filter(|id| !id.starts_with('/'))
                .map(|id| format!("/{id}"));
            let names = names.chain(in_directory).collect();
            let path = scene.point.path.split('?').next().unwrap_or_default();
            let hidden = Hidden {
                path: path.to_owned(),
                id: id.map(str::to_owned),
                names,
                left,
            };
            *scene.hidden.lock().unwrap_or_else(PoisonError::into_inner) = Some(hidden);
            // It counts from here: whether anybody reads what was just made is not the fault's to say.
            scene.count_strike();
        }))
    }

    fn leave_out(&self, answer: &mut Response<Bytes>) {
        let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(hidden) = hidden.as_mut().filter(|hidden| hidden.left > 0) else {
            return;
        };
        let Ok(mut body) = serde_json::from_slice::<Value>(answer.body()) else {
            return;
        };
        let Some(items) = body.get_mut("value").and_then(Value::as_array_mut) else {
            return;
        };
        let all = items.len();
        items.retain(|item| {
            let id = item["id"].as_str().unwrap_or_default();
            !(id.eq_ignore_ascii_case(&hidden.path) || hidden.id.as_deref() == Some(id))
        });
        if items.len() < all {
            hidden.left -= 1;
            self.count_strike();
            *answer.body_mut() = body.to_string().into();
        }
    }
}

/// A token that is not taken any more. The claims ask for one that was made after the revocation.
fn refusal(challenge: bool) -> FaultKind {
    let why = if challenge {
        // {"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}
        "error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==\""
    } else {
        "error=\"invalid_token\", error_description=\"The access token is expired\""
    };
    let kind = FaultKind::error(
        401,
        "InvalidAuthenticationToken",
        "The access token is expired or was revoked.",
    );
    match kind {
        FaultKind::Status {
            code,
            mut headers,
            body,
        } => {
            let challenge = format!(
                "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", {why}"
            );
            headers.push(("www-authenticate".to_owned(), challenge));
            FaultKind::Status {
                code,
                headers,
                body,
            }
        }
        other => other,
    }
}
