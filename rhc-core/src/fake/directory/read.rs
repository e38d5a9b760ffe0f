//! Reading the directory, as a point read, a list or the service itself does.

use std::collections::BTreeSet;

use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Directory, GLOBAL_ADMINISTRATOR, ObjectKind, Read, Tenant, View};

/// How long a deleted object can be restored.
pub(super) const RESTORABLE: Duration = Duration::days(30);

impl Directory {
    /// All tenants.
    pub fn tenants(&self) -> impl Iterator<Item = &Tenant> {
        self.tenants.values()
    }

    /// The tenant that has `name` as its id or as one of its domains.
    #[must_use]
    pub fn tenant(&self, name: &str) -> Option<&Tenant> {
        match name.parse::<Uuid>() {
            Ok(id) => self.tenants.get(&id),
            Err(_) => self.tenants.values().find(|tenant| tenant.is_called(name)),
        }
    }

    /// The tenant with this id.
    #[must_use]
    pub fn tenant_by_id(&self, id: Uuid) -> Option<&Tenant> {
        self.tenants.get(&id)
    }

    /// The tenant with this id, to change.
    pub fn tenant_mut(&mut self, id: Uuid) -> Option<&mut Tenant> {
        self.tenants.get_mut(&id)
    }

    /// One object, as `read` sees it at present.
    #[must_use]
    pub fn object(&self, tenant: Uuid, id: Uuid, read: Read) -> Option<View<'_>> {
        let object = self.tenants.get(&tenant)?.objects.get(&id)?;
        let body = object.seen(read, self.now, self.replication)?;
        Some(View { id, body, object })
    }

    /// All objects of a kind, as `read` sees them at present, in the order of their making.
    #[must_use]
    pub fn objects(&self, tenant: Uuid, kind: ObjectKind, read: Read) -> Vec<View<'_>> {
        let Some(tenant) = self.tenants.get(&tenant) else {
            return Vec::new();
        };
        let mut views: Vec<_> = tenant
            .objects
            .iter()
            .filter(|(_, object)| object.kind == kind)
            .filter_map(|(id, object)| {
                let body = object.seen(read, self.now, self.replication)?;
                Some(View {
                    id: *id,
                    body,
                    object,
                })
            })
            .collect();
        views.sort_by_key(|view| (view.object.created, view.id));
        views
    }

    /// The objects of a kind with a string property of this value, in any case.
    #[must_use]
    pub fn find(
        &self,
        tenant: Uuid,
        kind: ObjectKind,
        property: &str,
        value: &str,
        read: Read,
    ) -> Vec<View<'_>> {
        let mut views = self.objects(tenant, kind, read);
        views.retain(|view| {
            view.text(property)
                .is_some_and(|own| own.eq_ignore_ascii_case(value))
        });
        views
    }

    /// The deleted objects of a kind that can still be restored.
    #[must_use]
    pub fn deleted(&self, tenant: Uuid, kind: ObjectKind) -> Vec<View<'_>> {
        let Some(tenant) = self.tenants.get(&tenant) else {
            return Vec::new();
        };
        tenant
            .objects
            .iter()
            .filter(|(_, object)| object.kind == kind)
            .filter(|(_, object)| restorable(object.deleted_at, self.now))
            .map(|(id, object)| View {
                id: *id,
                body: &object.body,
                object,
            })
            .collect()
    }

    /// Whether a role can be given to a principal yet: services learn of new principals by replication.
    #[must_use]
    pub fn principal_exists(&self, tenant: Uuid, id: Uuid) -> bool {
        self.object(tenant, id, Read::Point)
            .is_some_and(|view| view.object.kind != ObjectKind::Application)
    }

    /// The service principal of an application in a tenant.
    #[must_use]
    pub fn service_principal(&self, tenant: Uuid, app_id: Uuid, read: Read) -> Option<View<'_>> {
        let app_id = app_id.to_string();
        self.find(tenant, ObjectKind::ServicePrincipal, "appId", &app_id, read)
            .into_iter()
            .next()
    }

    /// The registration of an application, in whatever tenant it stands.
    #[must_use]
    pub fn application(&self, app_id: Uuid, read: Read) -> Option<(Uuid, View<'_>)> {
        let app_id = app_id.to_string();
        self.tenants.keys().find_map(|tenant| {
            self.find(*tenant, ObjectKind::Application, "appId", &app_id, read)
                .into_iter()
                .next()
                .map(|view| (*tenant, view))
        })
    }

    /// The groups that a principal is in, directly or through other groups.
    #[must_use]
    pub fn groups_of(&self, tenant: Uuid, principal: Uuid) -> BTreeSet<Uuid> {
        let mut found = BTreeSet::new();
        let Some(tenant) = self.tenants.get(&tenant) else {
            return found;
        };
        let mut next = vec![principal];
        while let Some(member) = next.pop() {
            let holders = tenant.objects.iter().filter(|(_, object)| {
                object.kind == ObjectKind::Group
                    && object.deleted_at.is_none()
                    && object
                        .links
                        .get("members")
                        .is_some_and(|members| members.contains(&member))
            });
            for (id, _) in holders {
                if found.insert(*id) {
                    next.push(*id);
                }
            }
        }
        found
    }

    /// Whether an account is the tenant's own and not one that came from elsewhere.
    #[must_use]
    pub fn is_native(&self, tenant: Uuid, user: Uuid) -> bool {
        self.object(tenant, user, Read::Authoritative)
            .is_some_and(|view| {
                view.object.kind == ObjectKind::User
                    && view
                        .text("userPrincipalName")
                        .is_some_and(|name| !name.contains("#EXT#"))
            })
    }

    /// The account with which the World's operator works in a tenant: his own, as long as it holds any role there, or else a
    /// native Global Administrator if there is one, else an external one.
    #[must_use]
    pub fn operator(&self, tenant: Uuid) -> Option<Uuid> {
        let owner = self.tenants.get(&tenant)?;
        let mut administrators: Vec<_> = self
            .objects(tenant, ObjectKind::User, Read::Authoritative)
            .into_iter()
            .filter(|user| {
                let own = owner.operator == Some(user.id) && owner.has_any_role(user.id);
                own || owner.has_role(user.id, GLOBAL_ADMINISTRATOR)
            })
            .filter(|user| user.body.get("accountEnabled") != Some(&Value::Bool(false)))
            .map(|user| {
                let others = Some(user.id) != owner.operator;
                (others, !self.is_native(tenant, user.id), user.id)
            })
            .collect();
        administrators.sort();
        administrators.first().map(|(_, _, id)| *id)
    }
}

pub(super) fn restorable(deleted_at: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
    deleted_at.is_some_and(|at| now < at.saturating_add(RESTORABLE))
}
