//! What the fake refuses about the sign-in page, and about the ways to sign in.

use crate::place::{Place, raw, refused};
use rhc_graph::{
    Branding, BrandingImage, Brandings, DEFAULT_BRANDING, Image, Method, MethodConfiguration,
    MethodState, MethodTarget, SignInMethod, TenantId,
};
use serde_json::json;
use uuid::Uuid;

fn brandings(place: &Place) -> Brandings {
    let graph = place.operator(place.external);
    graph.organization().branding(TenantId::new(place.external))
}

fn text(text: &str) -> Branding {
    Branding {
        sign_in_page_text: Some(text.to_owned()),
        ..Branding::default()
    }
}

fn english(words: &str) -> Branding {
    Branding {
        id: Some("en-US".into()),
        ..text(words)
    }
}

#[tokio::test(start_paused = true)]
async fn a_default_branding_comes_with_the_first_language_and_not_by_itself() {
    let place = Place::settled();
    let brandings = brandings(&place);
    assert_eq!(brandings.get_opt().await.unwrap(), None);
    refused(
        brandings.update(&text("Welcome")).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
    brandings.create(&english("Welcome")).await.unwrap();
    brandings.update(&text("Hello")).await.unwrap();
    let ids = |all: Vec<Branding>| all.into_iter().filter_map(|one| one.id).collect::<Vec<_>>();
    let all = brandings.list().collect_all().await.unwrap();
    assert_eq!(ids(all), ["0", "en-US"]);
    brandings.delete("en-US").await.unwrap();
    let read = brandings.get_opt().await.unwrap().unwrap();
    assert_eq!(read.sign_in_page_text.as_deref(), Some("Hello"));
    refused(
        brandings.delete("en-US").await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn a_language_is_one_and_has_one_branding() {
    let place = Place::settled();
    let brandings = brandings(&place);
    for id in ["0", "english", "", "en-"] {
        let wrong = Branding {
            id: Some(id.into()),
            ..Branding::default()
        };
        refused(
            brandings.create(&wrong).await,
            400,
            "Request_UnsupportedQuery",
            "ISO-639",
        );
    }
    brandings.create(&english("a")).await.unwrap();
    refused(
        brandings.create(&english("b")).await,
        400,
        "ObjectConflict",
        "already exists",
    );
}

#[tokio::test(start_paused = true)]
async fn texts_and_colours_have_their_limits() {
    let place = Place::settled();
    let brandings = brandings(&place);
    brandings.create(&english("a")).await.unwrap();
    let colour = |colour: &str| Branding {
        background_color: Some(colour.to_owned()),
        ..Branding::default()
    };
    let hint = Branding {
        username_hint_text: Some("x".repeat(65)),
        ..Branding::default()
    };
    for wrong in [
        text(&"x".repeat(1025)),
        hint,
        colour("green"),
        colour("#12345"),
        colour("#12345G"),
    ] {
        refused(
            brandings.update(&wrong).await,
            400,
            "Request_BadRequest",
            "Invalid value",
        );
    }
    brandings.update(&colour("#00FF7f")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_default_branding_is_asked_for_by_its_header_and_tenant() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let path = |id: Uuid| {
        rhc_graph::Path::new("/v1.0/organization")
            .segment(id.to_string())
            .fixed("/branding")
    };
    let body = json!({"signInPageText": "x"});
    for method in [Method::Get, Method::Patch] {
        let asked =
            graph.request::<serde_json::Value>("x", method, path(place.external), Some(&body));
        refused(asked.await, 400, "Request_BadRequest", "Accept-Language");
    }
    let elsewhere = graph.organization().branding(TenantId::new(place.home));
    refused(
        elsewhere.update(&text("x")).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn another_way_to_sign_in_is_switched_on_and_off() {
    let place = Place::settled();
    let policies = place.operator(place.external).policies();
    let everybody = MethodTarget {
        target_type: Some("group".into()),
        id: Some("all_users".into()),
        is_usable_for_sign_in: Some(false),
        ..MethodTarget::default()
    };
    let on = MethodConfiguration {
        state: Some(MethodState::Enabled),
        include_targets: Some(vec![everybody.clone()]),
        ..MethodConfiguration::default()
    };
    policies
        .update_method(SignInMethod::Sms, &on)
        .await
        .unwrap();
    let read = policies.method(SignInMethod::Sms).await.unwrap();
    assert_eq!(read.state, Some(MethodState::Enabled));
    let read = policies.method(SignInMethod::Fido2).await.unwrap();
    assert_eq!(read.state, Some(MethodState::Disabled));
    // Only a text message can replace the password.
    refused(
        policies.update_method(SignInMethod::Fido2, &on).await,
        400,
        "Request_BadRequest",
        "'isUsableForSignIn' does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn a_way_to_sign_in_is_updated_by_its_own_type_and_known() {
    let place = Place::settled();
    let graph = place.operator(place.external);
    let sms = "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/sms";
    for body in [
        json!({"state": "enabled"}),
        json!({"@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration", "state": "enabled"}),
    ] {
        refused(
            raw(&graph, Method::Patch, sms, Some(body)).await,
            400,
            "BadRequest",
            "'@odata.type'",
        );
    }
    let other = "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/x";
    refused(
        raw(&graph, Method::Get, other, None).await,
        404,
        "Request_ResourceNotFound",
        "does not exist",
    );
}

#[tokio::test(start_paused = true)]
async fn a_language_has_texts_of_its_own() {
    let place = Place::settled();
    let brandings = brandings(&place);
    brandings.create(&english("Welcome")).await.unwrap();
    brandings
        .update_localization("en-US", &text("Hello"))
        .await
        .unwrap();
    let read = brandings.localization_opt("en-US").await.unwrap().unwrap();
    assert_eq!(read.sign_in_page_text.as_deref(), Some("Hello"));
    assert_eq!(brandings.localization_opt("de").await.unwrap(), None);
    let missing = brandings.update_localization("de", &text("Hallo")).await;
    refused(missing, 404, "Request_ResourceNotFound", "does not exist");
    let default = brandings.localization_opt("default").await.unwrap();
    assert_eq!(default.and_then(|own| own.id).as_deref(), Some("0"));
}

/// The beginning of a PNG of this size, and so many bytes.
fn png(width: u16, height: u16, length: usize) -> Image {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0".to_vec();
    file.extend(width.to_be_bytes());
    file.extend([0, 0]);
    file.extend(height.to_be_bytes());
    file.resize(length, 0);
    Image::png(file)
}

#[tokio::test(start_paused = true)]
async fn an_image_is_of_its_type_and_no_larger_than_it_may_be() {
    let place = Place::settled();
    let brandings = brandings(&place);
    let logo = png(245, 36, 100);
    let banner = BrandingImage::BannerLogo;
    let early = brandings.put_image(DEFAULT_BRANDING, banner, &logo).await;
    refused(early, 404, "Request_ResourceNotFound", "does not exist");
    brandings.create(&english("Welcome")).await.unwrap();
    for (image, file, words) in [
        (banner, Image::png(""), "empty"),
        (banner, Image::png("no image"), "only PNG and JPEG"),
        (banner, Image::jpeg(logo.bytes.clone()), "only PNG and JPEG"),
        (banner, png(246, 36, 100), "245 x 36 are allowed"),
        (BrandingImage::HeaderLogo, png(245, 37, 100), "245 x 36"),
        (
            BrandingImage::Background,
            png(1921, 1080, 100),
            "1920 x 1080",
        ),
        (
            BrandingImage::SquareLogo,
            png(240, 240, 10_241),
            "larger than 10 KB",
        ),
        (
            BrandingImage::SquareLogoDark,
            png(241, 240, 100),
            "240 x 240",
        ),
        (
            BrandingImage::CustomCss,
            Image::css("a".repeat(25_601)),
            "larger than 25 KB",
        ),
        (BrandingImage::CustomCss, logo.clone(), "only CSS"),
        (BrandingImage::Favicon, Image::css("a"), "not allowed"),
    ] {
        let answer = brandings.put_image(DEFAULT_BRANDING, image, &file).await;
        refused(answer, 400, "Request_BadRequest", words);
    }
    brandings
        .put_image(DEFAULT_BRANDING, banner, &logo)
        .await
        .unwrap();
    let read = brandings.image(DEFAULT_BRANDING, banner).await.unwrap();
    assert_eq!(read, Some(logo));
    let branding = brandings.get_opt().await.unwrap().unwrap();
    let address = branding.banner_logo_relative_url.unwrap();
    assert!(
        address.contains("/logintenantbranding/0/bannerlogo"),
        "{address}"
    );
    // Images go first.
    let answer = brandings.delete_default().await;
    refused(answer, 400, "Request_BadRequest", "All images");
    brandings
        .delete_image(DEFAULT_BRANDING, banner)
        .await
        .unwrap();
    let again = brandings.delete_image(DEFAULT_BRANDING, banner).await;
    refused(again, 404, "Request_ResourceNotFound", "");
    brandings.delete_default().await.unwrap();
    assert_eq!(brandings.get_opt().await.unwrap(), None);
}
