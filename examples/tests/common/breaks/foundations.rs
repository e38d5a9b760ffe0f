//! Subscriptions and tenants.

use serde_json::json;

use super::{
    Break,
    Shown::{Person, Update, Upheaval},
    one,
};
use crate::edit::{DATABASE, HOSTING, id_of, resource, subscription, tenant, tenants};

const RG: &str = "/resourcegroups/rhc-hp2-qa-rg";

pub(super) fn subscriptions() -> Vec<Break> {
    vec![
        one(
            "the billing account is not to be seen any more",
            "subscriptions/billing-scope",
            Person,
            |state| state["sections"]["arm"]["billing"] = json!({}),
        ),
        one(
            "the alias of a subscription was deleted",
            "subscriptions/Microsoft.Subscription/aliases/rhc-b2c-qa-sub",
            Upheaval,
            |state| {
                let aliases = state["sections"]["arm"]["aliases"].as_object_mut().unwrap();
                aliases.retain(|name, _| !name.ends_with("/rhc-b2c-qa-sub"));
            },
        ),
        one(
            "a subscription went back to the tenant that made it",
            "subscriptions/acceptOwnership/rhc-db-core-sub",
            Upheaval,
            |state| {
                let home = tenant(state, HOSTING)["id"].clone();
                subscription(state, "rhc-db-core-sub")["tenantId"] = home;
                for (name, alias) in state["sections"]["arm"]["aliases"].as_object_mut().unwrap() {
                    if name.ends_with("/rhc-db-core-sub") {
                        alias["destination"]["acceptOwnershipState"] = json!("Pending");
                    }
                }
            },
        ),
        one(
            "a provider was unregistered",
            "subscriptions/rhc-b2c-qa-sub/providers/Microsoft.KeyVault",
            Update(&["registrationState"]),
            |state| {
                let subscription = subscription(state, "rhc-b2c-qa-sub");
                subscription["providers"]["Microsoft.KeyVault"] = json!("NotRegistered");
            },
        ),
    ]
}

pub(super) fn tenant_stage() -> Vec<Break> {
    vec![
        one(
            "a tag of a resource group was edited",
            "hp2/Microsoft.Resources/resourceGroups/rhc-hp2-qa-rg",
            Update(&["tags.rhc-cost-center"]),
            |state| resource(state, RG)["tags"]["rhc-cost-center"] = json!("somebody-else"),
        ),
        one(
            "a tag of the tenant's resource was removed",
            "tenants/Microsoft.AzureActiveDirectory/ciamDirectories/rhcqa",
            Update(&["tags.rhc-app"]),
            |state| {
                let tags = resource(state, "/ciamdirectories/rhcqa")["tags"].as_object_mut();
                tags.unwrap().remove("rhc-app");
            },
        ),
        one(
            "the databases' tenant is gone",
            "tenants/rhcdbcore.onmicrosoft.com",
            Upheaval,
            |state| tenants(state).retain(|_, tenant| tenant["initialDomain"] != DATABASE),
        ),
        one(
            "the emergency account lost its role",
            "tenants/rhcdbcore.onmicrosoft.com/native-administrators",
            Person,
            |state| {
                let user = format!("break-glass@{DATABASE}");
                let id = id_of(state, DATABASE, "user", &user);
                let held = tenant(state, DATABASE)["roleAssignments"].as_object_mut();
                held.unwrap()
                    .retain(|_, one| one["principalId"] != id.as_str());
            },
        ),
    ]
}
