//! The section `arm` of the World's state; `README.md` documents it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rhc_core::fake::{Section, SectionProblem, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::json;
use super::path::{self, ResourcePath};

/// Everything that Resource Manager remembers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Arm {
    /// Subscriptions, by their ids.
    pub subscriptions: BTreeMap<Uuid, Subscription>,
    /// Resource groups, resources, extensions and role assignments, by their ids in lower case.
    pub resources: BTreeMap<String, Stored>,
    /// Deleted resources that can be recovered, by type and name in lower case.
    pub deleted: BTreeMap<String, Deleted>,
    /// Globally unique names that strangers hold, as `type/name` in lower case.
    pub taken_names: BTreeSet<String>,
    /// Subscription aliases, by `tenant/name` in lower case.
    pub aliases: BTreeMap<String, Alias>,
    /// Where the tenants' own logs go, as `tenant/name` in lower case.
    pub entra_log_settings: BTreeMap<String, Value>,
    /// Billing accounts, by their names.
    pub billing: BTreeMap<String, BillingAccount>,
    /// Operations that take their time, finished ones included.
    pub operations: BTreeMap<Uuid, Operation>,
    /// The activity log, the oldest event first. It lives as long as the process: a state that is saved is what there is, not how it came.
    #[serde(skip)]
    pub activity: Vec<Value>,
}

/// A subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Subscription {
    /// Its name.
    pub display_name: String,
    /// The tenant that it trusts.
    pub tenant_id: Uuid,
    /// `Enabled`, `Disabled`, `Warned` …
    #[serde(default = "enabled")]
    pub state: String,
    /// The agreement behind it (`EnterpriseAgreement_2014-09-01`, `MSDN_2014-09-01` …).
    #[serde(default = "quota")]
    pub quota_id: String,
    /// Registered resource providers: the namespace and when the registration is done.
    #[serde(default)]
    pub providers: BTreeMap<String, Registration>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub tags: Map<String, Value>,
}

fn enabled() -> String {
    "Enabled".to_owned()
}

fn quota() -> String {
    "EnterpriseAgreement_2014-09-01".to_owned()
}

impl Subscription {
    /// An enabled subscription of a tenant.
    #[must_use]
    pub fn new(display_name: &str, tenant: Uuid) -> Self {
        Self {
            display_name: display_name.to_owned(),
            tenant_id: tenant,
            state: enabled(),
            quota_id: quota(),
            providers: BTreeMap::new(),
            tags: Map::new(),
        }
    }
}

/// How far the registration of a resource provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Registration {
    /// Under way.
    Registering,
    /// Done.
    Registered,
    /// Under way to nothing.
    Unregistering,
    /// Not registered any more.
    NotRegistered,
}

impl Registration {
    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Registering => "Registering",
            Self::Registered => "Registered",
            Self::Unregistering => "Unregistering",
            Self::NotRegistered => "NotRegistered",
        }
    }
}

/// A resource: what GET shows, and what the service keeps to itself.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Stored {
    /// The ARM JSON of the resource: `id`, `name`, `type`, `location`, `tags`, `properties`.
    pub body: Value,
    /// What was taken in and is never shown, by path.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub hidden: Map<String, Value>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339", default = "long_ago")]
    pub created: OffsetDateTime,
    /// When it was last written.
    #[serde(with = "time::serde::rfc3339", default = "long_ago")]
    pub changed: OffsetDateTime,
    /// The operation under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Uuid>,
}

fn long_ago() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH
}

impl fmt::Debug for Stored {
    /// Without what is hidden.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("id", &self.id())
            .field("hidden", &self.hidden.len())
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

impl Stored {
    /// Something that is there and ready, whoever made it.
    #[must_use]
    pub fn new(body: Value, now: OffsetDateTime) -> Self {
        Self {
            body,
            hidden: Map::new(),
            created: now,
            changed: now,
            operation: None,
        }
    }

    /// The id as the service writes it.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text("id").unwrap_or_default()
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("name").unwrap_or_default()
    }

    /// The value at a dotted path of the body; `null` is none.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        json::at(&self.body, path)
    }

    /// The text at a dotted path of the body.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        json::text(&self.body, path)
    }

    /// Sets what stands at a dotted path of the body.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        json::put(&mut self.body, path, value.into());
    }

    /// Removes what stands at a dotted path of the body.
    pub fn unset(&mut self, path: &str) -> Option<Value> {
        json::remove(&mut self.body, path)
    }

    /// Every value at a dotted path, in which `name[]` means each item of a list.
    #[must_use]
    pub fn all(&self, path: &str) -> Vec<&Value> {
        json::all(&self.body, path)
            .into_iter()
            .map(|(_, value)| value)
            .collect()
    }
}

/// A deleted resource that can be recovered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Deleted {
    /// What was deleted.
    pub resource: Stored,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub deleted_at: OffsetDateTime,
    /// From when it is gone for good.
    #[serde(with = "time::serde::rfc3339")]
    pub purge_at: OffsetDateTime,
    /// Whether nobody can purge it before.
    #[serde(default)]
    pub protected: bool,
}

/// A subscription alias.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Alias {
    /// The alias as GET shows it.
    pub body: Value,
    /// Who asked for the subscription.
    pub created_by: Uuid,
    /// The tenant and the owner that the subscription is meant for, if that is another tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
}

/// For whom a subscription is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Destination {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The owner there.
    pub owner_id: Uuid,
    /// `Pending`, `Completed`, `Expired`.
    pub accept_ownership_state: String,
}

/// A billing account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BillingAccount {
    /// Its name for people.
    pub display_name: String,
    /// The tenant that it belongs to.
    pub tenant_id: Uuid,
    /// `MicrosoftCustomerAgreement`, `EnterpriseAgreement`, `MicrosoftPartnerAgreement`,
    /// `MicrosoftOnlineServicesProgram`.
    pub agreement_type: String,
    /// Who may see it and make subscriptions on it.
    #[serde(default)]
    pub subscription_creators: BTreeSet<Uuid>,
    /// Its billing profiles, by name.
    #[serde(default)]
    pub profiles: BTreeMap<String, BillingProfile>,
}

/// A billing profile.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BillingProfile {
    /// Its name for people.
    pub display_name: String,
    /// Its invoice sections: name, and name for people.
    #[serde(default)]
    pub invoice_sections: BTreeMap<String, String>,
}

/// What an operation does to its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Work {
    /// Makes or changes it.
    Put,
    /// Deletes it.
    Delete,
    /// Does something to it.
    Action,
}

/// Something that takes its time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Operation {
    /// The resource's id.
    pub resource_id: String,
    /// Its type.
    pub resource_type: String,
    /// The action's name, for an action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// What is done.
    pub work: Work,
    /// `Succeeded`, `Failed`, `Canceled`, or what it is doing.
    pub status: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub started: OffsetDateTime,
    /// When it ended.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    pub ended: Option<OffsetDateTime>,
    /// The seconds that a poller is told to wait; zero for no such word.
    #[serde(default)]
    pub retry_after: u64,
    /// The subscription's path and the API version, for the operation's own links.
    pub api_version: String,
    /// What it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

impl Operation {
    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ended.is_some()
    }
}

impl Section for Arm {
    const NAME: &'static str = "arm";

    fn validate(&self) -> Result<(), SectionProblem> {
        for (key, stored) in &self.resources {
            let at = |rest: &str| format!("resources.{key}.{rest}");
            if ResourcePath::parse(key).is_none() || *key != path::key(key) {
                return Err(SectionProblem::new(
                    format!("resources.{key}"),
                    "the key must be a resource id in lower case",
                ));
            }
            if path::key(stored.id()) != *key {
                return Err(SectionProblem::new(
                    at("body.id"),
                    format!(
                        "{:?} is not the id that the resource stands under",
                        stored.id()
                    ),
                ));
            }
            for member in ["name", "type"] {
                if stored.text(member).is_none() {
                    return Err(SectionProblem::new(
                        at(&format!("body.{member}")),
                        "every resource has one",
                    ));
                }
            }
            if let Some(id) = path::subscription_of(key)
                && !id
                    .parse()
                    .is_ok_and(|id| self.subscriptions.contains_key(&id))
            {
                return Err(SectionProblem::new(
                    format!("resources.{key}"),
                    format!("there is no subscription {id} in `subscriptions`"),
                ));
            }
        }
        Ok(())
    }
}

impl Arm {
    /// The resource with this id, in any case.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Stored> {
        self.resources.get(&path::key(id))
    }

    /// The resource with this id, to change.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Stored> {
        self.resources.get_mut(&path::key(id))
    }

    /// Puts a resource where its id says; what stood there is returned.
    pub fn insert(&mut self, stored: Stored) -> Option<Stored> {
        self.resources.insert(path::key(stored.id()), stored)
    }

    /// Everything below an id: children, extensions, and for a group its resources.
    pub fn below<'a>(&'a self, id: &str) -> impl Iterator<Item = (&'a str, &'a Stored)> + use<'a> {
        let prefix = format!("{}/", path::key(id));
        self.resources
            .range(prefix.clone()..)
            .take_while(move |(key, _)| key.starts_with(&prefix))
            .map(|(key, stored)| (key.as_str(), stored))
    }

    /// The children of one type that an id's resource has, or the extensions, or a group's resources.
    pub fn of_type<'a>(
        &'a self,
        scope: &str,
        resource_type: &str,
    ) -> impl Iterator<Item = &'a Stored> + use<'a> {
        let resource_type = resource_type.to_ascii_lowercase();
        let scope = path::key(scope);
        self.below(&scope).filter_map(move |(key, stored)| {
            let path = ResourcePath::parse(key)?;
            let stands_in = path
                .parent()
                .map_or_else(|| path.scope().to_owned(), |parent| parent.id());
            (path.resource_type().eq_ignore_ascii_case(&resource_type)
                && path::key(&stands_in) == scope)
                .then_some(stored)
        })
    }

    /// All resources of a type anywhere.
    pub fn everywhere<'a>(
        &'a self,
        resource_type: &str,
    ) -> impl Iterator<Item = &'a Stored> + use<'a> {
        let resource_type = resource_type.to_ascii_lowercase();
        let last = resource_type.rsplit('/').next().unwrap_or_default();
        let hint = format!("/{last}/");
        self.resources
            .iter()
            // Most keys are ruled out without being gone through.
            .filter(move |(key, _)| key.contains(&hint) && path::is_of_type(key, &resource_type))
            .map(|(_, stored)| stored)
    }

    /// Whether a globally unique name is held by a resource or a stranger.
    #[must_use]
    pub fn is_taken(&self, resource_type: &str, name: &str) -> bool {
        let stranger = format!("{resource_type}/{name}").to_ascii_lowercase();
        self.taken_names.contains(&stranger)
            || self
                .everywhere(resource_type)
                .any(|own| own.name().eq_ignore_ascii_case(name))
    }

    /// The tenant of the subscription that an id stands in.
    #[must_use]
    pub fn tenant_of(&self, id: &str) -> Option<Uuid> {
        let id = path::subscription_of(id)?.parse().ok()?;
        self.subscriptions
            .get(&id)
            .map(|subscription| subscription.tenant_id)
    }
}

/// The section of a state.
pub(crate) fn arm(state: &mut State) -> &mut Arm {
    state.section::<Arm>()
}
