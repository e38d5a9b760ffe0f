//! Images and files: the registry, the storage account, and who gets in.

use serde_json::json;

use super::{
    Break,
    Shown::{Create, Update},
    one,
};
use crate::edit::{delete, delete_of, resource, resource_with};

const REGISTRY: &str = "/registries/smx25qaacr";
const STORAGE: &str = "/storageaccounts/smx25qastorage";

pub(super) fn images_and_files() -> Vec<Break> {
    vec![
        one(
            "the registry has a password",
            "smx/Microsoft.ContainerRegistry/registries/smx25qaacr",
            Update(&["properties.adminUserEnabled"]),
            |state| resource(state, REGISTRY)["properties"]["adminUserEnabled"] = json!(true),
        ),
        one(
            "anybody may pull",
            "smx/Microsoft.ContainerRegistry/registries/smx25qaacr",
            Update(&["properties.anonymousPullEnabled"]),
            |state| resource(state, REGISTRY)["properties"]["anonymousPullEnabled"] = json!(true),
        ),
        Break {
            // Nothing runs whose image cannot be pulled.
            seen_too: &["inside/chain/hp2", "inside/chain/smx"],
            ..one(
                "the registry stopped taking the tokens with which the apps pull",
                "smx/Microsoft.ContainerRegistry/registries/smx25qaacr",
                Update(&["properties.policies.azureADAuthenticationAsArmPolicy.status"]),
                |state| {
                    let policies = &mut resource(state, REGISTRY)["properties"]["policies"];
                    policies["azureADAuthenticationAsArmPolicy"]["status"] = json!("disabled");
                },
            )
        },
        one(
            "an app may not pull from the registry of the other",
            "smx/Microsoft.ContainerRegistry/registries/smx25qaacr/roleAssignments/AcrPull/hp225qa-id",
            Create,
            |state| {
                let identity = resource(state, "/userassignedidentities/hp225qa-id");
                let principal = identity["properties"]["principalId"].clone();
                let kind = "Microsoft.Authorization/roleAssignments";
                let of_role = |body: &serde_json::Value| {
                    body["properties"]["principalId"] == principal
                        && body["id"]
                            .as_str()
                            .is_some_and(|id| id.contains("smx25qaacr"))
                };
                let id = state["sections"]["arm"]["resources"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .find(|(_, stored)| stored["body"]["type"] == kind && of_role(&stored["body"]))
                    .map(|(id, _)| id.clone());
                delete(state, &id.unwrap());
            },
        ),
        one(
            "the app pulls as nobody",
            "hp2/Microsoft.App/containerApps/hp225qa-app",
            Update(&["properties.configuration.registries[smx25qaacr.azurecr.io]"]),
            |state| {
                let app = resource(state, "/containerapps/hp225qa-app");
                app["properties"]["configuration"]["registries"] = json!([]);
            },
        ),
        one(
            "the storage account's keys were switched on",
            "smx/Microsoft.Storage/storageAccounts/smx25qastorage",
            Update(&["properties.allowSharedKeyAccess"]),
            |state| resource(state, STORAGE)["properties"]["allowSharedKeyAccess"] = json!(true),
        ),
        one(
            "files can be made public",
            "smx/Microsoft.Storage/storageAccounts/smx25qastorage",
            Update(&["properties.allowBlobPublicAccess"]),
            |state| resource(state, STORAGE)["properties"]["allowBlobPublicAccess"] = json!(true),
        ),
        one(
            "the storage account lets everybody in",
            "smx/Microsoft.Storage/storageAccounts/smx25qastorage",
            Update(&["properties.networkAcls.defaultAction"]),
            |state| {
                resource(state, STORAGE)["properties"]["networkAcls"]["defaultAction"] =
                    json!("Allow");
            },
        ),
        one(
            "another subnet was let into the storage account",
            "smx/Microsoft.Storage/storageAccounts/smx25qastorage",
            Update(&["properties.networkAcls.virtualNetworkRules[endpoints]"]),
            |state| {
                let other = resource(state, "/subnets/endpoints")["id"].clone();
                let acls = &mut resource(state, STORAGE)["properties"]["networkAcls"];
                let rules = acls["virtualNetworkRules"].as_array_mut().unwrap();
                rules.push(json!({"id": other, "action": "Allow", "state": "Succeeded"}));
            },
        ),
        one(
            "what is deleted is gone at once",
            "smx/Microsoft.Storage/storageAccounts/smx25qastorage/blobServices/default",
            Update(&["properties.deleteRetentionPolicy.enabled"]),
            |state| {
                let blobs = resource(state, "/smx25qastorage/blobservices/default");
                blobs["properties"]["deleteRetentionPolicy"]["enabled"] = json!(false);
            },
        ),
        Break {
            seen_too: &["control-plane/audit/rhc-b2c-qa-sub"],
            ..one(
                "nobody records who reads the files",
                "smx/Microsoft.Storage/storageAccounts/smx25qastorage/blobServices/default/diagnosticSettings/rhc-audit",
                Create,
                |state| {
                    delete(
                        state,
                        "/blobservices/default/providers/microsoft.insights/diagnosticsettings/rhc-audit",
                    );
                },
            )
        },
        Break {
            seen_too: &["control-plane/audit/rhc-b2c-qa-sub"],
            ..one(
                "nobody records who uses the queues that no app uses",
                "smx/Microsoft.Storage/storageAccounts/smx25qastorage/queueServices/default/diagnosticSettings/rhc-audit",
                Create,
                |state| {
                    delete(
                        state,
                        "/queueservices/default/providers/microsoft.insights/diagnosticsettings/rhc-audit",
                    );
                },
            )
        },
        one(
            "the app may not send mail any more",
            "smx/Microsoft.Communication/communicationServices/smx25qa-comms/roleAssignments/Communication and Email Service Owner/smx25qa-id",
            Create,
            |state| {
                delete_of(
                    state,
                    "/smx25qa-comms/",
                    "Microsoft.Authorization/roleAssignments",
                );
            },
        ),
        one(
            "the app lost its way into its files",
            "smx/Microsoft.Storage/storageAccounts/smx25qastorage/roleAssignments/Storage Blob Data Contributor/smx25qa-id",
            Create,
            |state| delete_of(state, STORAGE, "Microsoft.Authorization/roleAssignments"),
        ),
        one(
            "the mail domain was taken from the sender of the second app",
            "smx/Microsoft.Communication/communicationServices/smx25qa-comms",
            Update(&["properties.linkedDomains"]),
            |state| {
                let kind = "Microsoft.Communication/communicationServices";
                resource_with(state, kind, "smx25qa-comms")["properties"]["linkedDomains"] =
                    json!([]);
            },
        ),
    ]
}
