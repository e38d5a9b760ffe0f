//! The documents: Markdown that reads well as text too.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value as Json;

use super::chapters::{CHAPTERS, Chapter};
use super::items::{Item, Part};
use super::text::written;
use super::values::{Form, Source, Value, Values};
use super::{Look, Runbook, bash, commands, kinds, powershell};
use crate::engine::{Action, FieldChange, Key, PlanEntry};

/// A step with its place, its state, and how it is looked at.
pub(super) struct Step<'r> {
    pub(super) item: &'r Item,
    pub(super) entry: &'r PlanEntry,
    pub(super) number: String,
    pub(super) look: Option<&'r Look>,
    pub(super) link: Option<String>,
}

impl Step<'_> {
    pub(super) fn title(&self) -> String {
        let meta = &self.item.meta;
        match kinds::of(&meta.kind).noun {
            "" => format!("{} `{}`", meta.kind, meta.name),
            noun => format!("{noun} `{}`", meta.name),
        }
    }

    fn anchor(&self) -> String {
        format!("step-{}", self.number.replace('.', "-"))
    }

    fn is_done(&self) -> bool {
        matches!(self.entry.action, Action::Unchanged)
    }

    fn mark(&self) -> &'static str {
        if self.is_done() { "[x]" } else { "[ ]" }
    }
}

/// A document of steps.
pub(super) fn chapter(book: &Runbook<'_>, chapter: &Chapter, steps: &[&Step<'_>]) -> String {
    let mut text = head(book, chapter);
    text.push_str("\n## Checklist\n\n");
    for step in steps {
        let _ = writeln!(
            text,
            "- {} [{} {}](#{}): {}",
            step.mark(),
            step.number,
            step.title(),
            step.anchor(),
            state(&step.entry.action)
        );
    }
    text.push_str("\n## Steps\n");
    for step in steps {
        section(&mut text, book, step);
    }
    text
}

fn head(book: &Runbook<'_>, chapter: &Chapter) -> String {
    let mut text = format!(
        "# {}: {}\n\n{}\n",
        book.title, chapter.title, chapter.purpose
    );
    let _ = write!(
        text,
        "\nGenerated from the environment file and the plan; see [README](README.md). Do not edit: \
         `qa_rollout runbook --out DIR` writes it again, with the present state.\n\
         \n## Configuration\n\n{} in the environment file.\n\n## Security\n\n",
        chapter.tables
    );
    for note in chapter.security {
        let _ = writeln!(text, "- {note}");
    }
    text
}

fn state(action: &Action) -> String {
    match action {
        Action::Create { .. } => "to be made".to_owned(),
        Action::Update { changes } => format!("differs in {}", fields(changes)),
        Action::Unchanged => "done".to_owned(),
        Action::Manual { .. } => "waits for a person".to_owned(),
        Action::NotObserved { reason } => format!("could not be seen: {reason}"),
        Action::Foreign { what, .. } => format!("not ours: {what}"),
        Action::Conflict { changes, .. } => {
            format!("differs in what cannot be changed: {}", fields(changes))
        }
        Action::Failed { message, .. } => format!("could not be planned: {message}"),
        Action::Adopt(_) => "to be adopted".to_owned(),
        Action::Delete { .. }
        | Action::GoesWith { .. }
        | Action::Stays { .. }
        | Action::Refused { .. }
        | Action::Gone => "taken down".to_owned(),
    }
}

fn fields(changes: &[FieldChange]) -> String {
    let names: Vec<_> = changes
        .iter()
        .map(|change| format!("`{}`", change.path))
        .collect();
    names.join(", ")
}

fn section(text: &mut String, book: &Runbook<'_>, step: &Step<'_>) {
    let meta = &step.item.meta;
    let _ = write!(
        text,
        "\n<a id=\"{}\"></a>\n### {} {}\n\n- {} **{}**\n- Why: {}\n- Key: `{}`\n- Tenant: {}\n",
        step.anchor(),
        step.number,
        step.title(),
        step.mark(),
        capital(&state(&step.entry.action)),
        meta.why,
        meta.key,
        book.tenant(&meta.tenant),
    );
    if !step.entry.after.is_empty() {
        let after: Vec<_> = step
            .entry
            .after
            .iter()
            .map(|key| book.reference(key))
            .collect();
        let _ = writeln!(text, "- After: {}", after.join(", "));
    }
    let gives: Vec<_> = book
        .values
        .all()
        .iter()
        .filter(|value| value.after.as_ref() == Some(&meta.key) && value.output.is_some())
        .map(|value| format!("`{}`", value.name))
        .collect();
    if !gives.is_empty() {
        let _ = writeln!(text, "- Gives: {}", gives.join(", "));
    }
    if let Action::Update { changes } | Action::Conflict { changes, .. } = &step.entry.action {
        text.push_str("\nDifferences:\n\n");
        for change in changes {
            let new = crate::engine::Placeholder::readable_value(&change.new);
            let _ = writeln!(text, "- `{}`: `{}` → `{new}`", change.path, change.old);
        }
    }
    if let Action::Foreign { resolve, .. } | Action::Conflict { resolve, .. } = &step.entry.action {
        let _ = writeln!(text, "\nWay out: {resolve}");
    }
    by_hand(text, step);
    ways(text, book, step);
}

/// What a person does, and what nobody has to do.
fn by_hand(text: &mut String, step: &Step<'_>) {
    if let Action::Manual { instructions, .. } = &step.entry.action {
        text.push_str("\nOnly a person can do it:\n\n");
        for (at, line) in instructions.iter().enumerate() {
            let _ = writeln!(text, "{}. {line}", at + 1);
        }
    } else if step.item.meta.manual {
        text.push_str("\nA person has done it; nothing is sent.\n");
    } else if step.item.parts.is_empty() {
        text.push_str(
            "\nNothing is sent in an environment that is new: it is so from the beginning. The step sees whether it stays so.\n",
        );
    }
}

fn ways(text: &mut String, book: &Runbook<'_>, step: &Step<'_>) {
    let requests = requests(&step.item.parts);
    if let Some(look) = step.look {
        let _ = write!(
            text,
            "\nHow it is looked at:\n\n```http\nGET {}\n```\n",
            braces(&look.url)
        );
    }
    if !step.item.parts.is_empty() {
        way(text, "Request", "what the rollout sends", &requests);
        way(
            text,
            "Azure CLI",
            "with `scripts/lib.sh` and `scripts/values.sh`",
            &(beyond(book, step)
                + &fenced("bash", &bash::step(step.item))
                + &shorter("bash", "", commands::of_cli(step.item))),
        );
        way(
            text,
            "PowerShell",
            "with `scripts/lib.ps1` and `scripts/values.ps1`",
            &(fenced("powershell", &powershell::step(step.item))
                + &shorter("powershell", BODY, commands::of_modules(step.item))),
        );
    }
    let place = kinds::of(&step.item.meta.kind).place;
    let link = step
        .link
        .as_ref()
        .map(|link| format!(" Its page: <{link}>."));
    let _ = write!(
        text,
        "\n**Portal**: {place}. Name `{}`, everything else as in the request.{}\n",
        step.item.meta.name,
        link.unwrap_or_default()
    );
}

/// What `$body` is in the commands of Microsoft Graph.
const BODY: &str =
    " `$body` is what stands after `-Body` above, read by `ConvertFrom-Json -AsHashtable`.";

/// The same in the program's own words, where it has them.
fn shorter(language: &str, about: &str, commands: Option<String>) -> String {
    commands.map_or_else(String::new, |commands| {
        let about = if commands.contains("$body") {
            about
        } else {
            ""
        };
        format!(
            "\nIn its own words, which set by themselves what they are not told:{about}\n\n{}",
            fenced(language, &commands)
        )
    })
}

/// What the Azure CLI cannot do for a person, and the way out.
fn beyond(book: &Runbook<'_>, step: &Step<'_>) -> String {
    let Some(lacking) = book.beyond.get(&step.item.meta.key) else {
        return String::new();
    };
    let lacking: Vec<_> = lacking.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "The Azure CLI's own application is not given {} for a person. Take PowerShell or the portal, or sign `az` in as an \
         application that has the permission.\n\n",
        lacking.join(" and ")
    )
}

fn way(text: &mut String, name: &str, about: &str, body: &str) {
    let _ = write!(
        text,
        "\n<details><summary><b>{name}</b> ({about})</summary>\n\n{body}\n</details>\n"
    );
}

fn fenced(language: &str, code: &str) -> String {
    // A fence is longer than any in what it holds.
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", code.trim_end())
}

/// The requests as they stand on the wire.
fn requests(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Sql {
                host,
                database,
                batch,
                ..
            } => {
                let code = format!("-- {host}, database {database}\n{batch}");
                text.push_str(&fenced("sql", &braces(&code)));
            }
            Part::Http(request) => {
                let mut code = format!("{} {}\n", request.method, request.url);
                for (name, value) in &request.headers {
                    let _ = writeln!(code, "{}: {value}", capital(name));
                }
                if let Some(body) = &request.body {
                    let body = serde_json::to_string_pretty(body).unwrap_or_default();
                    let _ = write!(code, "Content-Type: application/json\n\n{body}\n");
                }
                text.push_str(&fenced("http", &braces(&code)));
            }
        }
    }
    text
}

/// Values as `{{name}}`.
pub(super) fn braces(text: &str) -> String {
    written(text, str::to_owned, |name| format!("{{{{{name}}}}}"))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// The document about what comes after.
pub(super) fn production(book: &Runbook<'_>, chapter: &Chapter, steps: &[Step<'_>]) -> String {
    let mut text = head(book, chapter);
    text.push_str("\n## Before\n\n");
    let done = steps.iter().filter(|step| step.is_done()).count();
    let all = if done == steps.len() { "[x]" } else { "[ ]" };
    let _ = writeln!(
        text,
        "- {all} {done} of {} steps of this environment are done",
        steps.len()
    );
    let is_production = book.manifest.environment.phase >= PRODUCTION;
    let lasts = if is_production {
        ""
    } else {
        ", and has done so for several weeks"
    };
    let _ = writeln!(
        text,
        "- [ ] `qa_rollout verify --strict` ends with 0{lasts}"
    );
    for claim in &book.claims {
        let _ = writeln!(text, "- [ ] shown by `verify`: {claim}");
    }
    for line in [
        "- [ ] A security audit has been done, and what it found is settled",
        "- [ ] The load that the practices of the first year make has been tried",
        "- [ ] Alerts reach somebody, backups have been restored once, and people know who is called",
        "- [ ] The Business Associate Agreement covers production",
    ] {
        let _ = writeln!(text, "{line}");
    }
    if is_production {
        text.push_str(GO_LIVE);
        return text;
    }
    let (from, to) = (&book.environment, "prod");
    let _ = write!(
        text,
        "\n## How\n\n1. `examples/environments/{to}.toml` is production's environment file. Look for `TO BE CONFIRMED` in it: nobody has \
         decided these values yet.\n2. `qa_rollout plan --environment examples/environments/{to}.toml` says what is still wrong with it.\n\
         3. `qa_rollout rehearse --environment …` tries it without a cloud.\n\
         4. `qa_rollout runbook --environment … --out DIR` writes its own documents 01 to 08.\n\
         5. `qa_rollout apply --cloud azure --environment …`, then `verify`.\n\
         \n## Names\n\nWhat carries `{from}` in its name here, and would be called there by the same rule. Host names and the size of \
         things are decided in the file.\n\n| kind | here | there |\n|---|---|---|\n"
    );
    let mut seen = std::collections::BTreeSet::new();
    for step in steps {
        let meta = &step.item.meta;
        if meta.name.contains(from.as_str()) && seen.insert((&meta.kind, &meta.name)) {
            let kind = match kinds::of(&meta.kind).noun {
                "" => meta.kind.as_str(),
                noun => noun,
            };
            let _ = writeln!(
                text,
                "| {kind} | `{}` | `{}` |",
                meta.name,
                meta.name.replace(from.as_str(), to)
            );
        }
    }
    text
}

/// The phase of the project from which an environment is production.
const PRODUCTION: u8 = 2;

/// What people decide and do before production is used; none of it is in a step.
const GO_LIVE: &str = "\
\n## Before the first user\n\nNo step does these, and `verify` does not see them. A person decides each one.\n\n\
- [ ] Every value that `TO BE CONFIRMED` stands beside in the environment file is decided\n\
- [ ] Scaling: cores, memory and replicas of the apps, and the size of the databases, follow from the load test\n\
- [ ] Alerts: the rollout makes none. They are set up by hand, on the workspaces and Application Insights\n\
- [ ] Backups: the rollout sets where they are kept. How long, beyond Azure's usual days, is set by hand at each database\n\
- [ ] Registry: its public network is on, because GitHub's own runners push from addresses that nobody can name. To shut it takes a private endpoint and runners inside the network\n\
- [ ] GitHub: who must approve a deployment is set at the GitHub environment\n\
- [ ] The first practices are taken on\n\
\n## Beside QA\n\n\
- The subscription of the databases has QA's tags. Production's costs in it are told by the tags of its resource group.\n\
- To take QA down changes nothing here: the subscription keeps QA's tags, and production's own setting goes on recording it.\n";

/// The first document.
pub(super) fn readme(
    book: &Runbook<'_>,
    steps: &[Step<'_>],
    known: &BTreeMap<String, String>,
) -> String {
    let done = steps.iter().filter(|step| step.is_done()).count();
    let mut text = format!(
        "# {}: runbook\n\nHow this environment is built by hand, step by step, with what the rollout itself sends. \
         {done} of {} steps are done.\n\n",
        book.title,
        steps.len()
    );
    text.push_str(USE);
    text.push_str("\n## Documents\n\n");
    for chapter in &CHAPTERS {
        let _ = writeln!(
            text,
            "- [{}]({}.md): {}",
            chapter.title,
            book.file(chapter),
            chapter.purpose
        );
    }
    let _ = write!(
        text,
        "- `deployment-log.md`: who did what and when, with what result. `apply` keeps it beside its journal.\n\
         \n## Order\n\nEach step stands after those that it needs; the documents group them by subject.\n\n"
    );
    for step in steps {
        let file = book.file_of(&step.number);
        let _ = writeln!(
            text,
            "- {} [{} {}]({file}.md#{})",
            step.mark(),
            step.number,
            step.title(),
            step.anchor()
        );
    }
    text.push_str(
        "\n## Values\n\nWhat only the services know. The scripts read each when it is needed.\n\n| name | value | where from |\n|---|---|---|\n",
    );
    for value in book.values.all() {
        let now = known
            .get(&value.name)
            .map_or_else(|| "not known yet".to_owned(), |value| format!("`{value}`"));
        let _ = writeln!(
            text,
            "| `{}` | {now} | {} |",
            value.name,
            whence(book, value)
        );
    }
    text
}

fn whence(book: &Runbook<'_>, value: &Value) -> String {
    match &value.source {
        Source::Read {
            url, path, form, ..
        } => {
            let form = match form {
                Form::Whole => "",
                Form::LastPart => ", the last part of it",
                Form::Seconds => ", a time in seconds since 1970",
            };
            let query = super::path::jmespath(path)
                .replace('\\', "")
                .replace('|', "\\|");
            format!("`GET {}`: `{query}`{form}", braces(url))
        }
        Source::Tenant { domain } => {
            format!("id of the tenant `{domain}`, from its public metadata")
        }
        Source::Myself { domain } => format!("object id of whoever is signed in to `{domain}`"),
        Source::Sid { of } => {
            format!("`{of}` as a SID: the bytes of the UUID as Windows orders them")
        }
        Source::Address => "the public IPv4 address from which you work".to_owned(),
        Source::Chosen => "a new UUID".to_owned(),
        Source::Named { words } => format!(
            "the UUID (version 5, for addresses) of the words `{}`",
            braces(words)
        ),
        Source::ByHand => value.after.as_ref().map_or_else(
            || "a person finds it out".to_owned(),
            |key| format!("a person reads it after {}", book.reference(key)),
        ),
    }
}

/// What stands on the page of a value as its reason to be unknown.
pub(super) fn unknown(book: &Runbook<'_>, value: &Value) -> String {
    match (&value.source, &value.after) {
        (Source::Address, _) => "give the public IPv4 address from which you work".to_owned(),
        (Source::ByHand, Some(key)) => format!("read it by hand after step {}", book.number(key)),
        (_, Some(key)) => format!("step {} makes it", book.number(key)),
        (_, None) => "the services do not tell it yet".to_owned(),
    }
}

const USE: &str = "\
## How to use it

Everything here is in four ways, the best first: the request to Microsoft Graph or Azure Resource Manager exactly as the rollout
sends it, the Azure CLI, PowerShell, the portal. `{{name}}` stands for a value that only the services know; the table below says
where it is read.

The Azure CLI and PowerShell send the same request. Where they have a command of their own for it, that stands below it, with what it
does not carry of the request: it may speak to the service in another version, and it sets by itself what it is not told. The scripts
send requests only.

```bash
scripts/azure-cli.sh list           # the steps, in their order
scripts/azure-cli.sh                # all of them
scripts/azure-cli.sh 5.1 5.2        # some
export my_address=203.0.113.7       # a value that is known already
```

`scripts/powershell.ps1` takes the same words. Both can be run again: what exists is left as it is, what is set is set again to the
same. They make what is missing. What exists and differs is not theirs: `qa_rollout plan` shows it and `apply` changes it.

Sign in to each tenant as an administrator of it. The Azure CLI's own application is not given every permission of Microsoft Graph
that is needed here (policies, above all). The documents say so at those steps; `azure-cli.sh` tries them, goes on with what does not
need them, and lists at its end what was not done and why. Run those steps in PowerShell, whose application asks for what is needed,
in the portal, or sign `az` in as an application that has the permissions (`qa_rollout permissions` lists them).

No secret stands in these documents, and none is needed.
";

/// Whether a text of an answer is one that a reader may see.
pub(super) fn printable(value: &Json) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A step of a plan, by its key.
pub(super) fn entry<'p>(entries: &'p [PlanEntry], key: &Key) -> Option<&'p PlanEntry> {
    entries.iter().find(|entry| entry.key == *key)
}

/// Keeps the import of all values in one place.
pub(super) fn used(values: &mut Values, items: &[Item], looks: &BTreeMap<Key, Look>) {
    let mut names: std::collections::BTreeSet<String> =
        items.iter().flat_map(Item::needs).collect();
    for look in looks.values() {
        names.extend(super::text::names(&look.url).into_iter().map(str::to_owned));
    }
    values.keep_only(names);
}
