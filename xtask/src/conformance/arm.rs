//! Everything that describes Resource Manager, asked together.

use std::{collections::BTreeSet, path::Path};

use super::{
    operations::{Bodies, Catalogue, Operation, closest, segments},
    read::{
        bicep, pandora,
        swagger::{self, Example},
    },
    shapes::Shape,
};
use crate::Outcome;

/// The three descriptions of Resource Manager.
#[derive(Debug)]
pub struct Arm {
    /// Resource types with flags.
    pub types: bicep::Types,
    /// Operations of both kinds.
    pub operations: Catalogue,
    /// The examples of the Swagger files.
    pub examples: Vec<Example>,
    files: swagger::Files,
}

/// What a path says about the resource that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The type, in the case of the path: `Microsoft.KeyVault/vaults`.
    pub resource_type: String,
    /// Whether the path leads to one resource, and not to all of a scope.
    pub one: bool,
}

impl Target {
    /// Reads a path.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let parts: Vec<_> = segments(path).collect();
        let place = parts
            .iter()
            .rposition(|part| part.eq_ignore_ascii_case("providers"));
        let below = match place {
            Some(place) => parts.get(place + 1..)?,
            None => return Self::scope(&parts),
        };
        let (namespace, names) = below.split_first()?;
        if names.is_empty() {
            return None;
        }
        let types: Vec<_> = names.iter().step_by(2).copied().collect();
        Some(Self {
            resource_type: format!("{namespace}/{}", types.join("/")),
            one: names.len().is_multiple_of(2),
        })
    }

    /// Subscriptions, groups and tenants have no provider in their path.
    fn scope(parts: &[&str]) -> Option<Self> {
        let names: Vec<_> = parts
            .iter()
            .step_by(2)
            .map(|name| name.to_lowercase())
            .collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let resource_type = match names.as_slice() {
            ["subscriptions"] => "Microsoft.Resources/subscriptions",
            ["tenants"] => "Microsoft.Resources/tenants",
            ["subscriptions", "resourcegroups"] => "Microsoft.Resources/resourceGroups",
            _ => return None,
        };
        Some(Self {
            resource_type: resource_type.to_owned(),
            one: parts.len().is_multiple_of(2),
        })
    }
}

/// How an operation was found.
#[derive(Debug)]
pub struct Found<'a> {
    /// The descriptions of it in the version that was used.
    pub operations: Vec<&'a Operation>,
    /// Whether that is the version that was asked for.
    pub exact: bool,
}

impl Arm {
    /// Reads the folder that the command is given.
    ///
    /// # Errors
    /// Something cannot be read, or is missing.
    pub fn open(specs: &Path) -> Outcome<Self> {
        let mut operations = Catalogue::default();
        let examples = swagger::read_index(&specs.join("arm"), &mut operations)?;
        if pandora::read_all(&specs.join("arm-operations"), &mut operations)? == 0 {
            return Err(format!(
                "{}: no operation in arm-operations",
                specs.display()
            ));
        }
        Ok(Self {
            types: bicep::Types::open(&specs.join("arm-types/generated"))?,
            operations,
            examples,
            files: swagger::Files::default(),
        })
    }

    /// The operation that a request asks for, in its version or the closest one.
    #[must_use]
    pub fn operation(&self, method: &str, path: &str, version: &str) -> Option<Found<'_>> {
        let all = self.operations.find(method, path);
        let versions: BTreeSet<_> = all.iter().map(|found| found.version.as_str()).collect();
        let chosen = closest(versions, version)?;
        Some(Found {
            operations: all
                .iter()
                .filter(|found| found.version == chosen)
                .copied()
                .collect(),
            exact: chosen.eq_ignore_ascii_case(version),
        })
    }

    /// Whether any of the three describes a type: its properties, or an operation on it.
    ///
    /// # Errors
    /// A description does not parse.
    pub fn describes(&self, resource_type: &str) -> Outcome<bool> {
        Ok(self.has_operations(resource_type) || !self.types.versions(resource_type)?.is_empty())
    }

    /// Whether an operation on a type is described, with any method.
    #[must_use]
    pub fn has_operations(&self, resource_type: &str) -> bool {
        self.operations.of_provider(resource_type).any(|operation| {
            Target::of(&operation.template.written)
                .is_some_and(|target| same_type(&target.resource_type, resource_type))
        })
    }

    /// What is sent to an operation, or answered by it with a status.
    ///
    /// # Errors
    /// A description does not parse.
    pub fn bodies(
        &self,
        operation: &Operation,
        status: u16,
    ) -> Outcome<(Option<Shape>, Option<Shape>)> {
        match &operation.bodies {
            Bodies::Known { request, answer } => Ok((request.clone(), answer.clone())),
            Bodies::Swagger { file, path } => {
                self.files.bodies(file, path, &operation.method, status)
            }
        }
    }

    /// A resource type: by its types, else by an operation on one resource of it. In this version or the closest.
    ///
    /// # Errors
    /// A description does not parse.
    pub fn resource(&self, resource_type: &str, version: &str) -> Outcome<Option<Shape>> {
        if let Some((shape, _)) = self.body(resource_type, version)? {
            return Ok(Some(shape));
        }
        let of_type = |operation: &&Operation| {
            Target::of(&operation.template.written).is_some_and(|target| {
                target.one && target.resource_type.eq_ignore_ascii_case(resource_type)
            })
        };
        for method in ["PUT", "GET"] {
            let all: Vec<_> = self
                .operations
                .of(method, resource_type)
                .filter(of_type)
                .collect();
            let versions = all.iter().map(|operation| operation.version.as_str());
            let Some(chosen) = closest(versions, version) else {
                continue;
            };
            for operation in all.iter().filter(|operation| operation.version == chosen) {
                let (request, answer) = self.bodies(operation, 200)?;
                if let Some(shape) = request.or(answer) {
                    return Ok(Some(shape));
                }
            }
        }
        Ok(None)
    }

    /// A resource type's body: in this version, else in the closest.
    ///
    /// # Errors
    /// A description does not parse.
    pub fn body(&self, resource_type: &str, version: &str) -> Outcome<Option<(Shape, bool)>> {
        if let Some(shape) = self.types.body(resource_type, version)? {
            return Ok(Some((shape, true)));
        }
        let versions = self.types.versions(resource_type)?;
        match closest(versions.iter().map(String::as_str), version) {
            Some(version) => Ok(self
                .types
                .body(resource_type, version)?
                .map(|shape| (shape, false))),
            None => Ok(None),
        }
    }
}

/// Whether a type is meant; in a template a part of it may have a name: `privateDnsZones/{recordType}`.
pub(super) fn same_type(written: &str, resource_type: &str) -> bool {
    let (written, found): (Vec<_>, Vec<_>) = (
        written.split('/').collect(),
        resource_type.split('/').collect(),
    );
    written.len() == found.len()
        && written
            .iter()
            .zip(&found)
            .all(|(part, found)| part.starts_with('{') || part.eq_ignore_ascii_case(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &str) -> Option<(String, bool)> {
        Target::of(path).map(|target| (target.resource_type, target.one))
    }

    #[test]
    fn a_path_tells_its_type() {
        let found = |name: &str, one| Some((name.to_owned(), one));
        assert_eq!(
            target("/subscriptions/1/resourceGroups/g"),
            found("Microsoft.Resources/resourceGroups", true)
        );
        assert_eq!(
            target("/subscriptions"),
            found("Microsoft.Resources/subscriptions", false)
        );
        assert_eq!(
            target("/subscriptions/1/resourceGroups/g/providers/A.B/cs/c/ds"),
            found("A.B/cs/ds", false)
        );
        assert_eq!(
            target("/subscriptions/1/providers/A.B/cs/c/providers/E.F/gs/g"),
            found("E.F/gs", true)
        );
        assert_eq!(target("/subscriptions/1/providers/A.B"), None);
    }
}
