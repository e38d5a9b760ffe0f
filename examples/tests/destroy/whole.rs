//! The whole environment goes, and comes back.

use rhc_core::fake::WorldOptions;
use rollout::embedded::{EmbeddedCloud, Inventory};
use rollout::engine::{Action, Exit};

use crate::finished::{Run, manifest, settle, state};

/// What is different in the cloud after an environment was made and taken down, by a part of what differs, and why.
const LEFT: &[(&str, &str)] = &[
    (
        " (deleted)",
        "the directory keeps what was deleted for thirty days",
    ),
    (
        "deleted /subscriptions/",
        "so does Azure with workspaces for fourteen days",
    ),
    (
        "deleted microsoft.keyvault/vaults/",
        "vaults are kept for ninety days, and nobody can purge them",
    ),
    (
        "-kv/certificates/",
        "what was in the vaults is kept with them",
    ),
    ("subscription rhc-", "subscriptions stay"),
    (
        "aliases <recalibratehealthc.onmicrosoft.com>/rhc-",
        "with the aliases that made them",
    ),
    (
        "-sub>/providers/microsoft.authorization/roleassignments",
        "and their owners",
    ),
    (
        "/resourcegroups/rhc-identity-qa-rg",
        "the customers' tenant stays, with its resource and the group of that",
    ),
    (
        "tenant rhc",
        "the customers' and the databases' tenants stay",
    ),
    ("onmicrosoft.com/user ", "with their administrators"),
    ("onmicrosoft.com/roleAssignments ", "and what these may do"),
    (
        "onmicrosoft.com/servicePrincipal <app Azure ",
        "and Microsoft's own software, which every tenant has",
    ),
    (
        "onmicrosoft.com/servicePrincipal <app Microsoft ",
        "as above",
    ),
    (
        "onmicrosoft.com/servicePrincipal <app Windows Azure ",
        "as above",
    ),
    (
        "b2c-extensions-app",
        "and what an External ID tenant is born with",
    ),
    (
        "rhcqa.onmicrosoft.com/appRoleAssignments",
        "what a deleted service principal may do is kept with it",
    ),
    (
        "section graph: ",
        "a tenant's policies stay as they were set",
    ),
    (
        "section externalId: [{\"tenants\":{\"<rhcqa.onmicrosoft.com>\":{\"userFlows\":{}}}}]",
        "the tenant is known, without any user flow",
    ),
    (
        "/application rhc-rollout",
        "as whom the automation signs in",
    ),
    (
        "/servicePrincipal <app rhc-rollout>",
        "as above, in both tenants",
    ),
    (
        "section dns[0].zones.recalibratex.net.records.",
        "a person made the records",
    ),
    (
        ".branches.qa",
        "a person made the branch; the workflow in it stays with it",
    ),
    (
        ".environments.qa",
        "the environments on GitHub stay in the repositories",
    ),
    (
        "section registry: ",
        "the World keeps pushed images although their registry is gone",
    ),
];

/// The same for an environment that was made, taken down and made again.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "/servicePrincipal <app ",
        "service principals are made anew, and the deleted ones kept for thirty days",
    ),
    (
        "rhcqa.onmicrosoft.com/appRoleAssignments",
        "what these may do is kept with them",
    ),
    (
        ".conditionalAccess.<id>.deletedDateTime",
        "so is the policy that demanded the second factor",
    ),
];

fn unexplained(differences: &[String], known: &[(&str, &str)]) -> Vec<String> {
    let strange = |one: &&String| !known.iter().any(|(part, _)| one.contains(part));
    differences.iter().filter(strange).cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_made_is_gone_and_is_made_again() {
    let new = EmbeddedCloud::new(&manifest(), WorldOptions::default(), true).unwrap();
    let before = Inventory::of(&new.to_state().unwrap());
    let run = Run::from_state(&state());
    let takedown = run.plan_removal().await;
    let plan = takedown.planned.plan.clone();
    assert_eq!((plan.totals.refused, plan.totals.failed), (0, 0));
    assert!(plan.totals.delete > 100, "{:?}", plan.totals);
    let summary = run.take_down(takedown).await;
    assert_eq!((&summary.failed, &summary.blocked), (&vec![], &vec![]));
    assert_eq!(summary.deleted, plan.totals.delete);
    assert_eq!(summary.exit(), Exit::Done);
    settle().await;

    let after = run.cloud.to_state().unwrap();
    let left = Inventory::of(&after).differences(&before);
    assert_eq!(unexplained(&left, LEFT), [""; 0]);

    // A new process, which knows nothing of that, finds nothing.
    let again = Run::from_state(&after);
    let plan = again.plan_removal().await.planned.plan;
    assert_eq!((plan.totals.delete, plan.totals.refused), (0, 0));
    assert_eq!(plan.exit(), Exit::Done);

    let anew = Run::from_state(&after);
    let summary = anew.apply(anew.plan().await).await;
    assert_eq!((&summary.failed, &summary.manual), (&vec![], &vec![]));
    settle().await;
    let rebuilt = anew.cloud.to_state().unwrap();
    let different = Inventory::of(&rebuilt).differences(&Inventory::of(&state()));
    assert_eq!(unexplained(&different, DIFFERENT), [""; 0]);
    let second = Run::from_state(&rebuilt).plan().await.plan;
    assert!(second.is_empty(), "{:?}", second.totals);
}

#[tokio::test(start_paused = true)]
async fn everything_of_the_file_goes_or_says_why_it_stays() {
    let run = Run::from_state(&state());
    let plan = run.plan_removal().await.planned.plan;
    assert_eq!(plan.entries.len(), run.rollout.len());
    for entry in &plan.entries {
        match &entry.action {
            Action::Delete { .. } | Action::GoesWith { .. } => {}
            Action::Stays { why } => {
                assert!(!why.contains("does not know how"), "{}: {why}", entry.key)
            }
            other => panic!("{}: {other:?}", entry.key),
        }
    }
    let kept: Vec<_> = plan
        .entries
        .iter()
        .filter_map(|entry| match &entry.action {
            Action::Delete {
                remains: Some(remains),
                ..
            } if entry.kind == "Microsoft.KeyVault/vaults" => Some(remains.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(kept.len(), 2);
    for remains in kept {
        assert!(remains.contains("nobody can purge it"), "{remains}");
        // Ninety days, as the file says, from the time of the embedded cloud.
        assert!(remains.contains("(until 2027-02-21)"), "{remains}");
    }
}
