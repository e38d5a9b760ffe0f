//! Everything that describes Microsoft Graph, asked together.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{
    operations::segments,
    read::{
        csdl,
        openapi::{self, Described},
        permissions::Permissions,
    },
    shapes::{At, Node, Shape, Shapes},
    text,
};
use crate::Outcome;

/// The descriptions of Graph v1.0.
#[derive(Debug)]
pub struct Graph {
    /// Which permission is for what.
    pub permissions: Permissions,
    operations: BTreeMap<String, Vec<Described>>,
    shapes: Arc<Shapes>,
    named: BTreeMap<String, At>,
    roots: BTreeMap<String, String>,
}

/// How a request is described.
#[derive(Debug)]
pub struct Found<'a> {
    /// The operation, where a module has it.
    pub operation: Option<&'a Described>,
    /// The path, with names.
    pub path: String,
    /// What is sent.
    pub request: Option<Shape>,
    /// What is answered.
    pub answer: Option<Shape>,
}

impl Graph {
    /// Reads the folder that the command is given.
    ///
    /// # Errors
    /// Something cannot be read, or is missing.
    pub fn open(specs: &Path) -> Outcome<Self> {
        let folder = specs.join("graph");
        let path = folder.join("csdl/csdl-v1.0.types.json");
        let mut metadata = csdl::read(&text::json(&path)?)
            .map_err(|message| format!("{}: {message}", path.display()))?;
        let operations = openapi::read_all(&folder.join("openapi"), &mut metadata)?;
        let path = folder.join("devx/permissions/new/permissions.json");
        let permissions = Permissions::read(&text::json(&path)?)
            .map_err(|message| format!("{}: {message}", path.display()))?;
        Ok(Self::of(metadata, operations, permissions))
    }

    /// These descriptions.
    #[must_use]
    pub fn of(
        metadata: csdl::Metadata,
        operations: Vec<Described>,
        permissions: Permissions,
    ) -> Self {
        let mut by_method: BTreeMap<String, Vec<Described>> = BTreeMap::new();
        for operation in operations {
            by_method
                .entry(operation.method.clone())
                .or_default()
                .push(operation);
        }
        Self {
            permissions,
            operations: by_method,
            shapes: Arc::new(metadata.shapes),
            named: metadata.named,
            roots: metadata.roots,
        }
    }

    /// A type or enumeration, by its name below `microsoft.graph`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Shape> {
        let at = self.named.get(&format!("microsoft.graph.{name}"))?;
        Some(self.shape(*at))
    }

    fn shape(&self, at: At) -> Shape {
        Shape {
            shapes: Arc::clone(&self.shapes),
            at,
        }
    }

    /// What describes a method and a path below `/v1.0`: a module, or else the metadata with the permissions.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let mut path = path.replace("microsoft.graph.", "");
        // The function of changes is described with its parentheses, which the documentation leaves out.
        if path.ends_with("/delta") {
            path += "()";
        }
        if let Some(set) = path.strip_suffix("/delta()") {
            let own = self.find_as_written(method, &path);
            // Where no module has it, it answers what the list answers.
            return own
                .filter(|found| found.path.ends_with("/delta()"))
                .or_else(|| self.find_as_written(method, set));
        }
        // Other functions are described with their parentheses too.
        if method == "GET" && !path.ends_with(')') {
            let function = self.find_as_written(method, &format!("{path}()"));
            if let Some(found) = function.filter(|found| found.path.ends_with("()")) {
                return Some(found);
            }
        }
        // Modules have few of the forms that a key can take; by id they have every operation.
        self.find_as_written(method, &path)
            .or_else(|| self.find_as_written(method, &by_id(&path)))
    }

    fn find_as_written(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let parts: Vec<_> = segments(path).collect();
        let best = self
            .operations
            .get(method)
            .into_iter()
            .flatten()
            .filter_map(|operation| Some((operation.template.fits(&parts)?, operation)))
            .max_by_key(|(score, _)| *score);
        if let Some((_, operation)) = best {
            return Some(Found {
                operation: Some(operation),
                path: operation.template.written.clone(),
                request: operation.request.map(|at| self.shape(at)),
                answer: operation.answer.map(|at| self.shape(at)),
            });
        }
        if self.permissions.of(method, path).is_empty() {
            return None;
        }
        let (written, shape) = self.walk(&parts)?;
        let is_list = matches!(shape.node(), Node::List(_));
        let one = match shape.node() {
            Node::List(list) => self.shape(list.item),
            _ => shape,
        };
        Some(Found {
            operation: None,
            path: written,
            request: Some(one.clone()),
            answer: Some(if is_list && method == "GET" {
                one.paged()
            } else {
                one
            }),
        })
    }

    /// Follows the names of a path through the metadata.
    fn walk(&self, parts: &[&str]) -> Option<(String, Shape)> {
        let mut written = String::new();
        let mut parts = parts.iter();
        let (name, keyed) = keyed(parts.next()?);
        let of = self
            .roots
            .iter()
            .find(|(root, _)| root.eq_ignore_ascii_case(name))?;
        written += &format!("/{}{keyed}", of.0);
        let mut shape = self.shape(*self.named.get(of.1)?);
        // A set needs a key before it has properties; a singleton has them at once.
        let mut needs_key = of.0.ends_with('s')
            && keyed.is_empty()
            && !["auditLogs", "policies"].contains(&of.0.as_str());
        for part in parts {
            if needs_key {
                written += "/{id}";
                needs_key = false;
                continue;
            }
            if let Node::List(list) = shape.node() {
                shape = self.shape(list.item);
                written += "/{id}";
                continue;
            }
            let (_, next) = shape.property(part)?;
            written += &format!("/{part}");
            shape = next;
        }
        if needs_key {
            return Some((written, shape.in_list()));
        }
        Some((written, shape))
    }
}

fn keyed(part: &str) -> (&str, &str) {
    match part.split_once('(') {
        Some((name, _)) => (name, "({key})"),
        None => (part, ""),
    }
}

/// `applications(appId='1')/owners` as `applications/key/owners`.
fn by_id(path: &str) -> String {
    let plain: Vec<_> = segments(path)
        .map(|part| match part.split_once('(') {
            Some((name, _)) => format!("{name}/key"),
            None => part.to_owned(),
        })
        .collect();
    plain.join("/")
}
