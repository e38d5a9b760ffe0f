//! How clients write what this server reads, and a server that lets one of them in: for tests and fuzzers.

use rhc_core::fake::directory::NewTenant;
use rhc_core::fake::{ObjectKind, TenantKind, World, authority};
use serde_json::json;
use uuid::Uuid;

use super::bytes::Writer;
use super::login7::{FEATURE_FEDAUTH, FIXED, TERMINATOR};
use super::tokens::COLLATION;
use super::values::{MAX, NVARCHAR};

/// A login to write.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) user: &'a str,
    pub(super) password: &'a str,
    pub(super) server: &'a str,
    pub(super) database: &'a str,
    pub(super) integrated: bool,
    pub(super) options: Option<u8>,
    pub(super) token: &'a str,
}

pub(super) const TOKEN: Wanted<'static> = Wanted {
    user: "",
    password: "",
    server: "rhc-qa-sqlsvr.database.windows.net",
    database: "hp2_db",
    integrated: false,
    options: Some(0x03),
    token: "a.b.c",
};

pub(super) fn login(wanted: &Wanted<'_>) -> Vec<u8> {
    let texts = [
        "laptop",
        wanted.user,
        wanted.password,
        "test",
        wanted.server,
    ];
    let more = ["", "", wanted.database];
    let mut table = Writer::default();
    let mut data = Writer::default();
    let put = |table: &mut Writer, data: &mut Writer, text: &str| {
        let units: Vec<u16> = text.encode_utf16().collect();
        table.u16(u16::try_from(FIXED + data.0.len()).unwrap());
        table.u16(u16::try_from(units.len()).unwrap());
        for unit in units {
            data.u16(unit);
        }
    };
    for text in texts {
        put(&mut table, &mut data, text);
    }
    let extension = table.0.len();
    table
        .u16(0)
        .u16(if wanted.options.is_some() { 4 } else { 0 });
    for text in more {
        put(&mut table, &mut data, text);
    }
    table.bytes(&[0; 6]);
    let windows: &[u8] = if wanted.integrated { b"NTLMSSP" } else { &[] };
    table.u16(u16::try_from(FIXED + data.0.len()).unwrap());
    table.u16(u16::try_from(windows.len()).unwrap());
    data.bytes(windows);
    for _ in 0..2 {
        table.u16(0).u16(0);
    }
    table.u32(0);
    if let Some(options) = wanted.options {
        let at = u16::try_from(FIXED + data.0.len()).unwrap().to_le_bytes();
        table.0[extension..extension + 2].copy_from_slice(&at);
        data.u32(u32::try_from(FIXED + data.0.len() + 4).unwrap());
        // Another feature first, as drivers send it.
        data.u8(0x0A).u32(1).u8(1);
        let units: Vec<u16> = wanted.token.encode_utf16().collect();
        let length = u32::try_from(units.len() * 2).unwrap();
        data.u8(FEATURE_FEDAUTH)
            .u32(5 + length)
            .u8(options)
            .u32(length);
        for unit in units {
            data.u16(unit);
        }
        data.u8(TERMINATOR);
    }
    let mut login = Writer::default();
    login.u32(u32::try_from(FIXED + data.0.len()).unwrap());
    login.u32(0x7400_0004).bytes(&[0; 16]);
    let flags = if wanted.integrated { 0x83 } else { 0x03 };
    let more = if wanted.options.is_some() { 0x10 } else { 0 };
    login.bytes(&[0xE0, flags, 0, more]).bytes(&[0; 8]);
    assert_eq!(login.0.len() + table.0.len(), FIXED);
    login.bytes(&table.0).bytes(&data.0);
    login.0
}

pub(super) fn headers() -> Writer {
    let mut out = Writer::default();
    // The one header of a transaction's descriptor.
    out.u32(22).u32(18).u16(2).u64(0).u32(1);
    out
}

/// A batch as clients write it.
pub(super) fn batch(text: &str) -> Vec<u8> {
    let mut out = headers();
    for unit in text.encode_utf16() {
        out.u16(unit);
    }
    out.0
}

/// A call of a procedure by its number: parameters by their names.
pub(super) fn procedure(number: u16, parameters: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = headers();
    out.u16(0xFFFF).u16(number).u16(0);
    for (name, bytes) in parameters {
        out.b_varchar(name).u8(0).bytes(bytes);
    }
    out.0
}

/// A number as a parameter, or none.
pub(super) fn number(value: Option<i32>) -> Vec<u8> {
    let mut out = vec![0x26, 4];
    match value {
        None => out.push(0),
        Some(value) => {
            out.push(4);
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
    out
}

/// A call of `sp_executesql` with one parameter.
pub(super) fn call(text: &str) -> Vec<u8> {
    let (text, declared) = (long_text(text), long_text("@P1 int"));
    let seven = number(Some(7));
    procedure(10, &[("", &text), ("", &declared), ("@P1", &seven)])
}

/// A request about transactions.
pub(super) fn transaction(kind: u16, rest: &[u8]) -> Vec<u8> {
    let mut out = headers();
    out.u16(kind).bytes(rest);
    out.0
}

/// A parameter of `nvarchar(max)`, in two chunks.
pub(super) fn long_text(text: &str) -> Vec<u8> {
    let bytes = text
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<_>>();
    let (first, second) = bytes.split_at(bytes.len() / 4 * 2);
    let mut out = Writer::default();
    out.u8(NVARCHAR).u16(MAX).bytes(&COLLATION);
    out.u64(u64::try_from(bytes.len()).unwrap());
    for part in [first, second] {
        if !part.is_empty() {
            out.u32(u32::try_from(part.len()).unwrap()).bytes(part);
        }
    }
    out.u32(0);
    out.0
}

const TENANT: Uuid = Uuid::from_u128(0xdb);
const ADMIN: Uuid = Uuid::from_u128(0x83d5);

/// A token of the administrator that [`admit`] has put there.
pub(super) fn token(world: &World) -> String {
    let audience = "https://database.windows.net";
    let token = world.with(|state| authority::app_token(state, TENANT, ADMIN, audience));
    token.unwrap().token.secret().to_owned()
}

/// Puts the server of the tests' logins there, with a database and an administrator, and gives his token.
pub(super) fn admit(world: &World) -> String {
    let (tenant, app) = (TENANT, ADMIN);
    let admin = Uuid::from_u128(0xad);
    let subscription = Uuid::from_u128(0x5b);
    let server = format!(
        "/subscriptions/{subscription}/resourceGroups/g/providers/Microsoft.Sql/servers/rhc-qa-sqlsvr"
    );
    world.with(|state| {
        let new = NewTenant {
            id: tenant,
            kind: TenantKind::Workforce,
            display_name: "rhcdbcore".to_owned(),
            initial_domain: "rhcdbcore.onmicrosoft.com".to_owned(),
            country: "US".to_owned(),
            creator: None,
        };
        state.directory().create_tenant(new).unwrap();
        let body = json!({"appId": app, "displayName": "admin", "servicePrincipalType": "Application", "accountEnabled": true});
        let body = serde_json::from_value(body).unwrap();
        let kind = ObjectKind::ServicePrincipal;
        state.directory().insert_settled(tenant, kind, admin, body).unwrap();
        rhc_arm::fake::create_subscription(state, subscription, "s", tenant, admin, &["Microsoft.Sql"]);
        for body in [
            json!({"id": server, "properties": {"publicNetworkAccess": "Enabled"}}),
            json!({"id": format!("{server}/administrators/ActiveDirectory"), "properties": {"sid": app}}),
            json!({"id": format!("{server}/firewallRules/all"), "properties":
                {"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"}}),
            json!({"id": format!("{server}/databases/hp2_db"), "properties": {"status": "Online"}}),
        ] {
            rhc_arm::fake::put_resource(state, body);
        }
    });
    token(world)
}
