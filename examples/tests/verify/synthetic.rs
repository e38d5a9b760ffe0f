//! How the engine checks what is finished, on steps whose every answer the test decides.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use rollout::engine::{
    Checked, DiffRules, Finding, Inputs, Key, Meta, Observe, Observed, Output, Outputs, Purpose,
    Rollout, Stage, Step, StepError,
};
use serde_json::{Value, json};

/// What a look at a thing answers.
type Answer = Arc<dyn Fn() -> Result<Observed, StepError> + Send + Sync>;

/// A thing that holds `size`, and the ids of others.
struct Thing {
    meta: Meta,
    fields: Vec<(&'static str, Output<String>)>,
    inside: Option<Output<String>>,
    answer: Answer,
    asked: Arc<Mutex<Vec<Purpose>>>,
}

fn id_of(name: &str) -> Output<String> {
    Key::new(name).output("id")
}

fn there(name: &str, size: u32) -> Answer {
    let outputs = Outputs::new().with("id", format!("id-of-{name}"));
    let answer = Observed::ours(json!({"size": size, "of": "id-of-a"}), outputs);
    Arc::new(move || Ok(answer.clone()))
}

fn gone() -> Answer {
    Arc::new(|| Ok(Observed::Absent))
}

fn thing(name: &str, answer: Answer) -> Thing {
    Thing {
        meta: Meta::new(name, Stage::SHARED, "qa", "thing", name),
        fields: Vec::new(),
        inside: None,
        answer,
        asked: Arc::default(),
    }
}

impl Thing {
    fn reads(mut self, name: &str) -> Self {
        self.fields.push(("of", id_of(name)));
        self
    }

    fn inside(mut self, name: &str) -> Self {
        self.meta = self.meta.needs(&Key::new(name));
        self.inside = Some(id_of(name));
        self
    }

    fn after(mut self, name: &str) -> Self {
        self.meta = self.meta.needs(&Key::new(name));
        self
    }

    fn by_hand(mut self) -> Self {
        self.meta = self.meta.manual();
        self
    }
}

#[async_trait]
impl Step for Thing {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        if self.meta.manual {
            return Ok(Value::Null);
        }
        let mut document = json!({"size": 1});
        for (field, output) in &self.fields {
            document[*field] = inputs.text(output)?.into();
        }
        Ok(document)
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new()
    }

    async fn observe(&self, _: &Observe<'_>) -> Result<Observed, StepError> {
        Err(StepError::bug("a check reads by list"))
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        if let Some(inside) = &self.inside {
            cx.inputs().require(inside)?;
        }
        self.asked.lock().unwrap().push(cx.purpose());
        cx.read(async {
            tokio::time::sleep(Duration::from_millis(40)).await;
            (self.answer)()
        })
        .await
    }
}

async fn check(things: Vec<Thing>) -> Checked {
    let steps = things
        .into_iter()
        .map(|thing| Arc::new(thing) as Arc<dyn Step>);
    let rollout = Rollout::new("qa", steps.collect()).unwrap();
    rollout.check(4).await
}

/// Each step with one word, and for those that wait with what they wait for.
fn words(checked: &Checked) -> Vec<String> {
    let word = |finding: &Finding| match finding {
        Finding::AsWanted => "as wanted".to_owned(),
        Finding::DoneByPerson => "done".to_owned(),
        Finding::Pending { .. } => "pending".to_owned(),
        Finding::Missing => "missing".to_owned(),
        Finding::Differs { changes } => {
            let paths: Vec<&str> = changes.iter().map(|c| c.path.as_str()).collect();
            format!("differs in {}", paths.join(","))
        }
        Finding::Foreign { .. } => "foreign".to_owned(),
        Finding::Wrong(error) => format!("wrong: {error}"),
        Finding::NotSeen { reason } => format!("not seen: {reason}"),
        Finding::WaitsFor { keys } => {
            let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
            format!("waits for {}", keys.join(","))
        }
    };
    let steps = checked.steps();
    steps
        .map(|step| format!("{}: {}", step.meta.key, word(&step.finding)))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_finished_is_read_back_by_point_reads_and_matches() {
    let a = thing("a", there("a", 1));
    let asked = Arc::clone(&a.asked);
    let checked = check(vec![thing("b", there("b", 1)).reads("a").inside("a"), a]).await;
    assert_eq!(words(&checked), ["a: as wanted", "b: as wanted"]);
    assert_eq!(*asked.lock().unwrap(), [Purpose::Settle]);
    let outputs = checked.named("THING", "A").unwrap().outputs();
    assert_eq!(outputs.get("id"), Some(&json!("id-of-a")));
    let reader = Key::new("anything");
    let known: String = checked.inputs(&reader).require(&id_of("b")).unwrap();
    assert_eq!(known, "id-of-b");
    assert_eq!(checked.stats().reads, 2);
}

#[tokio::test(start_paused = true)]
async fn one_missing_thing_is_one_finding_and_the_rest_waits_for_it() {
    let checked = check(vec![
        thing("a", gone()),
        // In it, reading it, and merely after it; and further down the chain.
        thing("b", there("b", 1)).inside("a"),
        thing("c", there("c", 1)).reads("a"),
        thing("d", gone()).after("a"),
        thing("e", gone()).inside("d"),
        thing("f", there("f", 1)),
    ])
    .await;
    assert_eq!(
        words(&checked),
        [
            "a: missing",
            "b: waits for a",
            "c: waits for a",
            "d: waits for a",
            "e: waits for a",
            "f: as wanted"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_differs_says_so_and_what_depends_on_it_is_checked_all_the_same() {
    let checked = check(vec![
        thing("a", there("a", 2)),
        thing("b", there("b", 3)).reads("a"),
        thing("c", there("c", 1)).reads("a"),
    ])
    .await;
    assert_eq!(
        words(&checked),
        ["a: differs in size", "b: differs in size", "c: as wanted"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_difference_of_its_own_is_not_hidden_by_a_missing_input() {
    let checked = check(vec![
        thing("a", gone()),
        thing("b", there("b", 3)).reads("a"),
    ])
    .await;
    assert_eq!(words(&checked), ["a: missing", "b: differs in size"]);
}

#[tokio::test(start_paused = true)]
async fn a_question_without_an_answer_proves_nothing_and_a_contradiction_is_wrong() {
    let lost: Answer = Arc::new(|| Err(StepError::new("no answer")));
    let busy: Answer = Arc::new(|| Err(StepError::new("still being made").retry_after(None)));
    let wrong: Answer =
        Arc::new(|| Err(StepError::new("another tenant has that domain").contradicts_file()));
    let dark: Answer = Arc::new(|| {
        Ok(Observed::NotObserved {
            reason: "the door is closed".to_owned(),
        })
    });
    let checked = check(vec![
        thing("a", lost),
        thing("b", there("b", 1)).inside("a"),
        thing("c", busy),
        thing("d", wrong),
        thing("e", dark),
        thing("f", there("f", 1)).reads("e"),
    ])
    .await;
    assert_eq!(
        words(&checked),
        [
            "a: not seen: no answer",
            "b: not seen: a could not be seen, and this stands in it",
            "c: not seen: still being made",
            "d: wrong: another tenant has that domain",
            "e: not seen: the door is closed",
            "f: not seen: it depends on e, which could not be seen",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_person_has_to_do_is_done_or_not() {
    let pending: Answer = Arc::new(|| {
        Ok(Observed::ManualPending {
            instructions: vec!["Do it.".to_owned()],
        })
    });
    let done: Answer = Arc::new(|| {
        Ok(Observed::ManualDone {
            outputs: Outputs::new().with("id", "id-of-b"),
        })
    });
    let checked = check(vec![
        thing("a", pending).by_hand(),
        thing("b", done).by_hand(),
        thing("c", there("c", 1)).inside("a"),
        thing("d", there("d", 1)).inside("b"),
    ])
    .await;
    assert_eq!(
        words(&checked),
        ["a: pending", "b: done", "c: waits for a", "d: as wanted"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_thing_without_the_mark_is_not_ours_whatever_it_holds() {
    let foreign: Answer = Arc::new(|| Ok(Observed::foreign(json!({"size": 1}), Outputs::new())));
    let checked = check(vec![thing("a", foreign)]).await;
    assert_eq!(words(&checked), ["a: foreign"]);
}

#[tokio::test(start_paused = true)]
async fn a_thing_that_hides_what_others_need_is_no_proof_that_they_are_missing() {
    let silent: Answer = Arc::new(|| Ok(Observed::ours(json!({"size": 1}), Outputs::new())));
    let checked = check(vec![thing("a", silent), thing("b", gone()).inside("a")]).await;
    assert!(
        words(&checked)[1].starts_with("b: not seen"),
        "{:?}",
        words(&checked)
    );
}
