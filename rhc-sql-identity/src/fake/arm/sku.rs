//! The sizes of databases that the fake knows, in both ways in which they are written.

use serde_json::{Value, json};

use super::bad;
use rhc_arm::fake::{ServiceError, Stored};

/// Tier, service objective, capacity, and the most that it holds in bytes.
type Size = (&'static str, &'static str, i64, i64);

const GB: i64 = 1 << 30;
const WAREHOUSE: i64 = 240 * 1024 * GB;

/// The DTU sizes, and those of data warehouses, whose capacities show in recorded traffic.
///
/// Sources: [DTU limits](https://learn.microsoft.com/azure/azure-sql/database/resource-limits-dtu-single-databases).
/// That the tier's name is answered shows in recorded traffic. Unverified: the most that each holds.
const SIZES: &[Size] = &[
    ("Basic", "Basic", 5, 2 * GB),
    ("Standard", "S0", 10, 250 * GB),
    ("Standard", "S1", 20, 250 * GB),
    ("Standard", "S2", 50, 250 * GB),
    ("Standard", "S3", 100, 1024 * GB),
    ("Standard", "S4", 200, 1024 * GB),
    ("Standard", "S6", 400, 1024 * GB),
    ("Standard", "S7", 800, 1024 * GB),
    ("Standard", "S9", 1600, 1024 * GB),
    ("Standard", "S12", 3000, 1024 * GB),
    ("Premium", "P1", 125, 1024 * GB),
    ("Premium", "P2", 250, 1024 * GB),
    ("Premium", "P4", 500, 1024 * GB),
    ("Premium", "P6", 1000, 1024 * GB),
    ("Premium", "P11", 1750, 4096 * GB),
    ("Premium", "P15", 4000, 4096 * GB),
    ("DataWarehouse", "DW100c", 900, WAREHOUSE),
    ("DataWarehouse", "DW200c", 1800, WAREHOUSE),
    ("DataWarehouse", "DW300c", 2700, WAREHOUSE),
    ("DataWarehouse", "DW400c", 3600, WAREHOUSE),
    ("DataWarehouse", "DW500c", 4500, WAREHOUSE),
    ("DataWarehouse", "DW1000c", 9000, WAREHOUSE),
    ("DataWarehouse", "DW1500c", 13500, WAREHOUSE),
    ("DataWarehouse", "DW2000c", 18000, WAREHOUSE),
    ("DataWarehouse", "DW2500c", 22500, WAREHOUSE),
    ("DataWarehouse", "DW3000c", 27000, WAREHOUSE),
    ("DataWarehouse", "DW5000c", 45000, WAREHOUSE),
    ("DataWarehouse", "DW6000c", 54000, WAREHOUSE),
    ("DataWarehouse", "DW7500c", 67500, WAREHOUSE),
    ("DataWarehouse", "DW10000c", 90000, WAREHOUSE),
    ("DataWarehouse", "DW15000c", 135_000, WAREHOUSE),
    ("DataWarehouse", "DW30000c", 270_000, WAREHOUSE),
];

/// A series of sizes by cores: its name, tier, capacities, and what `kind` says of it.
type Series = (&'static str, &'static str, &'static [i64], &'static str);

const CORES: &[i64] = &[2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 32, 40, 80, 128];
const SERVERLESS_CORES: &[i64] = &[1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 32, 40, 80];

/// The sizes by cores, of which the objective is series and capacity together: `GP_S_Gen5_1`.
///
/// Sources: [limits by cores](https://learn.microsoft.com/azure/azure-sql/database/resource-limits-vcore-single-databases);
/// both ways of asking, and the answers, show in recorded traffic. Unverified: that Hyperscale ends at 128.
const SERIES: &[Series] = &[
    ("GP_Gen5", "GeneralPurpose", CORES, "v12.0,user,vcore"),
    (
        "GP_S_Gen5",
        "GeneralPurpose",
        SERVERLESS_CORES,
        "v12.0,user,vcore,serverless",
    ),
    ("BC_Gen5", "BusinessCritical", CORES, "v12.0,user,vcore"),
    (
        "HS_Gen5",
        "Hyperscale",
        CORES,
        "v12.0,user,vcore,hyperscale",
    ),
];

/// What a request for a size comes to.
pub(super) struct Chosen {
    /// As answers write it: the tier's name, and the capacity.
    pub(super) sku: Value,
    /// `S0`.
    pub(super) objective: String,
    pub(super) max_bytes: i64,
    pub(super) kind: &'static str,
    /// Whether it pauses by itself.
    pub(super) serverless: bool,
}

/// Reads `sku`, which can name the objective (`S0`) or the tier with a capacity (`Standard`, 10).
pub(super) fn chosen(sku: &Value) -> Result<Chosen, ServiceError> {
    if sku.is_null() {
        return Ok(vcore());
    }
    let Some(name) = sku["name"].as_str().filter(|name| !name.is_empty()) else {
        return Err(bad("MissingSkuName", "Sku name is required."));
    };
    if let Some(series) = SERIES.iter().find(|series| is_of(series, name)) {
        return by_cores(series, name, sku);
    }
    let capacity = sku["capacity"].as_i64();
    let by_objective = SIZES.iter().find(|size| size.1.eq_ignore_ascii_case(name));
    let mut in_tier = SIZES
        .iter()
        .filter(|size| size.0.eq_ignore_ascii_case(name))
        .peekable();
    let size = match by_objective {
        Some(size) if capacity.is_some_and(|capacity| capacity != size.2) => {
            return Err(capacity_mismatch());
        }
        Some(size) => size,
        None if in_tier.peek().is_none() => {
            return Err(bad("InvalidSkuName", format!("Invalid SKU name '{name}'.")));
        }
        None => {
            let fits = |size: &&Size| capacity.is_none_or(|capacity| capacity == size.2);
            in_tier.find(fits).ok_or_else(capacity_mismatch)?
        }
    };
    let tier = sku["tier"].as_str().unwrap_or(size.0);
    if !tier.eq_ignore_ascii_case(size.0) {
        return Err(bad(
            "MismatchedSkuNameAndTier",
            format!("Mismatch between SKU name '{name}' and tier '{tier}'."),
        ));
    }
    Ok(Chosen {
        sku: json!({ "name": size.0, "tier": size.0, "capacity": size.2 }),
        objective: size.1.to_owned(),
        max_bytes: size.3,
        kind: match size.0 {
            "DataWarehouse" => "v12.0,user,datawarehouse",
            _ => "v12.0,user",
        },
        serverless: false,
    })
}

/// The size of what a database is made from, in a form that can be asked for: a dropped one names its objective in its own way.
pub(super) fn of(source: &Stored) -> Option<Value> {
    let kept = source.text("sku.name").unwrap_or_default();
    match kept.strip_prefix("SQLDB_") {
        Some(objective) => Some(json!({ "name": objective })),
        None => source.get("sku").cloned(),
    }
}

/// Whether a name is a series's own, or its objective.
fn is_of(series: &Series, name: &str) -> bool {
    name.eq_ignore_ascii_case(series.0) || capacity_in(series, name).is_some()
}

/// The capacity that an objective names behind its series.
fn capacity_in(series: &Series, name: &str) -> Option<i64> {
    let start = name.get(..series.0.len())?;
    let rest = name.get(series.0.len()..)?.strip_prefix('_')?;
    start
        .eq_ignore_ascii_case(series.0)
        .then(|| rest.parse().ok())?
}

fn by_cores(series: &Series, name: &str, sku: &Value) -> Result<Chosen, ServiceError> {
    let (own, tier, capacities, kind) = *series;
    let stated = sku["capacity"].as_i64();
    let capacity = match (capacity_in(series, name), stated) {
        (Some(named), Some(stated)) if named != stated => return Err(capacity_mismatch()),
        (named, stated) => named.or(stated).unwrap_or(2),
    };
    if !capacities.contains(&capacity) {
        return Err(match stated {
            Some(_) => capacity_mismatch(),
            None => bad("InvalidSkuName", format!("Invalid SKU name '{name}'.")),
        });
    }
    let asked = sku["tier"].as_str().unwrap_or(tier);
    if !asked.eq_ignore_ascii_case(tier) {
        return Err(bad(
            "MismatchedSkuNameAndTier",
            format!("Mismatch between SKU name '{name}' and tier '{asked}'."),
        ));
    }
    Ok(Chosen {
        sku: json!({ "name": own, "tier": tier, "family": "Gen5", "capacity": capacity }),
        objective: format!("{own}_{capacity}"),
        max_bytes: 32 * GB,
        kind,
        serverless: own.starts_with("GP_S_"),
    })
}

fn capacity_mismatch() -> ServiceError {
    bad(
        "MismatchedSkuNameAndCapacity",
        "Mismatch between SKU name and capacity.",
    )
}

fn vcore() -> Chosen {
    Chosen {
        sku: json!({ "name": "GP_Gen5", "tier": "GeneralPurpose", "family": "Gen5", "capacity": 2 }),
        objective: "GP_Gen5_2".to_owned(),
        max_bytes: 32 * GB,
        kind: "v12.0,user,vcore",
        serverless: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_asking_for_a_size_are_answered_alike() {
        for sku in [
            json!({"name": "S0"}),
            json!({"name": "s0", "tier": "standard"}),
            json!({"name": "Standard", "tier": "Standard", "capacity": 10}),
            json!({"name": "Standard"}),
        ] {
            let chosen = chosen(&sku).unwrap();
            assert_eq!(chosen.objective, "S0");
            assert_eq!(
                chosen.sku,
                json!({"name": "Standard", "tier": "Standard", "capacity": 10})
            );
        }
        assert_eq!(chosen(&Value::Null).unwrap().objective, "GP_Gen5_2");
    }

    #[test]
    fn sizes_by_cores_are_named_with_or_without_their_capacity() {
        for sku in [
            json!({"name": "GP_S_Gen5_1"}),
            json!({"name": "gp_s_gen5", "tier": "GeneralPurpose", "capacity": 1}),
        ] {
            let chosen = chosen(&sku).unwrap();
            assert!(chosen.serverless);
            assert_eq!(chosen.objective, "GP_S_Gen5_1");
            assert_eq!(
                chosen.sku,
                json!({"name": "GP_S_Gen5", "tier": "GeneralPurpose", "family": "Gen5", "capacity": 1})
            );
        }
        let larger = chosen(&json!({"name": "BC_Gen5_8"})).unwrap();
        assert_eq!(
            (larger.objective.as_str(), larger.serverless),
            ("BC_Gen5_8", false)
        );
    }

    #[test]
    fn sizes_that_do_not_exist_are_refused() {
        for (sku, code) in [
            (json!({"tier": "Standard"}), "MissingSkuName"),
            (json!({"name": "S13"}), "InvalidSkuName"),
            (
                json!({"name": "S0", "tier": "Premium"}),
                "MismatchedSkuNameAndTier",
            ),
            (
                json!({"name": "GP_Gen5_2", "capacity": 4}),
                "MismatchedSkuNameAndCapacity",
            ),
            (
                json!({"name": "GP_Gen5", "capacity": 3}),
                "MismatchedSkuNameAndCapacity",
            ),
            (json!({"name": "GP_Gen5_3"}), "InvalidSkuName"),
            (
                json!({"name": "GP_Gen5_2", "tier": "BusinessCritical"}),
                "MismatchedSkuNameAndTier",
            ),
            (
                json!({"name": "S0", "capacity": 20}),
                "MismatchedSkuNameAndCapacity",
            ),
            (
                json!({"name": "Standard", "capacity": 11}),
                "MismatchedSkuNameAndCapacity",
            ),
        ] {
            let error = chosen(&sku).err().unwrap();
            assert_eq!(error.code(), code, "{sku}");
        }
    }
}
