//! What a method is, and what is made of one.

use rhc_core::{Error, ErrorKind, Result, Sensitive, model, open_enum};

open_enum! {
    /// What a telephone is to its owner. He has one of each at most.
    PhoneType {
        /// The first one, for text messages and calls. An alternate one needs it.
        Mobile = "mobile",
        /// For calls only.
        AlternateMobile = "alternateMobile",
        /// For calls only.
        Office = "office",
    }
}

impl PhoneType {
    /// The id that a telephone of this type has for every user.
    ///
    /// Page: [phoneAuthenticationMethod](https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for a type that this version does not know.
    pub fn method_id(&self) -> Result<&'static str> {
        match self {
            Self::Mobile => Ok("3179e48a-750b-4051-897c-87b9720928f7"),
            Self::AlternateMobile => Ok("b6332ec1-7057-4abe-9331-3d72feddfe41"),
            Self::Office => Ok("e37fc753-ff3b-4958-9484-eaa9425c82bc"),
            Self::Unknown(kind) => Err(Error::new(
                ErrorKind::InvalidInput,
                "authentication.phoneMethods",
                format!(
                    "`{kind}` is no type of telephone whose id is known: give the id that the list shows"
                ),
            )),
        }
    }
}

model! {
    /// A method that a user has registered. Which properties it has depends on what it is.
    ///
    /// Page: [authenticationMethod](https://learn.microsoft.com/graph/api/resources/authenticationmethod).
    AuthenticationMethod {
        /// What it is, such as `#microsoft.graph.phoneAuthenticationMethod`. Lists of one kind leave it out.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// Its id. Passwords, mail addresses and each type of telephone have the same one for every user.
        id: String,
        /// When it was registered.
        created_date_time: String,
        /// A password: the service always sends null.
        password: Sensitive,
        /// A mail address, for resetting the password only.
        email_address: String,
        /// A telephone, such as `+1 2065555555`.
        phone_number: String,
        /// What the telephone is to its owner.
        phone_type: PhoneType,
        /// Whether the telephone can be signed in with: `ready`, `notAllowedByPolicy`, `notEnabled` and others.
        sms_sign_in_state: String,
        /// The secret of a software token: the service always sends null.
        secret_key: Sensitive,
        /// The name of a passkey, of a phone with Microsoft Authenticator or of a computer.
        display_name: String,
        /// A passkey's model.
        model: String,
        /// The id of a passkey's model.
        #[serde(rename = "aaGuid")]
        aa_guid: String,
        /// `attested` or `notAttested`, for a passkey.
        attestation_level: String,
        /// The certificates that attest a passkey.
        attestation_certificates: Vec<String>,
        /// `deviceBound` or `synced`, for a passkey.
        passkey_type: String,
        /// Which kind of phone Microsoft Authenticator is on.
        device_tag: String,
        /// The version of Microsoft Authenticator.
        phone_app_version: String,
        /// `normal`, `weak` or `unknown`, for the key of a computer.
        key_strength: String,
        /// The system of the computer.
        platform: String,
    }
}

model! {
    /// A Temporary Access Pass: a code that counts for a while in place of everything else, until a user has registered
    /// something better.
    ///
    /// Page: [temporaryAccessPassAuthenticationMethod](https://learn.microsoft.com/graph/api/resources/temporaryaccesspassauthenticationmethod).
    TemporaryAccessPass {
        /// Its id; given by the service.
        id: String,
        /// The code; given by the service, in the answer that made it and never again.
        temporary_access_pass: Sensitive,
        /// When it was made; given by the service.
        created_date_time: String,
        /// From when it counts; from now on if it is left out.
        start_date_time: String,
        /// For how long, from 10 to 43200 within the limits of the tenant's policy, whose default it is if it is left out.
        lifetime_in_minutes: i64,
        /// Whether it counts once only. Several times must be allowed by the policy.
        is_usable_once: bool,
        /// Whether it counts now; given by the service.
        is_usable: bool,
        /// Why: `EnabledByPolicy`, `DisabledByPolicy`, `Expired`, `NotYetValid`, `OneTimeUsed`; given by the service.
        method_usability_reason: String,
    }
}

model! {
    /// Something that the service does with a method, such as setting a password.
    ///
    /// Page: [longRunningOperation](https://learn.microsoft.com/graph/api/resources/longrunningoperation).
    MethodOperation {
        /// Its id.
        id: String,
        /// How it stands.
        status: MethodOperationStatus,
        /// Why it failed.
        status_detail: String,
        /// When it began.
        created_date_time: String,
        /// When something happened last.
        last_action_date_time: String,
        /// What it made.
        resource_location: String,
    }
}

open_enum! {
    /// How an operation stands.
    MethodOperationStatus {
        /// Nothing was done yet.
        NotStarted = "notStarted",
        /// It is being done.
        Running = "running",
        /// It is done.
        Succeeded = "succeeded",
        /// It was not done.
        Failed = "failed",
        /// It was left out.
        Skipped = "skipped",
    }
}

/// A password that is being set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReset {
    /// The password that the service made up, where none was given.
    pub new_password: Option<Sensitive>,
    /// The id of the operation, for [`UserAuthentication::operation`](super::UserAuthentication::operation).
    pub operation: Option<String>,
}
