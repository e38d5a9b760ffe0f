//! The plan as it is read, at eighty columns.

use serde_json::json;

use super::*;
use crate::engine::{
    Action, FieldChange, Key, ObserveStats, Orphan, Plan, PlanEntry, Stage, Summary, TenantKey,
    Totals,
};

fn entry(stage: Stage, name: &str, action: Action) -> PlanEntry {
    PlanEntry {
        key: Key::new(format!("{}/{name}", stage.id)),
        stage,
        tenant: TenantKey::new("backoffice"),
        kind: "Microsoft.Network/virtualNetworks".to_owned(),
        name: name.to_owned(),
        why: "carries the apps and the way to the databases, and nothing from outside reaches into it"
            .to_owned(),
        action,
        after: vec![],
        hidden_by: None,
        unfinished: false,
    }
}

fn drawn() -> String {
    let plan = Plan {
        environment: "qa".to_owned(),
        entries: vec![
            entry(
                Stage::SUBSCRIPTIONS,
                "sub",
                Action::Create {
                    desired: json!({"billingScope": "(known after subscriptions/scope)"}),
                },
            ),
            entry(
                Stage::NETWORK,
                "vnet",
                Action::Update {
                    changes: vec![FieldChange {
                        path: "tags.rhc-app".to_owned(),
                        old: json!(null),
                        new: json!("shared"),
                        immutable: false,
                        after: vec![],
                    }],
                },
            ),
            entry(Stage::NETWORK, "same", Action::Unchanged),
            entry(
                Stage::TENANTS,
                "tenant",
                Action::Manual {
                    instructions: vec!["Open the portal.".to_owned(), "Create it.".to_owned()],
                    waits_for: vec![Key::new("subscriptions/sub")],
                },
            ),
        ],
        totals: Totals {
            create: 1,
            update: 1,
            unchanged: 1,
            manual: 1,
            ..Totals::default()
        },
        orphans: vec![Orphan {
            tenant: TenantKey::new("backoffice"),
            kind: "Microsoft.Network/virtualNetworks".to_owned(),
            name: "old".to_owned(),
            id: "/subscriptions/x".to_owned(),
            resolve: "delete it in the portal if nobody needs it".to_owned(),
        }],
        notes: vec![],
        observed: ObserveStats::default(),
    };
    let mut text = Text::new(false);
    super::plan(&mut text, &plan);
    text.finish()
}

#[test]
fn a_plan_reads_like_this() {
    insta::assert_snapshot!(drawn());
}

#[test]
fn no_line_is_wider_than_eighty_columns() {
    for line in drawn().lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn the_end_says_what_was_done() {
    let mut text = Text::new(false);
    let stopped = Summary {
        stopped: true,
        created: 3,
        ..Summary::default()
    };
    super::summary(&mut text, &stopped);
    let text = text.finish();
    assert!(
        text.contains("3 created") && text.contains("; stopped."),
        "{text}"
    );
}
