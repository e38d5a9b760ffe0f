//! What a step of the script opens for its operator is shut again, however the step ends.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

/// An `az` that writes down what it is asked for. To a certificate that is to be made it answers as it is told.
const AZ: &str = r#"#!/usr/bin/env bash
words="$*"
printf '%s\n' "${words//$'\n'/ }" >>"$LOG"
case $words in
  'account show --output none'*) ;;
  'account show '*) echo 'user somebody' ;;
  'ad signed-in-user show '*) echo 11111111-2222-4333-8444-555555555555 ;;
  'cloud show '*) echo 'https://management.azure.com/ https://graph.microsoft.com/ https://login.microsoftonline.com' ;;
  *'--method GET '*'/certificates/'*) echo 'Not Found' >&2; exit 3 ;;
  *'--method POST '*'/create?'*) eval "$MAKES" ;;
esac
"#;
const FIREWALL: &str = "--method PATCH --url https://management.azure.com/subscriptions/s-1/resourceGroups/rhc-smx-qa-rg/providers/Microsoft.KeyVault/vaults/smx25qa-kv?";
const ROLES: &str = "providers/Microsoft.Authorization/roleAssignments/";

/// Runs the step that makes a certificate, with an `az` that does so by this command.
fn run(folder: &Path, scripts: &BTreeMap<String, String>, makes: &str) -> (Output, Vec<String>) {
    for (name, text) in scripts.iter().filter(|(name, _)| name.ends_with(".sh")) {
        fs::write(folder.join(name.trim_start_matches("scripts/")), text).unwrap();
    }
    let (az, log) = (folder.join("az"), folder.join("log"));
    fs::write(&az, AZ).unwrap();
    fs::set_permissions(&az, fs::Permissions::from_mode(0o755)).unwrap();
    let script = scripts.get("scripts/azure-cli.sh").unwrap();
    let title = "]='Certificate of an application rhc-smx-qa-web'";
    let (before, _) = script.split_once(title).unwrap();
    let number = before.rsplit('[').next().unwrap();
    let path = std::env::var("PATH").unwrap();
    let ended = Command::new("bash")
        .arg(folder.join("azure-cli.sh"))
        .arg(number)
        .env("PATH", format!("{}:{path}", folder.display()))
        .env("LOG", &log)
        .env("MAKES", makes)
        .env("RUNBOOK_SIGN_INS", folder.join("sign-ins"))
        .env("RUNBOOK_PAUSE", "0")
        .env("my_address", "203.0.113.7")
        .env("rhc_b2c_qa_sub_subscription_id", "s-1")
        // A signal to the group is what Ctrl-C is.
        .process_group(0)
        .output()
        .expect("bash runs the script");
    let log = fs::read_to_string(log).unwrap();
    (ended, log.lines().map(str::to_owned).collect())
}

/// The places of the requests that open the door and shut it, in this order.
fn opened_and_shut(log: &[String]) -> [usize; 4] {
    let place = |what: &str, is: &dyn Fn(&str) -> bool| {
        let found: Vec<_> = (0..log.len()).filter(|at| is(&log[*at])).collect();
        assert_eq!(found.len(), 1, "{what}: {log:#?}");
        found[0]
    };
    [
        place("gives the role", &|line| {
            line.contains("--method PUT ") && line.contains(ROLES)
        }),
        place("lets the address in", &|line| {
            line.contains(FIREWALL) && line.contains("203.0.113.7/32")
        }),
        place("lets no address in", &|line| {
            line.contains(FIREWALL) && line.contains("\"ipRules\": []")
        }),
        place("takes the role back", &|line| {
            line.contains("--method DELETE ") && line.contains(ROLES)
        }),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_door_is_shut_again_however_the_step_ends() {
    let (_, files, _) = super::files().await;
    for (makes, status) in [
        ("echo 'Bad Request' >&2; exit 1", Some(1)),
        // The whole group gets it, as when somebody presses Ctrl-C.
        ("trap '' INT; kill -INT 0; exit 1", None),
        ("trap '' TERM; kill -TERM 0; exit 1", None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (ended, log) = run(folder.path(), &files, makes);
        let said = String::from_utf8_lossy(&ended.stderr);
        let places = opened_and_shut(&log);
        assert!(places.is_sorted(), "{makes}: {log:#?}");
        let made = log.iter().position(|line| line.contains("/create?"));
        assert!(
            Some(places[1]) < made && made < Some(places[2]),
            "{makes}: {log:#?}"
        );
        assert!(
            said.contains("shutting what this step has opened"),
            "{said}"
        );
        if status.is_some() {
            assert_eq!(ended.status.code(), status, "{makes}: {said}");
        }
        assert!(!ended.status.success(), "{makes}: {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_door_that_cannot_be_shut_is_named_and_the_other_is_shut_all_the_same() {
    let (_, files, _) = super::files().await;
    let folder = tempfile::tempdir().unwrap();
    // From now on the vault itself answers nothing.
    let makes = r#"printf '%s\n' 'case "$*" in *"--method PATCH "*) echo Unavailable >&2; exit 1;; esac' >"$0.more"
        { head -n 1 "$0"; cat "$0.more"; tail -n +2 "$0"; } >"$0.new"; chmod 755 "$0.new"; mv "$0.new" "$0"
        echo 'Bad Request' >&2; exit 1"#;
    let (ended, log) = run(folder.path(), &files, makes);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("it may still be open"), "{said}");
    let last = log.last().unwrap();
    assert!(
        last.contains("--method DELETE ") && last.contains(ROLES),
        "{log:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_role_has_the_name_that_the_rollout_gives_it_and_each_certificate_its_own_times() {
    let (_, files, _) = super::files().await;
    let folder = tempfile::tempdir().unwrap();
    let (_, log) = run(folder.path(), &files, "exit 1");
    let words = "operator window//subscriptions/s-1/resourcegroups/rhc-smx-qa-rg/providers/microsoft.keyvault/vaults/smx25qa-kv/11111111-2222-4333-8444-555555555555";
    let name = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, words.as_bytes());
    let [gives, .., takes] = opened_and_shut(&log);
    for place in [gives, takes] {
        assert!(log[place].contains(&format!("{ROLES}{name}?")), "{log:#?}");
    }
    for (own, other) in [("hp2", "smx"), ("smx", "hp2")] {
        for script in ["scripts/azure-cli.sh", "scripts/powershell.ps1"] {
            let text = files.get(script).unwrap();
            let title = format!("'Certificate of an application rhc-{own}-qa-web'");
            let (_, step) = text.split_once(&title).unwrap();
            let step = step.split("itles[").next().unwrap();
            for date in ["startDateTime", "endDateTime"] {
                let (_, value) = step.split_once(date).unwrap();
                let value = value.lines().next().unwrap();
                assert!(value.contains(&format!("rhc_{own}_qa_web_")), "{value}");
                assert!(!value.contains(&format!("_{other}_")), "{value}");
            }
        }
    }
}
