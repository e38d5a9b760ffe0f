//! The secrets of an app or job, as the one operation gives them out that does.

use rhc_arm::{Sensitive, model};

model! {
    /// A secret with its value. Of one that lives in a key vault the service tells where, and no value.
    ///
    /// Source: [list-secrets, 2025-07-01](https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps/list-secrets).
    ListedSecret {
        /// The name that the app uses for it.
        name: String,
        /// The value, which `Debug` does not show.
        value: Sensitive,
        /// The id of the identity that reads it from the vault.
        identity: String,
        /// The address of the secret in the vault.
        key_vault_url: String,
    }
}

model! {
    /// What the operation answers.
    Secrets {
        /// All of them.
        value: Vec<ListedSecret>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn debug_shows_no_value() {
        let answer =
            json!({"value": [{"name": "password", "value": "planted", "brandNew": "planted"}]});
        let secrets: Secrets = serde_json::from_value(answer).unwrap();
        let shown = format!("{secrets:?}");
        assert!(
            shown.contains("password") && shown.contains("brandNew") && !shown.contains("planted"),
            "{shown}"
        );
        let first = secrets.value.unwrap().remove(0);
        assert_eq!(first.value.unwrap().expose(), "planted");
    }
}
