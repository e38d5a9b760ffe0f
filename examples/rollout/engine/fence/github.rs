//! What may be written on GitHub: in the repositories that the file names, the few things that deliver the apps.

use std::collections::BTreeSet;

use serde::Deserialize;

/// The key under which GitHub's client is known to the fence. No tenant of an environment file is called so: their names
/// are in small letters.
pub const GITHUB: &str = "GitHub";

/// What may be written in one repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitHubRules {
    /// The branch that deploys.
    pub branch: String,
    /// The one file that may be committed, and to that branch only.
    pub file: String,
    /// The environment, where there is one: then the variables are its own.
    pub environment: Option<String>,
    /// The variables.
    pub variables: BTreeSet<String>,
}

/// What of a body the fence looks at.
#[derive(Default, Deserialize)]
struct Body {
    name: Option<String>,
    branch: Option<String>,
}

impl GitHubRules {
    /// Whether a write below `/repos/{owner}/{name}` may leave.
    pub(super) fn check(
        &self,
        method: &str,
        path: &[String],
        body: Option<&[u8]>,
    ) -> Result<(), String> {
        let body: Body = body
            .and_then(|bytes| serde_json::from_slice(bytes).ok())
            .unwrap_or_default();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match (method, path.as_slice()) {
            ("PUT", ["contents", file @ ..]) => self.file(&file.join("/"), body.branch.as_deref()),
            ("PUT", ["environments", name]) => self.environment(name),
            ("POST", ["environments", name, "deployment-branch-policies"]) => {
                self.environment(name)?;
                if body.name.as_deref() == Some(&self.branch) {
                    Ok(())
                } else {
                    Err(format!("only the branch '{}' deploys", self.branch))
                }
            }
            ("DELETE", ["environments", name, "deployment-branch-policies", _]) => {
                self.environment(name)
            }
            ("POST", ["environments", name, "variables"]) => {
                self.environment(name)?;
                self.variable(body.name.as_deref())
            }
            ("PATCH", ["environments", name, "variables", variable]) => {
                self.environment(name)?;
                self.variable(Some(variable))
            }
            ("POST", ["actions", "variables"]) if self.environment.is_none() => {
                self.variable(body.name.as_deref())
            }
            ("PATCH", ["actions", "variables", variable]) if self.environment.is_none() => {
                self.variable(Some(variable))
            }
            _ => Err("the rollout does not write this in a repository".to_owned()),
        }
    }

    fn file(&self, file: &str, branch: Option<&str>) -> Result<(), String> {
        if file != self.file {
            Err(format!("only {} is the environment's", self.file))
        } else if branch != Some(&self.branch) {
            Err(format!("only the branch '{}' is written", self.branch))
        } else {
            Ok(())
        }
    }

    fn environment(&self, name: &str) -> Result<(), String> {
        if self.environment.as_deref() == Some(name) {
            Ok(())
        } else {
            Err(format!("'{name}' is not the file's GitHub environment"))
        }
    }

    fn variable(&self, name: Option<&str>) -> Result<(), String> {
        match name {
            Some(name) if self.variables.contains(name) => Ok(()),
            _ => Err("this variable is not the environment's".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(environment: Option<&str>, method: &str, path: &str, body: &str) -> Option<String> {
        let rules = GitHubRules {
            branch: "qa".to_owned(),
            file: ".github/workflows/deploy-qa.yml".to_owned(),
            environment: environment.map(str::to_owned),
            variables: ["AZURE_CLIENT_ID".to_owned()].into(),
        };
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        rules.check(method, &path, Some(body.as_bytes())).err()
    }

    #[test]
    fn a_repository_takes_what_delivers_the_app_and_nothing_else() {
        let file = "contents/.github/workflows/deploy-qa.yml";
        for (method, path, body, passes) in [
            ("PUT", file, r#"{"branch": "qa"}"#, true),
            ("PUT", file, r#"{"branch": "main"}"#, false),
            ("PUT", file, "{}", false),
            (
                "PUT",
                "contents/.github/workflows/dev.yml",
                r#"{"branch": "qa"}"#,
                false,
            ),
            ("PUT", "environments/qa", "{}", true),
            ("PUT", "environments/dev", "{}", false),
            ("DELETE", "environments/qa", "", false),
            (
                "POST",
                "environments/qa/deployment-branch-policies",
                r#"{"name": "qa"}"#,
                true,
            ),
            (
                "POST",
                "environments/qa/deployment-branch-policies",
                r#"{"name": "main"}"#,
                false,
            ),
            (
                "DELETE",
                "environments/qa/deployment-branch-policies/7",
                "",
                true,
            ),
            (
                "POST",
                "environments/qa/variables",
                r#"{"name": "AZURE_CLIENT_ID"}"#,
                true,
            ),
            (
                "POST",
                "environments/qa/variables",
                r#"{"name": "OTHER"}"#,
                false,
            ),
            (
                "PATCH",
                "environments/qa/variables/AZURE_CLIENT_ID",
                "{}",
                true,
            ),
            (
                "PATCH",
                "environments/dev/variables/AZURE_CLIENT_ID",
                "{}",
                false,
            ),
            (
                "POST",
                "actions/variables",
                r#"{"name": "AZURE_CLIENT_ID"}"#,
                false,
            ),
            ("PUT", "actions/oidc/customization/sub", "{}", false),
            ("PATCH", "", r#"{"private": false}"#, false),
        ] {
            let refusal = refused(Some("qa"), method, path, body);
            assert_eq!(
                refusal.is_none(),
                passes,
                "{method} {path} {body}: {refusal:?}"
            );
        }
        let own = r#"{"name": "AZURE_CLIENT_ID"}"#;
        assert_eq!(refused(None, "POST", "actions/variables", own), None);
        assert!(refused(None, "POST", "environments/qa/variables", own).is_some());
    }
}
