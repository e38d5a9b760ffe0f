//! The two shapes that the models of all clients have.

/// Declares a model of a service: every property may be absent, and what the model does not know is kept in `rest`.
///
/// Names are camel case on the wire; `#[serde(rename = "…")]` says where the service writes another. The calling crate needs `serde` and `serde_json`.
///
/// ```
/// rhc_core::model! {
///     /// A group.
///     Group {
///         /// Its name.
///         display_name: String,
///     }
/// }
/// let group: Group = serde_json::from_value(serde_json::json!({"displayName": "a", "new": 1})).unwrap();
/// assert_eq!(group.display_name.as_deref(), Some("a"));
/// assert_eq!(group.rest["new"], 1);
/// ```
///
/// `Debug` shows the names in `rest` and not their values: one that this version does not know may be a secret.
#[macro_export]
macro_rules! model {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
            /// What this model does not know, kept. A `null` put here clears the property that it names.
            #[serde(flatten)]
            pub rest: serde_json::Map<String, serde_json::Value>,
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))*
                    .field("rest", &self.rest.keys().collect::<Vec<_>>())
                    .finish()
            }
        }
    )+};
}

/// Declares an enumeration that the service may extend: read in any case, an unknown value kept as it came.
///
/// ```
/// rhc_core::open_enum! {
///     /// A state.
///     State {
///         /// It is on.
///         Enabled = "Enabled",
///     }
/// }
/// assert_eq!(State::from("ENABLED"), State::Enabled);
/// assert_eq!(State::from("Paused").as_str(), "Paused");
/// ```
#[macro_export]
macro_rules! open_enum {
    ($($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)* })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value that this version does not know.
            Unknown(String),
        }

        impl $name {
            /// The value as the service writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($text) {
                    return Self::$variant;
                })*
                Self::Unknown(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(|text| Self::from(text.as_str()))
            }
        }
    )+};
}
