//! What an application registration is made of.

use rhc_core::{AppId, ObjectId};
use rhc_core::{model, open_enum};
use uuid::Uuid;

open_enum! {
    /// Who may sign in to an application.
    SignInAudience {
        /// Accounts of the tenant that it is registered in. External tenants: always this.
        SingleTenant = "AzureADMyOrg",
        /// Accounts of any organization's tenant; needed to be used in another tenant.
        MultipleTenants = "AzureADMultipleOrgs",
        /// Accounts of any organization, and personal ones.
        MultipleTenantsAndPersonal = "AzureADandPersonalMicrosoftAccount",
        /// Personal accounts only.
        Personal = "PersonalMicrosoftAccount",
    }
}

model! {
    /// An application registration.
    ///
    /// As a body only what is set is sent: a new one needs [`display_name`](Self::display_name).
    /// Page: [application](https://learn.microsoft.com/graph/api/resources/application).
    Application {
        /// Its id in the directory; given by the service.
        id: ObjectId,
        /// Its application (client) id, the same in every tenant; given by the service.
        app_id: AppId,
        /// Its name; not unique.
        display_name: String,
        /// Its natural key; set at creation by the upsert, or by an update while it is null, and never changed.
        unique_name: String,
        /// What it is for.
        description: String,
        /// Notes for administrators.
        notes: String,
        /// Who may sign in.
        sign_in_audience: SignInAudience,
        /// The identifiers under which tokens for it are asked for, for example `api://<appId>`.
        identifier_uris: Vec<String>,
        /// Labels. This workspace marks what it owns here.
        tags: Vec<String>,
        /// What it offers as an API.
        api: Api,
        /// The roles that it defines.
        app_roles: Vec<AppRole>,
        /// As a web application.
        web: Web,
        /// As a single-page application.
        spa: Spa,
        /// As a desktop or mobile application.
        public_client: PublicClient,
        /// Whether it is a public client where the flow does not say so.
        is_fallback_public_client: bool,
        /// The permissions that it asks for.
        required_resource_access: Vec<RequiredResourceAccess>,
        /// The passwords that it has, without the passwords; given by the service.
        password_credentials: Vec<PasswordCredential>,
        /// Claims in its tokens beside the usual ones.
        optional_claims: OptionalClaims,
        /// Which groups are in the `groups` claim.
        group_membership_claims: String,
        /// The domain that it was published from; given by the service.
        publisher_domain: String,
        /// When it was made; given by the service.
        created_date_time: String,
        /// When it was deleted; given by the service.
        deleted_date_time: String,
    }
}

required! {
    Application, "applications" {
        object_id = id: ObjectId,
        client_id = app_id: AppId,
    }
}

model! {
    /// What an application offers as an API.
    Api {
        /// The version of the access tokens that it takes; 2 for new applications.
        requested_access_token_version: i32,
        /// The delegated permissions that it defines.
        oauth2_permission_scopes: Vec<PermissionScope>,
        /// Clients that need no consent.
        pre_authorized_applications: Vec<PreAuthorizedApplication>,
        /// Clients that are consented to together with it.
        known_client_applications: Vec<Uuid>,
    }
}

model! {
    /// A delegated permission that an application defines.
    PermissionScope {
        /// Its id, chosen by the caller.
        id: Uuid,
        /// Its name in the `scp` claim.
        value: String,
        /// `User` or `Admin`: who may consent.
        #[serde(rename = "type")]
        kind: String,
        /// Whether it can be asked for. It must be false before it is removed.
        is_enabled: bool,
        /// Its title for administrators.
        admin_consent_display_name: String,
        /// What it allows, for administrators.
        admin_consent_description: String,
        /// Its title for users.
        user_consent_display_name: String,
        /// What it allows, for users.
        user_consent_description: String,
    }
}

model! {
    /// A client that needs no consent to some of an application's permissions.
    PreAuthorizedApplication {
        /// The client.
        app_id: AppId,
        /// The permissions.
        delegated_permission_ids: Vec<String>,
    }
}

model! {
    /// A role that an application defines, for users, groups or applications.
    AppRole {
        /// Its id, chosen by the caller.
        id: Uuid,
        /// Its name in the `roles` claim.
        value: String,
        /// Its title.
        display_name: String,
        /// What it allows.
        description: String,
        /// `User`, `Application` or both.
        allowed_member_types: Vec<String>,
        /// Whether it can be given. It must be false before it is removed.
        is_enabled: bool,
    }
}

model! {
    /// An application as a web application.
    Web {
        /// Where answers may be sent.
        redirect_uris: Vec<String>,
        /// Its home page.
        home_page_url: String,
        /// Where a sign-out is announced.
        logout_url: String,
        /// Tokens straight from the authorization endpoint.
        implicit_grant_settings: ImplicitGrant,
    }
}

model! {
    /// Tokens straight from the authorization endpoint; better not.
    ImplicitGrant {
        /// Access tokens.
        enable_access_token_issuance: bool,
        /// ID tokens.
        enable_id_token_issuance: bool,
    }
}

model! {
    /// An application as a single-page application: authorization code with PKCE.
    Spa {
        /// Where answers may be sent.
        redirect_uris: Vec<String>,
    }
}

model! {
    /// An application as a desktop or mobile application.
    PublicClient {
        /// Where answers may be sent.
        redirect_uris: Vec<String>,
    }
}

model! {
    /// Permissions of one API that an application asks for.
    RequiredResourceAccess {
        /// The API.
        resource_app_id: AppId,
        /// Its permissions.
        resource_access: Vec<ResourceAccess>,
    }
}

model! {
    /// One permission that an application asks for.
    ResourceAccess {
        /// The permission's id.
        id: Uuid,
        /// `Scope` for a delegated one, `Role` for an application's own.
        #[serde(rename = "type")]
        kind: String,
    }
}

model! {
    /// A password of an application, as it is seen after it was made: without the password.
    PasswordCredential {
        /// Its id, by which it is removed.
        key_id: Uuid,
        /// What somebody called it.
        display_name: String,
        /// From when it counts.
        start_date_time: String,
        /// Until when it counts.
        end_date_time: String,
    }
}

model! {
    /// Claims in an application's tokens beside the usual ones.
    OptionalClaims {
        /// In ID tokens.
        id_token: Vec<OptionalClaim>,
        /// In access tokens.
        access_token: Vec<OptionalClaim>,
        /// In SAML tokens.
        saml2_token: Vec<OptionalClaim>,
    }
}

model! {
    /// A claim beside the usual ones.
    OptionalClaim {
        /// Its name.
        name: String,
        /// Where it comes from; absent for the standard ones.
        source: String,
        /// Whether the sign-in goes smoother with it.
        essential: bool,
        /// How it is formed.
        additional_properties: Vec<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_is_lost_and_null_is_absent() {
        let body = json!({
            "id": "b2485ea6-f12b-4177-8370-16e590bb57e7", "appId": "2a2a53ed-e317-4935-adb6-85ddfc0bf06c",
            "signInAudience": "azureadmyorg", "certification": {"x": 1},
            "api": {"requestedAccessTokenVersion": 2, "acceptMappedClaims": true, "oauth2PermissionScopes": [{"id": "f2b7e6a0-0000-4000-8000-000000000001", "type": "User", "origin": "Application"}]},
            "optionalClaims": {"saml2Token": []}, "web": {"redirectUriSettings": [{"uri": "https://a", "index": 1}]},
            "requiredResourceAccess": [{"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [{"id": "18a4783c-866b-4cc7-a460-3d5e5662c884", "type": "Role"}]}],
        });
        let mut with_nulls = body.clone();
        with_nulls["displayName"] = json!(null);
        with_nulls["optionalClaims"]["idToken"] = json!(null);
        let application: Application = serde_json::from_value(with_nulls).unwrap();
        assert_eq!(
            application.sign_in_audience,
            Some(SignInAudience::SingleTenant)
        );
        let mut expected = body;
        expected["signInAudience"] = json!("AzureADMyOrg");
        assert_eq!(json!(application), expected);
    }

    #[test]
    fn an_answer_without_an_id_says_so() {
        let error = Application::default().object_id().unwrap_err();
        assert_eq!(error.kind(), rhc_core::ErrorKind::Decode);
        assert!(error.to_string().contains("`id`"), "{error}");
    }
}
