//! Paths of Resource Manager: what a URL points to.

use percent_encoding::percent_decode_str;

/// The type under which resource groups are kept.
pub const RESOURCE_GROUPS: &str = "Microsoft.Resources/resourceGroups";

/// A resource's address: the scope it stands in, its type and its names, as the client wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePath {
    scope: String,
    namespace: String,
    types: Vec<String>,
    names: Vec<String>,
}

/// What a URL's path points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// One resource.
    Item(ResourcePath),
    /// Resources of one type: the parent's or scope's id, and the type.
    Collection {
        scope: String,
        resource_type: String,
    },
}

/// The decoded segments of a path.
pub(crate) fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}

fn is(segment: Option<&String>, word: &str) -> bool {
    segment.is_some_and(|segment| segment.eq_ignore_ascii_case(word))
}

/// The key under which a resource stands in the state: its id in lower case.
#[must_use]
pub fn key(id: &str) -> String {
    id.trim_end_matches('/').to_ascii_lowercase()
}

/// The subscription in an id.
#[must_use]
pub fn subscription_of(id: &str) -> Option<&str> {
    let mut parts = id.split('/').skip(1);
    parts
        .next()
        .filter(|word| word.eq_ignore_ascii_case("subscriptions"))?;
    parts.next().filter(|id| !id.is_empty())
}

/// The name of the resource group in an id.
#[must_use]
pub fn group_of(id: &str) -> Option<&str> {
    let mut parts = id.split('/').skip(3);
    parts
        .next()
        .filter(|word| word.eq_ignore_ascii_case("resourceGroups"))?;
    parts.next().filter(|name| !name.is_empty())
}

/// Whether a resource's [`key`] is one of this type: without an allocation, for whoever goes through all of them.
pub(crate) fn is_of_type(key: &str, resource_type: &str) -> bool {
    let Some((_, below)) = key.rsplit_once("/providers/") else {
        return is_group(key) && resource_type.eq_ignore_ascii_case(RESOURCE_GROUPS);
    };
    let (namespace, rest) = below.split_once('/').unwrap_or((below, ""));
    if rest.split('/').count() % 2 == 1 {
        return false;
    }
    let own = std::iter::once(namespace).chain(rest.split('/').step_by(2));
    let is_same = |(own, other): (&str, &str)| own.eq_ignore_ascii_case(other);
    own.clone().count() == resource_type.split('/').count()
        && own.zip(resource_type.split('/')).all(is_same)
}

/// Whether an id is a resource group's.
fn is_group(id: &str) -> bool {
    group_of(id).is_some() && id.split('/').count() == 5
}

impl Place {
    /// What the segments point to; `None` if that is no resource and no collection.
    pub(crate) fn parse(segments: &[String]) -> Option<Self> {
        let providers = segments
            .iter()
            .rposition(|segment| segment.eq_ignore_ascii_case("providers"));
        let Some(at) = providers else {
            return Self::group(segments);
        };
        let scope = join(segments.get(..at)?);
        let (namespace, rest) = segments.get(at + 1..)?.split_first()?;
        let types: Vec<_> = rest.iter().step_by(2).cloned().collect();
        let names: Vec<_> = rest.iter().skip(1).step_by(2).cloned().collect();
        if types.is_empty() {
            return None;
        }
        let path = ResourcePath {
            scope,
            namespace: namespace.clone(),
            types,
            names,
        };
        if path.types.len() == path.names.len() {
            return Some(Self::Item(path));
        }
        let resource_type = path.resource_type();
        let scope = path
            .parent()
            .map_or_else(|| path.scope.clone(), |parent| parent.id());
        Some(Self::Collection {
            scope,
            resource_type,
        })
    }

    fn group(segments: &[String]) -> Option<Self> {
        let in_subscription = is(segments.first(), "subscriptions") && segments.len() >= 3;
        if !in_subscription || !is(segments.get(2), "resourceGroups") {
            return None;
        }
        let scope = join(segments.get(..2)?);
        match segments.get(3..)? {
            [] => Some(Self::Collection {
                scope,
                resource_type: RESOURCE_GROUPS.to_owned(),
            }),
            [name] => Some(Self::Item(ResourcePath {
                scope,
                namespace: "Microsoft.Resources".to_owned(),
                types: vec!["resourceGroups".to_owned()],
                names: vec![name.clone()],
            })),
            _ => None,
        }
    }
}

fn join(segments: &[String]) -> String {
    segments.iter().fold(String::new(), |mut path, segment| {
        path.push('/');
        path.push_str(segment);
        path
    })
}

impl ResourcePath {
    /// Reads a resource id.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        if !id.starts_with('/') {
            return None;
        }
        match Place::parse(&segments(id))? {
            Place::Item(path) => Some(path),
            Place::Collection { .. } => None,
        }
    }

    /// `Microsoft.KeyVault/vaults`, as the client wrote it.
    #[must_use]
    pub fn resource_type(&self) -> String {
        format!("{}/{}", self.namespace, self.types.join("/"))
    }

    /// The resource provider's namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The last name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    /// All names from the outermost resource on, with slashes between.
    #[must_use]
    pub fn names(&self) -> String {
        self.names.join("/")
    }

    /// The id of what the outermost resource stands in: a group, a subscription, for an extension the resource that
    /// it extends; empty for the tenant.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The id, as the client wrote it.
    #[must_use]
    pub fn id(&self) -> String {
        if self.is_group() {
            return format!("{}/resourceGroups/{}", self.scope, self.name());
        }
        let mut id = format!("{}/providers/{}", self.scope, self.namespace);
        for (kind, name) in self.types.iter().zip(&self.names) {
            id.push('/');
            id.push_str(kind);
            id.push('/');
            id.push_str(name);
        }
        id
    }

    /// The id in the case in which the service writes it: type names as `resource_type`, the scope as `scope`.
    #[must_use]
    pub(crate) fn canonical_id(&self, resource_type: &str, scope: &str) -> String {
        if self.is_group() {
            return format!("{scope}/resourceGroups/{}", self.name());
        }
        let Some((namespace, types)) = resource_type.split_once('/') else {
            return self.id();
        };
        let mut id = format!("{scope}/providers/{namespace}");
        for (kind, name) in types.split('/').zip(&self.names) {
            id.push('/');
            id.push_str(kind);
            id.push('/');
            id.push_str(name);
        }
        id
    }

    /// The key of the resource in the state.
    #[must_use]
    pub fn key(&self) -> String {
        key(&self.id())
    }

    /// The resource of which this one is a child; `None` for an outermost one.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.types.len() < 2 {
            return None;
        }
        let above = self.types.len() - 1;
        Some(Self {
            types: self.types.iter().take(above).cloned().collect(),
            names: self.names.iter().take(above).cloned().collect(),
            ..self.clone()
        })
    }

    /// Whether it is a resource group.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.resource_type().eq_ignore_ascii_case(RESOURCE_GROUPS)
    }

    /// The subscription that it stands in.
    #[must_use]
    pub fn subscription(&self) -> Option<&str> {
        subscription_of(&self.scope)
    }

    /// The resource group that it stands in.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        group_of(&self.scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v";

    #[test]
    fn reads_items_children_extensions_and_groups() {
        let vault = ResourcePath::parse(VAULT).unwrap();
        assert_eq!(vault.resource_type(), "Microsoft.KeyVault/vaults");
        assert_eq!(
            (vault.subscription(), vault.group(), vault.name()),
            (Some("s"), Some("g"), "v")
        );
        assert_eq!(vault.id(), VAULT);
        assert_eq!(vault.parent(), None);

        let subnet = ResourcePath::parse(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/a",
        )
        .unwrap();
        assert_eq!(
            subnet.resource_type(),
            "Microsoft.Network/virtualNetworks/subnets"
        );
        assert_eq!(subnet.parent().unwrap().name(), "n");

        let assignment = ResourcePath::parse(&format!(
            "{VAULT}/providers/Microsoft.Authorization/roleAssignments/x"
        ))
        .unwrap();
        assert_eq!(assignment.scope(), VAULT);

        let group = ResourcePath::parse("/subscriptions/s/resourcegroups/g").unwrap();
        assert!(group.is_group());
        assert_eq!(group.key(), "/subscriptions/s/resourcegroups/g");
        assert_eq!(group.group(), None);
    }

    #[test]
    fn tells_a_type_from_a_key_alone() {
        let role = format!("{VAULT}/providers/Microsoft.Authorization/roleAssignments/x");
        let secret = format!("{VAULT}/secrets/x");
        let collection = format!("{VAULT}/secrets");
        let ids = [
            VAULT,
            role.as_str(),
            secret.as_str(),
            collection.as_str(),
            "/subscriptions/s/resourceGroups/g",
            "/subscriptions/s",
            "/subscriptions/s/providers/Microsoft.KeyVault",
            "",
        ];
        for id in ids.map(key) {
            let path = ResourcePath::parse(&id);
            for resource_type in [
                "Microsoft.KeyVault/vaults",
                "Microsoft.KeyVault/vaults/secrets",
                "microsoft.authorization/roleassignments",
                RESOURCE_GROUPS,
            ] {
                let parsed = path
                    .as_ref()
                    .is_some_and(|path| path.resource_type().eq_ignore_ascii_case(resource_type));
                assert_eq!(
                    is_of_type(&id, resource_type),
                    parsed,
                    "{id} {resource_type}"
                );
            }
        }
    }

    #[test]
    fn tells_collections_from_items() {
        let place = |path: &str| Place::parse(&segments(path));
        let scope_of = |path: &str| match place(path) {
            Some(Place::Collection { scope, .. }) => Some(scope),
            _ => None,
        };
        assert_eq!(
            scope_of("/subscriptions/s/providers/Microsoft.KeyVault/vaults").as_deref(),
            Some("/subscriptions/s")
        );
        assert_eq!(
            scope_of("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets")
                .as_deref(),
            Some("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n")
        );
        assert_eq!(
            scope_of("/subscriptions/s/resourceGroups").as_deref(),
            Some("/subscriptions/s")
        );
        assert_eq!(place("/subscriptions/s"), None);
        assert_eq!(place("/subscriptions/s/providers/Microsoft.KeyVault"), None);
    }

    #[test]
    fn the_service_writes_ids_in_its_own_case() {
        let path = ResourcePath::parse(&VAULT.to_ascii_lowercase()).unwrap();
        assert_eq!(
            path.canonical_id(
                "Microsoft.KeyVault/vaults",
                "/subscriptions/s/resourceGroups/g"
            ),
            VAULT
        );
    }
}
