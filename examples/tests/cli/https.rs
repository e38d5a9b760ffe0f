//! A cloud that is served over HTTPS: what a client that knows endpoints only is told, and what it is answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

use crate::console::{self, Folder, text};

/// A cloud, and a client that knows of it what was printed.
struct Peer {
    told: BTreeMap<String, String>,
    connector: TlsConnector,
    _folder: Folder,
}

struct Answer {
    status: u16,
    head: String,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Peer {
    fn of(words: &[&str]) -> Self {
        let folder = Folder::new();
        let ca = folder.file("ca.pem");
        let mut all = vec!["--listen", "127.0.0.1:0", "--https", "127.0.0.1:0"];
        all.extend(["--ca", text(&ca)]);
        all.extend(words);
        let said = console::serve_and_hear(&all);
        let told = said
            .lines()
            .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(&ca).unwrap())
            .unwrap();
        let pem = std::fs::read_to_string(&ca).unwrap();
        assert!(!pem.contains("KEY"), "only the certificate is written");
        let config = ClientConfig::builder_with_provider(Arc::new(
            tokio_rustls::rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
        Self {
            told,
            connector: TlsConnector::from(Arc::new(config)),
            _folder: folder,
        }
    }

    fn at(&self, name: &str, path: &str) -> String {
        format!("{}{path}", self.told[name])
    }

    fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let url: Url = url.parse().unwrap();
            let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
            let socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let name = ServerName::try_from(host.to_owned()).unwrap();
            let mut socket = self.connector.connect(name, socket).await.unwrap();
            let query = url.query().map_or(String::new(), |query| format!("?{query}"));
            let mut head = format!(
                "{method} {}{query} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-length: {}\r\nconnection: close\r\n",
                url.path(),
                body.len()
            );
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            socket.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
            // A server that has heard enough answers before all is sent.
            let _ = socket.write_all(body.as_bytes()).await;
            let mut answer = Vec::new();
            let _ = socket.read_to_end(&mut answer).await;
            let answer = String::from_utf8(answer).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            Answer {
                status: head.split(' ').nth(1).unwrap().parse().unwrap(),
                head: head.to_owned(),
                body: serde_json::from_str(body).unwrap_or(Value::Null),
            }
        })
    }

    fn sign_in(&self, scope: &str, secret: &str) -> Answer {
        let path = format!("/{}/oauth2/v2.0/token", self.told["AZURE_TENANT_ID"]);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "client_credentials"),
                ("client_id", &self.told["AZURE_CLIENT_ID"]),
                ("client_secret", secret),
                ("scope", scope),
            ])
            .finish();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        self.send(
            "POST",
            &self.at("AZURE_AUTHORITY_HOST", &path),
            &form,
            &body,
        )
    }

    fn token(&self, scope: &str) -> String {
        let answer = self.sign_in(scope, &self.told["AZURE_CLIENT_SECRET"]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        format!("Bearer {}", answer.body["access_token"].as_str().unwrap())
    }

    fn ask(&self, token: &str, method: &str, url: &str, body: &str) -> Answer {
        let headers = [
            ("authorization", token),
            ("content-type", "application/json"),
        ];
        self.send(method, url, &headers, body)
    }

    fn groups(&self, below: &str) -> String {
        let subscription = &self.told["AZURE_SUBSCRIPTION_ID"];
        let path = format!("/subscriptions/{subscription}/resourcegroups{below}");
        self.at("EMBEDDED_RESOURCE_MANAGER", &path)
    }
}

const MANAGEMENT: &str = "https://management.azure.com/.default";
const GRAPH: &str = "https://graph.microsoft.com/.default";
const VERSION: &str = "?api-version=2021-04-01";

#[test]
fn a_client_that_knows_endpoints_only_finds_everything_from_there() {
    let peer = Peer::of(&["--empty"]);
    let tenant = &peer.told["AZURE_TENANT_ID"];
    let path = format!("/{tenant}/v2.0/.well-known/openid-configuration");
    let url = peer.at("AZURE_AUTHORITY_HOST", &path);
    let known = peer.send("GET", &url, &[], "");
    assert_eq!(known.status, 200);
    let endpoint = format!("/{tenant}/oauth2/v2.0/token");
    assert_eq!(
        known.body["token_endpoint"],
        peer.at("AZURE_AUTHORITY_HOST", &endpoint)
    );

    let token = peer.token(MANAGEMENT);
    for number in 0..60 {
        let url = peer.groups(&format!("/rg-{number:02}{VERSION}"));
        let made = peer.ask(&token, "PUT", &url, r#"{"location":"eastus2"}"#);
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let (mut url, mut names) = (peer.groups(VERSION), Vec::new());
    loop {
        let page = peer.ask(&token, "GET", &url, "");
        assert_eq!(page.status, 200, "{}", page.body);
        let items = page.body["value"].as_array().unwrap();
        names.extend(items.iter().map(|item| item["name"].clone()));
        let Some(next) = page.body["nextLink"].as_str() else {
            break;
        };
        assert!(next.starts_with(&peer.told["EMBEDDED_RESOURCE_MANAGER"]));
        next.clone_into(&mut url);
    }
    assert_eq!(names.len(), 60);

    let gone = peer.ask(
        &token,
        "DELETE",
        &peer.groups(&format!("/rg-00{VERSION}")),
        "",
    );
    assert_eq!(gone.status, 202);
    let link = gone.header("location").unwrap();
    assert!(
        link.starts_with(&peer.told["EMBEDDED_RESOURCE_MANAGER"]),
        "{link}"
    );
    let polled = peer.ask(&token, "GET", link, "");
    assert!([200, 202].contains(&polled.status), "{}", polled.body);
}

#[test]
fn graph_knows_what_the_client_may_and_pages_here() {
    let peer = Peer::of(&["--empty", "--tenant", "fabrikam.onmicrosoft.com"]);
    // The address of Graph here stands for Graph in a scope too.
    for scope in [GRAPH, &peer.at("EMBEDDED_GRAPH", "/.default")] {
        let token = peer.token(scope);
        let url = peer.at("EMBEDDED_GRAPH", "/v1.0/servicePrincipals?$top=3");
        let page = peer.ask(&token, "GET", &url, "");
        assert_eq!(page.status, 200, "{}", page.body);
        let next = page.body["@odata.nextLink"].as_str().unwrap();
        assert!(
            next.starts_with(&peer.at("EMBEDDED_GRAPH", "/v1.0/")),
            "{next}"
        );
        assert_eq!(peer.ask(&token, "GET", next, "").status, 200);
    }
}

#[test]
fn a_wrong_secret_and_a_wrong_token_are_refused_as_the_services_do() {
    let peer = Peer::of(&["--empty"]);
    let wrong = peer.sign_in(MANAGEMENT, "hunter2");
    assert_eq!(wrong.status, 401);
    assert_eq!(
        (&wrong.body["error"], &wrong.body["error_codes"]),
        (&json!("invalid_client"), &json!([7_000_215]))
    );
    let none = peer.send("GET", &peer.groups(VERSION), &[], "");
    assert_eq!((none.status, none.code()), (401, "AuthenticationFailed"));
    let challenge = none.header("www-authenticate").unwrap();
    assert!(
        challenge.contains(&peer.told["AZURE_AUTHORITY_HOST"]),
        "{challenge}"
    );
    let forged = peer.ask("Bearer a.b.c", "GET", &peer.groups(VERSION), "");
    assert_eq!(
        (forged.status, forged.code()),
        (401, "InvalidAuthenticationToken")
    );
    let graphs = peer.token(GRAPH);
    let other = peer.ask(&graphs, "GET", &peer.groups(VERSION), "");
    assert_eq!(
        (other.status, other.code()),
        (401, "InvalidAuthenticationTokenAudience")
    );
    let users = peer.at("EMBEDDED_GRAPH", "/v1.0/users");
    let other = peer.ask(&peer.token(MANAGEMENT), "GET", &users, "");
    assert_eq!(
        (other.status, other.code()),
        (401, "InvalidAuthenticationToken")
    );
}

/// Each service's own refusal, and no panic: afterwards the cloud still answers.
#[test]
fn bad_input_is_refused_by_resource_manager_in_its_own_words() {
    let peer = Peer::of(&["--empty"]);
    let token = peer.token(MANAGEMENT);
    let group = |version: &str| peer.groups(&format!("/bad?api-version={version}"));
    let put = |url: &str, body: &str| peer.ask(&token, "PUT", url, body);
    let good = group("2021-04-01");
    for body in [
        "{",
        "[]",
        "\"text\"",
        "{\"location\": \"eastus2\",}",
        "\u{0}",
    ] {
        let said = put(&good, body);
        assert_eq!(
            (said.status, said.code()),
            (400, "InvalidRequestContent"),
            "{body}"
        );
    }
    for version in ["1999-01-01", "latest", "2021-04-01%00", "%F0%9F"] {
        let said = put(&group(version), "{}");
        assert_eq!(
            (said.status, said.code()),
            (400, "InvalidApiVersionParameter")
        );
        let words = said.body["error"]["message"].as_str().unwrap();
        assert!(words.contains("2021-04-01"), "the supported ones: {words}");
    }
    let none = put(&peer.groups("/bad"), "{}");
    assert_eq!(
        (none.status, none.code()),
        (400, "MissingApiVersionParameter")
    );
    assert_eq!(put(&good, "{\"location\":\"eastus2\"}").status, 201);
    let inside = |path: &str| peer.groups(&format!("/bad/providers/{path}?api-version=2021-04-01"));
    for (path, status, code) in [
        (
            "Microsoft.Nowhere/things/one",
            404,
            "InvalidResourceNamespace",
        ),
        ("Microsoft.Network/things/one", 404, "InvalidResourceType"),
        (
            "Microsoft.Sql/servers/one",
            400,
            "NoRegisteredProviderFound",
        ),
    ] {
        let said = put(&inside(path), "{}");
        assert_eq!((said.status, said.code()), (status, code), "{path}");
    }
    let said = put(&good, &long());
    assert_eq!((said.status, said.code()), (413, "RequestContentTooLarge"));
    for path in [
        "/%ff/%00",
        "//",
        "/subscriptions/%2e%2e/..",
        "/?api-version=",
    ] {
        for name in [
            "EMBEDDED_RESOURCE_MANAGER",
            "EMBEDDED_GRAPH",
            "EMBEDDED_KEY_VAULT",
        ] {
            let said = peer.ask(&token, "GET", &peer.at(name, path), "");
            assert!(
                (400..500).contains(&said.status),
                "{name}{path}: {}",
                said.status
            );
            assert!(
                said.body["error"]["code"].is_string(),
                "{name}{path}: {}",
                said.body
            );
        }
    }
    assert_eq!(peer.ask(&token, "GET", &good, "").status, 200, "it goes on");
}

/// More than any service reads.
fn long() -> String {
    format!("{{\"location\":\"{}\"}}", "x".repeat(5 * 1024 * 1024))
}

#[test]
fn bad_input_is_refused_by_graph_authority_and_vaults_in_their_own_words() {
    let peer = Peer::of(&["--empty"]);
    let graph = peer.token(GRAPH);
    let users = peer.at("EMBEDDED_GRAPH", "/v1.0/users");
    for body in ["{", "[]", "\"text\""] {
        let said = peer.ask(&graph, "POST", &users, body);
        assert_eq!((said.status, said.code()), (400, "BadRequest"), "{body}");
        assert!(said.body["error"]["innerError"]["request-id"].is_string());
    }
    let said = peer.ask(&graph, "POST", &users, &long());
    assert_eq!((said.status, said.code()), (413, "RequestEntityTooLarge"));
    for path in ["/v1.0/nothings", "/v7.0/users", "/"] {
        let said = peer.ask(&graph, "GET", &peer.at("EMBEDDED_GRAPH", path), "");
        assert_eq!((said.status, said.code()), (400, "BadRequest"), "{path}");
    }

    let token = format!("/{}/oauth2/v2.0/token", peer.told["AZURE_TENANT_ID"]);
    let token = peer.at("AZURE_AUTHORITY_HOST", &token);
    let absent = peer.at("AZURE_AUTHORITY_HOST", "/absent.example/oauth2/v2.0/token");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for (method, url, body, status, number) in [
        ("POST", token.as_str(), "", 400, 900_144),
        ("POST", token.as_str(), "%%%&=&grant_type=%ff", 400, 70_003),
        ("GET", token.as_str(), "", 405, 900_561),
        ("POST", token.as_str(), long().as_str(), 413, 900_023),
        (
            "POST",
            absent.as_str(),
            "grant_type=client_credentials",
            400,
            90_002,
        ),
    ] {
        let said = peer.send(method, url, &form, body);
        assert_eq!(
            (said.status, &said.body["error_codes"]),
            (status, &json!([number])),
            "{method} {}",
            said.body
        );
    }

    let vault = peer.at("EMBEDDED_KEY_VAULT", "/absent/certificates?api-version=7.4");
    let said = peer.ask(&graph, "GET", &vault, "");
    assert_eq!((said.status, said.code()), (421, "MisdirectedRequest"));
    let nothing = peer.at("EMBEDDED_KEY_VAULT", "/absent/nothing");
    let said = peer.ask(&graph, "GET", &nothing, "");
    assert_eq!((said.status, said.code()), (404, "NotFound"));
    assert_eq!(
        peer.ask(&graph, "GET", &users, "").status,
        200,
        "it goes on"
    );
}

#[test]
fn a_token_ends_with_its_time() {
    // An hour takes a tenth of a second.
    let peer = Peer::of(&["--empty", "--speed", "36000"]);
    let token = peer.token(MANAGEMENT);
    for _ in 0..10_000 {
        let said = peer.ask(&token, "GET", &peer.groups(VERSION), "");
        if said.status == 401 {
            assert_eq!(said.code(), "ExpiredAuthenticationToken");
            assert!(
                said.header("www-authenticate")
                    .unwrap()
                    .contains("invalid_token")
            );
            return;
        }
        assert_eq!(said.status, 200, "{}", said.body);
    }
    panic!("the token never ended");
}

#[test]
fn what_is_to_go_wrong_is_said_to_the_cloud() {
    use std::io::{Read, Write};
    let address = console::serve(&["--empty", "--listen", "127.0.0.1:0"]);
    let send = |method: &str, body: &str| {
        let to = address.trim_start_matches("http://");
        let mut socket = std::net::TcpStream::connect(to).unwrap();
        let length = body.len();
        let head = format!("Host: localhost\r\nContent-Length: {length}\r\nConnection: close");
        let path = "/.embedded-cloud/faults";
        write!(socket, "{method} {path} HTTP/1.1\r\n{head}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let fault = json!({ "host": "management.azure.com", "times": 1, "status": 429, "body": {} });
    assert_eq!(send("POST", &fault.to_string()), "204");
    for wrong in [
        "{",
        "{}",
        r#"{"times":1,"status":200}"#,
        r#"{"times":1,"status":429,"what":1}"#,
    ] {
        assert_eq!(send("POST", wrong), "400", "{wrong}");
    }
    assert_eq!(send("DELETE", ""), "204");
}

#[test]
fn an_environment_is_served_to_any_client_too() {
    let peer = Peer::of(&[]);
    assert!(peer.told.contains_key("AZURE_CLIENT_SECRET"));
    let token = peer.token(MANAGEMENT);
    let list = peer.at(
        "EMBEDDED_RESOURCE_MANAGER",
        "/subscriptions?api-version=2022-12-01",
    );
    let answer = peer.ask(&token, "GET", &list, "");
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn tenants_and_subscriptions_are_as_they_were_named() {
    let id = "11111111-2222-4333-8444-555555555555";
    let subscription = "99999999-2222-4333-8444-555555555555";
    let tenant = format!("fabrikam.onmicrosoft.com={id}");
    let words = [
        "--empty",
        "--tenant",
        &tenant,
        "--subscription",
        subscription,
    ];
    let peer = Peer::of(&words);
    assert_eq!(peer.told["AZURE_TENANT_ID"], id);
    assert_eq!(peer.told["AZURE_SUBSCRIPTION_ID"], subscription);
    let token = peer.token(MANAGEMENT);
    assert_eq!(
        peer.ask(&token, "GET", &peer.groups(VERSION), "").status,
        200
    );
    let strange = format!("{subscription}=nobody.onmicrosoft.com");
    let said = console::cloud(&["--empty", "--subscription", &strange]);
    assert_eq!(said.code, 64, "{}", said.words());
    assert!(said.words().contains("nobody.onmicrosoft.com"));
    let twice = console::cloud(&["--empty", "--tenant", &tenant, "--tenant", &tenant]);
    assert_eq!(twice.code, 64, "{}", twice.words());
}
