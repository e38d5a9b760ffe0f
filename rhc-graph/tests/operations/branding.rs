//! The sign-in page.

use super::place::tenant;
use rhc_graph::{Branding, BrandingImage, DEFAULT_BRANDING, Image};

/// A text, so that it can be read in a fixture.
const STYLE: &str = ".ext-sign-in-box { border: 0 }";

operations! {
    branding_get: "branding.get" => |graph| graph.organization().branding(tenant()).get_opt().await;
    branding_list: "branding.list" => |graph| graph.organization().branding(tenant()).list().collect_all().await;
    branding_create: "branding.create" => |graph| graph.organization().branding(tenant()).create(&Branding {
        id: Some("en-US".into()), background_color: Some("#00000F".into()), ..Branding::default() }).await;
    branding_update: "branding.update" => |graph| graph.organization().branding(tenant()).update(&Branding {
        username_hint_text: Some("Your e-mail address".into()), ..Branding::default() }).await;
    branding_delete_default: "branding.deleteDefault" => |graph| graph.organization().branding(tenant()).delete_default().await;
    localization_get: "branding.localization.get" => |graph| graph.organization().branding(tenant()).localization_opt("fr").await;
    localization_update: "branding.localization.update" => |graph| graph.organization().branding(tenant()).update_localization("fr", &Branding {
        sign_in_page_text: Some("Bonjour".into()), ..Branding::default() }).await;
    image_get: "branding.image.get" => |graph| {
        let brandings = graph.organization().branding(tenant());
        brandings.put_image(DEFAULT_BRANDING, BrandingImage::CustomCss, &Image::css(STYLE)).await?;
        let read = brandings.image(DEFAULT_BRANDING, BrandingImage::CustomCss).await?;
        let none = brandings.image("fr", BrandingImage::CustomCss).await?;
        Ok((read.map(|image| (image.content_type, String::from_utf8_lossy(&image.bytes).into_owned())), none.is_none()))
    };
    image_put: "branding.image.put" => |graph| graph.organization().branding(tenant()).put_image("fr", BrandingImage::CustomCss, &Image::css(STYLE)).await;
    image_delete: "branding.image.delete" => |graph| {
        let brandings = graph.organization().branding(tenant());
        brandings.put_image("fr", BrandingImage::CustomCss, &Image::css(STYLE)).await?;
        brandings.delete_image("fr", BrandingImage::CustomCss).await
    };
    branding_delete: "branding.delete" => |graph| graph.organization().branding(tenant()).delete("fr").await;
}

refusals! {
    create_language: "branding.create.language" => |graph| graph.organization().branding(tenant()).create(&Branding { id: Some("nowhere!".into()), ..Branding::default() }).await;
    update_colour: "branding.update.colour" => |graph| graph.organization().branding(tenant()).update(&Branding { background_color: Some("red".into()), ..Branding::default() }).await;
    delete_missing: "branding.delete.missing" => |graph| graph.organization().branding(tenant()).delete("de").await;
    delete_default_images: "branding.deleteDefault.images" => |graph| {
        let brandings = graph.organization().branding(tenant());
        brandings.put_image(DEFAULT_BRANDING, BrandingImage::CustomCss, &Image::css(STYLE)).await?;
        brandings.delete_default().await
    };
    localization_update_missing: "branding.localization.update.missing" => |graph| graph.organization().branding(tenant()).update_localization("de", &Branding {
        sign_in_page_text: Some("Hallo".into()), ..Branding::default() }).await;
    image_put_type: "branding.image.put.type" => |graph| graph.organization().branding(tenant()).put_image("fr", BrandingImage::BannerLogo, &Image::png("no image")).await;
    image_delete_missing: "branding.image.delete.missing" => |graph| graph.organization().branding(tenant()).delete_image("fr", BrandingImage::Favicon).await;
}

denials! {
    localization_denied: "branding.localization.get.denied" => |graph| graph.organization().branding(tenant()).localization_opt("fr").await;
    image_denied: "branding.image.get.denied" => |graph| graph.organization().branding(tenant()).image("fr", BrandingImage::Favicon).await.map(|image| image.is_some());
    get_denied: "branding.get.denied" => |graph| graph.organization().branding(tenant()).get_opt().await;
    list_denied: "branding.list.denied" => |graph| graph.organization().branding(tenant()).list().collect_all().await;
}
