//! The apps' own host names: records, names, certificates, bindings.

use serde_json::{Value, json};

use super::{
    Break,
    Shown::{Create, Person, Update, Upheaval},
    one,
};
use crate::edit::{delete, record, resource};

const HOST: &str = "hp2-qa.recalibratex.net";
const CERTIFICATE: &str = "/managedcertificates/hp2-qa-recalibratex-net";

/// The host names of the app.
fn domains(state: &mut Value) -> &mut Value {
    let app = resource(state, "/containerapps/hp225qa-app");
    &mut app["properties"]["configuration"]["ingress"]["customDomains"]
}

pub(super) fn domains_stage() -> Vec<Break> {
    vec![
        one(
            "the proof of whose the host name is was removed",
            "domains/hp2-qa.recalibratex.net/records",
            Person,
            |state| {
                record(state, &format!("asuid.{HOST}")).remove("TXT");
            },
        ),
        Break {
            seen_too: &["outside/https/hp2-qa.recalibratex.net"],
            ..one(
                "the host name leads elsewhere",
                "domains/hp2-qa.recalibratex.net/records",
                Person,
                |state| {
                    record(state, HOST).insert("CNAME".to_owned(), json!(["elsewhere.example"]));
                },
            )
        },
        Break {
            seen_too: &["outside/https/hp2-qa.recalibratex.net"],
            ..one(
                "the app lost its host name",
                "domains/hp2-qa.recalibratex.net/hostname",
                // Its binding is gone with it.
                Upheaval,
                |state| *domains(state) = Value::Null,
            )
        },
        Break {
            seen_too: &["outside/https/hp2-qa.recalibratex.net"],
            ..one(
                "the certificate was deleted",
                "domains/Microsoft.App/managedEnvironments/managedCertificates/hp2-qa-recalibratex-net",
                Create,
                |state| delete(state, CERTIFICATE),
            )
        },
        one(
            "a tag of the certificate was edited",
            "domains/Microsoft.App/managedEnvironments/managedCertificates/hp2-qa-recalibratex-net",
            Update(&["tags.rhc-app"]),
            |state| resource(state, CERTIFICATE)["tags"]["rhc-app"] = json!("x"),
        ),
        Break {
            seen_too: &["outside/https/hp2-qa.recalibratex.net"],
            ..one(
                "the binding was switched off",
                "domains/hp2-qa.recalibratex.net/binding",
                Update(&["bindingType"]),
                |state| domains(state)[0]["bindingType"] = json!("Disabled"),
            )
        },
        Break {
            seen_too: &["outside/https/hp2-qa.recalibratex.net"],
            ..one(
                "the binding was taken away",
                "domains/hp2-qa.recalibratex.net/binding",
                Create,
                |state| *domains(state) = json!([{ "name": HOST, "bindingType": "Disabled" }]),
            )
        },
    ]
}
