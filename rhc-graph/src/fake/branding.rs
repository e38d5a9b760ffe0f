//! What the sign-in page looks like.

use super::schema::{self, Kind, Property, property, short, text, texts};
use super::state::GraphState;
use super::{Call, Refusal, Reply, odata};
use rhc_core::fake::State;
use serde_json::{Map, Value, json};

const RESOURCE: &str = "organizationalBranding";
/// The id of the default one.
const DEFAULT: &str = "0";

/// The properties of a branding. Images are written by requests of their own: see [`branding_images`](super::branding_images).
pub(super) const PROPERTIES: &[Property] = &[
    text("id").create_only().not_null(),
    text("backgroundColor"),
    text("backgroundImageRelativeUrl").read_only(),
    text("bannerLogoRelativeUrl").read_only(),
    texts("cdnList").read_only(),
    property("contentCustomization", Kind::Any),
    text("customAccountResetCredentialsUrl"),
    text("customCannotAccessYourAccountText"),
    text("customCannotAccessYourAccountUrl"),
    text("customCSSRelativeUrl").read_only(),
    text("customForgotMyPasswordText"),
    text("customPrivacyAndCookiesText"),
    text("customPrivacyAndCookiesUrl"),
    text("customResetItNowText"),
    text("customTermsOfUseText"),
    text("customTermsOfUseUrl"),
    text("faviconRelativeUrl").read_only(),
    text("headerBackgroundColor"),
    text("headerLogoRelativeUrl").read_only(),
    property("loginPageLayoutConfiguration", Kind::Any),
    property("loginPageTextVisibilitySettings", Kind::Any),
    short("signInPageText", 1024),
    text("squareLogoDarkRelativeUrl").read_only(),
    text("squareLogoRelativeUrl").read_only(),
    short("usernameHintText", 64),
];

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    default_language(call)?;
    own_tenant(call)?;
    let policies = state.section::<GraphState>().of(call.tenant());
    let found = policies.branding.get(DEFAULT).cloned();
    let found = found.ok_or_else(|| Refusal::not_found(&call.tenant().to_string()))?;
    odata::single(call, "branding", RESOURCE, PROPERTIES, &found).map(Reply::ok)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    default_language(call)?;
    own_tenant(call)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, RESOURCE, false)?;
    colours(body)?;
    let tenant = call.tenant();
    let policies = state.section::<GraphState>().of(tenant);
    // A default one that is not there cannot be made by changing it (microsoft-graph-docs issue 12855).
    let branding = policies
        .branding
        .get_mut(DEFAULT)
        .ok_or_else(|| Refusal::not_found(&tenant.to_string()))?;
    schema::merge(branding, body);
    Ok(Reply::no_content())
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    own_tenant(call)?;
    let policies = state.section::<GraphState>().of(call.tenant());
    let all = policies.branding.values().cloned().collect();
    odata::listed(call, &set(call), RESOURCE, PROPERTIES, all).map(Reply::ok)
}

/// One for a language, and the default one with it where there is none.
pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    own_tenant(call)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, RESOURCE, true)?;
    colours(body)?;
    let language = body.get("id").and_then(Value::as_str).unwrap_or_default();
    if !is_language(language) {
        return Err(Refusal::new(
            400,
            "Request_UnsupportedQuery",
            format!("Invalid locale id value {language}. It must be a valid ISO-639 locale."),
        ));
    }
    let policies = state.section::<GraphState>().of(call.tenant());
    if policies.branding.contains_key(language) {
        return Err(Refusal::taken("id"));
    }
    let mut default = Map::new();
    default.insert("id".into(), json!(DEFAULT));
    // Unverified: that it is empty, and has not the values of the one that is created.
    policies
        .branding
        .entry(DEFAULT.to_owned())
        .or_insert(default);
    let made = body.clone();
    policies.branding.insert(language.to_owned(), made.clone());
    odata::single(call, &set(call), RESOURCE, PROPERTIES, &made).map(Reply::created)
}

/// One language's, or the default one by its id.
pub(super) fn get_localization(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let language = language(call)?;
    let policies = state.section::<GraphState>().of(call.tenant());
    let found = policies.branding.get(language).cloned();
    let found = found.ok_or_else(|| Refusal::not_found(language))?;
    odata::single(call, &set(call), RESOURCE, PROPERTIES, &found).map(Reply::ok)
}

pub(super) fn update_localization(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let language = language(call)?;
    let body = call.body()?;
    schema::check(body, PROPERTIES, RESOURCE, false)?;
    colours(body)?;
    let policies = state.section::<GraphState>().of(call.tenant());
    let branding = policies
        .branding
        .get_mut(language)
        .ok_or_else(|| Refusal::not_found(language))?;
    schema::merge(branding, body);
    Ok(Reply::no_content())
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    remove(state, call, language(call)?)
}

pub(super) fn delete_default(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    own_tenant(call)?;
    remove(state, call, DEFAULT)
}

/// Images are removed before what they belong to, as the pages of both deletes say.
fn remove(state: &mut State, call: &Call, language: &str) -> Result<Reply, Refusal> {
    let policies = state.section::<GraphState>().of(call.tenant());
    let images = policies.branding_images.get(language);
    if images.is_some_and(|images| !images.is_empty()) {
        return Err(Refusal::bad_request(
            "All images must be removed before the branding can be deleted.",
        ));
    }
    match policies.branding.remove(language) {
        Some(_) => Ok(Reply::no_content()),
        None => Err(Refusal::not_found(language)),
    }
}

/// The language of the path, the default one by either of its names.
pub(super) fn language(call: &Call) -> Result<&str, Refusal> {
    own_tenant(call)?;
    let asked = call.key(1)?.value.as_str();
    Ok(if asked.eq_ignore_ascii_case("default") {
        DEFAULT
    } else {
        asked
    })
}

fn set(call: &Call) -> String {
    format!("organization('{}')/branding/localizations", call.tenant())
}

/// A request about the default one must say so.
///
/// Unverified: the code. Microsoft says that the header is required, and `0` or `default` mean the default one; the fake
/// answers for no other.
fn default_language(call: &Call) -> Result<(), Refusal> {
    match call.header("accept-language") {
        Some("0" | "default") => Ok(()),
        _ => Err(Refusal::bad_request(
            "The header Accept-Language is required: 0 for the default branding.",
        )),
    }
}

fn own_tenant(call: &Call) -> Result<(), Refusal> {
    let asked = &call.key(0)?.value;
    if *asked == call.tenant().to_string() {
        Ok(())
    } else {
        Err(Refusal::not_found(asked))
    }
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Colours are `#RRGGBB`, or nothing.
fn colours(body: &Map<String, Value>) -> Result<(), Refusal> {
    for name in ["backgroundColor", "headerBackgroundColor"] {
        let colour = body.get(name).and_then(Value::as_str).unwrap_or_default();
        let fits = colour.is_empty()
            || colour.strip_prefix('#').is_some_and(|digits| {
                digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit())
            });
        if !fits {
            return Err(Refusal::invalid(name, RESOURCE));
        }
    }
    Ok(())
}
