//! Ids that look random and repeat from run to run.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The `number`th id of a named sequence that `seed` begins.
pub(super) fn uuid(seed: u64, sequence: &str, number: u64) -> Uuid {
    let digest = Sha256::new()
        .chain_update(seed.to_be_bytes())
        .chain_update(sequence.as_bytes())
        .chain_update(number.to_be_bytes())
        .finalize();
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = from;
    }
    Builder::from_random_bytes(bytes).into_uuid()
}

/// An id that only its parts decide: the same object gets the same id in whatever order things are made.
pub(super) fn derived(parts: &[&str]) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, parts.join("\u{1f}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_repeat_and_do_not_meet() {
        assert_eq!(uuid(7, "object", 1), uuid(7, "object", 1));
        assert_ne!(uuid(7, "object", 1), uuid(7, "object", 2));
        assert_ne!(uuid(7, "object", 1), uuid(8, "object", 1));
        assert_ne!(uuid(7, "object", 1), uuid(7, "request", 1));
        assert_eq!(uuid(7, "object", 1).get_version_num(), 4);
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(derived(&["ab", "c"]), derived(&["a", "bc"]));
    }
}
