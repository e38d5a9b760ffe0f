//! Where a person finds a thing in Microsoft's portal.
//!
//! Unverified: Microsoft documents none of these addresses. They are those that the portal shows in the browser, and that
//! many public scripts use. One that stops working leads to the portal's own "not found".

use crate::engine::{Outputs, PlanEntry};

const PORTAL: &str = "https://portal.azure.com";

/// The address of a thing in the portal, for the tenant with this domain; nothing where it has no page.
pub(crate) fn link(entry: &PlanEntry, outputs: &Outputs, domain: &str) -> Option<String> {
    let text = |name: &str| outputs.get(name).and_then(|value| value.as_str());
    if let Some(id) = text("id").filter(|id| id.starts_with("/subscriptions/")) {
        return Some(format!("{PORTAL}/#@{domain}/resource{}", shown(id)));
    }
    let view = match entry.kind.as_str() {
        "applications" => format!(
            "Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/{}",
            text("appId").or_else(|| text("clientId"))?
        ),
        "servicePrincipals" => format!(
            "Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/{}",
            text("id").or_else(|| text("objectId"))?
        ),
        "groups" => format!(
            "Microsoft_AAD_IAM/GroupDetailsMenuBlade/~/Overview/groupId/{}",
            text("id").or_else(|| text("objectId"))?
        ),
        _ => return None,
    };
    Some(format!("{PORTAL}/{domain}/#view/{view}"))
}

/// The resource with a page of its own: parts are shown with the resource that they are part of, and what extends another
/// resource (a role assignment, a diagnostic setting, a provider's registration) with that one.
fn shown(id: &str) -> String {
    let parts: Vec<&str> = id.split('/').collect();
    let providers = |part: &&str| part.eq_ignore_ascii_case("providers");
    let Some(first) = parts.iter().position(providers) else {
        return id.to_owned();
    };
    let namespace = parts.get(first + 1).copied().unwrap_or_default();
    let extends = ["Microsoft.Authorization", "Microsoft.Insights"]
        .iter()
        .any(|one| one.eq_ignore_ascii_case(namespace))
        && !parts
            .get(first + 2)
            .is_some_and(|kind| kind.eq_ignore_ascii_case("components"));
    let is_database = parts
        .get(first + 4)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("databases"));
    let end = match parts.len() {
        _ if extends => first,
        ..=2 => parts.len(),
        length if length < first + 4 => first,
        _ if is_database => first + 6,
        _ => first + 4,
    };
    parts.get(..end).unwrap_or(&parts).join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Action, Key, Stage, TenantKey};

    fn entry(kind: &str) -> PlanEntry {
        PlanEntry {
            key: Key::new("k"),
            stage: Stage::NETWORK,
            tenant: TenantKey::new("qa"),
            kind: kind.to_owned(),
            name: "n".to_owned(),
            why: String::new(),
            action: Action::Unchanged,
            after: Vec::new(),
            hidden_by: None,
            unfinished: false,
        }
    }

    #[test]
    fn a_part_leads_to_what_it_is_part_of() {
        let group = "/subscriptions/s/resourceGroups/g";
        let server = format!("{group}/providers/Microsoft.Sql/servers/x");
        for (id, page) in [
            (group.to_owned(), group.to_owned()),
            (server.clone(), server.clone()),
            (format!("{server}/auditingSettings/default"), server.clone()),
            (
                format!("{server}/databases/d"),
                format!("{server}/databases/d"),
            ),
            (
                format!("{server}/databases/d/transparentDataEncryption/current"),
                format!("{server}/databases/d"),
            ),
            (
                format!("{server}/providers/Microsoft.Insights/diagnosticSettings/audit"),
                server.clone(),
            ),
            (
                format!("{group}/providers/Microsoft.Authorization/roleAssignments/r"),
                group.to_owned(),
            ),
            (
                format!("{group}/providers/Microsoft.Insights/components/logs"),
                format!("{group}/providers/Microsoft.Insights/components/logs"),
            ),
            (
                "/subscriptions/s/providers/Microsoft.Sql".to_owned(),
                "/subscriptions/s".to_owned(),
            ),
        ] {
            let outputs = Outputs::new().with("id", id.clone());
            let link = link(&entry("Microsoft.Any/kinds"), &outputs, "x.onmicrosoft.com");
            let expected = format!("https://portal.azure.com/#@x.onmicrosoft.com/resource{page}");
            assert_eq!(link, Some(expected), "{id}");
        }
    }

    #[test]
    fn objects_of_a_directory_are_found_by_their_ids_and_others_are_not() {
        let outputs = Outputs::new().with("appId", "a").with("id", "o");
        for (kind, end) in [
            ("applications", Some("appId/a")),
            ("servicePrincipals", Some("objectId/o")),
            ("groups", Some("groupId/o")),
            ("sql-user", None),
        ] {
            let link = link(&entry(kind), &outputs, "x.onmicrosoft.com");
            match end {
                Some(end) => {
                    let link = link.unwrap();
                    assert!(link.starts_with("https://portal.azure.com/x.onmicrosoft.com/#view/"));
                    assert!(link.ends_with(end), "{link}");
                }
                None => assert_eq!(link, None),
            }
        }
        assert_eq!(link(&entry("groups"), &Outputs::new(), "x"), None);
    }
}
