//! What users can be in an app, and what the sign-in page says.

use std::collections::BTreeSet;

use super::super::model::App;
use super::super::problem::Rule;
use super::Check;

/// Graph's limits.
const PAGE_TEXT: usize = 1024;
const HINT: usize = 64;
const ROLE: usize = 120;

pub(super) fn roles(check: &mut Check<'_>, path: &str, app: &App) {
    let mut seen = BTreeSet::new();
    for (index, role) in app.sign_in.roles.iter().enumerate() {
        let path = format!("{path}.sign_in.roles[{index}]");
        check.not_empty(&format!("{path}.display_name"), &role.display_name);
        check.not_empty(&format!("{path}.description"), &role.description);
        let value = role.value.as_str();
        let formed = !value.is_empty()
            && value.len() <= ROLE
            && value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
            && !value.starts_with('.');
        if !formed {
            let help = format!(
                "expected are up to {ROLE} letters, digits, points, hyphens and underscores, such as \"Practice.Admin\"; no point at the beginning"
            );
            check.report(
                Rule::Text,
                format!("{path}.value"),
                "the app could not tell this role apart in a token",
                help,
            );
        } else if !seen.insert(value.to_lowercase()) {
            let help = "write each role once; what stands in the token must be unique in the app";
            check.report(
                Rule::Duplicate,
                format!("{path}.value"),
                "the app has this role already",
                help,
            );
        }
    }
}

pub(super) fn attributes(check: &mut Check<'_>) {
    let mut seen = BTreeSet::new();
    let attributes = &check.manifest.customers.user_flow.attributes;
    for (index, attribute) in attributes.iter().enumerate() {
        let path = format!("customers.user_flow.attributes[{index}]");
        check.not_empty(&path, attribute);
        if !seen.insert(attribute.to_lowercase()) {
            let help = "write each attribute once";
            check.report(
                Rule::Duplicate,
                path,
                "the user flow has this attribute already",
                help,
            );
        }
    }
}

pub(super) fn branding(check: &mut Check<'_>) {
    let Some(branding) = &check.manifest.customers.branding else {
        return;
    };
    for (key, text, max) in [
        ("sign_in_page_text", &branding.sign_in_page_text, PAGE_TEXT),
        ("user_name_hint", &branding.user_name_hint, HINT),
    ] {
        let path = format!("customers.branding.{key}");
        check.not_empty(&path, text);
        if text.chars().count() > max {
            let help = format!("expected are at most {max} characters");
            check.report(
                Rule::Text,
                path,
                "this is longer than the sign-in page takes",
                help,
            );
        }
    }
    let colour = branding.background_color.strip_prefix('#');
    let formed = colour
        .is_some_and(|digits| digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit()));
    if !formed {
        let help =
            "expected is # with six digits from 0 to 9 and A to F, such as \"#FFFFFF\" for white";
        check.report(
            Rule::Text,
            "customers.branding.background_color",
            "this is not a colour",
            help,
        );
    }
}
