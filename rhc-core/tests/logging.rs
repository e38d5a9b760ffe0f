//! What is logged of an exchange. A test binary of its own, because what `tracing` listens to is decided once per process.

use rhc_core::{
    Method, Path, Request, Service, ServiceInfo,
    testing::{FixedCredential, Reply, Script},
};
use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Keeps the fields of every event as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}: {value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test(start_paused = true)]
async fn signed_links_and_tokens_are_not_logged() {
    let link = "https://management.azure.com/operations/1?t=1&c=planted&s=planted&h=planted";
    let script = Script::new([Reply::status(202)
        .header("location", link)
        .header("azure-asyncoperation", link)
        .header("operation-location", link)
        .header("x-ms-correlation-request-id", "r-7")]);
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let info = ServiceInfo {
        crate_name: "rhc-test",
        crate_version: "0",
        origin: "https://management.azure.com".parse().unwrap(),
        scope: "https://management.azure.com/.default".to_owned(),
    };
    let service = Service::new(info, FixedCredential::new(), &script.options()).unwrap();
    let request = Request::new("things.put", Method::Put, Path::new("/things"));
    service.send(request).await.unwrap();
    let text = log.0.lock().unwrap().clone();
    assert!(text.contains("x-ms-correlation-request-id: r-7"), "{text}");
    assert!(
        !text.contains("planted") && !text.contains("token-1"),
        "{text}"
    );
}
