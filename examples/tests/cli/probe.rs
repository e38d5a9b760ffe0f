//! The probe's command line.

use crate::console::probe;

#[test]
fn without_arguments_it_shows_every_apps_way_to_its_databases() {
    let said = probe(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    let words = said.words();
    for part in [
        "hp225qa-probe as hp225qa-id in hp2-apps",
        "ok chain: the managed identity",
        "ok opens/hp2_db: rhc-qa-sqlsvr.database.windows.net/hp2_db is open",
        "ok rights/hp2_db: roles db_datareader, db_datawriter; CREATE TABLE was refused",
        "? table/hp2_db: no table is named for it",
        "smx25qa-probe as smx25qa-id in smx-apps",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn a_script_gets_one_document() {
    let said = probe(&["--json"]);
    let document = said.document();
    assert_eq!((said.code, &document["exit"]), (0, &0.into()));
    assert_eq!(document["apps"][0]["job"], "hp225qa-probe");
    assert_eq!(document["apps"][1]["succeeded"], true);
}

#[test]
fn outside_of_a_container_it_says_that_it_is_none() {
    let id = "83d59817-87fd-4a0f-a6b9-09c04d126368";
    let host = "rhc-qa-sqlsvr.database.windows.net";
    let words = [
        "--server",
        host,
        "--tenant",
        id,
        "--bridge",
        id,
        "--identity",
        id,
        "--database",
        "hp2_db=db_datareader",
    ];
    let said = probe(&words);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.words()
            .contains("IDENTITY_ENDPOINT is not in the environment"),
        "{said:?}"
    );
    let with_json: Vec<_> = words
        .iter()
        .copied()
        .chain(["--json", "--only", "chain"])
        .collect();
    let document = probe(&with_json).document();
    assert_eq!(document["answers"][0]["question"], "chain");
    assert_eq!(document["answers"][0]["verdict"], "failed");
}

#[test]
fn arguments_that_make_no_sense_are_wrong_usage() {
    let said = probe(&["--server", "x"]);
    assert_eq!(said.code, 64);
    assert!(said.words().contains("--tenant"), "{said:?}");
    assert_eq!(probe(&["--help"]).code, 0);
}
