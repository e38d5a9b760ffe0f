//! The client: one repository at a time, behind one token that goes to one host.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use rhc_core::{
    Answer, ClientOptions, Error, Method, Path, Request, Result, Service, ServiceInfo, Url,
};
use serde::de::DeserializeOwned;

use super::refusal::explained;

/// Where GitHub's API is.
pub const ORIGIN: &str = "https://api.github.com";
/// Which version of it is spoken. Source: [API versions](https://docs.github.com/rest/about-the-rest-api/api-versions):
/// a version is supported for at least two years after the next one appears.
pub const API_VERSION: &str = "2026-03-10";

const VERSION_HEADER: &str = "x-github-api-version";
const JSON: &str = "application/vnd.github+json";
/// Nothing that is listed has so many pages; whoever gives more of them gives the same again.
const MOST_PAGES: u32 = 500;
/// Whose headers say how long to wait.
const FORBIDDEN: u16 = 403;

/// GitHub, as one token sees it. Cheap to clone.
#[derive(Clone)]
pub struct GitHubClient {
    service: Service,
}

impl GitHubClient {
    /// Over a token.
    ///
    /// # Errors
    /// None that a caller can cause.
    pub fn new(token: Arc<dyn TokenCredential>, options: &ClientOptions) -> Result<Self> {
        let origin = Url::parse(ORIGIN)
            .map_err(|error| Error::invalid("github.client", error.to_string()))?;
        let info = ServiceInfo {
            crate_name: "rhc-rollout",
            crate_version: env!("CARGO_PKG_VERSION"),
            // GitHub's tokens have no scope that could be asked for.
            scope: format!("{origin}.default"),
            origin,
        };
        Ok(Self {
            service: Service::new(info, token, options)?,
        })
    }

    /// One repository.
    pub fn repository(&self, name: &RepositoryName) -> RepositoryClient {
        RepositoryClient {
            service: self.service.clone(),
            name: name.clone(),
        }
    }
}

impl fmt::Debug for GitHubClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHubClient").finish_non_exhaustive()
    }
}

/// `owner/name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepositoryName {
    /// The organisation or person.
    pub owner: String,
    /// The name.
    pub name: String,
}

impl FromStr for RepositoryName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once('/') {
            Some((owner, name)) if !owner.is_empty() && !name.is_empty() && !name.contains('/') => {
                Ok(Self {
                    owner: owner.to_owned(),
                    name: name.to_owned(),
                })
            }
            _ => Err(Error::invalid(
                "repository",
                format!("`{text}` is no repository: expected is owner/name"),
            )),
        }
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// One repository, as one token sees it.
#[derive(Clone)]
pub struct RepositoryClient {
    service: Service,
    name: RepositoryName,
}

impl RepositoryClient {
    /// Its name.
    pub fn name(&self) -> &RepositoryName {
        &self.name
    }

    pub(super) fn path(&self) -> Path {
        Path::new("/repos")
            .segment(&self.name.owner)
            .segment(&self.name.name)
    }

    pub(super) fn request(&self, operation: &'static str, method: Method, path: Path) -> Request {
        Request::new(operation, method, path)
            .header("accept", JSON)
            .header(VERSION_HEADER, API_VERSION)
    }

    pub(super) fn get_request(&self, operation: &'static str, path: Path) -> Request {
        self.request(operation, Method::Get, path)
    }

    /// Sends it; a refusal says in words what GitHub means by it.
    pub(super) async fn send(&self, request: Request) -> Result<Answer> {
        let answer = match self.service.send_expecting(request, &[FORBIDDEN]).await {
            Ok(answer) if answer.status != FORBIDDEN => return Ok(answer),
            Ok(refused) => super::refusal::forbidden(&refused, self.service.clock()),
            Err(error) => explained(error, &self.name),
        };
        Err(answer)
    }

    pub(super) async fn read<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        self.send(request).await?.json()
    }

    /// Reads it; what is not there is nothing.
    pub(super) async fn read_opt<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<Option<T>> {
        match self.send(request).await {
            Ok(answer) => answer.json().map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a list to its end, which is a page that is not full.
    pub(super) async fn read_all<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> Request,
        member: &'static str,
        page_size: usize,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let request = request()
                .query("per_page", page_size.to_string())
                .query("page", page.to_string());
            let answer = self.send(request).await?;
            let mut body: serde_json::Map<String, serde_json::Value> = answer.json()?;
            let items = body.remove(member).unwrap_or_default();
            let items: Vec<T> = serde_json::from_value(items).map_err(|error| {
                answer
                    .error(
                        rhc_core::ErrorKind::Decode,
                        format!("the list `{member}` does not have the expected form"),
                    )
                    .with_source(error)
            })?;
            let full = items.len() >= page_size;
            all.extend(items);
            if !full {
                return Ok(all);
            }
            if page == MOST_PAGES {
                let words = format!("the list `{member}` has no end: {MOST_PAGES} pages are full");
                return Err(answer.error(rhc_core::ErrorKind::Decode, words));
            }
        }
        Ok(all)
    }
}

impl fmt::Debug for RepositoryClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RepositoryClient")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;
    use rhc_core::testing::{FixedCredential, Reply, Script};

    #[tokio::test(start_paused = true)]
    async fn a_list_without_end_is_an_error() {
        let variables = vec![serde_json::json!({"name": "A", "value": "b"}); 100];
        let page = Reply::json(200, serde_json::json!({ "variables": variables }));
        let script = Script::new(vec![page; 600]);
        let client = GitHubClient::new(FixedCredential::new(), &script.options()).unwrap();
        let repository = client.repository(&"vokworks-ronk/hp225".parse().unwrap());
        let error = repository.variables(&Place::Repository).await.unwrap_err();
        assert!(error.to_string().contains("has no end"), "{error}");
        assert_eq!(script.seen().len(), 500);
    }

    #[test]
    fn a_repository_has_an_owner_and_a_name() {
        let name: RepositoryName = "vokworks-ronk/hp225".parse().unwrap();
        assert_eq!(
            (name.owner.as_str(), name.name.as_str()),
            ("vokworks-ronk", "hp225")
        );
        for bad in ["", "hp225", "/hp225", "a/", "a/b/c"] {
            assert!(bad.parse::<RepositoryName>().is_err(), "{bad}");
        }
    }
}
