//! One table per resource type: everything that its provider insists on.

use std::fmt;
use std::time::Duration;

use rhc_core::fake::State;
use serde_json::Value;

use super::context::{ActionContext, DeleteContext, ListContext, Listing, PutContext};
use super::error::ServiceError;
use super::path::ResourcePath;
use super::state::Stored;

/// What a type's outermost resources stand in. A child's parent follows from its type's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A subscription.
    Subscription,
    /// A resource group.
    Group,
    /// Any resource, group or subscription: the type extends it.
    Extension,
}

/// What a name may be.
#[derive(Clone, Copy)]
pub struct NameRule {
    /// The fewest characters.
    pub min: usize,
    /// The most.
    pub max: usize,
    /// Whether the name will do, its length aside.
    pub fits: fn(&str) -> bool,
    /// The status and code of the refusal.
    pub refusal: (u16, &'static str),
    /// The rule in words, for the message.
    pub says: &'static str,
}

/// Where a resource may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// It has none, as children and extensions.
    None,
    /// An Azure region, which is required and never changes.
    Region,
    /// One of these words, which is required and never changes.
    OneOf(&'static [&'static str]),
}

/// What becomes of a property that the table does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It is dropped silently.
    Ignore,
    /// The request is refused.
    Reject,
    /// It is kept: the table does not name the properties.
    Keep,
}

/// Within what a name is the only one of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// Its parent or scope, as every resource's.
    Scope,
    /// All of Azure; the code of the refusal and what its message says after the name.
    Global(&'static str, &'static str),
}

/// A property whose value is checked.
#[derive(Clone, Copy)]
pub struct Pattern {
    /// Where, with `[]` for every item of a list.
    pub path: &'static str,
    /// Whether a value will do.
    pub fits: fn(&Value) -> bool,
    /// The code of the refusal, which is 400.
    pub code: &'static str,
    /// The rule in words.
    pub says: &'static str,
}

/// A property that names another resource.
#[derive(Clone, Copy)]
pub struct Link {
    /// Where, with `[]` for every item of a list.
    pub path: &'static str,
    /// The type that it must be of; empty for any.
    pub resource_type: &'static str,
    /// What the caller must be allowed to do to it, with `{type}` for the type of what is named; empty for nothing.
    pub action: &'static str,
    /// The status and code if it is not there.
    pub missing: (u16, &'static str),
}

/// A property that never changes once it is set.
#[derive(Clone, Copy)]
pub struct Immutable {
    /// Where.
    pub path: &'static str,
    /// The status and code of the refusal.
    pub refusal: (u16, &'static str),
}

/// How an operation that takes its time tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// By the resource's `provisioningState` only.
    Resource,
    /// By `Azure-AsyncOperation`.
    AsyncOperation,
    /// By `Location`, which answers 202 until it is done.
    Location,
    /// By both.
    Both,
}

/// How a write goes.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long the service works after its answer; zero for a write that is done when it is answered.
    pub takes: Duration,
    /// How one learns of the end.
    pub style: Style,
    /// The status of the answer.
    pub status: u16,
    /// Whether the answer holds the resource.
    pub body: bool,
    /// `provisioningState`, and the operation's `status`, meanwhile.
    pub state: &'static str,
    /// What `Retry-After` proposes; zero for no such header.
    pub retry_after: Duration,
}

impl Timing {
    /// Done when it is answered.
    #[must_use]
    pub const fn at_once(status: u16) -> Self {
        Self {
            takes: Duration::ZERO,
            style: Style::Resource,
            status,
            body: true,
            state: "Succeeded",
            retry_after: Duration::ZERO,
        }
    }

    /// Done after so many seconds, with a body meanwhile.
    #[must_use]
    pub const fn after(seconds: u64, style: Style, status: u16, state: &'static str) -> Self {
        Self {
            takes: Duration::from_secs(seconds),
            style,
            status,
            body: true,
            state,
            retry_after: Duration::ZERO,
        }
    }

    /// With `Retry-After`.
    #[must_use]
    pub const fn retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Duration::from_secs(seconds),
            ..self
        }
    }

    /// Without a body in the answer.
    #[must_use]
    pub const fn no_body(self) -> Self {
        Self {
            body: false,
            ..self
        }
    }
}

/// What PATCH may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patch {
    /// Nothing: 405.
    No,
    /// Tags only; other members are ignored.
    Tags,
    /// Any member, merged in.
    Merge,
}

/// The refusals that providers word differently: status and code.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    /// A required property is missing.
    pub missing: (u16, &'static str),
    /// A value is not among those allowed.
    pub invalid: (u16, &'static str),
    /// A property is not known.
    pub unknown: (u16, &'static str),
    /// A read-only property was sent with another value, where that is refused.
    pub read_only: (u16, &'static str),
    /// Another operation is under way.
    pub busy: (u16, &'static str),
    /// The parent is still being made.
    pub parent_busy: (u16, &'static str),
}

impl Codes {
    /// Unverified: what Resource Manager says of its own types, for providers of which nothing better is known.
    pub const COMMON: Self = Self {
        missing: (400, "InvalidRequestContent"),
        invalid: (400, "InvalidRequestContent"),
        unknown: (400, "InvalidRequestContent"),
        read_only: (400, "InvalidRequestContent"),
        busy: (409, "AnotherOperationInProgress"),
        parent_busy: (409, "Conflict"),
    };
}

/// Something that POST does to a resource.
#[derive(Clone, Copy)]
pub struct Action {
    /// The path's last segment: `listKeys`.
    pub name: &'static str,
    /// The permission behind the type's name, if it is not `<name>/action`.
    pub permission: Option<&'static str>,
    /// How long it takes and how it is answered; the status is that of an answer with a body.
    pub timing: Timing,
    /// What it does; the value is the answer.
    pub run: fn(&mut State, &ActionContext<'_>) -> Result<Option<Value>, ServiceError>,
    /// What happens when its time has passed, with the resource's key.
    pub finish: Option<fn(&mut State, &str)>,
}

impl Action {
    /// What the caller must be allowed to do to a resource of the type.
    pub(crate) fn of(&self, rules: &TypeRules) -> String {
        let own = rules.resource_type;
        self.permission.map_or_else(
            || format!("{own}/{}/action", self.name),
            |deed| format!("{own}/{deed}"),
        )
    }
}

/// One resource type. Build it from [`TypeRules::new`] with struct update syntax.
///
/// Hooks are functions, not closures: what they need is in the [`State`].
#[derive(Clone, Copy)]
pub struct TypeRules {
    /// `Microsoft.KeyVault/vaults`, in the service's case.
    pub resource_type: &'static str,
    /// The type as answers state it, if that is in another case.
    pub reported_type: Option<&'static str>,
    /// What outermost resources of it stand in.
    pub scope: Scope,
    /// The API versions that it answers to.
    pub api_versions: &'static [&'static str],
    /// What its names may be.
    pub name: NameRule,
    /// Where it stands.
    pub location: Location,
    /// Paths that must be there.
    pub required: &'static [&'static str],
    /// Paths that only the service sets. What is sent for them is ignored, see `refuses_read_only`.
    pub read_only: &'static [&'static str],
    /// Whether another value for a read-only path is refused instead of ignored.
    pub refuses_read_only: bool,
    /// Paths that never change.
    pub immutable: &'static [Immutable],
    /// Paths with the values allowed, compared without case; the stored value gets the case of this table.
    pub enums: &'static [(&'static str, &'static [&'static str])],
    /// Values with a form.
    pub patterns: &'static [Pattern],
    /// Properties that name other resources.
    pub links: &'static [Link],
    /// The properties known, as paths; below a path that ends here everything is known.
    pub properties: &'static [&'static str],
    /// What becomes of other ones.
    pub unknown: Unknown,
    /// Whether `identity` can be set.
    pub identity: bool,
    /// Within what a name is the only one.
    pub uniqueness: Uniqueness,
    /// What the service adds where a request says nothing.
    pub defaults: fn() -> Value,
    /// Paths that are taken in and never shown again.
    pub secrets: &'static [&'static str],
    /// What PATCH may do.
    pub patch: Patch,
    /// Whether PUT is allowed; types without it come with their parent.
    pub put: bool,
    /// Whether DELETE is allowed.
    pub delete: bool,
    /// How the service makes one.
    pub create: Timing,
    /// How it changes one.
    pub update: Timing,
    /// How it changes one by PATCH, if not as by PUT.
    pub patched: Option<Timing>,
    /// How it deletes one; the status for one that is not there is always 204.
    pub remove: Timing,
    /// How long a write is worked on before it is answered; another one to the same lane is refused meanwhile.
    pub works: Duration,
    /// Whether writes to siblings are writes to the same lane.
    pub lane_of_parent: bool,
    /// Whether answers carry `systemData`.
    pub system_data: bool,
    /// Whether `properties.provisioningState` is shown.
    pub provisioning_state: bool,
    /// How the scope is written in its ids.
    pub id_style: IdStyle,
    /// Whether a resource that was made at once is answered with its relative address in `Location`.
    pub location_header: bool,
    /// What its provider calls refusals.
    pub codes: Codes,
    /// What its provider says of one that is not there, if not `ResourceNotFound`.
    pub absent: Option<fn(&ResourcePath) -> ServiceError>,
    /// Checks that need more than the body: other resources, the directory.
    pub before_put: fn(&mut State, &PutContext<'_>) -> Result<(), ServiceError>,
    /// Sets what only the service knows; runs on what will be stored.
    pub compute: fn(&mut State, &PutContext<'_>, &mut Stored) -> Result<(), ServiceError>,
    /// When a write is done, with the resource's key; a refusal makes the operation fail.
    pub on_ready: fn(&mut State, &str) -> Result<(), ServiceError>,
    /// Whether it may go.
    pub before_delete: fn(&mut State, &DeleteContext<'_>) -> Result<(), ServiceError>,
    /// When it is gone, its parent's deletion included.
    pub after_delete: fn(&mut State, &Stored),
    /// What GET shows of the stored resource.
    pub view: fn(&State, &Stored) -> Value,
    /// What `$expand` adds to what GET shows.
    pub expand: fn(&Stored, &str, &mut Value),
    /// What POST does.
    pub actions: &'static [Action],
    /// Lists what the state does not hold as resources of their own, before those that it does.
    pub list: fn(&State, &ListContext<'_>) -> Listing,
    /// Finds what the state does not hold as a resource of its own.
    pub find: fn(&State, &ResourcePath) -> Option<Value>,
}

/// How a provider writes the scope in the ids that it answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdStyle {
    /// As Resource Manager does.
    Plain,
    /// With `resourcegroups` in lower case, as managed identities.
    LowerGroups,
    /// With the whole scope in lower case, as diagnostic settings.
    LowerScope,
}

/// Any name that Resource Manager takes.
pub const ANY_NAME: NameRule = NameRule {
    min: 1,
    max: 260,
    fits: |name| !name.contains(['<', '>', '%', '&', ':', '\\', '?', '/']) && !name.ends_with(' '),
    refusal: (400, "InvalidResourceName"),
    says: "none of <>%&:\\?/ and no space at the end",
};

impl TypeRules {
    /// A type that stands in a group, has a region and is written at once; nothing else is known of it.
    #[must_use]
    pub const fn new(resource_type: &'static str, api_versions: &'static [&'static str]) -> Self {
        Self {
            resource_type,
            reported_type: None,
            scope: Scope::Group,
            api_versions,
            name: ANY_NAME,
            location: Location::Region,
            required: &[],
            read_only: &[],
            refuses_read_only: false,
            immutable: &[],
            enums: &[],
            patterns: &[],
            links: &[],
            properties: &[],
            unknown: Unknown::Keep,
            identity: false,
            uniqueness: Uniqueness::Scope,
            defaults: || Value::Null,
            secrets: &[],
            patch: Patch::No,
            put: true,
            delete: true,
            create: Timing::at_once(201),
            update: Timing::at_once(200),
            patched: None,
            remove: Timing::at_once(200),
            works: Duration::ZERO,
            lane_of_parent: false,
            system_data: true,
            provisioning_state: true,
            id_style: IdStyle::Plain,
            location_header: false,
            codes: Codes::COMMON,
            absent: None,
            before_put: |_, _| Ok(()),
            compute: |_, _, _| Ok(()),
            on_ready: |_, _| Ok(()),
            before_delete: |_, _| Ok(()),
            after_delete: |_, _| (),
            view: |_, stored| stored.body.clone(),
            expand: |_, _, _| (),
            actions: &[],
            list: |_, _| Listing::Usual,
            find: |_, _| None,
        }
    }

    /// The same type as a child or extension: without a location.
    #[must_use]
    pub const fn child(resource_type: &'static str, api_versions: &'static [&'static str]) -> Self {
        Self {
            location: Location::None,
            ..Self::new(resource_type, api_versions)
        }
    }

    /// The provider's namespace.
    #[must_use]
    pub fn namespace(&self) -> &'static str {
        self.resource_type
            .split_once('/')
            .map_or(self.resource_type, |(namespace, _)| namespace)
    }

    /// The type without its namespace.
    #[must_use]
    pub fn short_type(&self) -> &'static str {
        self.resource_type
            .split_once('/')
            .map_or(self.resource_type, |(_, kind)| kind)
    }

    /// The parent's type, for a child.
    #[must_use]
    pub fn parent_type(&self) -> Option<&'static str> {
        let (parent, _) = self.resource_type.rsplit_once('/')?;
        parent.contains('/').then_some(parent)
    }
}

impl fmt::Debug for TypeRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypeRules")
            .field("resource_type", &self.resource_type)
            .field("api_versions", &self.api_versions)
            .finish_non_exhaustive()
    }
}

macro_rules! debug_by_name {
    ($($kind:ident: $field:ident),*) => {$(
        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($kind))
                    .field(stringify!($field), &self.$field)
                    .finish_non_exhaustive()
            }
        }
    )*};
}
debug_by_name!(NameRule: says, Pattern: path, Link: path, Immutable: path, Action: name);
