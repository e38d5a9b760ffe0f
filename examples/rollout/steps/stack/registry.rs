//! The container registry that an app brings along, and who pulls from it.

use rhc_arm::types::container_registry::{
    Registry, RegistryPolicies, RegistryProperties, RegistryStatus,
};
use rhc_arm::{Resource, Sku};

use super::access::BuiltInRole;
use crate::engine::{Key, Meta, Output, Outputs};
use crate::manifest::Registry as File;
use crate::steps::arm_resource::arm_id;
use crate::steps::monitoring::Logs;
use crate::steps::site::{Group, Site};

/// Pulls images, and does nothing else.
const ACR_PULL: BuiltInRole = BuiltInRole {
    name: "AcrPull",
    id: "7f951dda-4ed3-4680-a7ca-43fe172d538d",
};

/// A registry as the apps know that pull from it.
#[derive(Clone, Debug)]
pub(in crate::steps) struct Images {
    pub(in crate::steps) group: Group,
    pub(in crate::steps) registry: Meta,
}

impl Images {
    /// The host name that images begin with.
    pub(super) fn server(&self) -> Output<String> {
        self.registry.key.output("loginServer")
    }
}

impl Site<'_> {
    pub(super) fn registry(&mut self, group: &Group, file: &File, workspace: &Key) -> Images {
        let (location, place, tier) = (self.location(), group.clone(), file.sku.as_str());
        let step = self.resource::<Registry, _>(
            group,
            &file.name,
            "holds the apps' images; who pulls or pushes has a role, and nobody a password",
            move |_| {
                let properties = RegistryProperties {
                    admin_user_enabled: Some(false),
                    anonymous_pull_enabled: Some(false),
                    // GitHub's own runners push, from addresses that nobody can name beforehand.
                    public_network_access: Some("Enabled".to_owned()),
                    // `AcrPull` and `AcrPush` count in this mode only.
                    role_assignment_mode: Some("LegacyRegistryPermissions".to_owned()),
                    policies: Some(RegistryPolicies {
                        // Container Apps pulls with such a token, and not at all without.
                        azure_ad_authentication_as_arm_policy: Some(RegistryStatus {
                            status: Some("enabled".to_owned()),
                            ..RegistryStatus::default()
                        }),
                        ..RegistryPolicies::default()
                    }),
                    ..RegistryProperties::default()
                };
                Ok(Resource::<Registry> {
                    sku: Some(Sku {
                        name: Some(tier.to_owned()),
                        ..Sku::default()
                    }),
                    ..place.place::<Registry>(&location, properties)
                })
            },
        );
        let step = step
            .rules(|rules| {
                [
                    "sku.name",
                    "properties.publicNetworkAccess",
                    "properties.roleAssignmentMode",
                    "properties.policies.azureADAuthenticationAsArmPolicy.status",
                ]
                .iter()
                .fold(rules, |rules, path| rules.ignore_case(path))
            })
            .outputs(|made: &Resource<Registry>| {
                Outputs::new().with("loginServer", made.properties.login_server.clone())
            });
        let registry = self.add_whole(step);
        let tenant = group.account.tenant.clone();
        self.diagnostics(
            &registry,
            &tenant,
            &arm_id(&registry.key),
            workspace,
            Logs::Group("allLogs"),
            "records who signed in to the registry, and what was pushed and pulled",
        );
        Images {
            group: group.clone(),
            registry,
        }
    }

    /// Lets an app's identity pull, wherever the registry stands.
    pub(super) fn may_pull(&mut self, identity: &Key, images: &Images) -> Key {
        let principal = identity.output("principalId");
        self.assign(
            &images.group,
            &images.registry,
            &arm_id(&images.registry.key),
            identity,
            &principal,
            ACR_PULL,
            "the app pulls its image as itself, and can push none",
        )
    }
}
