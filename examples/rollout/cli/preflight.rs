//! What is said before anything is done, and whether anything is done then.

use std::collections::BTreeMap;

use super::args::{CloudChoice, Verb};
use super::failure::{CliError, full};
use super::session::Session;
use crate::engine::{Key, Outputs, Plan, Planned};
use crate::permissions::{TenantNeeds, needs, needs_of_takedown};
use crate::preflight::{self, Finding, Severity, Situation};
use crate::report::{self, Named};
use crate::runbook::{RecordingError, SEEDS, record, record_takedown};
use crate::steps::Connect;

impl Session<'_> {
    /// Whether the cloud is asked before anything is done.
    fn looks(&self) -> bool {
        self.args.cloud == CloudChoice::Azure || self.args.preflight
    }

    /// Whether what a plan needs is compared with what whoever signed in has, before it is carried out.
    pub(super) fn compares(&self) -> bool {
        self.looks() && self.args.verb().writes()
    }

    /// Says what will not work, and refuses to write where writing is senseless. Where rights will be compared all is
    /// refused together then.
    pub(super) async fn preflight(&mut self) -> Result<(), CliError> {
        let connection = &self.target.connection;
        let situation = Situation {
            looks: self.looks(),
            github: connection.github().is_some(),
            ..self.target.situation
        };
        let asked = preflight::of_people(self.manifest, situation, connection);
        let mut findings = self.signals.or_stopped(asked).await?;
        findings.extend(preflight::of_file(self.manifest, situation));
        if self.args.verb() == Verb::Verify {
            // What is foreseen has happened or not by now, and the checks say which.
            findings.retain(|one| one.severity == Severity::Stop);
        }
        if self.looks() {
            let asked = preflight::of_cloud(self.manifest, &self.target.connection);
            let mut found = self.signals.or_stopped(asked).await?;
            let compares = self.compares() || self.args.verb() == Verb::Permissions;
            if compares && !preflight::blinds(&found) {
                preflight::without_permissions(&mut found);
            }
            findings.extend(found);
        }
        self.foreseen(&findings);
        let blind = preflight::blinds(&findings);
        let stops = preflight::stops(&findings) && self.args.verb().writes() && !self.compares();
        self.document.preflight = findings;
        match blind || stops {
            true => Err(self.refusal()),
            false => Ok(()),
        }
    }

    /// Compares what a plan needs with what whoever signed in has, and refuses to go on for whatever was found until now.
    pub(super) async fn rights(&mut self, planned: &Planned) -> Result<(), CliError> {
        let plan = &planned.plan;
        if !plan.is_empty() || plan.totals.not_observed > 0 {
            let [seed, _] = SEEDS;
            let all =
                record(self.manifest, seed).map(|recording| needs(self.manifest, &recording, plan));
            self.compare(all, &planned.outputs(&self.rollout)).await?;
        }
        self.go_on()
    }

    /// The same before anything is deleted.
    pub(super) async fn rights_of_takedown(
        &mut self,
        plan: &Plan,
        known: &BTreeMap<Key, Outputs>,
    ) -> Result<(), CliError> {
        let [seed, _] = SEEDS;
        let all = record_takedown(self.manifest, seed)
            .map(|recording| needs_of_takedown(self.manifest, &recording, plan));
        self.compare(all, known).await?;
        self.go_on()
    }

    /// Compares what is needed, if it is known, and says what is missing.
    async fn compare(
        &mut self,
        all: Result<Vec<TenantNeeds>, RecordingError>,
        known: &BTreeMap<Key, Outputs>,
    ) -> Result<(), CliError> {
        let found = match all {
            Ok(all) => self.lacking(&all, known).await?,
            Err(error) => vec![Finding::ours(
                "needs-unknown",
                format!(
                    "what the plan needs is read off a rehearsal, and there is none, so rights are not compared beforehand: {}",
                    full(&error)
                ),
                "see what rehearse says of this environment file; a right that is missing shows as a refusal of the step that needs it",
            )],
        };
        self.foreseen(&found);
        self.document.preflight.extend(found);
        Ok(())
    }

    fn go_on(&mut self) -> Result<(), CliError> {
        match preflight::stops(&self.document.preflight) {
            true => Err(self.refusal()),
            false => Ok(()),
        }
    }

    /// What whoever signed in lacks of this.
    pub(super) async fn lacking(
        &self,
        all: &[TenantNeeds],
        known: &BTreeMap<Key, Outputs>,
    ) -> Result<Vec<Finding>, CliError> {
        let asked = preflight::of_needs(all, self.manifest, known, &self.clients);
        self.signals.or_stopped(asked).await
    }

    /// Tells people and programs.
    pub(super) fn foreseen(&mut self, findings: &[Finding]) {
        let mut text = self.console.text();
        report::findings(&mut text, findings);
        for finding in findings {
            self.events.say(Named::Foreseen(finding));
        }
        self.console.show(text);
    }

    fn refusal(&mut self) -> CliError {
        let findings = std::mem::take(&mut self.document.preflight);
        let mut reasons: Vec<_> = findings
            .iter()
            .filter(|one| one.severity == Severity::Stop)
            .map(|one| one.code)
            .collect();
        reasons.dedup();
        let message = format!("nothing was done ({})", reasons.join(", "));
        let help = "above, ! marks what stands in the way, and below it stands what can be done";
        CliError {
            preflight: findings,
            ..CliError::failed(message, help)
        }
    }
}
