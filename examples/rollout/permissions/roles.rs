//! The least privileged roles of a directory with which a person may use a permission of Microsoft Graph.
//!
//! Names and template ids: <https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference>. Which
//! role a task takes: <https://learn.microsoft.com/entra/identity/role-based-access-control/delegate-by-task> and the page of each
//! operation of Microsoft Graph. Unverified as a whole: nobody has carried a plan out with these roles only.

use std::collections::BTreeSet;

use serde::Serialize;

/// A role of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DirectoryRole {
    /// As the portal calls it.
    pub name: &'static str,
    /// The same in every tenant.
    pub template_id: &'static str,
}

const fn role(name: &'static str, template_id: &'static str) -> DirectoryRole {
    DirectoryRole { name, template_id }
}

const APPLICATIONS: DirectoryRole = role(
    "Application Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
);
const AUTHENTICATION: DirectoryRole = role(
    "Authentication Policy Administrator",
    "0526716b-113d-4c15-b2c8-68e3c22b9f80",
);
const BRANDING: DirectoryRole = role(
    "Organizational Branding Administrator",
    "92ed04bf-c94a-4b82-9729-b799a7a4c178",
);
const CONDITIONAL: DirectoryRole = role(
    "Conditional Access Administrator",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
);
const FLOWS: DirectoryRole = role(
    "External ID User Flow Administrator",
    "6e591065-9bad-43ed-90f3-e9424366d2f0",
);
const GROUPS: DirectoryRole = role(
    "Groups Administrator",
    "fdd7a751-b60b-444a-984c-02652fe8fa1c",
);
const PRIVILEGED: DirectoryRole = role(
    "Privileged Role Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814",
);
const READER: DirectoryRole = role("Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451");
const SECURITY: DirectoryRole = role(
    "Security Administrator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d",
);

/// How the name of a permission begins, and the role that it takes; the first that fits.
const TAKES: &[(&str, DirectoryRole)] = &[
    ("AppRoleAssignment.ReadWrite", PRIVILEGED),
    ("Application.ReadWrite", APPLICATIONS),
    ("DelegatedPermissionGrant.ReadWrite", APPLICATIONS),
    ("EventListener.ReadWrite", FLOWS),
    ("Group.ReadWrite", GROUPS),
    ("GroupMember.ReadWrite", GROUPS),
    ("OrganizationalBranding.ReadWrite", BRANDING),
    ("Policy.ReadWrite.AuthenticationMethod", AUTHENTICATION),
    ("Policy.ReadWrite.Authorization", PRIVILEGED),
    ("Policy.ReadWrite.ConditionalAccess", CONDITIONAL),
    ("Policy.ReadWrite.CrossTenantAccess", SECURITY),
    ("Policy.ReadWrite.SecurityDefaults", SECURITY),
];

/// May do everything.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
/// Roles beside the least privileged one that may do the same.
const ALSO: &[(DirectoryRole, &[&str])] = &[
    // Cloud Application Administrator.
    (APPLICATIONS, &["158c047a-c907-4556-b7ef-446551a6b5f7"]),
    // Security Administrator.
    (CONDITIONAL, &["194ae4cb-b126-40b2-bd5b-6091b380977d"]),
    // User Administrator.
    (GROUPS, &["fe930be7-5e62-47db-91af-98c3a49a38b1"]),
];

impl DirectoryRole {
    /// Whether it is for reading only. Much can be read without any role, and how much is for each tenant to say.
    pub fn only_reads(&self) -> bool {
        *self == READER
    }

    /// Whether whoever holds these roles, by their template ids, may do what this one is for.
    pub fn is_given_by(&self, held: &BTreeSet<String>) -> bool {
        let also = ALSO.iter().find(|(role, _)| role == self);
        let also = also.map_or(&[][..], |(_, also)| *also);
        let enough = [self.template_id, GLOBAL_ADMINISTRATOR];
        let mut enough = enough.iter().chain(also);
        enough.any(|one| held.iter().any(|own| own.eq_ignore_ascii_case(one)))
    }

    /// Whether it is known here what a role may do, by its template id.
    pub fn is_known(template_id: &str) -> bool {
        let also = ALSO.iter().flat_map(|(_, also)| also.iter().copied());
        let own = TAKES.iter().map(|(_, role)| role.template_id);
        let mut all = own
            .chain(also)
            .chain([READER.template_id, GLOBAL_ADMINISTRATOR]);
        all.any(|one| one.eq_ignore_ascii_case(template_id))
    }
}

/// The roles for these permissions. Reading alone takes a reader's.
pub(super) fn of<'p>(permissions: impl Iterator<Item = &'p str>) -> BTreeSet<DirectoryRole> {
    let role = |permission: &str| {
        let found = TAKES
            .iter()
            .find(|(begin, _)| permission.starts_with(begin));
        found.map_or(READER, |(_, role)| *role)
    };
    permissions
        .filter(|name| *name != "User.Read")
        .map(role)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_given_by_itself_and_by_larger_ones() {
        let held = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
        assert!(APPLICATIONS.is_given_by(&held(&[APPLICATIONS.template_id])));
        assert!(APPLICATIONS.is_given_by(&held(&["158C047A-c907-4556-b7ef-446551a6b5f7"])));
        assert!(FLOWS.is_given_by(&held(&[GLOBAL_ADMINISTRATOR])));
        assert!(!FLOWS.is_given_by(&held(&[APPLICATIONS.template_id])));
        assert!(!APPLICATIONS.is_given_by(&held(&[])));
        assert!(DirectoryRole::is_known(GROUPS.template_id));
        assert!(!DirectoryRole::is_known(
            "00000000-0000-0000-0000-000000000001"
        ));
        assert!(READER.only_reads() && !FLOWS.only_reads());
    }

    #[test]
    fn who_only_reads_is_a_reader() {
        let names = |permissions: &[&str]| -> Vec<&str> {
            of(permissions.iter().copied())
                .iter()
                .map(|role| role.name)
                .collect()
        };
        assert_eq!(
            names(&["User.Read.All", "Policy.Read.All"]),
            ["Global Reader"]
        );
        assert_eq!(
            names(&[
                "Application.ReadWrite.All",
                "Policy.ReadWrite.ConditionalAccess"
            ]),
            [
                "Application Administrator",
                "Conditional Access Administrator"
            ]
        );
        assert!(names(&["User.Read"]).is_empty());
        assert!(
            TAKES
                .iter()
                .all(|(_, role)| uuid::Uuid::try_parse(role.template_id).is_ok())
        );
    }
}
