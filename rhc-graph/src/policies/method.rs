//! Signing in with something beside a password: the methods that have no model of their own.

use super::email_method::{MethodState, MethodTarget};
use rhc_core::{Path, model};
use serde_json::Value;

pub(super) const PATH: &str = "/v1.0/policies/authenticationMethodsPolicy";

/// A way to sign in, as a tenant's policy knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignInMethod {
    /// A code by text message.
    Sms,
    /// A passkey.
    Fido2,
    /// A call.
    Voice,
    /// An app that shows codes which change with the time.
    SoftwareOath,
    /// A code that counts for a while, until something better is registered.
    TemporaryAccessPass,
    /// Microsoft Authenticator.
    MicrosoftAuthenticator,
    /// A certificate of the user's own.
    X509Certificate,
    /// A QR code and a PIN, for workers at a shared device.
    QrCodePin,
}

impl SignInMethod {
    /// Its name in the policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Fido2 => "fido2",
            Self::Voice => "voice",
            Self::SoftwareOath => "softwareOath",
            Self::TemporaryAccessPass => "temporaryAccessPass",
            Self::MicrosoftAuthenticator => "microsoftAuthenticator",
            Self::X509Certificate => "x509Certificate",
            Self::QrCodePin => "qrCodePin",
        }
    }

    pub(super) fn type_name(self) -> &'static str {
        match self {
            Self::Sms => "#microsoft.graph.smsAuthenticationMethodConfiguration",
            Self::Fido2 => "#microsoft.graph.fido2AuthenticationMethodConfiguration",
            Self::Voice => "#microsoft.graph.voiceAuthenticationMethodConfiguration",
            Self::SoftwareOath => "#microsoft.graph.softwareOathAuthenticationMethodConfiguration",
            Self::TemporaryAccessPass => {
                "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration"
            }
            Self::MicrosoftAuthenticator => {
                "#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration"
            }
            Self::X509Certificate => {
                "#microsoft.graph.x509CertificateAuthenticationMethodConfiguration"
            }
            Self::QrCodePin => "#microsoft.graph.qrCodePinAuthenticationMethodConfiguration",
        }
    }

    pub(super) fn path(self) -> Path {
        Path::new("/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations")
            .segment(self.as_str())
    }
}

model! {
    /// Who may sign in with a method, and how. Which properties it has depends on the method; what is of one method
    /// only says so.
    ///
    /// Page: [authenticationMethodConfiguration](https://learn.microsoft.com/graph/api/resources/authenticationmethodconfiguration).
    MethodConfiguration {
        /// The type, which an update needs and the client adds.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// Its name, such as `Sms` or `Fido2`.
        id: String,
        /// Whether it is offered.
        state: MethodState,
        /// Who may use it.
        include_targets: Vec<MethodTarget>,
        /// Who may not.
        exclude_targets: Vec<MethodTarget>,
        /// Passkeys: whether they must prove of which model they are.
        is_attestation_enforced: bool,
        /// Passkeys: whether a user registers them himself.
        is_self_service_registration_allowed: bool,
        /// Passkeys: which models are allowed.
        key_restrictions: KeyRestrictions,
        /// Calls: whether they may go to an office.
        is_office_phone_allowed: bool,
        /// Temporary Access Pass: how many characters it has, from 8 to 48.
        default_length: i64,
        /// Temporary Access Pass: for how long it counts, unless its maker says otherwise.
        default_lifetime_in_minutes: i64,
        /// Temporary Access Pass: for how long it counts at least, from 10 to 43200.
        minimum_lifetime_in_minutes: i64,
        /// Temporary Access Pass: for how long it counts at most, from 10 to 43200.
        maximum_lifetime_in_minutes: i64,
        /// Temporary Access Pass: whether all count once only.
        is_usable_once: bool,
        /// Microsoft Authenticator: whether it also shows codes.
        is_software_oath_enabled: bool,
        /// Microsoft Authenticator: what it shows of the sign-in.
        feature_settings: Value,
        /// QR codes: the length of the PIN.
        pin_length: i64,
        /// QR codes: for how long they count.
        #[serde(rename = "standardQRCodeLifetimeInDays")]
        standard_qr_code_lifetime_in_days: i64,
    }
}

model! {
    /// Which models of passkeys are allowed.
    KeyRestrictions {
        /// Whether the list counts.
        is_enforced: bool,
        /// `allow` these only, or `block` them.
        enforcement_type: String,
        /// The models' ids.
        aa_guids: Vec<String>,
    }
}

model! {
    /// Everything about signing in with something beside a password.
    ///
    /// Page: [authenticationMethodsPolicy](https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy).
    AuthenticationMethodsPolicy {
        /// Its id; given by the service.
        id: String,
        /// Its name; given by the service.
        display_name: String,
        /// What it is; given by the service.
        description: String,
        /// When it was changed last; given by the service.
        last_modified_date_time: String,
        /// Its version; given by the service.
        policy_version: String,
        /// How far the older policies are moved into this one: `preMigration`, `migrationInProgress`, `migrationComplete`.
        policy_migration_state: String,
        /// After how many days users confirm what they have registered.
        reconfirmation_in_days: i64,
        /// What users are asked to register.
        registration_enforcement: RegistrationEnforcement,
        /// All methods. An update changes those that it names by `@odata.type` and `id`; others stay.
        authentication_method_configurations: Vec<MethodConfiguration>,
    }
}

model! {
    /// What users are asked to register.
    RegistrationEnforcement {
        /// The question that users are asked after they signed in.
        authentication_methods_registration_campaign: RegistrationCampaign,
    }
}

model! {
    /// Users are asked to register a better method after they signed in.
    RegistrationCampaign {
        /// For how many days one can put it off, 14 at most.
        snooze_duration_in_days: i64,
        /// `default` (as Microsoft decides), `enabled` or `disabled`.
        state: String,
        /// Who is asked for which method.
        include_targets: Vec<CampaignTarget>,
        /// Who is not asked.
        exclude_targets: Vec<MethodTarget>,
    }
}

model! {
    /// Who is asked to register which method.
    CampaignTarget {
        /// `group` or `user`.
        target_type: String,
        /// The group's or the user's id, or `all_users`.
        id: String,
        /// Such as `microsoftAuthenticator`.
        targeted_authentication_method: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_whole_policy_is_read_and_written_as_it_was() {
        // As Microsoft's page has it, and a property of a later version.
        let document = json!({"id": "authenticationMethodsPolicy", "policyVersion": "1.4",
            "registrationEnforcement": {"authenticationMethodsRegistrationCampaign": {"snoozeDurationInDays": 1, "state": "default",
                "excludeTargets": [], "includeTargets": [{"id": "all_users", "targetType": "group", "targetedAuthenticationMethod": "microsoftAuthenticator"}]}},
            "authenticationMethodConfigurations": [{"@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration", "id": "Fido2",
                "state": "disabled", "keyRestrictions": {"isEnforced": false, "enforcementType": "block", "aaGuids": []}}],
            "systemCredentialPreferences": {"state": "enabled"}});
        let policy: AuthenticationMethodsPolicy = serde_json::from_value(document.clone()).unwrap();
        let methods = policy.authentication_method_configurations.as_deref();
        assert_eq!(
            methods.and_then(|all| all.first()?.state.clone()),
            Some(MethodState::Disabled)
        );
        assert_eq!(json!(policy), document);
    }
}
