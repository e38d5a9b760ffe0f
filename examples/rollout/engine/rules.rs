//! What a service normalises, and which fields are ours: said by the step, path by path.

use serde_json::Value;

/// How the desired document of a step is compared with the observed one.
///
/// Paths are dotted; `*` stands for any one property or element: `properties.subnets.*.properties.addressPrefix`.
/// Without rules these already count as equal: locations (`East US 2`, `eastus2`) in fields named so, ARM ids and UUIDs in
/// any case, `1` and `1.0`, null and absent. What the observed document has beyond the desired one is not looked at,
/// except in arrays, which are compared whole.
///
/// ```
/// use rollout::engine::DiffRules;
/// let rules = DiffRules::new()
///     .immutable("location")
///     .ignore_case("properties.publicNetworkAccess")
///     .keyed_by("properties.subnets", "name")
///     .not_owned("properties.template.containers.*.image");
/// # let _ = rules;
/// ```
#[derive(Clone, Debug, Default)]
pub struct DiffRules {
    rules: Vec<(Vec<String>, Rule)>,
    way_out: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(super) enum Rule {
    IgnoreCase,
    NotOwned,
    Immutable,
    Unordered,
    KeyedBy(String),
    Open,
    Closed,
    EmptyIsAbsent,
    Numeric,
    Sensitive,
    EqualBy(fn(&Value, &Value) -> bool),
}

impl DiffRules {
    /// Only what holds everywhere.
    pub fn new() -> Self {
        Self::default()
    }

    /// The service answers this text in a case of its own choice (enum values).
    #[must_use]
    pub fn ignore_case(self, path: &str) -> Self {
        self.add(path, Rule::IgnoreCase)
    }

    /// Sent on creation, then another's: the image of a container app belongs to its pipeline.
    #[must_use]
    pub fn not_owned(self, path: &str) -> Self {
        self.add(path, Rule::NotOwned)
    }

    /// Cannot be changed once it exists: a difference here is a conflict, not an update.
    #[must_use]
    pub fn immutable(self, path: &str) -> Self {
        self.add(path, Rule::Immutable)
    }

    /// What can be done about a conflict, where there is a better way than to change the file or to remove the thing.
    #[must_use]
    pub fn way_out(mut self, words: &'static str) -> Self {
        self.way_out = Some(words);
        self
    }

    /// An array without an order (redirect URIs, scopes).
    #[must_use]
    pub fn unordered(self, path: &str) -> Self {
        self.add(path, Rule::Unordered)
    }

    /// An array whose elements are told apart by this field, in any order (subnets by `name`).
    #[must_use]
    pub fn keyed_by(self, path: &str, field: &str) -> Self {
        self.add(path, Rule::KeyedBy(field.to_owned()))
    }

    /// An array in which others may add elements: only the desired ones must be there.
    #[must_use]
    pub fn open(self, path: &str) -> Self {
        self.add(path, Rule::Open)
    }

    /// An object in which others may not add properties.
    #[must_use]
    pub fn closed(self, path: &str) -> Self {
        self.add(path, Rule::Closed)
    }

    /// The service leaves out, or makes null, what is empty (text, array or object).
    #[must_use]
    pub fn empty_is_absent(self, path: &str) -> Self {
        self.add(path, Rule::EmptyIsAbsent)
    }

    /// A number that the service may answer as text, or the other way round (`0.5`, `"0.5"`).
    #[must_use]
    pub fn numeric(self, path: &str) -> Self {
        self.add(path, Rule::Numeric)
    }

    /// A difference is seen, its values are not shown.
    #[must_use]
    pub fn sensitive(self, path: &str) -> Self {
        self.add(path, Rule::Sensitive)
    }

    /// A comparison of its own, `(desired, observed)`, for what the other rules do not express.
    #[must_use]
    pub fn equal_by(self, path: &str, equal: fn(&Value, &Value) -> bool) -> Self {
        self.add(path, Rule::EqualBy(equal))
    }

    fn add(mut self, path: &str, rule: Rule) -> Self {
        self.rules
            .push((path.split('.').map(str::to_owned).collect(), rule));
        self
    }

    pub(super) fn says_way_out(&self) -> Option<&'static str> {
        self.way_out
    }

    pub(super) fn has_not_owned(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|(_, rule)| matches!(rule, Rule::NotOwned))
    }

    pub(super) fn at<'r>(&'r self, path: &'r [String]) -> impl Iterator<Item = &'r Rule> {
        self.rules
            .iter()
            .filter(move |(pattern, _)| {
                pattern.len() == path.len()
                    && pattern.iter().zip(path).all(|(p, s)| p == "*" || p == s)
            })
            .map(|(_, rule)| rule)
    }
}
