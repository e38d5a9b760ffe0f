//! `Microsoft.Security`: what Defender for Cloud thinks of resources.

mod assessment;

pub use assessment::{
    Assessment, AssessmentCode, AssessmentMetadata, AssessmentProperties, AssessmentStatus,
    ResourceDetails,
};
