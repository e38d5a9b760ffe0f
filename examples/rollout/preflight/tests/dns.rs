//! What public DNS says before any record is made.

use rhc_core::fake::{Dns, RecordType};

use super::stage::Stage;
use super::*;

const HOST: &str = "hp2-qa.recalibratex.net";

fn set(stage: &Stage, name: &str, kind: RecordType, values: &[&str]) {
    stage.with(|state| {
        let dns = state.section::<Dns>();
        dns.set(name, kind, values.iter().copied());
    });
}

#[tokio::test(start_paused = true)]
async fn a_zone_that_nobody_answers_for_is_noted() {
    let mut stage = Stage::new();
    assert!(!stage.codes().await.contains(&"zone-not-delegated"));
    stage.manifest.dns.zone = "recalibratex.example".to_owned();
    let finding = stage.one("zone-not-delegated").await;
    assert_eq!(finding.severity, Severity::Note);
    assert!(finding.what.contains("recalibratex.example"));
}

#[tokio::test(start_paused = true)]
async fn records_that_are_in_the_way_are_noted() {
    let stage = Stage::new();
    set(&stage, HOST, RecordType::A, &["203.0.113.7"]);
    let finding = stage.one("hostname-has-an-address").await;
    assert!(finding.what.contains("203.0.113.7"), "{finding:?}");
    set(&stage, HOST, RecordType::A, &[]);
    set(&stage, HOST, RecordType::Cname, &["shop.example"]);
    let finding = stage.one("hostname-leads-elsewhere").await;
    assert!(finding.what.contains("shop.example"), "{finding:?}");
    let app = "hp225qa-app.x.eastus2.azurecontainerapps.io";
    set(&stage, HOST, RecordType::Cname, &[app]);
    let codes = stage.codes().await;
    assert!(
        !codes.iter().any(|code| code.starts_with("hostname-")),
        "{codes:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_authority_that_may_not_issue_stops_the_run() {
    let stage = Stage::new();
    let (zone, code) = ("recalibratex.net", "certificate-authority-forbidden");
    assert!(!stage.codes().await.contains(&code));
    set(
        &stage,
        zone,
        RecordType::Caa,
        &["0 issue \"letsencrypt.org\""],
    );
    let findings = stage.look().await;
    let own: Vec<_> = findings.iter().filter(|one| one.code == code).collect();
    assert_eq!(own.len(), 2, "one for each host name: {findings:#?}");
    assert!(own.iter().all(|one| one.severity == Severity::Stop));
    assert!(own[0].what.contains("letsencrypt.org") && own[0].what.contains(zone));
    assert!(own[0].way_out.contains("0 issue \"digicert.com\""));
    // What has its certificate already goes on until that is to be renewed.
    let app = "hp225qa-app.x.eastus2.azurecontainerapps.io";
    set(&stage, HOST, RecordType::Cname, &[app]);
    let findings = stage.look().await;
    let noted = findings.iter().filter(|one| one.code == code);
    let noted: Vec<_> = noted.map(|one| one.severity).collect();
    assert_eq!(noted, [Severity::Note, Severity::Stop]);
    let both = ["0 issue \"letsencrypt.org\"", "0 issue \"digicert.com\""];
    set(&stage, zone, RecordType::Caa, &both);
    assert!(!stage.codes().await.contains(&code));
}

#[tokio::test(start_paused = true)]
async fn dns_that_cannot_be_asked_is_said_once() {
    use rhc_core::fake::{Fault, FaultKind, Match};
    let stage = Stage::new();
    stage.cloud.world().faults().add(Fault {
        matches: Match {
            path_contains: Some("/dns/".to_owned()),
            ..Match::default()
        },
        kind: FaultKind::Status {
            code: 503,
            headers: Vec::new(),
            body: "{}".into(),
        },
    });
    let finding = stage.one("not-seen").await;
    for words in ["public DNS could not be asked", "3 things", HOST] {
        assert!(finding.what.contains(words), "{words}: {finding:?}");
    }
}
