//! Development and the environment side by side.

use std::path::Path;

use serde_json::{Value, json};

use crate::console::{Folder, Said, rollout, text};

const HP2: &str = "hp225dev-rg";

fn mirror(more: &[&str]) -> Said {
    let words: Vec<&str> = ["mirror"].iter().chain(more).copied().collect();
    rollout(&words)
}

/// A cloud in which everything is done.
fn finished(folder: &Folder) -> std::path::PathBuf {
    let state = folder.file("cloud.json");
    assert_eq!(rollout(&["rehearse", "--state", text(&state)]).code, 0);
    state
}

fn edit(state: &Path, change: impl FnOnce(&mut serde_json::Map<String, Value>)) {
    let mut value: Value = serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap();
    change(
        value["sections"]["arm"]["resources"]
            .as_object_mut()
            .unwrap(),
    );
    std::fs::write(state, value.to_string()).unwrap();
}

/// What was found of a type, of the only app that was asked for.
fn kind<'d>(document: &'d Value, resource_type: &str) -> &'d Value {
    let comparisons = document["details"]["mirror"].as_array().unwrap();
    assert_eq!(comparisons.len(), 1);
    let mut kinds = comparisons[0]["kinds"].as_array().unwrap().iter();
    let is = |kind: &&Value| kind["resource_type"] == resource_type;
    kinds
        .find(is)
        .unwrap_or_else(|| panic!("{resource_type}: {comparisons:#?}"))
}

#[test]
fn before_anything_is_made_the_plan_stands_for_the_environment() {
    let said = mirror(&["--from-group", HP2, "--json"]);
    assert_eq!(said.code, 2, "{}", said.words());
    let document = said.document();
    let one = &document["details"]["mirror"][0];
    assert_eq!(one["to_source"], "plan");
    assert_eq!(one["subscription"], "subs-smx25dev");
    assert_eq!(document["mirror"]["only_from"], 0, "{one:#}");
    let domain = kind(&document, "Microsoft.Communication/emailServices/domains");
    assert_eq!(
        domain["both"][0]["to"],
        "hp225qa-email-services/AzureManagedDomain"
    );
    let identity = kind(
        &document,
        "Microsoft.ManagedIdentity/userAssignedIdentities",
    );
    assert!(
        identity["only_to"]
            .as_array()
            .unwrap()
            .contains(&json!("hp225qa-id")),
        "{identity}"
    );
    let words = mirror(&["--from-group", HP2]);
    assert!(words.words().contains("is not there yet"), "{}", words.out);
}

#[test]
fn what_one_side_lacks_is_shown_kind_by_kind() {
    let folder = Folder::new();
    let state = finished(&folder);
    edit(&state, |resources| {
        resources.retain(|id, _| !id.contains("/vaults/hp225qa-kv"));
        let dev = resources
            .keys()
            .find(|id| id.ends_with("/communicationservices/hp225dev-comms"))
            .unwrap()
            .clone();
        resources.remove(&dev);
        let insights = |id: &&String| id.ends_with("/components/hp225dev-insights");
        let insights = resources.keys().find(insights).unwrap().clone();
        resources[&insights]["body"]["location"] = json!("westus");
    });
    let before = std::fs::read(&state).unwrap();
    let said = mirror(&["--state", text(&state), "--from-group", HP2, "--json"]);
    assert_eq!(said.code, 2, "{}", said.words());
    assert_eq!(std::fs::read(&state).unwrap(), before, "it writes nothing");
    let document = said.document();
    assert_eq!(document["details"]["mirror"][0]["to_source"], "cloud");
    assert_eq!(document["plan"], Value::Null, "no plan was needed");
    let vaults = kind(&document, "Microsoft.KeyVault/vaults");
    assert_eq!(vaults["only_from"], json!(["hp225dev-kv"]));
    let services = kind(&document, "Microsoft.Communication/communicationServices");
    assert_eq!(services["only_to"], json!(["hp225qa-comms"]));
    let insights = kind(&document, "Microsoft.Insights/components");
    let wanted = json!([{"field": "location", "from": "westus", "to": "eastus2"}]);
    assert_eq!(insights["both"][0]["differences"], wanted);

    let said = mirror(&["--state", text(&state), "--from-group", HP2]);
    for line in [
        "<  hp225dev-kv: only in hp225dev-rg",
        ">  hp225qa-comms: only in rhc-hp2-qa-rg",
        "~  hp225dev-insights and hp225qa-insights",
        "location: westus in development, eastus2 here",
        "=  hp225dev-app and hp225qa-app",
    ] {
        assert!(said.out.contains(line), "{line}: {}", said.out);
    }
}

#[test]
fn a_true_copy_differs_in_nothing() {
    let folder = Folder::new();
    let state = finished(&folder);
    edit(&state, |resources| {
        let dev = resources
            .keys()
            .find(|id| id.ends_with("/resourcegroups/hp225dev-rg"));
        let dev = dev.unwrap().clone();
        resources.retain(|id, _| !id.starts_with(&format!("{dev}/")));
        let ours: Vec<_> = resources
            .iter()
            .filter(|(id, _)| id.contains("/resourcegroups/rhc-hp2-qa-rg/providers/"))
            .map(|(id, stored)| (id.clone(), stored.clone()))
            .collect();
        for (id, mut stored) in ours {
            let (_, below) = id.split_once("/providers/").unwrap();
            let below = below.replace("hp225qa", "hp225dev");
            let id = format!("{dev}/providers/{below}");
            stored["body"]["id"] = json!(id);
            stored["body"]["name"] = json!(id.rsplit('/').next().unwrap());
            resources.insert(id, stored);
        }
    });
    let said = mirror(&["--state", text(&state), "--from-group", HP2]);
    assert_eq!(said.code, 0, "{}", said.words());
    assert!(said.out.contains("Mirror: nothing differs"), "{}", said.out);
}

#[test]
fn without_a_group_every_app_is_compared() {
    let said = mirror(&["--json"]);
    assert_eq!(said.document()["mirror"]["apps"], 2);
    let groups: Vec<_> = said.document()["details"]["mirror"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["from_group"].clone())
        .collect();
    assert_eq!(groups, ["hp225dev-rg", "smx25dev-rg"]);
}

#[test]
fn a_wrong_group_is_refused_with_the_right_ones() {
    let said = mirror(&["--from-group", "marketing"]);
    assert_eq!(said.code, 64, "{}", said.words());
    assert!(
        said.words().contains("hp225dev-rg, smx25dev-rg"),
        "{}",
        said.words()
    );
    let said = rollout(&["rehearse", "--from-group", HP2]);
    assert_eq!(said.code, 64);
    assert!(said.words().contains("or use mirror"), "{}", said.words());
}

#[test]
fn a_group_that_is_gone_is_no_empty_one() {
    let folder = Folder::new();
    let state = finished(&folder);
    edit(&state, |resources| {
        resources.retain(|id, _| !id.contains("/hp225dev-rg"))
    });
    let said = mirror(&["--state", text(&state), "--from-group", HP2]);
    assert_eq!(said.code, 1, "{}", said.words());
    assert!(said.words().contains("subs-smx25dev"), "{}", said.words());
}
