//! What an apply made, counted by stage and tenant.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{Text, Tone, count};
use crate::engine::{GITHUB, Made, Stage};

/// What has no address of its own to be read at: members, users inside a database, an acceptance, a registration.
const WITHOUT_ADDRESS: [&str; 4] = [
    "Microsoft.Resources/providers",
    "Microsoft.Subscription/acceptOwnership",
    "groups/members",
    "sql-user",
];

/// Those that can be read at an address of their own.
pub fn objects(made: &[Made]) -> impl Iterator<Item = &Made> {
    made.iter()
        .filter(|one| !WITHOUT_ADDRESS.contains(&one.kind.as_str()))
}

/// Draws how many objects were made, by stage, and how many came with them.
pub(super) fn made(text: &mut Text, made: &[Made], came_with: &[Made]) {
    let mut stages = BTreeMap::<Stage, usize>::new();
    let mut tenants = BTreeSet::new();
    for one in objects(made) {
        *stages.entry(one.stage).or_default() += 1;
        if one.tenant.as_str() != GITHUB {
            tenants.insert(&one.tenant);
        }
    }
    let all: usize = stages.values().sum();
    if all == 0 {
        return;
    }
    text.gap();
    text.heading(&format!(
        "Made: {} in {}, by stage",
        count(all, "object"),
        count(tenants.len(), "tenant")
    ));
    for (stage, number) in stages {
        text.paragraph(&format!("  {number:>4}  "), Tone::Plain, stage.title);
    }
    let parts = objects(came_with).count();
    if parts > 0 {
        let line = format!(
            "and {} that came with them and were set as the file says",
            count(parts, "part")
        );
        text.paragraph("        ", Tone::Faint, &line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(stage: Stage, tenant: &str, kind: &str) -> Made {
        Made {
            key: format!("{}/{kind}", stage.id).into(),
            stage,
            tenant: tenant.into(),
            kind: kind.to_owned(),
        }
    }

    #[test]
    fn only_what_has_an_address_counts() {
        let all = [
            one(
                Stage::of_app(0, "hp2"),
                "backoffice",
                "Microsoft.KeyVault/vaults",
            ),
            one(Stage::of_app(0, "hp2"), "backoffice", "applications"),
            one(Stage::DATABASE, "database", "groups"),
            one(Stage::DATABASE, "database", "groups/members"),
            one(Stage::of_app(0, "hp2"), "database", "sql-user"),
        ];
        let mut text = Text::new(false);
        made(
            &mut text,
            &all,
            &[one(
                Stage::DATABASE,
                "database",
                "Microsoft.Sql/servers/administrators",
            )],
        );
        let drawn = text.finish();
        let lines: Vec<&str> = drawn.lines().map(str::trim).collect();
        assert_eq!(
            lines,
            [
                "",
                "Made: 3 objects in 2 tenants, by stage",
                "1  Databases",
                "2  HP2",
                "and 1 part that came with them and were set as the file says"
            ]
        );
        assert_eq!(objects(&all).count(), 3);
    }

    #[test]
    fn nothing_made_is_not_worth_a_line() {
        let mut text = Text::new(false);
        made(
            &mut text,
            &[one(Stage::of_app(0, "hp2"), "database", "sql-user")],
            &[],
        );
        assert_eq!(text.finish(), "");
    }
}
