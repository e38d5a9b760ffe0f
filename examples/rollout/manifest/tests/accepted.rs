//! The environment file as it is, and what later code asks of it.

use super::*;

fn qa() -> Manifest {
    match Manifest::parse("qa.toml", QA) {
        Ok(manifest) => manifest,
        Err(error) => panic!("{error}"),
    }
}

/// The whole model, so that nothing of the file is read into the wrong place or forgotten.
#[test]
fn the_whole_file_as_a_model() {
    insta::assert_json_snapshot!(qa());
}

#[test]
fn a_file_is_loaded_from_its_path() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("environments/qa.toml");
    assert_eq!(Manifest::load(path).unwrap(), qa());
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    assert_eq!(
        Manifest::parse("qa.toml", &format!("\u{feff}{QA}")).unwrap(),
        qa()
    );
}

#[test]
fn windows_line_ends_change_nothing() {
    assert_eq!(
        Manifest::parse("qa.toml", &QA.replace('\n', "\r\n")).unwrap(),
        qa()
    );
}

#[test]
fn a_file_without_words_on_certificates_is_as_good() {
    let (before, rest) = QA.split_once("[vaults.certificates]").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let text = format!("{before}\n{after}");
    let without = Manifest::parse("qa.toml", &text).unwrap();
    assert_eq!(without.vaults.certificates, None);
    assert_eq!(Some(Default::default()), qa().vaults.certificates);
}

/// Values that are unknown when the file is written stand there as comments; each must be right once it is filled in.
#[test]
fn optional_values_can_be_filled_in() {
    let mut text = QA.to_owned();
    for (from, to) in [
        ("# account = \"...\"", "account = \"1234567\""),
        ("# profile = \"...\"", "profile = \"AAAA-BBBB-CCC-DDD\""),
        (
            "# invoice_section = \"...\"",
            "invoice_section = \"EEEE-FFFF-GGG-HHH\"",
        ),
        ("# sign_in_client_id", "sign_in_client_id"),
        ("# custom_url_domain", "custom_url_domain"),
        ("# address = ", "address = "),
        ("# port = 8080", "port = 8080"),
        (
            "# repository = \"vokworks-ronk/...\"",
            "repository = \"vokworks-ronk/rhc-azure\"",
        ),
        ("# github_environment", "github_environment"),
        ("# subject_prefix", "subject_prefix"),
        ("# dockerfile", "dockerfile"),
        ("# set_up_by_hand", "set_up_by_hand"),
        (
            "# document = \"...\"",
            "document = \"https://example.com/baa.pdf\"",
        ),
        ("# since = ", "since = "),
        ("# [[practices.first]]", "[[practices.first]]"),
        (
            "# name = \"Example practice\"",
            "name = \"Example practice\"",
        ),
        ("# locations = ", "locations = "),
        ("# administrator_email = ", "administrator_email = "),
        (
            "methods = [\"email-code\"]",
            "methods = [\"email-code\", \"passkey\", \"sms\"]",
        ),
    ] {
        text = change(&text, from, to);
    }
    let unknown = "# id = \"00000000-0000-0000-0000-000000000000\"";
    let ids = text.matches(unknown).count();
    for id in 1..=ids {
        text = change(
            &text,
            unknown,
            &format!("id = \"00000000-0000-0000-0000-{id:012}\""),
        );
    }
    let manifest = match Manifest::parse("qa.toml", &text) {
        Ok(manifest) => manifest,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(ids, 5);
    assert_eq!(
        manifest.billing.scope().as_deref(),
        Some(
            "/providers/Microsoft.Billing/billingAccounts/1234567/billingProfiles/AAAA-BBBB-CCC-DDD/invoiceSections/EEEE-FFFF-GGG-HHH"
        )
    );
    assert_eq!(
        manifest.practices.first[0].administrator_email,
        "name@example.com"
    );
    assert_eq!(manifest.apps["hp2"].container_app.port, Some(8080));
}

#[test]
fn billing_scopes_of_the_three_agreements() {
    let scope = |change: fn(&mut Billing)| {
        let mut billing = qa().billing;
        change(&mut billing);
        billing.scope()
    };
    assert_eq!(scope(|_| {}), None);
    let enrollment = scope(|billing| {
        billing.account = Some("1".into());
        billing.enrollment_account = Some("2".into());
    });
    assert_eq!(
        enrollment.as_deref(),
        Some("/providers/Microsoft.Billing/billingAccounts/1/enrollmentAccounts/2")
    );
    let customer = scope(|billing| {
        billing.account = Some("1".into());
        billing.customer = Some("2".into());
    });
    assert_eq!(
        customer.as_deref(),
        Some("/providers/Microsoft.Billing/billingAccounts/1/customers/2")
    );
}

#[test]
fn tenants_by_what_they_are_for() {
    let manifest = qa();
    assert_eq!(
        manifest.hosting_tenant().unwrap().domain,
        "recalibratehealthcare.com"
    );
    assert_eq!(manifest.customer_tenant().unwrap().0, "qa");
    assert_eq!(manifest.database_tenant().unwrap().0, "database");
    assert_eq!(
        manifest.tenant("qa").unwrap().initial_domain(),
        Some("rhcqa")
    );
    assert_eq!(
        manifest.tenant("backoffice").unwrap().initial_domain(),
        None
    );
    assert_eq!(
        manifest.tenant_of_subscription("database"),
        Some("database")
    );
    assert_eq!(manifest.tenant_of_subscription("nowhere"), None);
}

#[test]
fn resource_groups_with_their_owners() {
    let groups: Vec<_> = qa()
        .resource_groups()
        .into_iter()
        .map(|group| (group.subscription, group.name, group.app))
        .collect();
    let group = |subscription: &str, name: &str, app: Option<&str>| {
        (
            subscription.to_owned(),
            name.to_owned(),
            app.map(ToOwned::to_owned),
        )
    };
    assert_eq!(
        groups,
        [
            group("database", "rhc-db-qa-rg", None),
            group("hosting", "rhc-hp2-qa-rg", Some("hp2")),
            group("hosting", "rhc-identity-qa-rg", None),
            group("hosting", "rhc-net-qa-rg", None),
            group("hosting", "rhc-smx-qa-rg", Some("smx")),
        ]
    );
}

#[test]
fn a_group_that_two_apps_share_is_everybodys() {
    let text = change(
        QA,
        "resource_group = \"rhc-smx-qa-rg\"",
        "resource_group = \"RHC-hp2-qa-rg\"",
    );
    let groups = Manifest::parse("qa.toml", &text).unwrap().resource_groups();
    let shared = groups
        .iter()
        .find(|group| group.name == "rhc-hp2-qa-rg")
        .unwrap();
    assert_eq!(shared.owner(), TagOwner::Shared);
    assert_eq!(groups.len(), 4);
}

#[test]
fn tags_say_environment_app_and_cost_center() {
    let manifest = qa();
    let tags = manifest.tags(TagOwner::App("hp2"));
    assert_eq!(tags["rhc-environment"], "qa");
    assert_eq!(tags["rhc-app"], "hp2");
    assert_eq!(tags["rhc-cost-center"], "rhc-qa");
    assert_eq!(manifest.tags(TagOwner::Shared)["rhc-app"], "shared");
}

#[test]
fn providers_follow_from_what_the_file_holds() {
    let manifest = qa();
    let hosting = manifest.resource_providers("hosting");
    for provider in [
        "Microsoft.App",
        "Microsoft.AzureActiveDirectory",
        "Microsoft.Network",
        "Microsoft.Storage",
        "Microsoft.ContainerRegistry",
    ] {
        assert!(hosting.contains(provider), "{provider}");
    }
    assert!(!hosting.contains("Microsoft.Sql"));
    let database: Vec<_> = manifest
        .resource_providers("database")
        .into_iter()
        .collect();
    assert_eq!(
        database,
        [
            "Microsoft.Insights",
            "Microsoft.OperationalInsights",
            "Microsoft.Sql"
        ]
    );
    assert!(manifest.resource_providers("nowhere").is_empty());
}

#[test]
fn derived_ids_are_the_same_in_every_run_and_differ_between_environments() {
    let manifest = qa();
    let parts = ["/subscriptions/S", "principal", "AcrPull"];
    let id = manifest.derived_id(&parts);
    assert_eq!(
        id,
        qa().derived_id(&["/SUBSCRIPTIONS/s", "PRINCIPAL", "acrpull"])
    );
    assert_ne!(
        id,
        manifest.derived_id(&["/subscriptions/S", "other", "AcrPull"])
    );
    assert_ne!(
        manifest.derived_id(&["ab", "c"]),
        manifest.derived_id(&["a", "bc"])
    );
    let mut production = qa();
    production.environment.name = "prod".to_owned();
    assert_ne!(id, production.derived_id(&parts));
    assert_eq!(id.get_version_num(), 5);
    // Pinned: another value would orphan every role assignment that was ever made.
    assert_eq!(
        manifest.id_namespace().to_string(),
        "7fa29cce-9ecf-5851-8d5e-27090683e3b4"
    );
}

#[test]
fn subjects_of_deployments() {
    let mut github = qa().apps["hp2"].github.clone();
    assert_eq!(github.subject_suffix(), "environment:qa");
    github.environment = Some("Production:V1".to_owned());
    assert_eq!(github.subject_suffix(), "environment:Production%3AV1");
    github.environment = None;
    assert_eq!(github.subject_suffix(), "ref:refs/heads/qa");
}

#[test]
fn the_registry_of_both_apps_is_smx() {
    let manifest = qa();
    for (key, app) in manifest.apps() {
        let (owner, registry) = manifest.registry_for(app).unwrap();
        assert_eq!(
            (owner, registry.name.as_str()),
            ("smx", "smx25qaacr"),
            "{key}"
        );
    }
    assert_eq!(
        manifest.apps["smx"].url(),
        "https://smx-qa.recalibratex.net"
    );
    assert_eq!(manifest.sql_host(), "rhc-qa-sqlsvr.database.windows.net");
    assert_eq!(manifest.name_prefix(), "rhc-qa");
    assert_eq!(manifest.protected().tenants.len(), 5);
}

/// What the services spell is what the file spells.
#[test]
fn closed_lists_are_written_as_the_services_write_them() {
    let spelt =
        |value: serde_json::Value| value.as_str().map(ToOwned::to_owned).unwrap_or_default();
    let json = |value: &dyn erased::Json| spelt(value.json());
    assert_eq!(json(&TlsVersion::V1_3), TlsVersion::V1_3.as_str());
    assert_eq!(
        json(&BackupRedundancy::GeoZone),
        BackupRedundancy::GeoZone.as_str()
    );
    assert_eq!(json(&RegistrySku::Premium), RegistrySku::Premium.as_str());
    assert_eq!(
        json(&StorageSku::StandardZrs),
        StorageSku::StandardZrs.as_str()
    );
    assert_eq!(
        json(&WorkspaceSku::PerGb2018),
        WorkspaceSku::PerGb2018.as_str()
    );
    assert_eq!(json(&VaultSku::Premium), VaultSku::Premium.as_str());
    assert_eq!(json(&Workload::DevTest), Workload::DevTest.as_str());
}

mod erased {
    /// Anything that becomes JSON.
    pub(super) trait Json {
        fn json(&self) -> serde_json::Value;
    }

    impl<T: serde::Serialize> Json for T {
        fn json(&self) -> serde_json::Value {
            serde_json::to_value(self).unwrap()
        }
    }
}
