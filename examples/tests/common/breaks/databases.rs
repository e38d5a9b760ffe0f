//! The server, its databases and who is let in.

use serde_json::json;

use super::{
    Break, NOBODY_GETS_IN,
    Shown::{Create, Update},
    one,
};
use crate::edit::{DATABASE, delete, id_of, object, resource, resource_with, sql_users};

const SERVER: &str = "/servers/rhc-qa-sqlsvr";

pub(super) fn databases() -> Vec<Break> {
    vec![
        one(
            "the group's description was changed",
            "database/groups/rhc-qa-sql-admins",
            Update(&["description"]),
            |state| {
                object(state, DATABASE, "group", "rhc-qa-sql-admins")["body"]["description"] =
                    json!("anybody's");
            },
        ),
        one(
            "a member was taken out of the group",
            "database/groups/rhc-qa-sql-admins/members/automation",
            Create,
            |state| {
                let id = id_of(state, DATABASE, "servicePrincipal", "rhc-rollout");
                let group = object(state, DATABASE, "group", "rhc-qa-sql-admins");
                let members = group["links"]["members"].as_array_mut().unwrap();
                members.retain(|member| member != id.as_str());
            },
        ),
        one(
            "the server takes an older TLS version",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr",
            Update(&["properties.minimalTlsVersion"]),
            |state| resource(state, SERVER)["properties"]["minimalTlsVersion"] = json!("1.0"),
        ),
        one(
            "the server's administrator was renamed",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/administrators/ActiveDirectory",
            Update(&["properties.login"]),
            |state| {
                let administrator = resource(state, "/administrators/activedirectory");
                administrator["properties"]["login"] = json!("somebody");
            },
        ),
        Break {
            seen_too: &["control-plane/sql-logins/rhc-qa-sqlsvr"],
            ..one(
                "sign-in with a password was allowed",
                "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/azureADOnlyAuthentications/Default",
                Update(&["properties.azureADOnlyAuthentication"]),
                |state| {
                    let only = resource(state, "/azureadonlyauthentications/default");
                    only["properties"]["azureADOnlyAuthentication"] = json!(false);
                },
            )
        },
        one(
            "a tag of a database was edited",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/corp_db",
            Update(&["tags.rhc-app"]),
            |state| resource(state, "/databases/corp_db")["tags"]["rhc-app"] = json!("mine"),
        ),
        one(
            "encryption at rest was switched off",
            "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/hp2_db/transparentDataEncryption/current",
            Update(&["properties.state"]),
            |state| {
                let encryption = resource(state, "/hp2_db/transparentdataencryption/current");
                encryption["properties"]["state"] = json!("Disabled");
            },
        ),
        Break {
            seen_too: &["control-plane/audit/rhc-db-core-sub"],
            ..one(
                "auditing was switched off",
                "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/auditingSettings/default",
                Update(&["properties.state"]),
                |state| {
                    let auditing = resource(state, "/rhc-qa-sqlsvr/auditingsettings/default");
                    auditing["properties"]["state"] = json!("Disabled");
                },
            )
        },
        Break {
            seen_too: &["control-plane/audit/rhc-db-core-sub"],
            ..one(
                "the audit's diagnostic setting was deleted",
                "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/diagnosticSettings/rhc-audit",
                Create,
                |state| {
                    delete(
                        state,
                        "/databases/master/providers/microsoft.insights/diagnosticsettings/rhc-audit",
                    )
                },
            )
        },
        Break {
            seen_too: &["inside/rights/hp2/hp2_db"],
            ..one(
                "a role was taken from the app in a database",
                "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/hp2_db/users/rhc-hp2-qa-db",
                Update(&["roles"]),
                |state| {
                    sql_users(state, "hp2_db")["rhc-hp2-qa-db"]["roles"] = json!(["db_datareader"])
                },
            )
        },
        Break {
            seen_too: &["inside/opens/hp2/corp_db"],
            ..one(
                "the app's user was dropped from a database",
                "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/corp_db/users/rhc-hp2-qa-db",
                Create,
                |state| {
                    sql_users(state, "corp_db").remove("rhc-hp2-qa-db");
                },
            )
        },
        Break {
            seen_too: NOBODY_GETS_IN,
            ..one(
                "the approval of the private endpoint was withdrawn",
                "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/privateEndpointConnections/rhc-qa-sql-pe",
                Update(&["status"]),
                |state| {
                    let kind = "Microsoft.Sql/servers/privateEndpointConnections";
                    let connection = resource_with(state, kind, "rhc-qa-sql-pe");
                    connection["properties"]["privateLinkServiceConnectionState"]["status"] =
                        json!("Pending");
                },
            )
        },
    ]
}
