//! What is wrong with delivery, and which check says so.

use serde_json::json;

use crate::beyond::{Case, How, STRANGER, case};
use crate::edit::{add_resource, repository, resource};

const DEPLOY: &str = "/userassignedidentities/hp225qa-deploy-id";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(
            "the deploy identity trusts another repository too",
            "control-plane/deploy-trust/hp225qa-deploy-id",
            How::State(|state| {
                let identity = resource(state, DEPLOY)["id"].as_str().unwrap().to_owned();
                let kind =
                    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";
                add_resource(
                    state,
                    json!({
                        "id": format!("{identity}/federatedIdentityCredentials/helper"),
                        "name": "helper",
                        "type": kind,
                        "properties": {
                            "issuer": "https://token.actions.githubusercontent.com",
                            "subject": "repo:somebody/else:environment:qa",
                            "audiences": ["api://AzureADTokenExchange"],
                        },
                    }),
                );
            }),
        ),
        case(
            "the deploy identity may read the whole subscription",
            "control-plane/rights/hp225qa-deploy-id",
            How::State(|state| {
                let identity = resource(state, DEPLOY);
                let principal = identity["properties"]["principalId"].clone();
                let id = identity["id"].as_str().unwrap().to_owned();
                let scope = id.split('/').take(3).collect::<Vec<_>>().join("/");
                let provider = format!("{scope}/providers/Microsoft.Authorization");
                let reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
                add_resource(
                    state,
                    json!({
                        "id": format!("{provider}/roleAssignments/{STRANGER}"),
                        "name": STRANGER,
                        "type": "Microsoft.Authorization/roleAssignments",
                        "properties": {
                            "roleDefinitionId": format!("{provider}/roleDefinitions/{reader}"),
                            "principalId": principal,
                            "principalType": "ServicePrincipal",
                            "scope": scope,
                        },
                    }),
                );
            }),
        ),
        case(
            "the last push was not deployed",
            "control-plane/deploys/hp2",
            How::State(|state| {
                let runs = &mut repository(state, "vokworks-ronk/hp225")["runs"];
                let run = |id: u64, conclusion: &str| {
                    json!({
                        "id": id,
                        "path": ".github/workflows/deploy-qa.yml",
                        "branch": "qa",
                        "sha": "0".repeat(40),
                        "created": "2026-11-22T00:00:00Z",
                        "status": "completed",
                        "conclusion": conclusion,
                        "log": [],
                    })
                };
                *runs = json!([run(1, "success"), run(2, "failure")]);
            }),
        ),
    ]
}
