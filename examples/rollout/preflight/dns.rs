//! What public DNS says about the apps' host names before they lead anywhere: who answers for the zone, what stands in the
//! way of their records, and who may issue their certificates.

use std::sync::Arc;

use super::found::Found;
use super::{Finding, pages};
use crate::connection::Connection;
use crate::dns::{RecordKind, Resolver};
use crate::engine::StepError;
use crate::manifest::Manifest;
use crate::steps::Connect;

/// Whom Container Apps has its certificates from.
///
/// Unverified: by which name it looks for itself in CAA records; Microsoft's page names the company only.
const AUTHORITY: &str = "digicert.com";
/// Below which every app of Container Apps has its own name.
const CONTAINER_APPS: &str = ".azurecontainerapps.io";
/// A chain of aliases that is longer leads nowhere.
const LONGEST_CHAIN: usize = 8;

/// Asks about the zone and each host name.
pub(super) async fn look(manifest: &Manifest, connection: &Connection, found: &mut Found) {
    let resolver = connection.resolver();
    let zone = &manifest.dns.zone;
    match resolver.lookup(zone, RecordKind::Ns).await {
        Ok(servers) if servers.is_empty() => {
            return found.say(Finding::note(
                "zone-not-delegated",
                pages::CUSTOM_DOMAINS,
                format!("nobody answers for {zone} in public DNS: no name server is registered for it, so no host name below it is found, proven or given a certificate"),
                "register the domain, and give its registrar the name servers of whoever keeps its records; the plan waits at the records of each host name until then",
            ));
        }
        Ok(_) => {}
        Err(error) => unknown(zone, &error, found),
    }
    for (_, app) in manifest.apps() {
        if let Err(error) = host(&app.hostname, &resolver, found).await {
            unknown(&app.hostname, &error, found);
        }
    }
}

fn unknown(name: &str, error: &StepError, found: &mut Found) {
    let question = format!("what public DNS says about {name}");
    let way_out = error.remedy_text().unwrap_or("check the network");
    let why = "public DNS could not be asked".to_owned();
    found.unseen(question, why, way_out, pages::CUSTOM_DOMAINS);
}

async fn host(
    host: &str,
    resolver: &Arc<dyn Resolver>,
    found: &mut Found,
) -> Result<(), StepError> {
    let leads_to = resolver.lookup(host, RecordKind::Cname).await?;
    let is_app = leads_to
        .iter()
        .any(|name| name.to_ascii_lowercase().ends_with(CONTAINER_APPS));
    if leads_to.is_empty() {
        let mut addresses = resolver.lookup(host, RecordKind::A).await?;
        addresses.extend(resolver.lookup(host, RecordKind::Aaaa).await?);
        if !addresses.is_empty() {
            found.say(Finding::note(
                "hostname-has-an-address",
                pages::CUSTOM_DOMAINS,
                format!("{host} has address records ({}), and a name with these can have no CNAME record, which is what leads it to the app", addresses.join(", ")),
                "find out who uses them; then delete the A and AAAA records of that name where its DNS is kept, or choose another hostname in the environment file",
            ));
        }
    } else if !is_app {
        found.say(Finding::note(
            "hostname-leads-elsewhere",
            pages::CUSTOM_DOMAINS,
            format!("{host} leads to {} at present: whoever uses it loses it when it is led to the app", leads_to.join(", ")),
            "find out who uses it; the plan says which record to change, or choose another hostname in the environment file",
        ));
    }
    let Some((at, issuers)) = forbidding(host, resolver).await? else {
        return Ok(());
    };
    let who = match issuers.is_empty() {
        true => "nobody".to_owned(),
        false => issuers.join(", "),
    };
    let what = format!(
        "the CAA records of {at} let {who} issue certificates for {host}, and Container Apps has them from {AUTHORITY}"
    );
    let way_out = format!(
        "add a CAA record to {at} where its DNS is kept: 0 issue \"{AUTHORITY}\"; it takes nothing from those that are there"
    );
    let (code, page) = ("certificate-authority-forbidden", pages::CERTIFICATES);
    // An app that is at work has its certificate; what fails is its renewal.
    found.say(match is_app {
        true => Finding::note(code, page, what, way_out),
        false => Finding::stop(code, page, what, way_out),
    });
    Ok(())
}

/// The name whose CAA records forbid the authority, and whom they let. The nearest name on the way up that has any decides
/// (RFC 8659, section 3).
async fn forbidding(
    host: &str,
    resolver: &Arc<dyn Resolver>,
) -> Result<Option<(String, Vec<String>)>, StepError> {
    let mut at = Some(host);
    while let Some(name) = at.filter(|name| name.contains('.')) {
        let (owner, records) = caa(name, resolver).await?;
        if !records.is_empty() {
            let issuers: Option<Vec<String>> = issuers(&records);
            return Ok(issuers
                .filter(|all| !all.iter().any(|one| one.eq_ignore_ascii_case(AUTHORITY)))
                .map(|all| {
                    (
                        owner,
                        all.into_iter().filter(|one| !one.is_empty()).collect(),
                    )
                }));
        }
        at = name.split_once('.').map(|(_, above)| above);
    }
    Ok(None)
}

/// The CAA records of a name, at the end of its aliases.
async fn caa(name: &str, resolver: &Arc<dyn Resolver>) -> Result<(String, Vec<String>), StepError> {
    let mut at = name.to_owned();
    for _ in 0..LONGEST_CHAIN {
        let records = resolver.lookup(&at, RecordKind::Caa).await?;
        if !records.is_empty() {
            return Ok((at, records));
        }
        let next = resolver.lookup(&at, RecordKind::Cname).await?;
        match next.into_iter().next() {
            // What is Microsoft's is Microsoft's to know.
            Some(next) if !next.to_ascii_lowercase().ends_with(CONTAINER_APPS) => at = next,
            _ => break,
        }
    }
    Ok((at, Vec::new()))
}

/// Whom the records let issue. `None`: they do not say, so everybody may.
fn issuers(records: &[String]) -> Option<Vec<String>> {
    let issue = records.iter().filter_map(|record| {
        let mut parts = record.splitn(3, ' ');
        let (_, tag, value) = (parts.next()?, parts.next()?, parts.next()?);
        tag.eq_ignore_ascii_case("issue").then(|| {
            let value = value.trim_matches('"');
            let issuer = value.split(';').next().unwrap_or_default();
            issuer.trim().trim_end_matches('.').to_owned()
        })
    });
    let all: Vec<_> = issue.collect();
    (!all.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_name_those_who_may_issue() {
        let of = |records: &[&str]| {
            let records: Vec<_> = records.iter().map(|one| (*one).to_owned()).collect();
            issuers(&records)
        };
        let one = Some(vec!["letsencrypt.org".to_owned()]);
        assert_eq!(of(&["0 issue \"letsencrypt.org; accounturi=x\""]), one);
        assert_eq!(of(&["0 issue \"letsencrypt.org.\""]), one);
        assert_eq!(of(&["128 ISSUE letsencrypt.org", "0 issuewild \"a\""]), one);
        assert_eq!(of(&["0 issue \";\""]), Some(vec![String::new()]));
        assert_eq!(of(&["0 iodef \"mailto:x@y\"", "not a record"]), None);
    }
}
