//! Variables that workflows read: of the whole repository, or of one environment. They are no secrets.

use rhc_core::{Method, Path, Result, model};
use serde_json::json;

use super::client::RepositoryClient;

/// The most that a page of these has.
const PAGE: usize = 30;

model! {
    /// A variable.
    Variable {
        /// Its name, in capital letters.
        name: String,
        /// Its value.
        value: String,
    }
}

/// Where a variable is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Every workflow of the repository reads it.
    Repository,
    /// Only jobs of this environment do.
    Environment(String),
}

impl RepositoryClient {
    fn variables_path(&self, place: &Place) -> Path {
        match place {
            Place::Repository => self.path().fixed("/actions/variables"),
            Place::Environment(name) => self
                .path()
                .fixed("/environments")
                .segment(name)
                .fixed("/variables"),
        }
    }

    /// The variables there.
    /// Page: [list environment variables](https://docs.github.com/rest/actions/variables#list-environment-variables).
    ///
    /// # Errors
    /// 404 where there is no such environment.
    pub async fn variables(&self, place: &Place) -> Result<Vec<Variable>> {
        let request = || self.get_request("variables.list", self.variables_path(place));
        self.read_all(request, "variables", PAGE).await
    }

    /// Makes a variable.
    /// Page: [create an environment variable](https://docs.github.com/rest/actions/variables#create-an-environment-variable).
    ///
    /// # Errors
    /// 409 where there is one of that name.
    pub async fn create_variable(&self, place: &Place, name: &str, value: &str) -> Result<()> {
        let request = self
            .request("variables.create", Method::Post, self.variables_path(place))
            .json(&json!({ "name": name, "value": value }));
        self.send(request).await.map(|_| ())
    }

    /// Changes a variable.
    /// Page: [update an environment variable](https://docs.github.com/rest/actions/variables#update-an-environment-variable).
    ///
    /// # Errors
    /// 404 where there is none of that name.
    pub async fn update_variable(&self, place: &Place, name: &str, value: &str) -> Result<()> {
        let path = self.variables_path(place).segment(name);
        let request = self
            .request("variables.update", Method::Patch, path)
            .idempotent(true)
            .json(&json!({ "name": name, "value": value }));
        self.send(request).await.map(|_| ())
    }
}
