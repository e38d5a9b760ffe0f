//! Who may do what in Azure: role assignments, whose ids are derived from the environment.

use rhc_arm::Resource;
use rhc_arm::types::authorization::{PrincipalType, RoleAssignment, RoleAssignmentProperties};

use crate::engine::{Key, Meta, Output, OwnedBy};
use crate::steps::arm_resource::{ArmStep, arm_id};
use crate::steps::site::{Group, Site};

/// A role by name and id, Azure's or the environment's own.
#[derive(Clone, Copy, Debug)]
pub(in crate::steps) struct Role<'a> {
    pub(in crate::steps) name: &'a str,
    pub(in crate::steps) id: &'a str,
}

/// A built-in role: its id is the same everywhere.
///
/// Source: [built-in roles](https://learn.microsoft.com/azure/role-based-access-control/built-in-roles).
pub(super) type BuiltInRole = Role<'static>;

/// Reads secrets of a vault, and nothing else.
const KEY_VAULT_SECRETS_USER: BuiltInRole = BuiltInRole {
    name: "Key Vault Secrets User",
    id: "4633458b-17de-408a-b874-0445c86b69e6",
};

/// Sends telemetry, and reads none.
const MONITORING_METRICS_PUBLISHER: BuiltInRole = BuiltInRole {
    name: "Monitoring Metrics Publisher",
    id: "3913510d-42f4-4e42-8a64-420c390055eb",
};

/// Signs with a key, and cannot take it away.
const KEY_VAULT_CRYPTO_USER: BuiltInRole = BuiltInRole {
    name: "Key Vault Crypto User",
    id: "12338af0-0e69-4776-bea7-57ae8d297424",
};

/// Sees what there is, and no secret.
const KEY_VAULT_READER: BuiltInRole = BuiltInRole {
    name: "Key Vault Reader",
    id: "21090545-7ca7-4776-b22c-e363652d74d2",
};

impl Site<'_> {
    /// At this one key and certificate, and at no other of the vault.
    pub(super) fn may_sign(
        &mut self,
        group: &Group,
        identity: &Key,
        vault: &Meta,
        certificate: &Key,
    ) {
        let principal = identity.output("principalId");
        for (scope, role, why) in [
            (
                "signingKeyId",
                KEY_VAULT_CRYPTO_USER,
                "the app lets the vault sign with its certificate's key, and with no other",
            ),
            (
                "signingCertificateId",
                KEY_VAULT_READER,
                "the app sees which version of its certificate is the latest",
            ),
        ] {
            let scope = vault.key.output(scope);
            let step = self.assignment(group, vault, &scope, identity, &principal, role, why);
            self.add(step.needs(certificate));
        }
    }

    pub(super) fn may_send_telemetry(&mut self, group: &Group, identity: &Key, insights: &Meta) {
        let principal = identity.output("principalId");
        self.assign(
            group,
            insights,
            &arm_id(&insights.key),
            identity,
            &principal,
            MONITORING_METRICS_PUBLISHER,
            "the app sends its telemetry as itself: the key of Application Insights is of no use",
        );
    }

    pub(super) fn may_read_secrets(&mut self, group: &Group, identity: &Key, vault: &Meta) {
        let principal = identity.output("principalId");
        self.assign(
            group,
            vault,
            &arm_id(&vault.key),
            identity,
            &principal,
            KEY_VAULT_SECRETS_USER,
            "the app reads its secrets from the vault, and can change none",
        );
    }

    /// Gives an identity one of Azure's roles at a resource.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is a different part of one sentence: who gets which role where, and why"
    )]
    pub(super) fn assign(
        &mut self,
        group: &Group,
        at: &Meta,
        scope: &Output<String>,
        who: &Key,
        principal: &Output<String>,
        role: BuiltInRole,
        why: &str,
    ) -> Key {
        let step = self.assignment(group, at, scope, who, principal, role, why);
        self.add(step)
    }

    /// The same, for a step that has more to wait for: a role that is the environment's own must be made first.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is a different part of one sentence: who gets which role where, and why"
    )]
    pub(in crate::steps) fn assignment(
        &self,
        group: &Group,
        at: &Meta,
        scope: &Output<String>,
        who: &Key,
        principal: &Output<String>,
        role: Role<'_>,
        why: &str,
    ) -> ArmStep<RoleAssignment> {
        let name = self
            .manifest
            .derived_id(&[at.key.as_str(), who.as_str(), role.id])
            .to_string();
        let (subscription, principal) = (group.account.id.clone(), principal.clone());
        let role_id = role.id.to_owned();
        let meta = Meta::new(
            at.key.child(format!(
                "roleAssignments/{}/{}",
                role.name,
                who.as_str().rsplit('/').next().unwrap_or_default()
            )),
            at.stage,
            group.account.tenant.key.clone(),
            "Microsoft.Authorization/roleAssignments",
            name,
        )
        .why(why)
        .owner(OwnedBy::DerivedId);
        let step =
            self.step::<RoleAssignment, _>(meta, &group.account.tenant, scope, move |inputs| {
                let mut properties = RoleAssignmentProperties {
                    principal_id: Some(inputs.text(&principal)?),
                    // Said, so that the service does not look the principal up in a directory that may not know it yet.
                    principal_type: Some(PrincipalType::ServicePrincipal),
                    ..RoleAssignmentProperties::default()
                };
                let subscription = inputs.text(&subscription)?;
                let definition = format!(
                    "{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
                );
                properties
                    .rest
                    .insert("roleDefinitionId".to_owned(), definition.into());
                Ok(Resource::<RoleAssignment>::new(properties))
            });
        let shown = format!(
            "{}: {}",
            who.as_str().rsplit('/').next().unwrap_or_default(),
            role.name
        );
        step.shown_as(shown).rules(|rules| {
            rules
                .immutable("properties.principalId")
                .immutable("properties.roleDefinitionId")
        })
    }
}
