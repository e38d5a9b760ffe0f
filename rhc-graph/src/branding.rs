//! What the sign-in page looks like.

use crate::{GraphClient, Organizations};
use rhc_core::{Method, Pages, Path, Request, Result, TenantId, model};

/// The branding for everybody who has none in his language; also its id among the localizations.
pub const DEFAULT_BRANDING: &str = "0";

model! {
    /// What the sign-in page says and shows, in one language. Images are read and written by themselves: see
    /// [`Brandings::image`].
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
        /// Where one who cannot sign in gets help, in place of Microsoft's page.
        custom_account_reset_credentials_url: String,
        /// Another text for "Can't access your account?".
        custom_cannot_access_your_account_text: String,
        /// The colour of the page's head, as `#RRGGBB`.
        header_background_color: String,
        /// The hosts that the images are fetched from; given by the service.
        cdn_list: Vec<String>,
        /// Where the background is below such a host; given by the service.
        background_image_relative_url: String,
        /// Where the logo above the text is; given by the service.
        banner_logo_relative_url: String,
        /// Where the square logo is; given by the service.
        square_logo_relative_url: String,
        /// Where the square logo on dark ground is; given by the service.
        square_logo_dark_relative_url: String,
        /// Where the icon of the page is; given by the service.
        favicon_relative_url: String,
        /// Where the logo in the head is; given by the service.
        header_logo_relative_url: String,
        /// Where the style sheet is; given by the service.
        #[serde(rename = "customCSSRelativeUrl")]
        custom_css_relative_url: String,
    }
}

/// An image of a branding, or its style sheet, each with its own limits.
///
/// Page: [organizationalBrandingProperties](https://learn.microsoft.com/graph/api/resources/organizationalbrandingproperties).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BrandingImage {
    /// Behind the page: PNG or JPEG, 1920 × 1080 pixels at most.
    Background,
    /// Above the text: PNG or JPEG, 245 × 36 pixels at most.
    BannerLogo,
    /// Where Windows is set up: PNG or JPEG, 240 × 240 pixels and 10 KB at most.
    SquareLogo,
    /// The same on dark ground, with the same limits.
    SquareLogoDark,
    /// In the page's head: PNG or JPEG, 245 × 36 pixels at most.
    HeaderLogo,
    /// The page's icon.
    Favicon,
    /// A style sheet: CSS, 25 KB at most.
    CustomCss,
}

impl BrandingImage {
    /// Its name in paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Background => "backgroundImage",
            Self::BannerLogo => "bannerLogo",
            Self::SquareLogo => "squareLogo",
            Self::SquareLogoDark => "squareLogoDark",
            Self::HeaderLogo => "headerLogo",
            Self::Favicon => "favicon",
            Self::CustomCss => "customCSS",
        }
    }
}

/// An image as it is sent and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Such as `image/png`.
    pub content_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Image {
    /// A PNG file.
    pub fn png(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of("image/png", bytes)
    }

    /// A JPEG file.
    pub fn jpeg(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of("image/jpeg", bytes)
    }

    /// A style sheet.
    pub fn css(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of("text/css", bytes)
    }

    fn of(content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            content_type: content_type.to_owned(),
            bytes: bytes.into(),
        }
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

    /// Deletes the default one, and with it all that the sign-in page shows of the tenant.
    ///
    /// Request: `DELETE /organization/{id}/branding`, operation `branding.deleteDefault`.
    /// Permission: as [`create`](Self::create).
    /// Page: [organizationalbranding-delete](https://learn.microsoft.com/graph/api/organizationalbranding-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 while it has an image: [`delete_image`](Self::delete_image) first (unverified: the
    /// code).
    pub async fn delete_default(&self) -> Result<()> {
        self.client
            .write(Request::new(
                "branding.deleteDefault",
                Method::Delete,
                self.path(),
            ))
            .await
    }

    /// Reads the one for a language; `None` while it has none.
    ///
    /// Request: `GET /organization/{id}/branding/localizations/{language}`, operation `branding.localization.get`.
    /// Permission: as [`get_opt`](Self::get_opt).
    /// Page: [organizationalbrandinglocalization-get](https://learn.microsoft.com/graph/api/organizationalbrandinglocalization-get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn localization_opt(&self, language: &str) -> Result<Option<Branding>> {
        let request = Request::new(
            "branding.localization.get",
            Method::Get,
            self.localization(language),
        );
        self.client.read_opt(request).await
    }

    /// Changes the given properties of the one for a language; others stay. A text of one space hides that of the default
    /// one.
    ///
    /// Request: `PATCH /organization/{id}/branding/localizations/{language}`, operation `branding.localization.update`.
    /// Permission: as [`create`](Self::create).
    /// Page: [organizationalbrandinglocalization-update](https://learn.microsoft.com/graph/api/organizationalbrandinglocalization-update).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn update_localization(&self, language: &str, branding: &Branding) -> Result<()> {
        let request = Request::new(
            "branding.localization.update",
            Method::Patch,
            self.localization(language),
        );
        self.client
            .write(request.json(branding).idempotent(true))
            .await
    }

    /// Reads an image of the one for a language, or of [`DEFAULT_BRANDING`]; `None` where it has none.
    ///
    /// Request: `GET /organization/{id}/branding/localizations/{language}/{image}`, operation `branding.image.get`.
    /// Permission: `OrganizationalBranding.Read.All`.
    /// Page: [organizationalbrandinglocalization-get](https://learn.microsoft.com/graph/api/organizationalbrandinglocalization-get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn image(&self, language: &str, image: BrandingImage) -> Result<Option<Image>> {
        let path = self.localization(language).segment(image.as_str());
        let request = Request::new("branding.image.get", Method::Get, path);
        let Some(answer) = self.client.service().send_opt(request).await? else {
            return Ok(None);
        };
        // An image that is not there may also be answered by nothing at all (unverified).
        if answer.body.is_empty() {
            return Ok(None);
        }
        Ok(Some(Image {
            content_type: answer.header("content-type").unwrap_or_default().to_owned(),
            bytes: answer.body.into(),
        }))
    }

    /// Writes an image of the one for a language, or of [`DEFAULT_BRANDING`]. There has to be one.
    ///
    /// Request: `PUT /organization/{id}/branding/localizations/{language}/{image}`, operation `branding.image.put`.
    /// Permission: as [`create`](Self::create).
    /// Page: [organizationalbrandinglocalization-update](https://learn.microsoft.com/graph/api/organizationalbrandinglocalization-update).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound` where the language has none; 400 for a file of another type, and for one that is too
    /// large (unverified: the codes).
    pub async fn put_image(
        &self,
        language: &str,
        image: BrandingImage,
        file: &Image,
    ) -> Result<()> {
        let path = self.localization(language).segment(image.as_str());
        let request = Request::new("branding.image.put", Method::Put, path)
            .body(file.content_type.clone(), file.bytes.clone());
        self.client.write(request).await
    }

    /// Takes an image away.
    ///
    /// Request: `DELETE /organization/{id}/branding/localizations/{language}/{image}`, operation `branding.image.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [organizationalbrandinglocalization-delete](https://learn.microsoft.com/graph/api/organizationalbrandinglocalization-delete),
    /// which demands that images are removed first; the request itself is in Graph's description only.
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn delete_image(&self, language: &str, image: BrandingImage) -> Result<()> {
        let path = self.localization(language).segment(image.as_str());
        self.client
            .write(Request::new("branding.image.delete", Method::Delete, path))
            .await
    }

    /// Deletes the one for a language.
    ///
    /// Request: `DELETE /organization/{id}/branding/localizations/{language}`, operation `branding.delete`.
    /// Permission: as [`create`](Self::create).
    /// Page: [organizationalbrandinglocalization-delete](https://learn.microsoft.com/graph/api/organizationalbrandinglocalization-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 while it has an image: [`delete_image`](Self::delete_image) first (unverified: the
    /// code).
    pub async fn delete(&self, language: &str) -> Result<()> {
        let path = self.localization(language);
        self.client
            .write(Request::new("branding.delete", Method::Delete, path))
            .await
    }

    fn localization(&self, language: &str) -> Path {
        self.path().fixed("/localizations").segment(language)
    }

    fn path(&self) -> Path {
        Path::new("/v1.0/organization")
            .segment(self.tenant.to_string())
            .fixed("/branding")
    }
}
