//! Assessments of Defender for Cloud.

use crate::{ResourceType, model, open_enum};
use std::collections::BTreeMap;

model! {
    /// What an assessment has.
    AssessmentProperties {
        /// What was found. Only the service writes it.
        display_name: String,
        /// How the resource is.
        status: AssessmentStatus,
        /// What was looked at.
        resource_details: ResourceDetails,
        /// More about it.
        additional_data: BTreeMap<String, String>,
        /// What the assessment is, where it is asked for with `$expand=metadata`.
        metadata: AssessmentMetadata,
    }

    /// How a resource is.
    AssessmentStatus {
        /// For a program.
        code: AssessmentCode,
        /// Why, for a program.
        cause: String,
        /// Why, for a person.
        description: String,
        /// Since when it is so. Only the service writes it.
        status_change_date: String,
        /// When it was first looked at. Only the service writes it.
        first_evaluation_date: String,
    }

    /// What was looked at.
    ResourceDetails {
        /// Where it is: `Azure`, `OnPremise`, `OnPremiseSql`.
        source: String,
        /// Its id, in Azure.
        id: String,
    }

    /// What an assessment is.
    AssessmentMetadata {
        /// Its name.
        display_name: String,
        /// What it looks for.
        description: String,
        /// What to do.
        remediation_description: String,
        /// `Low`, `Medium` or `High`.
        severity: String,
        /// `BuiltIn`, `CustomPolicy`, `CustomerManaged`, `VerifiedPartner`.
        assessment_type: String,
    }
}

open_enum! {
    /// How a resource is.
    AssessmentCode {
        /// As it should be.
        Healthy = "Healthy",
        /// Not as it should be.
        Unhealthy = "Unhealthy",
        /// It is not looked at.
        NotApplicable = "NotApplicable",
    }
}

/// An assessment of Defender for Cloud: an extension of a resource. The list of a scope has those of all resources in it.
///
/// Role: Security Reader reads them; Security Admin writes one of one's own.
/// Source: [assessments](https://learn.microsoft.com/rest/api/defenderforcloud/assessments).
#[derive(Debug, Clone)]
pub enum Assessment {}

impl ResourceType for Assessment {
    const TYPE: &'static str = "Microsoft.Security/assessments";
    const API_VERSION: &'static str = "2021-06-01";
    const READ_ONLY: &'static [&'static str] = &["displayName", "links"];
    const LONG_RUNNING: bool = false;
    type Properties = AssessmentProperties;
}
