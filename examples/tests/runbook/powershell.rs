//! The PowerShell of documents and scripts is what a grammar of PowerShell reads, and each command and parameter in it is one
//! of the script's own functions or in the table of cmdlets, which was compared with Microsoft's pages.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::{Node, Parser, Tree};

use crate::cmdlets::CMDLETS;

/// What sends with a token or gets one, and the function that signs in for it.
const SENDS: [(&str, &str); 3] = [
    ("Get-AzAccessToken", "Connect-Azure"),
    ("Invoke-AzRestMethod", "Connect-Azure"),
    ("Invoke-MgGraphRequest", "Connect-Graph"),
];
/// Programs, whose words are their own.
const PROGRAMS: [&str; 1] = ["gh"];

/// A command in a text.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    name: String,
    parameters: BTreeSet<String>,
    /// How many words stand for parameters by their place, and may be the values of named ones.
    words: usize,
}

fn read(text: &str) -> Tree {
    let mut parser = Parser::new();
    let language = tree_sitter_powershell::LANGUAGE.into();
    parser.set_language(&language).unwrap();
    parser.parse(text, None).unwrap()
}

fn all<'t>(node: Node<'t>, found: &mut Vec<Node<'t>>) {
    found.push(node);
    for at in 0..node.child_count() {
        all(node.child(at.try_into().unwrap()).unwrap(), found);
    }
}

fn nodes(tree: &Tree) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    all(tree.root_node(), &mut found);
    found
}

/// Where the grammar finds what is no PowerShell.
fn mistakes(text: &str) -> Vec<String> {
    let tree = read(text);
    let wrong = nodes(&tree).into_iter();
    let wrong = wrong.filter(|node| node.is_error() || node.is_missing());
    let line = |node: Node<'_>| {
        let row = node.start_position().row;
        format!("{}: {}", row + 1, text.lines().nth(row).unwrap_or_default())
    };
    wrong.map(line).collect()
}

/// The functions of a text, each with its parameters in their order.
fn functions(text: &str) -> BTreeMap<String, Vec<String>> {
    let tree = read(text);
    let mut found = BTreeMap::new();
    for function in nodes(&tree) {
        if function.kind() != "function_statement" {
            continue;
        }
        let mut inside = Vec::new();
        all(function, &mut inside);
        let name = inside.iter().find(|node| node.kind() == "function_name");
        let own = inside.iter().filter(|node| {
            let list = node.parent().filter(|list| list.kind() == "parameter_list");
            let declared = list.and_then(|list| list.parent()?.parent());
            node.kind() == "script_parameter" && declared == Some(function)
        });
        let parameter = |node: &Node<'_>| {
            let mut inside = Vec::new();
            all(*node, &mut inside);
            let name = inside.iter().find(|node| node.kind() == "variable")?;
            Some(text[name.byte_range()].trim_start_matches('$').to_owned())
        };
        let name = text[name.unwrap().byte_range()].to_owned();
        found.insert(name, own.filter_map(parameter).collect());
    }
    found
}

/// Every command in a text; a table that is handed over (`@request`) with what was put into it around there.
fn calls(text: &str) -> Vec<Call> {
    let tree = read(text);
    let mut found = Vec::new();
    for command in nodes(&tree) {
        if command.kind() != "command" {
            continue;
        }
        let Some(name) = child(command, "command_name") else {
            continue;
        };
        let mut call = Call {
            name: text[name.byte_range()].to_owned(),
            parameters: BTreeSet::new(),
            words: 0,
        };
        let elements = child(command, "command_elements");
        let count = elements.map_or(0, |elements| elements.child_count());
        for at in 0..count {
            let element = elements.unwrap().child(at.try_into().unwrap()).unwrap();
            let words = &text[element.byte_range()];
            match element.kind() {
                "command_argument_sep" => {}
                "command_parameter" => {
                    let name = words.trim_start_matches('-').trim_end_matches(':');
                    call.parameters.insert(name.to_owned());
                }
                _ if words.starts_with('@')
                    && !words.starts_with("@\"")
                    && !words.starts_with("@{") =>
                {
                    call.parameters
                        .extend(table(text, command, &words.replacen('@', "$", 1)));
                }
                _ => call.words += 1,
            }
        }
        found.push(call);
    }
    found
}

fn child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    (0..node.child_count())
        .filter_map(|at| node.child(at.try_into().unwrap()))
        .find(|child| child.kind() == kind)
}

/// The names in a table that is made and filled in the block around a command.
fn table(text: &str, command: Node<'_>, variable: &str) -> BTreeSet<String> {
    let mut block = command;
    while block.kind() != "statement_block" {
        block = block.parent().unwrap();
    }
    let (mut inside, mut names) = (Vec::new(), BTreeSet::new());
    all(block, &mut inside);
    for assignment in inside {
        let Some(left) = child(assignment, "left_assignment_expression") else {
            continue;
        };
        let left = &text[left.byte_range()];
        if let Some(name) = left.strip_prefix(&format!("{variable}.")) {
            names.insert(name.to_owned());
        } else if left == variable {
            let mut parts = Vec::new();
            all(assignment, &mut parts);
            let keys = parts.iter().filter(|node| node.kind() == "key_expression");
            names.extend(keys.map(|key| text[key.byte_range()].to_owned()));
        }
    }
    assert!(!names.is_empty(), "{variable} is made elsewhere");
    names
}

/// What is wrong with a call, if anything.
fn refused(call: &Call, own: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let unknown = |known: &[&str]| {
        let mut named = call.parameters.iter();
        let stranger =
            named.find(|name| !known.iter().any(|known| known.eq_ignore_ascii_case(name)));
        stranger.map(|name| format!("{} has no -{name}", call.name))
    };
    if PROGRAMS.contains(&call.name.as_str()) {
        return None;
    }
    if let Some(parameters) = own.get(&call.name) {
        let known: Vec<&str> = parameters.iter().map(String::as_str).collect();
        let most = parameters.len();
        let many = call.words > most;
        return unknown(&known)
            .or_else(|| many.then(|| format!("{} takes {most} words", call.name)));
    }
    let cmdlet = CMDLETS.iter().find(|cmdlet| cmdlet.name == call.name);
    cmdlet.map_or_else(
        || Some(format!("there is no {}", call.name)),
        |cmdlet| unknown(cmdlet.parameters).map(|wrong| format!("{wrong}: {}", cmdlet.page())),
    )
}

#[tokio::test(start_paused = true)]
async fn powershell_is_read_by_a_grammar_and_its_commands_and_parameters_are_known() {
    let (_, files, _) = super::files().await;
    let library = files.get("scripts/lib.ps1").unwrap();
    let own = functions(library);
    assert!(own.len() >= 10, "{own:?}");
    let scripts = files.iter().filter(|(name, _)| name.ends_with(".ps1"));
    let mut texts: Vec<(String, String)> = scripts
        .map(|(name, text)| (name.clone(), text.clone()))
        .collect();
    assert_eq!(texts.len(), 3);
    for (name, text) in super::documents(&files) {
        for block in text.split("\n```powershell\n").skip(1) {
            let (block, _) = block.split_once("\n```\n").unwrap();
            let first = block.lines().next().unwrap_or_default();
            texts.push((format!("{name}: {first}"), format!("{block}\n")));
        }
    }
    let mut used = BTreeSet::new();
    let mut found = 0;
    for (place, text) in &texts {
        let wrong = mistakes(text);
        assert!(wrong.is_empty(), "{place}: {wrong:#?}");
        for call in calls(text) {
            let wrong = refused(&call, &own);
            assert_eq!(wrong, None, "{place}: {call:?}");
            let sends = SENDS.iter().any(|(name, _)| *name == call.name);
            assert!(!sends || place == "scripts/lib.ps1", "{place}: {call:?}");
            used.extend(
                call.parameters
                    .into_iter()
                    .map(|parameter| (call.name.clone(), Some(parameter.to_ascii_lowercase()))),
            );
            used.insert((call.name, None));
            found += 1;
        }
    }
    assert!(found > 1000, "{found} commands");
    // What nothing calls need not be known.
    let known = CMDLETS.iter().flat_map(|cmdlet| {
        let parameters = cmdlet
            .parameters
            .iter()
            .map(|name| name.to_ascii_lowercase());
        let parameters = parameters.map(Some).chain([None]);
        parameters.map(|parameter| (cmdlet.name.to_owned(), parameter))
    });
    let idle: Vec<_> = known.filter(|one| !used.contains(one)).collect();
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn what_is_no_powershell_and_what_nobody_knows_is_found() {
    assert!(mistakes("Need 'a', 'b'\nSend-Request PUT \"x\"\n").is_empty());
    assert_eq!(mistakes("if (Test-Absent \"x\") {\n").len(), 1);
    assert!(!mistakes("Send-Request PUT \"x\n").is_empty());
    let own = functions("function Send-Request([string]$Method, [string]$Url = 'x') { $Method }\n");
    let parameters = ["Method", "Url"].map(str::to_owned).to_vec();
    assert_eq!(
        own,
        BTreeMap::from([("Send-Request".to_owned(), parameters)])
    );
    let wrong = |text: &str| refused(&calls(text)[0], &own);
    assert_eq!(wrong("Send-Request PUT -Url 'x'\n"), None);
    for (text, why) in [
        ("Send-Request -Uri 'x'\n", "Send-Request has no -Uri"),
        (
            "Get-AzContext -Name 'x'\n",
            "Get-AzContext has no -Name: https://learn.microsoft.com/powershell/module/az.accounts/get-azcontext",
        ),
        ("Send-Request PUT 'x' 'y'\n", "Send-Request takes 2 words"),
        ("Invoke-AzRest -Uri 'x'\n", "there is no Invoke-AzRest"),
        (
            "if ($a) { $r = @{ Uri = 'x'; Body = 'y' }; Invoke-AzRestMethod @r }\n",
            "Invoke-AzRestMethod has no -Body: https://learn.microsoft.com/powershell/module/az.accounts/invoke-azrestmethod",
        ),
        (
            "if ($a) { $r = @{ Uri = 'x' }; $r.Headers = 'y'; Invoke-AzRestMethod @r }\n",
            "Invoke-AzRestMethod has no -Headers: https://learn.microsoft.com/powershell/module/az.accounts/invoke-azrestmethod",
        ),
    ] {
        assert_eq!(wrong(text).as_deref(), Some(why), "{text}");
    }
}

/// The commands in a block, in their order, up to the one that is there.
fn up_to<'t>(text: &'t str, command: Node<'_>) -> Vec<&'t str> {
    let mut block = command;
    while !["statement_block", "script_block_body"].contains(&block.kind()) {
        block = block.parent().unwrap();
    }
    let mut inside = Vec::new();
    all(block, &mut inside);
    let before = inside
        .into_iter()
        .filter(|node| node.kind() == "command" && node.start_byte() <= command.start_byte());
    let names = before.filter_map(|node| child(node, "command_name"));
    names.map(|name| &text[name.byte_range()]).collect()
}

#[test]
fn nothing_is_sent_before_somebody_is_signed_in_to_the_tenant_that_is_meant() {
    let text = include_str!("../../rollout/runbook/assets/lib.ps1");
    let tree = read(text);
    let mut seen = BTreeSet::new();
    for command in nodes(&tree) {
        let name = (command.kind() == "command").then(|| child(command, "command_name"));
        let Some(name) = name.flatten() else {
            continue;
        };
        let name = &text[name.byte_range()];
        if let Some((_, signs_in)) = SENDS.iter().find(|(sends, _)| *sends == name) {
            let before = up_to(text, command);
            assert!(before.contains(signs_in), "{name} after {before:?}");
            seen.insert(name);
        }
        // Whoever it is, the tenant is looked at before the sign-in counts.
        if name == "Confirm-Tenant" {
            let before = up_to(text, command);
            assert!(
                before.contains(&"Connect-AzAccount") && before.contains(&"Select-AzContext")
                    || before.contains(&"Connect-MgGraph"),
                "{before:?}"
            );
            let rest = &text[command.end_byte()..];
            let counts = rest.find("$SignedIn.").unwrap();
            assert!(counts < rest.find("\n}").unwrap(), "{rest}");
            seen.insert(name);
        }
    }
    let wanted = SENDS
        .iter()
        .map(|(name, _)| *name)
        .chain(["Confirm-Tenant"]);
    assert_eq!(seen, wanted.collect());
}
