//! A crate's sources, read with `syn`: its functions, what they are called and document, and its types of resource.

use syn::{
    Attribute, Expr, ImplItem, Item, ItemImpl, Lit, Meta, ReturnType, Signature, Type, Visibility,
};

use super::{
    docs::Docs,
    send::{self, Body},
};
use crate::{source::sources, tidy::Violation, tree::Tree};

/// A function or method, outside of tests and fakes.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) path: String,
    pub(super) line: usize,
    /// The type of its `impl`; none for a free function.
    pub(super) owner: Option<String>,
    pub(super) name: String,
    pub(super) public: bool,
    /// The names of its parameters, without `self`.
    pub(super) parameters: Vec<String>,
    /// The type that it gives, by its last name.
    pub(super) gives: Option<String>,
    pub(super) docs: Docs,
    pub(super) body: Body,
    /// The ids of the operations that it sends, itself or through others of the crate.
    pub(super) reach: send::Reach,
}

impl Function {
    /// As it is written in a link.
    pub(super) fn link(&self) -> String {
        match &self.owner {
            Some(owner) => format!("{owner}::{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// A type of resource: an `impl ResourceType for …`.
#[derive(Debug)]
pub(super) struct ResourceKind {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) api_version: String,
    pub(super) docs: Docs,
}

#[derive(Debug, Default)]
pub(super) struct Code {
    pub(super) functions: Vec<Function>,
    pub(super) types: Vec<ResourceKind>,
    /// Every id that a request is made with, and where.
    pub(super) ids: Vec<send::Id>,
}

impl Code {
    /// The sources of a crate, without its fake and its tests.
    pub(super) fn read(tree: &Tree, name: &str) -> (Self, Vec<Violation>) {
        let (mut code, mut found) = (Self::default(), Vec::new());
        let (inside, fake) = (format!("{name}/src/"), format!("{name}/src/fake/"));
        let of_crate = sources(tree).into_iter().filter(|source| {
            source.path.starts_with(&inside)
                && !source.path.starts_with(&fake)
                && !source.shipped.trim().is_empty()
        });
        let mut files = Vec::new();
        for source in of_crate {
            match syn::parse_file(source.text) {
                Ok(file) => files.push((source.path, file.items)),
                Err(error) => found.push(Violation::new(
                    source.path,
                    error.span().start().line,
                    format!("it is no Rust that can be read: {error}"),
                )),
            }
        }
        let mut documented = Vec::new();
        for (path, items) in &files {
            let constants = constants(&files, path);
            code.items(path, items, &constants, &mut documented, &mut found);
        }
        for kind in &mut code.types {
            if let Some((_, docs)) = documented.iter().find(|(name, _)| *name == kind.name) {
                kind.docs = Docs::of(docs);
            }
        }
        code.types.sort_by_key(|kind| kind.type_name.to_lowercase());
        found.extend(send::resolve(&mut code));
        (code, found)
    }

    /// The public methods that say what they send.
    pub(super) fn documented(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().filter(|function| {
            function.public
                && !(function.docs.requests.is_empty() && function.docs.same_as.is_empty())
        })
    }

    /// The method that a link of `from` leads to.
    pub(super) fn linked<'a>(&'a self, from: &'a Function, link: &str) -> Option<&'a Function> {
        let (owner, name) = match link.rsplit_once("::") {
            Some(("Self", name)) => (from.owner.as_deref(), name),
            Some((owner, name)) => (owner.rsplit("::").next(), name),
            None => (from.owner.as_deref(), link),
        };
        self.functions
            .iter()
            .find(|function| function.name == name && function.owner.as_deref() == owner)
    }

    fn items(
        &mut self,
        path: &str,
        items: &[Item],
        constants: &[(String, String)],
        documented: &mut Vec<(String, Vec<String>)>,
        found: &mut Vec<Violation>,
    ) {
        for item in items.iter().filter(|item| !send::is_test(item)) {
            match item {
                Item::Fn(item) => {
                    let body = Body::of(&item.block, constants);
                    self.function(path, None, &item.vis, &item.sig, &item.attrs, body);
                }
                Item::Impl(item) => self.implementation(path, item, constants, found),
                Item::Enum(item) => documented.push((item.ident.to_string(), lines(&item.attrs))),
                Item::Struct(item) => documented.push((item.ident.to_string(), lines(&item.attrs))),
                Item::Mod(item) => {
                    if let Some((_, items)) = &item.content {
                        self.items(path, items, constants, documented, found);
                    }
                }
                Item::Macro(item) => {
                    let text = item.mac.tokens.to_string();
                    if text.contains("Request :: new") || text.contains("ResourceType for") {
                        found.push(Violation::new(
                            path,
                            line(item.mac.path.segments.first().map(|first| &first.ident)),
                            "a request or a type of resource inside a macro is not seen by `cargo xtask operations`: write it out",
                        ));
                    }
                }
                _ => {}
            }
        }
    }

    fn implementation(
        &mut self,
        path: &str,
        item: &ItemImpl,
        constants: &[(String, String)],
        found: &mut Vec<Violation>,
    ) {
        let Some(owner) = last_name(&item.self_ty) else {
            return;
        };
        match &item.trait_ {
            Some((_, of, _))
                if of
                    .segments
                    .last()
                    .is_some_and(|last| last.ident == "ResourceType") =>
            {
                let text = |name: &str| {
                    item.items.iter().find_map(|inner| match inner {
                        ImplItem::Const(inner) if inner.ident == name => {
                            send::literal(&inner.expr, constants)
                        }
                        _ => None,
                    })
                };
                let line = item.impl_token.span.start().line;
                match (text("TYPE"), text("API_VERSION")) {
                    (Some(type_name), Some(api_version)) => self.types.push(ResourceKind {
                        path: path.to_owned(),
                        line,
                        name: owner,
                        type_name,
                        api_version,
                        docs: Docs::default(),
                    }),
                    _ => found.push(Violation::new(
                        path,
                        line,
                        format!("`TYPE` and `API_VERSION` of `{owner}` are no literals, so that no table can show them"),
                    )),
                }
            }
            of => {
                for inner in &item.items {
                    if let ImplItem::Fn(inner) = inner {
                        let body = Body::of(&inner.block, constants);
                        let hidden = Visibility::Inherited;
                        let seen = if of.is_some() { &hidden } else { &inner.vis };
                        self.function(path, Some(&owner), seen, &inner.sig, &inner.attrs, body);
                    }
                }
            }
        }
    }

    fn function(
        &mut self,
        path: &str,
        owner: Option<&str>,
        seen: &Visibility,
        signature: &Signature,
        attributes: &[Attribute],
        body: Body,
    ) {
        let typed = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(&*typed.pat),
            syn::FnArg::Receiver(_) => None,
        });
        let parameters = typed.map(|pattern| match pattern {
            syn::Pat::Ident(name) => name.ident.to_string(),
            _ => String::new(),
        });
        self.functions.push(Function {
            path: path.to_owned(),
            line: signature.ident.span().start().line,
            owner: owner.map(str::to_owned),
            name: signature.ident.to_string(),
            public: matches!(seen, Visibility::Public(_)),
            parameters: parameters.collect(),
            gives: match &signature.output {
                ReturnType::Type(_, given) => last_name(given),
                ReturnType::Default => None,
            },
            docs: Docs::of(&lines(attributes)),
            body,
            reach: send::Reach::default(),
        });
    }
}

fn line(name: Option<&syn::Ident>) -> usize {
    name.map_or(0, |name| name.span().start().line)
}

/// The texts that a file has names for: its own, then those of its folder.
fn constants(files: &[(&str, Vec<Item>)], path: &str) -> Vec<(String, String)> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let of_folder = [format!("{folder}/mod.rs"), format!("{folder}/lib.rs")];
    let own = files.iter().filter(|(other, _)| *other == path);
    let shared = files
        .iter()
        .filter(|(other, _)| of_folder.iter().any(|one| one == other));
    own.chain(shared)
        .flat_map(|(_, items)| items.iter().filter_map(constant))
        .collect()
}

fn constant(item: &Item) -> Option<(String, String)> {
    match item {
        Item::Const(item) => {
            let value = send::literal(&item.expr, &[])?;
            Some((item.ident.to_string(), value))
        }
        _ => None,
    }
}

/// `Users` of `&crate::Users<T>`.
fn last_name(of: &Type) -> Option<String> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Type::Reference(inner) => last_name(&inner.elem),
        _ => None,
    }
}

/// The lines of a doc comment.
fn lines(attributes: &[Attribute]) -> Vec<String> {
    attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
        .flat_map(|text| {
            let lines: Vec<_> = text
                .lines()
                .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
                .collect();
            if lines.is_empty() {
                vec![String::new()]
            } else {
                lines
            }
        })
        .collect()
}
