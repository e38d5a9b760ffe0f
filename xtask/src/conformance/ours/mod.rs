//! The checks that need our own crates.

pub mod caught;
pub mod documents;
pub mod errors;
pub mod graph_requests;
pub mod models;
pub mod permissions;
pub mod rehearsal;
pub mod requests;
pub mod scope_requests;
pub mod scripted;
pub mod sequences;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod written_back;

use super::{
    Options, arm::Arm, fixtures, floors::Floors, graph::Graph, kept::Kept, read::recordings,
    report::Report, traffic_arm, traffic_graph,
};
use crate::{Outcome, operations, root, tree::Tree};

const FLOORS: &str = "xtask/conformance-floors.toml";
const KEPT: &str = "xtask/conformance-kept.toml";

/// The checks that need recordings.
const RECORDED: &[&str] = &[
    "recorded-answer",
    "recorded-error",
    "recorded-operation",
    "recorded-pages",
    "recorded-request",
];

/// Runs every check.
///
/// # Errors
/// Something disagrees, or data cannot be read.
pub fn run(options: &Options) -> Outcome {
    let kept = Kept::read(&root().join(KEPT))?;
    let floors = Floors::read(&root().join(FLOORS))?;
    let arm = Arm::open(&options.specs)?;
    let graph = Graph::open(&options.specs)?;
    let mut report = Report::default();
    let traffic = rehearsal::traffic()?;
    traffic_arm::compare(&arm, &traffic.arm, &mut report)?;
    written_back::compare(&arm, &traffic.arm, &mut report)?;
    traffic_graph::compare(&graph, &traffic.graph, &mut report);
    for fixture in fixtures::read_all(&root())? {
        let of = |host: &str| -> Vec<_> {
            fixture
                .iter()
                .filter(|one| one.host == host)
                .cloned()
                .collect()
        };
        let of_arm = of("management.azure.com");
        traffic_arm::compare(&arm, &of_arm, &mut report)?;
        written_back::compare(&arm, &of_arm, &mut report)?;
        traffic_graph::compare(&graph, &of("graph.microsoft.com"), &mut report);
    }
    for (host, count) in &traffic.others {
        report.skip(
            "traffic",
            host,
            format!("{count} requests to a host that no description covers"),
        );
    }
    let types = models::resources().map(|model| model.resource_type);
    traffic_arm::covered(&arm, types, &mut report)?;
    tables::arm(&arm, &traffic.types, &mut report)?;
    tables::graph(&graph, &rhc_graph::fake::tables(), &mut report);
    let tree = Tree::read(&root()).map_err(|error| error.to_string())?;
    permissions::fake(&graph.permissions, rhc_graph::fake::routes(), &mut report);
    permissions::documents(&graph.permissions, &tree, &mut report);
    permissions::methods(
        &graph.permissions,
        &operations::documented(&tree),
        &mut report,
    );
    documents::complete(&tree, &mut report);
    documents::arm_examples(&arm, &options.specs, &mut report)?;
    documents::graph_examples(&graph, &options.specs, &mut report)?;
    let left_out = match &options.recordings {
        Some(folder) => {
            let recordings = recordings::read_all(folder)?;
            documents::recorded(&graph, &recordings, &mut report);
            errors::compare(&recordings, &mut report)?;
            sequences::compare(&recordings, &mut report)?;
            requests::compare(&graph, &recordings, &mut report);
            &[][..]
        }
        None => {
            for check in RECORDED {
                report.skip(check, "all", "no folder of recordings was given");
            }
            RECORDED
        }
    };
    let (lines, totals) = report.close(&kept, &floors, left_out, options.whole);
    print!("{lines}");
    if options.update_floors {
        let path = root().join(FLOORS);
        std::fs::write(&path, floors.raised(&report.counts()).write())
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    println!("{totals}");
    match totals.failed {
        0 => Ok(()),
        _ => Err("conformance: see above".to_owned()),
    }
}
