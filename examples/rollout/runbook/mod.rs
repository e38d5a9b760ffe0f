//! The runbook: the same environment as documents that a person can follow, made from what the rollout really sends.
//!
//! Two rehearsals on embedded clouds whose ids differ are written down. What is the same in both comes from the
//! environment file; what differs is made up by services, and gets a name and a request that reads it. The state of each
//! step comes from a plan of the real cloud.

mod bash;
mod chapters;
mod commands;
mod conditions;
mod document;
mod items;
mod kinds;
mod path;
mod powershell;
mod recording;
mod text;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub use recording::{Recording, RecordingError, TakenDown, record, record_takedown};

use crate::connection::What;
use crate::engine::{Key, Outputs, Plan, TenantKey};
use crate::manifest::Manifest;
use crate::report::portal_link;
use crate::sign_in::{AZURE_CLIENT_GRAPH, permissions};
use chapters::{CHAPTERS, Chapter};
use document::Step;
use items::Item;
use values::{Both, Values};

const LIB_SH: &str = include_str!("assets/lib.sh");
const LIB_PS1: &str = include_str!("assets/lib.ps1");

/// Seeds of the two rehearsals.
pub const SEEDS: [u64; 2] = [1, 2];

/// How a thing is looked at.
#[derive(Clone, Debug)]
struct Look {
    url: String,
}

/// Everything about an environment that its documents say, but for the state.
#[derive(Debug)]
pub struct Runbook<'m> {
    manifest: &'m Manifest,
    title: String,
    environment: String,
    claims: Vec<&'static str>,
    items: Vec<Item>,
    values: Values,
    looks: BTreeMap<Key, Look>,
    /// The number of each step.
    numbers: BTreeMap<Key, String>,
    /// The permissions of Microsoft Graph that a step needs and that the Azure CLI's own application has not.
    beyond: BTreeMap<Key, BTreeSet<&'static str>>,
}

impl<'m> Runbook<'m> {
    /// Rehearses the environment twice.
    ///
    /// # Errors
    /// Where the environment cannot be built from nothing.
    pub fn new(manifest: &'m Manifest) -> Result<Self, RecordingError> {
        let [first, second] = SEEDS;
        Ok(Self::of(
            manifest,
            &record(manifest, first)?,
            &record(manifest, second)?,
        ))
    }

    /// From two rehearsals with different seeds.
    pub fn of(manifest: &'m Manifest, first: &Recording, second: &Recording) -> Self {
        let both = Both::new(manifest, first, second);
        let mut values = Values::of_steps(&both);
        let items = items::items(&both, &mut values);
        let mut looks = BTreeMap::new();
        for sent in &first.read {
            if let What::Http { method, url, .. } = &sent.what
                && method == "GET"
                && values.unexplained(&both, url.as_str()).is_empty()
            {
                let url = values.fill(url.as_str());
                looks.insert(sent.step.clone(), Look { url });
            }
        }
        document::used(&mut values, &items, &looks);
        let mut counted = [0; CHAPTERS.len()];
        let mut numbers = BTreeMap::new();
        for item in &items {
            let chapter = chapters::of(&item.meta);
            if let Some(count) = counted.get_mut(chapter) {
                *count += 1;
                numbers.insert(item.meta.key.clone(), format!("{}.{count}", chapter + 1));
            }
        }
        Self {
            manifest,
            title: manifest.environment.display_name.clone(),
            environment: manifest.environment.name.clone(),
            claims: crate::verify::claims_of_done(),
            items,
            values,
            looks,
            numbers,
            beyond: beyond(first),
        }
    }

    /// The documents and scripts, by their path in the folder. `outputs` is what the real cloud has told; `links` says
    /// whether its things have pages in Microsoft's portal.
    pub fn files(
        &self,
        plan: &Plan,
        outputs: &BTreeMap<Key, Outputs>,
        links: bool,
    ) -> BTreeMap<String, String> {
        let none = Outputs::new();
        let steps: Vec<Step<'_>> = self
            .items
            .iter()
            .filter_map(|item| {
                let entry = document::entry(&plan.entries, &item.meta.key)?;
                let outputs = outputs.get(&item.meta.key).unwrap_or(&none);
                let domain = self.manifest.tenants.get(entry.tenant.as_str());
                let link = domain.filter(|_| links);
                Some(Step {
                    item,
                    entry,
                    number: self.number(&item.meta.key).to_owned(),
                    look: self.looks.get(&item.meta.key),
                    link: link.and_then(|tenant| portal_link(entry, outputs, &tenant.domain)),
                })
            })
            .collect();
        let mut known = BTreeMap::new();
        for value in self.values.all() {
            if let (Some(key), Some(output)) = (&value.after, &value.output)
                && let Some(now) = outputs.get(key).and_then(|outputs| outputs.get(output))
                && let Some(text) = document::printable(now)
            {
                known.insert(value.name.clone(), text);
            }
        }
        let mut files = BTreeMap::new();
        files.insert(
            "README.md".to_owned(),
            document::readme(self, &steps, &known),
        );
        for (at, chapter) in CHAPTERS.iter().enumerate() {
            let own: Vec<&Step<'_>> = steps
                .iter()
                .filter(|step| chapters::of(&step.item.meta) == at)
                .collect();
            let text = if at + 1 == CHAPTERS.len() {
                document::production(self, chapter, &steps)
            } else {
                document::chapter(self, chapter, &own)
            };
            files.insert(format!("{}.md", self.file(chapter)), text);
        }
        files.insert("scripts/lib.sh".to_owned(), LIB_SH.to_owned());
        files.insert("scripts/lib.ps1".to_owned(), LIB_PS1.to_owned());
        files.insert("scripts/values.sh".to_owned(), self.values_sh(&known));
        files.insert("scripts/values.ps1".to_owned(), self.values_ps1(&known));
        files.insert("scripts/azure-cli.sh".to_owned(), azure_cli(self, &steps));
        files.insert(
            "scripts/powershell.ps1".to_owned(),
            powershell_script(&steps),
        );
        files
    }

    /// What each value was in the first rehearsal, by its name in the documents.
    pub fn rehearsed(&self) -> BTreeMap<&str, &str> {
        let all = self.values.all().iter();
        all.map(|value| (value.name.as_str(), value.rehearsed.as_str()))
            .collect()
    }

    fn file(&self, chapter: &Chapter) -> String {
        if chapter.file == "06-github-actions" {
            format!("{}-{}", chapter.file, self.environment)
        } else {
            chapter.file.to_owned()
        }
    }

    fn file_of(&self, number: &str) -> String {
        let chapter = number
            .split('.')
            .next()
            .and_then(|text| text.parse::<usize>().ok());
        let chapter = chapter.and_then(|number| CHAPTERS.get(number.checked_sub(1)?));
        chapter.map_or_else(String::new, |chapter| self.file(chapter))
    }

    fn number(&self, key: &Key) -> &str {
        self.numbers.get(key).map_or("", String::as_str)
    }

    fn reference(&self, key: &Key) -> String {
        let number = self.number(key);
        let file = self.file_of(number);
        format!("[{number}]({file}.md#step-{})", number.replace('.', "-"))
    }

    fn tenant(&self, key: &TenantKey) -> String {
        let tenant = self.manifest.tenants.get(key.as_str());
        tenant.map_or_else(
            || key.to_string(),
            |tenant| format!("{key} (`{}`)", tenant.domain),
        )
    }

    fn values_sh(&self, known: &BTreeMap<String, String>) -> String {
        let mut text = "# shellcheck shell=bash disable=SC2034,SC2154\n# Where each value is read.\n\ndeclare -A where\n".to_owned();
        for value in self.values.all() {
            let _ = write!(
                text,
                "\n{}",
                bash::read(
                    value,
                    &document::unknown(self, value),
                    known.get(&value.name).map(String::as_str)
                )
            );
        }
        text
    }

    fn values_ps1(&self, known: &BTreeMap<String, String>) -> String {
        let mut text = "# Where each value is read, and which permissions of Microsoft Graph each tenant is asked for.\n\n\
                        $Read = @{}\n$Where = @{}\n$GraphScopes = @{\n"
            .to_owned();
        for (key, tenant) in &self.manifest.tenants {
            let scopes = permissions(self.manifest, &TenantKey::new(key));
            let scopes: Vec<_> = scopes.into_iter().map(powershell::single).collect();
            let domain = powershell::single(&tenant.domain);
            let _ = writeln!(text, "    {domain} = {}", scopes.join(", "));
        }
        text.push_str("}\n");
        for value in self.values.all() {
            let _ = write!(
                text,
                "\n{}",
                powershell::read(
                    value,
                    &document::unknown(self, value),
                    known.get(&value.name).map(String::as_str)
                )
            );
        }
        text
    }
}

fn function(number: &str) -> String {
    format!("step_{}", number.replace('.', "_"))
}

/// What each step asks of Microsoft Graph and the Azure CLI's own application is not given: of each list one is needed.
fn beyond(recording: &Recording) -> BTreeMap<Key, BTreeSet<&'static str>> {
    let mut found: BTreeMap<Key, BTreeSet<&'static str>> = BTreeMap::new();
    for sent in &recording.written {
        let What::Http { method, url, .. } = &sent.what else {
            continue;
        };
        let path = url.path().strip_prefix("/v1.0");
        let needs = path.and_then(|path| recording.graph_needs(method, path));
        let has = |one: &&str| AZURE_CLIENT_GRAPH.contains(one);
        let lacking = needs.into_iter().flatten();
        for list in lacking.filter(|list| !list.is_empty() && !list.iter().any(has)) {
            found
                .entry(sent.step.clone())
                .or_default()
                .extend(list.first());
        }
    }
    found
}

/// The steps with commands that a step waits for, and those behind steps that have none.
fn waits_for<'s>(step: &'s Step<'_>, steps: &'s [Step<'_>]) -> BTreeSet<&'s str> {
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut open: Vec<&Key> = step.entry.after.iter().collect();
    while let Some(key) = open.pop() {
        let needed = steps.iter().find(|step| step.entry.key == *key);
        let Some(needed) = needed.filter(|_| seen.insert(key)) else {
            continue;
        };
        if needed.item.parts.is_empty() {
            open.extend(&needed.entry.after);
        } else {
            found.insert(needed.number.as_str());
        }
    }
    found
}

fn azure_cli(book: &Runbook<'_>, steps: &[Step<'_>]) -> String {
    let mut text = "#!/usr/bin/env bash\n\
                    # Builds the environment by the Azure CLI. Without words every step, in their order; with numbers of steps only those;\n\
                    # with `list` it says which there are.\n\
                    # shellcheck disable=SC1091,SC2154\n\
                    set -euo pipefail\n\
                    here=$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\n\
                    source \"$here/lib.sh\"\nsource \"$here/values.sh\"\n\nall=(\n"
        .to_owned();
    let sent: Vec<_> = steps
        .iter()
        .filter(|step| !step.item.parts.is_empty())
        .collect();
    for step in &sent {
        let _ = writeln!(text, "  {}", step.number);
    }
    text.push_str(")\n");
    for step in &sent {
        let title = bash::single(&step.title().replace('`', ""));
        let (number, mut facts) = (&step.number, String::new());
        let waits: Vec<_> = waits_for(step, steps).into_iter().collect();
        if !waits.is_empty() {
            let _ = writeln!(facts, "after[{number}]='{}'", waits.join(" "));
        }
        if let Some(beyond) = book.beyond.get(&step.item.meta.key) {
            let beyond: Vec<_> = beyond.iter().copied().collect();
            let _ = writeln!(facts, "beyond[{number}]='{}'", beyond.join(" and "));
        }
        let _ = write!(
            text,
            "\ntitles[{number}]={title}\n{facts}{}() {{\n{}}}\n",
            function(&step.number),
            bash::step(step.item)
        );
    }
    text.push_str(
        "\nif [ \"${1:-}\" = list ]; then\n  for number in \"${all[@]}\"; do printf '%s %s\\n' \"$number\" \"${titles[$number]}\"; done\n  exit\nfi\n\
         if [ $# -eq 0 ]; then set -- \"${all[@]}\"; fi\n\
         for number in \"$@\"; do\n  [ -n \"${titles[$number]:-}\" ] || stop \"there is no step $number; list shows them\"\n  \
         say \"$number ${titles[$number]}\"\n  run \"$number\"\ndone\nended \"$@\"\n",
    );
    text
}

fn powershell_script(steps: &[Step<'_>]) -> String {
    let mut text = "# Builds the environment by PowerShell. Without words every step, in their order; with numbers of steps only those;\n\
                    # with `list` it says which there are.\n\
                    . \"$PSScriptRoot/lib.ps1\"\n. \"$PSScriptRoot/values.ps1\"\n\n$Steps = [ordered]@{}\n$Titles = @{}\n"
        .to_owned();
    for step in steps.iter().filter(|step| !step.item.parts.is_empty()) {
        let number = powershell::single(&step.number);
        let title = powershell::single(&step.title().replace('`', ""));
        let _ = write!(
            text,
            "\n$Titles[{number}] = {title}\n$Steps[{number}] = {{\n{}}}\n",
            powershell::step(step.item)
        );
    }
    text.push_str(
        "\nif ($args -contains 'list') { $Steps.Keys | ForEach-Object { \"$_ $($Titles[$_])\" }; return }\n\
         foreach ($number in $(if ($args) { $args } else { @($Steps.Keys) })) {\n    \
         if (-not $Steps.Contains(\"$number\")) { throw \"there is no step $number; list shows them\" }\n    \
         Write-Host \"$number $($Titles[\"$number\"])\"\n    . $Steps[\"$number\"]\n}\n",
    );
    text
}
