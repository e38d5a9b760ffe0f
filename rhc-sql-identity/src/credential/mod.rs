//! From this program's own identity to a token of another tenant, with no secret anywhere.

mod chain;
mod claims;
mod diagnosis;
mod hint;
mod managed_identity;
mod source;
mod walk;

pub use chain::{CrossTenantCredential, CrossTenantCredentialOptions};
pub use claims::TokenClaims;
pub use diagnosis::{Broken, Cause, Diagnosis, Link, Seen};
pub use managed_identity::ManagedIdentity;
pub use source::{AssertionSource, TokenFile, WorkflowToken};
