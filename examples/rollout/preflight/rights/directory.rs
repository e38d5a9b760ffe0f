//! Roles of the directory that a person holds, himself or by his groups.
//!
//! The directory is asked and not the token, whose claim `wids` may be left out. Roles over a part of the directory do not
//! count, nor do those that he is only eligible for.

use std::collections::BTreeSet;

use rhc_core::{ObjectId, TenantId};
use rhc_graph::{DirectoryObject, Filter, GraphClient, ListQuery};

use super::super::cloud::cannot_sign_in;
use super::super::{Finding, Granted, pages};
use crate::engine::TenantKey;
use crate::permissions::commands::directory_role;
use crate::permissions::{DirectoryRole, TenantNeeds};
use crate::steps::Clients;

/// Applications use permissions without any role, so only people are asked about.
pub(super) async fn compare(
    needs: &TenantNeeds,
    clients: &Clients,
    key: &TenantKey,
    id: TenantId,
    who: &Granted,
    findings: &mut Vec<Finding>,
) {
    if who.is_application() || needs.directory_roles.is_empty() {
        return;
    }
    let names = |roles: &[&DirectoryRole]| {
        let names: Vec<_> = roles.iter().map(|role| role.name).collect();
        names.join(", ")
    };
    let needed: Vec<_> = needs.directory_roles.iter().collect();
    let graph = match clients.graph_at(key, id) {
        Ok(graph) => graph,
        Err(error) => return findings.push(cannot_sign_in(key, &error)),
    };
    let person = who.object.as_deref().and_then(|id| id.parse().ok());
    let held = match person {
        Some(person) => held(&graph, person)
            .await
            .map_err(|error| error.to_string()),
        None => Err("the token does not say who signed in".to_owned()),
    };
    let held = match held {
        Ok(held) => held,
        Err(why) => {
            return findings.push(
                Finding::note(
                    "directory-roles-unseen",
                    pages::ROLES,
                    format!(
                        "which roles of the directory of '{key}' whoever signed in holds could not be seen ({why}); the plan needs: {}",
                        names(&needed)
                    ),
                    "see to it that he holds them, or Global Administrator; a missing one shows as a refusal of the step that needs it",
                ),
            );
        }
    };
    let missing = needed.into_iter().filter(|role| !role.is_given_by(&held));
    let (reading, missing): (Vec<_>, Vec<_>) = missing.partition(|role| role.only_reads());
    let commands = |roles: &[&DirectoryRole]| {
        let who = who.object.as_deref().unwrap_or("WHO");
        let lines: Vec<_> = roles.iter().map(|role| directory_role(who, role)).collect();
        lines.join("; ")
    };
    if !missing.is_empty() {
        let foreign: Vec<_> = held
            .iter()
            .filter(|id| !DirectoryRole::is_known(id))
            .map(String::as_str)
            .collect();
        let lacks = format!(
            "whoever signed in to '{key}' lacks roles of the directory that the plan needs: {}",
            names(&missing)
        );
        let way_out = format!(
            "a Privileged Role Administrator of that tenant gives them: {}",
            commands(&missing)
        );
        let finding = if foreign.is_empty() {
            Finding::stop("directory-roles-missing", pages::ROLES, lacks, way_out)
        } else {
            let words = format!(
                "{lacks}; he holds others of which nobody here knows whether they do: {}",
                foreign.join(", ")
            );
            Finding::note("directory-roles-unknown", pages::ROLES, words, way_out)
        };
        findings.push(finding);
    }
    // Whoever administers something reads what he administers.
    if !reading.is_empty() && held.is_empty() {
        findings.push(
            Finding::note(
                "directory-role-for-reading",
                pages::ROLES,
                format!("whoever signed in to '{key}' holds no role of the directory; what members may read is for each tenant to say, so parts of it may not be seen"),
                format!("a Privileged Role Administrator of that tenant gives it: {}", commands(&reading)),
            ),
        );
    }
}

/// The template ids of the roles that he holds over the whole directory.
async fn held(graph: &GraphClient, person: ObjectId) -> rhc_core::Result<BTreeSet<String>> {
    let mut holders = vec![person];
    let groups = graph.users().memberships(person);
    let groups = groups
        .transitive(ListQuery::default())
        .collect_all()
        .await?;
    let groups = groups.iter().filter_map(DirectoryObject::as_group);
    // No other group can hold a role.
    let groups = groups.filter(|group| group.is_assignable_to_role == Some(true));
    holders.extend(groups.filter_map(|group| group.id));
    let mut held = BTreeSet::new();
    for holder in holders {
        let query = ListQuery::filter(Filter::eq("principalId", holder.to_string()));
        let roles = graph.roles().assignments(query).collect_all().await?;
        let whole = roles
            .into_iter()
            .filter(|role| role.directory_scope_id.as_deref() == Some("/"));
        held.extend(whole.filter_map(|role| Some(role.role_definition_id?.to_string())));
    }
    Ok(held)
}
