//! All problems at once, their places, how they look, and what a file does that cannot be read.

use std::fs;

use super::*;

#[test]
fn all_faults_of_form_are_said_at_once_in_the_order_of_the_file() {
    let mut text = QA.to_owned();
    for (from, to) in [
        ("name = \"qa\"", "nmae = \"qa\""),
        ("phase = 1", "phase = \"one\""),
        ("kind = \"external-id\"", "kind = \"external\""),
        ("interactive_days = 90", "interactive_days = 90.5"),
        ("sign_up_allowed = false", ""),
        ("[dns]", "[dsn]"),
    ] {
        text = change(&text, from, to);
    }
    let error = Manifest::parse("qa.toml", &text).unwrap_err();
    let rules: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| (problem.rule, problem.path.as_str()))
        .collect();
    assert_eq!(
        rules,
        [
            (Rule::MissingKey, "dns"),
            (Rule::MissingKey, "environment.name"),
            (Rule::UnknownKey, "environment.nmae"),
            (Rule::WrongType, "environment.phase"),
            (Rule::UnknownValue, "tenants.qa.kind"),
            (Rule::MissingKey, "customers.user_flow.sign_up_allowed"),
            (Rule::WrongType, "logs.interactive_days"),
            (Rule::UnknownKey, "dsn"),
        ],
        "{error}"
    );
}

#[test]
fn all_faults_of_meaning_are_said_at_once() {
    let mut text = QA.to_owned();
    for (from, to) in [
        ("location = \"eastus2\"", "location = \"East US 2\""),
        (
            "domain = \"rhcqa.onmicrosoft.com\"",
            "domain = \"rhc-qa.onmicrosoft.com\"",
        ),
        (
            "address_prefix = \"10.40.2.0/23\"",
            "address_prefix = \"172.30.2.0/23\"",
        ),
        ("db_datawriter\"]", "practice_writer\"]"),
        ("audit_total_days = 2191", "audit_total_days = 2190"),
    ] {
        text = change(&text, from, to);
    }
    let rules: Vec<_> = problems(&text)
        .into_iter()
        .map(|problem| problem.rule)
        .collect();
    for rule in [
        Rule::Region,
        Rule::InitialDomain,
        Rule::OutsideNetwork,
        Rule::ReservedRange,
        Rule::DatabaseRole,
        Rule::Retention,
    ] {
        assert!(rules.contains(&rule), "{rule:?} is not among {rules:?}");
    }
}

/// Hosting in the External ID tenant is wrong in itself, and leaves the apps in a subscription of another tenant.
#[test]
fn an_external_id_tenant_cannot_host() {
    let found = problems(&change(
        QA,
        "hosting_tenant = \"backoffice\"",
        "hosting_tenant = \"qa\"",
    ));
    let first = &found[0];
    assert_eq!(
        (first.rule, first.path.as_str(), first.value.as_deref()),
        (
            Rule::ExternalIdHost,
            "environment.hosting_tenant",
            Some("\"qa\"")
        )
    );
    assert!(
        first.help.contains("cannot own a subscription") && first.help.contains("backoffice"),
        "{}",
        first.help
    );
}

#[test]
fn a_protected_subscription_is_refused_by_name_and_by_id() {
    let text = change(
        QA,
        "name = \"rhc-b2c-qa-sub\"",
        "name = \"azure SUBSCRIPTION 1\"",
    );
    assert!(
        problems(&text)
            .iter()
            .any(|problem| problem.rule == Rule::Protected
                && problem.path == "subscriptions.hosting.name")
    );
    let id = "11111111-2222-3333-4444-555555555555";
    let text = change(
        QA,
        "name = \"Azure subscription 1\"\n# id = \"00000000-0000-0000-0000-000000000000\"",
        &format!("name = \"x\"\nid = \"{id}\""),
    );
    let text = change(
        &text,
        "workload = \"Production\"\n# id = \"00000000-0000-0000-0000-000000000000\"",
        &format!("workload = \"Production\"\nid = \"{id}\""),
    );
    let found = problems(&text);
    assert_eq!(
        (found.len(), found[0].rule, found[0].path.as_str()),
        (1, Rule::Protected, "subscriptions.hosting.id")
    );
}

#[test]
fn a_range_of_container_apps_own_is_refused() {
    let mut text = change(
        QA,
        "address_space = \"10.40.0.0/16\"",
        "address_space = \"172.16.0.0/12\"",
    );
    for (from, to) in [
        ("10.40.0.0/23", "172.30.0.0/23"),
        ("10.40.2.0/23", "172.20.2.0/23"),
        ("10.40.4.0/24", "172.20.4.0/24"),
    ] {
        text = change(
            &text,
            &format!("address_prefix = \"{from}\""),
            &format!("address_prefix = \"{to}\""),
        );
    }
    let found = problems(&text);
    assert_eq!(
        (found.len(), found[0].rule, found[0].path.as_str()),
        (
            1,
            Rule::ReservedRange,
            "network.subnets.hp2-apps.address_prefix"
        )
    );
    assert!(
        found[0].message.contains("172.30.0.0/16"),
        "{}",
        found[0].message
    );
}

#[test]
fn what_is_not_toml_is_mended_by_its_cause() {
    for (of, to, help) in [
        ("cpu = 0.5", "cpu = 0,5", "with a point"),
        ("prefix = \"rhc\"", "prefix = “rhc”", "straight quotes"),
        ("prefix = \"rhc\"", "prefix = rhc", "mend the line"),
    ] {
        let found = problems(&change(QA, of, to));
        assert!(found[0].help.contains(help), "{to}: {}", found[0].help);
    }
}

#[test]
fn an_external_tenant_as_host_is_one_mistake() {
    let text = change(
        QA,
        "hosting_tenant = \"backoffice\"",
        "hosting_tenant = \"qa\"",
    );
    let found = problems(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].rule, Rule::ExternalIdHost);
}

#[test]
fn a_place_is_counted_in_lines_and_characters() {
    let found = problems("# Ünïcödé\nformat = 1 # é\nünknown = 2\n");
    let unknown = found
        .iter()
        .find(|problem| problem.rule == Rule::Syntax)
        .unwrap();
    assert_eq!(
        (unknown.line, unknown.column),
        (3, 1),
        "{}",
        unknown.message
    );
    let text = change(
        QA,
        "display_name = \"Recalibrate Healthcare QA\"",
        "display_name = \"é\"\n  colour = \"blau\"",
    );
    let problem = &problems(&text)[0];
    let line = text.lines().nth(problem.line - 1).unwrap();
    assert_eq!((line, problem.column), ("  colour = \"blau\"", 3));
}

#[test]
fn a_problem_shows_the_value_as_it_stands_in_the_file() {
    let problem = &problems(&change(QA, "country = \"US\"", "country = 'XX'"))[0];
    assert_eq!(problem.value.as_deref(), Some("'XX'"));
    let long = "x".repeat(500);
    let problem = &problems(&change(
        QA,
        "country = \"US\"",
        &format!("country = \"{long}\""),
    ))[0];
    assert!(
        problem
            .value
            .as_deref()
            .is_some_and(|value| value.chars().count() == 61 && value.ends_with('…'))
    );
}

#[test]
fn each_problem_is_one_line_in_a_pipe() {
    let text = change(QA, "country = \"US\"", "country = \"\"\"\nX\nX\"\"\"");
    let error =
        Manifest::parse("some/qa.toml", &change(&text, "phase = 1", "phase = 9")).unwrap_err();
    let plain = error.to_string();
    let lines: Vec<&str> = plain.lines().collect();
    assert_eq!(lines.len(), error.problems().len(), "{plain}");
    assert!(
        lines.iter().all(|line| line.starts_with("some/qa.toml:")),
        "{plain}"
    );
}

#[test]
fn for_people_the_lines_around_it_are_shown() {
    let text = change(
        QA,
        "domain = \"rhcqa.onmicrosoft.com\"",
        "domain = \"rhc-b2c-qa.onmicrosoft.com\"",
    );
    let error = Manifest::parse("qa.toml", &text).unwrap_err();
    insta::assert_snapshot!(fancy(&error));
}

fn fancy(error: &ManifestError) -> String {
    let report = error.report();
    let theme = miette::GraphicalTheme::unicode_nocolor();
    let handler = miette::GraphicalReportHandler::new_themed(theme)
        .with_width(80)
        .without_syntax_highlighting();
    let mut text = String::new();
    handler.render_report(&mut text, report.as_ref()).unwrap();
    text
}

/// Wherever a secret stands, no form of the error shows it.
#[test]
fn a_secret_is_not_repeated() {
    let places = [
        change(QA, "phase = 1", "phase = 1\npassword = \"hunter2\""),
        change(
            QA,
            "phase = 1",
            "phase = 1\npassword = \"\"\"\nhunter2\n\"\"\"\ncolour = 1",
        ),
        change(
            QA,
            "phase = 1",
            "phase = 1\nlogin = { user = \"sa\", password = \"hunter2\" }",
        ),
        change(
            QA,
            "phase = 1",
            "phase = 9\n[environment.secrets]\nfirst = \"hunter2\"",
        ),
        change(
            QA,
            "phase = 1",
            "phase = 9\npasswords = [\"hunter2\", \"hunter2\"]",
        ),
        change(
            QA,
            "cost_center = \"rhc-qa\"",
            "cost_center = \"Server=x;Pwd=hunter2\"",
        ),
        change(QA, "phase = 1", "phase = 1\npassword = \"hunter2\nphase ="),
        change(QA, "phase = 1", "phase = 1\npassword = hunter2"),
        change(QA, "phase = 1", "phase = 1\nkey = [\n\"hunter2\",\n]"),
    ];
    for text in places {
        let error = Manifest::parse("qa.toml", &text).unwrap_err();
        let shown = format!("{error}\n{error:?}\n{}", fancy(&error));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_secret_is_refused_for_its_reason_and_not_as_an_unknown_key() {
    let found = problems(&change(
        QA,
        "phase = 1",
        "phase = 1\nsql_password = \"hunter2\"",
    ));
    assert_eq!(found.len(), 1);
    assert!(
        found[0]
            .message
            .contains("there is no way to give this software a password")
    );
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Manifest::load(folder.path().join("qa.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        missing.contains("qa.toml: the environment file cannot be read; there is no such file"),
        "{missing}"
    );
    let directory = Manifest::load(folder.path()).unwrap_err().to_string();
    assert!(directory.contains("it is a folder"), "{directory}");

    let path = folder.path().join("latin.toml");
    fs::write(&path, b"format = 1\nname = \"\xe9\"\n").unwrap();
    let latin = Manifest::load(&path).unwrap_err().to_string();
    assert!(
        latin.contains("latin.toml:2:9: the environment file is not text in UTF-8"),
        "{latin}"
    );

    let path = folder.path().join("huge.toml");
    fs::write(&path, vec![b'#'; (1 << 20) + 1]).unwrap();
    let huge = Manifest::load(&path).unwrap_err().to_string();
    assert!(huge.contains("larger than 1 MiB"), "{huge}");

    let path = folder.path().join("empty.toml");
    fs::write(&path, b"").unwrap();
    let empty = Manifest::load(&path).unwrap_err();
    assert!(
        empty
            .problems()
            .iter()
            .any(|problem| problem.path == "environment"),
        "{empty}"
    );
}

#[test]
fn a_journal_lies_outside_the_environment() {
    let journal = "# [journal]\n# storage_account = \"...\"\n# container = \"rollout\"";
    let filled = |account: &str, container: &str| {
        let text =
            format!("[journal]\nstorage_account = \"{account}\"\ncontainer = \"{container}\"");
        change(QA, journal, &text)
    };
    let manifest = Manifest::parse("qa.toml", &filled("rhcjournal", "rollout")).unwrap();
    assert_eq!(
        manifest
            .journal
            .map(|journal| journal.storage_account)
            .as_deref(),
        Some("rhcjournal")
    );
    for (account, container, rule, path) in [
        (
            "rhc-journal",
            "rollout",
            Rule::Name,
            "journal.storage_account",
        ),
        ("rhcjournal", "a--b", Rule::Name, "journal.container"),
        (
            "smx25qastorage",
            "rollout",
            Rule::Duplicate,
            "journal.storage_account",
        ),
    ] {
        let found = problems(&filled(account, container));
        assert_eq!(
            (found.len(), found[0].rule, found[0].path.as_str()),
            (1, rule, path)
        );
    }
}

#[test]
fn an_error_names_its_cause() {
    use std::error::Error as _;
    let error = Manifest::load("/nowhere/qa.toml").unwrap_err();
    assert!(error.source().is_some());
    assert!(!error.report().to_string().is_empty());
}
