//! Each operation against its recorded fixture.

use rhc_arm::{ArmClient, Resource, ResourceId, Sku};
use rhc_core::Result;
use rhc_core::fake::directory::Replication;
use rhc_core::fake::{World, WorldOptions};
use rhc_core::testing::{Connection, Fixtures, Live};
use rhc_external_id::{
    CiamDirectories, CiamDirectory, CiamDirectoryProperties, CreateTenantProperties,
};
use serde::Serialize;
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "11111111-1111-4111-8111-111111111111";

/// A World whose operator owns the subscription that pays; `tenants` are there already.
async fn live(tenants: &[&str]) -> Live {
    // The time that building takes would show in the recording's timestamps.
    tokio::time::pause();
    let world = World::new(WorldOptions {
        replication: Replication::NONE,
        ..WorldOptions::default()
    });
    rhc_arm::fake::mount(&world);
    rhc_external_id::fake::mount(&world);
    world.with(|state| {
        let tenant = state.directory().add_workforce_tenant("contoso").unwrap();
        let owner = state.directory().operator(tenant).unwrap();
        let id = SUBSCRIPTION.parse().unwrap();
        let providers = &["Microsoft.AzureActiveDirectory"];
        rhc_arm::fake::create_subscription(state, id, "fixtures", tenant, owner, providers);
        let body = json!({ "id": group().to_string(), "location": "eastus2" });
        rhc_arm::fake::put_resource(state, body);
        for name in tenants {
            let id = format!(
                "{}/providers/Microsoft.AzureActiveDirectory/ciamDirectories/{name}",
                group()
            );
            let mut body = json!(wanted());
            body["id"] = json!(id);
            body["type"] = json!("Microsoft.AzureActiveDirectory/ciamDirectories");
            body["properties"]["provisioningState"] = json!("Succeeded");
            body["properties"]["domainName"] = json!(format!("{name}.onmicrosoft.com"));
            body["properties"]["tenantId"] = json!("22222222-2222-4222-8222-222222222222");
            rhc_arm::fake::put_resource(state, body);
        }
    });
    tokio::time::resume();
    Live {
        transport: world.transport(),
        credential: world.sign_in("contoso.onmicrosoft.com", &[]),
        clock: world.clock(),
        source: "embedded",
    }
}

fn group() -> ResourceId {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/fixtures-rg")
        .parse()
        .unwrap()
}

fn wanted() -> Resource<CiamDirectory> {
    Resource {
        sku: Some(Sku {
            name: Some("Standard".to_owned()),
            tier: Some("A0".to_owned()),
            ..Sku::default()
        }),
        ..Resource::new(CiamDirectoryProperties {
            create_tenant_properties: Some(CreateTenantProperties {
                display_name: Some("Fixtures".to_owned()),
                country_code: Some("US".to_owned()),
                ..CreateTenantProperties::default()
            }),
            ..CiamDirectoryProperties::default()
        })
    }
    .at("United States")
}

async fn replay<T: Serialize, R: Future<Output = Result<T>>>(
    name: &str,
    tenants: &[&str],
    call: impl Fn(CiamDirectories) -> R,
) -> Value {
    let call = |connection: Connection| {
        let arm = ArmClient::new(connection.credential, Some(connection.options.into()));
        let made = arm.map(|arm| call(CiamDirectories::new(arm)));
        async move { made?.await }
    };
    Fixtures::of(env!("CARGO_MANIFEST_DIR"))
        .run(name, live(tenants), call)
        .await
}

macro_rules! fixture {
    ($test:ident, $name:literal, $tenants:expr, $call:expr) => {
        #[tokio::test]
        async fn $test() {
            let value = replay($name, &$tenants, $call).await;
            insta::assert_json_snapshot!($name, value);
        }
    };
}

fixture!(
    a_free_name,
    "ciamDirectories.checkNameAvailability.free",
    [],
    |directories| async move {
        directories
            .check_name(&SUBSCRIPTION.parse().unwrap(), "rhcqa", "US")
            .await
    }
);

fixture!(
    a_taken_name,
    "ciamDirectories.checkNameAvailability.taken",
    ["rhcqa"],
    |directories| async move {
        directories
            .check_name(&SUBSCRIPTION.parse().unwrap(), "rhcqa", "US")
            .await
    }
);

fixture!(put, "ciamDirectories.put", [], |directories| async move {
    directories.in_scope(group()).put("rhcqa", &wanted()).await
});

fixture!(
    get,
    "ciamDirectories.get",
    ["rhcqa"],
    |directories| async move { directories.in_scope(group()).get("rhcqa").await }
);

fixture!(
    none_there,
    "ciamDirectories.get_opt.none",
    [],
    |directories| async move { directories.in_scope(group()).get_opt("rhcqa").await }
);

fixture!(
    list,
    "ciamDirectories.list",
    ["rhcprod", "rhcqa"],
    |directories| async move {
        let subscription = ResourceId::of_subscription(&SUBSCRIPTION.parse().unwrap());
        directories
            .in_scope(subscription)
            .list()
            .collect_all()
            .await
    }
);

fixture!(
    update,
    "ciamDirectories.update",
    ["rhcqa"],
    |directories| async move {
        let change = json!({ "sku": { "name": "PremiumP1" }, "tags": { "rhc-app": "shared" } });
        directories.in_scope(group()).update("rhcqa", &change).await
    }
);

fixture!(
    delete,
    "ciamDirectories.delete",
    ["rhcqa"],
    |directories| async move { directories.in_scope(group()).delete("rhcqa").await }
);
