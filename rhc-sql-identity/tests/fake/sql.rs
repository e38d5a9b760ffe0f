//! The embedded SQL server: who is let in, and what statements do.

use crate::support::{
    ADMIN, HP2, HP2_OBJECT, OTHER_TENANT, READERS, SERVER, STRANGER, TENANT, address, as_admin,
    databases, group_id, server, servers, with_endpoint, with_server,
};
use rhc_core::fake::World;
use rhc_core::{AppId, Error, ErrorKind};
use rhc_sql_identity::fake::{SqlSection, TdsServers, Vantage};
use rhc_sql_identity::{
    DatabaseRole, Databases, FirewallRule, Grant, GrantPlan, Observation, Observed, plan,
};
use serde_json::json;
use std::net::Ipv4Addr;

fn grant(roles: &[DatabaseRole]) -> Grant {
    Grant {
        user: "rhc-hp2-qa-db".to_owned(),
        client_id: AppId::new(HP2),
        roles: roles.iter().copied().collect(),
    }
}

fn planned(desired: &[Grant], observed: &Observed) -> GrantPlan {
    plan(desired, observed, &Default::default()).unwrap()
}

async fn observed(databases: &impl Databases) -> Observed {
    match databases.observe(&address("hp2_db")).await.unwrap() {
        Observation::Known(observed) => observed,
        Observation::NotObservable { reason } => panic!("{reason}"),
    }
}

async fn granted(world: &World, roles: &[DatabaseRole]) {
    let databases = as_admin(world);
    let plan = planned(&[grant(roles)], &observed(&databases).await);
    databases.apply(&address("hp2_db"), &plan).await.unwrap();
}

async fn refused(databases: &impl Databases, database: &str) -> Error {
    databases.open(&address(database)).await.unwrap_err()
}

async fn run(databases: &impl Databases, batch: &str) -> Result<usize, Error> {
    let mut session = databases.open(&address("hp2_db")).await?;
    session.run(batch).await.map(|rows| rows.len())
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_applied_and_the_next_one_is_empty() {
    let world = with_endpoint().await;
    granted(
        &world,
        &[DatabaseRole::DataReader, DatabaseRole::DataWriter],
    )
    .await;
    let databases = as_admin(&world);
    let now = observed(&databases).await;
    assert_eq!(now.users.len(), 1);
    let roles = [DatabaseRole::DataReader, DatabaseRole::DataWriter];
    assert!(planned(&[grant(&roles)], &now).is_empty());
    // Another role was given by hand, and one taken away.
    run(&databases, "ALTER ROLE db_owner ADD MEMBER [rhc-hp2-qa-db]; ALTER ROLE db_datawriter DROP MEMBER [rhc-hp2-qa-db];").await.unwrap();
    let mend = planned(&[grant(&roles)], &observed(&databases).await);
    assert_eq!(mend.statements.len(), 2);
    databases.apply(&address("hp2_db"), &mend).await.unwrap();
    assert!(planned(&[grant(&roles)], &observed(&databases).await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_other_database_knows_nothing_of_it() {
    let world = with_endpoint().await;
    let corp = rhc_sql_identity::SqlDatabase::standard_s0("eastus2");
    server(&world)
        .databases()
        .put("corp_db", &corp)
        .await
        .unwrap();
    granted(&world, &[DatabaseRole::Owner]).await;
    let at = address("corp_db");
    let seen = as_admin(&world).observe(&at).await.unwrap();
    assert_eq!(seen, Observation::Known(Observed::default()));
    let app = world.app_credential(&TENANT.to_string(), HP2);
    let error = refused(&databases(&world, app, Vantage::Inside), "corp_db").await;
    assert_eq!(error.code(), Some("SQL18456"));
}

#[tokio::test(start_paused = true)]
async fn a_closed_server_is_not_observable_from_outside() {
    let world = with_endpoint().await;
    let credential = world.user_credential(&TENANT.to_string(), ADMIN);
    let outside = databases(&world, credential, Vantage::OUTSIDE);
    match outside.observe(&address("hp2_db")).await.unwrap() {
        Observation::NotObservable { reason } => {
            assert!(
                reason.contains("47073") && reason.contains("private endpoint"),
                "{reason}"
            );
        }
        known @ Observation::Known(_) => panic!("{known:?}"),
    }
    let plan = planned(&[grant(&[])], &Observed::default());
    let error = outside.apply(&address("hp2_db"), &plan).await.unwrap_err();
    assert_eq!((error.code(), error.was_sent()), (Some("SQL47073"), false));
}

#[tokio::test(start_paused = true)]
async fn a_private_endpoint_that_nobody_approved_leads_nowhere() {
    let world = with_server().await;
    crate::support::ask_to_connect(&world);
    let error = refused(&as_admin(&world), "hp2_db").await;
    assert_eq!(error.code(), Some("SQL47073"));
}

#[tokio::test(start_paused = true)]
async fn an_open_server_lets_in_the_addresses_in_its_rules() {
    let world = with_server().await;
    let open = json!({"properties": {"publicNetworkAccess": "Enabled"}});
    servers(&world)
        .in_group(group_id())
        .update(SERVER, &open)
        .await
        .unwrap();
    let at = |last: u8| {
        let credential = world.user_credential(&TENANT.to_string(), ADMIN);
        databases(
            &world,
            credential,
            Vantage::Outside(Ipv4Addr::new(203, 0, 113, last)),
        )
    };
    let error = refused(&at(7), "hp2_db").await;
    assert_eq!(error.code(), Some("SQL40615"));
    assert!(error.message().contains("203.0.113.7"), "{error}");
    let rule = FirewallRule::address(Ipv4Addr::new(203, 0, 113, 7));
    server(&world)
        .firewall_rules()
        .put("operator", &rule)
        .await
        .unwrap();
    assert_eq!(observed(&at(7)).await, Observed::default());
    assert_eq!(refused(&at(8), "hp2_db").await.code(), Some("SQL40615"));
}

#[tokio::test(start_paused = true)]
async fn who_is_nobody_here_is_refused() {
    let world = with_endpoint().await;
    let stranger = world.user_credential(&TENANT.to_string(), STRANGER);
    let app = world.app_credential(&TENANT.to_string(), HP2);
    for credential in [stranger, app] {
        let error = refused(&databases(&world, credential, Vantage::Inside), "hp2_db").await;
        assert_eq!(error.code(), Some("SQL18456"));
        assert!(error.to_string().contains("State 1"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_tenant_or_service_is_refused() {
    let world = with_endpoint().await;
    granted(&world, &[DatabaseRole::Owner]).await;
    let other = world.app_credential(&OTHER_TENANT.to_string(), HP2);
    let error = refused(&databases(&world, other, Vantage::Inside), "hp2_db").await;
    assert_eq!(error.code(), Some("SQL18456"));

    let mut cloud = rhc_core::Cloud::public();
    cloud.sql_scope = "https://management.azure.com/.default".to_owned();
    let app = world.app_credential(&TENANT.to_string(), HP2);
    let servers = TdsServers::of(&world).unwrap();
    let wrong = servers.databases(&cloud, app, world.clock(), Vantage::Inside);
    assert_eq!(refused(&wrong, "hp2_db").await.code(), Some("SQL18456"));
}

#[tokio::test(start_paused = true)]
async fn an_application_gets_in_by_its_client_id_and_no_further_than_its_roles() {
    let world = with_endpoint().await;
    granted(&world, &[DatabaseRole::DataReader]).await;
    let app = world.app_credential(&TENANT.to_string(), HP2);
    let app = databases(&world, app, Vantage::Inside);
    assert_eq!(observed(&app).await.users.len(), 1, "it sees itself");
    let error = run(&app, "ALTER ROLE [db_owner] ADD MEMBER [rhc-hp2-qa-db]")
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("SQL15151"));
    let sid = "0x00112233445566778899AABBCCDDEEFF";
    let create = format!("CREATE USER [x] WITH SID = {sid}, TYPE = E");
    assert_eq!(
        run(&app, &create).await.unwrap_err().code(),
        Some("SQL15247")
    );
}

#[tokio::test(start_paused = true)]
async fn a_user_made_of_the_object_id_never_gets_in() {
    let world = with_endpoint().await;
    let wrong = Grant {
        client_id: AppId::new(HP2_OBJECT),
        ..grant(&[DatabaseRole::DataReader])
    };
    let plan = planned(&[wrong], &Observed::default());
    as_admin(&world)
        .apply(&address("hp2_db"), &plan)
        .await
        .unwrap();
    let app = world.app_credential(&TENANT.to_string(), HP2);
    let error = refused(&databases(&world, app, Vantage::Inside), "hp2_db").await;
    assert_eq!(error.code(), Some("SQL18456"));
}

#[tokio::test(start_paused = true)]
async fn a_group_gets_its_members_in() {
    let world = with_endpoint().await;
    let sid = rhc_sql_identity::Sid::of_object(READERS.into());
    let create = format!("CREATE USER [readers] WITH SID = {sid}, TYPE = X");
    run(&as_admin(&world), &create).await.unwrap();
    let stranger = || world.user_credential(&TENANT.to_string(), STRANGER);
    let error = refused(&databases(&world, stranger(), Vantage::Inside), "hp2_db").await;
    assert_eq!(error.code(), Some("SQL18456"));
    world.with(|state| {
        let directory = state.directory();
        directory
            .link(TENANT, READERS, "members", STRANGER)
            .unwrap();
    });
    assert!(
        databases(&world, stranger(), Vantage::Inside)
            .open(&address("hp2_db"))
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn databases_and_servers_that_do_not_exist_have_numbers() {
    let world = with_endpoint().await;
    let error = refused(&as_admin(&world), "hp3_db").await;
    assert_eq!(error.code(), Some("SQL4060"));
    let cloud = rhc_core::Cloud::public();
    let nowhere = rhc_sql_identity::SqlAddress::new(&cloud, "nowhere.database.windows.net", "d");
    let error = as_admin(&world).open(&nowhere.unwrap()).await.unwrap_err();
    assert_eq!(error.code(), Some("SQL40532"));
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_being_made_is_waited_for() {
    let world = with_endpoint().await;
    let corp = rhc_sql_identity::SqlDatabase::standard_s0("eastus2");
    let databases = server(&world).databases();
    let making = databases.begin_put("corp_db", &corp).await.unwrap();
    let seen = as_admin(&world).observe(&address("corp_db")).await.unwrap();
    assert_eq!(seen, Observation::Known(Observed::default()));
    making.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wrong_statement_does_nothing_of_its_batch() {
    let world = with_endpoint().await;
    let databases = as_admin(&world);
    let sid = "0x00112233445566778899AABBCCDDEEFF";
    let batch = format!(
        "CREATE USER [x] WITH SID = {sid}, TYPE = E; CREATE USER [y] WITH SID = '{sid}', TYPE = E;"
    );
    let error = run(&databases, &batch).await.unwrap_err();
    assert_eq!(error.code(), Some("SQL102"));
    assert_eq!(observed(&databases).await, Observed::default());
    let error = run(&databases, " ").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_no_longer_fits_changes_nothing() {
    let world = with_endpoint().await;
    let stale = planned(&[grant(&[DatabaseRole::DataReader])], &Observed::default());
    granted(&world, &[]).await;
    let databases = as_admin(&world);
    let error = databases
        .apply(&address("hp2_db"), &stale)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("SQL15023"));
    assert!(!error.is_outcome_unknown());
    assert!(observed(&databases).await.users[0].roles.is_empty());
}

#[tokio::test(start_paused = true)]
async fn users_survive_in_the_state_file_and_go_with_their_database() {
    let world = with_endpoint().await;
    granted(&world, &[DatabaseRole::DataReader]).await;
    let json = world.to_json().unwrap();
    insta::assert_json_snapshot!(json["sections"]["sql"]);
    let text = json.to_string().replace("db_datareader", "db_owner");
    let edited = World::from_json(&text, Default::default()).unwrap();
    rhc_arm::fake::mount(&edited);
    rhc_sql_identity::fake::mount(&edited);
    edited.check().unwrap();
    let seen = observed(&as_admin(&edited)).await;
    assert!(seen.users[0].roles.contains("db_owner"));

    server(&edited).databases().delete("hp2_db").await.unwrap();
    edited.with(|state| {
        assert_eq!(
            state.section::<SqlSection>().catalogue(SERVER, "hp2_db"),
            None
        );
    });
}
