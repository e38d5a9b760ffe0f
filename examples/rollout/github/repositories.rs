//! A repository, its branches, and how it calls itself in OIDC tokens.

use rhc_core::{Result, model};

use super::client::RepositoryClient;
use super::subject::SubjectTemplate;

model! {
    /// A repository.
    Repository {
        /// Its id, which it keeps through every renaming.
        id: u64,
        /// Its name.
        name: String,
        /// `owner/name`, in capital and small letters as on GitHub.
        #[serde(rename = "full_name")]
        full_name: String,
        /// Whose it is.
        owner: Owner,
        /// Whether only its members see it.
        private: bool,
        /// Whether it takes no more pushes.
        archived: bool,
        /// The branch that is shown first.
        #[serde(rename = "default_branch")]
        default_branch: String,
    }

    /// The owner of a repository.
    Owner {
        /// Its name.
        login: String,
        /// Its id.
        id: u64,
        /// `Organization` or `User`.
        #[serde(rename = "type")]
        kind: String,
    }

    /// A branch.
    Branch {
        /// Its name.
        name: String,
    }
}

impl RepositoryClient {
    /// Reads the repository; nothing where there is none, or the token may not see it.
    /// Page: [get a repository](https://docs.github.com/rest/repos/repos#get-a-repository).
    ///
    /// # Errors
    /// 401 where the token is not accepted.
    pub async fn get(&self) -> Result<Option<Repository>> {
        self.read_opt(self.get_request("repository.get", self.path()))
            .await
    }

    /// How the repository calls itself in OIDC tokens.
    /// Page: [subject customization](https://docs.github.com/rest/actions/oidc#get-the-customization-template-for-an-oidc-subject-claim-for-a-repository).
    ///
    /// # Errors
    /// 404 where the token may not read it.
    pub async fn subject(&self) -> Result<SubjectTemplate> {
        let path = self.path().fixed("/actions/oidc/customization/sub");
        self.read(self.get_request("repository.subject", path))
            .await
    }

    /// Reads a branch; nothing where there is none.
    /// Page: [get a branch](https://docs.github.com/rest/branches/branches#get-a-branch).
    ///
    /// # Errors
    /// 401 where the token is not accepted.
    pub async fn branch(&self, name: &str) -> Result<Option<Branch>> {
        let path = self.path().fixed("/branches").segments(name.split('/'));
        self.read_opt(self.get_request("repository.branch", path))
            .await
    }
}
