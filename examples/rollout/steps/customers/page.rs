//! What the sign-in page says and shows.

use rhc_graph::{Branding, Brandings, DEFAULT_BRANDING, Error, ErrorKind, GraphClient};
use serde::{Deserialize, Serialize};

use super::only;
use crate::engine::Key;
use crate::steps::clients::TenantRef;
use crate::steps::directory::SingletonStep;
use crate::steps::site::Site;

/// Where Graph keeps it; the `*` is the tenant's id, which is not known beforehand.
pub(super) const BRANDING: &str = "organization/*/branding";

/// A default page comes into being with a first language, which goes again: what it says would hide the default.
const FIRST_LANGUAGE: &str = "en-US";

/// The page for everybody, and the languages that have one of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    sign_in_page_text: Option<String>,
    background_color: Option<String>,
    username_hint_text: Option<String>,
    other_languages: Vec<String>,
}

impl Page {
    fn branding(&self) -> Branding {
        Branding {
            sign_in_page_text: self.sign_in_page_text.clone(),
            background_color: self.background_color.clone(),
            username_hint_text: self.username_hint_text.clone(),
            ..Branding::default()
        }
    }
}

impl Site<'_> {
    pub(super) fn sign_in_page(&mut self, tenant: &TenantRef, administrators: &Key) {
        let file = self.manifest.branding();
        let wanted = Page {
            sign_in_page_text: Some(file.sign_in_page_text),
            background_color: Some(file.background_color),
            username_hint_text: Some(file.user_name_hint),
            other_languages: Vec::new(),
        };
        let meta = only(
            tenant,
            "organization/branding",
            "sign-in page",
            "says whose page it is, the same in every language; an unknown page asks for a password in vain",
        );
        let step = SingletonStep::new(
            meta.needs(administrators),
            self.clients.clone(),
            tenant.clone(),
            move |_| Ok(wanted.clone()),
            |graph| async move { read(&graph).await },
            |graph, wanted| async move { write(&graph, &wanted).await },
        );
        self.add(step.rules(|rules| {
            rules
                .unordered("otherLanguages")
                .ignore_case("backgroundColor")
        }));
    }
}

async fn brandings(graph: &GraphClient) -> rhc_graph::Result<(Brandings, Vec<Branding>)> {
    let organizations = graph.organization();
    let tenant = organizations.get().await?;
    let id = tenant.id.ok_or_else(|| {
        let what = "the service's answer does not say the tenant's id";
        Error::new(ErrorKind::Decode, "organization.get", what)
    })?;
    let brandings = organizations.branding(id);
    let all = brandings.list().collect_all().await?;
    Ok((brandings, all))
}

fn default_of(all: &[Branding]) -> Option<&Branding> {
    let is_default = |one: &&Branding| one.id.as_deref() == Some(DEFAULT_BRANDING);
    all.iter().find(is_default)
}

fn languages(all: &[Branding]) -> Vec<String> {
    let ids = all.iter().filter_map(|one| one.id.clone());
    ids.filter(|id| id != DEFAULT_BRANDING).collect()
}

fn page_of(all: &[Branding]) -> Option<Page> {
    let default = default_of(all)?;
    Some(Page {
        sign_in_page_text: default.sign_in_page_text.clone(),
        background_color: default.background_color.clone(),
        username_hint_text: default.username_hint_text.clone(),
        other_languages: languages(all),
    })
}

async fn read(graph: &GraphClient) -> rhc_graph::Result<Option<Page>> {
    let (_, all) = brandings(graph).await?;
    Ok(page_of(&all))
}

/// Each of its requests is made only where there is something to do, so that it can be repeated from anywhere.
async fn write(graph: &GraphClient, wanted: &Page) -> rhc_graph::Result<()> {
    let (brandings, mut all) = brandings(graph).await?;
    if default_of(&all).is_none() {
        let first = Branding {
            id: Some(FIRST_LANGUAGE.to_owned()),
            ..wanted.branding()
        };
        brandings.create(&first).await?;
        all = brandings.list().collect_all().await?;
    }
    let there = page_of(&all);
    if there.is_none_or(|there| there.branding() != wanted.branding()) {
        brandings.update(&wanted.branding()).await?;
    }
    for language in languages(&all) {
        if !wanted.other_languages.contains(&language) {
            brandings.delete(&language).await?;
        }
    }
    Ok(())
}
