//! The rules of Blob Storage, each with a request that is refused by it.

use rhc_core::fake::WorldOptions;
use rhc_core::{Answer, Method, Path, Request, Service, ServiceInfo};

use super::{Blobs, Lease};
use crate::embedded::EmbeddedCloud;
use crate::manifest::{Journal, Manifest};

const LEASE: &str = "00000000-0000-4000-8000-000000000001";
const OTHER: &str = "00000000-0000-4000-8000-000000000002";

struct Place {
    cloud: EmbeddedCloud,
    service: Service,
}

impl Place {
    fn new() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
        let mut manifest = Manifest::load(path).unwrap();
        manifest.journal = Some(Journal {
            storage_account: "rhcjournal".to_owned(),
            container: "rollout".to_owned(),
        });
        let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), false).unwrap();
        let service = Self::service(
            &cloud,
            "recalibratehealthcare.com",
            "https://storage.azure.com",
        );
        Self { cloud, service }
    }

    fn service(cloud: &EmbeddedCloud, tenant: &str, resource: &str) -> Service {
        let info = ServiceInfo {
            crate_name: "tests",
            crate_version: "1",
            origin: "https://rhcjournal.blob.core.windows.net".parse().unwrap(),
            scope: format!("{resource}/.default"),
        };
        let world = cloud.world();
        let credential = world.sign_in(tenant, &[]);
        Service::new(info, credential, &world.client_options()).unwrap()
    }

    async fn send(&self, request: Request) -> Answer {
        let all = [400, 401, 403, 404, 409, 412, 413, 416];
        self.service.send_expecting(request, &all).await.unwrap()
    }

    async fn code(&self, request: Request) -> String {
        let answer = self.send(request).await;
        let code = answer.header("x-ms-error-code").unwrap_or_default();
        format!("{} {code}", answer.status).trim_end().to_owned()
    }
}

fn blob(method: Method, name: &str) -> Request {
    let path = Path::new("/rollout").segment(name);
    Request::new("test", method, path).header("x-ms-version", "2021-12-02")
}

fn create(name: &str) -> Request {
    blob(Method::Put, name).header("x-ms-blob-type", "AppendBlob")
}

fn append(name: &str, at: usize, body: &'static [u8]) -> Request {
    blob(Method::Put, name)
        .query("comp", "appendblock")
        .header("x-ms-blob-condition-appendpos", at.to_string())
        .body("application/octet-stream", body)
}

fn lease(name: &str, action: &str, id: &str) -> Request {
    let header = match action {
        "acquire" => "x-ms-proposed-lease-id",
        _ => "x-ms-lease-id",
    };
    blob(Method::Put, name)
        .query("comp", "lease")
        .header("x-ms-lease-action", action)
        .header("x-ms-lease-duration", "60")
        .header(header, id)
}

#[tokio::test(start_paused = true)]
async fn blocks_go_to_the_end_and_nowhere_else() {
    let place = Place::new();
    assert_eq!(place.code(append("a", 0, b"x")).await, "404 BlobNotFound");
    assert_eq!(place.code(create("a")).await, "201");
    let once = create("a").header("if-none-match", "*");
    assert_eq!(place.code(once).await, "409 BlobAlreadyExists");
    let filled = create("b").body("text/plain", &b"x"[..]);
    assert_eq!(place.code(filled).await, "400 InvalidHeaderValue");
    let answer = place.send(append("a", 0, b"one")).await;
    assert_eq!(answer.header("x-ms-blob-append-offset"), Some("0"));
    assert_eq!(answer.header("x-ms-blob-committed-block-count"), Some("1"));
    let refused = "412 AppendPositionConditionNotMet";
    assert_eq!(place.code(append("a", 0, b"one")).await, refused);
    assert_eq!(place.code(append("a", 4, b"two")).await, refused);
    assert_eq!(place.code(append("a", 3, b"two")).await, "201");
    assert_eq!(
        place.code(append("a", 6, b"")).await,
        "400 InvalidHeaderValue"
    );
    let long: &'static [u8] = vec![b'x'; 4 * 1024 * 1024 + 1].leak();
    assert_eq!(
        place.code(append("a", 6, long)).await,
        "413 RequestBodyTooLarge"
    );
    place.cloud.world().with(|state| {
        let blobs = state.section::<Blobs>();
        blobs.blob("rhcjournal", "rollout", "a").unwrap().blocks = 50_000;
    });
    assert_eq!(
        place.code(append("a", 6, b"x")).await,
        "409 BlockCountExceedsLimit"
    );
    assert_eq!(place.send(blob(Method::Get, "a")).await.body, "onetwo");
    let tail = place
        .send(blob(Method::Get, "a").header("x-ms-range", "bytes=3-"))
        .await;
    assert_eq!((tail.status, &tail.body[..]), (206, &b"two"[..]));
    assert_eq!(tail.header("content-range"), Some("bytes 3-5/6"));
    let beyond = blob(Method::Get, "a").header("x-ms-range", "bytes=6-");
    assert_eq!(place.code(beyond).await, "416 InvalidRange");
}

#[tokio::test(start_paused = true)]
async fn a_lease_keeps_others_from_writing() {
    let place = Place::new();
    place.send(create("a")).await;
    let with = |id: &str, at| append("a", at, b"x").header("x-ms-lease-id", id);
    assert_eq!(
        place.code(with(LEASE, 0)).await,
        "412 LeaseNotPresentWithBlobOperation"
    );
    assert_eq!(
        place.code(lease("a", "renew", LEASE)).await,
        "409 LeaseNotPresentWithLeaseOperation"
    );
    let short = lease("a", "acquire", LEASE).header("x-ms-lease-duration", "14");
    assert_eq!(place.code(short).await, "400 InvalidHeaderValue");
    assert_eq!(place.code(lease("a", "acquire", LEASE)).await, "201");
    assert_eq!(
        place.code(lease("a", "acquire", LEASE)).await,
        "201",
        "he has it"
    );
    assert_eq!(
        place.code(lease("a", "acquire", OTHER)).await,
        "409 LeaseAlreadyPresent"
    );
    assert_eq!(place.code(append("a", 0, b"x")).await, "412 LeaseIdMissing");
    assert_eq!(place.code(create("a")).await, "412 LeaseIdMissing");
    assert_eq!(
        place.code(with(OTHER, 0)).await,
        "412 LeaseIdMismatchWithBlobOperation"
    );
    assert_eq!(place.code(with(LEASE, 0)).await, "201");
    for action in ["renew", "release"] {
        let refused = place.code(lease("a", action, OTHER)).await;
        assert_eq!(refused, "409 LeaseIdMismatchWithLeaseOperation", "{action}");
    }
    let about = place.send(blob(Method::Head, "a")).await;
    assert_eq!(about.header("x-ms-lease-status"), Some("locked"));
    assert_eq!(about.header("x-ms-lease-state"), Some("leased"));
    tokio::time::sleep(std::time::Duration::from_secs(61)).await;
    assert_eq!(place.code(with(LEASE, 1)).await, "412 LeaseLost");
    assert_eq!(place.code(lease("a", "renew", LEASE)).await, "200");
    assert_eq!(place.code(lease("a", "break", LEASE)).await, "202");
    assert_eq!(
        place.code(lease("a", "renew", LEASE)).await,
        "409 LeaseIsBrokenAndCannotBeRenewed"
    );
    assert_eq!(place.code(lease("a", "release", LEASE)).await, "200");
    assert_eq!(place.code(append("a", 1, b"x")).await, "201", "free again");
    assert_eq!(
        place.code(lease("a", "steal", LEASE)).await,
        "400 InvalidHeaderValue"
    );
}

#[tokio::test(start_paused = true)]
async fn who_is_let_in() {
    let place = Place::new();
    let bare = Request::new("test", Method::Get, Path::new("/rollout/a"));
    assert_eq!(place.code(bare).await, "400 MissingRequiredHeader");
    let elsewhere = Request::new("test", Method::Get, Path::new("/nowhere/a"));
    let elsewhere = elsewhere.header("x-ms-version", "2021-12-02");
    assert_eq!(place.code(elsewhere).await, "404 ContainerNotFound");
    let other = Place::service(
        &place.cloud,
        "recalibratehealthcare.com",
        "https://vault.azure.net",
    );
    let refused = other.send(blob(Method::Get, "a")).await.unwrap_err();
    assert_eq!(refused.status(), Some(401));
    let signed = blob(Method::Get, "a").query("comp", "snapshot");
    assert_eq!(place.code(signed).await, "400 UnsupportedQueryParameter");
    place.cloud.world().with(|state| {
        let arm = state.section::<rhc_arm::fake::Arm>();
        let is_role =
            |id: &str| id.contains("/storageaccounts/") && id.contains("/roleassignments/");
        arm.resources.retain(|id, _| !is_role(id));
    });
    let refused = place.code(blob(Method::Get, "a")).await;
    assert_eq!(refused, "403 AuthorizationPermissionMismatch");
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_comes_back() {
    let place = Place::new();
    place.send(create("a")).await;
    place.send(append("a", 0, b"\xff\x00")).await;
    place.send(lease("a", "acquire", LEASE)).await;
    let named = blob(Method::Put, "a")
        .query("comp", "metadata")
        .header("x-ms-lease-id", LEASE)
        .header("x-ms-meta-holder", "ann");
    assert_eq!(place.code(named).await, "200");
    let state = place.cloud.to_state().unwrap();
    let kept = &state["sections"]["blobs"]["containers"]["rhcjournal/rollout"]["a"];
    let mut blob: super::Blob = serde_json::from_value(kept.clone()).unwrap();
    assert_eq!((&blob.content[..], blob.blocks), (&b"\xff\x00"[..], 1));
    assert_eq!(blob.metadata["holder"], "ann");
    let id: uuid::Uuid = LEASE.parse().unwrap();
    assert!(matches!(blob.lease.take(), Some(Lease { id: own, .. }) if own == id));
}
