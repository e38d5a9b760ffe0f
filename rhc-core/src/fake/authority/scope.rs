//! What a token is asked for: one resource and permissions of it.

use uuid::Uuid;

use super::error::AuthorityError;
use crate::fake::directory::{self, MICROSOFT_GRAPH, ObjectKind, Read};
use crate::fake::{Directory, Tenant};

const GRAPH: &str = "https://graph.microsoft.com";

/// A `scope` parameter, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// The resource's identifier as it was written, which becomes the audience.
    pub(super) resource: String,
    /// Delegated permissions by name; `.default` is not among them.
    pub(super) permissions: Vec<String>,
    /// Whether everything that was consented to is asked for.
    pub(super) default: bool,
    /// Whether a refresh token is wanted.
    pub(super) offline: bool,
    /// Whether an id token is wanted.
    pub(super) openid: bool,
}

impl Scope {
    pub(super) fn parse(text: &str) -> Result<Self, AuthorityError> {
        let mut scope = Self::default();
        for item in text.split_ascii_whitespace() {
            let (resource, permission) = match item {
                "offline_access" => {
                    scope.offline = true;
                    continue;
                }
                "openid" | "profile" | "email" => {
                    scope.openid = true;
                    continue;
                }
                item => split(item),
            };
            if scope.resource.is_empty() {
                resource.clone_into(&mut scope.resource);
            } else if scope.resource != resource {
                // Unverified: number and text are general knowledge.
                return Err(AuthorityError::new(
                    400,
                    "invalid_scope",
                    28000,
                    format!(
                        "Provided value for the input parameter scope is not valid because it contains more than \
                         one resource: {} and {resource}.",
                        scope.resource
                    ),
                ));
            }
            if permission == ".default" {
                scope.default = true;
            } else {
                scope.permissions.push(permission.to_owned());
            }
        }
        if scope.resource.is_empty() {
            GRAPH.clone_into(&mut scope.resource);
        }
        Ok(scope)
    }

    /// For an app by itself, which can only ask for what it was given.
    pub(super) fn of_app(text: &str) -> Result<Self, AuthorityError> {
        let scope = Self::parse(text)?;
        if scope.default && scope.permissions.is_empty() {
            return Ok(scope);
        }
        // Unverified: number and text are general knowledge.
        Err(AuthorityError::new(
            400,
            "invalid_scope",
            1_002_012,
            format!(
                "The provided value for scope {text} is not valid. Client credential flows must have a scope value \
                 with /.default suffixed to the resource identifier (application ID URI)."
            ),
        ))
    }
}

/// Splits `https://graph.microsoft.com/User.Read`; a bare name is one of Microsoft Graph's permissions.
fn split(item: &str) -> (&str, &str) {
    match item.rsplit_once('/') {
        // `https://management.core.windows.net//.default` asks for an audience that ends in a slash.
        Some((resource, permission)) if resource.contains("://") || is_id(resource) => {
            (resource, permission)
        }
        _ => (GRAPH, item),
    }
}

fn is_id(text: &str) -> bool {
    text.parse::<Uuid>().is_ok()
}

/// The service principal of the resource asked for, in the tenant that is asked.
pub(super) fn resource_principal(
    directory: &Directory,
    tenant: &Tenant,
    identifier: &str,
) -> Result<Uuid, AuthorityError> {
    let first_party = directory::by_identifier(identifier)
        .and_then(|app| directory.service_principal(tenant.id, app.app_id, Read::Point));
    let found = first_party.or_else(|| {
        directory
            .objects(tenant.id, ObjectKind::ServicePrincipal, Read::Point)
            .into_iter()
            .find(|principal| answers_to(principal, identifier))
    });
    found.map(|principal| principal.id).ok_or_else(|| {
        AuthorityError::new(
            400,
            "invalid_resource",
            500_011,
            format!(
                "The resource principal named {identifier} was not found in the tenant named {}. This can happen \
                 if the application has not been installed by the administrator of the tenant or consented to by \
                 any user in the tenant. You might have sent your authentication request to the wrong tenant.",
                tenant.display_name
            ),
        )
    })
}

fn answers_to(principal: &directory::View<'_>, identifier: &str) -> bool {
    let app_id = principal.text("appId").unwrap_or_default();
    let names = principal
        .body
        .get("servicePrincipalNames")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str);
    names
        .chain([app_id])
        .any(|name| name.eq_ignore_ascii_case(identifier))
        || identifier
            .strip_prefix("api://")
            .is_some_and(|id| id.eq_ignore_ascii_case(app_id))
}

/// Whether the resource is Microsoft Graph.
pub(super) fn is_graph(identifier: &str) -> bool {
    directory::by_identifier(identifier).is_some_and(|app| app.app_id == MICROSOFT_GRAPH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_resource_and_permissions_apart() {
        let scope = Scope::parse(
            "openid offline_access https://graph.microsoft.com/User.Read https://graph.microsoft.com/Group.Read.All",
        )
        .unwrap();
        assert_eq!(scope.resource, GRAPH);
        assert_eq!(scope.permissions, ["User.Read", "Group.Read.All"]);
        assert!(scope.offline && scope.openid && !scope.default);
    }

    #[test]
    fn default_keeps_the_resource_as_written() {
        let scope = Scope::parse("https://management.core.windows.net//.default").unwrap();
        assert_eq!(scope.resource, "https://management.core.windows.net/");
        assert!(scope.default);
        let by_id = Scope::parse("00000003-0000-0000-c000-000000000000/.default").unwrap();
        assert!(is_graph(&by_id.resource));
    }

    #[test]
    fn a_bare_name_is_graphs() {
        let scope = Scope::parse("User.Read").unwrap();
        assert_eq!(
            (scope.resource.as_str(), scope.permissions.len()),
            (GRAPH, 1)
        );
    }

    #[test]
    fn refuses_two_resources_28000() {
        let error = Scope::parse("User.Read https://management.azure.com/.default").unwrap_err();
        assert_eq!((error.error(), error.number()), ("invalid_scope", 28000));
    }

    #[test]
    fn refuses_an_app_that_asks_for_single_permissions_1002012() {
        let graph = "https://graph.microsoft.com";
        for asked in [
            format!("{graph}/User.Read"),
            format!("{graph}/.default {graph}/User.Read"),
        ] {
            let error = Scope::of_app(&asked).unwrap_err();
            assert_eq!(
                (error.error(), error.number()),
                ("invalid_scope", 1_002_012)
            );
        }
    }
}
