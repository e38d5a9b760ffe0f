//! What a developer does on GitHub before anything can be deployed.

use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::{PersonTask, State, World};

use super::state::{GitHub, Repository};
use crate::manifest::{App, Manifest};

const MAKE_BRANCH: Duration = Duration::from_secs(2 * 60);

/// Registers what the environment file leaves to a developer.
pub(in crate::embedded) fn register(world: &World, manifest: &Manifest) {
    for (_, app) in manifest.apps() {
        world.person().register(make_branch(app));
    }
}

fn make_branch(app: &App) -> PersonTask {
    let (name, branch) = (app.github.repository.clone(), app.github.branch.clone());
    let key = name.to_ascii_lowercase();
    let lacks = |repository: &Repository, branch: &str| {
        !repository.archived && !repository.branches.contains_key(branch)
    };
    let (his_key, his_branch) = (key.clone(), branch.clone());
    PersonTask {
        key: format!("delivery/repositories/{name}/branches/{branch}"),
        title: format!("make the branch {branch} of {name} on GitHub"),
        ready: Arc::new(move |state: &State| {
            let found = state
                .read::<GitHub>()
                .and_then(|own| own.repositories.get(&key));
            found.is_some_and(|repository| lacks(repository, &branch))
        }),
        act: Arc::new(move |state: &mut State| {
            let all = &mut state.section::<GitHub>().repositories;
            if let Some(repository) = all.get_mut(&his_key)
                && let Some(source) = repository.branches.get(&repository.default_branch)
            {
                let source = source.clone();
                repository.branches.insert(his_branch.clone(), source);
            }
        }),
        takes: MAKE_BRANCH,
    }
}
