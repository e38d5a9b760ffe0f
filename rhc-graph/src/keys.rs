//! How an object is addressed: by its id or by a natural key.

use rhc_core::{AppId, ObjectId, Path};

/// How an application is addressed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApplicationKey {
    /// By its id in the directory, the same in all its life.
    Id(ObjectId),
    /// By its application (client) id.
    AppId(AppId),
    /// By the unique name that it was created with.
    UniqueName(String),
}

/// How a service principal is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServicePrincipalKey {
    /// By its id in this tenant's directory.
    Id(ObjectId),
    /// By the application (client) id.
    AppId(AppId),
}

/// How a group is addressed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GroupKey {
    /// By its id in the directory.
    Id(ObjectId),
    /// By the unique name that it was created with.
    UniqueName(String),
}

/// How a user is addressed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserKey {
    /// By its id in the directory.
    Id(ObjectId),
    /// By its user principal name. For one that begins with `$` the address is written as
    /// [user-get](https://learn.microsoft.com/graph/api/user-get) asks for it.
    PrincipalName(String),
}

macro_rules! keys {
    ($($key:ident: $variant:ident($type:ty),)*) => {
        $(impl From<$type> for $key {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })*
    };
}

keys! {
    ApplicationKey: Id(ObjectId),
    ApplicationKey: AppId(AppId),
    ApplicationKey: UniqueName(String),
    ServicePrincipalKey: Id(ObjectId),
    ServicePrincipalKey: AppId(AppId),
    GroupKey: Id(ObjectId),
    GroupKey: UniqueName(String),
    UserKey: Id(ObjectId),
    UserKey: PrincipalName(String),
}

impl From<&str> for ApplicationKey {
    fn from(unique_name: &str) -> Self {
        Self::UniqueName(unique_name.to_owned())
    }
}

impl From<&str> for GroupKey {
    fn from(unique_name: &str) -> Self {
        Self::UniqueName(unique_name.to_owned())
    }
}

impl From<&str> for UserKey {
    fn from(principal_name: &str) -> Self {
        Self::PrincipalName(principal_name.to_owned())
    }
}

impl ApplicationKey {
    pub(crate) fn path(&self) -> Path {
        let all = Path::new("/v1.0/applications");
        match self {
            Self::Id(id) => all.segment(id.to_string()),
            Self::AppId(id) => all.key("appId", id.to_string()),
            Self::UniqueName(name) => all.key("uniqueName", name),
        }
    }
}

impl ServicePrincipalKey {
    pub(crate) fn path(&self) -> Path {
        let all = Path::new("/v1.0/servicePrincipals");
        match self {
            Self::Id(id) => all.segment(id.to_string()),
            Self::AppId(id) => all.key("appId", id.to_string()),
        }
    }
}

impl GroupKey {
    pub(crate) fn path(&self) -> Path {
        let all = Path::new("/v1.0/groups");
        match self {
            Self::Id(id) => all.segment(id.to_string()),
            Self::UniqueName(name) => all.key("uniqueName", name),
        }
    }
}

impl UserKey {
    pub(crate) fn path(&self) -> Path {
        let all = Path::new("/v1.0/users");
        match self {
            Self::Id(id) => all.segment(id.to_string()),
            Self::PrincipalName(name) if name.starts_with('$') => all.quoted(name),
            Self::PrincipalName(name) => all.segment(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_address() {
        let id: ObjectId = "6d97229a-391f-473a-893f-f0608b592d7b".parse().unwrap();
        let app: AppId = "2a2a53ed-e317-4935-adb6-85ddfc0bf06c".parse().unwrap();
        for (path, expected) in [
            (
                ApplicationKey::from(id).path(),
                "/v1.0/applications/6d97229a-391f-473a-893f-f0608b592d7b",
            ),
            (
                ApplicationKey::from(app).path(),
                "/v1.0/applications(appId='2a2a53ed-e317-4935-adb6-85ddfc0bf06c')",
            ),
            (
                ApplicationKey::from("it's").path(),
                "/v1.0/applications(uniqueName='it''s')",
            ),
            (
                ServicePrincipalKey::from(id).path(),
                "/v1.0/servicePrincipals/6d97229a-391f-473a-893f-f0608b592d7b",
            ),
            (
                ServicePrincipalKey::from(app).path(),
                "/v1.0/servicePrincipals(appId='2a2a53ed-e317-4935-adb6-85ddfc0bf06c')",
            ),
            (
                GroupKey::from("admins").path(),
                "/v1.0/groups(uniqueName='admins')",
            ),
            (
                UserKey::from("ron_x.com#EXT#@rhcqa.onmicrosoft.com").path(),
                "/v1.0/users/ron_x.com%23EXT%23@rhcqa.onmicrosoft.com",
            ),
            (
                UserKey::from("$it's#1@rhcqa.onmicrosoft.com").path(),
                "/v1.0/users('$it''s%231@rhcqa.onmicrosoft.com')",
            ),
        ] {
            assert_eq!(path.as_str(), expected);
        }
    }

    #[test]
    fn a_name_cannot_climb_out_of_its_collection() {
        for bad in ["", "..", "a/b", "a%2Fb"] {
            assert!(UserKey::from(bad).path().problem().is_some(), "{bad:?}");
            assert!(
                ApplicationKey::from(bad).path().problem().is_some(),
                "{bad:?}"
            );
            assert!(GroupKey::from(bad).path().problem().is_some(), "{bad:?}");
        }
        assert!(UserKey::from("$a/b").path().problem().is_some());
    }
}
