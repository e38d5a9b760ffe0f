//! A World with tenants, an operator and a subscription, and a client that knows nothing of our models.

use std::time::Duration;

use azure_core::http::headers::{HeaderName, HeaderValue};
use azure_core::http::{Body, Method, Request};
use rhc_arm::fake::{self, Arm};
use rhc_core::fake::authority;
use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{ObjectKind, TenantKind, World, WorldOptions};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) const HOME: Uuid = Uuid::from_u128(0xa);
pub(crate) const DATABASE: Uuid = Uuid::from_u128(0xb);
pub(crate) const CUSTOMERS: Uuid = Uuid::from_u128(0xc);
pub(crate) const OPERATOR: Uuid = Uuid::from_u128(0x0a01);
/// Somebody without any role.
pub(crate) const STRANGER: Uuid = Uuid::from_u128(0x0a02);
pub(crate) const DATABASE_ADMIN: Uuid = Uuid::from_u128(0x0b01);
pub(crate) const SUBSCRIPTION: &str = "00000000-0000-0000-0000-00000000005a";
pub(crate) const DATABASE_SUBSCRIPTION: &str = "00000000-0000-0000-0000-00000000005b";
pub(crate) const GROUP: &str =
    "/subscriptions/00000000-0000-0000-0000-00000000005a/resourceGroups/rg";
const PROVIDERS: &[&str] = &[
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.Communication",
    "Microsoft.ContainerRegistry",
    "Microsoft.Security",
    "Microsoft.Storage",
];

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    headers: Vec<(String, String)>,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn at(&self, path: &str) -> &Value {
        path.split('.').fold(&self.body, |value, name| &value[name])
    }

    /// The names in a list.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.body["value"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|own| own["name"].as_str())
            .collect()
    }

    #[track_caller]
    pub(crate) fn refused(&self, rule: &str, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.code()),
            (status, code),
            "{rule}: {:#}",
            self.body
        );
    }

    #[track_caller]
    pub(crate) fn accepted(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }
}

/// A World and who asks.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    pub(crate) world: World,
    who: (Uuid, Uuid),
}

fn user(name: &str) -> Map<String, Value> {
    let body = json!({ "displayName": name, "userPrincipalName": format!("{name}@example.org"), "accountEnabled": true });
    body.as_object().expect("an object").clone()
}

impl Cloud {
    /// An operator who owns one subscription with every provider, and a group in it.
    pub(crate) async fn new() -> Self {
        let world = World::new(WorldOptions::default());
        fake::mount(&world);
        world.with(|state| {
            for (id, name, kind) in [
                (HOME, "home", TenantKind::Workforce),
                (DATABASE, "data", TenantKind::Workforce),
                (CUSTOMERS, "customers", TenantKind::ExternalId),
            ] {
                let new = NewTenant {
                    id,
                    kind,
                    display_name: name.to_owned(),
                    initial_domain: format!("{name}.onmicrosoft.com"),
                    country: "US".to_owned(),
                    creator: None,
                };
                state.directory().create_tenant(new).expect("a new tenant");
            }
            for (tenant, id, name) in [
                (HOME, OPERATOR, "operator"),
                (HOME, STRANGER, "stranger"),
                (DATABASE, DATABASE_ADMIN, "admin"),
            ] {
                state
                    .directory()
                    .insert_settled(tenant, ObjectKind::User, id, user(name))
                    .expect("a new user");
            }
            for (id, tenant, owner) in [
                (SUBSCRIPTION, HOME, OPERATOR),
                (DATABASE_SUBSCRIPTION, DATABASE, DATABASE_ADMIN),
            ] {
                let id = id.parse().expect("a GUID");
                fake::create_subscription(state, id, "sub", tenant, owner, PROVIDERS);
            }
        });
        let cloud = Self {
            world,
            who: (HOME, OPERATOR),
        };
        cloud
            .put(GROUP, "2025-04-01", json!({ "location": "East US 2" }))
            .await
            .accepted(201);
        cloud
    }

    /// The same World, asked by somebody else.
    pub(crate) fn of(&self, tenant: Uuid, user: Uuid) -> Self {
        Self {
            world: self.world.clone(),
            who: (tenant, user),
        }
    }

    fn token(&self) -> String {
        let (tenant, user) = self.who;
        self.world.with(|state| {
            let client = rhc_core::fake::directory::AZURE_CLI;
            let scope = "https://management.azure.com/.default";
            let minted = authority::person_token(state, tenant, user, client, scope);
            minted.expect("a token").token.secret().to_owned()
        })
    }

    /// Sends to a path with a query, or to a whole URL of the service.
    pub(crate) async fn send(&self, method: Method, target: &str, body: Option<Value>) -> Answer {
        let token = self.token();
        self.send_with(
            method,
            target,
            body.map(|own| own.to_string()),
            Some(&token),
        )
        .await
    }

    pub(crate) async fn send_with(
        &self,
        method: Method,
        target: &str,
        body: Option<String>,
        token: Option<&str>,
    ) -> Answer {
        self.send_over(method, target, body, token, None).await
    }

    /// A change over the version that was seen.
    pub(crate) async fn patch_over(
        &self,
        path: &str,
        version: &str,
        body: Value,
        seen: &str,
    ) -> Answer {
        let target = versioned(path, version);
        let token = self.token();
        let body = Some(body.to_string());
        self.send_over(Method::Patch, &target, body, Some(&token), Some(seen))
            .await
    }

    async fn send_over(
        &self,
        method: Method,
        target: &str,
        body: Option<String>,
        token: Option<&str>,
        seen: Option<&str>,
    ) -> Answer {
        let target = if target.starts_with("https://") {
            target.to_owned()
        } else {
            format!("https://management.azure.com{target}")
        };
        let mut request = Request::new(target.parse().expect("a URL"), method);
        if let Some(seen) = seen {
            request.insert_header("if-match", seen.to_owned());
        }
        if let Some(token) = token {
            request.insert_header("authorization", format!("Bearer {token}"));
        }
        if let Some(body) = body {
            request.insert_header(
                HeaderName::from_static("content-type"),
                HeaderValue::from_static("application/json"),
            );
            request.set_body(Body::from(body));
        }
        let answer = self.world.transport().execute_request(&request).await;
        let (status, headers, body) = answer.expect("an answer").deconstruct();
        let body = body.collect().await.expect("a body");
        Answer {
            status: status.into(),
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
            headers: headers
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), value.as_str().to_owned()))
                .collect(),
        }
    }

    pub(crate) async fn get(&self, path: &str, version: &str) -> Answer {
        self.send(Method::Get, &versioned(path, version), None)
            .await
    }

    pub(crate) async fn put(&self, path: &str, version: &str, body: Value) -> Answer {
        self.send(Method::Put, &versioned(path, version), Some(body))
            .await
    }

    pub(crate) async fn patch(&self, path: &str, version: &str, body: Value) -> Answer {
        self.send(Method::Patch, &versioned(path, version), Some(body))
            .await
    }

    pub(crate) async fn delete(&self, path: &str, version: &str) -> Answer {
        self.send(Method::Delete, &versioned(path, version), None)
            .await
    }

    pub(crate) async fn post(&self, path: &str, version: &str, body: Option<Value>) -> Answer {
        self.send(Method::Post, &versioned(path, version), body)
            .await
    }

    /// Makes something and waits until it is ready.
    pub(crate) async fn make(&self, path: &str, version: &str, body: Value) -> Answer {
        let answer = self.put(path, version, body).await;
        assert!(
            (200..300).contains(&answer.status),
            "{path}: {:#}",
            answer.body
        );
        pass(60).await;
        self.get(path, version).await.accepted(200)
    }

    /// Changes the state, as a person who edits the file does.
    pub(crate) fn edit<R>(&self, change: impl FnOnce(&mut Arm) -> R) -> R {
        self.world.with(|state| change(state.section::<Arm>()))
    }
}

fn versioned(path: &str, version: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}api-version={version}")
}

/// Lets the World's time pass.
pub(crate) async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
