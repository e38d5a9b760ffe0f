//! The embedded cloud's databases, as the rollout's steps see them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use rhc_core::{
    ClientOptions, Cloud, Error, ErrorKind, Method, Path, Request, Result, Service, ServiceInfo,
    Url,
};

use crate::grants::Row;
use crate::session::{Databases, SqlAddress, SqlRetry, SqlSession};

use super::door::Vantage;
use super::wire::{Batch, Outcome, PATH};

/// The databases of an embedded cloud: in process by the World's transport, or served elsewhere.
///
/// It takes the place of the TDS client in rehearsals: the token, the server's doors, the catalogue and the text of
/// the statements are real, only the wire is not.
#[derive(Clone)]
pub struct EmbeddedDatabases(Arc<Inner>);

struct Inner {
    credential: Arc<dyn TokenCredential>,
    options: ClientOptions,
    scope: String,
    from: Vantage,
    services: Mutex<HashMap<String, Service>>,
}

impl EmbeddedDatabases {
    /// With tokens of this credential, through the transport in `options`, from this place.
    #[must_use]
    pub fn new(
        cloud: &Cloud,
        credential: Arc<dyn TokenCredential>,
        options: ClientOptions,
        from: Vantage,
    ) -> Self {
        Self(Arc::new(Inner {
            credential,
            options,
            scope: cloud.sql_scope.clone(),
            from,
            services: Mutex::default(),
        }))
    }

    /// One service for each server, which keeps its token.
    fn service(&self, host: &str) -> Result<Service> {
        let inner = &self.0;
        let mut services = inner
            .services
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = services.get(host) {
            return Ok(service.clone());
        }
        let origin = Url::parse(&format!("https://{host}"))
            .map_err(|error| Error::invalid("sql.open", error.to_string()))?;
        let info = ServiceInfo {
            crate_name: env!("CARGO_PKG_NAME"),
            crate_version: env!("CARGO_PKG_VERSION"),
            origin,
            scope: inner.scope.clone(),
        };
        let service = Service::new(info, Arc::clone(&inner.credential), &inner.options)?;
        services.insert(host.to_owned(), service.clone());
        Ok(service)
    }
}

impl fmt::Debug for EmbeddedDatabases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedDatabases")
            .field("from", &self.0.from)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Databases for EmbeddedDatabases {
    async fn open(&self, at: &SqlAddress) -> Result<Box<dyn SqlSession>> {
        let mut session = Session {
            service: self.service(at.host())?,
            database: at.database().to_owned(),
            from: self.0.from.clone(),
        };
        session.send("sql.open", "").await?;
        Ok(Box::new(session))
    }

    fn retry(&self) -> SqlRetry {
        SqlRetry {
            clock: self.0.options.clock,
            ..SqlRetry::default()
        }
    }
}

struct Session {
    service: Service,
    database: String,
    from: Vantage,
}

impl Session {
    async fn send(&mut self, operation: &'static str, batch: &str) -> Result<Vec<Row>> {
        let body = Batch {
            database: self.database.clone(),
            from: self.from.clone(),
            batch: batch.to_owned(),
        };
        let changes_nothing = batch.is_empty() || batch.starts_with("SELECT ");
        let request = Request::new(operation, Method::Post, Path::new(PATH))
            .json(&body)
            .idempotent(changes_nothing);
        match self.service.send(request).await?.json()? {
            Outcome::Rows(rows) => Ok(rows),
            Outcome::Error(error) => Err(error.into_error(operation)),
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl SqlSession for Session {
    async fn run(&mut self, batch: &str) -> Result<Vec<Row>> {
        if batch.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "sql.run",
                "there is nothing to run",
            ));
        }
        self.send("sql.run", batch).await
    }
}
