//! Organisations and people: what they pay for is shown to whoever administers them.

use rhc_core::fake::State;
use serde_json::{Value, json};

use super::answer::{Answer, Caller, Said};
use super::state::{GitHub, OwnerKind, Plan, Repository};

/// A repository of this owner, which says what is paid for.
fn first<'s>(state: &'s mut State, kind: OwnerKind, login: Option<&str>) -> Option<&'s Repository> {
    let all = &state.section::<GitHub>().repositories;
    let mut all = all.values();
    all.find(|own| {
        own.owner_kind == kind && login.is_none_or(|login| own.owner.eq_ignore_ascii_case(login))
    })
}

fn shown(own: &Repository, who: Caller) -> Value {
    let mut body =
        json!({ "login": own.owner, "id": own.owner_id, "type": own.owner_kind.as_str() });
    if who == Caller::Administrator {
        let name = match (own.plan, own.owner_kind) {
            (Plan::Free, _) => "free",
            (Plan::Team, OwnerKind::Organization) => "team",
            (Plan::Team, OwnerKind::User) => "pro",
            (Plan::Enterprise, _) => "enterprise",
        };
        body["plan"] = json!({ "name": name, "space": 976_562_499, "private_repos": 999_999 });
    }
    body
}

/// `GET /orgs/{org}`.
pub(super) fn organization(state: &mut State, who: Caller, login: &str) -> Said {
    let found = first(state, OwnerKind::Organization, Some(login));
    found.map_or_else(
        || Err(Answer::not_found()),
        |own| Ok(Answer::ok(shown(own, who))),
    )
}

/// `GET /user`: whose token it is. The administrator is the person who owns repositories here, if one does.
pub(super) fn user(state: &mut State, who: Caller) -> Said {
    let own = first(state, OwnerKind::User, None).filter(|_| who == Caller::Administrator);
    let somebody = || json!({ "login": "embedded-github-somebody", "id": 1, "type": "User" });
    Ok(Answer::ok(own.map_or_else(somebody, |own| shown(own, who))))
}
