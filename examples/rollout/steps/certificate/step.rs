//! The certificate with which an application of the customers' tenant proves itself. Its key is made in the app's vault and
//! never leaves it; the directory knows its public part.
//!
//! What is there is judged by the directory alone, so that plans and verifications need not open the vault. Only making a
//! version goes through the vault's door.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use rhc_core::{Clock, ObjectId, TenantId};
use rhc_external_id::{Certificate, CertificatePolicy, KeyVaultClient};
use rhc_graph::{GraphClient, KeyCredential, Settling};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::door::VaultDoor;
use super::judge::{Judged, Rotation, called, end, judge, version, wanted};
use crate::engine::{
    Apply, Change, DiffRules, Inputs, Meta, Observe, Observed, Output, Outputs, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};

/// Where the certificate is and for whom.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The tenant of the vault.
    pub(super) host: TenantRef,
    /// The vault's id in Resource Manager.
    pub(super) vault_id: Output<String>,
    /// The vault's name.
    pub(super) vault: String,
    /// Whether it is reached by its private endpoint alone.
    pub(super) is_private: bool,
    /// The tenant of the application.
    pub(super) customers: TenantRef,
    /// The application's object id.
    pub(super) application: Output<String>,
    /// The certificate's name, which is the application's too.
    pub(super) name: String,
}

/// What a new version is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) key_size: u32,
    pub(super) validity_months: u32,
    pub(super) rotation: Rotation,
}

/// A certificate in the vault, and its public part in the directory.
pub(super) struct CertificateStep {
    meta: Meta,
    clients: Clients,
    place: Place,
    terms: Terms,
}

impl CertificateStep {
    pub(super) fn new(meta: Meta, clients: Clients, place: Place, terms: Terms) -> Self {
        let meta = place
            .customers
            .needed_by(place.host.needed_by(meta))
            .needs_output(&place.application)
            .needs_output(&place.vault_id);
        Self {
            meta,
            clients,
            place,
            terms,
        }
    }

    fn graph(&self, inputs: &Inputs<'_>) -> Result<(GraphClient, ObjectId), StepError> {
        let graph = self.clients.graph(&self.place.customers, inputs)?;
        let id = inputs.require(&self.place.application)?;
        let id = id.parse().map_err(|error| {
            StepError::new(format!("a service gave an object id that is none: {error}"))
        })?;
        Ok((graph, id))
    }

    fn clock(&self, tenant: TenantId) -> Clock {
        let key = &self.place.customers.key;
        self.clients.connection().options(key, tenant).clock
    }

    fn judge(&self, all: Vec<KeyCredential>, now: OffsetDateTime) -> Judged {
        let (vault, name) = (&self.place.vault, &self.place.name);
        judge(all, vault, name, now, self.terms.rotation)
    }

    fn now(&self, inputs: &Inputs<'_>) -> Result<OffsetDateTime, StepError> {
        Ok(self.clock(self.place.customers.id(inputs)?).now())
    }

    fn outputs(&self, newest: &KeyCredential) -> Outputs {
        let version = version(newest, &self.place.vault, &self.place.name).unwrap_or_default();
        Outputs::new()
            .with("version", version.to_owned())
            .with("endDateTime", newest.end_date_time.clone())
    }

    /// A version in the vault that the directory does not know yet, or a new one.
    async fn made(
        &self,
        vault: &KeyVaultClient,
        known: &Judged,
        now: OffsetDateTime,
    ) -> Result<Certificate, StepError> {
        let name = &self.place.name;
        // A run that was cut off may have begun one.
        let begun = vault.operation(name).await?;
        let latest = match begun {
            Some(operation) if !operation.is_over() => Some(vault.made(name).await?),
            _ => vault.certificate_opt(name).await?,
        };
        if let Some(latest) = latest
            && self.serves(&latest, known, now)
        {
            return Ok(latest);
        }
        let policy = CertificatePolicy::signing(
            format!("CN={name}"),
            self.terms.key_size,
            self.terms.validity_months,
        );
        vault.create_certificate(name, &policy).await?;
        Ok(vault.made(name).await?)
    }

    /// Whether a version can be what the directory lacks.
    fn serves(&self, latest: &Certificate, known: &Judged, now: OffsetDateTime) -> bool {
        let attributes = latest.attributes.clone().unwrap_or_default();
        let ends = attributes
            .exp
            .and_then(|end| OffsetDateTime::from_unix_timestamp(end).ok());
        let lasts = ends.is_some_and(|end| end - now >= self.terms.rotation.renew);
        let mut held = known.newest.iter().chain(&known.beside);
        let is_known =
            held.any(|own| version(own, &self.place.vault, &self.place.name) == latest.version());
        lasts && !is_known && attributes.enabled.unwrap_or(true) && proper(latest).is_ok()
    }

    fn credential(&self, made: &Certificate) -> Result<KeyCredential, StepError> {
        proper(made).map_err(|why| {
            StepError::new(format!(
                "the certificate {} of the vault {} {why}",
                self.place.name, self.place.vault
            ))
            .remedy("delete the certificate in the vault; the next apply makes another")
        })?;
        let (Some(version), Some(der)) = (made.version(), made.cer.clone()) else {
            return Err(StepError::new(
                "the vault answered with a certificate that is none",
            ));
        };
        let moment = |seconds: Option<i64>| {
            let moment = OffsetDateTime::from_unix_timestamp(seconds?).ok()?;
            moment.format(&Rfc3339).ok()
        };
        let attributes = made.attributes.clone().unwrap_or_default();
        Ok(KeyCredential {
            start_date_time: moment(attributes.nbf),
            end_date_time: moment(attributes.exp),
            ..KeyCredential::certificate(called(&self.place.vault, &self.place.name, version), der)
        })
    }
}

/// Whether the key of a certificate stays where it is.
fn proper(certificate: &Certificate) -> Result<(), &'static str> {
    match &certificate.policy {
        None => Err("does not say whether its key can leave the vault"),
        Some(policy) if policy.is_exportable() => Err("has a key that can leave the vault"),
        Some(_) => Ok(()),
    }
}

#[async_trait]
impl Step for CertificateStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, _: &Inputs<'_>) -> Result<Value, StepError> {
        Ok(wanted(&self.place.vault, &self.place.name))
    }

    fn rules(&self) -> DiffRules {
        DiffRules::new()
    }

    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let inputs = cx.inputs();
        let (graph, id) = self.graph(inputs)?;
        let held = graph.applications().key_credentials(id);
        let all = cx.read(held.get_opt()).await?.unwrap_or_default();
        if all.is_empty() {
            return Ok(Observed::Absent);
        }
        let judged = self.judge(all, self.now(inputs)?);
        let outputs = match &judged.newest {
            Some(newest) => self.outputs(newest),
            None => Outputs::new(),
        };
        let document = judged.document(&self.place.vault, &self.place.name);
        Ok(Observed::unmarkable(document, outputs))
    }

    async fn apply(&self, cx: &Apply<'_>, _: &Change<'_>) -> Result<Outputs, StepError> {
        let inputs = cx.inputs();
        let (graph, id) = self.graph(inputs)?;
        let held = graph.applications().key_credentials(id);
        let now = self.now(inputs)?;
        let known = self.judge(held.get().await?, now);
        let new = if known.due {
            let host = self.place.host.id(inputs)?;
            let vault_id = inputs.require(&self.place.vault_id)?;
            let tenant = &self.place.host.key;
            let is_private = self.place.is_private;
            let door = VaultDoor::of(&self.clients, tenant, host, &vault_id, is_private).await?;
            let vault = door.client();
            let made = cx
                .through(Arc::new(door), Box::pin(self.made(&vault, &known, now)))
                .await?;
            Some(self.credential(&made)?)
        } else {
            None
        };
        // The one before stays beside the new one until the programs that run have changed over.
        let mut all: Vec<KeyCredential> = new.into_iter().collect();
        all.extend(known.newest);
        all.extend(known.beside);
        all.retain(|one| end(one).is_some_and(|end| now < end));
        held.replace(&all).await?;
        let wanted: Vec<_> = all.iter().map(|one| one.display_name.clone()).collect();
        let seen = graph
            .settled(&Settling::default(), || {
                let (held, wanted) = (held.clone(), wanted.clone());
                async move {
                    let seen = held.get().await?;
                    let same = seen.len() == wanted.len()
                        && seen.iter().all(|one| wanted.contains(&one.display_name));
                    Ok(same.then_some(seen))
                }
            })
            .await?;
        match self.judge(seen, now).newest {
            Some(newest) => Ok(self.outputs(&newest)),
            None => Err(
                StepError::new("the directory took the certificate and does not show it")
                    .retry_after(None),
            ),
        }
    }
}

impl fmt::Debug for CertificateStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateStep")
            .field("meta", &self.meta)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
