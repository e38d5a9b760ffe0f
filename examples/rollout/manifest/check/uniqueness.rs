//! Names that must be the only ones of their kind.

use std::collections::BTreeMap;

use super::super::problem::Rule;
use super::Check;
use super::names::{Named, Scope};

pub(super) fn check(check: &mut Check<'_>, resources: &[Named<'_>]) {
    let manifest = check.manifest;
    let mut seen = Seen::default();
    for named in resources {
        let (within, where_) = match named.rule.scope {
            Scope::Shared => continue,
            Scope::Global => (String::new(), "in all of Azure"),
            Scope::ResourceGroup => (
                format!("{}/{}", named.subscription, named.resource_group),
                "in its resource group",
            ),
            Scope::Parent => (String::new(), "in this file"),
        };
        seen.claim(
            check,
            named.rule.kind,
            &within,
            named.name,
            &named.path,
            &format!("the name of {}", named.rule.what),
            where_,
        );
    }
    let hosting = &manifest.environment.hosting_tenant;
    let customers = &manifest.customers.tenant;
    let automation = &manifest.automation.unique_name;
    let what = "an application's uniqueName";
    seen.claim(
        check,
        "application",
        hosting,
        automation,
        "automation.unique_name",
        what,
        "in its tenant",
    );
    for (key, app) in &manifest.apps {
        let bridge = format!("apps.{key}.bridge.unique_name");
        seen.claim(
            check,
            "application",
            hosting,
            &app.bridge.unique_name,
            &bridge,
            what,
            "in its tenant",
        );
        let sign_in = format!("apps.{key}.sign_in.unique_name");
        seen.claim(
            check,
            "application",
            customers,
            &app.sign_in.unique_name,
            &sign_in,
            what,
            "in its tenant",
        );
        seen.claim(
            check,
            "hostname",
            "",
            &app.hostname,
            &format!("apps.{key}.hostname"),
            "a host name",
            "in DNS",
        );
        seen.claim(
            check,
            "repository",
            "",
            &app.github.repository,
            &format!("apps.{key}.github.repository"),
            "the repository of an app",
            "among the apps: each has one workflow file in its own",
        );
        let subnet = format!("apps.{key}.container_app.subnet");
        seen.claim(
            check,
            "app subnet",
            "",
            &app.container_app.subnet,
            &subnet,
            "the subnet of a Container Apps environment",
            "among the apps",
        );
    }
    for (key, tenant) in &manifest.tenants {
        seen.claim(
            check,
            "domain",
            "",
            &tenant.domain,
            &format!("tenants.{key}.domain"),
            "a tenant's domain",
            "in this file",
        );
        if let Some(id) = &tenant.id {
            seen.claim(
                check,
                "tenant id",
                "",
                id,
                &format!("tenants.{key}.id"),
                "a tenant's id",
                "in this file",
            );
        }
    }
    for (index, evidence) in manifest.compliance.evidence.iter().enumerate() {
        let path = format!("compliance.evidence[{index}].name");
        seen.claim(
            check,
            "evidence",
            "",
            &evidence.name,
            &path,
            "the name of a piece of evidence",
            "in this file",
        );
    }
}

/// The names that were met so far, and where.
#[derive(Default)]
struct Seen(BTreeMap<(String, String, String), String>);

impl Seen {
    #[expect(
        clippy::too_many_arguments,
        reason = "one call per kind of name; a struct would only repeat the words"
    )]
    fn claim(
        &mut self,
        check: &mut Check<'_>,
        kind: &str,
        within: &str,
        name: &str,
        path: &str,
        what: &str,
        where_: &str,
    ) {
        let key = (kind.to_owned(), within.to_lowercase(), name.to_lowercase());
        if let Some(first) = self.0.get(&key) {
            let reason =
                format!("{first} has this name already, and {what} must be unique {where_}");
            check.report(
                Rule::Duplicate,
                path,
                reason,
                "give one of them another name; small and capital letters count as the same",
            );
        } else {
            self.0.insert(key, path.to_owned());
        }
    }
}
