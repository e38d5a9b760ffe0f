//! Each finding, and that the QA file as it stands may be written.

mod deleted;
mod dns;
mod github;
mod limits;
mod names;
mod paid;
mod people;
mod stage;

use super::*;
use crate::embedded::EmbeddedCloud;
use crate::manifest::{Journal, Manifest, MfaMethod};
use rhc_core::fake::WorldOptions;

fn manifest() -> Manifest {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    Manifest::load(path).unwrap()
}

fn codes(findings: &[Finding], severity: Severity) -> Vec<&'static str> {
    let of = findings.iter().filter(|one| one.severity == severity);
    of.map(|one| one.code).collect()
}

#[test]
fn the_qa_file_is_noted_and_not_stopped() {
    for situation in [
        Situation::default(),
        Situation {
            azure: true,
            ..Situation::default()
        },
    ] {
        let findings = of_file(&manifest(), situation);
        assert!(!stops(&findings), "{findings:?}");
        let notes = codes(&findings, Severity::Note);
        for code in [
            "the-mailbox-alone-signs-in",
            "ten-mails-an-hour",
            "github-environments-need-a-plan",
            "aliases-need-an-agreement",
            "not-in-this-version",
        ] {
            assert!(notes.contains(&code), "{code}");
        }
        assert_eq!(notes.contains(&"databases-behind-a-door"), situation.azure);
        assert!(findings.iter().all(|one| one.way_out.len() > 10));
    }
}

/// `a-name-like-this`, between quotes.
fn is_code(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c == '-';
    text.contains('-') && text.starts_with(char::is_alphabetic) && text.chars().all(plain)
}

#[test]
fn every_finding_stands_in_the_readme_and_no_other() {
    let sources = [
        include_str!("../billing.rs"),
        include_str!("../cloud.rs"),
        include_str!("../deleted.rs"),
        include_str!("../dns.rs"),
        include_str!("../file.rs"),
        include_str!("../found.rs"),
        include_str!("../github.rs"),
        include_str!("../licences.rs"),
        include_str!("../limits.rs"),
        include_str!("../mod.rs"),
        include_str!("../names.rs"),
        include_str!("../people.rs"),
        include_str!("../rights/azure.rs"),
        include_str!("../rights/directory.rs"),
        include_str!("../rights/mod.rs"),
        include_str!("../subscriptions.rs"),
        include_str!("../../cli/preflight.rs"),
    ];
    let quoted = sources.iter().flat_map(|text| text.split('"'));
    let mut said: std::collections::BTreeSet<&str> = quoted.filter(|text| is_code(text)).collect();
    // The tag of what belongs to an environment.
    said.remove("rhc-environment");
    let readme = include_str!("../../../README.md");
    let part = readme.split("## What is foreseen").nth(1).unwrap();
    let rows = part.split("\n## ").next().unwrap();
    let rows = rows.lines().filter_map(|line| line.split('|').nth(1));
    let told = rows.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let mut told: std::collections::BTreeSet<&str> = told.collect();
    // It stands above the table.
    told.insert("not-seen");
    assert_eq!(said, told);
}

#[test]
fn what_the_cloud_will_show_is_not_guessed() {
    let situation = Situation {
        looks: true,
        github: true,
        ..Situation::default()
    };
    let notes = codes(&of_file(&manifest(), situation), Severity::Note);
    for code in [
        "github-environments-need-a-plan",
        "aliases-need-an-agreement",
    ] {
        assert!(!notes.contains(&code), "{code}");
    }
    assert!(notes.contains(&"the-mailbox-alone-signs-in"));
}

#[test]
fn more_users_than_a_tenant_holds_are_noted() {
    let mut manifest = manifest();
    let noted = |manifest: &Manifest| {
        let findings = of_file(manifest, Situation::default());
        codes(&findings, Severity::Note).contains(&"more-users-than-a-tenant-holds")
    };
    assert!(!noted(&manifest));
    for app in manifest.apps.values_mut() {
        app.users_in_first_year = u32::MAX;
    }
    assert!(noted(&manifest));
}

#[test]
fn what_is_mended_is_not_said_any_more() {
    let mut manifest = manifest();
    manifest.customers.mfa.methods.push(MfaMethod::Sms);
    for app in manifest.apps.values_mut() {
        app.github.environment = None;
        app.communication.email_domain = "mail.example.com".to_owned();
    }
    for subscription in manifest.subscriptions.values_mut() {
        subscription.id = Some("11111111-1111-1111-1111-111111111111".to_owned());
    }
    let findings = of_file(&manifest, Situation::default());
    assert_eq!(codes(&findings, Severity::Note), ["not-in-this-version"]);
}

#[test]
fn a_region_whose_identities_trust_no_repository_is_noted() {
    let mut manifest = manifest();
    let noted = |manifest: &Manifest| {
        let findings = of_file(manifest, Situation::default());
        assert!(!stops(&findings));
        codes(&findings, Severity::Note).contains(&"no-federated-credentials-here")
    };
    assert!(!noted(&manifest));
    manifest.environment.location = "newzealandnorth".to_owned();
    assert!(noted(&manifest));
}

#[test]
fn what_a_token_for_github_would_show_is_said_without_one() {
    let github = |token: bool, by_hand: bool| {
        let mut manifest = manifest();
        for app in manifest.apps.values_mut() {
            app.github.set_up_by_hand = by_hand.then(|| "2026-11-22".to_owned());
        }
        let situation = Situation {
            azure: true,
            github: token,
            ..Situation::default()
        };
        let findings = of_file(&manifest, situation);
        let own = findings.iter().map(|one| one.code);
        own.filter(|code| code.starts_with("github-") && !code.contains("plan"))
            .collect::<Vec<_>>()
    };
    let guessed = "github-subject-guessed";
    assert_eq!(github(false, false), ["github-without-token", guessed]);
    assert_eq!(github(false, true), [guessed, "github-by-hand-not-proven"]);
    assert!(github(true, false).is_empty());
}

#[test]
fn a_journal_in_blob_storage_stops_no_run() {
    let mut manifest = manifest();
    manifest.journal = Some(Journal {
        storage_account: "account".to_owned(),
        container: "rollout".to_owned(),
    });
    let azure = Situation {
        azure: true,
        ..Situation::default()
    };
    assert!(!stops(&of_file(&manifest, azure)));
    assert!(!stops(&of_file(&manifest, Situation::default())));
}

async fn of_embedded(change: impl FnOnce(&mut Manifest, &EmbeddedCloud)) -> Vec<Finding> {
    let mut manifest = manifest();
    let cloud = EmbeddedCloud::new(&manifest, WorldOptions::default(), false).unwrap();
    change(&mut manifest, &cloud);
    let connection = Connection::embedded(&manifest, cloud.world());
    of_cloud(&manifest, &connection).await
}

use crate::connection::Connection;

#[tokio::test(start_paused = true)]
async fn a_cloud_as_the_file_says_has_nothing_to_object() {
    let findings = of_embedded(|_, _| {}).await;
    assert_eq!(codes(&findings, Severity::Stop), [""; 0]);
    // What is so of every small company, and what cannot be known before there is a subscription.
    assert_eq!(
        codes(&findings, Severity::Note),
        [
            "sign-in-logs-need-a-licence",
            "github-plan-has-no-approvals",
            "not-seen"
        ]
    );
    assert!(findings.iter().all(|one| one.source.contains("://")));
    let unseen = &findings[2].what;
    assert!(
        unseen.contains("rhc-b2c-qa-sub is not there yet") && unseen.contains("2 things"),
        "{unseen}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_domain_without_tenant_and_another_id_stop_the_run() {
    let findings = of_embedded(|manifest, _| {
        manifest.tenants.get_mut("backoffice").unwrap().domain = "nobody.example".to_owned();
    })
    .await;
    assert_eq!(codes(&findings, Severity::Stop), ["tenant-absent"]);
    let findings = of_embedded(|manifest, _| {
        let tenant = manifest.tenants.get_mut("backoffice").unwrap();
        tenant.id = Some("11111111-1111-1111-1111-111111111111".to_owned());
    })
    .await;
    assert_eq!(codes(&findings, Severity::Stop), ["tenant-is-another"]);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_nobody_sees_stops_the_run() {
    let findings = of_embedded(|manifest, _| {
        let hosting = manifest.subscriptions.get_mut("hosting").unwrap();
        hosting.id = Some("11111111-1111-1111-1111-111111111111".to_owned());
    })
    .await;
    assert_eq!(codes(&findings, Severity::Stop), ["subscription-invisible"]);
    assert!(
        stops(&findings) && !blinds(&findings),
        "a plan may look all the same"
    );
}

#[tokio::test(start_paused = true)]
async fn permissions_that_are_missing_are_named() {
    use crate::sign_in::AZURE_CLIENT;
    let findings = of_embedded(|manifest, _| {
        let tenant = manifest.tenants.get_mut("backoffice").unwrap();
        tenant.sign_in_client_id = Some(AZURE_CLIENT.to_owned());
    })
    .await;
    assert_eq!(codes(&findings, Severity::Stop), ["permissions-missing"]);
    assert!(
        findings[0].what.contains("Application.ReadWrite.All"),
        "{findings:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_has_no_account_is_told_before_anything_is_done() {
    let findings = of_embedded(|_, cloud| {
        cloud.world().with(|state| {
            let directory = state.directory();
            let id = directory.tenant("recalibratehealthcare.com").unwrap().id;
            directory.tenant_mut(id).unwrap().role_assignments.clear();
        });
    })
    .await;
    assert_eq!(codes(&findings, Severity::Stop), ["cannot-sign-in"]);
    assert!(blinds(&findings), "not even a plan makes sense");
}
