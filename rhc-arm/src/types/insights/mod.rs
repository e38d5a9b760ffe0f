//! `Microsoft.Insights`: Application Insights and diagnostic settings.

mod activity;
mod component;
mod diagnostic_category;
mod diagnostic_setting;

pub use activity::{ActivityAbout, ActivityAuthorization, ActivityEvent, ActivityQuery, Localized};
pub use component::{Component, ComponentProperties};
pub use diagnostic_category::{DiagnosticCategory, DiagnosticCategoryProperties};
pub use diagnostic_setting::{
    DiagnosticSetting, DiagnosticSettingProperties, LogSetting, MetricSetting,
};
