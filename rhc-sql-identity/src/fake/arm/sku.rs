//! The sizes of databases that the fake knows, in both ways in which they are written.

use serde_json::{Value, json};

use super::bad;
use rhc_arm::fake::ServiceError;

/// Tier, service objective, capacity, and the most that it holds in bytes.
type Size = (&'static str, &'static str, i64, i64);

const GB: i64 = 1 << 30;

/// The DTU sizes.
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
];

/// What a request for a size comes to.
pub(super) struct Chosen {
    /// As answers write it: the tier's name, and the capacity.
    pub(super) sku: Value,
    /// `S0`.
    pub(super) objective: String,
    pub(super) max_bytes: i64,
    pub(super) kind: &'static str,
}

/// Reads `sku`, which can name the objective (`S0`) or the tier with a capacity (`Standard`, 10).
pub(super) fn chosen(sku: &Value) -> Result<Chosen, ServiceError> {
    if sku.is_null() {
        return Ok(vcore());
    }
    let Some(name) = sku["name"].as_str().filter(|name| !name.is_empty()) else {
        return Err(bad("MissingSkuName", "Sku name is required."));
    };
    if name.eq_ignore_ascii_case("GP_Gen5") && sku["capacity"].as_i64().is_none_or(|own| own == 2) {
        return Ok(vcore());
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
        kind: "v12.0,user",
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
    fn sizes_that_do_not_exist_are_refused() {
        for (sku, code) in [
            (json!({"tier": "Standard"}), "MissingSkuName"),
            (json!({"name": "S13"}), "InvalidSkuName"),
            (
                json!({"name": "S0", "tier": "Premium"}),
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
