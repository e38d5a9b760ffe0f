//! What no single step can see: each of these checks fails when its matter is broken, and no other check does.

use std::collections::BTreeSet;

use axum::Router;
use axum::response::{IntoResponse, Redirect};
use rhc_core::fake::{Fault, FaultKind, Match, Occurrence, World};
use rhc_sql_identity::SqlError;
use rhc_sql_identity::fake::TdsServers;
use rollout::verify::Verdict;
use serde_json::{Value, json};

use crate::breaks;
use crate::edit::{
    CUSTOMERS, DATABASE, HOSTING, add_object, add_resource, id_of, object, resource, sql_users,
    tenant,
};
use crate::finished::{Run, judge_each, state};
use crate::whole::look;

/// How the environment is broken.
pub(crate) enum How {
    /// In what the services hold.
    State(fn(&mut Value)),
    /// Outside of it: who answers under a host's name is another.
    Outside(fn(&World, &str)),
}

pub(crate) struct Case {
    pub(crate) what: &'static str,
    pub(crate) check: &'static str,
    pub(crate) how: How,
    /// What is seen from inside of the same.
    pub(crate) inside: &'static [&'static str],
}

pub(crate) const STRANGER: &str = "00000000-0000-4000-8000-00000000000b";

fn cases() -> Vec<Case> {
    let mut cases = outside();
    cases.extend(control_plane());
    cases.extend(crate::delivery::cases());
    cases
}

pub(crate) fn case(what: &'static str, check: &'static str, how: How) -> Case {
    Case {
        what,
        check,
        how,
        inside: &[],
    }
}

fn outside() -> Vec<Case> {
    vec![
        case(
            "another tenant answers at the sign-in address",
            "outside/sign-in/qa",
            How::Outside(|world, _| {
                let issuer = format!("https://{STRANGER}.ciamlogin.com/{STRANGER}/v2.0");
                let token = format!("https://rhcqa.ciamlogin.com/{STRANGER}/oauth2/v2.0/token");
                let document = json!({"issuer": issuer, "token_endpoint": token}).to_string();
                let answer = move || async move { document.clone() };
                world.mount("rhcqa.ciamlogin.com", Router::new().fallback(answer));
            }),
        ),
        case(
            "the app does not start",
            "outside/https/hp2",
            How::Outside(|world, host| {
                let router =
                    Router::new().fallback(|| async { http::StatusCode::SERVICE_UNAVAILABLE });
                world.mount(host, only_unencrypted_leads_on(router));
            }),
        ),
        case(
            "something before the app answers unencrypted",
            "outside/unencrypted/hp2",
            How::Outside(|world, host| {
                world.mount(host, Router::new().fallback(|| async { "hello" }))
            }),
        ),
        case(
            "something before the app answers unencrypted at its own address",
            "outside/unencrypted/hp2-qa.recalibratex.net",
            How::Outside(|world, _| {
                let host = "hp2-qa.recalibratex.net";
                world.mount(host, Router::new().fallback(|| async { "hello" }));
            }),
        ),
        Case {
            // Who asks from there is told nothing by what stands in the server's place.
            inside: &[
                "inside/opens/hp2/corp_db",
                "inside/opens/hp2/hp2_db",
                "inside/opens/smx/corp_db",
            ],
            ..case(
                "the server lets the internet in, whatever its configuration says",
                "outside/closed/rhc-qa-sqlsvr",
                How::Outside(|world, _| {
                    // It asks everybody for a login, and then nobody's will do.
                    let said = SqlError {
                        class: 14,
                        ..SqlError::new(18456, 1, "Login failed.")
                    };
                    let servers = TdsServers::of(world).unwrap();
                    servers.refuse("rhc-qa-sqlsvr.database.windows.net", said, u32::MAX);
                }),
            )
        },
    ]
}

/// The front door of the service as it was, and another app behind it.
fn only_unencrypted_leads_on(app: Router) -> Router {
    app.layer(axum::middleware::from_fn(
        |request: axum::extract::Request, next: axum::middleware::Next| async move {
            if request.uri().scheme_str() == Some("http") {
                return Redirect::permanent("https://hp225qa.example/").into_response();
            }
            next.run(request).await
        },
    ))
}

fn control_plane() -> Vec<Case> {
    vec![
        case(
            "the app was granted a right without a role",
            "inside/rights/hp2/corp_db",
            How::State(|state| {
                sql_users(state, "corp_db")["rhc-hp2-qa-db"]["permissions"] = json!(["DELETE"]);
            }),
        ),
        Case {
            inside: &["inside/rights/hp2/corp_db", "inside/rights/hp2/hp2_db"],
            ..case(
                "the app administers the databases",
                "control-plane/administrators/rhc-qa-sql-admins",
                How::State(|state| {
                    let bridge = id_of(state, DATABASE, "servicePrincipal", "rhc-hp2-qa-db");
                    let group = object(state, DATABASE, "group", "rhc-qa-sql-admins");
                    group["links"]["members"]
                        .as_array_mut()
                        .unwrap()
                        .push(bridge.into());
                }),
            )
        },
        case(
            "a user with a password is in a database",
            "control-plane/sql-users/hp2_db",
            How::State(|state| {
                let user = json!({"sid": "0x010600000000006400000000000000001798D583FD870F4AA6B909C04D126368",
                    "type": "S", "authentication_type": 2, "roles": ["db_owner"]});
                sql_users(state, "hp2_db").insert("reports".to_owned(), user);
            }),
        ),
        case(
            "somebody made a login",
            "control-plane/sql-logins/rhc-qa-sqlsvr",
            How::State(|state| {
                let server = &mut state["sections"]["sql"]["servers"]["rhc-qa-sqlsvr"];
                server["logins"] = json!(["reports"]);
            }),
        ),
        case(
            "a user that nobody asked for is in a database",
            "control-plane/sql-users/corp_db",
            How::State(|state| {
                let user = json!({"sid": "0x1798D583FD870F4AA6B909C04D126368", "type": "E",
                    "authentication_type": 4, "roles": ["db_datareader"]});
                sql_users(state, "corp_db").insert("helper".to_owned(), user);
            }),
        ),
        case(
            "the bridge has a password",
            "control-plane/no-secret/rhc-hp2-qa-db",
            How::State(|state| secret(state, HOSTING, "rhc-hp2-qa-db", "passwordCredentials")),
        ),
        case(
            "the automation has a certificate",
            "control-plane/no-secret/rhc-rollout",
            How::State(|state| secret(state, HOSTING, "rhc-rollout", "keyCredentials")),
        ),
        case(
            "the practices' sign-in app trusts a stranger",
            "control-plane/trust/rhc-hp2-qa-web",
            How::State(|state| trust(state, CUSTOMERS, "rhc-hp2-qa-web")),
        ),
        case(
            "the staff's sign-in app trusts a stranger",
            "control-plane/trust/rhc-smx-qa-web",
            How::State(|state| trust(state, CUSTOMERS, "rhc-smx-qa-web")),
        ),
        case(
            "the bridge trusts one more",
            "control-plane/trust/rhc-hp2-qa-db",
            How::State(|state| trust(state, HOSTING, "rhc-hp2-qa-db")),
        ),
        case(
            "anybody can make himself an account by another user flow",
            "control-plane/user-flow/qa",
            How::State(|state| {
                let id = tenant(state, CUSTOMERS)["id"].as_str().unwrap().to_owned();
                let flows = &mut state["sections"]["externalId"]["tenants"][&id]["userFlows"];
                flows[STRANGER] = json!({"displayName": "by hand", "isSignUpAllowed": true,
                    "identityProviders": ["EmailPassword-OAUTH"]});
            }),
        ),
        case(
            "a user of a practice is assigned to the staff's app",
            "control-plane/admission/smx",
            How::State(|state| assign(state, &["rhc-hp2-qa-web", "rhc-smx-qa-web"])),
        ),
        case(
            "a user of a practice is in a group that is assigned to the staff's app",
            "control-plane/admission/smx",
            How::State(|state| {
                assign(state, &["rhc-hp2-qa-web"]);
                let group = "00000000-0000-4000-8000-00000000000e";
                add_object(
                    state,
                    CUSTOMERS,
                    "group",
                    json!({"id": group, "displayName": "helpers",
                    "mailNickname": "helpers", "mailEnabled": false, "securityEnabled": true}),
                );
                object(state, CUSTOMERS, "group", "helpers")["links"] =
                    json!({"members": ["00000000-0000-4000-8000-00000000000c"]});
                assigned(state, "rhc-smx-qa-web", group);
            }),
        ),
        case(
            "somebody was made owner of the app's resources by hand",
            "control-plane/roles/rhc-b2c-qa-sub",
            How::State(|state| {
                let group = text(&resource(state, "/resourcegroups/rhc-hp2-qa-rg")["id"]);
                give_role(state, &group);
            }),
        ),
        case(
            "somebody was made owner of the databases by hand",
            "control-plane/roles/rhc-db-core-sub",
            How::State(|state| {
                let server = text(&resource(state, "/servers/rhc-qa-sqlsvr")["id"]);
                give_role(state, &server);
            }),
        ),
        case(
            "somebody put a copy of ours elsewhere",
            "control-plane/placement/rhc-b2c-qa-sub",
            How::State(|state| astray(state, "rhc-hp2-qa-rg")),
        ),
        case(
            "somebody put a copy of ours elsewhere among the databases",
            "control-plane/placement/rhc-db-core-sub",
            How::State(|state| astray(state, "rhc-db-qa-rg")),
        ),
        case(
            "the server's name leads elsewhere inside the network",
            "control-plane/private-record/rhc-qa-sqlsvr",
            How::State(|state| {
                let zone = text(
                    &resource(state, "/privatednszones/privatelink.database.windows.net")["id"],
                );
                let body = json!({"id": format!("{zone}/A/rhc-qa-sqlsvr"), "name": "rhc-qa-sqlsvr",
                    "type": "Microsoft.Network/privateDnsZones/A",
                    "properties": {"ttl": 10, "aRecords": [{"ipv4Address": "10.40.4.200"}]}});
                add_resource(state, body);
            }),
        ),
        case(
            "a firewall rule of the server waits for its day",
            "control-plane/sql-public-access/rhc-qa-sqlsvr",
            How::State(|state| {
                let server = text(&resource(state, "/servers/rhc-qa-sqlsvr")["id"]);
                let body = json!({"id": format!("{server}/firewallRules/everybody"), "name": "everybody",
                    "type": "Microsoft.Sql/servers/firewallRules",
                    "properties": {"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"}});
                add_resource(state, body);
            }),
        ),
        case(
            "something that somebody made by hand is not recorded",
            "control-plane/audit/rhc-b2c-qa-sub",
            How::State(|state| {
                unrecorded(
                    state,
                    "rhc-net-qa-rg",
                    "Microsoft.Network/networkSecurityGroups",
                );
            }),
        ),
        case(
            "a vault that somebody made beside the databases is not recorded",
            "control-plane/audit/rhc-db-core-sub",
            How::State(|state| unrecorded(state, "rhc-db-qa-rg", "Microsoft.KeyVault/vaults")),
        ),
        case(
            "the automation trusts a stranger",
            "control-plane/trust/rhc-rollout",
            How::State(|state| trust(state, HOSTING, "rhc-rollout")),
        ),
    ]
}

/// Something with the environment's mark in a group that is not the environment's, in the subscription of a group that is.
fn astray(state: &mut Value, beside: &str) {
    let group = text(&resource(state, &format!("/resourcegroups/{beside}"))["id"]);
    let elsewhere = group.replace(beside, "somebodys-rg");
    let body = json!({"id": elsewhere, "name": "somebodys-rg", "location": "eastus2",
        "type": "Microsoft.Resources/resourceGroups", "properties": {"provisioningState": "Succeeded"}});
    add_resource(state, body);
    let kind = "Microsoft.ManagedIdentity/userAssignedIdentities";
    let body = json!({"id": format!("{elsewhere}/providers/{kind}/copy"), "name": "copy", "type": kind,
        "location": "eastus2", "tags": {"rhc-environment": "qa"}, "properties": {}});
    add_resource(state, body);
}

/// Something without the mark, and without a diagnostic setting, in a group of the environment.
fn unrecorded(state: &mut Value, group: &str, kind: &str) {
    let group = text(&resource(state, &format!("/resourcegroups/{group}"))["id"]);
    let body = json!({"id": format!("{group}/providers/{kind}/byhand"), "name": "byhand", "type": kind,
        "location": "eastus2", "properties": {"provisioningState": "Succeeded"}});
    add_resource(state, body);
}

fn secret(state: &mut Value, domain: &str, application: &str, property: &str) {
    let application = object(state, domain, "application", application);
    application["body"][property] = json!([{"keyId": STRANGER, "displayName": "just for a test",
        "endDateTime": "2099-01-01T00:00:00Z", "type": "AsymmetricX509Cert", "usage": "Verify"}]);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Owner, for somebody, at this scope.
fn give_role(state: &mut Value, scope: &str) {
    let subscription: Vec<&str> = scope.split('/').take(3).collect();
    let provider = "providers/Microsoft.Authorization";
    let id = format!("{scope}/{provider}/roleAssignments/{STRANGER}");
    let role = format!(
        "{}/{provider}/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        subscription.join("/")
    );
    let body = json!({"id": id, "name": STRANGER, "type": "Microsoft.Authorization/roleAssignments",
        "properties": {"roleDefinitionId": role, "principalId": STRANGER, "principalType": "User", "scope": scope}});
    add_resource(state, body);
}

fn trust(state: &mut Value, domain: &str, application: &str) {
    let body = &mut object(state, domain, "application", application)["body"];
    let credential = json!({"id": STRANGER, "name": "helper", "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:somebody/else:ref:refs/heads/main", "audiences": ["api://AzureADTokenExchange"]});
    match body["federatedIdentityCredentials"].as_array_mut() {
        Some(all) => all.push(credential),
        None => body["federatedIdentityCredentials"] = json!([credential]),
    }
}

fn broken(case: &Case) -> Run {
    let mut state = state();
    let host = resource(&mut state, "/containerapps/hp225qa-app")["properties"]["configuration"]["ingress"]["fqdn"]
        .as_str()
        .unwrap()
        .to_owned();
    match case.how {
        How::State(edit) => {
            edit(&mut state);
            Run::from_state(&state)
        }
        How::Outside(replace) => {
            let run = Run::from_state(&state);
            replace(run.cloud.world(), &host);
            run
        }
    }
}

#[test]
fn each_break_fails_its_own_check_only() {
    let wrong = judge_each(&cases(), async |case| {
        let report = look(&broken(case)).await;
        let found: Vec<&str> = report.failures().map(|check| check.id.as_str()).collect();
        let wanted: Vec<&str> = std::iter::once(case.check)
            .chain(case.inside.iter().copied())
            .collect();
        (found != wanted).then(|| {
            let said = report.check(case.check).map(|check| &check.verdict);
            format!("{}: {found:?} and not {}: {said:?}", case.what, case.check)
        })
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn there_is_a_break_for_every_check_that_can_fail() {
    let report = look(&Run::from_state(&state())).await;
    let ids = report.checks.iter().map(|check| check.id.as_str());
    let beyond: BTreeSet<&str> = ids.filter(|id| !id.starts_with("file/")).collect();
    // What is asked of one app is asked of the other; one of them is broken for both.
    let of_both = |id: &str| id.replace("smx", "hp2");
    for id in beyond.iter().filter(|id| id.contains("hp2")) {
        // A database of its own is nobody else's.
        let twin = id.replace("hp2", "smx");
        assert!(
            id.ends_with("hp2_db") || beyond.contains(twin.as_str()),
            "only one app is asked: {id}"
        );
    }
    let checks: BTreeSet<String> = beyond.iter().map(|id| of_both(id)).collect();
    let mut broken: BTreeSet<String> = cases().iter().map(|case| of_both(case.check)).collect();
    for case in breaks::all() {
        broken.extend(case.seen_too.iter().map(|id| of_both(id)));
    }
    // The file names no table; where it does, `inside` breaks it.
    let blind: Vec<&String> = checks.difference(&broken).collect();
    assert_eq!(
        blind,
        [
            "inside/key-stays/rhc-hp2-qa-web",
            "inside/table/hp2/corp_db",
            "inside/table/hp2/hp2_db",
            "outside/refused/hp2"
        ]
    );
    assert!(broken.is_subset(&checks), "{broken:?}");
}

#[tokio::test(start_paused = true)]
async fn a_native_tenant_passes_and_so_does_production_beside_it() {
    let mut state = state();
    // Production's bridge is registered by the same company and known in the same tenant.
    let home = crate::edit::tenant(&mut state, HOSTING)["id"].clone();
    let registration = json!({"id": STRANGER, "appId": STRANGER, "displayName": "rhc-hp2-prod-db",
        "uniqueName": "rhc-hp2-prod-db", "signInAudience": "AzureADMultipleOrgs"});
    add_object(&mut state, HOSTING, "application", registration);
    let principal = json!({"id": STRANGER, "appId": STRANGER, "displayName": "rhc-hp2-prod-db",
        "appOwnerOrganizationId": home, "servicePrincipalType": "Application"});
    add_object(&mut state, DATABASE, "servicePrincipal", principal);
    let report = look(&Run::from_state(&state)).await;
    for id in [
        "control-plane/externals/database",
        "control-plane/service-principals/database",
    ] {
        let verdict = &report.check(id).unwrap().verdict;
        assert!(
            matches!(verdict, Verdict::Passed { .. }),
            "{id}: {verdict:?}"
        );
    }
    assert_eq!(report.failed, 0);
}

fn fault(run: &Run, host: &str, kind: FaultKind, occurrence: Occurrence) {
    let matches = Match {
        host: Some(host.to_owned()),
        occurrence,
        ..Match::default()
    };
    run.cloud.world().faults().add(Fault { matches, kind });
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passed { .. } => "passed",
        Verdict::Failed { .. } => "failed",
        Verdict::NotProven { .. } => "not proven",
    }
}

#[tokio::test(start_paused = true)]
async fn a_hiccup_on_the_way_to_the_app_is_no_finding_and_silence_is() {
    for (kind, occurrence, encrypted, unencrypted) in [
        (
            FaultKind::ConnectionRefused,
            Occurrence::First(4),
            "passed",
            "passed",
        ),
        (
            FaultKind::ResetAfter,
            Occurrence::First(2),
            "passed",
            "passed",
        ),
        // Nobody is there: the app is down, and nothing is served in the clear.
        (
            FaultKind::ConnectionRefused,
            Occurrence::Every,
            "failed",
            "passed",
        ),
        // Somebody is there, and what he says never arrives.
        (
            FaultKind::ResetAfter,
            Occurrence::Every,
            "not proven",
            "not proven",
        ),
    ] {
        let mut state = state();
        let ingress = &resource(&mut state, "/containerapps/hp225qa-app")["properties"]["configuration"]
            ["ingress"];
        let host = ingress["fqdn"].as_str().unwrap().to_owned();
        let run = Run::from_state(&state);
        fault(&run, &host, kind.clone(), occurrence);
        let report = look(&run).await;
        let found = ["outside/https/hp2", "outside/unencrypted/hp2"]
            .map(|id| word(&report.check(id).unwrap().verdict));
        assert_eq!(found, [encrypted, unencrypted], "{kind:?} {occurrence:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_answer_fails_nothing_and_proves_nothing() {
    for host in [
        "graph.microsoft.com",
        "management.azure.com",
        "login.microsoftonline.com",
    ] {
        let run = Run::from_state(&state());
        fault(&run, host, FaultKind::ConnectionRefused, Occurrence::Every);
        let report = look(&run).await;
        let failed: Vec<_> = report.failures().collect();
        assert!(failed.is_empty(), "{host}: {failed:?}");
        assert!(report.not_proven > 10, "{host}: {}", report.not_proven);
    }
}

/// A practice's user, assigned to these applications.
fn assign(state: &mut Value, applications: &[&str]) {
    let user = "00000000-0000-4000-8000-00000000000c";
    let body = json!({"id": user, "displayName": "Ann of a practice", "userType": "Member",
        "userPrincipalName": format!("ann@{CUSTOMERS}"), "mailNickname": "ann", "accountEnabled": true});
    add_object(state, CUSTOMERS, "user", body);
    for application in applications {
        assigned(state, application, user);
    }
}

fn assigned(state: &mut Value, application: &str, who: &str) {
    let principal = id_of(state, CUSTOMERS, "servicePrincipal", application);
    let tenant = tenant(state, CUSTOMERS);
    let created = tenant["created"].clone();
    tenant["appRoleAssignments"][format!("{who}{principal}")] = json!({"principalId": who,
        "resourceId": principal, "appRoleId": "00000000-0000-0000-0000-000000000000", "created": created});
}
