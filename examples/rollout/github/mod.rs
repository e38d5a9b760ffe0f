//! A thin client of GitHub: what delivery needs of a repository, and no more.
//!
//! | operation | request below `/repos/{owner}/{name}` | right of a fine-grained token |
//! |---|---|---|
//! | [`get`](RepositoryClient::get) | `GET` | Metadata: read |
//! | [`subject`](RepositoryClient::subject) | `GET actions/oidc/customization/sub` | Actions: read |
//! | [`branch`](RepositoryClient::branch) | `GET branches/{branch}` | Contents: read |
//! | [`environment`](RepositoryClient::environment) | `GET environments/{name}` | Actions: read |
//! | [`put_environment`](RepositoryClient::put_environment) | `PUT environments/{name}` | Administration: write |
//! | [`branch_policies`](RepositoryClient::branch_policies) | `GET environments/{name}/deployment-branch-policies` | Actions: read |
//! | [`add_branch_policy`](RepositoryClient::add_branch_policy) | `POST environments/{name}/deployment-branch-policies` | Administration: write |
//! | [`remove_branch_policy`](RepositoryClient::remove_branch_policy) | `DELETE environments/{name}/deployment-branch-policies/{id}` | Administration: write |
//! | [`variables`](RepositoryClient::variables) | `GET environments/{name}/variables`, `GET actions/variables` | Environments or Variables: read |
//! | [`create_variable`](RepositoryClient::create_variable) | `POST` there | Environments or Variables: write |
//! | [`update_variable`](RepositoryClient::update_variable) | `PATCH` there, with the name | Environments or Variables: write |
//! | [`file`](RepositoryClient::file) | `GET contents/{path}` | Contents: read |
//! | [`put_file`](RepositoryClient::put_file) | `PUT contents/{path}` | Contents and Workflows: write |
//! | [`runs`](RepositoryClient::runs) | `GET actions/workflows/{file}/runs` | Actions: read |
//! | [`account`](RepositoryClient::account) | `GET /orgs/{owner}` or `GET /user`, not below the repository | Plan: read, of the organisation or of the person |
//!
//! A classic token needs the scopes `repo` and `workflow`; to show what is paid for, `admin:org` or `user` too. The token goes to `api.github.com` and nowhere else.
//!
//! Source: [GitHub's REST API](https://docs.github.com/rest), of the version that [`API_VERSION`] names.

mod client;
mod environments;
mod files;
mod plans;
mod refusal;
mod repositories;
mod runs;
mod subject;
mod token;
mod variables;

pub use client::{API_VERSION, GitHubClient, ORIGIN, RepositoryClient, RepositoryName};
pub use environments::{BranchPolicies, BranchPolicy, Environment, Protection};
pub use files::File;
pub use plans::{Account, AccountPlan, PaidPlan};
pub use refusal::RATE_LIMITED;
pub use repositories::{Branch, Owner, Repository};
pub use runs::Run;
pub use subject::{SubjectError, SubjectTemplate};
pub use token::GitHubToken;
pub use variables::{Place, Variable};
