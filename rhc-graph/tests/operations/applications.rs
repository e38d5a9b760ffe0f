//! Applications, their certificates and federated credentials.

use super::place::{
    APP, APPLICATION, CERTIFICATE, MEMBER, PASSWORD, ROLE, STRANGER, all, app, object,
};
use rhc_graph::{
    Application, FederatedCredential, Filter, KeyCredential, ListQuery, SignInAudience,
};

fn named(name: &str) -> Application {
    Application {
        display_name: Some(name.into()),
        ..Application::default()
    }
}

fn credential() -> FederatedCredential {
    FederatedCredential::github(
        &rhc_graph::Cloud::public(),
        "repo:vokworks-ronk/hp225:environment:qa",
    )
}

operations! {
    applications_get: "applications.get" => |graph| graph.applications().get("rhc-hp2-qa-db").await;
    applications_get_opt: "applications.get_opt" => |graph| graph.applications().get_opt("rhc-nobody").await;
    applications_list: "applications.list" => |graph| graph.applications().list(ListQuery {
        filter: Some(Filter::any("tags", "rhc-environment:qa")), ..all() }.select(["id", "appId", "uniqueName", "tags"])).collect_all().await;
    applications_create: "applications.create" => |graph| graph.applications().create(&Application {
        sign_in_audience: Some(SignInAudience::MultipleTenants), ..named("qa-db-client") }).await;
    applications_upsert: "applications.upsert" => |graph| {
        let made = graph.applications().upsert("rhc-rollout", &named("Rollout")).await?.created();
        let again = graph.applications().upsert("rhc-rollout", &named("Rollout")).await?;
        Ok((made, again.is_created()))
    };
    applications_update: "applications.update" => |graph| graph.applications().update(app(APP), &Application { notes: Some("QA".into()), ..Application::default() }).await;
    applications_delete: "applications.delete" => |graph| graph.applications().delete(object(APPLICATION)).await;
    federated_credentials_list: "federatedCredentials.list" => |graph| graph.applications().federated_credentials(object(APPLICATION)).list().collect_all().await;
    federated_credentials_get: "federatedCredentials.get" => |graph| graph.applications().federated_credentials("rhc-hp2-qa-db").get("app").await;
    federated_credentials_create: "federatedCredentials.create" => |graph| graph.applications().federated_credentials(app(APP)).create(&credential().named("pipeline")).await;
    federated_credentials_upsert: "federatedCredentials.upsert" => |graph| {
        let credentials = graph.applications().federated_credentials("rhc-hp2-qa-db");
        let made = credentials.upsert("pipeline", &credential()).await?.created();
        let again = credentials.upsert("pipeline", &credential()).await?;
        Ok((made, again.is_created()))
    };
    federated_credentials_update: "federatedCredentials.update" => |graph| graph.applications().federated_credentials(object(APPLICATION))
        .update("app", &FederatedCredential { description: Some("changed".into()), ..FederatedCredential::default() }).await;
    federated_credentials_delete: "federatedCredentials.delete" => |graph| graph.applications().federated_credentials(object(APPLICATION)).delete("app").await;
    applications_remove_password: "applications.removePassword" => |graph| graph.applications().remove_password(app(APP), PASSWORD.parse().unwrap()).await;
    key_credentials_get: "applications.keyCredentials.get" => |graph| graph.applications().key_credentials(object(APPLICATION)).get().await;
    key_credentials_replace: "applications.keyCredentials.replace" => |graph| {
        let keys = graph.applications().key_credentials(object(APPLICATION));
        keys.replace(&[KeyCredential::certificate("hp225qa-kv/rhc-hp2-qa-web", CERTIFICATE)]).await?;
        keys.get_opt().await
    };
    owners_list: "applications.owners.list" => |graph| graph.applications().owners(object(APPLICATION)).list(all()).collect_all().await;
    owners_add: "applications.owners.add" => |graph| graph.applications().owners(object(APPLICATION)).add(object(STRANGER)).await;
    owners_remove: "applications.owners.remove" => |graph| graph.applications().owners(object(APPLICATION)).remove(object(MEMBER)).await;
    count: "applications.count" => |graph| graph.applications().count(&ListQuery::filter(Filter::starts_with("displayName", "H"))).await;
}

refusals! {
    get_missing: "applications.get.missing" => |graph| graph.applications().get("rhc-nobody").await;
    list_unknown: "applications.list.unknownProperty" => |graph| graph.applications().list(ListQuery::filter(Filter::eq("colour", "red"))).collect_all().await;
    upsert_deleted: "applications.upsert.deleted" => |graph| graph.applications().upsert("rhc-old", &named("Old")).await;
    update_missing: "applications.update.missing" => |graph| graph.applications().update("rhc-nobody", &named("Nobody")).await;
    delete_missing: "applications.delete.missing" => |graph| graph.applications().delete("rhc-nobody").await;
    remove_password_unknown: "applications.removePassword.unknown" => |graph| graph.applications().remove_password(app(APP), ROLE.parse().unwrap()).await;
    key_credentials_get_missing: "applications.keyCredentials.get.missing" => |graph| graph.applications().key_credentials("rhc-nobody").get().await;
    key_credentials_invalid: "applications.keyCredentials.replace.invalid" => |graph| graph.applications().key_credentials(object(APPLICATION))
        .replace(&[KeyCredential::certificate("no certificate", "AAAA")]).await;
    federated_list_missing: "federatedCredentials.list.missing" => |graph| graph.applications().federated_credentials("rhc-nobody").list().collect_all().await;
    federated_get_missing: "federatedCredentials.get.missing" => |graph| graph.applications().federated_credentials("rhc-hp2-qa-db").get("nobody").await;
    federated_create_taken: "federatedCredentials.create.taken" => |graph| graph.applications().federated_credentials(app(APP)).create(&credential().named("app")).await;
    federated_upsert_audiences: "federatedCredentials.upsert.audiences" => |graph| graph.applications().federated_credentials("rhc-hp2-qa-db").upsert("pipeline",
        &FederatedCredential { audiences: Some(vec!["a".into(), "b".into()]), ..credential() }).await;
    federated_update_missing: "federatedCredentials.update.missing" => |graph| graph.applications().federated_credentials(object(APPLICATION))
        .update("nobody", &FederatedCredential { description: Some("changed".into()), ..FederatedCredential::default() }).await;
    federated_delete_missing: "federatedCredentials.delete.missing" => |graph| graph.applications().federated_credentials(object(APPLICATION)).delete("nobody").await;
    owners_list_missing: "applications.owners.list.missing" => |graph| graph.applications().owners(object(STRANGER)).list(all()).collect_all().await;
    owners_add_already: "applications.owners.add.already" => |graph| graph.applications().owners(object(APPLICATION)).add(object(MEMBER)).await;
    owners_remove_missing: "applications.owners.remove.missing" => |graph| graph.applications().owners(object(APPLICATION)).remove(object(STRANGER)).await;
}

denials! {
    create_denied: "applications.create.denied" => |graph| graph.applications().create(&named("qa-db-client")).await;
    count_denied: "applications.count.denied" => |graph| graph.applications().count(&all()).await;
}
