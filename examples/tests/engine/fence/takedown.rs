//! The fence while an environment is taken down, and when it is built again after that.

use url::Url;

use super::{GRAPH, SUB, fence, passes, refused, refused_in};

#[test]
fn while_things_are_taken_down_nothing_else_is_written() {
    let fence = fence();
    let group = format!("{SUB}/resourceGroups/rhc-hp2-qa-rg");
    let app = format!("{group}/providers/Microsoft.App/containerApps/hp225qa-app");
    let object = format!("{GRAPH}/applications/aaaaaaaa-0000-0000-0000-000000000001");
    let token = "https://login.microsoftonline.com/x/oauth2/v2.0/token".to_owned();
    let check = |method: &str, url: &str| {
        let url = Url::parse(url).unwrap();
        let checked = fence.check(&"backoffice".into(), method, &url, None);
        checked.map_err(|refusal| refusal.reason)
    };
    let refused = check("DELETE", &group).unwrap_err();
    assert!(refused.contains("by a takedown only"), "{refused}");
    for (method, url) in [("PUT", &app), ("DELETE", &app), ("PATCH", &object)] {
        assert_eq!(check(method, url), Ok(()), "before: {method} {url}");
    }
    fence.only_delete();
    for (method, url, passes) in [
        ("GET", &app, true),
        ("POST", &token, true),
        ("PUT", &app, false),
        ("PATCH", &app, false),
        ("DELETE", &app, false),
        ("DELETE", &group, false),
        ("PATCH", &object, false),
        ("DELETE", &object, false),
        ("POST", &format!("{GRAPH}/applications"), false),
        ("POST", &format!("{GRAPH}/directoryObjects/getByIds"), true),
    ] {
        assert_eq!(check(method, url).is_ok(), passes, "{method} {url}");
    }
}

#[test]
fn a_deleted_object_is_restored_if_it_is_ours() {
    let deleted = format!("{GRAPH}/directory/deletedItems");
    passes(
        "POST",
        &format!("{deleted}/aaaaaaaa-0000-0000-0000-000000000001/restore"),
    );
    refused(
        "POST",
        &format!("{deleted}/aaaaaaaa-0000-0000-0000-000000000002/restore"),
        "is not the environment's",
    );
    refused(
        "DELETE",
        &format!("{deleted}/aaaaaaaa-0000-0000-0000-000000000001"),
        "is not among what the environment writes",
    );
    refused_in(
        "database",
        "POST",
        &format!("{deleted}/aaaaaaaa-0000-0000-0000-000000000001/restore"),
        "is not among what the environment writes",
    );
}
