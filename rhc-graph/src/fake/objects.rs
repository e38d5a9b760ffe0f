//! What all kinds of directory objects have in common: addresses, reading, listing, deleting.

use super::{Call, Key, Refusal, Reply, odata, schema::Property};
use rhc_core::fake::{ObjectKind, Read, State, View};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A kind of directory object, as Graph presents it.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntityType {
    /// Its kind in the directory.
    pub(super) kind: ObjectKind,
    /// Its collection.
    pub(super) set: &'static str,
    /// Its type below `microsoft.graph`.
    pub(super) name: &'static str,
    /// Its name in messages.
    pub(super) resource: &'static str,
    /// Its properties.
    pub(super) properties: &'static [Property],
    /// The properties that it can be addressed by beside the id.
    pub(super) alternate_keys: &'static [&'static str],
}

impl EntityType {
    /// The object that a PATCH is for; nothing where an upsert by the key `natural` has to make it.
    pub(super) fn patched(
        &self,
        state: &State,
        call: &Call,
        natural: &'static str,
    ) -> Result<Option<Uuid>, Refusal> {
        let (key, tenant) = (call.key(0)?, call.tenant());
        if !call.creates_if_missing() {
            let found = self.find(state, tenant, key, Read::Point)?;
            return found
                .map(Some)
                .ok_or_else(|| Refusal::not_found(&key.value));
        }
        if key.property.as_deref() != Some(natural) {
            let words = format!("The upsert of a {} needs the key {natural}.", self.name);
            return Err(Refusal::bad_request(words));
        }
        let found = self.find(state, tenant, key, Read::Authoritative)?;
        // A unique name stays with a deleted object; an application has its service principal once, deleted or not.
        if found.is_none()
            && natural == "uniqueName"
            && self.is_taken(state, tenant, natural, &key.value, None)
        {
            return Err(super::applications::still_deleted(natural, &key.value));
        }
        Ok(found)
    }

    /// A unique name is given to what has none, once, and to one object.
    ///
    /// Source: [application-update](https://learn.microsoft.com/graph/api/application-update) and
    /// [group-update](https://learn.microsoft.com/graph/api/group-update). Unverified: the words of the refusals.
    pub(super) fn named_once(
        &self,
        state: &State,
        tenant: Uuid,
        id: Uuid,
        body: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        const NAME: &str = "uniqueName";
        let Some(wanted) = body.get(NAME) else {
            return Ok(());
        };
        let before = body_of(state, tenant, id);
        let own = before.get(NAME).filter(|own| !own.is_null());
        match (own, wanted.as_str()) {
            (Some(own), _) if own != wanted => Err(Refusal::bad_request(format!(
                "Property '{NAME}' is immutable once it is set on resource '{}'.",
                self.resource
            ))),
            (None, Some("")) => Err(Refusal::invalid(NAME, self.resource)),
            (None, Some(name)) if self.is_taken(state, tenant, NAME, name, Some(id)) => {
                Err(Refusal::taken(NAME))
            }
            _ => Ok(()),
        }
    }

    /// The object that a key means, as the service itself or a reader sees it.
    pub(super) fn find(
        &self,
        state: &State,
        tenant: Uuid,
        key: &Key,
        read: Read,
    ) -> Result<Option<Uuid>, Refusal> {
        let directory = state.directory_ref();
        let by = |property: &str| {
            let found = directory.find(tenant, self.kind, property, &key.value, read);
            found.first().map(|view| view.id)
        };
        match &key.property {
            Some(property) => {
                let known = self.alternate_keys.iter().find(|name| *name == property);
                match known {
                    Some(name) => Ok(by(name)),
                    None => Err(Refusal::new(
                        400,
                        "BadRequest",
                        format!("The property '{property}' is not a key of '{}'.", self.set),
                    )),
                }
            }
            None => match key.value.parse::<Uuid>() {
                Ok(id) => Ok(directory
                    .object(tenant, id, read)
                    .filter(|view| view.object.kind == self.kind)
                    .map(|view| view.id)),
                Err(_) if self.kind == ObjectKind::User => Ok(by("userPrincipalName")),
                Err(_) => Err(Refusal::bad_request(format!(
                    "Invalid object identifier '{}'.",
                    key.value
                ))),
            },
        }
    }

    /// The object that the call's first key means, as a point read sees it.
    pub(super) fn target(&self, state: &State, call: &Call) -> Result<Uuid, Refusal> {
        let key = call.key(0)?;
        self.find(state, call.tenant(), key, Read::Point)?
            .ok_or_else(|| Refusal::not_found(&key.value))
    }

    /// `GET /{set}/{key}`.
    pub(super) fn get(&self, state: &State, call: &Call) -> Result<Reply, Refusal> {
        let id = self.target(state, call)?;
        let view = state.directory_ref().object(call.tenant(), id, Read::Point);
        let view = view.ok_or_else(|| Refusal::not_found(&id.to_string()))?;
        self.answer(call, view.body).map(Reply::ok)
    }

    /// `GET /{set}`.
    pub(super) fn list(&self, state: &State, call: &Call) -> Result<Reply, Refusal> {
        let views = state
            .directory_ref()
            .objects(call.tenant(), self.kind, Read::List);
        let bodies = views.iter().map(|view| view.body.clone()).collect();
        odata::listed(call, self.set, self.name, self.properties, bodies).map(Reply::ok)
    }

    /// `GET /{set}/$count`.
    pub(super) fn count(&self, state: &State, call: &Call) -> Result<Reply, Refusal> {
        let views = state
            .directory_ref()
            .objects(call.tenant(), self.kind, Read::List);
        let bodies = views.iter().map(|view| view.body.clone()).collect();
        odata::counted(call, self.name, self.properties, bodies).map(Reply::number)
    }

    /// The object as a body.
    pub(super) fn answer(&self, call: &Call, body: &Map<String, Value>) -> Result<Value, Refusal> {
        odata::single(call, self.set, self.name, self.properties, body)
    }

    /// Adds an object and answers 201 with it; readers see it after the replication delay.
    pub(super) fn insert(
        &self,
        state: &mut State,
        call: &Call,
        body: Map<String, Value>,
    ) -> Result<(Uuid, Reply), Refusal> {
        let id = state.uuid();
        let tenant = call.tenant();
        state
            .directory()
            .insert(tenant, self.kind, id, body)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        let view = state
            .directory_ref()
            .object(tenant, id, Read::Authoritative);
        let view = view.ok_or_else(|| Refusal::not_found(&id.to_string()))?;
        let resource = self.resource;
        let location = format!(
            "https://graph.microsoft.com/v2/{tenant}/directoryObjects/{id}/Microsoft.DirectoryServices.{resource}"
        );
        let answer = self.answer(call, view.body)?;
        Ok((id, Reply::created(answer).at(location)))
    }

    /// Whether an object that lives, or that can be restored, has this value.
    pub(super) fn is_taken(
        &self,
        state: &State,
        tenant: Uuid,
        property: &str,
        value: &str,
        except: Option<Uuid>,
    ) -> bool {
        let directory = state.directory_ref();
        let live = directory.find(tenant, self.kind, property, value, Read::Authoritative);
        let has = |view: &View<'_>| {
            view.text(property)
                .is_some_and(|own| own.eq_ignore_ascii_case(value))
        };
        live.iter().any(|view| Some(view.id) != except)
            || directory.deleted(tenant, self.kind).iter().any(has)
    }
}

/// The body that an object has as the service itself knows it.
pub(super) fn body_of(state: &State, tenant: Uuid, id: Uuid) -> Map<String, Value> {
    state
        .directory_ref()
        .object(tenant, id, Read::Authoritative)
        .map(|view| view.body.clone())
        .unwrap_or_default()
}

/// An object among others of mixed kinds: with its type, and its own properties.
pub(super) fn mixed(view: &View<'_>) -> Value {
    let entity = entity_of(view.object.kind);
    let mut body = Map::new();
    let kind = format!("#microsoft.graph.{}", entity.name);
    body.insert("@odata.type".into(), json!(kind));
    body.append(&mut super::schema::shown(view.body, entity.properties, &[]));
    Value::Object(body)
}

/// The type of a kind.
pub(super) fn entity_of(kind: ObjectKind) -> &'static EntityType {
    match kind {
        ObjectKind::Application => &super::applications::APPLICATION,
        ObjectKind::ServicePrincipal => &super::service_principals::SERVICE_PRINCIPAL,
        ObjectKind::Group => &super::groups::GROUP,
        ObjectKind::User => &super::users::USER,
    }
}

/// The last segment of a reference (`…/directoryObjects/{id}`), if it is an id.
pub(super) fn referenced(link: &Value) -> Result<Uuid, Refusal> {
    let link = link.as_str().unwrap_or_default();
    let ours = link.starts_with("https://graph.microsoft.com/v1.0/");
    let id = link.rsplit('/').next().and_then(|id| id.parse().ok());
    id.filter(|_| ours).ok_or_else(|| {
        Refusal::bad_request(format!(
            "Invalid URL format specified in payload: '{link}'."
        ))
    })
}
