//! What the sign-in page looks like.

use crate::{GraphClient, Organizations};
use rhc_core::{Method, Pages, Path, Request, Result, TenantId, model};

/// The branding for everybody who has none in his language; also its id among the localizations.
pub const DEFAULT_BRANDING: &str = "0";

model! {
    /// What the sign-in page says and shows, in one language. Images are not part of it.
    ///
    /// Page: [organizationalBranding](https://learn.microsoft.com/graph/api/resources/organizationalbranding).
    Branding {
        /// The language, such as `fr-FR`; [`DEFAULT_BRANDING`] for everybody else.
        id: String,
        /// The colour behind the page, as `#RRGGBB`.
        background_color: String,
        /// The text below the sign-in box, 1024 characters at most.
        sign_in_page_text: String,
        /// What stands in the empty field for the sign-in name, 64 characters at most.
        username_hint_text: String,
        /// Another text for "Forgot my password".
        custom_forgot_my_password_text: String,
        /// Another text for the privacy notice.
        custom_privacy_and_cookies_text: String,
        /// Where the privacy notice is.
        custom_privacy_and_cookies_url: String,
        /// Another text for the terms of use.
        custom_terms_of_use_text: String,
        /// Where the terms of use are.
        custom_terms_of_use_url: String,
    }
}

impl Organizations {
    /// The branding of the tenant with this id, which must be the credential's own.
    pub fn branding(&self, tenant: TenantId) -> Brandings {
        Brandings {
            client: self.client.clone(),
            tenant,
        }
    }
}

/// The brandings of one tenant.
#[derive(Debug, Clone)]
pub struct Brandings {
    client: GraphClient,
    tenant: TenantId,
}

impl Brandings {
    /// Reads the default one; `None` while there is none.
    ///
    /// Request: `GET /organization/{id}/branding`, operation `branding.get`.
    /// Permission: `User.Read`, for an application `OrganizationalBranding.Read.All`.
    /// Page: [organizationalbranding-get](https://learn.microsoft.com/graph/api/organizationalbranding-get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self) -> Result<Option<Branding>> {
        let request = Request::new("branding.get", Method::Get, self.path())
            .header("accept-language", DEFAULT_BRANDING);
        self.client.read_opt(request).await
    }

    /// Lists all of them, the default one included.
    ///
    /// Request: `GET /organization/{id}/branding/localizations`, operation `branding.list`.
    /// Permission: as [`get_opt`](Self::get_opt).
    /// Page: [organizationalbranding-list-localizations](https://learn.microsoft.com/graph/api/organizationalbranding-list-localizations).
    pub fn list(&self) -> Pages<Branding> {
        let path = self.path().fixed("/localizations");
        self.client
            .pages(Request::new("branding.list", Method::Get, path))
    }

    /// Creates one for a language, and the default one with it where there is none: a default one cannot be created by
    /// itself.
    ///
    /// Request: `POST /organization/{id}/branding/localizations`, operation `branding.create`.
    /// Permission: `OrganizationalBranding.ReadWrite.All`; a user also the role Organizational Branding Administrator.
    /// Page: [organizationalbranding-post-localizations](https://learn.microsoft.com/graph/api/organizationalbranding-post-localizations).
    ///
    /// # Errors
    /// 400 for a language that is none. Unverified: which code it has where the language has one already.
    pub async fn create(&self, branding: &Branding) -> Result<Branding> {
        let path = self.path().fixed("/localizations");
        let request = Request::new("branding.create", Method::Post, path);
        self.client.read(request.json(branding)).await
    }

    /// Changes the given properties of the default one; others stay.
    ///
    /// Request: `PATCH /organization/{id}/branding`, operation `branding.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [organizationalbranding-update](https://learn.microsoft.com/graph/api/organizationalbranding-update).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound` while there is none: [`create`](Self::create) one.
    pub async fn update(&self, branding: &Branding) -> Result<()> {
        let request = Request::new("branding.update", Method::Patch, self.path())
            .header("accept-language", DEFAULT_BRANDING)
            .json(branding)
            .idempotent(true);
        self.client.write(request).await
    }

    /// Deletes the one for a language.
    ///
    /// Request: `DELETE /organization/{id}/branding/localizations/{language}`, operation `branding.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [organizationalbrandinglocalization-delete](https://learn.microsoft.com/graph/api/organizationalbrandinglocalization-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete(&self, language: &str) -> Result<()> {
        let path = self.path().fixed("/localizations").segment(language);
        self.client
            .write(Request::new("branding.delete", Method::Delete, path))
            .await
    }

    fn path(&self) -> Path {
        Path::new("/v1.0/organization")
            .segment(self.tenant.to_string())
            .fixed("/branding")
    }
}
