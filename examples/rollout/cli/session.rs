//! One run of the program against one cloud: the verbs and what they share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rhc_core::fake::LoggedRequest;

use super::args::{Args, CloudChoice, Verb};
use super::console::Console;
use super::deployment_log::{DeploymentLog, who};
use super::events::Events;
use super::failure::{CliError, full};
use super::journal;
use super::prompt;
use super::saved::SavedPlan;
use super::signals::Signals;
use super::state;
use super::target::Target;
use crate::connection::{Exchange, Listener};
use crate::engine::{
    ApplyOptions, Exit, Held, Journal, JournalPlace, Key, MemoryJournal, Operator, Outputs, Plan,
    PlanOptions, Planned, ProgressSink, Recovery, Rollout, Summary, TargetError,
};
use crate::manifest::Manifest;
use crate::report::{self, Detail, Document, Named, Timeline};
use crate::steps::{Clients, environment};
use crate::verify::{Report, VerifyOptions, verify};

/// After this long every reader of a directory sees the last write.
const AT_REST: Duration = Duration::from_secs(60);

/// One run of the program.
pub(super) struct Session<'a> {
    pub(super) args: &'a Args,
    pub(super) manifest: &'a Manifest,
    pub(super) console: &'a mut Console,
    pub(super) document: Document,
    pub(super) target: Target,
    pub(super) signals: Signals,
    pub(super) timeline: Timeline,
    pub(super) outputs: BTreeMap<Key, Outputs>,
    pub(super) rollout: Rollout,
    pub(super) clients: Clients,
    /// The plan that is carried out, if it was saved before.
    saved: Option<SavedPlan>,
    /// The journal, of a run that writes: whoever does not hold it may not replace the state of whoever does.
    pub(super) journal: Option<Arc<dyn Journal>>,
    /// Where it is kept; in memory without one.
    place: Option<Arc<dyn JournalPlace>>,
    /// Who is told of the run as it goes.
    pub(super) events: Events,
}

impl<'a> Session<'a> {
    /// Reaches the cloud and builds the steps of the file.
    pub(super) async fn open(
        args: &'a Args,
        manifest: &'a Manifest,
        console: &'a mut Console,
        events: Events,
    ) -> Result<Self, CliError> {
        let signals = Signals::listen();
        let mut journal = journal::take(args, manifest, console).await?;
        let target = signals.or_stopped(Target::open(args, manifest)).await??;
        let place = journal::place(args, manifest, &target);
        let place = signals.or_stopped(place).await??;
        if let (None, true, Some(place)) = (&journal, journal::takes(args), &place) {
            let taken = journal::open(place.as_ref(), manifest, console);
            journal = Some(signals.or_stopped(taken).await??);
        }
        let cloud = args.cloud.name();
        let saved = args
            .operand()
            .map(|path| SavedPlan::read(path, &manifest.environment.name, &cloud))
            .transpose()?;
        let replaced = saved.as_ref();
        let replaced = replaced.map_or(&args.replace_users[..], SavedPlan::replace_users);
        let replaced = replaced.iter().cloned().collect();
        if console.detail() == Detail::Verbose {
            target.connection.listen(told_to(console, events.clone()));
        }
        events.set_clock(target.connection.clock());
        events.say(Named::Run {
            verb: args.verb().name(),
            environment: &manifest.environment.name,
            cloud: &cloud,
        });
        let clients = Clients::replacing(target.connection.clone(), replaced);
        let rollout = environment(manifest, &clients).map_err(|error| {
            CliError::failed(
                full(&error),
                "this is a mistake in the rollout: please report it",
            )
        })?;
        let targets = saved.as_ref().map_or(&args.target[..], SavedPlan::targets);
        let rollout = match args.keys() {
            keys if keys.is_empty() => rollout.only(targets),
            keys => rollout.only_steps(&keys),
        };
        let rollout = rollout.map_err(|error| no_such_part(args.verb(), error))?;
        let document = Document::new(args.verb().name(), &manifest.environment.name, &cloud);
        Ok(Self {
            args,
            manifest,
            console,
            document,
            target,
            signals,
            timeline: Timeline::default(),
            outputs: BTreeMap::new(),
            rollout,
            clients,
            saved,
            journal,
            place,
            events,
        })
    }

    /// Lets the next run have the journal.
    pub(super) async fn close(&self) {
        if let Some(journal) = &self.journal {
            journal.close().await;
        }
    }

    /// Does what was asked.
    pub(super) async fn run(&mut self) -> Result<Exit, CliError> {
        self.greet();
        // Nothing comes of a comparison that could be foreseen to fail, and what it needs it asks for itself.
        // And what stands in the way of making something does not keep anybody from deleting or adopting it.
        if !matches!(
            self.args.verb(),
            Verb::Mirror | Verb::Destroy | Verb::Import
        ) {
            self.preflight().await?;
        }
        match self.args.verb() {
            Verb::Mirror => self.mirror().await,
            Verb::Runbook => self.runbook().await,
            Verb::Permissions => self.permissions().await,
            Verb::Plan | Verb::Drift => {
                let plan = match self.journal.clone() {
                    Some(journal) => self.plan_through_window(journal).await?.plan,
                    None => {
                        let recovery = self.earlier_runs().await?;
                        self.plan(recovery).await?.plan
                    }
                };
                self.show_plan(&plan);
                if plan.totals.manual > 0 {
                    self.say_how_by_hand();
                }
                if let Some(path) = &self.args.out {
                    SavedPlan::new(&plan, self.args).write(path)?;
                    let words = format!("Saved: apply {} does exactly this.", path.display());
                    self.console.aside(&words);
                }
                let exit = plan.exit();
                self.document.planned(plan);
                Ok(exit)
            }
            Verb::Apply => {
                let exit = self.apply().await?.exit();
                self.come_to_rest(exit).await;
                self.save()?;
                Ok(exit)
            }
            Verb::Destroy => {
                let exit = self.destroy().await?;
                self.come_to_rest(exit).await;
                self.save()?;
                Ok(exit)
            }
            Verb::Import => {
                let exit = self.import().await?;
                self.come_to_rest(exit).await;
                self.save()?;
                Ok(exit)
            }
            Verb::Verify => {
                let recovery = self.earlier_runs().await?;
                Ok(self.verify(recovery).await?.exit(self.args.strict))
            }
            // They ask no cloud, and are done before one is reached.
            Verb::Workflow | Verb::Journal | Verb::Completions | Verb::Man => Ok(Exit::Done),
            Verb::Rehearse => {
                let exit = self.rehearse().await;
                self.save()?;
                exit
            }
        }
    }

    fn greet(&mut self) {
        if self.console.detail() == Detail::Quiet {
            return;
        }
        let name = &self.manifest.environment.display_name;
        let mut text = self.console.text();
        let cloud = match &self.args.cloud {
            CloudChoice::Embedded => "an embedded cloud in this process".to_owned(),
            CloudChoice::Url(url) => format!("the embedded cloud at {url}"),
            CloudChoice::Azure => "Azure".to_owned(),
        };
        text.heading(&format!("{name}: {} on {cloud}", self.args.verb().name()));
        let plain = report::Tone::Plain;
        if self.args.verb() == Verb::Rehearse && self.target.embedded.is_some() {
            text.paragraph("", plain, "No account and no network are used. What only a person can do is done by a simulated person of the cloud, and marked with *. Times are those of the cloud, which does not wait.");
        } else if self.target.person {
            text.paragraph(
                "",
                plain,
                "A simulated person of that cloud does what only a person can do.",
            );
        }
        let targets = self.saved.as_ref();
        let targets = targets.map_or(&self.args.target[..], SavedPlan::targets);
        if !targets.is_empty() {
            let words = format!("Only {}, and what that needs.", targets.join(", "));
            text.paragraph("", plain, &words);
        }
        if let (true, Some(place)) = (self.args.verb().writes(), &self.place) {
            text.paragraph("", plain, &format!("Journal: {}", place.name()));
        }
        self.console.show(text);
    }

    pub(super) async fn plan(&mut self, recovery: Recovery) -> Result<Planned, CliError> {
        let options = PlanOptions {
            recovery,
            ..PlanOptions::default()
        };
        let planned = self.signals.or_stopped(self.rollout.plan(&options)).await?;
        self.outputs.extend(planned.outputs(&self.rollout));
        for event in report::of_plan(&planned.plan) {
            self.events.say(event);
        }
        Ok(planned)
    }

    fn show_plan(&mut self, plan: &Plan) {
        let mut text = self.console.text();
        report::plan(&mut text, plan);
        self.console.show(text);
    }

    /// The instructions are those for Azure; in a cloud of our own whoever follows them makes something real.
    fn say_how_by_hand(&mut self) {
        let place = match (&self.args.cloud, &self.args.state) {
            (CloudChoice::Embedded, Some(state)) => format!("--state {}", state.display()),
            (CloudChoice::Url(_), _) => format!("--cloud {}", self.args.cloud.name()),
            (CloudChoice::Azure, _) | (CloudChoice::Embedded, None) => return,
        };
        if self.target.person {
            return;
        }
        let mut text = self.console.text();
        text.gap();
        let warning = "this cloud is embedded: do none of that in Microsoft's portal, where it would be real. The simulated person does a step, named as above, with";
        text.marked("Here: ", report::Tone::Strong, report::Tone::Plain, warning);
        let file = self.args.environment.as_ref();
        let file = file.map_or_else(String::new, |file| {
            format!(" --environment {}", file.display())
        });
        let program = self.console.program("embedded_cloud");
        let command = format!("{program} person STEP {place}{file}");
        text.paragraph("      ", report::Tone::Plain, &command);
        self.console.show(text);
    }

    /// What earlier runs left behind, for whoever only looks: it is no reason to keep a running apply from its journal.
    pub(super) async fn earlier_runs(&mut self) -> Result<Recovery, CliError> {
        let Some(place) = self.place.clone() else {
            return Ok(Recovery::default());
        };
        let read = place.read(&self.manifest.environment.name);
        let contents = self.signals.or_stopped(read).await?;
        let Some(contents) = contents.map_err(journal::refused)? else {
            return Ok(Recovery::default());
        };
        if let Ok(Held::By(holder)) = self.signals.or_stopped(place.held()).await? {
            let who = holder.map_or_else(String::new, |holder| format!(" ({holder})"));
            let note =
                format!("note: another run{who} is under way; nobody here knows what it does next");
            self.console.line(&note);
        }
        Ok(contents.recovery())
    }

    /// Plans and carries out.
    async fn apply(&mut self) -> Result<Summary, CliError> {
        let journal = self.journal.clone();
        let journal = journal.unwrap_or_else(|| Arc::new(MemoryJournal::new()));
        let through_window = self.saved.as_ref().is_some_and(SavedPlan::open_window);
        let compares = self.compares();
        // To open the door is a write already, so rights are compared before that.
        if through_window && compares {
            let recovery = journal.recovery().await.map_err(journal::refused)?;
            let planned = self.plan(recovery).await?;
            self.rights(&planned).await?;
        }
        let planned = if through_window {
            // What was seen through the door then is looked at through the door now.
            self.plan_through_window(journal.clone()).await?
        } else {
            let recovery = journal.recovery().await.map_err(journal::refused)?;
            let planned = self.plan(recovery).await?;
            if compares {
                self.rights(&planned).await?;
            }
            planned
        };
        if let Some(saved) = &self.saved {
            saved.must_be(&planned.plan)?;
        }
        let nothing = planned.plan.is_empty() && planned.plan.totals.not_observed == 0;
        let asks = self.args.cloud == CloudChoice::Azure && !self.args.yes && !nothing;
        // Whoever wants little to read still reads what he is asked about.
        if asks || self.console.detail() > Detail::Quiet {
            self.show_plan(&planned.plan);
        }
        self.document.planned(planned.plan.clone());
        if asks {
            let asked = prompt::confirm(self.args.verb(), "Carry this plan out on Azure?");
            self.signals.or_stopped(asked).await??;
        }
        let summary = self.carry_out(planned, journal).await?;
        let mut text = self.console.text();
        report::summary(&mut text, &summary);
        self.console.show(text);
        if !summary.manual.is_empty() {
            self.say_how_by_hand();
        }
        self.outputs.extend(summary.outputs.clone());
        self.events
            .say(Named::Applied(report::Applied::of(&summary)));
        self.document.applied(summary.clone());
        Ok(summary)
    }

    /// For whom closed doors are opened, and for how long.
    fn operator(&self) -> Operator {
        let file = &self.manifest.operator;
        let of_file = || file.address.as_ref().and_then(|own| own.parse().ok());
        Operator {
            address: self.args.my_address.or_else(of_file),
            minutes: file.window_minutes,
            clock: self.target.connection.clock(),
        }
    }

    pub(super) fn run_options(
        &self,
        journal: Arc<dyn Journal>,
        progress: ProgressSink,
    ) -> ApplyOptions {
        ApplyOptions {
            journal,
            progress,
            stop: self.signals.stop(),
            operator: self.operator(),
            fence: Some(self.target.connection.fence().clone()),
            leaves_doors: self.args.verb() == Verb::Import,
            time_scale: self.target.connection.clock().speed(),
            ..ApplyOptions::default()
        }
    }

    /// Begins the entry of this run, where runs are kept.
    pub(super) fn deployment_log(&self, plan: &Plan) -> Option<DeploymentLog> {
        let beside = journal::beside(self.args, self.manifest).ok().flatten();
        let path = DeploymentLog::path(self.args, beside.as_deref())?;
        let part = match self.args.target.join(", ") {
            part if part.is_empty() => String::new(),
            part => format!(", only {part}"),
        };
        let saved = self.args.operand();
        let saved = saved.map_or_else(String::new, |plan| format!(", the plan {}", plan.display()));
        let what = format!(
            "{} on {}{saved}{part}",
            self.args.verb().name(),
            self.args.cloud.name()
        );
        let title = &self.manifest.environment.display_name;
        let now = self.target.connection.clock().now();
        Some(DeploymentLog::begin(path, title, &what, &who(), now, plan))
    }

    async fn verify(&mut self, recovery: Recovery) -> Result<Report, CliError> {
        let options = VerifyOptions {
            fence: Some(self.target.connection.fence().clone()),
            recovery,
            ..VerifyOptions::default()
        };
        let asked = verify(&self.rollout, self.manifest, &self.clients, &options);
        let report = self.signals.or_stopped(asked).await?;
        let mut text = self.console.text();
        report::verification(&mut text, &report);
        self.console.show(text);
        for event in report::of_verification(&report) {
            self.events.say(event);
        }
        self.document.verified(report.clone());
        Ok(report)
    }

    async fn rehearse(&mut self) -> Result<Exit, CliError> {
        let applied = self.apply().await?.exit();
        if matches!(applied, Exit::Failure | Exit::Stopped) {
            return Ok(applied);
        }
        self.come_to_rest(applied).await;
        let verified = self.verify(Recovery::default()).await?;
        let verified = verified.exit(self.args.strict);
        let before = self.requests_of_embedded().len();
        let again = self.plan(Recovery::default()).await?.plan;
        let log = self.requests_of_embedded();
        let mut text = self.console.text();
        text.gap();
        if again.is_empty() {
            text.heading("Second plan: nothing to do.");
        } else {
            text.heading("Second plan: not empty");
            report::plan(&mut text, &again);
        }
        self.console.show(text);
        let (empty, by_hand) = (again.is_empty(), again.totals.manual > 0);
        let log = self.target.embedded.is_some().then(|| log.get(before..));
        self.document.planned_again(again, log.flatten());
        Ok(match (verified, applied) {
            (Exit::Done, _) if empty => applied,
            // What waits for a person still waits, and is nobody's mistake.
            (Exit::Done, Exit::Changes) if by_hand => Exit::Changes,
            _ => Exit::Failure,
        })
    }

    /// What the cloud in this process was asked so far.
    fn requests_of_embedded(&self) -> Vec<LoggedRequest> {
        let cloud = self.target.embedded.as_ref();
        cloud.map_or_else(Vec::new, |(cloud, _)| cloud.world().log())
    }

    /// Directories take a while until every reader sees the last write; a cloud of our own does that at once, as far as
    /// anybody in front of the screen can see.
    pub(super) async fn come_to_rest(&mut self, exit: Exit) {
        let ours = self.target.embedded.is_some() || self.args.verb() == Verb::Rehearse;
        if ours && exit != Exit::Stopped {
            let wait = self.target.connection.clock().scaled(AT_REST);
            let _ = self.signals.or_stopped(tokio::time::sleep(wait)).await;
        }
    }

    /// Keeps the embedded cloud, whatever became of a run that could change it.
    pub(super) fn save(&self) -> Result<(), CliError> {
        match &self.target.embedded {
            Some((cloud, Some(path))) if self.journal.is_some() => state::save(cloud.world(), path),
            _ => Ok(()),
        }
    }
}

/// Says each request as soon as it is answered, without what could be secret in it.
fn told_to(console: &Console, events: Events) -> Listener {
    let (voice, colour) = (console.voice().clone(), console.colour());
    Arc::new(move |exchange: &Exchange| {
        let mut text = report::Text::new(colour);
        report::exchange(&mut text, exchange);
        events.say(Named::Request(exchange));
        voice.say(&text.finish());
    })
}

fn no_such_part(verb: Verb, error: TargetError) -> CliError {
    let help = match &error {
        TargetError::Unknown {
            stages, similar, ..
        } => {
            let stages = stages.join(", ");
            let steps = similar_steps(similar)
                .unwrap_or_else(|| "the keys of steps stand in plan --json".to_owned());
            format!("the stages are {stages}; {steps}")
        }
        TargetError::NoStep { similar, .. } => match similar_steps(similar) {
            None => "the keys stand below what plan shows as foreign".to_owned(),
            Some(similar) => similar,
        },
        TargetError::Graph(_) => "this is a mistake in the rollout: please report it".to_owned(),
    };
    let option = match verb {
        Verb::Import => "import",
        _ => "--target",
    };
    CliError {
        exit: Exit::Usage,
        ..CliError::failed(format!("{option}: {}", full(&error)), help)
    }
}

fn similar_steps(similar: &[Key]) -> Option<String> {
    let similar: Vec<_> = similar.iter().map(Key::as_str).collect();
    let similar = similar.join(", ");
    (!similar.is_empty()).then(|| format!("steps that sound like it: {similar}"))
}
