//! From repository to container app.

use serde_json::json;

use super::{
    Break,
    Shown::{Create, Person, Update, Upheaval},
    one,
};
use crate::edit::{delete_of, repository, resource, resource_with};

const REPOSITORY: &str = "vokworks-ronk/hp225";
const DEPLOY: &str = "/userassignedidentities/hp225qa-deploy-id";
const FILE: &str = ".github/workflows/deploy-qa.yml";

pub(super) fn delivery() -> Vec<Break> {
    vec![
        one(
            "a tag of the deploy identity was edited",
            "delivery/Microsoft.ManagedIdentity/userAssignedIdentities/hp225qa-deploy-id",
            Update(&["tags.rhc-app"]),
            |state| resource(state, DEPLOY)["tags"]["rhc-app"] = json!("mine"),
        ),
        one(
            "the deploy identity trusts another repository",
            "delivery/Microsoft.ManagedIdentity/userAssignedIdentities/hp225qa-deploy-id/federatedIdentityCredentials/github-qa",
            Update(&["properties.subject"]),
            |state| {
                let trust = resource(
                    state,
                    "hp225qa-deploy-id/federatedidentitycredentials/github-qa",
                );
                trust["properties"]["subject"] = json!("repo:somebody/hp225:environment:qa");
            },
        ),
        one(
            "a role for deployments was widened",
            "delivery/Microsoft.Authorization/roleDefinitions/rhc-hp2-qa-deploy-app",
            Update(&["properties.permissions[0].actions"]),
            |state| {
                let kind = "Microsoft.Authorization/roleDefinitions";
                let role = resource_with(state, kind, "rhc-hp2-qa-deploy-app");
                role["properties"]["permissions"][0]["actions"] = json!(["*"]);
            },
        ),
        one(
            "the right to update the app was taken away",
            "hp2/Microsoft.App/containerApps/hp225qa-app/roleAssignments/rhc-hp2-qa-deploy-app/hp225qa-deploy-id",
            Create,
            |state| {
                let kind = "Microsoft.Authorization/roleAssignments";
                delete_of(state, "/containerapps/hp225qa-app/", kind);
            },
        ),
        one(
            "the repository was archived",
            "delivery/repositories/vokworks-ronk/hp225",
            Upheaval,
            |state| {
                repository(state, REPOSITORY)["archived"] = json!(true);
            },
        ),
        one(
            "the branch was deleted",
            "delivery/repositories/vokworks-ronk/hp225/branches/qa",
            Person,
            |state| {
                let branches = repository(state, REPOSITORY)["branches"].as_object_mut();
                branches.unwrap().remove("qa");
            },
        ),
        one(
            "another branch was let into the environment",
            "delivery/repositories/vokworks-ronk/hp225/environments/qa",
            Update(&["branches"]),
            |state| {
                let environment = &mut repository(state, REPOSITORY)["environments"]["qa"];
                let branches = environment["branches"].as_array_mut().unwrap();
                branches.push(json!({"id": 4711, "name": "dev"}));
            },
        ),
        one(
            "a variable names another app",
            "delivery/repositories/vokworks-ronk/hp225/environments/qa/variables/CONTAINER_APP",
            Update(&["value"]),
            |state| {
                let environment = &mut repository(state, REPOSITORY)["environments"]["qa"];
                environment["variables"]["CONTAINER_APP"] = json!("hp225dev-app");
            },
        ),
        one(
            "the workflow was edited",
            "delivery/repositories/vokworks-ronk/hp225/workflows/deploy-qa.yml",
            Update(&["sha256"]),
            |state| {
                let text = &mut repository(state, REPOSITORY)["branches"]["qa"]["files"][FILE];
                *text = json!(text.as_str().unwrap().replace("push: true", "push: false"));
            },
        ),
    ]
}
