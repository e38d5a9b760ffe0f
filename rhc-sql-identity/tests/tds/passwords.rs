//! The proof that no password is of use: each fact is broken once.

use rhc_sql_identity::fake::{CatalogueUser, SqlSection, Vantage};
use rhc_sql_identity::{
    EntraOnlyAuthentication, FactSeen, PasswordFact, PasswordProof, prove_no_passwords,
};
use serde_json::json;

use crate::support::{SERVER, address, child, server};
use crate::wire::Setting;

async fn proof(setting: &Setting) -> PasswordProof {
    let (databases, server) = (setting.as_admin(), server(&setting.world));
    prove_no_passwords(&server, &databases, &address("hp2_db"))
        .await
        .unwrap()
}

fn only_broken(proof: &PasswordProof) -> (PasswordFact, String) {
    let broken: Vec<_> = proof.broken().collect();
    let [(fact, what)] = &broken[..] else {
        panic!("{proof}")
    };
    assert!(!proof.holds());
    assert_eq!(proof.not_seen().count(), 0, "{proof}");
    ((*fact).clone(), (*what).to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_server_as_the_crate_makes_it_has_no_password_that_is_of_use() {
    let setting = Setting::new(&[]).await;
    let sql = |json: serde_json::Value| json["sections"]["sql"].clone();
    let before = sql(setting.world.to_json().unwrap());
    let proof = proof(&setting).await;
    assert!(proof.holds(), "{proof}");
    let after = sql(setting.world.to_json().unwrap());
    assert_eq!(after, before, "looking leaves nothing behind");
    let facts: Vec<_> = proof.facts.iter().map(|(fact, _)| fact.clone()).collect();
    let users = PasswordFact::Users("hp2_db".to_owned());
    assert_eq!(
        facts,
        [
            PasswordFact::Switch,
            PasswordFact::Server,
            users,
            PasswordFact::Logins
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_login_beside_the_services_own_is_named() {
    let setting = Setting::new(&[]).await;
    setting.world.with(|state| {
        let section = state.section::<SqlSection>();
        let server = section.servers.entry(SERVER.to_owned()).or_default();
        server.logins.insert("reports".to_owned());
    });
    let (fact, what) = only_broken(&proof(&setting).await);
    assert_eq!(fact, PasswordFact::Logins);
    assert_eq!(what, "logins beside the service's own: reports");
}

#[tokio::test(start_paused = true)]
async fn a_user_with_a_password_is_named_with_its_database() {
    let setting = Setting::new(&[]).await;
    setting.world.with(|state| {
        let section = state.section::<SqlSection>();
        let server = section.servers.entry(SERVER.to_owned()).or_default();
        let catalogue = server.databases.entry("hp2_db".to_owned()).or_default();
        let user: CatalogueUser =
            serde_json::from_value(json!({"sid": "0xAB", "type": "S", "authentication_type": 2}))
                .unwrap();
        catalogue.users.insert("sa2".to_owned(), user);
    });
    let (fact, what) = only_broken(&proof(&setting).await);
    assert_eq!(fact, PasswordFact::Users("hp2_db".to_owned()));
    assert!(what.ends_with("sa2"), "{what}");
}

#[tokio::test(start_paused = true)]
async fn a_switch_that_is_off_is_seen_on_both_sides() {
    let setting = Setting::new(&[]).await;
    let off = json!({"properties": {"azureADOnlyAuthentication": false}});
    let id = child("azureADOnlyAuthentications", EntraOnlyAuthentication::NAME);
    crate::support::put(&setting.world, &id, off).await.unwrap();
    let proof = proof(&setting).await;
    let broken: Vec<_> = proof.broken().map(|(fact, _)| fact.clone()).collect();
    assert_eq!(
        broken,
        [PasswordFact::Switch, PasswordFact::Server],
        "{proof}"
    );
}

#[tokio::test(start_paused = true)]
async fn behind_a_closed_door_only_the_switch_is_seen() {
    let mut setting = Setting::new(&[]).await;
    setting = Setting::of(setting.world, Vantage::OUTSIDE);
    let proof = proof(&setting).await;
    assert!(!proof.holds());
    assert_eq!(proof.facts[0], (PasswordFact::Switch, FactSeen::Holds));
    let hidden: Vec<_> = proof.not_seen().collect();
    assert_eq!(hidden.len(), 3, "{proof}");
    assert!(
        hidden
            .iter()
            .all(|(_, why)| why.contains("SQL47073") || why.contains("47073")),
        "{proof}"
    );
}
