//! Signing in with something beside a password: the methods that have no model of their own.

use super::email_method::{MethodState, MethodTarget};
use rhc_core::{Path, model};

/// A way to sign in, as a tenant's policy knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignInMethod {
    /// A code by text message.
    Sms,
    /// A passkey.
    Fido2,
}

impl SignInMethod {
    /// Its name in the policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Fido2 => "fido2",
        }
    }

    pub(super) fn type_name(self) -> &'static str {
        match self {
            Self::Sms => "#microsoft.graph.smsAuthenticationMethodConfiguration",
            Self::Fido2 => "#microsoft.graph.fido2AuthenticationMethodConfiguration",
        }
    }

    pub(super) fn path(self) -> Path {
        Path::new("/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations")
            .segment(self.as_str())
    }
}

model! {
    /// Who may sign in with a method.
    ///
    /// Page: [authenticationMethodConfiguration](https://learn.microsoft.com/graph/api/resources/authenticationmethodconfiguration).
    MethodConfiguration {
        /// The type, which an update needs and the client adds.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// `Sms` or `Fido2`.
        id: String,
        /// Whether it is offered.
        state: MethodState,
        /// Who may use it.
        include_targets: Vec<MethodTarget>,
        /// Who may not.
        exclude_targets: Vec<MethodTarget>,
    }
}
