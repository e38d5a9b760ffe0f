//! Runs that may do one kind of thing only, and each of it after it was announced: deletions of a takedown, marks of an import.

use std::collections::BTreeSet;
use std::sync::{Arc, RwLock};

use serde_json::Value;
use url::Url;

use super::super::key::TenantKey;
use super::super::marking::{MARK, MarkWrite};
use super::super::removal::Address;
use super::check::{Refusal, Verdict};
use super::{Fence, plain};

/// Where the tags of a thing are written by themselves.
const TAGS: &str = "/providers/microsoft.resources/tags/default";

const ONLY_DELETED: &str =
    "the environment is taken down, and this is not a deletion that was announced";
const ONLY_MARKED: &str =
    "things are adopted, and this is not the mark of one of them that was announced";

/// The marks that may be written, and nothing else.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    environment: String,
    announced: Vec<(TenantKey, MarkWrite)>,
}

impl Fence {
    /// From now on nothing is made or changed any more, anywhere; and only what the takedown names, one by one and just before,
    /// is deleted.
    pub fn only_delete(&self) {
        self.write().deletes.get_or_insert_default();
    }

    /// From now on nothing is made, changed or deleted any more, anywhere, but that this environment's mark is put on what the
    /// import names, one by one and just before.
    pub fn only_mark(&self, environment: &str) {
        self.write().marks.get_or_insert_with(|| Marks {
            environment: environment.to_owned(),
            announced: Vec::new(),
        });
    }

    /// What stands at this address was just seen, and is the environment's: it may be deleted. Without
    /// [`only_delete`](Self::only_delete) before, that counts for nothing.
    pub(in crate::engine) fn may_delete(&self, tenant: &TenantKey, address: &Address) {
        if let Some(deletes) = &mut self.write().deletes {
            deletes.insert((tenant.clone(), plain(address.as_str())));
        }
    }

    /// This thing was just seen, and is nobody's: just this may be written. Without [`only_mark`](Self::only_mark) before, that
    /// counts for nothing.
    ///
    /// # Errors
    /// When it is more than a mark.
    pub(in crate::engine) fn may_mark(
        &self,
        tenant: &TenantKey,
        mark: &MarkWrite,
    ) -> Result<(), Refusal> {
        let mut learnt = self.write();
        let Some(marks) = &mut learnt.marks else {
            return Ok(());
        };
        is_only_a_mark(&marks.environment, mark).map_err(|reason| Refusal {
            method: mark.method.to_owned(),
            target: mark.to.as_str().to_owned(),
            tenant: tenant.clone(),
            reason,
        })?;
        let announced = (tenant.clone(), mark.clone());
        if !marks.announced.contains(&announced) {
            marks.announced.push(announced);
        }
        Ok(())
    }

    /// Whether that deletion would be let through.
    pub(in crate::engine) fn would_delete(
        &self,
        tenant: &TenantKey,
        address: &Address,
    ) -> Result<(), Refusal> {
        let trial = self.trial();
        let one = BTreeSet::from([(tenant.clone(), plain(address.as_str()))]);
        trial.write().deletes = Some(one);
        trial.check_at(tenant, "DELETE", address, None)
    }

    /// Whether that mark would be let through.
    pub(in crate::engine) fn would_mark(
        &self,
        tenant: &TenantKey,
        mark: &MarkWrite,
    ) -> Result<(), Refusal> {
        let trial = self.trial();
        trial.may_mark(tenant, mark)?;
        let body = mark.body.to_string();
        trial.check_at(tenant, mark.method, &mark.to, Some(body.as_bytes()))
    }

    /// A fence that knows what this one does, and tells it nothing.
    fn trial(&self) -> Self {
        Self {
            ownership: Arc::clone(&self.ownership),
            learnt: Arc::new(RwLock::new(self.read().clone())),
        }
    }

    /// Whether a request to this address may leave.
    fn check_at(
        &self,
        tenant: &TenantKey,
        method: &str,
        address: &Address,
        body: Option<&[u8]>,
    ) -> Result<(), Refusal> {
        let (hosts, path) = match address {
            Address::Azure(id) => (&self.ownership.hosts.arm, id.clone()),
            Address::Graph(path) => (&self.ownership.hosts.graph, format!("/v1.0/{path}")),
            Address::GitHub(path) => (&self.ownership.hosts.github, path.clone()),
        };
        let host = hosts.first().map_or("", String::as_str);
        let text = format!("https://{host}/{}", path.trim_start_matches('/'));
        let refusal = |reason: String| Refusal {
            method: method.to_owned(),
            target: text.clone(),
            tenant: tenant.clone(),
            reason,
        };
        let url = Url::parse(&text).map_err(|error| refusal(error.to_string()))?;
        self.check(tenant, method, &url, body)
    }

    /// Whether this is a deletion that a takedown has announced.
    pub(super) fn is_to_go(&self, tenant: &TenantKey, method: &str, path: &[String]) -> bool {
        let learnt = self.read();
        let announced = (tenant.clone(), plain(&path.join("/")));
        let deletes = learnt.deletes.as_ref();
        method == "DELETE" && deletes.is_some_and(|deletes| deletes.contains(&announced))
    }

    /// Whether this is a mark that an import has announced, to the letter. `service` makes an address of a path.
    pub(super) fn is_mark(
        &self,
        tenant: &TenantKey,
        method: &str,
        service: fn(String) -> Address,
        path: &[String],
        body: Option<&[u8]>,
    ) -> bool {
        let learnt = self.read();
        let Some(marks) = &learnt.marks else {
            return false;
        };
        let sent = body.and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let to = service(plain(&path.join("/")));
        marks.announced.iter().any(|(own, mark)| {
            own == tenant
                && mark.method == method
                && same_address(&mark.to, &to)
                && sent.as_ref() == Some(&mark.body)
        })
    }

    /// Of a run that may do one kind of thing only: whether this is one of those that it has announced.
    pub(super) fn may_go(
        &self,
        tenant: &TenantKey,
        method: &str,
        service: fn(String) -> Address,
        path: &[String],
        body: Option<&[u8]>,
    ) -> Verdict {
        if self.read().deletes.is_some() && !self.is_to_go(tenant, method, path) {
            return Err(ONLY_DELETED.to_owned());
        }
        if self.read().marks.is_some() && !self.is_mark(tenant, method, service, path, body) {
            return Err(ONLY_MARKED.to_owned());
        }
        Ok(())
    }

    /// Of a run that may do one kind of thing only: none of them is of this kind.
    pub(super) fn may_do_anything(&self) -> Verdict {
        let learnt = self.read();
        if learnt.deletes.is_some() {
            Err(ONLY_DELETED.to_owned())
        } else if learnt.marks.is_some() {
            Err(ONLY_MARKED.to_owned())
        } else {
            Ok(())
        }
    }
}

fn same_address(one: &Address, other: &Address) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
        && plain(one.as_str()) == plain(other.as_str())
}

/// Whether a request puts the mark on its thing and changes nothing else of it.
fn is_only_a_mark(environment: &str, mark: &MarkWrite) -> Verdict {
    let no = |why: &str| {
        Err(format!(
            "it would do more than put the mark on {}: {why}",
            mark.thing.as_str()
        ))
    };
    let (thing, to) = (
        plain(mark.thing.as_str()),
        format!("/{}", plain(mark.to.as_str())),
    );
    match (&mark.thing, &mark.to, mark.method) {
        (Address::Azure(_), Address::Azure(_), "PATCH") => {
            let tag = serde_json::json!({
                "operation": "Merge",
                "properties": { "tags": { MARK: environment } },
            });
            if to == format!("/{thing}{TAGS}") {
                return match mark.body == tag {
                    true => Ok(()),
                    false => no("it writes other tags"),
                };
            }
            let notes = mark.body.pointer("/properties/metadata");
            let alone = is_alone(&mark.body, "properties")
                && is_alone(&mark.body["properties"], "metadata");
            match notes.and_then(|notes| notes.get(MARK)) {
                _ if to != format!("/{thing}") => no("it goes somewhere else"),
                Some(own) if alone && own == environment && mark.if_match.is_some() => Ok(()),
                _ => no("it writes more than notes, or not over what was seen"),
            }
        }
        (Address::Graph(_), Address::Graph(_), "PATCH") => {
            if to == format!("/{thing}") && is_alone(&mark.body, "uniqueName") {
                Ok(())
            } else {
                no("it writes more than the unique name")
            }
        }
        (Address::GitHub(_), Address::GitHub(_), "PUT") => {
            if to == format!("/{thing}") && mark.body["sha"].is_string() {
                Ok(())
            } else {
                no("it does not replace the file that was seen")
            }
        }
        _ => no("no mark is written in this way"),
    }
}

/// Whether an object has this property and no other.
fn is_alone(object: &Value, name: &str) -> bool {
    object
        .as_object()
        .is_some_and(|object| object.len() == 1 && object.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const VAULT: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv";

    fn refused(
        thing: Address,
        method: &'static str,
        to: Address,
        body: Value,
        if_match: Option<&str>,
    ) -> bool {
        let mark = MarkWrite {
            thing,
            method,
            to,
            body,
            if_match: if_match.map(str::to_owned),
            says: String::new(),
        };
        is_only_a_mark("qa", &mark).is_err()
    }

    #[test]
    fn a_tag_is_merged_and_nothing_else_is() {
        let azure = |path: &str| Address::Azure(path.to_owned());
        let beside = format!("{VAULT}/providers/Microsoft.Resources/tags/default");
        let tag = |operation: &str, tags: Value| json!({"operation": operation, "properties": {"tags": tags}});
        let ours = tag("Merge", json!({MARK: "qa"}));
        let to = |to: &str, body: Value| refused(azure(VAULT), "PATCH", azure(to), body, None);
        assert!(!to(&beside, ours.clone()));
        assert!(to(&beside, tag("Replace", json!({MARK: "qa"}))));
        assert!(to(&beside, tag("Merge", json!({MARK: "prod"}))));
        assert!(to(&beside, tag("Merge", json!({MARK: "qa", "owner": "x"}))));
        assert!(to(VAULT, ours.clone()));
        assert!(to(VAULT, json!({"tags": {MARK: "qa"}})));
        let other = beside.replace("/kv/", "/other/");
        assert!(to(&other, ours.clone()));
        assert!(refused(azure(VAULT), "PUT", azure(&beside), ours, None));
    }

    #[test]
    fn notes_are_written_over_what_was_seen_and_alone() {
        let record = Address::Azure(format!("{VAULT}/CNAME/www"));
        let write = |body: Value, etag: Option<&str>| {
            refused(record.clone(), "PATCH", record.clone(), body, etag)
        };
        let notes = json!({"properties": {"metadata": {"owner": "x", MARK: "qa"}}});
        assert!(!write(notes.clone(), Some("e")));
        assert!(write(notes.clone(), None));
        let mut more = notes;
        more["properties"]["TTL"] = json!(1);
        assert!(write(more, Some("e")));
        assert!(write(json!({"properties": {"metadata": {}}}), Some("e")));
    }

    #[test]
    fn a_directory_object_gets_its_name_and_a_file_is_replaced() {
        let graph = |path: &str| Address::Graph(path.to_owned());
        let named = json!({"uniqueName": "x"});
        let app = || graph("applications/1");
        assert!(!refused(app(), "PATCH", app(), named.clone(), None));
        assert!(refused(app(), "PATCH", graph("groups/1"), named, None));
        let more = json!({"uniqueName": "x", "tags": []});
        assert!(refused(app(), "PATCH", app(), more, None));
        let file = || Address::GitHub("repos/o/r/contents/a.yml".to_owned());
        let put = |body: Value| refused(file(), "PUT", file(), body, None);
        assert!(!put(json!({"sha": "1", "content": ""})));
        assert!(put(json!({"content": ""})));
    }
}
