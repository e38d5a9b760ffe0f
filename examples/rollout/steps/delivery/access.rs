//! What a deploy identity may do: push to the registry, update its own app, and what updating needs elsewhere.
//!
//! `az containerapp update --image` reads the app and changes it by PATCH; the secrets are read only where a registry's
//! password is changed. Resource Manager asks for `join/action` at the environment and `assign/action` at the app's
//! identity as soon as the app is written (azure-container-apps issue 530, azure-cli-extensions issue 9990). Deactivating a
//! revision is a right of its own; without it each deployment would leave one running that costs money.
//! `az acr login` falls back to the registry's usual host name where it may not read the registry itself.
//!
//! Unverified: that polling an update asks for no right at the subscription; the recorded links carry a signature.

use rhc_arm::Resource;
use rhc_arm::types::authorization::{Permission, RoleDefinition, RoleDefinitionProperties};

use crate::engine::{Key, Meta, Output, OwnedBy};
use crate::steps::arm_resource::arm_id;
use crate::steps::site::{Group, Site};
use crate::steps::stack::Role;

/// What it may do to its app.
const APP: &[&str] = &[
    "Microsoft.App/containerApps/read",
    "Microsoft.App/containerApps/revisions/activate/action",
    "Microsoft.App/containerApps/revisions/deactivate/action",
    "Microsoft.App/containerApps/revisions/read",
    "Microsoft.App/containerApps/write",
];
/// What it may do to the app's environment.
const ENVIRONMENT: &[&str] = &["Microsoft.App/managedEnvironments/join/action"];
/// What it may do to the app's identity.
const IDENTITY: &[&str] = &["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"];

/// `AcrPush`: pull and push, and no other right at the registry.
const ACR_PUSH: Role<'static> = Role {
    name: "AcrPush",
    id: "8311e382-0749-4cb8-b61a-304f252e45ec",
};

/// Where a deploy identity works.
pub(super) struct Places {
    pub(super) app: Meta,
    pub(super) environment: Meta,
    pub(super) identity: Meta,
    pub(super) registry: Meta,
}

impl Site<'_> {
    /// The rights of a deploy identity, and none beside. The keys of the steps that give them.
    pub(super) fn deploy_rights(
        &mut self,
        group: &Group,
        key: &str,
        deploy: &Key,
        places: &Places,
    ) -> Vec<Key> {
        let mut given = vec![self.right(
            group,
            &places.registry,
            deploy,
            ACR_PUSH,
            None,
            "pushes the app's image",
        )];
        let rights: [(&str, &[&str], &Meta, &str); 3] = [
            ("app", APP, &places.app, "updates its own app and no other"),
            (
                "environment",
                ENVIRONMENT,
                &places.environment,
                "without it Azure refuses the app's update",
            ),
            (
                "identity",
                IDENTITY,
                &places.identity,
                "without it Azure refuses the update of an app that has this identity",
            ),
        ];
        for (what, actions, at, why) in rights {
            let name = format!(
                "{}-{key}-{}-deploy-{what}",
                self.manifest.environment.prefix,
                self.environment()
            );
            let id = self.manifest.derived_id(&["role", &name]).to_string();
            let definition = self.role_definition(group, &name, &id, actions);
            let role = Role {
                name: &name,
                id: &id,
            };
            given.push(self.right(group, at, deploy, role, Some(&definition), why));
            given.push(definition);
        }
        given
    }

    fn right(
        &mut self,
        group: &Group,
        at: &Meta,
        deploy: &Key,
        role: Role<'_>,
        after: Option<&Key>,
        why: &str,
    ) -> Key {
        // What is given belongs to delivery, wherever it is given.
        let mut at = at.clone();
        at.stage = group.stage;
        let principal: Output<String> = deploy.output("principalId");
        let scope = arm_id(&at.key);
        let step = self.assignment(group, &at, &scope, deploy, &principal, role, why);
        match after {
            Some(definition) => self.add(step.needs(definition)),
            None => self.add(step),
        }
    }

    /// A role of the environment's own, which can be given in one resource group only.
    fn role_definition(&mut self, group: &Group, name: &str, id: &str, actions: &[&str]) -> Key {
        let actions: Vec<String> = actions.iter().map(|action| (*action).to_owned()).collect();
        let (scope, role_name) = (group.id.clone(), name.to_owned());
        let kind = "Microsoft.Authorization/roleDefinitions";
        let meta = Meta::new(
            format!("{}/{kind}/{name}", group.stage.id),
            group.stage,
            group.account.tenant.key.clone(),
            kind,
            id,
        )
        .why("exactly what a deployment needs: no role of Azure's is as small")
        .owner(OwnedBy::DerivedId);
        let step =
            self.step::<RoleDefinition, _>(meta, &group.account.tenant, &group.id, move |inputs| {
                Ok(Resource::<RoleDefinition>::new(RoleDefinitionProperties {
                    role_name: Some(role_name.clone()),
                    description: Some(
                        "Part of what GitHub may do when it deploys; made by the rollout"
                            .to_owned(),
                    ),
                    permissions: Some(vec![Permission {
                        actions: Some(actions.clone()),
                        not_actions: Some(Vec::new()),
                        data_actions: Some(Vec::new()),
                        not_data_actions: Some(Vec::new()),
                        ..Permission::default()
                    }]),
                    assignable_scopes: Some(vec![inputs.text(&scope)?]),
                    ..RoleDefinitionProperties::default()
                }))
            });
        self.add(step.shown_as(name))
    }
}
