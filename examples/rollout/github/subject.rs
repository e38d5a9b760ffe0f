//! The subject of a workflow's OIDC token: read from GitHub, put together by GitHub's rules, never guessed.
//!
//! Since July 2026 new, renamed and transferred repositories put ids into it (`repo:owner@1/name@2:…`), others do not.
//! Source: [OpenID Connect reference](https://docs.github.com/actions/reference/security/oidc).

use rhc_core::model;

use super::repositories::Repository;

model! {
    /// How a repository calls itself in OIDC tokens.
    SubjectTemplate {
        /// Whether GitHub's own template is used.
        #[serde(rename = "use_default")]
        use_default: bool,
        /// The claims that the subject is made of, if not.
        #[serde(rename = "include_claim_keys")]
        include_claim_keys: Vec<String>,
        /// Whether the ids were asked for. They may be in the subject while this is false.
        #[serde(rename = "use_immutable_subject")]
        use_immutable_subject: bool,
        /// What the subject begins with, as GitHub will write it.
        #[serde(rename = "sub_claim_prefix")]
        sub_claim_prefix: String,
    }
}

/// Why nobody can say what the subject will be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubjectError {
    /// A claim that we cannot fill in.
    #[error(
        "the repository's OIDC subject is made of '{0}', which only the run itself knows or this version does not"
    )]
    UnknownKey(String),
    /// The organisation says.
    #[error(
        "the repository's OIDC subject follows its organisation's template, which this token does not show"
    )]
    Organization,
    /// GitHub's answer lacks what the subject is made of.
    #[error("GitHub's answer does not tell the repository's {0}")]
    Missing(&'static str),
}

impl SubjectTemplate {
    /// What the subject begins with by GitHub's own template.
    ///
    /// # Errors
    /// Where the answer tells neither the prefix nor the name.
    pub fn prefix(&self, repository: &Repository) -> Result<String, SubjectError> {
        if let Some(prefix) = self
            .sub_claim_prefix
            .as_deref()
            .filter(|own| !own.is_empty())
        {
            return Ok(prefix.to_owned());
        }
        let name = repository.full_name.as_deref();
        Ok(format!(
            "repo:{}",
            name.ok_or(SubjectError::Missing("name"))?
        ))
    }

    /// The whole subject, where `context` is its end (`environment:qa`).
    ///
    /// # Errors
    /// Where it is made of something that cannot be known beforehand.
    pub fn subject(&self, repository: &Repository, context: &str) -> Result<String, SubjectError> {
        let prefix = self.prefix(repository)?;
        if self.use_default != Some(false) {
            return Ok(format!("{prefix}:{context}"));
        }
        let keys = self.include_claim_keys.as_deref().unwrap_or_default();
        if keys.is_empty() {
            return Err(SubjectError::Organization);
        }
        let parts: Result<Vec<String>, SubjectError> = keys
            .iter()
            .map(|key| part(key, &prefix, repository, context))
            .collect();
        Ok(parts?.join(":"))
    }
}

fn part(
    key: &str,
    prefix: &str,
    repository: &Repository,
    context: &str,
) -> Result<String, SubjectError> {
    let owner = repository.owner.as_ref();
    let value = match key {
        "repo" => return Ok(prefix.to_owned()),
        "context" => return Ok(context.to_owned()),
        "repository" => repository.full_name.clone(),
        "repository_id" => repository.id.map(|id| id.to_string()),
        "repository_owner" => owner.and_then(|owner| owner.login.clone()),
        "repository_owner_id" => owner.and_then(|owner| owner.id).map(|id| id.to_string()),
        other => return Err(SubjectError::UnknownKey(other.to_owned())),
    };
    let value = value.ok_or(SubjectError::Missing("ids"))?;
    // A colon would end the part.
    Ok(format!("{key}:{}", value.replace(':', "%3A")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn subject(template: Value) -> Result<String, SubjectError> {
        let repository: Repository = serde_json::from_value(json!({
            "id": 22, "name": "hp225", "full_name": "Vokworks-Ronk/hp225", "owner": {"login": "Vokworks-Ronk", "id": 11}
        }))
        .unwrap();
        let template: SubjectTemplate = serde_json::from_value(template).unwrap();
        template.subject(&repository, "environment:qa")
    }

    #[test]
    fn github_says_what_it_begins_with() {
        let ids = "repo:Vokworks-Ronk@11/hp225@22";
        for (template, wanted) in [
            (
                json!({"use_default": true, "use_immutable_subject": false, "sub_claim_prefix": ids}),
                "repo:Vokworks-Ronk@11/hp225@22:environment:qa",
            ),
            (
                json!({"use_default": true}),
                "repo:Vokworks-Ronk/hp225:environment:qa",
            ),
            (
                json!({"use_default": false, "include_claim_keys": ["repository_owner_id", "repo", "context"], "sub_claim_prefix": ids}),
                "repository_owner_id:11:repo:Vokworks-Ronk@11/hp225@22:environment:qa",
            ),
            (
                json!({"use_default": false, "include_claim_keys": ["repository_id", "context", "repository", "repository_owner"]}),
                "repository_id:22:environment:qa:repository:Vokworks-Ronk/hp225:repository_owner:Vokworks-Ronk",
            ),
        ] {
            assert_eq!(
                subject(template.clone()).as_deref(),
                Ok(wanted),
                "{template}"
            );
        }
    }

    #[test]
    fn what_cannot_be_known_beforehand_is_refused() {
        let keys =
            json!({"use_default": false, "include_claim_keys": ["repo", "job_workflow_ref"]});
        assert_eq!(
            subject(keys),
            Err(SubjectError::UnknownKey("job_workflow_ref".to_owned()))
        );
        assert_eq!(
            subject(json!({"use_default": false})),
            Err(SubjectError::Organization)
        );
        let nameless = SubjectTemplate::default().subject(&Repository::default(), "x");
        assert_eq!(nameless, Err(SubjectError::Missing("name")));
    }
}
