//! An object whose kind is known only when it is read: a member, a deleted item, a role's holder.

use crate::{Application, Group, ServicePrincipal, User};
use rhc_core::ObjectId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};

/// An object of a directory, told apart by its `@odata.type`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DirectoryObject {
    /// A user.
    User(Box<User>),
    /// A group.
    Group(Box<Group>),
    /// A service principal.
    ServicePrincipal(Box<ServicePrincipal>),
    /// An application.
    Application(Box<Application>),
    /// A kind that this version does not know, or one that the service did not name.
    Other(Map<String, Value>),
}

impl DirectoryObject {
    /// Its id.
    pub fn id(&self) -> Option<ObjectId> {
        match self {
            Self::User(user) => user.id,
            Self::Group(group) => group.id,
            Self::ServicePrincipal(principal) => principal.id,
            Self::Application(application) => application.id,
            Self::Other(body) => body.get("id")?.as_str()?.parse().ok(),
        }
    }

    /// The user, if it is one.
    pub fn as_user(&self) -> Option<&User> {
        match self {
            Self::User(user) => Some(user),
            _ => None,
        }
    }

    /// The service principal, if it is one.
    pub fn as_service_principal(&self) -> Option<&ServicePrincipal> {
        match self {
            Self::ServicePrincipal(principal) => Some(principal),
            _ => None,
        }
    }

    /// The group, if it is one.
    pub fn as_group(&self) -> Option<&Group> {
        match self {
            Self::Group(group) => Some(group),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for DirectoryObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let body = Map::deserialize(deserializer)?;
        let kind = body
            .get("@odata.type")
            .and_then(Value::as_str)
            .and_then(|name| name.rsplit('.').next())
            .unwrap_or_default()
            .to_ascii_lowercase();
        let value = |body| Value::Object(body);
        match kind.as_str() {
            "user" => serde_json::from_value(value(body)).map(Self::User),
            "group" => serde_json::from_value(value(body)).map(Self::Group),
            "serviceprincipal" => serde_json::from_value(value(body)).map(Self::ServicePrincipal),
            "application" => serde_json::from_value(value(body)).map(Self::Application),
            _ => return Ok(Self::Other(body)),
        }
        .map_err(D::Error::custom)
    }
}

impl Serialize for DirectoryObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::User(user) => user.serialize(serializer),
            Self::Group(group) => group.serialize(serializer),
            Self::ServicePrincipal(principal) => principal.serialize(serializer),
            Self::Application(application) => application.serialize(serializer),
            Self::Other(body) => body.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kinds_are_told_apart_and_nothing_is_lost() {
        let id = "6d97229a-391f-473a-893f-f0608b592d7b";
        for (kind, expected) in [
            ("#microsoft.graph.user", 'u'),
            ("#microsoft.graph.servicePrincipal", 's'),
            ("#Microsoft.Graph.Group", 'g'),
            ("#microsoft.graph.device", '?'),
        ] {
            let body =
                json!({"@odata.type": kind, "id": id, "displayName": "x", "strange": {"a": 1}});
            let object: DirectoryObject = serde_json::from_value(body.clone()).unwrap();
            let found = match &object {
                DirectoryObject::User(_) => 'u',
                DirectoryObject::ServicePrincipal(_) => 's',
                DirectoryObject::Group(_) => 'g',
                DirectoryObject::Application(_) => 'a',
                DirectoryObject::Other(_) => '?',
            };
            assert_eq!(found, expected, "{kind}");
            assert_eq!(object.id().unwrap().to_string(), id);
            assert_eq!(json!(object), body);
        }
        let bare: DirectoryObject = serde_json::from_value(json!({"id": id})).unwrap();
        assert!(matches!(bare, DirectoryObject::Other(_)));
    }
}
