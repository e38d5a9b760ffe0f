//! What the user flows of a tenant can be made of.

use crate::{HOBBY, customers, fixtures, with_scopes};
use rhc_core::testing::refusal;
use rhc_external_id::{FlowAttribute, IdentityProvider, IdentityProviders, UserAttributes};
use rhc_graph::{GraphClient, GraphClientOptions};

/// A test, its fixture, and the call: what succeeds, or is refused by its own rules.
macro_rules! tenant {
    ($live:expr; $($test:ident: $name:literal => |$graph:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $test() {
            let value = fixtures()
                .run($name, $live, |connection| async move {
                    let options = GraphClientOptions {
                        client: connection.options,
                        ..GraphClientOptions::default()
                    };
                    let $graph = GraphClient::new(connection.credential, Some(options))?;
                    $call
                })
                .await;
            crate::pin($name, value);
        })*
    };
}

fn google() -> IdentityProvider {
    IdentityProvider::social("Google", "rhc-hp2-qa", "correct-Horse-7".to_owned().into())
}

fn secret() -> IdentityProvider {
    IdentityProvider {
        odata_type: Some("#microsoft.graph.socialIdentityProvider".into()),
        client_secret: Some("correct-Horse-8".to_owned().into()),
        ..IdentityProvider::default()
    }
}

fn described() -> FlowAttribute {
    FlowAttribute {
        description: Some("Your new hobby".into()),
        ..FlowAttribute::default()
    }
}

tenant! { customers();
    providers_list: "identityProviders.list" => |graph| IdentityProviders::new(graph).list().collect_all().await;
    providers_get: "identityProviders.get" => |graph| IdentityProviders::new(graph).get_opt("Facebook-OAUTH").await;
    providers_missing: "identityProviders.get.missing" => |graph| IdentityProviders::new(graph).get_opt("Google-OAUTH").await;
    providers_create: "identityProviders.create" => |graph| IdentityProviders::new(graph).create(&google()).await;
    providers_update: "identityProviders.update" => |graph| IdentityProviders::new(graph).update("Facebook-OAUTH", &secret()).await;
    providers_delete: "identityProviders.delete" => |graph| IdentityProviders::new(graph).delete("Facebook-OAUTH").await;
    providers_types: "identityProviders.availableProviderTypes" => |graph| IdentityProviders::new(graph).available_types().await;
    attributes_list: "userFlowAttributes.list" => |graph| UserAttributes::new(graph).list().collect_all().await;
    attributes_get: "userFlowAttributes.get" => |graph| UserAttributes::new(graph).get_opt(HOBBY).await;
    attributes_missing: "userFlowAttributes.get.missing" => |graph| UserAttributes::new(graph).get_opt("shoeSize").await;
    attributes_create: "userFlowAttributes.create" => |graph| UserAttributes::new(graph).create(&FlowAttribute::custom("Practice", "Your practice", "string")).await;
    attributes_update: "userFlowAttributes.update" => |graph| UserAttributes::new(graph).update(HOBBY, &described()).await;
    attributes_delete: "userFlowAttributes.delete" => |graph| UserAttributes::new(graph).delete(HOBBY).await;
    providers_create_kind: "identityProviders.create.kind" => |graph| refusal(IdentityProviders::new(graph)
        .create(&IdentityProvider::social("QQ", "rhc-hp2-qa", "correct-Horse-7".to_owned().into())).await);
    providers_update_missing: "identityProviders.update.missing" => |graph| refusal(IdentityProviders::new(graph).update("Google-OAUTH", &secret()).await);
    providers_delete_built_in: "identityProviders.delete.builtIn" => |graph| refusal(IdentityProviders::new(graph).delete("EmailPassword-OAUTH").await);
    attributes_create_taken: "userFlowAttributes.create.taken" => |graph| refusal(UserAttributes::new(graph)
        .create(&FlowAttribute::custom("Hobby", "Another", "string")).await);
    attributes_update_built_in: "userFlowAttributes.update.builtIn" => |graph| refusal(UserAttributes::new(graph).update("city", &described()).await);
    attributes_delete_missing: "userFlowAttributes.delete.missing" => |graph| refusal(UserAttributes::new(graph).delete("shoeSize").await);
}

tenant! { with_scopes(&["User.Read.All"]);
    providers_list_denied: "identityProviders.list.denied" => |graph| refusal(IdentityProviders::new(graph).list().collect_all().await);
    providers_types_denied: "identityProviders.availableProviderTypes.denied" => |graph| refusal(IdentityProviders::new(graph).available_types().await);
    attributes_list_denied: "userFlowAttributes.list.denied" => |graph| refusal(UserAttributes::new(graph).list().collect_all().await);
}
