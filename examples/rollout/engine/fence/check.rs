//! Which request may leave.

use std::collections::BTreeSet;

use serde::Deserialize;
use url::Url;

use super::super::key::TenantKey;
use super::github::GITHUB;
use super::ownership::{GraphAccess, TenantRules, holds};
use super::{Fence, role_definitions};
use crate::engine::removal::Address;

/// A request that the fence did not let through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "refused before it was sent: {method} {target} in tenant '{tenant}': {reason}. The rollout only writes what the \
     environment file owns; that it tried is a mistake in the rollout: please report it with this message"
)]
pub struct Refusal {
    /// The request's method.
    pub method: String,
    /// Its host and path, without the query.
    pub target: String,
    /// The tenant of the client that wanted to send it.
    pub tenant: TenantKey,
    /// Why not.
    pub reason: String,
}

/// Graph actions that are a POST and change nothing.
const GRAPH_READS: [&str; 6] = [
    "getByIds",
    "checkMemberGroups",
    "checkMemberObjects",
    "getMemberGroups",
    "getMemberObjects",
    "validateProperties",
];

/// Types that may be written at the level of an owned subscription; everything else belongs into a resource group.
const SUBSCRIPTION_TYPES: [&str; 3] = [
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.Security/pricings",
];

const ONLY_LOOKED_AT: &str = "the environment is only looked at, and nothing of it is changed";

pub(super) type Verdict = Result<(), String>;

impl Fence {
    /// Whether a request may leave.
    ///
    /// # Errors
    /// When it would write what the environment file does not own.
    pub fn check(
        &self,
        tenant: &TenantKey,
        method: &str,
        url: &Url,
        body: Option<&[u8]>,
    ) -> Result<(), Refusal> {
        if reads(method) {
            return Ok(());
        }
        self.verdict(tenant, method, url, body)
            .map_err(|reason| Refusal {
                method: method.to_owned(),
                target: format!("{}{}", url.host_str().unwrap_or_default(), url.path()),
                tenant: tenant.clone(),
                reason,
            })
    }

    /// Whether the answer to a request that was let through names a directory object which that request made.
    pub(super) fn may_have_made(&self, method: &str, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let path: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        let reads = path
            .last()
            .is_some_and(|last| GRAPH_READS.iter().any(|read| last.ends_with(read)));
        method == "POST"
            && holds(&self.ownership.hosts.graph, host)
            && !reads
            && !path.contains(&"$batch")
    }

    fn verdict(&self, tenant: &TenantKey, method: &str, url: &Url, body: Option<&[u8]>) -> Verdict {
        let host = url.host_str().unwrap_or_default().to_lowercase();
        if self.ownership.hosts.is_authority(&host) {
            return Ok(());
        }
        let path = segments(url)?;
        if holds(&self.ownership.hosts.github, &host) {
            self.may_go(tenant, method, Address::GitHub, &path, body)?;
            return self.github(tenant, method, &path, body);
        }
        let rules = self.rules(tenant)?;
        if holds(&self.ownership.hosts.arm, &host) {
            self.arm(tenant, rules, method, &path, body)?;
            self.may_start(tenant, method, &path)?;
            self.may_go(tenant, method, Address::Azure, &path, body)?;
            if self.is_to_go(tenant, method, &path) {
                return Ok(());
            }
            role_definitions::check(&path, body)
        } else if holds(&self.ownership.hosts.graph, &host) {
            self.graph(tenant, rules, method, url, &path, body)
        } else {
            self.may_do_anything()?;
            self.data_plane(tenant, &host, &path)
        }
    }

    /// While things are only looked at: whether this starts a job that may be started.
    fn may_start(&self, tenant: &TenantKey, method: &str, path: &[String]) -> Verdict {
        let learnt = self.read();
        let Some(only) = &learnt.only else {
            return Ok(());
        };
        let path = (tenant.clone(), path.join("/").to_lowercase());
        if method == "POST" && only.contains(&path) {
            Ok(())
        } else {
            Err(ONLY_LOOKED_AT.to_owned())
        }
    }

    fn rules(&self, tenant: &TenantKey) -> Result<&TenantRules, String> {
        let rules = self.ownership.tenants.get(tenant).ok_or_else(|| {
            format!("the tenant '{tenant}' is not one that the environment file owns")
        })?;
        let learnt = self.read();
        let mut names = rules
            .names
            .iter()
            .chain(learnt.tenant_names.get(tenant).into_iter().flatten());
        let protected = &self.ownership.protected.tenants;
        match names.find(|name| holds(protected, name)) {
            Some(name) => Err(format!("the tenant {name} is protected")),
            None => Ok(rules),
        }
    }

    /// GitHub is no tenant: only its own client speaks to it, about the repositories that the file names.
    fn github(
        &self,
        tenant: &TenantKey,
        method: &str,
        path: &[String],
        body: Option<&[u8]>,
    ) -> Verdict {
        if tenant.as_str() != GITHUB {
            return Err("a tenant's token does not go to GitHub".to_owned());
        }
        let [repos, owner, name, rest @ ..] = path else {
            return Err("it is not inside a repository".to_owned());
        };
        let full_name = format!("{owner}/{name}").to_lowercase();
        match self.ownership.repositories.get(&full_name) {
            Some(rules) if repos == "repos" => rules.check(method, rest, body),
            _ => Err(format!(
                "{owner}/{name} is not a repository of the environment file"
            )),
        }
    }

    fn arm(
        &self,
        tenant: &TenantKey,
        rules: &TenantRules,
        method: &str,
        path: &[String],
        body: Option<&[u8]>,
    ) -> Verdict {
        let protected = &self.ownership.protected;
        if let Some(name) = path
            .iter()
            .find(|segment| holds(&protected.subscriptions, segment))
        {
            return Err(format!("the subscription {name} is protected"));
        }
        if method == "POST" && path.last().is_some_and(|name| is_availability_check(name)) {
            return Ok(());
        }
        let goes = self.is_to_go(tenant, method, path);
        let announced = goes || self.is_mark(tenant, method, Address::Azure, path, body);
        if let Some(verdict) =
            single_resource(rules, &protected.resource_groups, method, announced, path)
        {
            return verdict;
        }
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            [subscriptions, id, rest @ ..] if is(subscriptions, "subscriptions") => {
                self.owns_subscription(tenant, id)?;
                self.in_subscription(rules, method, goes, rest)
            }
            [providers, namespace, aliases, alias, ..]
                if is(providers, "providers")
                    && is(namespace, "Microsoft.Subscription")
                    && is(aliases, "aliases") =>
            {
                if holds(&rules.subscription_aliases, alias) {
                    Ok(())
                } else {
                    Err(format!(
                        "'{alias}' is not a subscription of the environment file"
                    ))
                }
            }
            [providers, namespace, subscriptions, id, accept]
                if is(providers, "providers")
                    && is(namespace, "Microsoft.Subscription")
                    && is(subscriptions, "subscriptions")
                    && is(accept, "acceptOwnership") =>
            {
                // It still is its maker's: it becomes this tenant's by being accepted.
                if self.read().subscriptions.contains_key(&id.to_lowercase()) {
                    Ok(())
                } else {
                    Err(format!("the subscription {id} is not the environment's"))
                }
            }
            _ => Err("it is not inside a subscription of the environment".to_owned()),
        }
    }

    fn data_plane(&self, tenant: &TenantKey, host: &str, path: &[String]) -> Verdict {
        let learnt = self.read();
        let mut own = learnt
            .hosts
            .get(tenant)
            .into_iter()
            .flatten()
            .filter(|(name, _)| name == host)
            .peekable();
        if own.peek().is_none() {
            return Err(format!("the environment does not own the host {host}"));
        }
        let lies_below = |allowed: &str| {
            let allowed: Vec<&str> = allowed.split('/').filter(|part| !part.is_empty()).collect();
            allowed.len() <= path.len() && allowed.iter().zip(path).all(|(a, p)| is(a, p))
        };
        if own.any(|(_, allowed)| lies_below(allowed)) {
            Ok(())
        } else {
            Err(format!(
                "{} is not among what the environment writes at {host}",
                path.join("/")
            ))
        }
    }

    fn owns_subscription(&self, tenant: &TenantKey, id: &str) -> Verdict {
        match self.read().subscriptions.get(&id.to_lowercase()) {
            Some(owner) if owner == tenant => Ok(()),
            Some(owner) => Err(format!(
                "the subscription {id} belongs to the tenant '{owner}'"
            )),
            None => Err(format!("the subscription {id} is not the environment's")),
        }
    }

    fn in_subscription(
        &self,
        rules: &TenantRules,
        method: &str,
        goes: bool,
        path: &[&str],
    ) -> Verdict {
        let protected = &self.ownership.protected;
        match path {
            [groups, group, rest @ ..] if is(groups, "resourceGroups") => {
                if holds(&protected.resource_groups, group) {
                    return Err(format!("the resource group {group} is protected"));
                }
                if let Some(name) = rest.iter().find(|name| holds(&protected.resources, name)) {
                    return Err(format!("the resource {name} is protected"));
                }
                if rest.is_empty() && method == "DELETE" && !goes {
                    return Err("a resource group is deleted by a takedown only".to_owned());
                }
                if holds(&rules.resource_groups, group) {
                    Ok(())
                } else {
                    Err(format!(
                        "the resource group {group} is not the environment's"
                    ))
                }
            }
            [providers, _, register] if is(providers, "providers") && is(register, "register") => {
                if method == "POST" {
                    Ok(())
                } else {
                    Err("a resource provider is registered by POST".to_owned())
                }
            }
            [providers, namespace, kind, name]
                if is(providers, "providers")
                    && is(namespace, "Microsoft.Resources")
                    && is(kind, "tags")
                    && is(name, "default") =>
            {
                // Whoever deletes them deletes other people's, too.
                if method == "PUT" || method == "PATCH" {
                    Ok(())
                } else {
                    Err("the tags of a subscription are not all the environment's".to_owned())
                }
            }
            [providers, namespace, kind, _] if is(providers, "providers") => {
                let wanted = format!("{namespace}/{kind}");
                if SUBSCRIPTION_TYPES
                    .iter()
                    .any(|allowed| is(allowed, &wanted))
                {
                    Ok(())
                } else {
                    Err(format!(
                        "{wanted} is not written at the level of a subscription"
                    ))
                }
            }
            _ => Err("it would change the subscription itself".to_owned()),
        }
    }

    fn graph(
        &self,
        tenant: &TenantKey,
        rules: &TenantRules,
        method: &str,
        url: &Url,
        path: &[String],
        body: Option<&[u8]>,
    ) -> Verdict {
        let Some((version, path)) = path.split_first() else {
            return Err("it names nothing".to_owned());
        };
        if path.len() == 1 && path.first().is_some_and(|name| name == "$batch") {
            return self.batch(tenant, version, url, body);
        }
        let last = path.last().map_or("", |name| {
            name.strip_prefix("microsoft.graph.").unwrap_or(name)
        });
        if method == "POST" && GRAPH_READS.iter().any(|read| is(read, last)) {
            return Ok(());
        }
        if self.read().only.is_some() {
            return Err(ONLY_LOOKED_AT.to_owned());
        }
        let parts = split_keys(path);
        self.may_go(tenant, method, Address::Graph, &parts, body)?;
        if let [directory, deleted, id, restore] = parts.as_slice()
            && is(directory, "directory")
            && is(deleted, "deletedItems")
            && is(restore, "restore")
            && method == "POST"
            && rules.graph.contains_key("applications")
        {
            return self.owns_object(tenant, id);
        }
        let own = |name: &str| self.is_tenants_id(tenant, name);
        let Some((access, rest)) = allowed(rules, &parts, own) else {
            return Err(format!(
                "{} is not among what the environment writes in this tenant",
                path.join("/")
            ));
        };
        match (access, rest.first()) {
            (GraphAccess::Whole, _) => Ok(()),
            (GraphAccess::Singleton, None) if method == "PATCH" => Ok(()),
            (GraphAccess::Singleton, _) => {
                Err("the tenant has one of these, which is changed and nothing else".to_owned())
            }
            (GraphAccess::Objects, None) if method == "POST" => Ok(()),
            (GraphAccess::Objects, None) => Err("it would change a whole collection".to_owned()),
            // It is adopted: that it is named here was announced.
            (GraphAccess::Objects, Some(_))
                if self.is_mark(tenant, method, Address::Graph, &parts, body) =>
            {
                Ok(())
            }
            (GraphAccess::Objects, Some(id)) => self.owns_object(tenant, id),
        }
    }

    fn owns_object(&self, tenant: &TenantKey, id: &str) -> Verdict {
        let learnt = self.read();
        let objects = learnt.objects.get(tenant);
        if objects.is_some_and(|objects| objects.contains(&id.to_lowercase())) {
            Ok(())
        } else {
            Err(format!("the object {id} is not the environment's"))
        }
    }

    /// Whether this is the id of the tenant itself, which it learns to have in the run.
    fn is_tenants_id(&self, tenant: &TenantKey, id: &str) -> bool {
        let learnt = self.read();
        let mut names = learnt.tenant_names.get(tenant).into_iter().flatten();
        names.any(|name| is(name, id))
    }

    /// Every request in a batch must be let through by itself.
    fn batch(&self, tenant: &TenantKey, version: &str, url: &Url, body: Option<&[u8]>) -> Verdict {
        #[derive(Deserialize)]
        struct Batch {
            requests: Vec<Inner>,
        }
        #[derive(Deserialize)]
        struct Inner {
            method: String,
            url: String,
        }
        let batch: Batch = body
            .and_then(|bytes| serde_json::from_slice(bytes).ok())
            .ok_or("the batch cannot be read")?;
        for inner in batch.requests {
            if reads(&inner.method) {
                continue;
            }
            let relative = format!("/{version}/{}", inner.url.trim_start_matches('/'));
            let inner_url = url
                .join(&relative)
                .map_err(|e| format!("in the batch: {e}"))?;
            if inner_url.host_str() != url.host_str() || inner_url.path().ends_with("/$batch") {
                return Err("the batch holds a request that does not belong into one".to_owned());
            }
            self.verdict(tenant, &inner.method.to_uppercase(), &inner_url, None)
                .map_err(|reason| {
                    format!("in the batch, {} {}: {reason}", inner.method, inner.url)
                })?;
        }
        Ok(())
    }
}

/// What is said of a resource that the file names in somebody else's group; `None` if it is not such a one.
fn single_resource(
    rules: &TenantRules,
    protected_groups: &BTreeSet<String>,
    method: &str,
    announced: bool,
    path: &[String],
) -> Option<Verdict> {
    let id = format!("/{}", path.join("/"));
    if !holds(&rules.single_resources, &id) {
        return None;
    }
    let group = path.get(3).map_or("", String::as_str);
    Some(if holds(protected_groups, group) {
        Err(format!("the resource group {group} is protected"))
    } else if method == "PUT" || announced {
        Ok(())
    } else {
        Err("it stands among what is somebody else's, and is only put".to_owned())
    })
}

fn reads(method: &str) -> bool {
    ["GET", "HEAD", "OPTIONS"]
        .iter()
        .any(|read| is(read, method))
}

fn is(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn is_availability_check(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("check") && name.ends_with("availability")
}

/// The decoded segments of a path. What could mean another path to the service than to us is refused.
fn segments(url: &Url) -> Result<Vec<String>, String> {
    let mut decoded = Vec::new();
    let path = url.path().trim_start_matches('/').trim_end_matches('/');
    for segment in path.split('/') {
        let text = percent_encoding::percent_decode_str(segment)
            .decode_utf8()
            .map_err(|_| "its path is not text".to_owned())?;
        if text.is_empty() || text == "." || text == ".." || text.contains(['/', '\\', '%']) {
            return Err("its path can be read in two ways".to_owned());
        }
        decoded.push(text.into_owned());
    }
    Ok(decoded)
}

/// Splits OData keys from their collection: `applications(uniqueName='x')` into `applications` and `x`.
fn split_keys(path: &[String]) -> Vec<String> {
    let mut parts = Vec::with_capacity(path.len());
    for segment in path {
        match segment.strip_suffix(')').and_then(|s| s.split_once('(')) {
            Some((collection, key)) => {
                let value = key.split_once('=').map_or(key, |(_, value)| value);
                parts.push(collection.to_owned());
                parts.push(value.trim_matches('\'').to_owned());
            }
            None => parts.push(segment.clone()),
        }
    }
    parts
}

/// The longest allowed path that this one lies in, and what is left of it.
fn allowed<'p>(
    rules: &TenantRules,
    path: &'p [String],
    is_tenant: impl Fn(&str) -> bool,
) -> Option<(GraphAccess, &'p [String])> {
    let lies_in = |allowed: &str| {
        let allowed: Vec<&str> = allowed.split('/').collect();
        let fits = |(allowed, part): (&&str, &String)| match *allowed {
            "*" => is_tenant(part),
            allowed => is(allowed, part),
        };
        let inside = allowed.len() <= path.len() && allowed.iter().zip(path).all(fits);
        inside.then_some(allowed.len())
    };
    rules
        .graph
        .iter()
        .filter_map(|(allowed, access)| Some((lies_in(allowed)?, *access)))
        .max_by_key(|(length, _)| *length)
        .and_then(|(length, access)| Some((access, path.get(length..)?)))
}
