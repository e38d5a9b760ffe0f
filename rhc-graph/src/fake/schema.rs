//! What a type's properties are: one table per type drives what is refused, what is kept and what is shown.

use super::Refusal;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What values a property takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A string of at most so many characters.
    Text(usize),
    /// A boolean.
    Flag,
    /// A whole number.
    Number,
    /// A GUID.
    Guid,
    /// A moment.
    Time,
    /// Strings.
    Texts,
    /// One of these strings, in any case.
    OneOf(&'static [&'static str]),
    /// An object; null while it is not set.
    Object(&'static [Property]),
    /// An object that is there from the beginning.
    Filled(&'static [Property]),
    /// Objects.
    Objects(&'static [Property]),
    /// Anything: kept as it is.
    Any,
}

/// Who sets a property, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The service.
    ReadOnly,
    /// The caller, at creation.
    CreateOnly,
    /// The caller, in an update and while it is null.
    Once,
    /// The caller.
    ReadWrite,
}

/// When a property is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Always, unless `$select` leaves it out.
    Always,
    /// Only when `$select` names it.
    Selected,
    /// Never.
    Never,
}

/// A property of a type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Who sets it.
    pub access: Access,
    /// When it is shown.
    pub shown: Shown,
    /// Whether it may be null.
    pub nullable: bool,
}

/// A property of any kind.
pub const fn property(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        kind,
        access: Access::ReadWrite,
        shown: Shown::Always,
        nullable: !matches!(kind, Kind::Texts | Kind::Objects(_)),
    }
}

/// A string.
pub const fn text(name: &'static str) -> Property {
    property(name, Kind::Text(4096))
}

/// A string of at most so many characters.
pub const fn short(name: &'static str, max: usize) -> Property {
    property(name, Kind::Text(max))
}

/// A boolean.
pub const fn flag(name: &'static str) -> Property {
    property(name, Kind::Flag)
}

/// A GUID.
pub const fn guid(name: &'static str) -> Property {
    property(name, Kind::Guid)
}

/// A moment.
pub const fn time(name: &'static str) -> Property {
    property(name, Kind::Time)
}

/// Strings.
pub const fn texts(name: &'static str) -> Property {
    property(name, Kind::Texts)
}

/// One of these strings.
pub const fn one_of(name: &'static str, values: &'static [&'static str]) -> Property {
    property(name, Kind::OneOf(values))
}

/// Objects.
pub const fn objects(name: &'static str, fields: &'static [Property]) -> Property {
    property(name, Kind::Objects(fields))
}

/// An object.
pub const fn object(name: &'static str, fields: &'static [Property]) -> Property {
    property(name, Kind::Object(fields))
}

/// An object that is there from the beginning.
pub const fn filled(name: &'static str, fields: &'static [Property]) -> Property {
    property(name, Kind::Filled(fields))
}

impl Property {
    /// Only the service sets it.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.access = Access::ReadOnly;
        self
    }

    /// Set at creation, never changed.
    #[must_use]
    pub const fn create_only(mut self) -> Self {
        self.access = Access::CreateOnly;
        self
    }

    /// Null at creation, set by an update once, never changed. Whether it was set is for the type to check.
    #[must_use]
    pub const fn once(mut self) -> Self {
        self.access = Access::Once;
        self
    }

    /// Shown only when asked for.
    #[must_use]
    pub const fn selected(mut self) -> Self {
        self.shown = Shown::Selected;
        self
    }

    /// Never shown.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.shown = Shown::Never;
        self
    }

    /// Not to be null.
    #[must_use]
    pub const fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// A list that may be null.
    #[must_use]
    pub const fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// What it shows while it is not set.
    fn unset(&self) -> Value {
        match self.kind {
            Kind::Texts | Kind::Objects(_) => Value::Array(Vec::new()),
            Kind::Filled(fields) => Value::Object(complete(&Map::new(), fields)),
            Kind::Flag if !self.nullable => false.into(),
            _ => Value::Null,
        }
    }
}

/// The property of this name.
pub fn find<'a>(properties: &'a [Property], name: &str) -> Option<&'a Property> {
    properties
        .iter()
        .find(|property| property.name.eq_ignore_ascii_case(name))
}

/// Checks a body against a table.
///
/// # Errors
/// 400 for a property that is unknown, read-only, immutable, or has a value that it does not take.
pub fn check(
    body: &Map<String, Value>,
    properties: &[Property],
    resource: &str,
    creating: bool,
) -> Result<(), Refusal> {
    for (name, value) in body {
        if name == "@odata.type" || name.ends_with("@odata.bind") {
            continue;
        }
        // Property names of a body are compared exactly.
        let property = properties
            .iter()
            .find(|property| property.name == name)
            .ok_or_else(|| Refusal::unknown_property(name, resource))?;
        match property.access {
            Access::ReadOnly => return Err(Refusal::read_only(name, resource)),
            Access::CreateOnly if !creating => return Err(Refusal::read_only(name, resource)),
            Access::Once if creating => return Err(Refusal::read_only(name, resource)),
            _ => {}
        }
        check_value(value, property, resource, creating)?;
    }
    Ok(())
}

fn check_value(
    value: &Value,
    property: &Property,
    resource: &str,
    creating: bool,
) -> Result<(), Refusal> {
    let fits = match (property.kind, value) {
        (_, Value::Null) => property.nullable,
        (Kind::Text(max), Value::String(text)) => text.chars().count() <= max,
        (Kind::Flag, Value::Bool(_)) => true,
        (Kind::Number, Value::Number(number)) => number.is_i64(),
        (Kind::Guid, Value::String(text)) => text.len() == 36 && text.parse::<Uuid>().is_ok(),
        (Kind::Time, Value::String(text)) => {
            let format = &time::format_description::well_known::Rfc3339;
            time::OffsetDateTime::parse(text, format).is_ok()
        }
        (Kind::OneOf(values), Value::String(text)) => {
            values.iter().any(|value| value.eq_ignore_ascii_case(text))
        }
        (Kind::Texts, Value::Array(items)) => items.iter().all(Value::is_string),
        (Kind::Object(fields) | Kind::Filled(fields), Value::Object(inner)) => {
            return check(inner, fields, resource, creating);
        }
        (Kind::Objects(fields), Value::Array(items)) => {
            for item in items {
                let Value::Object(inner) = item else {
                    return Err(Refusal::invalid(property.name, resource));
                };
                check(inner, fields, resource, creating)?;
            }
            true
        }
        (Kind::Any, _) => true,
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::invalid(property.name, resource))
    }
}

/// Puts the given properties into an object: null clears, objects merge, lists are replaced.
pub fn merge(into: &mut Map<String, Value>, body: &Map<String, Value>) {
    for (name, value) in body {
        if name.contains('@') {
            continue;
        }
        match (value, into.get_mut(name)) {
            (Value::Null, _) => {
                into.shift_remove(name);
            }
            (Value::Object(inner), Some(Value::Object(own))) => merge(own, inner),
            (Value::Object(inner), _) => {
                let mut own = Map::new();
                merge(&mut own, inner);
                into.insert(name.clone(), Value::Object(own));
            }
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

/// An object with all its properties, the unset ones as null or empty.
pub fn complete(body: &Map<String, Value>, properties: &[Property]) -> Map<String, Value> {
    let mut whole = Map::new();
    for property in properties {
        let value = match (property.kind, body.get(property.name)) {
            (_, None) => property.unset(),
            (Kind::Object(fields) | Kind::Filled(fields), Some(Value::Object(inner))) => {
                Value::Object(complete(inner, fields))
            }
            (Kind::Objects(fields), Some(Value::Array(items))) => items
                .iter()
                .map(|item| match item {
                    Value::Object(inner) => Value::Object(complete(inner, fields)),
                    other => other.clone(),
                })
                .collect(),
            (_, Some(value)) => value.clone(),
        };
        whole.insert(property.name.to_owned(), value);
    }
    whole
}

/// What a reader gets of an object.
pub fn shown(
    body: &Map<String, Value>,
    properties: &[Property],
    select: &[String],
) -> Map<String, Value> {
    let wanted = |property: &&Property| match property.shown {
        Shown::Never => false,
        _ if !select.is_empty() => select
            .iter()
            .any(|name| name.eq_ignore_ascii_case(property.name)),
        Shown::Always => true,
        Shown::Selected => false,
    };
    let mut whole = complete(body, properties);
    properties
        .iter()
        .filter(wanted)
        .filter_map(|property| {
            let value = whole.get_mut(property.name)?.take();
            Some((property.name.to_owned(), value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TABLE: &[Property] = &[
        guid("id").read_only(),
        short("name", 5).not_null(),
        text("uniqueName").create_only(),
        flag("on").selected(),
        one_of("audience", &["A", "B"]),
        texts("tags"),
        filled("web", &[texts("uris"), text("home")]),
        objects("roles", &[guid("id"), text("value")]),
        text("password").hidden(),
        time("at"),
        property("count", Kind::Number),
    ];

    fn refused(body: &Value, creating: bool) -> Option<String> {
        let body = body.as_object().unwrap();
        check(body, TABLE, "Thing", creating)
            .err()
            .map(|refusal| refusal.message().to_owned())
    }

    #[test]
    fn each_kind_has_values_that_it_does_not_take() {
        for good in [
            json!({"name": "a", "on": true, "audience": "b", "tags": ["x"], "web": {"uris": []}, "roles": [{"id": "ed01df5d-6b39-45f8-82ae-36b88e5daae0"}], "count": 1, "at": "2026-11-23T09:00:00Z", "uniqueName": null}),
            json!({"@odata.type": "#microsoft.graph.thing", "members@odata.bind": []}),
        ] {
            assert_eq!(refused(&good, true), None);
        }
        for bad in [
            json!({"name": null}),
            json!({"name": "longer"}),
            json!({"name": 1}),
            json!({"on": "true"}),
            json!({"audience": "C"}),
            json!({"tags": null}),
            json!({"tags": [1]}),
            json!({"tags": "x"}),
            json!({"web": []}),
            json!({"web": {"uris": "x"}}),
            json!({"roles": {}}),
            json!({"roles": [1]}),
            json!({"roles": [{"id": "x"}]}),
            json!({"at": "yesterday"}),
            json!({"count": 1.5}),
        ] {
            let message = refused(&bad, true).unwrap_or_default();
            assert!(message.starts_with("Invalid value"), "{bad}: {message}");
        }
    }

    #[test]
    fn unknown_and_read_only_properties_are_refused() {
        for (bad, creating, expected) in [
            (json!({"nmae": "x"}), true, "'nmae' does not exist"),
            (json!({"Name": "x"}), true, "'Name' does not exist"),
            (json!({"web": {"uri": []}}), true, "'uri' does not exist"),
            (
                json!({"roles": [{"vlaue": "x"}]}),
                true,
                "'vlaue' does not exist",
            ),
            (
                json!({"id": "ed01df5d-6b39-45f8-82ae-36b88e5daae0"}),
                true,
                "'id' is read-only",
            ),
            (
                json!({"uniqueName": "x"}),
                false,
                "'uniqueName' is read-only",
            ),
        ] {
            let message = refused(&bad, creating).unwrap_or_default();
            assert!(message.contains(expected), "{bad}: {message}");
        }
        assert_eq!(refused(&json!({"uniqueName": "x"}), true), None);
    }

    #[test]
    fn a_patch_merges_objects_replaces_lists_and_clears_by_null() {
        let mut thing =
            json!({"name": "a", "tags": ["x", "y"], "web": {"uris": ["u"], "home": "h"}});
        let patch = json!({"name": null, "tags": ["z"], "web": {"home": null}, "@odata.type": "t"});
        merge(thing.as_object_mut().unwrap(), patch.as_object().unwrap());
        assert_eq!(thing, json!({"tags": ["z"], "web": {"uris": ["u"]}}));
    }

    #[test]
    fn a_reader_sees_the_unset_the_selected_and_never_the_hidden() {
        let thing = json!({"name": "a", "on": true, "password": "p", "web": {"uris": ["u"]}});
        let body = thing.as_object().unwrap();
        let all = Value::Object(shown(body, TABLE, &[]));
        assert_eq!(
            all,
            json!({"id": null, "name": "a", "uniqueName": null, "audience": null, "tags": [], "web": {"uris": ["u"], "home": null}, "roles": [], "at": null, "count": null})
        );
        let some = shown(
            body,
            TABLE,
            &["on".into(), "NAME".into(), "password".into()],
        );
        assert_eq!(Value::Object(some), json!({"name": "a", "on": true}));
    }
}
