//! Where in an answer a value stands, told in three languages.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::text::written;

/// One step down into an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Down {
    /// The property of this name.
    Property(String),
    /// The item of a list whose properties have these values.
    Item(Vec<(String, String)>),
}

/// The way from an answer to a value in it.
pub(super) type Path = Vec<Down>;

/// What tells the items of a list apart, the best first.
const TELLING: [&str; 9] = [
    "uniqueName",
    "name",
    "displayName",
    "value",
    "appId",
    "userPrincipalName",
    "principal.userPrincipalName",
    "properties.privateEndpoint.id",
    "id",
];

/// The first text in an answer that satisfies this, the least deep first.
pub(super) fn find(answer: &Value, is: &impl Fn(&str) -> bool) -> Option<(Path, String)> {
    let mut found = Vec::new();
    search(answer, &mut Vec::new(), is, &mut found);
    found
        .into_iter()
        .min_by_key(|(path, text)| (text.len(), path.len()))
}

/// The first number in an answer that satisfies this as a time, in seconds since 1970.
pub(super) fn find_time(answer: &Value, is: &impl Fn(&str) -> bool) -> Option<(Path, String)> {
    let timed = |text: &str| {
        let seconds = text
            .strip_prefix(SECONDS)
            .and_then(|text| text.parse().ok());
        let time = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        let text = time.and_then(|time| time.format(&Rfc3339).ok());
        text.is_some_and(|text| is(&text))
    };
    find(&with_seconds(answer), &timed)
}

/// Whether a text is a point in time.
pub(super) fn is_time(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// Before a number that stands as text.
const SECONDS: &str = "seconds:";

/// The same answer with its whole numbers as texts.
fn with_seconds(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::String(format!("{SECONDS}{number}")),
        Value::Array(items) => items.iter().map(with_seconds).collect(),
        Value::Object(map) => {
            let inner = map
                .iter()
                .map(|(name, inner)| (name.clone(), with_seconds(inner)));
            Value::Object(inner.collect())
        }
        other => other.clone(),
    }
}

fn search(
    value: &Value,
    here: &mut Path,
    is: &impl Fn(&str) -> bool,
    found: &mut Vec<(Path, String)>,
) {
    match value {
        Value::String(text) if is(text) => found.push((here.clone(), text.clone())),
        Value::Object(map) => {
            for (name, inner) in map {
                here.push(Down::Property(name.clone()));
                search(inner, here, is, found);
                here.pop();
            }
        }
        Value::Array(items) => {
            for item in items {
                if let Some(telling) = told_apart(item, items, is) {
                    here.push(Down::Item(vec![telling]));
                    search(item, here, is, found);
                    here.pop();
                }
            }
        }
        _ => {}
    }
}

/// A property by which nobody takes an item for another, and that does not need the value to be known.
fn told_apart(
    item: &Value,
    items: &[Value],
    is: &impl Fn(&str) -> bool,
) -> Option<(String, String)> {
    TELLING.iter().find_map(|name| {
        let own = at(item, name)?.as_str()?;
        let alike = items
            .iter()
            .filter(|other| at(other, name).is_some_and(|it| it == own))
            .count();
        (alike == 1 && !is(own)).then(|| ((*name).to_owned(), own.to_owned()))
    })
}

/// A property, or one of a property.
fn at<'v>(item: &'v Value, name: &str) -> Option<&'v Value> {
    name.split('.')
        .try_fold(item, |inner, part| inner.get(part))
}

/// As JMESPath, for `az … --query`. Values stand in it as `$name`.
pub(super) fn jmespath(path: &Path) -> String {
    let mut text = String::new();
    for down in path {
        match down {
            Down::Property(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&quoted(name));
            }
            Down::Item(telling) => {
                let tests: Vec<_> = telling
                    .iter()
                    .map(|(name, value)| format!("{}=='{}'", quoted(name), shell(value)))
                    .collect();
                let list = if text.is_empty() { "@" } else { &text };
                text = format!("{list} | [?{}] | [0]", tests.join(" && "));
            }
        }
    }
    text
}

/// As a filter of `jq`, for `gh api --jq`.
pub(super) fn jq(path: &Path) -> String {
    let mut text = String::new();
    for down in path {
        match down {
            Down::Property(name) => text.push_str(&format!(".{name}")),
            Down::Item(telling) => {
                let tests: Vec<_> = telling
                    .iter()
                    .map(|(name, value)| format!(".{name} == '{}'", shell(value)))
                    .collect();
                text.push_str(
                    &format!("[] | select({}) | ", tests.join(" and ")).replace('\'', "\\\""),
                );
            }
        }
    }
    text.trim_end_matches(" | ").to_owned()
}

/// As an expression of PowerShell over a variable.
pub(super) fn powershell(path: &Path, of: &str) -> String {
    let mut text = of.to_owned();
    for down in path {
        match down {
            Down::Property(name) if is_plain(name) => text.push_str(&format!(".{name}")),
            Down::Property(name) => text.push_str(&format!(".'{name}'")),
            Down::Item(telling) => {
                let tests: Vec<_> = telling
                    .iter()
                    .map(|(name, value)| {
                        let value = written(
                            value,
                            |text| text.replace('`', "``").replace('"', "`\""),
                            |name| format!("${name}"),
                        );
                        format!("$_.{name} -eq \"{value}\"")
                    })
                    .collect();
                text = format!(
                    "({text} | Where-Object {{ {} }} | Select-Object -First 1)",
                    tests.join(" -and ")
                );
            }
        }
    }
    text
}

fn shell(value: &str) -> String {
    let plain = |text: &str| text.replace('\\', "\\\\\\\\").replace('\'', "\\\\'");
    written(value, plain, |name| format!("${name}"))
}

fn is_plain(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
        && !name.starts_with('@')
}

/// Names with anything but letters and digits stand between quotes, which are escaped for a shell's own.
fn quoted(name: &str) -> String {
    if is_plain(name) {
        name.to_owned()
    } else {
        format!("\\\"{name}\\\"")
    }
}

/// The same path, with each text changed.
pub(super) fn with(path: &Path, change: &impl Fn(&str) -> String) -> Path {
    let item = |(name, value): &(String, String)| (name.clone(), change(value));
    path.iter()
        .map(|down| match down {
            Down::Property(name) => Down::Property(name.clone()),
            Down::Item(telling) => Down::Item(telling.iter().map(item).collect()),
        })
        .collect()
}

/// The texts of a path, in which values may stand.
pub(super) fn texts(path: &Path) -> impl Iterator<Item = &str> {
    path.iter().flat_map(|down| match down {
        Down::Property(_) => Vec::new(),
        Down::Item(telling) => telling.iter().map(|(_, value)| value.as_str()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::text::hole;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_found_by_what_tells_its_item_apart() {
        let answer = json!({"value": [
            {"id": "1", "appId": "a", "appRoles": [{"value": "User.Create", "id": "r"}, {"value": "X", "id": "s"}]},
            {"id": "2", "appId": "b", "appRoles": []},
        ]});
        let (path, text) = find(&answer, &|text| text == "r").unwrap();
        assert_eq!(text, "r");
        assert_eq!(
            jmespath(&path),
            "value | [?appId=='a'] | [0].appRoles | [?value=='User.Create'] | [0].id"
        );
        assert_eq!(
            powershell(&path, "$answer"),
            "(($answer.value | Where-Object { $_.appId -eq \"a\" } | Select-Object -First 1).appRoles | Where-Object { $_.value -eq \"User.Create\" } | Select-Object -First 1).id"
        );
        assert_eq!(
            jq(&path),
            ".value[] | select(.appId == \\\"a\\\") | .appRoles[] | select(.value == \\\"User.Create\\\") | .id"
        );
        assert!(find(&answer, &|text| text == "none").is_none());
    }

    #[test]
    fn values_stand_in_a_path_as_variables() {
        let path = vec![
            Down::Property("value".to_owned()),
            Down::Item(vec![("appId".to_owned(), hole("app"))]),
            Down::Property("@odata.id".to_owned()),
        ];
        assert_eq!(
            jmespath(&path),
            "value | [?appId=='$app'] | [0].\\\"@odata.id\\\""
        );
        assert_eq!(texts(&path).collect::<Vec<_>>(), [hole("app")]);
    }
}
