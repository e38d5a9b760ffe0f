//! What looks from inside, and what only it can see.

use serde_json::json;

use super::{
    Break,
    Shown::{Person, Update},
    one,
};
use crate::edit::{resource, sql_users};

pub(super) fn probe() -> Vec<Break> {
    vec![
        one(
            "the probe may take an hour",
            "hp2/Microsoft.App/jobs/hp225qa-probe",
            Update(&["properties.configuration.replicaTimeout"]),
            |state| {
                let job = resource(state, "/jobs/hp225qa-probe");
                job["properties"]["configuration"]["replicaTimeout"] = json!(3600);
            },
        ),
        one(
            "the probe's image was deleted from the registry",
            "images/rhc-probe:1",
            Person,
            |state| {
                let registry = &mut state["sections"]["registry"]["smx25qaacr.azurecr.io"];
                let tags = registry["rhc-probe"].as_object_mut();
                tags.unwrap().remove("1").unwrap();
            },
        ),
        Break {
            seen_too: &["inside/rights/hp2/hp2_db"],
            ..one(
                "the app was let make tables",
                "database/Microsoft.Sql/servers/rhc-qa-sqlsvr/databases/hp2_db/users/rhc-hp2-qa-db",
                Update(&["roles"]),
                |state| {
                    let roles = ["db_datareader", "db_datawriter", "db_ddladmin"];
                    sql_users(state, "hp2_db")["rhc-hp2-qa-db"]["roles"] = json!(roles);
                },
            )
        },
    ]
}
