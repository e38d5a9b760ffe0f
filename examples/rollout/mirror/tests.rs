//! What is compared, and how.

use super::compare::{Thing, compare, prefix};
use super::*;

fn manifest() -> Manifest {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/qa.toml");
    Manifest::load(path).unwrap()
}

fn thing(resource_type: &str, name: &str) -> Thing {
    Thing {
        resource_type: resource_type.to_owned(),
        name: name.to_owned(),
        location: Some("eastus2".to_owned()),
        ..Thing::default()
    }
}

fn with(thing: Thing, location: &str, sku: Option<&str>) -> Thing {
    Thing {
        location: Some(location.to_owned()),
        sku: sku.map(str::to_owned),
        ..thing
    }
}

#[test]
fn names_match_by_their_prefix_in_any_case_and_types_too() {
    let dev = [
        thing("microsoft.insights/components", "HP225dev-insights"),
        thing("A/b/c", "hp225dev-mail/AzureManagedDomain"),
        thing("A/d", "shared"),
    ];
    let qa = [
        thing("A/d", "shared"),
        thing("A/b/c", "hp225qa-mail/AzureManagedDomain"),
        thing("Microsoft.Insights/components", "hp225qa-insights"),
    ];
    let kinds = compare(&dev, &qa, "hp225dev", "hp225qa");
    assert_eq!(kinds.len(), 3);
    for kind in kinds {
        assert_eq!(
            (kind.both.len(), kind.only_from.len(), kind.only_to.len()),
            (1, 0, 0)
        );
        assert_eq!(kind.both[0].differences, []);
    }
}

#[test]
fn what_one_side_lacks_is_said_of_that_side() {
    let dev = [thing("A/b", "xdev-1"), thing("A/b", "xdev-2")];
    let qa = [
        thing("A/b", "xqa-2"),
        thing("A/b", "xqa-3"),
        thing("A/c", "xqa-2"),
    ];
    let kinds = compare(&dev, &qa, "xdev", "xqa");
    let [b, c] = kinds.as_slice() else {
        panic!("{kinds:?}");
    };
    assert_eq!(b.both.len(), 1);
    assert_eq!(
        (b.only_from.as_slice(), b.only_to.as_slice()),
        (
            ["xdev-1".to_owned()].as_slice(),
            ["xqa-3".to_owned()].as_slice()
        )
    );
    assert_eq!(c.only_to, ["xqa-2"]);
}

#[test]
fn two_of_a_name_are_not_matched_with_one() {
    let dev = [thing("A/b", "dev"), thing("A/b", "Dev")];
    let kinds = compare(&dev, &[thing("A/b", "qa")], "dev", "qa");
    assert_eq!((kinds[0].both.len(), kinds[0].only_from.len()), (1, 1));
}

#[test]
fn what_both_lists_show_is_compared_and_what_one_hides_is_not() {
    let one = || thing("A/b", "x");
    for (dev, qa, fields) in [
        (
            with(one(), "East US 2", None),
            with(one(), "eastus2", None),
            vec![],
        ),
        (
            with(one(), "eastus", None),
            with(one(), "eastus2", None),
            vec!["location"],
        ),
        (
            with(one(), "eastus2", Some("Basic")),
            with(one(), "eastus2", Some("Standard")),
            vec!["sku"],
        ),
        (
            with(one(), "eastus2", Some("Basic")),
            with(one(), "eastus2", None),
            vec![],
        ),
    ] {
        let kinds = compare(std::slice::from_ref(&dev), &[qa], "", "");
        let found: Vec<_> = kinds[0].both[0]
            .differences
            .iter()
            .map(|one| one.field)
            .collect();
        assert_eq!(found, fields, "{dev:?}");
    }
}

#[test]
fn the_file_says_what_the_names_begin_with() {
    let manifest = manifest();
    let prefixes: Vec<_> = manifest
        .apps()
        .map(|(key, app)| (key, prefix(app)))
        .collect();
    assert_eq!(
        prefixes,
        [("hp2", "hp225qa".to_owned()), ("smx", "smx25qa".to_owned())]
    );
}

#[test]
fn a_group_that_no_app_mirrors_is_refused_with_those_that_are() {
    let manifest = manifest();
    let hp2: Vec<_> = apps(&manifest, Some("HP225dev-rg"))
        .unwrap()
        .iter()
        .map(|(key, _)| *key)
        .collect();
    assert_eq!(hp2, ["hp2"]);
    assert_eq!(apps(&manifest, None).unwrap().len(), 2);
    let error = apps(&manifest, Some("marketing")).unwrap_err();
    let remedy = error.remedy_text().unwrap();
    assert!(remedy.contains("hp225dev-rg, smx25dev-rg"), "{remedy}");
}
