//! One service behind one credential: what every client is made of.

use crate::{
    Answer, Clock, Error, ErrorKind, Pacer, Pages, Request, Result, RetryOptions,
    cause::without_address,
    limits::{LARGEST_ANSWER, LONGEST_LINK, TooLarge},
    pacing::{PacingPolicy, Parts, Said},
    request::Target,
    retry::{Call, OneTry, RetryPolicy},
    tokens::{Authorize, CredentialFactory, WrongOrigin, origin_of},
};
use azure_core::{
    credentials::TokenCredential,
    error::ErrorKind as CoreKind,
    http::{self, Context, Method, Pipeline, PipelineStreamOptions, Url, policies::Policy},
};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

/// What a caller may choose about a client.
#[derive(Clone, Default)]
pub struct ClientOptions {
    /// Transport, own policies, logging and user agent. Its `retry` is not used: see [`ClientOptions::retry`].
    pub client_options: http::ClientOptions,
    /// Retries by idempotency.
    pub retry: RetryOptions,
    /// Keeps the service's published limits. Share one among the clients of a tenant.
    pub pacer: Option<Arc<Pacer>>,
    /// The largest body of an answer that is read, in bytes after decompression. 64 MiB where this is `None`: many times what the
    /// services put into one page. A larger success is an [`ErrorKind::Decode`], a larger error is read so far.
    pub largest_answer: Option<usize>,
    /// For a credential that ignores [`Claims`](crate::Claims): how to make another.
    pub credential_factory: Option<CredentialFactory>,
    /// The time of day, for token lifetimes.
    pub clock: Clock,
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("retry", &self.retry)
            .field("pacer", &self.pacer)
            .field("largest_answer", &self.largest_answer)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

/// What a client crate says about itself.
#[derive(Debug, Clone)]
pub struct ServiceInfo {
    /// The crate's name, for the user agent.
    pub crate_name: &'static str,
    /// The crate's version, for the user agent.
    pub crate_version: &'static str,
    /// Where the service is. Tokens go nowhere else.
    pub origin: Url,
    /// The scope of its tokens.
    pub scope: String,
}

/// A service that requests are sent to. Cheap to clone: clones share the pipeline and its token.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    origin: Url,
    pipeline: Pipeline,
    retry: RetryOptions,
    pacer: Option<Arc<Pacer>>,
    largest_answer: usize,
    clock: Clock,
}

impl Service {
    /// A service behind a credential.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] where the origin is not `https`: a token is never sent in the clear.
    pub fn new(
        info: ServiceInfo,
        credential: Arc<dyn TokenCredential>,
        options: &ClientOptions,
    ) -> Result<Self> {
        if info.origin.scheme() != "https" || !info.origin.has_host() {
            return Err(Error::invalid(
                "client",
                format!(
                    "`{}` cannot be a service's address: it must begin with https://",
                    info.origin
                ),
            ));
        }
        let authorize = Authorize::new(
            credential,
            options.credential_factory.clone(),
            info.scope,
            info.origin.clone(),
            options.clock,
        );
        let names = (info.crate_name, info.crate_version);
        Ok(Self::made(names, info.origin, Some(authorize), options))
    }

    /// A service that asks for no token: one that gives tokens out, such as the authority or the identity endpoint of a
    /// machine, which speaks `http`. Only requests to its origin can be made.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] where the origin is neither `https` nor `http`.
    pub fn without_credential(
        crate_name: &'static str,
        crate_version: &'static str,
        origin: Url,
        options: &ClientOptions,
    ) -> Result<Self> {
        if !matches!(origin.scheme(), "https" | "http") || !origin.has_host() {
            return Err(Error::invalid(
                "client",
                format!("`{origin}` cannot be a service's address"),
            ));
        }
        Ok(Self::made(
            (crate_name, crate_version),
            origin,
            None,
            options,
        ))
    }

    fn made(
        (crate_name, crate_version): (&'static str, &'static str),
        origin: Url,
        authorize: Option<Authorize>,
        options: &ClientOptions,
    ) -> Self {
        let mut client_options = options.client_options.clone();
        client_options.retry = http::RetryOptions::none();
        // Not the links of operations: their queries may be signed, and who has one needs no token.
        let names = [
            "x-ms-correlation-request-id",
            "client-request-id",
            "request-id",
            "retry-after",
        ];
        client_options
            .logging
            .additional_allowed_header_names
            .extend(names.map(Into::into));
        let mut per_try: Vec<Arc<dyn Policy>> = Vec::new();
        per_try.extend(authorize.map(|own| Arc::new(own) as Arc<dyn Policy>));
        if let Some(pacer) = &options.pacer {
            // After the token: while one is fetched, the next request would catch up.
            per_try.push(Arc::new(PacingPolicy {
                pacer: Arc::clone(pacer),
                clock: options.clock,
            }));
        }
        let largest_answer = options.largest_answer.unwrap_or(LARGEST_ANSWER);
        per_try.push(Arc::new(OneTry {
            timeout: options.retry.try_timeout,
            largest_answer,
        }));
        let retry = RetryPolicy::new(options.retry.clone(), options.clock);
        let pipeline = Pipeline::new(
            Some(crate_name),
            Some(crate_version),
            client_options,
            vec![Arc::new(retry)],
            per_try,
            None,
        );
        Self(Arc::new(Inner {
            origin,
            pipeline,
            retry: options.retry.clone(),
            pacer: options.pacer.clone(),
            largest_answer,
            clock: options.clock,
        }))
    }

    /// Where the service is.
    pub fn origin(&self) -> &Url {
        &self.0.origin
    }

    /// The clock that waiting goes by.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// How long and how often requests are tried again.
    pub fn retry(&self) -> &RetryOptions {
        &self.0.retry
    }

    /// What keeps the service's limits, if anything does.
    pub fn pacer(&self) -> Option<&Pacer> {
        self.0.pacer.as_deref()
    }

    /// The largest answer that is read.
    pub(crate) fn largest_answer(&self) -> usize {
        self.0.largest_answer
    }

    /// Lets the pacer learn from an answer that travelled inside of another.
    pub fn learn(&self, request: &Request, answer: &Answer) {
        let Some(pacer) = self.pacer() else {
            return;
        };
        if let Ok(url) = request.url(self.origin()) {
            let said = Said {
                status: answer.status,
                headers: &answer.headers,
                wait: answer.retry_after(self.clock()),
            };
            pacer.learn(request.method, &url, &said);
        }
    }

    /// Sends a request and takes any 2xx answer.
    ///
    /// # Errors
    /// See [`Error`]: any status outside 2xx is one.
    pub async fn send(&self, request: Request) -> Result<Answer> {
        self.send_expecting(request, &[]).await
    }

    /// Sends a request and takes any 2xx answer, and these statuses too.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send_expecting(&self, request: Request, also: &[u16]) -> Result<Answer> {
        let mut raw = http::Request::new(request.url(&self.0.origin)?, request.method);
        raw.insert_header("accept", "application/json");
        for (name, value) in &request.headers {
            raw.insert_header(*name, value.clone());
        }
        if let Some(body) = &request.body {
            raw.insert_header("content-type", request.content_type.clone().into_owned());
            raw.set_body(body.clone());
        } else if matches!(request.method, Method::Post | Method::Put | Method::Patch) {
            raw.insert_header("content-length", "0");
        }
        let call = Arc::new(Call::new(request.is_idempotent()));
        let mut context = Context::new().with_value(Arc::clone(&call));
        if self.0.pacer.is_some() && !request.parts.is_empty() {
            let parts = request.parts.iter();
            let parts: Result<_> = parts
                .map(|part| Ok((part.method, part.url(&self.0.origin)?)))
                .collect();
            context.insert(Parts(Arc::new(parts?)));
        }
        let started = tokio::time::Instant::now();
        // As a stream: otherwise the transport would read all of a body before anybody can see how large it is.
        let options = PipelineStreamOptions {
            skip_checks: true,
            ..Default::default()
        };
        let pipeline = &self.0.pipeline;
        let result = match pipeline.stream(&context, &mut raw, Some(options)).await {
            Ok(answer) => answer.try_into_raw_response().await,
            Err(error) => Err(error),
        };
        let (attempts, elapsed) = (call.attempts.load(Ordering::Relaxed), started.elapsed());
        let reads = matches!(request.method, Method::Get | Method::Head);
        let earlier_unknown = !reads && call.earlier_unknown.load(Ordering::Relaxed);
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => {
                let error = not_answered(&request, raw.url(), error, earlier_unknown);
                return Err(error.with_effort(attempts, elapsed, None));
            }
        };
        let (status, headers, body) = answer.deconstruct();
        let answer = Answer::of(&request, status.into(), headers, Bytes::from(body));
        let is_success = (200..300).contains(&answer.status);
        // Of a refusal the status says enough.
        if is_success && call.garbled.load(Ordering::Relaxed) {
            // Whoever does not read what a write answers would take it for done.
            let message = "the answer is not the service's, or not the whole of it; something in between may have given it";
            return Err(answer
                .error(ErrorKind::Decode, message)
                .with_body(&answer.body)
                .with_effort(attempts, elapsed, None));
        }
        if is_success || also.contains(&answer.status) {
            return Ok(answer);
        }
        Err(answer
            .refusal()
            .with_earlier_unknown(earlier_unknown)
            .with_effort(attempts, elapsed, call.asked_to_wait()))
    }

    /// Sends a request; 404 is `None`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send_opt(&self, request: Request) -> Result<Option<Answer>> {
        let answer = self.send_expecting(request, &[404]).await?;
        Ok(Some(answer).filter(|answer| answer.status != 404))
    }

    /// A list in pages.
    pub fn pages<T: DeserializeOwned + Send + 'static>(&self, request: Request) -> Pages<T> {
        Pages::new(self.clone(), request)
    }

    /// A request to a link that the service gave: a next page, an operation's status.
    ///
    /// # Errors
    /// [`ErrorKind::RefusedOrigin`] where the link leads to another origin. Host case and the default port do not count.
    /// [`ErrorKind::Decode`] for what is no link, and for one of more than 32 KiB, which no service takes.
    pub fn follow(&self, operation: &'static str, method: Method, link: &str) -> Result<Request> {
        if link.len() > LONGEST_LINK {
            let message = format!(
                "the service's link has {} characters, and at most {LONGEST_LINK} are followed",
                link.len()
            );
            return Err(Error::new(ErrorKind::Decode, operation, message));
        }
        let url = self.0.origin.join(link).map_err(|error| {
            Error::new(
                ErrorKind::Decode,
                operation,
                format!("the service's link cannot be read: {error}"),
            )
        })?;
        if url.origin() != self.0.origin.origin() {
            let message = format!(
                "the service's link leads to {}, and the token is for {} only; nothing was sent there",
                origin_of(&url),
                origin_of(&self.0.origin)
            );
            return Err(Error::new(ErrorKind::RefusedOrigin, operation, message));
        }
        Ok(Request::to(operation, method, Target::Link(url)))
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("origin", &self.0.origin.as_str())
            .finish_non_exhaustive()
    }
}

fn not_answered(
    request: &Request,
    url: &Url,
    error: azure_core::Error,
    earlier_unknown: bool,
) -> Error {
    let (kind, words) = match error.kind() {
        CoreKind::Connection if earlier_unknown => (
            ErrorKind::NoAnswer,
            "no whole answer came back, and then the service could not be reached; it may or may not have acted".to_owned(),
        ),
        CoreKind::Connection => (
            ErrorKind::NotSent,
            "the service could not be reached; nothing was sent".to_owned(),
        ),
        CoreKind::Io => (
            ErrorKind::NoAnswer,
            "no whole answer came back; the service may or may not have acted".to_owned(),
        ),
        CoreKind::Credential => (ErrorKind::Credential, format!("no token: {error}")),
        _ if error.downcast_ref::<WrongOrigin>().is_some() => {
            (ErrorKind::RefusedOrigin, error.to_string())
        }
        _ if error.downcast_ref::<TooLarge>().is_some() => (ErrorKind::Decode, error.to_string()),
        _ => (ErrorKind::Refused, error.to_string()),
    };
    Error::new(kind, request.operation, words)
        .with_request(request.method, request.shown_path())
        .with_earlier_unknown(earlier_unknown)
        .with_source(without_address(error, url, &request.shown_path()))
}
