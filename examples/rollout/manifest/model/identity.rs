//! How users sign in, and as whom the automation acts.

use serde::{Deserialize, Serialize};

/// How the apps' users sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customers {
    /// Key of the External ID tenant.
    pub tenant: String,
    /// The sign-in page.
    pub user_flow: UserFlow,
    /// The second factor.
    pub mfa: Mfa,
    /// What the sign-in page says; absent: the environment's name.
    pub branding: Option<Branding>,
    /// The mail that invites a user.
    pub invitation: Invitation,
}

/// The user flow. Sign-up is off: accounts are made by invitation only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserFlow {
    /// Display name, unique in the tenant.
    pub name: String,
    /// Ids of the identity providers.
    pub identity_providers: Vec<String>,
    /// Whether anybody may make himself an account.
    pub sign_up_allowed: bool,
    /// Ids of the attributes that a user flow collects; without any, e-mail address and name.
    pub attributes: Vec<String>,
}

impl UserFlow {
    /// The attributes that it collects. There is always one: a user flow that is made without can never have any.
    pub fn collected(&self) -> impl Iterator<Item = &str> {
        const USUAL: [&str; 2] = ["email", "displayName"];
        let usual: &[&str] = if self.attributes.is_empty() {
            &USUAL
        } else {
            &[]
        };
        usual
            .iter()
            .copied()
            .chain(self.attributes.iter().map(String::as_str))
    }
}

/// What the sign-in page says and shows, in every language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branding {
    /// The text below the sign-in box.
    pub sign_in_page_text: String,
    /// The colour behind the page, as `#RRGGBB`.
    pub background_color: String,
    /// What stands in the empty field for the sign-in name.
    pub user_name_hint: String,
}

/// A second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MfaMethod {
    /// A one-time code by e-mail.
    EmailCode,
    /// A code by text message; Microsoft charges for each.
    Sms,
    /// A passkey; needs a custom URL domain.
    Passkey,
}

/// The second factor, demanded of everybody by Conditional Access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mfa {
    /// Display name of the Conditional Access policy.
    pub policy_name: String,
    /// The factors that users may choose from.
    pub methods: Vec<MfaMethod>,
}

/// The mail that invites a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Key of the app whose Communication Services send it.
    pub sent_by: String,
    /// The part of the sender's address before the `@`.
    pub sender: String,
    /// Days until an invitation lapses.
    pub valid_days: u32,
}

/// The multi-tenant application as which the automation itself acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Automation {
    /// `uniqueName` and display name, in the hosting tenant.
    pub unique_name: String,
    /// The repository whose pipeline may act as it, if one may.
    pub repository: Option<String>,
    /// GitHub environment of that pipeline.
    pub github_environment: Option<String>,
}
