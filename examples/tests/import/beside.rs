//! What happens beside an import: doors stay as they are, and somebody else is faster.

use rollout::engine::Action;
use serde_json::json;

use crate::edit::resource;
use crate::finished::{Run, state};
use crate::seen::{foreign, writes};

#[tokio::test(start_paused = true)]
async fn what_became_anothers_after_the_plan_is_not_taken() {
    let mut state = state();
    resource(&mut state, "/vaults/hp225qa-kv")["tags"] = json!({"owner": "ron"});
    let keys = foreign(&Run::from_state(&state).plan().await.plan);
    for (tag, words) in [
        ("prod", "the environment 'prod' has it now"),
        ("", "not there"),
    ] {
        let run = Run::from_state(&state);
        let adoption = run.plan_adoption(&keys).await;
        assert!(matches!(
            adoption.planned.plan.entries[0].action,
            Action::Adopt(_)
        ));
        run.cloud.world().with(|state| {
            let arm = state.section::<rhc_arm::fake::Arm>();
            let ids: Vec<String> = arm.resources.keys().cloned().collect();
            let id = ids.iter().find(|id| id.ends_with("/vaults/hp225qa-kv"));
            let id = id.unwrap();
            match tag {
                "" => drop(arm.resources.remove(id)),
                tag => {
                    let vault = arm.resources.get_mut(id).unwrap();
                    vault.body["tags"] = json!({"rhc-environment": tag});
                }
            }
        });
        let summary = run.adopt(adoption).await;
        assert_eq!(summary.failed.len(), 1, "{summary:?}");
        let said = &summary.failed[0].message;
        assert!(said.contains(words), "{said}");
        assert_eq!(writes(&run), [""; 0]);
    }
}
