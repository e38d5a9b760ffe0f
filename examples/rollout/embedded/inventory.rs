//! What stands in a cloud, told by names: two runs make the same things with other ids, at other times.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Things by natural key. Where a cloud is as it should be, each key has one.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct Inventory(BTreeMap<String, Vec<Value>>);

impl Inventory {
    /// Everything in a state, but for sign-ins, audit entries, operations and what readers still saw before a change.
    #[must_use]
    pub fn of(state: &Value) -> Self {
        Self::told_by(&Names::of(state), state)
    }

    /// The same, where the names of the state are there already.
    #[must_use]
    pub fn told_by(names: &Names, state: &Value) -> Self {
        let sections = &state["sections"];
        let mut inventory = Self::default();
        for tenant in entries(&sections["directory"]["tenants"]) {
            inventory.tenant(names, tenant.1);
        }
        inventory.arm(names, &sections["arm"]);
        inventory.sql(names, &sections["sql"]);
        inventory.vaults(&sections["vaults"]);
        let apart = [
            "directory",
            "arm",
            "sql",
            "authority",
            "vaults",
            "auditLogs",
        ];
        let rest = |name: &str| !apart.contains(&name);
        for (name, section) in entries(sections).filter(|(name, _)| rest(name)) {
            inventory.add(format!("section {name}"), names.value(section));
        }
        inventory
    }

    /// The natural keys that more than one thing has.
    #[must_use]
    pub fn twice(&self) -> Vec<&str> {
        let several = self.0.iter().filter(|(_, things)| things.len() > 1);
        several.map(|(key, _)| key.as_str()).collect()
    }

    /// What is in one and not in the other, or has another value there.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let keys: BTreeSet<_> = self.0.keys().chain(other.0.keys()).collect();
        for key in keys {
            let (here, there) = (self.things(key), other.things(key));
            if here != there {
                differ(key, &json!(here), &json!(there), &mut found);
            }
        }
        found
    }

    /// How many things.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn things(&self, key: &str) -> &[Value] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, key: String, thing: Value) {
        self.0.entry(key).or_default().push(thing);
    }

    fn tenant(&mut self, names: &Names, tenant: &Value) {
        let domain = text(&tenant["initialDomain"]);
        let inside = ["objects", "roleAssignments", "appRoleAssignments"];
        self.add(format!("tenant {domain}"), names.without(tenant, &inside));
        for (_, object) in entries(&tenant["objects"]) {
            self.object(names, &object_key(domain, object, names), object);
        }
        for list in ["roleAssignments", "appRoleAssignments"] {
            for (_, assignment) in entries(&tenant[list]) {
                let what = names.without(assignment, &["created"]);
                self.add(format!("{domain}/{list} {what}"), Value::Null);
            }
        }
    }

    fn object(&mut self, names: &Names, key: &str, object: &Value) {
        let credentials = "federatedIdentityCredentials";
        for credential in object["body"][credentials].as_array().into_iter().flatten() {
            let trust = ["issuer", "subject"].map(|part| names.text(text(&credential[part])));
            let thing = names.value(credential);
            self.add(format!("{key}/trusts {}", trust.join(" ")), thing);
        }
        for (relation, ids) in entries(&object["links"]) {
            for id in ids.as_array().into_iter().flatten() {
                let linked = names.text(text(id));
                self.add(format!("{key}/{relation} {linked}"), Value::Null);
            }
        }
        let certificates = "keyCredentials";
        for certificate in object["body"][certificates]
            .as_array()
            .into_iter()
            .flatten()
        {
            // Key and version are chance; the vault's name and the certificate's are not.
            let called = text(&certificate["displayName"]);
            let (named, _) = called.rsplit_once('/').unwrap_or((called, ""));
            self.add(format!("{key}/proves itself by {named}"), Value::Null);
        }
        let body = names.without(&object["body"], &[credentials, certificates]);
        self.add(key.to_owned(), body);
    }

    fn arm(&mut self, names: &Names, arm: &Value) {
        for (_, subscription) in entries(&arm["subscriptions"]) {
            let name = text(&subscription["displayName"]);
            self.add(format!("subscription {name}"), names.value(subscription));
        }
        for (id, stored) in entries(&arm["resources"]) {
            let body = names.value(&stored["body"]);
            // What counted before the last change of a firewall is over by now.
            let hidden = names.without(&stored["hidden"], &["networkBefore"]);
            let key = resource_key(&names.text(id), &body);
            self.add(key, json!([body, hidden]));
        }
        for list in ["aliases", "billing", "deleted"] {
            for (name, thing) in entries(&arm[list]) {
                let key = format!("{list} {}", names.text(name));
                self.add(key, names.value(thing));
            }
        }
        self.add("taken names".to_owned(), names.value(&arm["takenNames"]));
    }

    /// Each version of each certificate; keys are chance.
    fn vaults(&mut self, vaults: &Value) {
        for (vault, held) in entries(&vaults["vaults"]) {
            for (name, certificate) in entries(&held["certificates"]) {
                for _ in certificate["versions"].as_array().into_iter().flatten() {
                    let policy = certificate["policy"].clone();
                    self.add(format!("{vault}/certificates/{name}"), policy);
                }
            }
        }
    }

    fn sql(&mut self, names: &Names, sql: &Value) {
        for (server, held) in entries(&sql["servers"]) {
            for (database, held) in entries(&held["databases"]) {
                for (_, user) in entries(&held["users"]) {
                    // A user is the identity behind him, whatever he is called.
                    let who = names.sid(text(&user["sid"]));
                    let thing = names.without(user, &["sid"]);
                    self.add(format!("{server}/{database}/user {who}"), thing);
                }
            }
        }
    }
}

/// Goes down to the places that differ.
fn differ(place: &str, here: &Value, there: &Value, found: &mut Vec<String>) {
    let whole = |value: &Value| value.as_object().is_some_and(|object| !object.is_empty());
    match (here, there) {
        // Of what is missing as a whole each part is missing.
        (Value::Object(_), Value::Null) if whole(here) => differ(place, here, &json!({}), found),
        (Value::Null, Value::Object(_)) if whole(there) => differ(place, &json!({}), there, found),
        (Value::Object(left), Value::Object(right)) => {
            let names: BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for name in names {
                differ(&format!("{place}.{name}"), &here[name], &there[name], found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                differ(&format!("{place}[{index}]"), left, right, found);
            }
        }
        _ if here == there => {}
        _ => found.push(format!("{place}: {here} became {there}")),
    }
}

/// By what a person would tell it from its neighbours.
fn object_key(domain: &str, object: &Value, names: &Names) -> String {
    let kind = text(&object["kind"]);
    let body = &object["body"];
    let name = if kind == "servicePrincipal" {
        names.text(text(&body["appId"]))
    } else {
        own_name(body).to_owned()
    };
    let deleted = if object["deletedAt"].is_null() {
        ""
    } else {
        " (deleted)"
    };
    format!("{domain}/{kind} {name}{deleted}")
}

fn own_name(body: &Value) -> &str {
    let names = ["uniqueName", "userPrincipalName", "displayName"];
    let mut given = names.iter().map(|name| text(&body[*name]));
    given.find(|name| !name.is_empty()).unwrap_or_default()
}

/// Its id, unless the service or a random number made up the last part of it.
fn resource_key(id: &str, body: &Value) -> String {
    let parent = id.rsplit_once('/').map_or(id, |(parent, _)| parent);
    let properties = &body["properties"];
    match text(&body["type"]).to_ascii_lowercase().as_str() {
        "microsoft.authorization/roleassignments" => {
            let (role, who) = (&properties["roleDefinitionId"], &properties["principalId"]);
            format!("{parent} {role} {who}")
        }
        "microsoft.authorization/roledefinitions" => format!("{parent} {}", properties["roleName"]),
        "microsoft.app/containerapps/revisions" => parent.to_owned(),
        kind if kind.ends_with("/privateendpointconnections") => {
            format!("{parent} {}", properties["privateEndpoint"]["id"])
        }
        _ => id.to_owned(),
    }
}

/// Texts that a service makes up, by type and place.
const MADE_UP: [(&str, &str, &str); 6] = [
    (
        "Microsoft.App/managedEnvironments",
        "/properties/defaultDomain",
        "<domain>",
    ),
    (
        "Microsoft.App/managedEnvironments",
        "/properties/staticIp",
        "<address>",
    ),
    (
        "Microsoft.App/managedEnvironments",
        "/properties/customDomainConfiguration/customDomainVerificationId",
        "<verification>",
    ),
    (
        "Microsoft.App/containerApps",
        "/properties/outboundIpAddresses/0",
        "<address>",
    ),
    (
        "Microsoft.App/containerApps/revisions",
        "/name",
        "<revision>",
    ),
    (
        "Microsoft.Sql/servers",
        "/properties/administratorLogin",
        "<login of nobody>",
    ),
];

/// What the ids of a state belong to.
#[derive(Debug)]
pub struct Names {
    ids: HashMap<Uuid, String>,
    /// Other texts that a service made up, and what they are; the longest first.
    texts: Vec<(String, &'static str)>,
}

impl Names {
    /// Of everything in a state that has an id.
    #[must_use]
    pub fn of(state: &Value) -> Self {
        let sections = &state["sections"];
        let mut names = HashMap::new();
        let mut name = |id: &str, name: String| {
            if let Ok(id) = id.parse::<Uuid>() {
                names.entry(id).or_insert(name);
            }
        };
        let tenants = &sections["directory"]["tenants"];
        let domain = |tenant: &Value| text(&tenant["initialDomain"]).to_owned();
        for (id, tenant) in entries(tenants) {
            name(id, format!("<{}>", domain(tenant)));
        }
        // An application lends its name to its appId, and what has none, to that of its principal.
        for kind in ["application", "servicePrincipal"] {
            for (_, tenant) in entries(tenants) {
                for (_, object) in entries(&tenant["objects"]).filter(|(_, o)| o["kind"] == kind) {
                    let body = &object["body"];
                    name(text(&body["appId"]), format!("<app {}>", own_name(body)));
                }
            }
        }
        for (_, tenant) in entries(tenants) {
            for (id, object) in entries(&tenant["objects"]) {
                let (kind, own) = (text(&object["kind"]), own_name(&object["body"]));
                name(id, format!("<{kind} {own} of {}>", domain(tenant)));
            }
        }
        for (id, subscription) in entries(&sections["arm"]["subscriptions"]) {
            name(id, format!("<{}>", text(&subscription["displayName"])));
        }
        let mut texts = Vec::new();
        for (_, stored) in entries(&sections["arm"]["resources"]) {
            let body = &stored["body"];
            let of_type = |(kind, ..): &&(_, _, _)| *kind == body["type"];
            for (_, place, name) in MADE_UP.iter().filter(of_type) {
                let made_up = body.pointer(place).map_or("", text);
                if !made_up.is_empty() {
                    texts.push((made_up.to_owned(), *name));
                }
            }
        }
        // One may be the beginning of another.
        texts.sort_by_key(|(made_up, _)| std::cmp::Reverse(made_up.len()));
        Self { ids: names, texts }
    }

    fn id(&self, id: Uuid) -> &str {
        self.ids.get(&id).map_or("<id>", String::as_str)
    }

    /// A text in which every id is a name.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        const LENGTH: usize = 36;
        const FIRST_HYPHEN: usize = 8;
        // Thousands of comparisons read every text of two clouds: what most of them are not is seen at once.
        let may_be_time = text.as_bytes().get(10) == Some(&b'T');
        if may_be_time && OffsetDateTime::parse(text, &Rfc3339).is_ok() {
            return "<time>".to_owned();
        }
        let mut text = text.to_owned();
        for (made_up, name) in &self.texts {
            if text.contains(made_up.as_str()) {
                text = text.replace(made_up, name);
            }
        }
        if text.len() < LENGTH {
            return text;
        }
        let mut named = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(next) = rest.chars().next() {
            let is_apart = rest.as_bytes().get(FIRST_HYPHEN) == Some(&b'-');
            let candidate = rest.get(..LENGTH).filter(|_| is_apart);
            if let Some(id) = candidate.and_then(|part| Uuid::try_parse(part).ok()) {
                named.push_str(self.id(id));
                rest = rest.get(LENGTH..).unwrap_or_default();
            } else {
                named.push(next);
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
            }
        }
        named
    }

    /// The identity that a user's SID stands for.
    fn sid(&self, sid: &str) -> &str {
        let hex = sid.trim_start_matches("0x");
        let id = Uuid::try_parse(hex).map(|id| Uuid::from_bytes_le(id.into_bytes()));
        id.map_or("<unreadable>", |id| self.id(id))
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                let named = members.iter().map(|(k, v)| (self.text(k), self.value(v)));
                Value::Object(named.collect())
            }
            other => other.clone(),
        }
    }

    fn without(&self, value: &Value, members: &[&str]) -> Value {
        let kept = entries(value).filter(|(name, _)| !members.contains(name));
        let kept: Map<_, _> = kept.map(|(k, v)| (k.to_owned(), v.clone())).collect();
        self.value(&Value::Object(kept))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(key, value)| (key.as_str(), value))
}
