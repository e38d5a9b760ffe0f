//! The page of a run, as a file.

use std::collections::BTreeMap;
use std::path::Path;

use time::macros::format_description;

use super::args::CloudChoice;
use super::failure::CliError;
use super::session::Session;
use super::state;
use crate::report::{self, Page};

/// Writes the page so that a reader sees the old one or the new one and nothing between.
pub(super) fn write(session: &Session<'_>, path: &Path) -> Result<(), CliError> {
    let now = session.target.connection.clock().now();
    let form = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let at = now.to_offset(time::UtcOffset::UTC).format(&form);
    // What an embedded cloud made has addresses of Azure, where somebody else's things stand, or nothing.
    let domains = if session.args.cloud == CloudChoice::Azure {
        let tenants = session.manifest.tenants.iter();
        tenants
            .map(|(key, tenant)| (key.as_str().into(), tenant.domain.clone()))
            .collect()
    } else {
        BTreeMap::new()
    };
    let text = report::page(&Page {
        title: &session.manifest.environment.display_name,
        at: &at.unwrap_or_default(),
        document: &session.document,
        needs: &session.rollout.all_needs(),
        timeline: &session.timeline,
        outputs: &session.outputs,
        domains: &domains,
    });
    state::replace(path, text.as_bytes()).map_err(|error| {
        CliError::failed(
            format!("{}: the page could not be written: {error}", path.display()),
            "everything else is done as said above; name another file and run plan or verify for a page",
        )
    })
}
