//! What the workflow reads: ids and names. None of it is secret.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::failure::failed;
use crate::engine::{
    Apply, Change, DiffRules, Inputs, Meta, Observe, Observed, Outputs, Step, StepError,
};
use crate::github::{Place, RepositoryClient, Variable};

type Read = Box<dyn Fn(&Inputs<'_>) -> Result<String, StepError> + Send + Sync>;

/// A variable.
pub struct VariableStep {
    meta: Meta,
    repository: RepositoryClient,
    place: Place,
    name: String,
    value: Read,
}

impl VariableStep {
    /// A variable of this name.
    pub fn new(
        meta: Meta,
        repository: RepositoryClient,
        place: Place,
        name: String,
        value: impl Fn(&Inputs<'_>) -> Result<String, StepError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            meta,
            repository,
            place,
            name,
            value: Box::new(value),
        }
    }

    async fn all(&self) -> Result<Vec<Variable>, StepError> {
        match self.repository.variables(&self.place).await {
            Ok(all) => Ok(all),
            // The environment is not there yet, and with it none of its variables.
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(failed(error)),
        }
    }

    fn seen(&self, found: Option<&Variable>) -> Observed {
        found.map_or(Observed::Absent, |found| {
            Observed::unmarkable(json!({ "value": found.value }), Outputs::new())
        })
    }

    fn is_ours(&self, variable: &Variable) -> bool {
        let name = variable.name.as_deref().unwrap_or_default();
        name.eq_ignore_ascii_case(&self.name)
    }
}

#[async_trait]
impl Step for VariableStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(json!({ "value": (self.value)(inputs)? }))
    }

    fn rules(&self) -> DiffRules {
        // To GitHub the case of an id matters little, to whoever compares texts it does.
        DiffRules::new()
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let scope = format!("{}/{:?}", self.repository.name(), self.place);
        let name = |variable: &Variable| variable.name.clone();
        let all = cx.listing(&scope, "variables", name, || self.all()).await?;
        Ok(self.seen(all.get(&self.name)))
    }

    async fn find(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let all = cx.read(self.all()).await?;
        Ok(self.seen(all.iter().find(|one| self.is_ours(one))))
    }

    async fn apply(&self, _: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let value = change.desired["value"].as_str().unwrap_or_default();
        let (repository, place, name) = (&self.repository, &self.place, &self.name);
        let there = self.all().await?.iter().any(|one| self.is_ours(one));
        let done = if there {
            repository.update_variable(place, name, value).await
        } else {
            repository.create_variable(place, name, value).await
        };
        done.map_err(failed)?;
        Ok(Outputs::new())
    }
}

impl std::fmt::Debug for VariableStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VariableStep")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}
