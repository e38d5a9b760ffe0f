//! A tenant is made, changed and deleted.

use std::time::Duration;

use rhc_core::fake::{ObjectKind, Read, TenantKind};
use rhc_external_id::fake::EXTENSIONS_APP;
use serde_json::json;

use super::support::{Stage, group, said, subscription, wanted};

#[tokio::test(start_paused = true)]
async fn a_tenant_is_born_with_its_creator_and_what_it_comes_with() {
    let stage = Stage::new();
    let directories = stage.directories().in_scope(group());
    let begun = tokio::time::Instant::now();
    let operation = directories.begin_put("rhcqa", &wanted()).await.unwrap();

    let early = directories.get("rhcqa").await.unwrap();
    assert_eq!(early.name.as_deref(), Some("rhcqa.onmicrosoft.com"));
    assert_eq!(early.properties.made_tenant_id(), None);
    assert_eq!(early.properties.domain_name, None);
    assert!(
        stage
            .world
            .with(|state| state.directory().tenant("rhcqa.onmicrosoft.com").is_none())
    );

    let made = operation.await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(720));
    assert_eq!(made.name.as_deref(), Some("rhcqa"));
    assert_eq!(
        made.properties.domain_name.as_deref(),
        Some("rhcqa.onmicrosoft.com")
    );
    let id = *made.properties.made_tenant_id().unwrap().as_uuid();

    stage.world.with(|state| {
        let directory = state.directory_ref();
        let tenant = directory.tenant("rhcqa.onmicrosoft.com").unwrap();
        assert_eq!(tenant.id, id);
        assert_eq!(tenant.kind, TenantKind::ExternalId);
        assert_eq!(
            (tenant.display_name.as_str(), tenant.country.as_str()),
            ("rhc-b2c-qa", "US")
        );
        let creator = directory.operator(id).unwrap();
        let name = directory.object(id, creator, Read::List).unwrap();
        assert_eq!(
            name.text("userPrincipalName"),
            Some("admin_backoffice.onmicrosoft.com#EXT#@rhcqa.onmicrosoft.com")
        );
        let applications = directory.objects(id, ObjectKind::Application, Read::List);
        assert_eq!(applications.len(), 1);
        assert!(
            applications[0]
                .text("displayName")
                .unwrap()
                .starts_with(EXTENSIONS_APP)
        );
        let principals = directory.objects(id, ObjectKind::ServicePrincipal, Read::List);
        assert!(
            principals
                .iter()
                .any(|own| own.text("displayName") == Some("Microsoft Graph"))
        );
    });
}

#[tokio::test(start_paused = true)]
async fn the_name_is_available_until_it_is_asked_for() {
    let stage = Stage::new();
    let directories = stage.directories();
    let check = async || {
        directories
            .check_name(&subscription(), "rhcqa", "US")
            .await
            .unwrap()
    };
    let free = check().await;
    assert_eq!((free.name_available, free.reason), (Some(true), None));
    let operation = directories
        .in_scope(group())
        .begin_put("rhcqa", &wanted())
        .await
        .unwrap();
    let taken = check().await;
    assert_eq!(
        (taken.name_available, taken.reason.as_deref()),
        (Some(false), Some("AlreadyExists"))
    );
    operation.await.unwrap();
    assert_eq!(check().await.name_available, Some(false));
}

#[tokio::test(start_paused = true)]
async fn putting_it_again_changes_no_tenant() {
    let stage = Stage::new();
    let directories = stage.directories().in_scope(group());
    let made = directories.put("rhcqa", &wanted()).await.unwrap();
    let mut changed = made.clone();
    changed.tags.insert("rhc-app".into(), "shared".into());
    let again = directories.put("rhcqa", &changed).await.unwrap();
    assert_eq!(again.properties.tenant_id, made.properties.tenant_id);
    assert_eq!(again.tags["rhc-app"], "shared");
    assert_eq!(
        stage
            .world
            .with(|state| state.directory().tenants().count()),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn patch_changes_sku_and_tags() {
    let stage = Stage::new();
    let directories = stage.directories().in_scope(group());
    directories.put("rhcqa", &wanted()).await.unwrap();
    let change = json!({ "sku": { "name": "PremiumP1" }, "tags": { "key": "value" } });
    let changed = directories.update("rhcqa", &change).await.unwrap();
    assert_eq!(changed.sku.unwrap().name.as_deref(), Some("PremiumP1"));
    assert_eq!(changed.tags["key"], "value");

    let change = json!({ "properties": { "createTenantProperties": { "countryCode": "DE" } } });
    let error = directories.update("rhcqa", &change).await.unwrap_err();
    assert_eq!(said(&error), (400, "BadRequest"));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_is_deleted_when_it_is_empty_and_its_name_stays_taken() {
    let stage = Stage::new();
    let directories = stage.directories().in_scope(group());
    let made = directories.put("rhcqa", &wanted()).await.unwrap();
    let id = *made.properties.made_tenant_id().unwrap().as_uuid();

    let error = directories.delete("rhcqa").await.unwrap_err();
    assert_eq!(said(&error), (400, "BadRequest"));
    assert!(error.message().contains("1 applications"), "{error}");

    stage.world.with(|state| {
        let directory = state.directory();
        let application = directory.objects(id, ObjectKind::Application, Read::Authoritative)[0].id;
        directory.delete(id, application).unwrap();
        directory.add_administrator(id, "second").unwrap();
    });
    let error = directories.delete("rhcqa").await.unwrap_err();
    assert!(error.message().contains("2 users"), "{error}");

    stage.world.with(|state| {
        let directory = state.directory();
        let native = directory.find(
            id,
            ObjectKind::User,
            "userPrincipalName",
            "second@rhcqa.onmicrosoft.com",
            Read::Authoritative,
        )[0]
        .id;
        directory.delete(id, native).unwrap();
    });
    directories.delete("rhcqa").await.unwrap();
    assert!(
        stage
            .world
            .with(|state| state.directory().tenant_by_id(id).is_none())
    );
    assert!(directories.get_opt("rhcqa").await.unwrap().is_none());
    let error = directories.put("rhcqa", &wanted()).await.unwrap_err();
    assert_eq!(said(&error), (409, "NameAlreadyExists"));
}

#[tokio::test(start_paused = true)]
async fn a_group_that_goes_takes_the_resource_and_leaves_the_tenant() {
    let stage = Stage::new();
    let directories = stage.directories().in_scope(group());
    directories.put("rhcqa", &wanted()).await.unwrap();
    stage
        .arm()
        .resources::<rhc_arm::types::resources::ResourceGroup>(
            rhc_arm::ResourceId::of_subscription(&subscription()),
        )
        .delete(super::support::GROUP)
        .await
        .unwrap();
    assert!(
        stage
            .world
            .with(|state| state.directory().tenant("rhcqa.onmicrosoft.com").is_some())
    );
}

#[tokio::test(start_paused = true)]
async fn a_birth_survives_the_state_file() {
    let stage = Stage::new();
    let operation = stage
        .directories()
        .in_scope(group())
        .begin_put("rhcqa", &wanted())
        .await
        .unwrap();
    let id = operation.id().clone();
    let saved = stage.world.to_json().unwrap().to_string();

    let world = rhc_core::fake::World::from_json(&saved, Default::default()).unwrap();
    rhc_arm::fake::mount(&world);
    rhc_external_id::fake::mount(&world);
    world.check().unwrap();
    let later = Stage {
        world,
        tenant: stage.tenant,
    };
    let made: rhc_arm::Resource<rhc_external_id::CiamDirectory> =
        later.arm().resume(&id).unwrap().await.unwrap();
    assert!(made.properties.made_tenant_id().is_some());
}
