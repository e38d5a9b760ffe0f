//! `backupShortTermRetentionPolicies` and `backupLongTermRetentionPolicies` of databases.

use rhc_arm::fake::{Arm, Codes, NameRule, Patch, PutContext, ServiceError, Stored, TypeRules};
use rhc_core::fake::State;
use serde_json::{Value, json};
use time::Duration;

use super::{
    CODES, LONG_TERM, SHORT_TERM, bad, child, child_id, comes_with, is_named, later, parent_id,
};

const NAME: &str = "default";
/// Unless something else is asked for.
///
/// Source: [automated backups](https://learn.microsoft.com/azure/azure-sql/database/automated-backups-overview).
const DAYS: i64 = 7;

const fn rules(resource_type: &'static str) -> TypeRules {
    TypeRules {
        name: NameRule {
            min: 1,
            max: 128,
            fits: |name| is_named(name, NAME),
            refusal: (400, "InvalidParameterValue"),
            says: NAME,
        },
        delete: false,
        create: later(5),
        update: later(5),
        ..child(resource_type)
    }
}

pub(super) const SHORT: TypeRules = TypeRules {
    defaults: || json!({ "properties": { "retentionDays": DAYS, "diffBackupIntervalInHours": 12 } }),
    patch: Patch::Merge,
    codes: Codes {
        parent_busy: (409, "ConflictingDatabaseOperation"),
        ..CODES
    },
    before_put: |state, put| {
        let sent = &put.sent["properties"];
        let most = if is_basic(state, put) { 7 } else { 35 };
        let days = &sent["retentionDays"];
        if !days.is_null() && days.as_i64().is_none_or(|days| !(1..=most).contains(&days)) {
            return Err(bad(
                "InvalidBackupRetentionPeriod",
                format!(
                    "The retention days of {days} is not a valid configuration. Valid backup retention in days must be between 1 and {most}"
                ),
            ));
        }
        let hours = &sent["diffBackupIntervalInHours"];
        if !hours.is_null() && !matches!(hours.as_i64(), Some(12 | 24)) {
            return Err(bad(
                "InvalidDiffBackupIntervalHours",
                format!(
                    "The differential backup interval hours of {hours} is not a valid configuration. Valid differential backup interval must be 12 or 24 hours."
                ),
            ));
        }
        Ok(())
    },
    ..rules(SHORT_TERM)
};

fn is_basic(state: &State, put: &PutContext<'_>) -> bool {
    let database = state
        .read::<Arm>()
        .and_then(|arm| arm.get(parent_id(put.id)));
    database.and_then(|own| own.text("sku.tier")) == Some("Basic")
}

const KEPT: [&str; 3] = ["weeklyRetention", "monthlyRetention", "yearlyRetention"];

pub(super) const LONG: TypeRules = TypeRules {
    defaults: || {
        json!({ "properties": {
            "weeklyRetention": "PT0S", "monthlyRetention": "PT0S", "yearlyRetention": "PT0S", "weekOfYear": 0 } })
    },
    before_put: |_: &mut State, put: &PutContext<'_>| -> Result<(), ServiceError> {
        let sent = &put.sent["properties"];
        for name in KEPT {
            let value = &sent[name];
            if !value.is_null() && value.as_str().is_none_or(|text| !is_duration(text)) {
                return Err(bad(
                    "LongTermRetentionPolicyInvalid",
                    "Long Term Retention policy is invalid.",
                ));
            }
        }
        let yearly = sent["yearlyRetention"].as_str().unwrap_or("PT0S");
        let week = sent["weekOfYear"].as_i64().unwrap_or_default();
        if yearly != "PT0S" && !(1..=52).contains(&week) {
            return Err(bad(
                "LongTermRetentionMissingWeekOfYear",
                "WeekOfYear is required to be set between 1 and 52 in order to set yearly retention.",
            ));
        }
        Ok(())
    },
    ..rules(LONG_TERM)
};

/// Whether a text is a duration in days, weeks, months or years, or none at all: `P12W`, `PT0S`.
fn is_duration(text: &str) -> bool {
    let number = |rest: &str| {
        rest.strip_suffix(['D', 'W', 'M', 'Y'])
            .is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|own| own.is_ascii_digit())
            })
    };
    text == "PT0S" || text.strip_prefix('P').is_some_and(number)
}

/// How far back a database can be restored.
pub(super) fn reach(state: &State, database: &str) -> Duration {
    let policy = child_id(database, SHORT_TERM, NAME);
    let days = state
        .read::<Arm>()
        .and_then(|arm| arm.get(&policy))
        .and_then(|own: &Stored| own.get("properties.retentionDays")?.as_i64());
    Duration::days(days.unwrap_or(DAYS).clamp(1, 35))
}

/// The policies that a new database has.
pub(super) fn comes_on(state: &mut State, database: &str) {
    for rules in [SHORT, LONG] {
        let body: Value = (rules.defaults)();
        comes_with(state, database, rules.resource_type, NAME, body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_days_weeks_months_or_years() {
        for text in ["P1W", "P12M", "P5Y", "P30D", "PT0S"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "P", "PW", "1W", "P1X", "P-1W", "PT1H"] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
