//! What the owner of a repository pays for, which decides what a private repository has.

use rhc_core::{Path, Result, model};

use super::client::RepositoryClient;
use super::repositories::Owner;

model! {
    /// An organisation or a person, as GitHub shows it to its owner or himself.
    Account {
        /// The name.
        login: String,
        /// What is paid for; absent where the token may not see it.
        plan: AccountPlan,
    }

    /// What is paid for.
    AccountPlan {
        /// `free`, `pro`, `team`, `enterprise` and others.
        name: String,
    }
}

/// What is paid for, as far as it decides what a private repository has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaidPlan {
    /// Nothing: no environments.
    Free,
    /// Pro or Team: environments, and nobody who approves.
    Paid,
    /// Everything.
    Enterprise,
}

impl Account {
    /// What is paid for; nothing where the token does not show it, or shows a name that this version does not know.
    ///
    /// Unverified: the names beside `free`, `pro` and `team`.
    pub fn paid_plan(&self) -> Option<PaidPlan> {
        let name = self.plan.as_ref()?.name.as_deref()?;
        match name.to_ascii_lowercase().as_str() {
            "free" => Some(PaidPlan::Free),
            "pro" | "team" => Some(PaidPlan::Paid),
            "enterprise" | "business_plus" => Some(PaidPlan::Enterprise),
            _ => None,
        }
    }
}

impl RepositoryClient {
    /// The account that owns the repository, with its plan as far as the token shows it; nothing where it shows none.
    /// Pages: [get an organization](https://docs.github.com/rest/orgs/orgs#get-an-organization) and, for a person's own
    /// repository, [get the authenticated user](https://docs.github.com/rest/users/users#get-the-authenticated-user): nobody
    /// else's plan is shown.
    ///
    /// # Errors
    /// 401 where the token is not accepted.
    pub async fn account(&self, owner: &Owner) -> Result<Option<Account>> {
        let login = owner.login.as_deref().unwrap_or_default();
        let is_person = owner.kind.as_deref() == Some("User");
        let path = match is_person {
            true => Path::new("/user"),
            false => Path::new("/orgs").segment(login),
        };
        let found: Option<Account> = self.read_opt(self.get_request("account.get", path)).await?;
        let own = |account: &Account| {
            let name = account.login.as_deref().unwrap_or_default();
            name.eq_ignore_ascii_case(login)
        };
        Ok(found.filter(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plan_is_known_by_its_name_or_not_at_all() {
        let plan = |name: &str| {
            let account: Account =
                serde_json::from_value(json!({"login": "a", "plan": {"name": name}})).unwrap();
            account.paid_plan()
        };
        assert_eq!(plan("free"), Some(PaidPlan::Free));
        assert_eq!(plan("Team"), Some(PaidPlan::Paid));
        assert_eq!(plan("pro"), Some(PaidPlan::Paid));
        assert_eq!(plan("enterprise"), Some(PaidPlan::Enterprise));
        assert_eq!(plan("another"), None);
        assert_eq!(Account::default().paid_plan(), None);
    }
}
