//! What the roles in a subscription and in its groups allow.

use std::collections::{BTreeMap, BTreeSet};

use rhc_arm::types::authorization::Permission;
use rhc_arm::{ArmClient, Error, Pages, SubscriptionId};

use super::super::{Finding, pages};
use crate::permissions::AzureNeeds;
use crate::permissions::commands::{Assignee, azure_role, general_role};

/// Actions by where they are needed: in a group, or in the subscription itself.
type Places = BTreeMap<Option<String>, BTreeSet<String>>;

/// What came of the comparison.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// What is not allowed.
    missing: Places,
    /// Where nobody may even ask, with what is needed there.
    unseen: Places,
}

/// What the caller holds at a place. `None`: he may not ask there, or does not see it.
async fn held(permissions: Pages<Permission>) -> Result<Option<Vec<Permission>>, Error> {
    match permissions.collect_all().await {
        Ok(held) => Ok(Some(held)),
        Err(error) if error.is_forbidden() => Ok(None),
        Err(error) if error.code() == Some("SubscriptionNotFound") => Ok(None),
        Err(error) => Err(error),
    }
}

fn lacking(actions: &BTreeSet<String>, held: &[Permission]) -> BTreeSet<String> {
    let allowed = |action: &str| held.iter().any(|one| one.allows(action));
    let lacking = actions.iter().filter(|action| !allowed(action));
    lacking.cloned().collect()
}

/// Asks the subscription, and those groups in which that was not enough.
pub(super) async fn compare(
    arm: &ArmClient,
    id: &SubscriptionId,
    needs: &AzureNeeds,
) -> Result<Compared, Error> {
    let scope = arm.subscription(id);
    let above = held(scope.permissions()).await?;
    let mut compared = Compared::default();
    for (place, actions) in &needs.places {
        let lacks = lacking(actions, above.as_deref().unwrap_or_default());
        if lacks.is_empty() {
            continue;
        }
        let (lacks, seen) = match place {
            None => (lacks, above.is_some()),
            Some(group) => match held(scope.resource_group(group).permissions()).await {
                Ok(Some(held)) => (lacking(&lacks, &held), true),
                Ok(None) => (lacks, above.is_some()),
                // It is not there yet, so the right to make it is one over the subscription.
                Err(error) if error.is_not_found() => (lacks, above.is_some()),
                Err(error) => return Err(error),
            },
        };
        if lacks.is_empty() {
            continue;
        }
        let places = match seen {
            true => &mut compared.missing,
            false => &mut compared.unseen,
        };
        places.insert(place.clone(), lacks);
    }
    Ok(compared)
}

/// What is said of it.
pub(super) fn findings(
    name: &str,
    id: &SubscriptionId,
    needs: &AzureNeeds,
    compared: Result<Compared, Error>,
    who: &Assignee<'_>,
) -> Vec<Finding> {
    let exactly = "or a role with exactly what the plan needs, which the verb permissions prints";
    let compared = match compared {
        Ok(compared) => compared,
        Err(error) => {
            let count = needs.actions.len();
            let what = format!(
                "whether whoever signed in may do the {count} things in {name} that the plan needs could not be found out: {error}"
            );
            let way_out = "run the same command again; a right that is missing shows as a refusal of the step that needs it";
            return vec![Finding::note(
                "azure-rights-unseen",
                pages::ACTIONS,
                what,
                way_out,
            )];
        }
    };
    let mut found = Vec::new();
    if !compared.missing.is_empty() {
        let what = format!(
            "whoever signed in may not do in {name} what the plan needs: {}",
            told(&compared.missing)
        );
        let way_out = format!("{}; {exactly}", give(id, &compared.missing, who));
        found.push(Finding::stop(
            "azure-actions-missing",
            pages::ACTIONS,
            what,
            way_out,
        ));
    }
    if !compared.unseen.is_empty() {
        let what = format!(
            "whoever signed in may not even ask what he may do in {name} (Microsoft.Authorization/permissions/read); the plan needs: {}",
            told(&compared.unseen)
        );
        let way_out = format!("{}; {exactly}", give(id, &compared.unseen, who));
        found.push(Finding::stop(
            "azure-rights-unreadable",
            pages::ACTIONS,
            what,
            way_out,
        ));
    }
    found
}

/// The command for what is missing: over the one group where it is all in one that is there, else over the subscription.
fn give(id: &SubscriptionId, places: &Places, who: &Assignee<'_>) -> String {
    let all = places.values().flatten().map(String::as_str);
    azure_role(who, general_role(all), &format!("/subscriptions/{id}"))
}

/// `Microsoft.App/jobs (read, start/action)`, by place; what is missing in the whole subscription is said once.
fn told(places: &Places) -> String {
    let mut parts = Vec::new();
    for (place, actions) in places {
        let mut types: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for action in actions {
            let cut = match action.strip_suffix("/action") {
                Some(rest) => rest.rfind('/'),
                None => action.rfind('/'),
            };
            let (kind, deed) = action.split_at(cut.unwrap_or_default());
            let deeds = types.entry(kind).or_default();
            deeds.push(deed.trim_start_matches('/'));
        }
        let types: Vec<_> = types
            .iter()
            .map(|(kind, deeds)| format!("{kind} ({})", deeds.join(", ")))
            .collect();
        let place = place
            .as_ref()
            .map_or_else(|| "itself".to_owned(), |group| format!("group {group}"));
        parts.push(format!("{place}: {}", types.join(", ")));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_told_by_type() {
        let actions = [
            "Microsoft.App/jobs/read",
            "Microsoft.App/jobs/start/action",
            "Microsoft.App/register/action",
        ];
        let actions: BTreeSet<String> = actions.map(str::to_owned).into();
        let places = Places::from([(None, actions.clone()), (Some("g".to_owned()), actions)]);
        let one = "Microsoft.App (register/action), Microsoft.App/jobs (read, start/action)";
        assert_eq!(told(&places), format!("itself: {one}; group g: {one}"));
    }
}
