//! Whether the environment mirrors what it was modelled on: the development stack of each app, kind by kind.
//!
//! Development is protected: it is read, with a sign-in of its own, and the fence knows no write there.

mod compare;
mod read;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use compare::{Difference, KindCompared, Matched, Thing};

use crate::connection::Connection;
use crate::engine::{Plan, StepError};
use crate::manifest::{App, Manifest};

/// One app's development stack, beside the environment's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The environment file's name for the app.
    pub app: String,
    /// The app's name for people.
    pub display_name: String,
    /// The tenant of development, by its domain.
    pub tenant: String,
    /// The subscription in which development's group was found.
    pub subscription: String,
    /// Development's resource group.
    pub from_group: String,
    /// What its names begin with.
    pub from_prefix: String,
    /// The environment's resource group.
    pub to_group: String,
    /// What the environment's names begin with.
    pub to_prefix: String,
    /// Where the environment's side was read.
    pub to_source: Source,
    /// What was found, kind by kind.
    pub kinds: Vec<KindCompared>,
}

/// Where the environment's side was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// In the cloud.
    Cloud,
    /// In the plan: the group is not there yet.
    Plan,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MirrorTotals {
    /// Apps that were compared.
    pub apps: usize,
    /// Things that both have and that look alike.
    pub same: usize,
    /// Things that both have and that differ.
    pub different: usize,
    /// Things that only development has.
    pub only_from: usize,
    /// Things that only the environment has.
    pub only_to: usize,
}

impl MirrorTotals {
    /// The totals of some comparisons.
    pub fn of(comparisons: &[Comparison]) -> Self {
        let mut totals = Self {
            apps: comparisons.len(),
            ..Self::default()
        };
        for kind in comparisons.iter().flat_map(|one| &one.kinds) {
            let different = kind.both.iter().filter(|one| !one.differences.is_empty());
            let different = different.count();
            totals.different += different;
            totals.same += kind.both.len() - different;
            totals.only_from += kind.only_from.len();
            totals.only_to += kind.only_to.len();
        }
        totals
    }

    /// Whether there is nothing to look at.
    pub fn is_equal(&self) -> bool {
        self.different + self.only_from + self.only_to == 0
    }
}

/// The apps that mirror this resource group, or all that mirror one.
///
/// # Errors
/// Where no app mirrors that group; with those that are possible.
pub fn apps<'m>(
    manifest: &'m Manifest,
    from_group: Option<&str>,
) -> Result<Vec<(&'m str, &'m App)>, StepError> {
    let Some(group) = from_group else {
        return Ok(manifest.apps().collect());
    };
    let is = |app: &App| app.mirrors.resource_group.eq_ignore_ascii_case(group);
    let found: Vec<_> = manifest.apps().filter(|(_, app)| is(app)).collect();
    if found.is_empty() {
        let possible: Vec<_> = manifest
            .apps()
            .map(|(_, app)| app.mirrors.resource_group.as_str())
            .collect();
        return Err(StepError::new(format!(
            "no app of the environment file mirrors the resource group {group}"
        ))
        .remedy(format!(
            "the file names these (apps.*.mirrors.resource_group): {}",
            possible.join(", ")
        )));
    }
    Ok(found)
}

/// Both sides of a comparison, as far as the cloud shows them.
#[derive(Clone, Debug)]
pub struct Seen {
    subscription: String,
    from: Vec<Thing>,
    /// Nothing while the group is not there.
    to: Option<Vec<Thing>>,
}

impl Seen {
    /// Whether the environment's group is not there yet, so that [`compared`] needs the plan.
    pub fn needs_plan(&self) -> bool {
        self.to.is_none()
    }
}

/// Reads an app's two sides. It writes nothing.
///
/// # Errors
/// Where a side cannot be read, or development's group is not to be found.
pub async fn look(
    manifest: &Manifest,
    connection: &Connection,
    app: &App,
) -> Result<Seen, StepError> {
    let (subscription, from) = read::development(manifest, connection, &app.mirrors).await?;
    let to = read::environment(manifest, connection, app).await?;
    Ok(Seen {
        subscription,
        from,
        to,
    })
}

/// What was seen, compared. `plan` stands for the environment where its group is not there.
pub fn compared(key: &str, app: &App, seen: &Seen, plan: Option<&Plan>) -> Comparison {
    let (to, to_source) = match (&seen.to, plan) {
        (Some(to), _) => (to.clone(), Source::Cloud),
        (None, Some(plan)) => (read::planned(plan, &app.resource_group), Source::Plan),
        (None, None) => (Vec::new(), Source::Plan),
    };
    let to_prefix = compare::prefix(app);
    let from_prefix = &app.mirrors.name_prefix;
    Comparison {
        app: key.to_owned(),
        display_name: app.display_name.clone(),
        tenant: app.mirrors.tenant_domain.clone(),
        subscription: seen.subscription.clone(),
        from_group: app.mirrors.resource_group.clone(),
        from_prefix: from_prefix.clone(),
        to_group: app.resource_group.clone(),
        kinds: compare::compare(&seen.from, &to, from_prefix, &to_prefix),
        to_prefix,
        to_source,
    }
}
