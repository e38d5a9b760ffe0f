//! The body of a user flow: its properties in version 1.0, and what is refused.

use rhc_graph::fake::Refusal;
use rhc_graph::fake::schema::{
    self, Kind, Property, flag, objects, one_of, property, short, text, texts,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::state::{Collection, Flow, TenantFlows};

pub(super) const RESOURCE: &str = "externalUsersSelfServiceSignUpEventsFlow";
pub(super) const TYPE: &str = "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow";
const INTERACTIVE: &str =
    "#microsoft.graph.onInteractiveAuthFlowStartExternalUsersSelfServiceSignUp";
const METHODS: &str =
    "#microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp";
const COLLECTION: &str = "#microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp";
const CREATION: &str = "#microsoft.graph.onUserCreateStartExternalUsersSelfServiceSignUp";

const INPUT: &[Property] = &[
    text("attribute").not_null(),
    text("label").not_null(),
    one_of(
        "inputType",
        &[
            "text",
            "radioSingleSelect",
            "checkboxMultiSelect",
            "boolean",
            "checkboxSingleSelect",
        ],
    )
    .not_null(),
    text("defaultValue"),
    flag("hidden"),
    flag("editable"),
    flag("writeToDirectory"),
    flag("required"),
    text("validationRegEx"),
    objects("options", &[text("label"), text("value")]).or_null(),
];

const PAGE: &[Property] = &[objects(
    "views",
    &[
        text("title"),
        text("description"),
        objects("inputs", INPUT).or_null(),
    ],
)
.or_null()];

const ATTRIBUTE: &[Property] = &[
    text("id"),
    text("displayName"),
    text("description"),
    one_of(
        "userFlowAttributeType",
        &["builtIn", "custom", "required", "unknownFutureValue"],
    ),
    one_of(
        "dataType",
        &["string", "boolean", "int64", "stringCollection", "dateTime"],
    ),
];

/// The properties of a user flow. What the samples have beside these (`priority`, `includeAllApplications`,
/// `customStringsFileId`, `accessPackages`) is not in the metadata of version 1.0.
const PROPERTIES: &[Property] = &[
    text("id").read_only(),
    short("displayName", 256).not_null(),
    text("description"),
    schema::object(
        "conditions",
        &[schema::object(
            "applications",
            &[objects("includeApplications", &[text("appId").not_null()])],
        )],
    ),
    schema::object(
        "onInteractiveAuthFlowStart",
        &[flag("isSignUpAllowed").not_null()],
    ),
    schema::object(
        "onAuthenticationMethodLoadStart",
        &[objects(
            "identityProviders",
            &[
                text("id"),
                text("displayName"),
                text("identityProviderType"),
            ],
        )],
    ),
    schema::object(
        "onAttributeCollection",
        &[
            objects("attributes", ATTRIBUTE),
            schema::object("attributeCollectionPage", PAGE),
        ],
    ),
    property("onAttributeCollectionStart", Kind::Any),
    property("onAttributeCollectionSubmit", Kind::Any),
    schema::object(
        "onUserCreateStart",
        &[one_of("userTypeToCreate", &["member", "guest"])],
    ),
];

/// Properties of answers, for `$select`.
pub(super) const ANSWER: &[Property] = &[
    text("id"),
    text("displayName"),
    text("description"),
    texts("conditions"),
];

/// The parts of a body that say their type.
const TYPED: [(&str, &str); 4] = [
    ("onInteractiveAuthFlowStart", INTERACTIVE),
    ("onAuthenticationMethodLoadStart", METHODS),
    ("onAttributeCollection", COLLECTION),
    ("onUserCreateStart", CREATION),
];

fn bad(message: impl Into<String>) -> Refusal {
    // Unverified: codes and words of all refusals here; that Microsoft refuses is documented.
    Refusal::new(400, "BadRequest", message)
}

/// Checks properties and types.
pub(super) fn check(body: &Map<String, Value>, creating: bool) -> Result<(), Refusal> {
    of_type(body, TYPE, "the user flow")?;
    schema::check(body, PROPERTIES, RESOURCE, creating)?;
    for (name, wanted) in TYPED {
        if let Some(Value::Object(part)) = body.get(name) {
            of_type(part, wanted, name)?;
        }
    }
    Ok(())
}

fn of_type(body: &Map<String, Value>, wanted: &str, what: &str) -> Result<(), Refusal> {
    let stated = body.get("@odata.type").and_then(Value::as_str);
    if stated.is_some_and(|stated| stated.eq_ignore_ascii_case(wanted)) {
        Ok(())
    } else {
        Err(bad(format!(
            "The property '@odata.type' of {what} must be '{wanted}'."
        )))
    }
}

fn at<'b>(body: &'b Map<String, Value>, path: &[&str]) -> Option<&'b Value> {
    let (first, rest) = path.split_first()?;
    let found = body.get(*first)?;
    rest.iter().try_fold(found, |value, name| value.get(*name))
}

fn list<'b>(body: &'b Map<String, Value>, path: &[&str]) -> impl Iterator<Item = &'b Value> {
    at(body, path)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn ids(body: &Map<String, Value>, path: &[&str], name: &str) -> Vec<String> {
    list(body, path)
        .filter_map(|one| one.get(name)?.as_str().map(str::to_owned))
        .collect()
}

/// A new user flow out of its body.
pub(super) fn made(body: &Map<String, Value>, tenant: &TenantFlows) -> Result<Flow, Refusal> {
    let name = body.get("displayName").and_then(Value::as_str);
    let name = name
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Refusal::required("displayName", RESOURCE))?;
    let allowed = at(body, &["onInteractiveAuthFlowStart", "isSignUpAllowed"]);
    let allowed = allowed
        .and_then(Value::as_bool)
        .ok_or_else(|| Refusal::required("onInteractiveAuthFlowStart", RESOURCE))?;
    let path = ["onAuthenticationMethodLoadStart", "identityProviders"];
    let providers = ids(body, &path, "id");
    if providers.is_empty() {
        return Err(bad(
            "The user flow must have at least one identity provider.",
        ));
    }
    for provider in &providers {
        if tenant.provider(provider).is_none() {
            return Err(bad(format!(
                "The identity provider '{provider}' is not configured in the tenant."
            )));
        }
    }
    let mut applications = Vec::new();
    let path = ["conditions", "applications", "includeApplications"];
    for id in ids(body, &path, "appId") {
        let id: Uuid = id
            .parse()
            .map_err(|_| Refusal::invalid("appId", RESOURCE))?;
        if applications.contains(&id) {
            return Err(bad(format!("The application '{id}' is given twice.")));
        }
        applications.push(id);
    }
    let mut flow = Flow {
        display_name: name.to_owned(),
        description: text_of(body, "description"),
        is_sign_up_allowed: allowed,
        identity_providers: providers,
        include_applications: applications,
        attribute_collection: None,
        user_type_to_create: created_type(body),
    };
    if at(body, &["onAttributeCollection"]).is_some_and(Value::is_object) {
        let path = ["onAttributeCollection", "attributes"];
        let attributes = ids(body, &path, "id");
        for attribute in &attributes {
            if tenant.attribute(attribute).is_none() {
                return Err(unknown_attribute(attribute));
            }
        }
        flow.attribute_collection = Some(Collection {
            attributes,
            views: Vec::new(),
        });
        page(body, &mut flow)?;
    }
    Ok(flow)
}

/// Puts the given properties into a user flow.
pub(super) fn changed(body: &Map<String, Value>, flow: &mut Flow) -> Result<(), Refusal> {
    for path in [
        &["conditions", "applications", "includeApplications"][..],
        &["onAuthenticationMethodLoadStart", "identityProviders"],
        &["onAttributeCollection", "attributes"],
    ] {
        if at(body, path).is_some() {
            let name = path.last().copied().unwrap_or_default();
            return Err(bad(format!(
                "The navigation property '{name}' cannot be updated with the user flow: add or remove its members."
            )));
        }
    }
    if let Some(name) = text_of(body, "displayName") {
        if name.is_empty() {
            return Err(Refusal::required("displayName", RESOURCE));
        }
        flow.display_name = name;
    }
    if body.contains_key("description") {
        flow.description = text_of(body, "description");
    }
    let allowed = at(body, &["onInteractiveAuthFlowStart", "isSignUpAllowed"]);
    if let Some(allowed) = allowed.and_then(Value::as_bool) {
        flow.is_sign_up_allowed = allowed;
    }
    if let Some(user_type) = created_type(body) {
        flow.user_type_to_create = Some(user_type);
    }
    if at(body, &["onAttributeCollection"]).is_some_and(Value::is_object) {
        page(body, flow)?;
    }
    Ok(())
}

fn text_of(body: &Map<String, Value>, name: &str) -> Option<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn created_type(body: &Map<String, Value>) -> Option<String> {
    let user_type = at(body, &["onUserCreateStart", "userTypeToCreate"])?;
    user_type.as_str().map(str::to_owned)
}

pub(super) fn unknown_attribute(id: &str) -> Refusal {
    bad(format!(
        "The user flow attribute '{id}' does not exist in the tenant."
    ))
}

pub(super) fn no_collection() -> Refusal {
    bad("onAttributeCollection can only be updated if it was set when the user flow was created.")
}

/// The page replaces the page that was there; an attribute without an input is collected no more.
fn page(body: &Map<String, Value>, flow: &mut Flow) -> Result<(), Refusal> {
    let collection = flow
        .attribute_collection
        .as_mut()
        .ok_or_else(no_collection)?;
    let path = ["onAttributeCollection", "attributeCollectionPage", "views"];
    if at(body, &path).is_none_or(Value::is_null) {
        return Ok(());
    }
    let views: Vec<_> = list(body, &path).filter_map(Value::as_object).collect();
    let mut shown = Vec::new();
    for input in views.iter().flat_map(|view| list(view, &["inputs"])) {
        let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
        for name in ["attribute", "label", "inputType"] {
            if text(name).is_empty() {
                return Err(Refusal::required(
                    name,
                    "authenticationAttributeCollectionInputConfiguration",
                ));
            }
        }
        let attribute = text("attribute");
        if !collection.attributes.iter().any(|own| own == attribute) {
            return Err(bad(format!(
                "The input '{attribute}' is not one of the user flow's attributes: add the attribute first."
            )));
        }
        if shown.contains(&attribute.to_owned()) {
            return Err(bad(format!("The attribute '{attribute}' has two inputs.")));
        }
        shown.push(attribute.to_owned());
    }
    collection.attributes.retain(|own| shown.contains(own));
    collection.views = views.into_iter().cloned().collect();
    Ok(())
}

/// A user flow as an answer has it. What was just created is answered without what it is made of.
pub(super) fn answer(
    id: Uuid,
    flow: &Flow,
    tenant: &TenantFlows,
    created: bool,
) -> Map<String, Value> {
    let mut applications = json!({"includeAllApplications": false});
    let mut start = json!({"@odata.type": METHODS});
    if !created {
        applications["includeApplications"] = flow
            .include_applications
            .iter()
            .map(|id| json!({ "appId": id }))
            .collect();
        let providers = flow.identity_providers.iter();
        start["identityProviders"] = providers.filter_map(|id| tenant.provider(id)).collect();
    }
    let collection = flow.attribute_collection.as_ref().map(|collection| {
        let views: Vec<Value> = collection.views.iter().map(view).collect();
        let mut shown = json!({"@odata.type": COLLECTION,
            "attributeCollectionPage": {"customStringsFileId": null, "views": views}});
        if !created {
            let attributes = collection.attributes.iter();
            shown["attributes"] = attributes.filter_map(|id| tenant.attribute(id)).collect();
        }
        shown
    });
    let user_type = flow.user_type_to_create.as_ref();
    let creation = user_type.map(|kind| json!({"@odata.type": CREATION, "userTypeToCreate": kind}));
    let body = json!({"@odata.type": TYPE, "id": id, "displayName": flow.display_name, "description": flow.description,
        "priority": 500, "onAttributeCollectionStart": null, "onAttributeCollectionSubmit": null,
        "conditions": {"applications": applications},
        "onInteractiveAuthFlowStart": {"@odata.type": INTERACTIVE, "isSignUpAllowed": flow.is_sign_up_allowed},
        "onAuthenticationMethodLoadStart": start, "onAttributeCollection": collection, "onUserCreateStart": creation});
    body.as_object().cloned().unwrap_or_default()
}

fn view(view: &Map<String, Value>) -> Value {
    let shown = |input: &Value| {
        let sent = input.as_object().cloned().unwrap_or_default();
        let mut input = schema::complete(&sent, INPUT);
        if input.get("options").is_none_or(Value::is_null) {
            input.insert("options".to_owned(), json!([]));
        }
        Value::Object(input)
    };
    let inputs: Vec<Value> = list(view, &["inputs"]).map(shown).collect();
    json!({"title": view.get("title"), "description": view.get("description"), "inputs": inputs})
}
