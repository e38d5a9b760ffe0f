//! `Microsoft.Insights`: Application Insights and diagnostic settings.

mod component;
mod diagnostic_category;
mod diagnostic_setting;

pub use component::{Component, ComponentProperties};
pub use diagnostic_category::{DiagnosticCategory, DiagnosticCategoryProperties};
pub use diagnostic_setting::{
    DiagnosticSetting, DiagnosticSettingProperties, LogSetting, MetricSetting,
};
