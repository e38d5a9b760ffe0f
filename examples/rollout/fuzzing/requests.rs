//! What anybody may send to an embedded cloud that is served.

use std::time::Duration;

use azure_core::http::{Method, Request, Url, headers::HeaderName};
use rhc_core::fake::WorldOptions;
use rhc_core::testing::block_on;

use crate::embedded::{Bare, bare, bare_from_state};

const DOMAIN: &str = "contoso.onmicrosoft.com";
const SUBSCRIPTION: &str = "11111111-1111-4111-8111-111111111111";
const SCOPES: [&str; 8] = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "EventListener.ReadWrite.All",
    "Group.ReadWrite.All",
    "Policy.ReadWrite.ConditionalAccess",
    "RoleManagement.ReadWrite.Directory",
    "User.ReadWrite.All",
];

/// A cloud to which each input says the same.
fn cloud() -> Bare {
    Bare {
        tenants: vec![(DOMAIN.to_owned(), None)],
        subscriptions: vec![(SUBSCRIPTION.parse().unwrap(), None)],
    }
}

/// Requests, one after the other: each a method and an address without `https://`, headers, an empty line and a body. Each is
/// answered, none with what a service answers that is broken; and what they leave can be kept.
pub fn requests(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    block_on(async {
        let world = bare(&cloud(), WorldOptions::default()).unwrap();
        let operator = world.sign_in(DOMAIN, &SCOPES);
        let transport = world.transport();
        for block in text.split('\u{0}').take(8) {
            let (head, body) = block.split_once("\n\n").unwrap_or((block, ""));
            let mut lines = head.lines();
            let line = lines.next().unwrap_or_default();
            let Some((method, address)) = line.split_once(' ') else {
                continue;
            };
            let method = match method {
                "GET" => Method::Get,
                "PUT" => Method::Put,
                "POST" => Method::Post,
                "PATCH" => Method::Patch,
                "DELETE" => Method::Delete,
                "WAIT" => {
                    tokio::time::sleep(Duration::from_secs(86_400)).await;
                    continue;
                }
                _ => Method::Head,
            };
            let address = address.replace("{subscription}", SUBSCRIPTION);
            let Ok(url) = Url::parse(&format!("https://{address}")) else {
                continue;
            };
            let scope = format!("https://{}/.default", url.host_str().unwrap_or_default());
            let token = operator.get_token(&[&scope], None).await;
            let mut request = Request::new(url, method);
            if let Ok(token) = token {
                let bearer = format!("Bearer {}", token.token.secret());
                request.insert_header("authorization", bearer);
            }
            request.insert_header("content-type", "application/json");
            for (name, value) in lines.filter_map(|line| line.split_once(':')) {
                let plain = |text: &str| text.bytes().all(|byte| (b' '..0x7f).contains(&byte));
                if plain(value) && http::HeaderName::try_from(name).is_ok() {
                    let name = HeaderName::from(name.to_ascii_lowercase());
                    request.insert_header(name, value.trim().to_owned());
                }
            }
            request.set_body(body.to_owned());
            if let Ok(answer) = transport.execute_request(&request).await {
                let (status, _, body) = answer.deconstruct();
                let said = body.collect().await.unwrap();
                assert_ne!(u16::from(status), 500, "{}", String::from_utf8_lossy(&said));
            }
        }
        tokio::time::sleep(Duration::from_secs(86_400)).await;
        let kept = world.to_json().unwrap().to_string();
        assert!(bare_from_state(&kept, WorldOptions::default()).is_ok());
    });
}
