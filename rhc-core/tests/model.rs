//! The two shapes of all models.

use serde_json::json;

rhc_core::open_enum! {
    /// For the test.
    Colour {
        /// Red.
        Red = "red",
        /// Deep blue.
        DeepBlue = "deepBlue",
    }
}

rhc_core::model! {
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
    let read = json!({"displayName": null, "colour": "RED", "new": {"a": [1]}});
    let thing: Thing = serde_json::from_value(read).unwrap();
    assert_eq!(
        (thing.display_name.as_ref(), thing.colour.as_ref()),
        (None, Some(&Colour::Red))
    );
    assert_eq!(json!(thing), json!({"colour": "red", "new": {"a": [1]}}));
    let empty: Thing = serde_json::from_value(json!({})).unwrap();
    assert_eq!(empty, Thing::default());
}

#[test]
fn a_null_in_rest_clears() {
    let mut thing = Thing::default();
    thing.rest.insert("displayName".into(), json!(null));
    assert_eq!(json!(thing), json!({"displayName": null}));
}

#[test]
fn debug_shows_what_is_known_and_only_the_names_of_the_rest() {
    let read = json!({"displayName": "a", "newSecret": {"value": "planted"}});
    let thing: Thing = serde_json::from_value(read).unwrap();
    assert_eq!(
        format!("{thing:?}"),
        "Thing { display_name: Some(\"a\"), colour: None, rest: [\"newSecret\"] }"
    );
}
