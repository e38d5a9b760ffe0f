//! What a user flow is, as Graph writes it.

use rhc_core::{Sensitive, model};

pub(super) const TYPE: &str = "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow";
const INTERACTIVE: &str =
    "#microsoft.graph.onInteractiveAuthFlowStartExternalUsersSelfServiceSignUp";
const METHODS: &str =
    "#microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp";
const COLLECTION: &str = "#microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp";
const CREATION: &str = "#microsoft.graph.onUserCreateStartExternalUsersSelfServiceSignUp";

model! {
    /// A user flow of an External ID tenant.
    ///
    /// Page: [externalUsersSelfServiceSignUpEventsFlow](https://learn.microsoft.com/graph/api/resources/externalusersselfservicesignupeventsflow).
    UserFlow {
        /// The type, which every write needs and the client adds.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// Its id; given by the service.
        id: String,
        /// Its name, unique in the tenant.
        display_name: String,
        /// What it is for.
        description: String,
        /// Which applications it is for.
        conditions: FlowConditions,
        /// Whether anybody may make himself an account.
        on_interactive_auth_flow_start: InteractiveStart,
        /// How users sign in.
        on_authentication_method_load_start: MethodLoadStart,
        /// What is asked of somebody who makes himself an account. It cannot be added later.
        on_attribute_collection: AttributeCollection,
        /// What becomes of him.
        on_user_create_start: UserCreateStart,
    }
}

model! {
    /// When a user flow is used.
    FlowConditions {
        /// For these applications.
        applications: FlowConditionApplications,
    }
}

model! {
    /// The applications of a user flow.
    FlowConditionApplications {
        /// The applications; some answers leave them out.
        include_applications: Vec<FlowApplication>,
    }
}

model! {
    /// An application of a user flow.
    FlowApplication {
        /// Its application (client) id.
        app_id: String,
    }
}

model! {
    /// Whether anybody may make himself an account.
    InteractiveStart {
        /// The type, which every write needs.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// Whether he may.
        is_sign_up_allowed: bool,
    }
}

model! {
    /// How users sign in.
    MethodLoadStart {
        /// The type, which every write needs.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// The identity providers; some answers leave them out.
        identity_providers: Vec<IdentityProvider>,
    }
}

model! {
    /// An identity provider: the tenant itself or another service. Within a user flow its id is enough.
    IdentityProvider {
        /// Built in, social and others; a write of the tenant's own needs it.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// `EmailPassword-OAUTH`, `EmailOtpSignup-OAUTH`, `Google-OAUTH` and others.
        id: String,
        /// Its name.
        display_name: String,
        /// Its kind, such as `Google`; it stays.
        identity_provider_type: String,
        /// What this tenant is to the other service.
        client_id: String,
        /// The other service's secret for this tenant; the service answers asterisks.
        client_secret: Sensitive,
        /// Apple's: the id of the team.
        developer_id: String,
        /// Apple's: the id of the service.
        service_id: String,
        /// Apple's: the id of the key.
        key_id: String,
        /// Apple's: the key; the service answers asterisks.
        certificate_data: Sensitive,
    }
}

impl IdentityProvider {
    /// Another service of which there is one: `Google`, `Facebook`.
    pub fn social(kind: &str, client_id: impl Into<String>, client_secret: Sensitive) -> Self {
        Self {
            odata_type: Some("#microsoft.graph.socialIdentityProvider".to_owned()),
            display_name: Some(kind.to_owned()),
            identity_provider_type: Some(kind.to_owned()),
            client_id: Some(client_id.into()),
            client_secret: Some(client_secret),
            ..Self::default()
        }
    }
}

model! {
    /// What is asked of somebody who makes himself an account.
    AttributeCollection {
        /// The type, which every write needs.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// The attributes; some answers leave them out.
        attributes: Vec<FlowAttribute>,
        /// The page on which they are asked for.
        attribute_collection_page: CollectionPage,
    }
}

model! {
    /// An attribute of a user.
    FlowAttribute {
        /// Its name in the directory.
        id: String,
        /// Its name for people.
        display_name: String,
        /// What it is.
        description: String,
        /// `builtIn` or `custom`.
        user_flow_attribute_type: String,
        /// `string`, `boolean`, `int64`, …
        data_type: String,
    }
}

model! {
    /// The page on which attributes are asked for.
    CollectionPage {
        /// Its parts.
        views: Vec<PageView>,
    }
}

model! {
    /// A part of the page.
    PageView {
        /// Its title.
        title: String,
        /// What stands below the title.
        description: String,
        /// Its fields. A write replaces them all.
        inputs: Vec<PageInput>,
    }
}

model! {
    /// A field of the page.
    PageInput {
        /// The attribute that it is for.
        attribute: String,
        /// What stands beside it.
        label: String,
        /// `text`, `radioSingleSelect`, `checkboxMultiSelect`, `boolean`, `checkboxSingleSelect`.
        input_type: String,
        /// What stands in it beforehand.
        default_value: String,
        /// Whether it is not shown.
        hidden: bool,
        /// Whether it can be changed.
        editable: bool,
        /// Whether the directory keeps it.
        write_to_directory: bool,
        /// Whether it must be filled in.
        required: bool,
        /// What it must look like.
        #[serde(rename = "validationRegEx")]
        validation_reg_ex: String,
    }
}

model! {
    /// What becomes of somebody who makes himself an account.
    UserCreateStart {
        /// The type, which every write needs.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// `member` or `guest`.
        user_type_to_create: String,
    }
}

impl InteractiveStart {
    /// Everybody may make himself an account, or nobody.
    pub fn allowing(sign_up: bool) -> Self {
        Self {
            odata_type: Some(INTERACTIVE.to_owned()),
            is_sign_up_allowed: Some(sign_up),
            ..Self::default()
        }
    }
}

impl MethodLoadStart {
    /// Users sign in by these.
    pub fn with(providers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let providers = providers.into_iter().map(|id| IdentityProvider {
            id: Some(id.into()),
            ..IdentityProvider::default()
        });
        Self {
            odata_type: Some(METHODS.to_owned()),
            identity_providers: Some(providers.collect()),
            ..Self::default()
        }
    }
}

impl AttributeCollection {
    /// These are asked for, each in a field of text.
    pub fn of(attributes: Vec<FlowAttribute>) -> Self {
        let inputs = attributes.iter().map(PageInput::text).collect();
        Self {
            odata_type: Some(COLLECTION.to_owned()),
            attribute_collection_page: Some(CollectionPage {
                views: Some(vec![PageView {
                    inputs: Some(inputs),
                    ..PageView::default()
                }]),
                ..CollectionPage::default()
            }),
            attributes: Some(attributes),
            ..Self::default()
        }
    }
}

impl UserCreateStart {
    /// He becomes a member of the tenant, not a guest.
    pub fn member() -> Self {
        Self {
            odata_type: Some(CREATION.to_owned()),
            user_type_to_create: Some("member".to_owned()),
            ..Self::default()
        }
    }
}

/// Built-in attributes of users, as Graph names and describes them.
const BUILT_IN: &[(&str, &str, &str)] = &[
    ("email", "Email Address", "Email address of the user"),
    ("displayName", "Display Name", "Display Name of the User."),
    ("givenName", "Given Name", "The user's given name."),
    ("surname", "Surname", "The user's surname."),
    ("city", "City", "The city in which the user is located."),
    ("jobTitle", "Job Title", "The user's job title."),
    (
        "postalCode",
        "Postal Code",
        "The postal code of the user's address.",
    ),
];

impl FlowAttribute {
    /// One of one's own: its name, what it is to those who are asked, and `string`, `boolean` or `int64`.
    pub fn custom(
        display_name: impl Into<String>,
        description: impl Into<String>,
        data_type: impl Into<String>,
    ) -> Self {
        Self {
            display_name: Some(display_name.into()),
            description: Some(description.into()),
            data_type: Some(data_type.into()),
            ..Self::default()
        }
    }

    /// One of those that every tenant has. For one that this version does not know, the id stands for the name.
    pub fn built_in(id: &str) -> Self {
        let known = BUILT_IN.iter().find(|(known, ..)| *known == id);
        let (_, name, description) = known.copied().unwrap_or((id, id, id));
        Self {
            id: Some(id.to_owned()),
            display_name: Some(name.to_owned()),
            description: Some(description.to_owned()),
            user_flow_attribute_type: Some("builtIn".to_owned()),
            data_type: Some("string".to_owned()),
            ..Self::default()
        }
    }
}

impl PageInput {
    /// A field of text. The address is never asked for: it is what the user signs in with.
    pub fn text(attribute: &FlowAttribute) -> Self {
        let is_email = attribute.id.as_deref() == Some("email");
        let form = if is_email {
            r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*$"
        } else {
            "^.*"
        };
        Self {
            attribute: attribute.id.clone(),
            label: attribute.display_name.clone(),
            input_type: Some("text".to_owned()),
            hidden: Some(is_email),
            editable: Some(!is_email),
            write_to_directory: Some(true),
            required: Some(is_email),
            validation_reg_ex: Some(form.to_owned()),
            ..Self::default()
        }
    }
}

impl UserFlow {
    /// Nobody makes himself an account; users sign in with e-mail and password.
    pub fn invitation_only(
        name: impl Into<String>,
        applications: impl IntoIterator<Item = impl Into<String>>,
        attributes: Vec<FlowAttribute>,
    ) -> Self {
        let applications = applications.into_iter().map(|id| FlowApplication {
            app_id: Some(id.into()),
            ..FlowApplication::default()
        });
        Self {
            odata_type: Some(TYPE.to_owned()),
            display_name: Some(name.into()),
            conditions: Some(FlowConditions {
                applications: Some(FlowConditionApplications {
                    include_applications: Some(applications.collect()),
                    ..FlowConditionApplications::default()
                }),
                ..FlowConditions::default()
            }),
            on_interactive_auth_flow_start: Some(InteractiveStart::allowing(false)),
            on_authentication_method_load_start: Some(MethodLoadStart::with([
                super::EMAIL_PASSWORD,
            ])),
            on_attribute_collection: Some(AttributeCollection::of(attributes)),
            on_user_create_start: Some(UserCreateStart::member()),
            ..Self::default()
        }
    }

    /// Its applications, if the answer says so.
    pub fn include_applications(&self) -> Option<&[FlowApplication]> {
        let applications = self.conditions.as_ref()?.applications.as_ref()?;
        applications.include_applications.as_deref()
    }

    /// Its identity providers, if the answer says so.
    pub fn identity_providers(&self) -> Option<&[IdentityProvider]> {
        let start = self.on_authentication_method_load_start.as_ref()?;
        start.identity_providers.as_deref()
    }

    /// Whether anybody may make himself an account, if the answer says so.
    pub fn is_sign_up_allowed(&self) -> Option<bool> {
        self.on_interactive_auth_flow_start
            .as_ref()?
            .is_sign_up_allowed
    }

    /// The ids of its applications.
    pub fn app_ids(&self) -> Vec<&str> {
        let all = self.include_applications().unwrap_or_default().iter();
        all.filter_map(|one| one.app_id.as_deref()).collect()
    }

    /// The ids of its identity providers.
    pub fn provider_ids(&self) -> Vec<&str> {
        let all = self.identity_providers().unwrap_or_default().iter();
        all.filter_map(|one| one.id.as_deref()).collect()
    }

    /// The ids of the attributes that it collects.
    pub fn attribute_ids(&self) -> Vec<&str> {
        let collection = self.on_attribute_collection.as_ref();
        let all = collection.and_then(|collection| collection.attributes.as_deref());
        let all = all.unwrap_or_default().iter();
        all.filter_map(|one| one.id.as_deref()).collect()
    }

    /// With the types that every write needs.
    pub(super) fn typed(&self) -> Self {
        let mut flow = self.clone();
        flow.odata_type = Some(TYPE.to_owned());
        if let Some(start) = &mut flow.on_interactive_auth_flow_start {
            start.odata_type = Some(INTERACTIVE.to_owned());
        }
        if let Some(start) = &mut flow.on_authentication_method_load_start {
            start.odata_type = Some(METHODS.to_owned());
        }
        if let Some(collection) = &mut flow.on_attribute_collection {
            collection.odata_type = Some(COLLECTION.to_owned());
        }
        if let Some(start) = &mut flow.on_user_create_start {
            start.odata_type = Some(CREATION.to_owned());
        }
        flow
    }

    /// What can be changed by a PATCH: applications, identity providers and attributes are changed one by one.
    pub(super) fn for_update(&self) -> Self {
        let mut flow = self.typed();
        flow.id = None;
        flow.conditions = None;
        flow.on_authentication_method_load_start = None;
        if let Some(collection) = &mut flow.on_attribute_collection {
            collection.attributes = None;
        }
        flow
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_new_user_flow_is_as_the_page_says() {
        let attributes = vec![FlowAttribute::built_in("email")];
        let flow = UserFlow::invitation_only("qa-signin", ["a"], attributes);
        assert_eq!(
            json!(flow),
            json!({
                "@odata.type": "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow",
                "displayName": "qa-signin",
                "conditions": {"applications": {"includeApplications": [{"appId": "a"}]}},
                "onInteractiveAuthFlowStart": {
                    "@odata.type": "#microsoft.graph.onInteractiveAuthFlowStartExternalUsersSelfServiceSignUp",
                    "isSignUpAllowed": false},
                "onAuthenticationMethodLoadStart": {
                    "@odata.type": "#microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp",
                    "identityProviders": [{"id": "EmailPassword-OAUTH"}]},
                "onAttributeCollection": {
                    "@odata.type": "#microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp",
                    "attributes": [{"id": "email", "displayName": "Email Address", "description": "Email address of the user",
                        "userFlowAttributeType": "builtIn", "dataType": "string"}],
                    "attributeCollectionPage": {"views": [{"inputs": [{"attribute": "email", "label": "Email Address",
                        "inputType": "text", "hidden": true, "editable": false, "writeToDirectory": true, "required": true,
                        "validationRegEx": r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*$"}]}]}},
                "onUserCreateStart": {
                    "@odata.type": "#microsoft.graph.onUserCreateStartExternalUsersSelfServiceSignUp",
                    "userTypeToCreate": "member"},
            })
        );
    }

    #[test]
    fn an_update_has_what_can_be_updated_and_its_types() {
        let flow = UserFlow {
            id: Some("f".into()),
            ..UserFlow::invitation_only("a", ["b"], vec![FlowAttribute::built_in("city")])
        };
        let sent = json!(flow.for_update());
        assert_eq!(sent["@odata.type"], TYPE);
        for absent in ["id", "conditions", "onAuthenticationMethodLoadStart"] {
            assert_eq!(sent.get(absent), None, "{absent}");
        }
        let collection = &sent["onAttributeCollection"];
        assert_eq!(collection.get("attributes"), None);
        let inputs = &collection["attributeCollectionPage"]["views"][0]["inputs"];
        assert_eq!(inputs[0]["attribute"], "city");
    }

    #[test]
    fn beta_properties_of_an_answer_are_kept() {
        let body = json!({"id": "f", "priority": 500, "onAttributeCollectionStart": null,
            "conditions": {"applications": {"includeAllApplications": false}}});
        let flow: UserFlow = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(json!(flow), body);
        assert_eq!(flow.app_ids(), Vec::<&str>::new());
        assert_eq!(flow.include_applications(), None);
    }
}
