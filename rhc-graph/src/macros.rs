//! The two shapes that all models of this crate have.

/// A model: every property may be absent, and what the model does not know is kept in `rest`.
macro_rules! model {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
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
    };
}

/// An enumeration that the service may extend: read in any case, an unknown value kept as it came.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)* }) => {
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
            fn serialize<S: serde::Serializer>(
                &self,
                serializer: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> std::result::Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)
                    .map(|text| Self::from(text.as_str()))
            }
        }
    };
}

/// The id that the service always sends, for those who need it and not an `Option`.
macro_rules! required {
    ($name:ident, $operation:literal { $($method:ident = $field:ident: $type:ty,)* }) => {
        impl $name {
            $(
                #[doc = concat!("The property `", stringify!($field), "`, which the service always sends unless `$select` leaves it out.")]
                ///
                /// # Errors
                /// [`ErrorKind::Decode`](rhc_core::ErrorKind::Decode) where the service did not send it.
                pub fn $method(&self) -> rhc_core::Result<$type> {
                    self.$field.clone().ok_or_else(|| {
                        rhc_core::Error::new(
                            rhc_core::ErrorKind::Decode,
                            $operation,
                            concat!("the service's answer has no `", stringify!($field), "`"),
                        )
                    })
                }
            )*
        }
    };
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macros make public items")]
mod tests {
    use serde_json::json;

    open_enum! {
        /// For the test.
        Colour {
            /// Red.
            Red = "red",
            /// Deep blue.
            DeepBlue = "deepBlue",
        }
    }

    model! {
        /// For the test.
        Thing {
            /// A name.
            display_name: String,
            /// A colour.
            colour: Colour,
        }
    }

    #[test]
    fn an_enum_is_read_in_any_case_and_keeps_what_it_does_not_know() {
        for (text, colour) in [
            ("red", Colour::Red),
            ("RED", Colour::Red),
            ("DEEPblue", Colour::DeepBlue),
            ("Mauve", Colour::Unknown("Mauve".into())),
        ] {
            let read: Colour = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(read, colour);
        }
        assert_eq!(json!(Colour::DeepBlue), "deepBlue");
        assert_eq!(json!(Colour::Unknown("Mauve".into())), "Mauve");
        assert_eq!(Colour::Red.to_string(), "red");
    }

    #[test]
    fn a_model_takes_absent_null_and_unknown_and_loses_nothing() {
        let thing: Thing =
            serde_json::from_value(json!({"displayName": null, "new": {"a": [1]}})).unwrap();
        assert_eq!(thing.display_name, None);
        assert_eq!(json!(thing), json!({"new": {"a": [1]}}));
        let empty: Thing = serde_json::from_value(json!({})).unwrap();
        assert_eq!(empty, Thing::default());
    }

    #[test]
    fn a_null_in_rest_clears() {
        let mut thing = Thing::default();
        thing.rest.insert("displayName".into(), json!(null));
        assert_eq!(json!(thing), json!({"displayName": null}));
    }
}
