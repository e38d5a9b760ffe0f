//! Two lists of things, matched by type and name.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::manifest::App;

/// A resource as the list of its group shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Thing {
    /// The type.
    pub resource_type: String,
    /// The name; below another one `parent/child`.
    pub name: String,
    /// The region.
    pub location: Option<String>,
    /// The variant of its type.
    pub kind: Option<String>,
    /// The SKU's name.
    pub sku: Option<String>,
}

/// What was found of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindCompared {
    /// The type.
    pub resource_type: String,
    /// What both have.
    pub both: Vec<Matched>,
    /// What only development has, by name.
    pub only_from: Vec<String>,
    /// What only the environment has, by name.
    pub only_to: Vec<String>,
}

/// A thing that both have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// Its name in development.
    pub from: String,
    /// Its name in the environment.
    pub to: String,
    /// What the lists show differently.
    pub differences: Vec<Difference>,
}

/// A field that both lists show, and not alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field.
    pub field: &'static str,
    /// What development has.
    pub from: String,
    /// What the environment has.
    pub to: String,
}

/// What the names of an app's things begin with: what those in the environment file have in common.
pub(super) fn prefix(app: &App) -> String {
    let names = [
        app.container_app.name.as_str(),
        &app.container_app.environment,
        &app.key_vault,
        &app.identities.app,
        &app.monitoring.insights,
        &app.monitoring.workspace,
        &app.communication.email_service,
    ];
    let services = app.communication.services.iter().map(String::as_str);
    let registry = app.registry.iter().map(|one| one.name.as_str());
    let storage = app.storage.iter().map(|one| one.name.as_str());
    let mut names = names
        .into_iter()
        .chain(services)
        .chain(registry)
        .chain(storage);
    let first = names.next().unwrap_or_default().to_owned();
    let common = names.fold(first, |common, name| {
        let same = common.chars().zip(name.chars()).take_while(|(a, b)| a == b);
        same.map(|(same, _)| same).collect()
    });
    common.trim_end_matches('-').to_owned()
}

/// Matches two lists kind by kind. A name of development is looked for with `to_prefix` in place of `from_prefix`.
pub(super) fn compare(
    from: &[Thing],
    to: &[Thing],
    from_prefix: &str,
    to_prefix: &str,
) -> Vec<KindCompared> {
    let mut kinds = BTreeMap::<String, KindCompared>::new();
    let mut left: Vec<&Thing> = to.iter().collect();
    for ours in from {
        let wanted = replaced(&ours.name, from_prefix, to_prefix);
        let is = |there: &&Thing| {
            same(&there.resource_type, &ours.resource_type) && same(&there.name, &wanted)
        };
        let found = left.iter().position(is).map(|at| left.remove(at));
        let kind = kind(&mut kinds, found.unwrap_or(ours));
        match found {
            Some(there) => kind.both.push(Matched {
                from: ours.name.clone(),
                to: there.name.clone(),
                differences: differences(ours, there),
            }),
            None => kind.only_from.push(ours.name.clone()),
        }
    }
    for there in left {
        kind(&mut kinds, there).only_to.push(there.name.clone());
    }
    let mut kinds: Vec<_> = kinds.into_values().collect();
    for kind in &mut kinds {
        kind.both.sort_by(|a, b| a.from.cmp(&b.from));
        kind.only_from.sort();
        kind.only_to.sort();
    }
    kinds
}

/// The entry of a thing's type, which services write in a case of their own choice.
fn kind<'k>(kinds: &'k mut BTreeMap<String, KindCompared>, thing: &Thing) -> &'k mut KindCompared {
    let entry = kinds.entry(thing.resource_type.to_lowercase());
    entry.or_insert_with(|| KindCompared {
        resource_type: thing.resource_type.clone(),
        both: Vec::new(),
        only_from: Vec::new(),
        only_to: Vec::new(),
    })
}

/// A name of development as the environment has it; without the prefix it stays.
fn replaced(name: &str, from: &str, to: &str) -> String {
    let name = name.to_lowercase();
    if from.is_empty() {
        return name;
    }
    name.replace(&from.to_lowercase(), &to.to_lowercase())
}

fn differences(from: &Thing, to: &Thing) -> Vec<Difference> {
    let fields = [
        ("location", &from.location, &to.location),
        ("kind", &from.kind, &to.kind),
        ("sku", &from.sku, &to.sku),
    ];
    let differs = |(field, from, to): (&'static str, &Option<String>, &Option<String>)| {
        let (from, to) = (from.as_ref()?, to.as_ref()?);
        let plain = |text: &str| text.replace(' ', "").to_lowercase();
        (plain(from) != plain(to)).then(|| Difference {
            field,
            from: from.clone(),
            to: to.clone(),
        })
    };
    fields.into_iter().filter_map(differs).collect()
}

fn same(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}
