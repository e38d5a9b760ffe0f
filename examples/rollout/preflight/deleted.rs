//! Unique names that a deleted application or group still holds.
//!
//! Unverified: that the directory keeps a deleted object's unique name from others, as its fake does; Microsoft's pages do not say it.

use rhc_graph::{ApplicationKey, GroupKey, ListQuery};

use super::cloud::Place;
use super::found::Found;
use super::{Finding, pages};
use crate::manifest::Manifest;

/// The mark of an environment on an application, before its name.
const MARK: &str = "rhc-environment:";

/// The applications that the plan makes in a tenant, by their unique names.
fn applications<'m>(manifest: &'m Manifest, tenant: &str) -> Vec<&'m str> {
    let mut names = Vec::new();
    if manifest.environment.hosting_tenant == tenant {
        names.push(manifest.automation.unique_name.as_str());
        names.extend(
            manifest
                .apps()
                .map(|(_, app)| app.bridge.unique_name.as_str()),
        );
    }
    if manifest.customers.tenant == tenant {
        names.extend(
            manifest
                .apps()
                .map(|(_, app)| app.sign_in.unique_name.as_str()),
        );
    }
    names
}

/// The groups that the plan makes in a tenant, by their unique names.
fn groups<'m>(manifest: &'m Manifest, tenant: &str) -> Vec<&'m str> {
    let databases = manifest.database_tenant().map(|(key, _)| key);
    match databases == Some(tenant) {
        true => vec![manifest.database.administrators.group.as_str()],
        false => Vec::new(),
    }
}

/// Something deleted that has one of the names.
struct Deleted {
    what: &'static str,
    name: String,
    id: String,
    /// It bears this environment's mark, and apply brings such a one back.
    ours: bool,
}

/// Looks for the plan's names among what was deleted in a tenant.
pub(super) async fn names(manifest: &Manifest, place: &Place, found: &mut Found) {
    let key = place.key.as_str();
    let mut all = Vec::new();
    let wanted = applications(manifest, key);
    if !wanted.is_empty() {
        match deleted_applications(manifest, place, &wanted).await {
            Ok(deleted) => all.extend(deleted),
            Err(error) => {
                let question = format!(
                    "whether deleted applications hold the names {}",
                    wanted.join(", ")
                );
                found.failed(question, &format!("'{key}'"), &error, pages::DELETED_ITEMS);
            }
        }
    }
    let wanted = groups(manifest, key);
    if !wanted.is_empty() {
        match deleted_groups(place, &wanted).await {
            Ok(deleted) => all.extend(deleted),
            Err(error) => {
                let question = format!(
                    "whether deleted groups hold the names {}",
                    wanted.join(", ")
                );
                found.failed(question, &format!("'{key}'"), &error, pages::DELETED_ITEMS);
            }
        }
    }
    for deleted in all {
        found.say(said(key, &deleted));
    }
}

fn said(tenant: &str, deleted: &Deleted) -> Finding {
    let Deleted {
        what,
        name,
        id,
        ours,
    } = deleted;
    if *ours {
        return Finding::note(
            "application-of-this-environment-deleted",
            pages::DELETED_ITEMS,
            format!(
                "the {what} {name} of '{tenant}' was deleted, and the directory keeps it for thirty days"
            ),
            "nothing is to be done: apply restores it with its id",
        );
    }
    let url = format!("https://graph.microsoft.com/v1.0/directory/deletedItems/{id}");
    Finding::stop(
        match *what {
            "group" => "group-name-of-a-deleted-one",
            _ => "application-name-of-a-deleted-one",
        },
        pages::DELETED_ITEMS,
        format!(
            "a deleted {what} holds the unique name {name} in '{tenant}' for thirty days, and does not bear this environment's mark"
        ),
        format!(
            "restore it, and take its name away if it is not yours: az rest --method POST --url {url}/restore; or purge it for good: az rest --method DELETE --url {url}; or choose another name in the environment file"
        ),
    )
}

async fn deleted_applications(
    manifest: &Manifest,
    place: &Place,
    wanted: &[&str],
) -> rhc_core::Result<Vec<Deleted>> {
    let graph = &place.graph;
    let all = graph.deleted_items().applications(ListQuery::default());
    let mark = format!("{MARK}{}", manifest.environment.name);
    let mut found = Vec::new();
    for one in all.collect_all().await? {
        let (Some(name), Some(id)) = (&one.unique_name, &one.id) else {
            continue;
        };
        if !wanted.contains(&name.as_str()) {
            continue;
        }
        // One that lives has the name by now.
        let key = ApplicationKey::UniqueName(name.clone());
        if graph.applications().get_opt(key).await?.is_some() {
            continue;
        }
        found.push(Deleted {
            what: "application",
            name: name.clone(),
            id: id.to_string(),
            ours: one.tags.iter().flatten().any(|tag| *tag == mark),
        });
    }
    Ok(found)
}

async fn deleted_groups(place: &Place, wanted: &[&str]) -> rhc_core::Result<Vec<Deleted>> {
    let graph = &place.graph;
    let all = graph.deleted_items().groups(ListQuery::default());
    let mut found = Vec::new();
    for one in all.collect_all().await? {
        let (Some(name), Some(id)) = (&one.unique_name, &one.id) else {
            continue;
        };
        if !wanted.contains(&name.as_str()) {
            continue;
        }
        let key = GroupKey::UniqueName(name.clone());
        if graph.groups().get_opt(key).await?.is_some() {
            continue;
        }
        found.push(Deleted {
            what: "group",
            name: name.clone(),
            id: id.to_string(),
            ours: false,
        });
    }
    Ok(found)
}
