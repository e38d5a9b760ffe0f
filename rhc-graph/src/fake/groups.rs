//! Groups.

use super::applications::list_of;
use super::objects::{EntityType, body_of};
use super::schema::{self, Property, flag, guid, objects, one_of, short, text, texts, time};
use super::{Call, Refusal, Reply, links};
use rhc_core::fake::{ObjectKind, State, respond};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(super) const GROUP: EntityType = EntityType {
    kind: ObjectKind::Group,
    set: "groups",
    name: "group",
    resource: "Group",
    properties: PROPERTIES,
    alternate_keys: &["uniqueName"],
};

const PROPERTIES: &[Property] = &[
    guid("id").read_only(),
    time("deletedDateTime").read_only(),
    text("classification"),
    time("createdDateTime").read_only(),
    short("description", 1024),
    short("displayName", 256).not_null(),
    time("expirationDateTime").read_only(),
    texts("groupTypes"),
    flag("isAssignableToRole").create_only(),
    text("mail").read_only(),
    flag("mailEnabled").not_null(),
    short("mailNickname", 64).not_null(),
    text("membershipRule"),
    one_of("membershipRuleProcessingState", &["On", "Paused"]),
    text("onPremisesDomainName").read_only(),
    time("onPremisesLastSyncDateTime").read_only(),
    text("onPremisesNetBiosName").read_only(),
    text("onPremisesSamAccountName").read_only(),
    text("onPremisesSecurityIdentifier").read_only(),
    flag("onPremisesSyncEnabled").read_only(),
    text("preferredDataLocation"),
    text("preferredLanguage"),
    texts("proxyAddresses").read_only(),
    time("renewedDateTime").read_only(),
    texts("resourceBehaviorOptions").create_only(),
    texts("resourceProvisioningOptions").create_only(),
    flag("securityEnabled").not_null(),
    text("securityIdentifier").read_only(),
    text("theme"),
    text("uniqueName").once(),
    one_of("visibility", &["Private", "Public", "HiddenMembership"]),
    objects("onPremisesProvisioningErrors", &[]).read_only(),
];

/// What a group cannot be made without.
const REQUIRED: &[&str] = &[
    "displayName",
    "mailEnabled",
    "mailNickname",
    "securityEnabled",
];

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    GROUP.list(state, call)
}

pub(super) fn count(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    GROUP.count(state, call)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    GROUP.get(state, call)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    create_named(state, call, None)
}

fn create_named(
    state: &mut State,
    call: &Call,
    unique_name: Option<&str>,
) -> Result<Reply, Refusal> {
    let body = call.body()?;
    schema::check(body, PROPERTIES, "Group", true)?;
    for name in REQUIRED {
        if body
            .get(*name)
            .is_none_or(|value| value.is_null() || value == "")
        {
            return Err(Refusal::required(name, "Group"));
        }
    }
    let mut made = Map::new();
    if let Some(name) = unique_name {
        made.insert("uniqueName".into(), json!(name));
    }
    let now = respond::timestamp(call.at);
    made.insert("createdDateTime".into(), json!(now));
    made.insert("renewedDateTime".into(), json!(now));
    schema::merge(&mut made, body);
    rules(state, call, &made, None)?;
    if made.get("isAssignableToRole") == Some(&json!(true))
        && !call.caller.may("RoleManagement.ReadWrite.Directory")
    {
        return Err(Refusal::denied());
    }
    let mut bound = Vec::new();
    for (name, value) in body {
        match name.strip_suffix("@odata.bind") {
            Some(relation @ ("members" | "owners")) => {
                for link in list_of(Some(value)) {
                    bound.push((
                        relation.to_owned(),
                        links::target(state, call, link, relation)?,
                    ));
                }
            }
            Some(_) => return Err(Refusal::unknown_property(name, "Group")),
            None => {}
        }
    }
    let (id, reply) = GROUP.insert(state, call, made)?;
    for (relation, to) in bound {
        // The group was made just now.
        let _ = state.directory().link(call.tenant(), id, &relation, to);
    }
    Ok(reply)
}

/// `PATCH /groups/{key}`: an update, or with `Prefer: create-if-missing` and a unique name an upsert.
pub(super) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let tenant = call.tenant();
    let Some(id) = GROUP.patched(state, call, "uniqueName")? else {
        return create_named(state, call, Some(&call.key(0)?.value));
    };
    let mut body = call.body()?.clone();
    let before = body_of(state, tenant, id);
    if call.creates_if_missing() {
        // What is immutable may be repeated, so that an upsert can be sent twice.
        body.retain(|name, value| name != "isAssignableToRole" || before.get(name) != Some(value));
    }
    schema::check(&body, PROPERTIES, "Group", false)?;
    GROUP.named_once(state, tenant, id, &body)?;
    let mut after = before;
    schema::merge(&mut after, &body);
    rules(state, call, &after, Some(id))?;
    state
        .directory()
        .update(tenant, id, |own| *own = after)
        .map_err(|_| Refusal::not_found(&id.to_string()))?;
    Ok(Reply::no_content())
}

/// A Microsoft 365 group can be restored for thirty days, a security group is gone for good.
pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let id = GROUP.target(state, call)?;
    let restorable = is_unified(&body_of(state, call.tenant(), id));
    let directory = state.directory();
    let done = if restorable {
        directory.delete(call.tenant(), id)
    } else {
        directory.purge(call.tenant(), id)
    };
    done.map_err(|_| Refusal::not_found(&id.to_string()))?;
    Ok(Reply::no_content())
}

fn is_unified(group: &Map<String, Value>) -> bool {
    list_of(group.get("groupTypes")).any(|kind| kind == "Unified")
}

fn rules(
    state: &State,
    call: &Call,
    group: &Map<String, Value>,
    id: Option<Uuid>,
) -> Result<(), Refusal> {
    let nickname = group
        .get("mailNickname")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if nickname.contains([
        '@', '(', ')', '\\', '[', ']', '"', ';', ':', '<', '>', ',', ' ',
    ]) || !nickname.is_ascii()
    {
        return Err(Refusal::invalid("mailNickname", "Group"));
    }
    let is = |name: &str| group.get(name) == Some(&json!(true));
    let unified = is_unified(group);
    if is("mailEnabled") != unified {
        return Err(Refusal::bad_request(
            "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.",
        ));
    }
    if !is("securityEnabled") && !unified {
        return Err(Refusal::invalid("securityEnabled", "Group"));
    }
    if is("isAssignableToRole")
        && (!is("securityEnabled")
            || list_of(group.get("groupTypes")).any(|kind| kind == "DynamicMembership"))
    {
        return Err(Refusal::invalid("isAssignableToRole", "Group"));
    }
    let dynamic = list_of(group.get("groupTypes")).any(|kind| kind == "DynamicMembership");
    if dynamic != group.contains_key("membershipRule") {
        return Err(Refusal::invalid("membershipRule", "Group"));
    }
    // Security groups may share a mail nickname; only mail addresses must differ.
    if unified && GROUP.is_taken(state, call.tenant(), "mailNickname", nickname, id) {
        return Err(Refusal::taken("mailNickname"));
    }
    Ok(())
}
