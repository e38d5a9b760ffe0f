//! What this GitHub remembers, as JSON that a person can edit.

use std::collections::BTreeMap;

use rhc_core::fake::{Section, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// GitHub's part of the World.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitHub {
    /// By `owner/name`, in small letters.
    pub repositories: BTreeMap<String, Repository>,
}

impl Section for GitHub {
    const NAME: &'static str = "github";
}

/// What is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// Nothing.
    Free,
    /// Pro or Team.
    Team,
    /// Everything.
    Enterprise,
}

/// Whose a repository can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnerKind {
    /// An organisation's.
    #[default]
    Organization,
    /// A person's.
    User,
}

impl OwnerKind {
    /// As GitHub writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "Organization",
            Self::User => "User",
        }
    }
}

/// A repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Repository {
    /// Whose it is.
    pub owner: String,
    /// The owner's id.
    pub owner_id: u64,
    /// What the owner is.
    #[serde(default)]
    pub owner_kind: OwnerKind,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: u64,
    /// What its owner pays for.
    pub plan: Plan,
    /// Whether only members see it.
    pub private: bool,
    /// Whether it takes no more pushes.
    pub archived: bool,
    /// The branch that is shown first.
    pub default_branch: String,
    /// Whether its OIDC subject has ids.
    pub immutable_subject: bool,
    /// The claims of a subject of its own; none: GitHub's template.
    pub include_claim_keys: Vec<String>,
    /// By name.
    pub branches: BTreeMap<String, Branch>,
    /// By name, in small letters.
    pub environments: BTreeMap<String, Environment>,
    /// By name.
    pub variables: BTreeMap<String, String>,
    /// The newest last.
    pub runs: Vec<Run>,
}

/// A branch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Branch {
    /// Its last commit.
    pub sha: String,
    /// What lies in it, by path.
    pub files: BTreeMap<String, String>,
    /// The messages of its commits, the newest last.
    pub commits: Vec<String>,
}

/// An environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Environment {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Whether it goes by named branches, or by protected ones; nothing: by any.
    pub custom_branch_policies: Option<bool>,
    /// The named ones.
    pub branches: Vec<NamedBranch>,
    /// For how many minutes it waits.
    pub wait_timer: u64,
    /// Who approves.
    pub reviewers: Vec<Value>,
    /// By name.
    pub variables: BTreeMap<String, String>,
}

/// A branch that an environment names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamedBranch {
    /// The id of the rule.
    pub id: u64,
    /// The branch.
    pub name: String,
}

/// A run of a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Run {
    /// Its id.
    pub id: u64,
    /// The workflow's file.
    pub path: String,
    /// The branch.
    pub branch: String,
    /// The commit.
    pub sha: String,
    /// When it was begun.
    pub created: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// `success` or `failure`, once it is completed.
    pub conclusion: Option<String>,
    /// What it said.
    pub log: Vec<String>,
}

impl Repository {
    /// A private repository with some code on `main`.
    pub(super) fn seeded(state: &State, full_name: &str, immutable_subject: bool) -> Self {
        let (owner, name) = full_name.split_once('/').unwrap_or(("nobody", full_name));
        let files = [
            ("Dockerfile", "FROM scratch\n"),
            ("README.md", "The application.\n"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let main = Branch {
            sha: digest(&[full_name, "main"]),
            files: files.into(),
            commits: vec!["Begin".to_owned()],
        };
        Self {
            owner: owner.to_owned(),
            owner_id: id_of(state, &["owner", owner]),
            owner_kind: OwnerKind::Organization,
            name: name.to_owned(),
            id: id_of(state, &["repository", full_name]),
            plan: Plan::Team,
            private: true,
            archived: false,
            default_branch: "main".to_owned(),
            immutable_subject,
            include_claim_keys: Vec::new(),
            branches: [("main".to_owned(), main)].into(),
            environments: BTreeMap::new(),
            variables: BTreeMap::new(),
            runs: Vec::new(),
        }
    }

    /// `owner/name`.
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// What its OIDC subjects begin with.
    pub(super) fn subject_prefix(&self) -> String {
        if self.immutable_subject {
            format!(
                "repo:{}@{}/{}@{}",
                self.owner, self.owner_id, self.name, self.id
            )
        } else {
            format!("repo:{}", self.full_name())
        }
    }
}

/// An id that depends on what has it, and not on when it was made.
pub(super) fn id_of(state: &State, parts: &[&str]) -> u64 {
    let id = state.derived_uuid(parts).as_u128();
    u64::try_from(id % 900_000_000).unwrap_or(0) + 100_000_000
}

/// The id of some content: as long as git's.
pub(super) fn digest(parts: &[&str]) -> String {
    use sha2::{Digest, Sha256};
    let sum = Sha256::digest(parts.join("\0"));
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.get(..40).unwrap_or_default().to_owned()
}
