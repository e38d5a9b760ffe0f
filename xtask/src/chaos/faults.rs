//! What can go wrong with a request, and where it can.

use std::time::Duration;

use bytes::Bytes;
use rhc_core::fake::FaultKind;
use serde_json::json;
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{
    operations::{Doom, HANGS},
    point::{Point, Service},
};

/// One kind of fault.
#[derive(Debug)]
pub(super) struct Fault {
    /// As `--fault` names it.
    pub(super) name: &'static str,
    /// Whether it can strike there.
    pub(super) meets: fn(&Point) -> bool,
    /// What it does.
    pub(super) does: Does,
    /// Whether a run may end without the environment and leave the rest to the next.
    pub(super) may_give_up: bool,
}

impl Fault {
    /// How long the service needs afterwards, which a run need not wait for where it has what it wants.
    pub(super) fn lasts(&self) -> Duration {
        match self.does {
            Does::Dooms(Doom::Hangs) => HANGS,
            _ => Duration::ZERO,
        }
    }
}

/// What a fault does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Does {
    /// This, to so many requests in a row.
    Strikes(u32, fn(&Point, OffsetDateTime) -> FaultKind),
    /// The token is refused from here on, with a claims challenge or without; another one is taken.
    RefusesToken { challenge: bool },
    /// What was made is not found by so many reads.
    Hides(u32),
    /// Lists leave out what was made, so many times.
    LeavesOut(u32),
    /// The operation that was begun ends otherwise.
    Dooms(Doom),
}

const fn fault(name: &'static str, meets: fn(&Point) -> bool, does: Does) -> Fault {
    Fault {
        name,
        meets,
        does,
        may_give_up: false,
    }
}

const fn grave(name: &'static str, meets: fn(&Point) -> bool, does: Does) -> Fault {
    Fault {
        name,
        meets,
        does,
        may_give_up: true,
    }
}

/// All of them. An error inside a `$batch` is not among them: the rollout sends none, and `rhc-graph` tests its own.
pub(super) const FAULTS: &[Fault] = &[
    fault(
        "refused",
        all,
        Does::Strikes(1, |_, _| FaultKind::ConnectionRefused),
    ),
    fault(
        "reset-before",
        all,
        Does::Strikes(1, |_, _| FaultKind::ResetBefore),
    ),
    fault(
        "reset-after",
        writes,
        Does::Strikes(1, |_, _| FaultKind::ResetAfter),
    ),
    fault(
        "truncated",
        answers,
        Does::Strikes(1, |_, _| FaultKind::Truncated),
    ),
    fault(
        "timeout-before",
        all,
        Does::Strikes(1, |_, _| FaultKind::TimeoutBefore),
    ),
    fault(
        "timeout-after",
        writes,
        Does::Strikes(1, |_, _| FaultKind::TimeoutAfter),
    ),
    fault(
        "429",
        http,
        Does::Strikes(2, |point, _| busy(point, 429, &[])),
    ),
    fault(
        "429-seconds",
        http,
        Does::Strikes(2, |point, _| busy(point, 429, &[("retry-after", "11")])),
    ),
    fault(
        "429-date",
        http,
        Does::Strikes(2, |point, now| {
            busy(
                point,
                429,
                &[("retry-after", &date(now + time::Duration::seconds(13)))],
            )
        }),
    ),
    fault(
        "429-milliseconds",
        http,
        Does::Strikes(2, |point, _| {
            busy(
                point,
                429,
                &[("retry-after-ms", "1700"), ("x-ms-retry-after-ms", "1700")],
            )
        }),
    ),
    fault(
        "500-before",
        http,
        Does::Strikes(1, |point, _| busy(point, 500, &[])),
    ),
    fault(
        "502-before",
        http,
        Does::Strikes(1, |_, _| gateway(502, "Bad Gateway")),
    ),
    fault(
        "503-before",
        http,
        Does::Strikes(2, |point, _| busy(point, 503, &[("retry-after", "5")])),
    ),
    fault(
        "504-before",
        http,
        Does::Strikes(1, |_, _| gateway(504, "Gateway Timeout")),
    ),
    fault(
        "500-after",
        http_writes,
        Does::Strikes(1, |point, _| after(busy(point, 500, &[]))),
    ),
    fault(
        "502-after",
        http_writes,
        Does::Strikes(1, |_, _| after(gateway(502, "Bad Gateway"))),
    ),
    fault(
        "503-after",
        http_writes,
        Does::Strikes(1, |point, _| {
            after(busy(point, 503, &[("retry-after", "5")]))
        }),
    ),
    fault(
        "504-after",
        http_writes,
        Does::Strikes(1, |_, _| after(gateway(504, "Gateway Timeout"))),
    ),
    fault(
        "401-expired",
        renewable,
        Does::RefusesToken { challenge: false },
    ),
    fault(
        "401-revoked",
        challenged,
        Does::RefusesToken { challenge: true },
    ),
    fault(
        "403-heals",
        guarded,
        Does::Strikes(3, |point, _| forbidden(point)),
    ),
    fault("404-after-creation", creates, Does::Hides(3)),
    fault("lists-lag", creates, Does::LeavesOut(3)),
    fault(
        "409-busy",
        manages,
        Does::Strikes(2, |point, _| in_progress(point)),
    ),
    fault(
        "412",
        conditional,
        Does::Strikes(1, |point, _| failed_precondition(point)),
    ),
    grave("operation-fails", begins, Does::Dooms(Doom::Fails)),
    grave(
        "operation-cancelled",
        begins,
        Does::Dooms(Doom::IsCancelled),
    ),
    grave("operation-hangs", takes_time, Does::Dooms(Doom::Hangs)),
    fault(
        "malformed-json",
        answers,
        Does::Strikes(1, |_, _| malformed()),
    ),
    fault("proxy-html", http, Does::Strikes(1, |_, _| proxy())),
];

fn all(_: &Point) -> bool {
    true
}

fn http(point: &Point) -> bool {
    point.is_http()
}

fn writes(point: &Point) -> bool {
    point.writes()
}

fn http_writes(point: &Point) -> bool {
    point.is_http() && point.writes()
}

/// Where something can have been changed meanwhile: a token is nothing that is written.
fn conditional(point: &Point) -> bool {
    let asks_for_token = point.service == Service::Login || point.path.starts_with("/oauth2/");
    http_writes(point) && !asks_for_token
}

fn answers(point: &Point) -> bool {
    point.answers_json
}

fn guarded(point: &Point) -> bool {
    point.is_guarded()
}

/// Where another token can be had: GitHub's is given by a person.
fn renewable(point: &Point) -> bool {
    point.is_guarded() && point.service != Service::GitHub
}

/// Who can demand a new sign-in: the services of Entra's continuous access evaluation.
fn challenged(point: &Point) -> bool {
    let services = [Service::ResourceManager, Service::Graph, Service::Vault];
    point.is_guarded() && services.contains(&point.service)
}

fn creates(point: &Point) -> bool {
    point.creates
}

fn manages(point: &Point) -> bool {
    point.writes() && point.service == Service::ResourceManager
}

fn begins(point: &Point) -> bool {
    point.begins
}

fn takes_time(point: &Point) -> bool {
    point.takes_time()
}

/// An answer in the style of the service that was asked.
fn error(
    point: &Point,
    status: u16,
    code: &str,
    message: &str,
    headers: &[(&str, &str)],
) -> FaultKind {
    let body = match point.service {
        Service::Login | Service::Registry => {
            json!({ "error": code, "error_description": message })
        }
        Service::GitHub => json!({ "message": message, "status": status.to_string() }),
        _ => json!({ "error": { "code": code, "message": message } }),
    };
    let own = [("content-type", "application/json")];
    let headers = own.iter().chain(headers);
    FaultKind::Status {
        code: status,
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.to_string().into(),
    }
}

fn busy(point: &Point, status: u16, headers: &[(&str, &str)]) -> FaultKind {
    let code = match (status, point.service) {
        (_, Service::Login) => "temporarily_unavailable",
        (429, _) => "TooManyRequests",
        (500, _) => "InternalServerError",
        _ => "ServiceUnavailable",
    };
    error(
        point,
        status,
        code,
        "The service has no time at the moment.",
        headers,
    )
}

fn page(code: u16, title: &str) -> FaultKind {
    FaultKind::Status {
        code,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: Bytes::from(format!(
            "<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        )),
    }
}

fn gateway(code: u16, title: &str) -> FaultKind {
    page(code, title)
}

/// What a hotel's network says in the place of the service, to whoever has not signed in to it.
fn proxy() -> FaultKind {
    page(200, "Welcome to our network")
}

/// The same answer, after the service acted.
fn after(fault: FaultKind) -> FaultKind {
    match fault {
        FaultKind::Status {
            code,
            headers,
            body,
        } => FaultKind::StatusAfter {
            code,
            headers,
            body,
        },
        other => other,
    }
}

fn malformed() -> FaultKind {
    FaultKind::StatusAfter {
        code: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Bytes::from_static(b"{\"value\": [{\"id\": \"x\", "),
    }
}

fn forbidden(point: &Point) -> FaultKind {
    let code = match point.service {
        Service::Graph => "Authorization_RequestDenied",
        Service::Vault => "Forbidden",
        _ => "AuthorizationFailed",
    };
    error(
        point,
        403,
        code,
        "Insufficient privileges to complete the operation.",
        &[],
    )
}

/// As the providers say that they are at work on it.
fn in_progress(point: &Point) -> FaultKind {
    let of = |provider: &str| point.path.contains(provider);
    let code = match () {
        () if of("/Microsoft.App/") => "ContainerAppOperationInProgress",
        () if of("/federatedIdentityCredentials/") => {
            "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"
        }
        () if of("/Microsoft.Sql/") && of("/databases/") => "ConflictingDatabaseOperation",
        () if of("/Microsoft.Sql/") => "ConflictingServerOperation",
        () => "AnotherOperationInProgress",
    };
    error(
        point,
        409,
        code,
        "Another operation is in progress on this resource.",
        &[],
    )
}

fn failed_precondition(point: &Point) -> FaultKind {
    let message =
        "The condition of the request is not fulfilled: the resource was changed meanwhile.";
    error(point, 412, "PreconditionFailed", message, &[])
}

const HTTP_DATE: &[BorrowedFormatItem<'static>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

fn date(at: OffsetDateTime) -> String {
    at.format(HTTP_DATE).unwrap_or_default()
}
