//! Every way of signing in, against the World's authority.

use super::*;
use azure_core::credentials::TokenRequestOptions;
use azure_core::http::{AsyncRawResponse, ClientMethodOptions, Context, Method as Verb, Request};
use rhc_core::Claims;
use rhc_core::fake::authority;
use rhc_core::fake::{Fault, FaultKind, Match, Occurrence, World, WorldOptions};
use std::sync::Mutex;

const ARM: &str = "https://management.azure.com/.default";
const GRAPH: &str = "https://graph.microsoft.com/.default";

#[derive(Debug, Default)]
struct Asked(Mutex<Vec<String>>);

impl Prompt for Asked {
    fn ask(&self, ask: &Ask<'_>) {
        let (Ask::Browser { address, .. } | Ask::Code { address, .. }) = ask;
        self.0.lock().unwrap().push((*address).to_owned());
    }
}

fn world() -> (World, TenantId) {
    let world = World::new(WorldOptions::default());
    let id = world.with(|state| state.directory().add_workforce_tenant("contoso").unwrap());
    (world, TenantId::new(id))
}

fn sign_in(world: &World, method: Method, prompt: Arc<dyn Prompt>) -> SignIn {
    SignIn {
        method,
        cloud: Cloud::public(),
        transport: world.transport(),
        clock: world.clock(),
        prompt,
        tenants: BTreeMap::from([(
            "backoffice".into(),
            TenantSignIn {
                client_id: None,
                permissions: vec!["User.Read", "Application.ReadWrite.All"],
            },
        )]),
    }
}

fn tokens_asked(world: &World) -> usize {
    let log = world.log();
    log.iter()
        .filter(|request| request.path_and_query.ends_with("/token"))
        .count()
}

fn claims_of(token: &azure_core::credentials::AccessToken) -> serde_json::Value {
    let payload = token.token.secret().split('.').nth(1).unwrap();
    serde_json::from_slice(&crate::preflight::decode(payload).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_person_types_one_code_per_client_and_is_not_asked_again() {
    let (world, id) = world();
    let asked = Arc::new(Asked::default());
    let prompt: Arc<dyn Prompt> = asked.clone();
    let credential = sign_in(&world, Method::Device, prompt)
        .credential(&"backoffice".into(), id)
        .unwrap();
    let graph = credential.get_token(&[GRAPH], None).await.unwrap();
    let arm = credential.get_token(&[ARM], None).await.unwrap();
    assert_eq!(asked.0.lock().unwrap().len(), 2, "one for each client");
    let again = credential.get_token(&[GRAPH], None).await.unwrap();
    assert_eq!(
        asked.0.lock().unwrap().len(),
        2,
        "the refresh token serves from now on"
    );
    assert!(again.expires_on > world.now());
    let scopes = claims_of(&graph)["scp"].as_str().unwrap().to_owned();
    assert_eq!(
        scopes, "Application.ReadWrite.All User.Read",
        "and no others"
    );
    assert_eq!(claims_of(&arm)["aud"], "https://management.azure.com");
    assert_eq!(claims_of(&graph)["tid"], id.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_busy_authority_and_a_broken_connection_ask_nobody_again() {
    for kind in [
        FaultKind::ConnectionRefused,
        FaultKind::ResetBefore,
        FaultKind::error(429, "temporarily_unavailable", "later"),
        FaultKind::error(503, "temporarily_unavailable", "later"),
    ] {
        let (world, id) = world();
        for path in ["/devicecode", "/token"] {
            world.faults().add(Fault {
                matches: Match {
                    path_contains: Some(path.to_owned()),
                    occurrence: Occurrence::Nth(1),
                    ..Match::default()
                },
                kind: kind.clone(),
            });
        }
        let asked = Arc::new(Asked::default());
        let credential = sign_in(&world, Method::Device, asked.clone())
            .credential(&"backoffice".into(), id)
            .unwrap();
        credential.get_token(&[GRAPH], None).await.unwrap();
        assert_eq!(asked.0.lock().unwrap().len(), 1, "{kind:?}");
        assert_eq!(world.faults().struck(), 2, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_files_own_client_serves_everything_with_one_sign_in() {
    let (world, id) = world();
    let asked = Arc::new(Asked::default());
    let mut sign_in = sign_in(&world, Method::Device, asked.clone());
    let tenant = TenantKey::new("backoffice");
    let file = sign_in.tenants.get_mut(&tenant).unwrap();
    file.client_id = Some(GRAPH_CLIENT.to_owned());
    let credential = sign_in.credential(&tenant, id).unwrap();
    for scope in [GRAPH, ARM, GRAPH] {
        credential.get_token(&[scope], None).await.unwrap();
    }
    assert_eq!(asked.0.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_has_no_account_is_told_so() {
    let (world, id) = world();
    world.with(|state| {
        let tenant = state.directory().tenant_mut(*id.as_uuid()).unwrap();
        tenant.role_assignments.clear();
    });
    let credential = sign_in(&world, Method::Device, Arc::new(Nobody))
        .credential(&"backoffice".into(), id)
        .unwrap();
    let error = credential.get_token(&[GRAPH], None).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("sign-in was refused"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn ended_sessions_mean_a_new_sign_in() {
    let (world, id) = world();
    let asked = Arc::new(Asked::default());
    let credential = sign_in(&world, Method::Device, asked.clone())
        .credential(&"backoffice".into(), id)
        .unwrap();
    credential.get_token(&[GRAPH], None).await.unwrap();
    world.with(|state| {
        let user = state.directory().operator(*id.as_uuid()).unwrap();
        authority::revoke_sessions(state, user);
    });
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    credential.get_token(&[GRAPH], None).await.unwrap();
    assert_eq!(asked.0.lock().unwrap().len(), 2);
}

/// Keeps the bodies of the token requests that pass.
#[derive(Debug)]
struct Bodies(Arc<dyn HttpClient>, Mutex<Vec<String>>);

#[async_trait::async_trait]
impl HttpClient for Bodies {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        if let azure_core::http::Body::Bytes(bytes) = request.body() {
            let body = String::from_utf8(bytes.to_vec()).unwrap();
            self.1.lock().unwrap().push(body);
        }
        self.0.execute_request(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn demanded_claims_travel_to_the_authority() {
    let (world, id) = world();
    let bodies = Arc::new(Bodies(world.transport(), Mutex::default()));
    let mut sign_in = sign_in(&world, Method::Device, Arc::new(Nobody));
    sign_in.transport = bodies.clone();
    let credential = sign_in.credential(&"backoffice".into(), id).unwrap();
    credential.get_token(&[GRAPH], None).await.unwrap();
    let said = |text: &str| {
        let bodies = bodies.1.lock().unwrap();
        bodies.iter().any(|body| body.contains(text))
    };
    assert!(!said("claims="));
    let mut context = Context::new();
    context.insert(Claims("{\"access_token\":{}}".to_owned()));
    let options = TokenRequestOptions {
        method_options: ClientMethodOptions { context },
    };
    credential.get_token(&[GRAPH], Some(options)).await.unwrap();
    assert!(said("claims=%7B%22access_token%22%3A%7B%7D%7D"));
}

/// A browser that goes where it is told, through the World and then to this computer.
#[derive(Debug)]
struct Browser {
    world: World,
    state: Option<&'static str>,
}

impl Prompt for Browser {
    fn ask(&self, ask: &Ask<'_>) {
        let Ask::Browser { address, .. } = ask else {
            return;
        };
        let (transport, forged) = (self.world.transport(), self.state);
        let request = Request::new(address.parse().unwrap(), Verb::Get);
        tokio::spawn(async move {
            let answer = transport.execute_request(&request).await.unwrap();
            let location = answer.headers().get_optional_str(&"location".into());
            let mut location: url::Url = location.unwrap().parse().unwrap();
            if let Some(forged) = forged {
                location.set_query(Some(&format!("code=stolen&state={forged}")));
            }
            let address = ("127.0.0.1", location.port().unwrap());
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let query = location.query().unwrap();
            let text = format!("GET /?{query} HTTP/1.1\r\nhost: localhost\r\n\r\n");
            tokio::io::AsyncWriteExt::write_all(&mut stream, text.as_bytes())
                .await
                .unwrap();
        });
    }
}

#[tokio::test]
async fn a_person_signs_in_with_his_browser() {
    let (world, id) = world();
    let prompt = Arc::new(Browser {
        world: world.clone(),
        state: None,
    });
    let credential = sign_in(&world, Method::Person, prompt)
        .credential(&"backoffice".into(), id)
        .unwrap();
    let token = credential.get_token(&[GRAPH], None).await.unwrap();
    assert_eq!(claims_of(&token)["tid"], id.to_string());
    assert_eq!(tokens_asked(&world), 1);
}

#[tokio::test]
async fn the_answer_to_another_sign_in_is_not_taken() {
    let (world, id) = world();
    let prompt = Arc::new(Browser {
        world: world.clone(),
        state: Some("forged"),
    });
    let credential = sign_in(&world, Method::Person, prompt)
        .credential(&"backoffice".into(), id)
        .unwrap();
    let error = credential.get_token(&[GRAPH], None).await.unwrap_err();
    assert!(error.to_string().contains("another sign-in"), "{error}");
    assert_eq!(tokens_asked(&world), 0, "the code was not redeemed");
}

/// Nothing of a token may reach a log by way of `Debug`.
#[tokio::test(start_paused = true)]
async fn secrets_are_not_printed() {
    let (world, id) = world();
    let pipeline = Pipeline {
        request_url: "https://pipelines.example/token?x=1".parse().unwrap(),
        request_token: "run-secret".into(),
        client_id: GRAPH_CLIENT.to_owned(),
    };
    let by_pipeline = sign_in(&world, Method::Pipeline(pipeline), Arc::new(Nobody));
    let shown = format!(
        "{by_pipeline:?} {:?}",
        by_pipeline.credential(&"backoffice".into(), id).unwrap()
    );
    assert!(!shown.contains("run-secret"), "{shown}");

    let credential = sign_in(&world, Method::Device, Arc::new(Nobody))
        .credential(&"backoffice".into(), id)
        .unwrap();
    let token = credential.get_token(&[GRAPH], None).await.unwrap();
    let shown = format!("{credential:?} {token:?}");
    assert!(!shown.contains(token.token.secret()), "{shown}");
    assert!(!shown.contains("refresh"), "{shown}");
}
