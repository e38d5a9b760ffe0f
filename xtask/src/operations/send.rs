//! Which function sends which operation: from the id in `Request::new("users.get", …)` up to the public method.

use std::collections::{BTreeMap, BTreeSet};

use syn::{
    Block, Expr, ExprCall, ExprMethodCall, ExprStruct, Item, Lit, Local, Pat,
    visit::{self, Visit},
};

use super::code::{Code, Function};
use crate::tidy::Violation;

/// The verbs of `Resources` that a sibling crate uses under an id of its own.
const GENERIC: [&str; 7] = [
    "put",
    "update",
    "begin_put",
    "begin_update",
    "begin_delete",
    "action",
    "begin_action",
];

/// An id of an operation, where a request is made with it.
#[derive(Debug)]
pub(super) struct Id {
    pub(super) operation: String,
    pub(super) path: String,
    pub(super) line: usize,
}

/// What a function sends.
#[derive(Clone, Debug, Default)]
pub(super) struct Reach {
    pub(super) operations: BTreeSet<String>,
    /// By a verb of `Resources`.
    pub(super) generic: bool,
}

/// An argument, as far as it matters.
#[derive(Clone, Debug)]
enum Argument {
    Text(String),
    Name(String),
    /// `self.names.list`.
    Field,
    Other,
}

#[derive(Clone, Debug)]
enum Callee {
    /// `Request::new`.
    Request,
    /// `get(…)`.
    Free(String),
    /// `crate::users::me(…)`.
    Path(String, String),
    /// `self.get(…)`, `Self::get(…)`.
    Own(String),
    /// `x.get(…)`.
    Method(String),
}

#[derive(Clone, Debug)]
struct Call {
    callee: Callee,
    arguments: Vec<Argument>,
    line: usize,
}

/// The calls of a function's body.
#[derive(Debug, Default)]
pub(super) struct Body {
    texts: BTreeMap<String, String>,
    calls: Vec<Call>,
    /// The ids in `let names = […]` and in `LinkNames { … }`, and their lines: a handle's methods take theirs from them.
    pub(super) names: Vec<(String, usize)>,
    /// What `let [list, _, _] = self.names` calls them.
    taken: BTreeSet<String>,
}

impl Body {
    pub(super) fn of(block: &Block, constants: &[(String, String)]) -> Self {
        let mut body = Self {
            texts: constants.iter().rev().cloned().collect(),
            ..Self::default()
        };
        body.visit_block(block);
        body
    }

    fn call(&mut self, callee: Callee, arguments: Vec<&Expr>, line: usize) {
        let arguments = arguments
            .into_iter()
            .map(|one| self.argument(one))
            .collect();
        self.calls.push(Call {
            callee,
            arguments,
            line,
        });
    }

    fn name<'a>(&mut self, expressions: impl Iterator<Item = &'a Expr>) {
        for expression in expressions {
            if let Expr::Lit(of) = expression
                && let Lit::Str(text) = &of.lit
            {
                let line = text.span().start().line;
                self.names.push((text.value(), line));
            }
        }
    }

    fn argument(&self, expression: &Expr) -> Argument {
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Argument::Text(text.value()),
                _ => Argument::Other,
            },
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => {
                    let name = name.to_string();
                    match self.texts.get(&name) {
                        Some(text) => Argument::Text(text.clone()),
                        None => Argument::Name(name),
                    }
                }
                None => Argument::Other,
            },
            Expr::Field(_) => Argument::Field,
            _ => Argument::Other,
        }
    }
}

impl<'ast> Visit<'ast> for Body {
    fn visit_local(&mut self, local: &'ast Local) {
        if let (Pat::Ident(name), Some(value)) = (&local.pat, &local.init)
            && let Some(text) = literal(&value.expr, &[])
        {
            self.texts.insert(name.ident.to_string(), text);
        }
        if let (Pat::Slice(names), Some(value)) = (&local.pat, &local.init)
            && matches!(&*value.expr, Expr::Field(_))
        {
            self.taken
                .extend(names.elems.iter().filter_map(|name| match name {
                    Pat::Ident(name) => Some(name.ident.to_string()),
                    _ => None,
                }));
        }
        if let (Pat::Ident(name), Some(value)) = (&local.pat, &local.init)
            && name.ident == "names"
            && let Expr::Array(array) = &*value.expr
        {
            self.name(array.elems.iter());
        }
        visit::visit_local(self, local);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if let Item::Const(item) = item
            && let Some(text) = literal(&item.expr, &[])
        {
            self.texts.insert(item.ident.to_string(), text);
        }
        visit::visit_item(self, item);
    }

    fn visit_expr_struct(&mut self, made: &'ast ExprStruct) {
        let of_names = made.path.segments.last();
        if of_names.is_some_and(|last| last.ident.to_string().ends_with("Names")) {
            self.name(made.fields.iter().map(|field| &field.expr));
        }
        visit::visit_expr_struct(self, made);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(path) = &*call.func {
            let names: Vec<_> = path
                .path
                .segments
                .iter()
                .map(|one| one.ident.to_string())
                .collect();
            let line = path
                .path
                .segments
                .first()
                .map_or(0, |first| first.ident.span().start().line);
            let callee = match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                // The other `Request` of the tree, azure_core's, takes two.
                [.., "Request", "new"] if call.args.len() == 3 => Some(Callee::Request),
                ["Self", name] => Some(Callee::Own(name.to_owned())),
                [name] => Some(Callee::Free(name.to_owned())),
                [.., module, name] => Some(Callee::Path(module.to_owned(), name.to_owned())),
                [] => None,
            };
            if let Some(callee) = callee {
                self.call(callee, call.args.iter().collect(), line);
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        let own = matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("self"));
        let callee = if own {
            Callee::Own(name)
        } else {
            Callee::Method(name)
        };
        self.call(
            callee,
            call.args.iter().collect(),
            call.method.span().start().line,
        );
        visit::visit_expr_method_call(self, call);
    }
}

/// A literal text, or the constant of that name.
pub(super) fn literal(expression: &Expr, constants: &[(String, String)]) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        Expr::Path(path) => {
            let name = path.path.segments.last()?.ident.to_string();
            let (_, text) = constants.iter().find(|(known, _)| *known == name)?;
            Some(text.clone())
        }
        _ => None,
    }
}

/// Whether an item is there for tests only.
pub(super) fn is_test(item: &Item) -> bool {
    let attributes = match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| {
                list.tokens
                    .to_string()
                    .split(|c: char| !c.is_alphanumeric())
                    .any(|word| word == "test")
            })
    })
}

/// Fills in what every function sends, and collects the ids.
pub(super) fn resolve(code: &mut Code) -> Vec<Violation> {
    let mut found = Vec::new();
    let carriers = carriers(&code.functions);
    let mut reach: Vec<Reach> = vec![Reach::default(); code.functions.len()];
    let mut calls: Vec<Vec<usize>> = vec![Vec::new(); code.functions.len()];
    for (at, function) in code.functions.iter().enumerate() {
        for call in &function.body.calls {
            let leads = target(&code.functions, function, &call.callee);
            calls[at].extend(leads);
            if let Callee::Method(name) = &call.callee
                && GENERIC.contains(&name.as_str())
            {
                reach[at].generic = true;
            }
            let place = match call.callee {
                Callee::Request => Some(0),
                _ => leads.and_then(|leads| carriers.get(&leads).copied()),
            };
            let Some(place) = place else { continue };
            let ids = match call.arguments.get(place) {
                Some(Argument::Text(operation)) => vec![operation.clone()],
                Some(Argument::Name(name)) if function.parameters.contains(name) => continue,
                Some(Argument::Name(name)) if function.body.taken.contains(name) => continue,
                Some(Argument::Field) => continue,
                _ => Vec::new(),
            };
            if ids.is_empty() {
                found.push(Violation::new(
                    &function.path,
                    call.line,
                    "the id of the operation is neither a literal nor a parameter, so that nothing can check it",
                ));
            }
            for operation in ids {
                reach[at].operations.insert(operation.clone());
                code.ids.push(Id {
                    operation,
                    path: function.path.clone(),
                    line: call.line,
                });
            }
        }
    }
    code.ids.extend(held(&code.functions));
    close(&mut reach, &calls);
    for (function, reach) in code.functions.iter_mut().zip(reach) {
        function.reach = reach;
    }
    found
}

/// The ids that a type holds and its methods take from it: they count as the type's, wherever they are sent from.
fn held(functions: &[Function]) -> Vec<Id> {
    functions
        .iter()
        .flat_map(|function| {
            function.body.names.iter().map(|(operation, line)| Id {
                operation: operation.clone(),
                path: function.path.clone(),
                line: *line,
            })
        })
        .collect()
}

/// The functions that take the id of an operation and make a request with it: by index, the place of the parameter.
fn carriers(functions: &[Function]) -> BTreeMap<usize, usize> {
    let mut carriers = BTreeMap::new();
    loop {
        let before = carriers.len();
        for (at, function) in functions.iter().enumerate() {
            for call in &function.body.calls {
                let place = match call.callee {
                    Callee::Request => Some(0),
                    _ => target(functions, function, &call.callee)
                        .and_then(|leads| carriers.get(&leads).copied()),
                };
                if let Some(Argument::Name(name)) =
                    place.and_then(|place| call.arguments.get(place))
                    && let Some(own) = function.parameters.iter().position(|one| one == name)
                {
                    carriers.insert(at, own);
                }
            }
        }
        if carriers.len() == before {
            return carriers;
        }
    }
}

/// The function of the crate that a call leads to.
fn target(functions: &[Function], from: &Function, callee: &Callee) -> Option<usize> {
    functions.iter().position(|function| match callee {
        Callee::Free(name) => {
            function.owner.is_none() && function.path == from.path && function.name == *name
        }
        Callee::Path(module, name) => {
            let file = function.path.strip_suffix(".rs").unwrap_or(&function.path);
            let file = file.strip_suffix("/mod").unwrap_or(file);
            function.owner.is_none()
                && function.name == *name
                && file.rsplit('/').next() == Some(module)
        }
        Callee::Own(name) => {
            function.owner.is_some() && function.owner == from.owner && function.name == *name
        }
        Callee::Request | Callee::Method(_) => false,
    })
}

/// What the called functions send, the callers send.
fn close(reach: &mut [Reach], calls: &[Vec<usize>]) {
    loop {
        let mut grown = false;
        for (at, leads) in calls.iter().enumerate() {
            for lead in leads {
                let Some(below) = reach.get(*lead).cloned() else {
                    continue;
                };
                let Some(own) = reach.get_mut(at) else {
                    continue;
                };
                let before = (own.operations.len(), own.generic);
                own.operations.extend(below.operations);
                own.generic |= below.generic;
                grown |= before != (own.operations.len(), own.generic);
            }
        }
        if !grown {
            return;
        }
    }
}
