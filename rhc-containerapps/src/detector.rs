//! What the service finds out about apps, jobs and environments.

use rhc_arm::{ResourceType, model};
use serde_json::Value;

/// Something that the service looks at in an app: whether it is reached, what its network does. Its scope is an app.
///
/// A list names the detectors and what each is about; only [`get`](rhc_arm::Resources::get) lets one look. It is read, and cannot be
/// written.
///
/// Role: Reader reads it.
/// Source: [diagnostics](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps-diagnostics).
#[derive(Debug, Clone)]
pub enum AppDetector {}

impl ResourceType for AppDetector {
    const TYPE: &'static str = "Microsoft.App/containerApps/detectors";
    const API_VERSION: &'static str = crate::API_VERSION;
    type Properties = DetectorProperties;
}

/// Something that the service looks at in a job. Its scope is a job.
///
/// All else as [`AppDetector`].
/// Role: Reader reads it.
#[derive(Debug, Clone)]
pub enum JobDetector {}

impl ResourceType for JobDetector {
    const TYPE: &'static str = "Microsoft.App/jobs/detectors";
    const API_VERSION: &'static str = crate::API_VERSION;
    type Properties = DetectorProperties;
}

/// Something that the service looks at in an environment. Its scope is an environment.
///
/// All else as [`AppDetector`].
/// Role: Reader reads it.
#[derive(Debug, Clone)]
pub enum EnvironmentDetector {}

impl ResourceType for EnvironmentDetector {
    const TYPE: &'static str = "Microsoft.App/managedEnvironments/detectors";
    const API_VERSION: &'static str = crate::API_VERSION;
    type Properties = DetectorProperties;
}

model! {
    /// What a detector says. Only the service writes it.
    DetectorProperties {
        /// What it is about.
        metadata: DetectorMetadata,
        /// What it found, table by table; empty in a list.
        dataset: Vec<DetectorData>,
        /// How it stands.
        status: DetectorStatus,
    }

    /// What a detector is about.
    DetectorMetadata {
        /// Its id.
        id: String,
        /// What it is called.
        name: String,
        /// What it does.
        description: String,
        /// Who made it.
        author: String,
        /// What kind of thing it looks at.
        category: String,
        /// `Detector` or `Analysis`.
        #[serde(rename = "type")]
        detector_type: String,
        /// How well it fits.
        score: f64,
    }

    /// A table of what was found.
    DetectorData {
        /// The table.
        table: DetectorTable,
        /// How it is to be drawn.
        rendering_properties: DetectorRendering,
    }

    /// A table.
    DetectorTable {
        /// What it is called.
        table_name: String,
        /// What its columns are.
        columns: Vec<DetectorColumn>,
        /// What is in it, row by row.
        rows: Vec<Vec<Value>>,
    }

    /// A column of a table.
    DetectorColumn {
        /// What it is called.
        column_name: String,
        /// What is in it: `DateTime`, `String`, `Double`.
        data_type: String,
    }

    /// How a table is to be drawn.
    DetectorRendering {
        /// What stands over it.
        title: String,
        /// What it shows.
        description: String,
        /// As what.
        #[serde(rename = "type")]
        rendering_type: i64,
        /// Whether it is to be drawn.
        is_visible: bool,
    }

    /// How a detector stands.
    DetectorStatus {
        /// In words.
        message: String,
        /// As a number.
        status_id: i64,
    }
}
