use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::json;

use super::{Page, page};
use crate::engine::{
    Action, ChangeKind, Effect, Failure, Key, ObserveStats, Orphan, Outputs, Plan, PlanEntry,
    Progress, Stage, Summary, TenantKey, Totals, Window,
};
use crate::preflight::Finding;
use crate::report::{Document, Timeline};
use crate::verify::{Entry, Report, Vantage, Verdict};

const HOSTILE: &str = "</script><script>alert(1)</script>\"'&<b>";

fn entry(key: &str, kind: &str, name: &str, action: Action) -> PlanEntry {
    PlanEntry {
        key: Key::new(key),
        stage: Stage::NETWORK,
        tenant: TenantKey::new("qa"),
        kind: kind.to_owned(),
        name: name.to_owned(),
        why: "it is needed".to_owned(),
        action,
        after: Vec::new(),
        hidden_by: None,
        unfinished: false,
    }
}

/// A run in which one was made, one failed, one waits for a person, and one was there.
struct Sample {
    document: Document,
    needs: BTreeMap<Key, Vec<Key>>,
    timeline: Timeline,
    outputs: BTreeMap<Key, Outputs>,
    domains: BTreeMap<TenantKey, String>,
}

fn sample(name: &str) -> Sample {
    let desired = json!({ "name": name });
    let create = || Action::Create {
        desired: desired.clone(),
    };
    let instructions = vec![format!("Do {name}.")];
    let entries = vec![
        entry("n/net", "Microsoft.Network/virtualNetworks", name, create()),
        entry(
            "n/sub",
            "Microsoft.Network/virtualNetworks/subnets",
            "apps",
            create(),
        ),
        entry("n/group", "groups", "admins", Action::Unchanged),
        entry(
            "n/hand",
            "tenant",
            "t",
            Action::Manual {
                instructions,
                waits_for: Vec::new(),
            },
        ),
    ];
    let mut document = Document::new("apply", "qa", "azure");
    document.preflight = vec![Finding::note(
        "a-code",
        "https://learn.microsoft.com/",
        name,
        "a way out",
    )];
    document.planned(Plan {
        environment: "qa".to_owned(),
        totals: Totals {
            create: 2,
            unchanged: 1,
            manual: 1,
            ..Totals::default()
        },
        entries,
        orphans: vec![Orphan {
            tenant: TenantKey::new("qa"),
            kind: "groups".to_owned(),
            name: format!("old {name}"),
            id: "/groups/old".to_owned(),
            resolve: "delete it if nobody needs it".to_owned(),
        }],
        notes: vec![format!("an earlier run left the vault {name} open")],
        observed: ObserveStats::default(),
    });
    let failure = Failure {
        key: Key::new("n/sub"),
        message: format!("refused: {name}"),
        remedy: Some("make room".to_owned()),
    };
    let mut timeline = Timeline::default();
    let mut at = |seconds, event| timeline.take(&event, Duration::from_secs(seconds));
    let start = |key: &str| Progress::Started {
        key: Key::new(key),
        change: ChangeKind::Create,
    };
    at(0, start("n/net"));
    at(
        90,
        Progress::Done {
            key: Key::new("n/net"),
            effect: Effect::Created,
        },
    );
    at(90, start("n/sub"));
    at(
        95,
        Progress::Failed {
            key: failure.key.clone(),
            message: failure.message.clone(),
            remedy: failure.remedy.clone(),
        },
    );
    document.applied(Summary {
        created: 1,
        failed: vec![failure],
        windows: vec![
            Window {
                door: format!("vault {name}"),
                address: Some(Ipv4Addr::new(203, 0, 113, 7)),
                opened: Some("2026-11-23T09:25:01Z".to_owned()),
                closed: Some("2026-11-23T09:25:42Z".to_owned()),
            },
            Window {
                door: "SQL server s".to_owned(),
                address: None,
                opened: None,
                closed: None,
            },
        ],
        ..Summary::default()
    });
    document.verified(Report::new(
        vec![Entry {
            id: "outside/x".to_owned(),
            title: name.to_owned(),
            tenant: TenantKey::new("qa"),
            vantage: Vantage::Outside,
            why: "it must be".to_owned(),
            verdict: Verdict::failed(name, "look"),
        }],
        Vec::new(),
    ));
    let id = format!(
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/{name}"
    );
    Sample {
        document,
        needs: [(Key::new("n/sub"), vec![Key::new("n/net")])].into(),
        timeline,
        outputs: [(Key::new("n/net"), Outputs::new().with("id", id))].into(),
        domains: [(TenantKey::new("qa"), "rhcqa.onmicrosoft.com".to_owned())].into(),
    }
}

impl Sample {
    fn page(&self) -> String {
        page(&Page {
            title: "QA",
            at: "2026-01-01 00:00 UTC",
            document: &self.document,
            needs: &self.needs,
            timeline: &self.timeline,
            outputs: &self.outputs,
            domains: &self.domains,
        })
    }
}

#[test]
fn words_from_outside_stay_words() {
    let page = sample(HOSTILE).page();
    assert_eq!(page.matches("<script>").count(), 1, "the page's own");
    assert!(!page.contains("<b>") && !page.contains("alert(1)</script>"));
    assert!(page.matches("&lt;script&gt;alert(1)").count() > 5);
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let page = sample("rhc-qa-vnet").page();
    for loads in [
        " src=", "<link", "<img", "<iframe", "@import", "url(", "fetch(",
    ] {
        assert!(!page.contains(loads), "{loads}");
    }
    let links = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    for link in links {
        assert!(
            link.starts_with('#')
                || link.starts_with("https://portal.azure.com/")
                || link.starts_with("https://learn.microsoft.com/"),
            "{link}"
        );
    }
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
}

#[test]
fn every_link_inside_the_page_leads_somewhere() {
    let page = sample("rhc-qa-vnet").page();
    for link in page.split("href=\"#").skip(1) {
        let id = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

#[test]
fn each_step_stands_as_the_run_left_it() {
    let page = sample("rhc-qa-vnet").page();
    for (at, words) in [
        (0, "+ created"),
        (1, "! failed"),
        (2, "= as wanted"),
        (3, "* waits for a person"),
    ] {
        let (_, rest) = page.split_once(&format!("id=\"step-{at}\"")).unwrap();
        let (summary, _) = rest.split_once("</summary>").unwrap();
        assert!(summary.contains(words), "{at}: {summary}");
    }
    assert!(page.contains("1 failed. What to do stands at each of them"));
    assert!(page.contains("make room"), "the remedy");
    assert!(
        page.contains("1 min 30 s ◆") && page.contains("5 s ◆"),
        "both are on the chain"
    );
    assert!(page.contains("/#@rhcqa.onmicrosoft.com/resource/subscriptions/s/"));
}

#[test]
fn notes_doors_and_what_is_left_over_are_drawn() {
    let mut sample = sample("rhc-qa-vnet");
    let page = sample.page();
    let section = |id: &str| {
        let (_, rest) = page.split_once(&format!("<section id=\"{id}\"")).unwrap();
        rest.split("</section>").next().unwrap().to_owned()
    };
    assert!(section("notes").contains("an earlier run left the vault rhc-qa-vnet open"));
    let doors = section("doors");
    assert!(doors.contains("✓ closed again") && doors.contains("203.0.113.7"));
    assert!(doors.contains("! may still be open") && doors.contains("SQL server s"));
    assert!(doors.contains("opened by an earlier run") && doors.contains("run apply again"));
    assert!(section("left-over").contains("delete it if nobody needs it"));

    // Nothing failed but that a door may be open: the first sentence says so.
    let mut summary = sample.document.details.apply.take().unwrap();
    summary.failed.clear();
    sample.document.applied(summary);
    assert!(
        sample
            .page()
            .contains("1 may still be open to its operator. Run apply again")
    );
}

#[test]
fn a_part_that_the_verb_does_not_have_is_left_out() {
    let mut sample = sample("rhc-qa-vnet");
    sample.document = Document::new("verify", "qa", "embedded");
    sample
        .document
        .verified(Report::new(Vec::new(), Vec::new()));
    sample.timeline = Timeline::default();
    let page = sample.page();
    for id in [
        "time",
        "picture",
        "resources",
        "by-hand",
        "failed",
        "notes",
        "doors",
        "left-over",
        "foreseen",
    ] {
        assert!(!page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(page.contains("id=\"verification\""));
}
