//! A cloud that is served on a socket, used as from another process.

use std::thread;

use rhc_core::fake::WorldOptions;
use rollout::embedded::EmbeddedCloud;
use rollout::manifest::Manifest;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use crate::console::{self, Folder, cloud, environment_with, rollout, text};

/// Serves a cloud on a thread until the test's process ends; the address.
fn serve(person: bool) -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
            let manifest = Manifest::load(path).unwrap();
            let options = WorldOptions {
                // An hour's token lives for six seconds, however busy the machine is.
                speed: 600.0,
                ..WorldOptions::default()
            };
            let cloud = EmbeddedCloud::new(&manifest, options, person).unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            cloud.serve(listener).await.unwrap();
        });
    });
    format!("http://{}", receiver.recv().unwrap())
}

#[test]
fn a_rollout_over_the_wire_ends_where_one_in_process_does() {
    let (address, folder) = (serve(true), Folder::new());
    let journal = folder.file("journal.jsonl");
    // How fast this machine works through a door is not the question: half an hour would be three seconds of its time.
    let patient = environment_with("window_minutes = 30", "window_minutes = 240");
    let patient = folder.write("qa.toml", &patient);
    let with = ["--journal", text(&journal), "--environment", text(&patient)];
    let on = |verb: &str| {
        let words = [&[verb, "--cloud", &address, "--json"], &with[..]].concat();
        rollout(&words)
    };
    let planned = rollout(&[&["--cloud", &address], &with[..]].concat());
    assert_eq!(planned.code, 2, "plan is the verb: {}", planned.words());
    let applied = on("apply");
    assert_eq!(applied.code, 0, "{}", applied.err);
    // The person does not wait for the rollout: what he did before it looked is not counted as done in it.
    let apply = &applied.document()["apply"];
    assert_eq!((&apply["failed"], &apply["manual"]), (&0.into(), &0.into()));
    let verified = on("verify");
    assert_eq!(verified.code, 0, "{}", verified.err);
    let again = on("rehearse");
    assert_eq!(again.code, 0, "{}", again.err);
    let document = again.document();
    assert_eq!(document["second_plan"]["create"], 0);
    // What stands behind the SQL server's door is seen once the plan comes after a verification.
    let of = |plan: &str, what: &str| document[plan][what].as_u64().unwrap();
    assert_eq!(
        of("plan", "unchanged") + of("plan", "not_observed"),
        of("second_plan", "unchanged")
    );
}

#[test]
fn the_person_of_a_served_cloud_does_what_he_is_told() {
    let address = serve(false);
    let list = cloud(&["person", "--cloud", &address]);
    assert!(
        list.words()
            .contains("* tenants/rhcdbcore.onmicrosoft.com:"),
        "{}",
        list.out
    );
    let step = "tenants/rhcdbcore.onmicrosoft.com";
    let done = cloud(&["person", step, "--cloud", &address]);
    assert_eq!(done.code, 0, "{}", done.words());
    let twice = cloud(&["person", step, "--cloud", &address]);
    assert_eq!(twice.code, 1);
    assert!(
        twice.words().contains("cannot be done now"),
        "{}",
        twice.words()
    );
}

#[test]
fn development_is_compared_over_the_wire() {
    let address = serve(false);
    let said = rollout(&["mirror", "--cloud", &address, "--json"]);
    assert_eq!(said.code, 2, "{}", said.words());
    let document = said.document();
    assert_eq!(document["mirror"]["apps"], 2);
    assert_eq!(document["details"]["mirror"][0]["to_source"], "plan");
}

#[test]
fn a_cloud_of_another_environment_is_refused() {
    let (address, folder) = (serve(false), Folder::new());
    let file = folder.write(
        "uat.toml",
        &environment_with("name = \"qa\"", "name = \"uat\""),
    );
    let said = rollout(&["plan", "--cloud", &address, "--environment", text(&file)]);
    assert_eq!(said.code, 64, "{}", said.words());
    assert!(
        said.words().contains("'qa'") && said.words().contains("'uat'"),
        "{}",
        said.words()
    );
}

#[test]
fn a_served_cloud_keeps_what_happens_in_it() {
    let folder = Folder::new();
    let state = folder.file("served.json");
    let address = console::serve(&["--listen", "127.0.0.1:0", "--state", text(&state)]);
    let step = "tenants/rhcdbcore.onmicrosoft.com";
    assert_eq!(cloud(&["person", step, "--cloud", &address]).code, 0);
    for _ in 0..200 {
        let kept = std::fs::read_to_string(&state).unwrap_or_default();
        if kept.contains("\"initialDomain\": \"rhcdbcore.onmicrosoft.com\"") {
            // It is whole whenever it is read: another process can begin with it.
            assert_eq!(cloud(&["person", "--state", text(&state)]).code, 0);
            return;
        }
        thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the state was not saved within ten seconds");
}

#[test]
fn an_address_that_is_taken_is_refused() {
    let address = console::serve(&["--listen", "127.0.0.1:0"]);
    let taken = address.strip_prefix("http://").unwrap();
    let said = cloud(&["--listen", taken]);
    assert_eq!(said.code, 1);
    assert!(
        said.words().contains("--listen ADDR:PORT"),
        "{}",
        said.words()
    );
}

#[test]
fn a_step_is_named_in_the_address_as_the_plan_names_it() {
    use std::io::{Read, Write};
    let address = serve(false);
    let mut socket = std::net::TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    let path = "/.embedded-cloud/person/tenants/rhcdbcore.onmicrosoft.com";
    let head = "Host: localhost\r\nContent-Length: 0\r\nConnection: close";
    write!(socket, "POST {path} HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn the_databases_are_reached_over_a_socket_by_any_client_of_tds() {
    use rhc_sql_identity::{Databases, SqlAddress, TcpDial, TdsDatabases, TdsOptions, Wire};

    #[derive(Debug)]
    struct At(u16);
    #[async_trait::async_trait]
    impl rhc_sql_identity::Dial for At {
        async fn dial(&self, _: &str, _: u16) -> std::io::Result<Box<dyn Wire>> {
            TcpDial.dial("127.0.0.1", self.0).await
        }
    }
    #[derive(Debug)]
    struct Nobodys;
    #[async_trait::async_trait]
    impl azure_core::credentials::TokenCredential for Nobodys {
        async fn get_token(
            &self,
            _: &[&str],
            _: Option<azure_core::credentials::TokenRequestOptions<'_>>,
        ) -> azure_core::Result<azure_core::credentials::AccessToken> {
            let never = time::OffsetDateTime::now_utc() + time::Duration::DAY;
            Ok(azure_core::credentials::AccessToken::new(
                "e30.e30.e30",
                never,
            ))
        }
    }

    let served = rollout::connection::Served::at(serve(false).parse().unwrap());
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sql = served.about().await.unwrap().sql.unwrap();
        assert_ne!(sql.outside, sql.inside);
        let cloud = rhc_core::Cloud::public();
        let at = SqlAddress::new(&cloud, "nobody.database.windows.net", "hp2_db").unwrap();
        for port in [sql.outside, sql.inside] {
            let mut options = TdsOptions::default();
            options.root = Some(sql.root.clone());
            let dial = std::sync::Arc::new(At(port));
            let credential = std::sync::Arc::new(Nobodys);
            let databases = TdsDatabases::through(&cloud, credential, options, dial.clone());
            // Past TLS and up to the answer to the login: there is no such server.
            let error = databases.open(&at).await.unwrap_err();
            assert_eq!(error.code(), Some("SQL40532"), "{error}");
            // Without their root nobody is trusted.
            let credential = std::sync::Arc::new(Nobodys);
            let databases = TdsDatabases::through(&cloud, credential, TdsOptions::default(), dial);
            let error = databases.open(&at).await.unwrap_err().to_string();
            assert!(error.contains("no token was sent"), "{error}");
        }
    });
}
