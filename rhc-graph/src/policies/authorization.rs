//! What users may do by themselves.

use rhc_core::{model, open_enum};
use uuid::Uuid;

pub(super) const PATH: &str = "/v1.0/policies/authorizationPolicy";

open_enum! {
    /// Who may invite guests.
    InvitesFrom {
        /// Nobody.
        None = "none",
        /// Administrators and those with the role Guest Inviter.
        AdminsAndGuestInviters = "adminsAndGuestInviters",
        /// These, and all members.
        AdminsGuestInvitersAndAllMembers = "adminsGuestInvitersAndAllMembers",
        /// Guests too. The default.
        Everyone = "everyone",
    }
}

model! {
    /// What users may do by themselves.
    ///
    /// Page: [authorizationPolicy](https://learn.microsoft.com/graph/api/resources/authorizationpolicy).
    AuthorizationPolicy {
        /// Its id; given by the service.
        id: String,
        /// Its name.
        display_name: String,
        /// Who may invite guests.
        allow_invites_from: InvitesFrom,
        /// Whether a mail address of the tenant's domains is enough to join.
        allow_email_verified_users_to_join_organization: bool,
        /// Whether users may sign up for trials by mail.
        allowed_to_sign_up_email_based_subscriptions: bool,
        /// Whether administrators may reset their own passwords.
        #[serde(rename = "allowedToUseSSPR")]
        allowed_to_use_sspr: bool,
        /// Whether the old PowerShell module is refused.
        block_msol_power_shell: bool,
        /// What guests may see; `2af84b1e-32c8-42b7-82bc-daa82404023b` for only themselves.
        guest_user_role_id: Uuid,
        /// What members may do.
        default_user_role_permissions: DefaultUserPermissions,
    }
}

model! {
    /// What members may do by themselves.
    DefaultUserPermissions {
        /// Register applications.
        allowed_to_create_apps: bool,
        /// Create security groups.
        allowed_to_create_security_groups: bool,
        /// Create tenants.
        allowed_to_create_tenants: bool,
        /// Read other users.
        allowed_to_read_other_users: bool,
        /// Consent to applications; empty for never.
        permission_grant_policies_assigned: Vec<String>,
    }
}
