//! What descriptions say about documents, whichever form they were written in.

use std::{collections::BTreeMap, fmt, sync::Arc};

use fancy_regex::Regex;

/// The place of a node among its [`Shapes`].
pub type At = usize;

/// The nodes of one description. They refer to each other, also in circles.
#[derive(Debug, Default)]
pub struct Shapes {
    nodes: Vec<Node>,
}

/// What a document has to be like.
#[derive(Clone, Debug)]
pub enum Node {
    /// Anything.
    Any,
    /// `true` or `false`.
    Flag,
    /// A number.
    Number(Number),
    /// A string.
    Text(Text),
    /// One of these strings, in any case.
    OneOf(Vec<String>),
    /// A list.
    List(List),
    /// An object.
    Object(Object),
    /// An object whose properties depend on one of them.
    Varied(Varied),
    /// Whatever fits one of these.
    Either(Vec<At>),
    /// What another node says.
    Same(At),
}

/// A number with its limits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Number {
    /// Whether it has no fraction.
    pub whole: bool,
    /// The least.
    pub min: Option<f64>,
    /// The most.
    pub max: Option<f64>,
}

/// A string with its limits.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The fewest characters.
    pub min: Option<usize>,
    /// The most characters.
    pub max: Option<usize>,
    /// The form.
    pub pattern: Option<Pattern>,
}

/// A list with its limits.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// What each item is like.
    pub item: At,
    /// The fewest items.
    pub min: Option<usize>,
    /// The most items.
    pub max: Option<usize>,
}

/// An object.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Its name in the description.
    pub name: String,
    /// Its properties.
    pub properties: BTreeMap<String, Property>,
    /// What other properties may be.
    pub others: Others,
}

/// An object with variants.
#[derive(Clone, Debug, Default)]
pub struct Varied {
    /// What all variants have.
    pub base: Object,
    /// The property that tells them apart.
    pub discriminator: String,
    /// Its values and what they mean.
    pub variants: BTreeMap<String, At>,
    /// Whether a document without it is of the base.
    pub optional: bool,
}

/// What properties that are not described may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// There are none.
    #[default]
    None,
    /// Anything.
    Any,
    /// All of one kind.
    Of(At),
}

/// One property.
#[derive(Clone, Copy, Debug, Default)]
pub struct Property {
    /// What its value is like.
    pub at: At,
    /// Whether it has to be there.
    pub required: bool,
    /// Whether only the service writes it.
    pub read_only: bool,
    /// Whether it is never answered.
    pub write_only: bool,
    /// Whether it may be null; `None` where the description does not say.
    pub nullable: Option<bool>,
}

/// A regular expression as descriptions write it, compiled once.
#[derive(Clone)]
pub struct Pattern {
    /// As it was written.
    pub written: String,
    regex: Option<Arc<Regex>>,
}

impl Pattern {
    /// Compiles an expression of ECMAScript's kind. One that makes no sense fits nothing.
    #[must_use]
    pub fn new(written: &str) -> Self {
        // `[\w-.]` has a hyphen of its own there, and half a range elsewhere.
        let ours = written.replace("\\w-", "\\w\\-").replace("\\d-", "\\d\\-");
        Self {
            written: written.to_owned(),
            regex: Regex::new(&ours).ok().map(Arc::new),
        }
    }

    /// Whether a text has the form.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let found = self.regex.as_ref().map(|regex| regex.is_match(text));
        matches!(found, Some(Ok(true)))
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// A node of a description.
#[derive(Clone, Debug)]
pub struct Shape {
    /// All nodes of the description.
    pub shapes: Arc<Shapes>,
    /// The node meant.
    pub at: At,
}

impl Shape {
    /// The node.
    #[must_use]
    pub fn node(&self) -> &Node {
        self.shapes.node(self.at)
    }

    /// A list of such documents, as services page them: `value` and the link to the next page.
    #[must_use]
    pub fn paged(&self) -> Self {
        let mut shapes = Shapes {
            nodes: self.shapes.nodes.clone(),
        };
        let at = shapes.page_of(self.at);
        Self {
            shapes: Arc::new(shapes),
            at,
        }
    }

    /// A list of such documents, without a page around it.
    #[must_use]
    pub fn in_list(&self) -> Self {
        let mut shapes = Shapes {
            nodes: self.shapes.nodes.clone(),
        };
        let at = shapes.add(Node::List(List {
            item: self.at,
            min: None,
            max: None,
        }));
        Self {
            shapes: Arc::new(shapes),
            at,
        }
    }

    /// The property that a path of names leads to; `[]` leads into a list.
    #[must_use]
    pub fn property(&self, path: &str) -> Option<(Property, Self)> {
        let mut at = self.at;
        let mut found = Property::default();
        for name in path.split('.') {
            let (name, lists) = match name.find('[') {
                Some(end) => (name.get(..end)?, name.matches("[]").count()),
                None => (name, 0),
            };
            found = self.shapes.member(at, name)?;
            at = found.at;
            for _ in 0..lists {
                at = self.shapes.item(at)?;
            }
        }
        let shape = Self {
            shapes: Arc::clone(&self.shapes),
            at,
        };
        Some((found, shape))
    }
}

impl Shapes {
    /// A description with these nodes.
    #[must_use]
    pub fn of(nodes: Vec<Node>) -> Self {
        Self { nodes }
    }

    /// Adds a node.
    pub fn add(&mut self, node: Node) -> At {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Every object, also what the variants of one have in common.
    pub fn objects_mut(&mut self) -> impl Iterator<Item = &mut Object> {
        self.nodes.iter_mut().filter_map(|node| match node {
            Node::Object(object) => Some(object),
            Node::Varied(varied) => Some(&mut varied.base),
            _ => None,
        })
    }

    /// Replaces a node, for one that was referred to before it was known.
    pub fn set(&mut self, at: At, node: Node) {
        if let Some(place) = self.nodes.get_mut(at) {
            *place = node;
        }
    }

    /// The node at a place, through what only refers to another.
    #[must_use]
    pub fn node(&self, at: At) -> &Node {
        let mut at = at;
        // A circle of references says nothing.
        for _ in 0..32 {
            match self.nodes.get(at) {
                Some(Node::Same(other)) => at = *other,
                Some(node) => return node,
                None => return &Node::Any,
            }
        }
        &Node::Any
    }

    /// Adds `{"value": [item], "nextLink": "…"}`.
    pub fn page_of(&mut self, item: At) -> At {
        let list = self.add(Node::List(List {
            item,
            min: None,
            max: None,
        }));
        let link = self.add(Node::Text(Text::default()));
        let count = self.add(Node::Number(Number::default()));
        let property = |at, required| Property {
            at,
            required,
            ..Property::default()
        };
        self.add(Node::Object(Object {
            name: "page".to_owned(),
            properties: BTreeMap::from([
                ("value".to_owned(), property(list, true)),
                ("nextLink".to_owned(), property(link, false)),
                ("count".to_owned(), property(count, false)),
            ]),
            others: Others::None,
        }))
    }

    fn member(&self, at: At, name: &str) -> Option<Property> {
        let of = |object: &Object| {
            object
                .properties
                .get(name)
                .copied()
                .or(match object.others {
                    Others::Of(at) => Some(Property {
                        at,
                        ..Property::default()
                    }),
                    Others::None | Others::Any => None,
                })
        };
        match self.node(at) {
            Node::Object(object) => of(object),
            Node::Varied(varied) => of(&varied.base).or_else(|| {
                varied
                    .variants
                    .values()
                    .find_map(|variant| self.member(*variant, name))
            }),
            Node::Either(all) => all.iter().find_map(|one| self.member(*one, name)),
            _ => None,
        }
    }

    fn item(&self, at: At) -> Option<At> {
        match self.node(at) {
            Node::List(list) => Some(list.item),
            _ => None,
        }
    }
}
