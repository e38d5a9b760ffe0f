//! The directory: what readers see when, deletion, tenants.

use std::time::Duration;

use rhc_core::fake::directory::{
    Directory, DirectoryError, GLOBAL_ADMINISTRATOR, MICROSOFT_GRAPH, MICROSOFT_TENANT, NewTenant,
    ObjectKind, Read, TenantKind,
};
use rhc_core::fake::{World, WorldOptions};
use serde_json::json;
use uuid::Uuid;

use super::support::{external_tenant, object, tenant};

const GROUP: Uuid = Uuid::from_u128(77);

fn with_group() -> (World, Uuid) {
    let world = World::new(WorldOptions::default());
    let home = tenant(&world, "contoso");
    let body = object(json!({ "displayName": "before" }));
    world
        .with(|state| {
            state
                .directory()
                .insert(home, ObjectKind::Group, GROUP, body)
        })
        .unwrap();
    (world, home)
}

/// The display name that each kind of reader sees: point, list, authoritative.
fn names(world: &World, home: Uuid) -> [Option<String>; 3] {
    [Read::Point, Read::List, Read::Authoritative].map(|read| {
        world.with(|state| {
            let view = state.directory().object(home, GROUP, read)?;
            view.text("displayName").map(str::to_owned)
        })
    })
}

fn seen(names: [Option<&str>; 3]) -> [Option<String>; 3] {
    names.map(|name| name.map(str::to_owned))
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_new_object_is_seen_by_point_reads_first_and_by_lists_later() {
    let (world, home) = with_group();
    assert_eq!(names(&world, home), seen([None, None, Some("before")]));
    pass(5).await;
    assert_eq!(
        names(&world, home),
        seen([Some("before"), None, Some("before")])
    );
    pass(15).await;
    assert_eq!(names(&world, home), seen([Some("before"); 3]));
}

fn rename(world: &World, home: Uuid, name: &str) {
    world
        .with(|state| {
            state.directory().update(home, GROUP, |body| {
                body.insert("displayName".into(), json!(name))
            })
        })
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_change_shows_the_previous_body_until_it_is_replicated() {
    let (world, home) = with_group();
    pass(60).await;
    rename(&world, home, "after");
    let old = Some("before");
    let new = Some("after");
    assert_eq!(names(&world, home), seen([old, old, new]));
    pass(4).await;
    rename(&world, home, "last");
    let last = Some("last");
    assert_eq!(names(&world, home), seen([old, old, last]));
    pass(5).await;
    assert_eq!(names(&world, home), seen([last, old, last]));
    pass(15).await;
    assert_eq!(names(&world, home), seen([last, last, last]));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_changes_nothing_lags_behind_nothing() {
    let (world, home) = with_group();
    pass(60).await;
    rename(&world, home, "before");
    let previous = world.with(|state| {
        let view = state.directory().object(home, GROUP, Read::Authoritative);
        view.unwrap().object.previous.is_some()
    });
    assert!(!previous);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_object_lingers_for_readers_and_can_be_restored_for_thirty_days() {
    let (world, home) = with_group();
    pass(60).await;
    world
        .with(|state| state.directory().delete(home, GROUP))
        .unwrap();
    let name = Some("before");
    assert_eq!(names(&world, home), seen([name, name, None]));
    pass(5).await;
    assert_eq!(names(&world, home), seen([None, name, None]));
    pass(15).await;
    assert_eq!(names(&world, home), seen([None; 3]));

    let deleted = |directory: &mut Directory| directory.deleted(home, ObjectKind::Group).len();
    assert_eq!(world.with(|state| deleted(state.directory())), 1);
    let again = world.with(|state| state.directory().delete(home, GROUP));
    assert_eq!(again, Err(DirectoryError::UnknownObject(GROUP)));

    pass(29 * 24 * 3600).await;
    world
        .with(|state| state.directory().restore(home, GROUP))
        .unwrap();
    pass(20).await;
    assert_eq!(names(&world, home), seen([name; 3]));

    world
        .with(|state| state.directory().delete(home, GROUP))
        .unwrap();
    pass(30 * 24 * 3600).await;
    assert_eq!(world.with(|state| deleted(state.directory())), 0);
    let late = world.with(|state| state.directory().restore(home, GROUP));
    assert_eq!(late, Err(DirectoryError::UnknownObject(GROUP)));
}

#[tokio::test(start_paused = true)]
async fn a_purged_object_leaves_no_trace() {
    let (world, home) = with_group();
    let user = world
        .with(|state| {
            let directory = state.directory();
            let user = directory.add_administrator(home, "second")?;
            directory.link(home, GROUP, "members", user)?;
            assert_eq!(
                directory
                    .groups_of(home, user)
                    .into_iter()
                    .collect::<Vec<_>>(),
                [GROUP]
            );
            directory.purge(home, user)?;
            Ok::<_, DirectoryError>(user)
        })
        .unwrap();
    world.with(|state| {
        let directory = state.directory();
        let tenant = directory.tenant_by_id(home).unwrap();
        assert!(!tenant.has_role(user, GLOBAL_ADMINISTRATOR));
        assert!(tenant.objects[&GROUP].links["members"].is_empty());
        assert!(!directory.principal_exists(home, user));
    });
}

#[tokio::test(start_paused = true)]
async fn membership_reaches_through_groups_and_round_circles() {
    let (world, home) = with_group();
    let outer = Uuid::from_u128(78);
    world
        .with(|state| {
            let directory = state.directory();
            directory.insert(home, ObjectKind::Group, outer, object(json!({})))?;
            let user = directory.operator(home).unwrap();
            assert!(directory.link(home, GROUP, "members", user)?);
            assert!(!directory.link(home, GROUP, "members", user)?);
            directory.link(home, outer, "members", GROUP)?;
            directory.link(home, GROUP, "members", outer)?;
            assert_eq!(directory.groups_of(home, user).len(), 2);
            assert!(directory.unlink(home, GROUP, "members", user)?);
            assert_eq!(directory.groups_of(home, user).len(), 0);
            Ok::<_, DirectoryError>(())
        })
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_principal_is_known_to_other_services_once_replicated() {
    let (world, home) = with_group();
    let known = || world.with(|state| state.directory().principal_exists(home, GROUP));
    assert!(!known());
    pass(5).await;
    assert!(known());
}

#[tokio::test(start_paused = true)]
async fn a_tenant_is_found_by_id_and_by_domain_in_any_case() {
    let world = World::new(WorldOptions::default());
    let id = tenant(&world, "contoso");
    world.with(|state| {
        let directory = state.directory();
        for name in [
            id.to_string().to_uppercase(),
            "Contoso.OnMicrosoft.com".into(),
        ] {
            assert_eq!(directory.tenant(&name).map(|tenant| tenant.id), Some(id));
        }
        assert!(directory.tenant("fabrikam.onmicrosoft.com").is_none());
    });
}

#[tokio::test(start_paused = true)]
async fn an_initial_domain_is_taken_once() {
    let world = World::new(WorldOptions::default());
    let id = tenant(&world, "contoso");
    let taken = world.with(|state| {
        state.directory().create_tenant(NewTenant {
            id: Uuid::from_u128(5),
            kind: TenantKind::ExternalId,
            display_name: "another".to_owned(),
            initial_domain: "CONTOSO.onmicrosoft.com".to_owned(),
            country: "US".to_owned(),
            creator: None,
        })
    });
    assert_eq!(taken, Err(DirectoryError::Exists(id)));
}

#[tokio::test(start_paused = true)]
async fn microsofts_own_principals_are_there_and_are_no_registrations() {
    let world = World::new(WorldOptions::default());
    let id = tenant(&world, "contoso");
    world.with(|state| {
        let directory = state.directory();
        let graph = directory
            .service_principal(id, MICROSOFT_GRAPH, Read::List)
            .unwrap();
        assert_eq!(
            graph.body["appOwnerOrganizationId"],
            json!(MICROSOFT_TENANT)
        );
        assert!(
            directory
                .application(MICROSOFT_GRAPH, Read::Authoritative)
                .is_none()
        );
        let principals = directory.objects(id, ObjectKind::ServicePrincipal, Read::List);
        assert!(
            principals
                .iter()
                .any(|view| view.text("displayName") == Some("Azure SQL Database"))
        );
    });
}

#[tokio::test(start_paused = true)]
async fn a_creator_arrives_as_external_and_gives_way_to_a_native_administrator() {
    let world = World::new(WorldOptions::default());
    let home = tenant(&world, "contoso");
    let born = external_tenant(&world, "rhcqa", home);
    world.with(|state| {
        let directory = state.directory();
        let creator = directory.operator(born).unwrap();
        let name = directory.object(born, creator, Read::Point).unwrap();
        assert_eq!(
            name.text("userPrincipalName"),
            Some("admin_contoso.onmicrosoft.com#EXT#@rhcqa.onmicrosoft.com")
        );
        assert!(!directory.is_native(born, creator));

        let native = directory.add_administrator(born, "breakglass").unwrap();
        assert_eq!(directory.operator(born), Some(native));
        assert!(directory.is_native(born, native));
        directory
            .update(born, native, |body| {
                body.insert("accountEnabled".into(), json!(false))
            })
            .unwrap();
        assert_eq!(directory.operator(born), Some(creator));
    });
}

#[tokio::test(start_paused = true)]
async fn an_operator_with_a_smaller_role_works_and_without_any_does_not() {
    let world = World::new(WorldOptions::default());
    let home = tenant(&world, "contoso");
    world.with(|state| {
        let directory = state.directory();
        let own = directory.operator(home).unwrap();
        let roles = &mut directory.tenant_mut(home).unwrap().role_assignments;
        for held in roles.values_mut() {
            held.role_definition_id = Uuid::from_u128(7);
        }
        assert_eq!(directory.operator(home), Some(own));
        let roles = &mut directory.tenant_mut(home).unwrap().role_assignments;
        roles.clear();
        assert_eq!(directory.operator(home), None);
    });
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_cannot_be_changed() {
    let (world, home) = with_group();
    world.with(|state| {
        let directory = state.directory();
        let nobody = Uuid::from_u128(1);
        let body = object(json!({}));
        assert_eq!(
            directory.insert(nobody, ObjectKind::User, nobody, body.clone()),
            Err(DirectoryError::UnknownTenant(nobody))
        );
        assert_eq!(
            directory.insert(home, ObjectKind::User, GROUP, body),
            Err(DirectoryError::Exists(GROUP))
        );
        assert_eq!(
            directory.update(home, nobody, |_| ()),
            Err(DirectoryError::UnknownObject(nobody))
        );
        assert_eq!(directory.operator(nobody), None);
    });
}
