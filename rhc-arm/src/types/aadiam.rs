//! `microsoft.aadiam`: what a tenant's own directory logs.

use super::insights::DiagnosticSettingProperties;
use crate::ResourceType;

/// Where a tenant's own sign-in and audit logs go. Its scope is the tenant; there are at most five.
///
/// Sign-in logs need a licence for Entra ID P1 or P2. Unverified: that a service principal is refused, as the
/// documentation of Terraform's resource says.
///
/// Role: Security Administrator of the directory, with the right to the place that the logs go to.
/// Source: [diagnostic settings](https://learn.microsoft.com/azure/templates/microsoft.aadiam/diagnosticsettings).
#[derive(Debug, Clone)]
pub enum EntraDiagnosticSetting {}

impl ResourceType for EntraDiagnosticSetting {
    const TYPE: &'static str = "microsoft.aadiam/diagnosticSettings";
    const API_VERSION: &'static str = "2017-04-01";
    const LONG_RUNNING: bool = false;
    type Properties = DiagnosticSettingProperties;
}
