//! A small GitHub: the repositories of the environment file. It has no runner: a push is a commit, and a run is what a test
//! or a person says of one.
//!
//! Sources: [GitHub's REST API](https://docs.github.com/rest) and, for what a plan does not have, what users of its clients
//! report: a private repository on GitHub Free answers 404 to environments (go-github pull request 2611), waiting and
//! reviewers need more than GitHub Team (422, terraform-provider-github issue 1262).
//!
//! Unverified: the words of refusals that no page quotes, and that ids of contents are not those of git.

mod accounts;
mod answer;
mod commits;
mod environments;
pub(super) mod person;
mod repositories;
mod routes;
mod state;
#[cfg(test)]
mod tests;
mod variables;

pub use answer::{OUTSIDER, READER, TOKEN};
pub use state::{Branch, Environment, GitHub, NamedBranch, OwnerKind, Plan, Repository, Run};

use rhc_core::fake::{State, World};

use crate::manifest::Manifest;

/// GitHub's API.
const HOST: &str = "api.github.com";

/// Lets GitHub answer.
pub(super) fn mount(world: &World) {
    let _ = world.load_section::<GitHub>();
    world.mount(HOST, routes::router());
}

/// The repositories that the file names, as they are before the story begins: private, of a paid plan, without anything of
/// this environment's. Of each second one the subject has ids, as it has since July 2026.
pub(super) fn seed(state: &mut State, manifest: &Manifest) {
    let mut repositories: Vec<_> = manifest
        .apps()
        .map(|(_, app)| app.github.repository.clone())
        .collect();
    repositories.dedup();
    for (index, name) in repositories.iter().enumerate() {
        let repository = Repository::seeded(state, name, index % 2 == 0);
        let all = &mut state.section::<GitHub>().repositories;
        all.insert(name.to_ascii_lowercase(), repository);
    }
}
