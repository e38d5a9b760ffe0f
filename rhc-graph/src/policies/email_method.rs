//! Signing in with a code sent by mail.

pub(super) const PATH: &str =
    "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email";
pub(super) const TYPE: &str = "#microsoft.graph.emailAuthenticationMethodConfiguration";

use rhc_core::{model, open_enum};

open_enum! {
    /// Whether a method is offered.
    MethodState {
        /// It is.
        Enabled = "enabled",
        /// It is not.
        Disabled = "disabled",
    }
}

open_enum! {
    /// Whether external users may use the method.
    EmailOtpForExternal {
        /// As Microsoft decides.
        Default = "default",
        /// They may.
        Enabled = "enabled",
        /// They may not.
        Disabled = "disabled",
    }
}

model! {
    /// Who may sign in with a code sent by mail.
    ///
    /// Page: [emailAuthenticationMethodConfiguration](https://learn.microsoft.com/graph/api/resources/emailauthenticationmethodconfiguration).
    EmailMethod {
        /// The type, which an update needs and the client adds.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// `Email`.
        id: String,
        /// Whether it is offered.
        state: MethodState,
        /// Whether external users may use it.
        allow_external_id_to_use_email_otp: EmailOtpForExternal,
        /// Who may use it.
        include_targets: Vec<MethodTarget>,
        /// Who may not.
        exclude_targets: Vec<MethodTarget>,
    }
}

model! {
    /// Users or a group that a method is for.
    MethodTarget {
        /// `group` or `user`.
        target_type: String,
        /// The group's id, or `all_users` (unverified).
        id: String,
        /// Whether they are asked to register.
        is_registration_required: bool,
        /// Text messages only: whether they may replace the password, and not only come after it.
        is_usable_for_sign_in: bool,
        /// Microsoft Authenticator only: `any`, `push` or `deviceBasedPush`.
        authentication_mode: String,
    }
}
