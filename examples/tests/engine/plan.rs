//! The plan as data.

use async_trait::async_trait;
use rollout::engine::{
    Action, DiffRules, Exit, Key, MemoryJournal, Meta, Observe, Orphan, OwnedBy, PlanOptions,
    Stage, StepError, Sweep, Wanted,
};
use serde_json::json;
use std::sync::Arc;

use crate::support::{Cloud, rollout, thing};

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_created_and_shows_what_is_known_later() {
    let cloud = Cloud::default();
    let rollout = rollout([
        thing(&cloud, "env"),
        thing(&cloud, "app").reads("envId", "env"),
    ]);
    let plan = rollout.plan(&PlanOptions::default()).await.plan;
    let entry = plan.entry(&Key::new("app")).unwrap();
    assert_eq!(
        entry.action,
        Action::Create {
            desired: json!({"size": 1, "envId": "(known after env)"})
        }
    );
    assert_eq!(entry.after, [Key::new("env")]);
    assert_eq!(plan.exit(), Exit::Changes);
}

#[tokio::test(start_paused = true)]
async fn drift_is_shown_field_by_field_and_nothing_else_is() {
    let cloud = Cloud::default();
    let wants = json!({"size": 1, "tls": "1.2", "tags": {"env": "qa"}});
    cloud.put(
        "a",
        json!({"size": 1, "tls": "1.0", "tags": {"env": "qa", "by": "hand"}, "mark": "ours"}),
    );
    cloud.put("b", json!({"size": 1, "mark": "ours"}));
    let rollout = rollout([thing(&cloud, "a").wants(wants), thing(&cloud, "b")]);
    let plan = rollout.plan(&PlanOptions::default()).await.plan;
    let totals = serde_json::to_value(plan.totals).unwrap();
    assert_eq!(totals["update"], 1);
    assert_eq!(totals["unchanged"], 1);
    let entry = serde_json::to_value(plan.entry(&Key::new("a")).unwrap()).unwrap();
    assert_eq!(entry["action"], "update");
    assert_eq!(
        entry["changes"],
        json!([{"path": "tls", "old": "1.0", "new": "1.2"}])
    );
}

#[tokio::test(start_paused = true)]
async fn a_thing_without_the_mark_is_foreign() {
    let cloud = Cloud::default();
    cloud.put("a", json!({"size": 7}));
    let plan = rollout([thing(&cloud, "a")])
        .plan(&PlanOptions::default())
        .await
        .plan;
    let entry = plan.entry(&Key::new("a")).unwrap();
    assert!(matches!(&entry.action, Action::Foreign { what, .. } if what.contains("'a'")));
    assert_eq!(plan.totals.foreign, 1);
    assert_eq!(plan.exit(), Exit::Failure);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_changed_is_a_conflict() {
    let cloud = Cloud::default();
    cloud.put(
        "a",
        json!({"size": 1, "location": "westus", "mark": "ours"}),
    );
    let step = thing(&cloud, "a")
        .wants(json!({"size": 2, "location": "East US 2"}))
        .rules(DiffRules::new().immutable("location"));
    let plan = rollout([step]).plan(&PlanOptions::default()).await.plan;
    let Action::Conflict { changes, .. } = &plan.entry(&Key::new("a")).unwrap().action else {
        panic!("{plan:#?}");
    };
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().any(|c| c.path == "location" && c.immutable));
}

#[tokio::test(start_paused = true)]
async fn what_the_file_names_as_existing_is_never_made_or_changed() {
    let cloud = Cloud::default();
    cloud.put("there", json!({"size": 5, "mark": "ours"}));
    let given = |name: &str| thing(&cloud, name).edit_meta(|m| m.owner(OwnedBy::Given));
    let plan = rollout([given("there"), given("gone")])
        .plan(&PlanOptions::default())
        .await
        .plan;
    assert!(matches!(
        plan.entry(&Key::new("there")).unwrap().action,
        Action::Conflict { .. }
    ));
    assert!(matches!(
        plan.entry(&Key::new("gone")).unwrap().action,
        Action::Failed { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_seen_is_neither_unchanged_nor_a_change() {
    let cloud = Cloud::default();
    cloud.put(
        "reader",
        json!({"size": 1, "ref": "id-of-hidden", "mark": "ours"}),
    );
    let plan = rollout([
        thing(&cloud, "hidden").unobservable(),
        thing(&cloud, "reader").reads("ref", "hidden"),
    ])
    .plan(&PlanOptions::default())
    .await
    .plan;
    assert_eq!(plan.totals.not_observed, 2);
    let entry = plan.entry(&Key::new("reader")).unwrap();
    assert_eq!(
        entry.action,
        Action::NotObserved {
            reason: "it depends on hidden, which could not be seen".to_owned()
        }
    );
    assert_eq!(entry.hidden_by, Some(Key::new("hidden")));
    let first = plan.entry(&Key::new("hidden")).unwrap();
    assert_eq!(first.hidden_by, None);
    assert!(plan.is_empty());
}

#[tokio::test(start_paused = true)]
async fn entries_are_grouped_and_the_same_environment_gives_the_same_bytes() {
    let cloud = Cloud::default();
    let make = || {
        rollout([
            thing(&cloud, "z").stage(Stage::of_app(0, "hp2")),
            thing(&cloud, "first").stage(Stage::NETWORK).after("needed"),
            thing(&cloud, "needed").stage(Stage::NETWORK),
            thing(&cloud, "y")
                .stage(Stage::of_app(0, "hp2"))
                .edit_meta(|mut m| {
                    m.tenant = "database".into();
                    m
                }),
        ])
    };
    let plan = make().plan(&PlanOptions::default()).await.plan;
    let names: Vec<&str> = plan.entries.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["needed", "first", "y", "z"]);
    let again = make().plan(&PlanOptions::default()).await.plan;
    let bytes = |plan| serde_json::to_string(plan).unwrap();
    assert_eq!(bytes(&plan), bytes(&again));
}

#[tokio::test(start_paused = true)]
async fn sensitive_values_are_not_in_the_plan() {
    let cloud = Cloud::default();
    cloud.put("old", json!({"secret": "hunter1", "mark": "ours"}));
    let rules = DiffRules::new().sensitive("secret");
    let wants = json!({"secret": "hunter2"});
    let rollout = rollout([
        thing(&cloud, "old")
            .wants(wants.clone())
            .rules(rules.clone()),
        thing(&cloud, "new").wants(wants).rules(rules),
    ]);
    let journal = Arc::new(MemoryJournal::new());
    let planned = rollout.plan(&PlanOptions::default()).await;
    assert_eq!(
        (planned.plan.totals.create, planned.plan.totals.update),
        (1, 1)
    );
    let text = serde_json::to_string(&planned.plan).unwrap();
    assert!(!format!("{planned:?}").contains("hunter"));
    assert!(!text.contains("hunter"), "{text}");
    assert_eq!(text.matches("(sensitive)").count(), 3);
    let options = rollout::engine::ApplyOptions {
        journal: journal.clone(),
        ..Default::default()
    };
    rollout.apply(planned, &options).await.unwrap();
    assert_eq!(cloud.document("new")["secret"], "hunter2");
    assert_eq!(cloud.state().logged.len(), 2);
    assert!(!format!("{:?}", cloud.state().logged).contains("hunter"));
    let text = serde_json::to_string(&journal.records()).unwrap();
    assert!(!text.contains("hunter"), "{text}");
}

struct MarkedThings(Meta, Cloud);

#[async_trait]
impl Sweep for MarkedThings {
    fn meta(&self) -> &Meta {
        &self.0
    }

    async fn orphans(
        &self,
        cx: &Observe<'_>,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Orphan>, StepError> {
        let marked: Vec<String> = cx
            .read(async {
                let state = self.1.state();
                let ours = state.things.iter().filter(|(_, t)| t[0]["mark"] == "ours");
                Ok::<_, StepError>(ours.map(|(name, _)| name.clone()).collect())
            })
            .await?;
        let orphans = marked
            .into_iter()
            .filter(|name| !wanted.contains_named("THING", name));
        Ok(orphans
            .map(|name| Orphan {
                tenant: "qa".into(),
                kind: "thing".to_owned(),
                id: format!("id-of-{name}"),
                resolve: format!("delete {name}"),
                name,
            })
            .collect())
    }
}

#[tokio::test(start_paused = true)]
async fn what_left_the_file_is_reported_and_stays() {
    let cloud = Cloud::default();
    cloud.put("kept", json!({"size": 1, "mark": "ours"}));
    cloud.put("dropped", json!({"size": 1, "mark": "ours"}));
    cloud.put("someone-elses", json!({"size": 1}));
    let sweep = Meta::new("sweep", Stage::SHARED, "qa", "sweep", "things");
    let rollout =
        rollout([thing(&cloud, "kept")]).with_sweep(Arc::new(MarkedThings(sweep, cloud.clone())));
    let planned = rollout.plan(&PlanOptions::default()).await;
    let names: Vec<&str> = planned
        .plan
        .orphans
        .iter()
        .map(|o| o.name.as_str())
        .collect();
    assert_eq!(names, ["dropped"]);
    assert!(planned.plan.is_empty());
    rollout.apply(planned, &Default::default()).await.unwrap();
    assert_eq!(cloud.count("dropped"), 1);
}
