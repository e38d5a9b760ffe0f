//! Requests to Resource Manager and its answers, against its descriptions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    arm::{Arm, Found, Target, same_type},
    check::{Disagreement, Way, check},
    exchange::{Exchange, error_body, normal, says},
    operations::{namespace, segments},
    report::Report,
    shapes::Shape,
};
use crate::Outcome;

/// The checks of this file.
pub const REQUESTS: &str = "arm-request";
/// How the description of generic resources writes the path of any.
const ANY_RESOURCE: &str = "/{resourceId}";

/// The checks of this file.
pub const ANSWERS: &str = "arm-answer";

/// Why a request is not compared.
const UNCHECKED: &str = "no description covers this type";

/// That a type which something describes was compared.
pub const COVERED: &str = "covered-type";

/// Of each type that is described, requests and answers were compared; the others are named as unchecked.
///
/// # Errors
/// A description does not parse.
pub fn covered<'a>(
    arm: &Arm,
    types: impl IntoIterator<Item = &'a str>,
    report: &mut Report,
) -> Outcome {
    for resource_type in types {
        if !arm.describes(resource_type)? {
            report.skip(REQUESTS, resource_type, UNCHECKED);
            continue;
        }
        let found = [REQUESTS, ANSWERS]
            .into_iter()
            .filter(|check| !report.has(check, resource_type))
            .map(|check| says("", format!("described, and without a case of `{check}`")))
            .collect::<Vec<_>>();
        report.case(COVERED, "types", resource_type, found);
    }
    Ok(())
}

/// Compares every exchange in order.
///
/// # Errors
/// A description does not parse.
pub fn compare(arm: &Arm, exchanges: &[Exchange], report: &mut Report) -> Outcome {
    let mut handed_out = BTreeSet::new();
    for exchange in exchanges {
        if handed_out.contains(&normal(&exchange.link)) {
            link(arm, exchange, report)?;
        } else {
            one(arm, exchange, report)?;
        }
        handed_out.extend(exchange.links());
    }
    Ok(())
}

/// A request whose address the service made up: only its answer is compared.
fn link(arm: &Arm, exchange: &Exchange, report: &mut Report) -> Outcome {
    let is_page = exchange
        .answer
        .as_ref()
        .is_some_and(|answer| answer.get("value").is_some_and(Value::is_array));
    if is_page {
        return one(arm, exchange, report);
    }
    let mut found = Vec::new();
    match (exchange.status, &exchange.answer) {
        (200, Some(answer)) if answer.get("status").is_some() => {
            if answer.get("status").and_then(Value::as_str).is_none() {
                found.push(says("status", "no string"));
            }
            if answer.get("status").and_then(Value::as_str) == Some("Failed") {
                found.extend(error_body(Some(answer)));
            }
        }
        (202, _) => {
            if !["location", "azure-asyncoperation"]
                .iter()
                .any(|name| exchange.answer_headers.contains_key(*name))
            {
                found.push(says("", "202 without a link to ask again"));
            }
        }
        // `Location` ends with what the operation made.
        (200 | 201 | 204, _) => {}
        _ => found = error_body(exchange.answer.as_ref()),
    }
    let parts: Vec<_> = segments(&exchange.path).collect();
    let namespace = namespace(&parts);
    let name = format!("{} operation's link {}", exchange.method, exchange.status);
    report.case(ANSWERS, namespace, name, found);
    Ok(())
}

fn one(arm: &Arm, exchange: &Exchange, report: &mut Report) -> Outcome {
    let version = exchange
        .parameter("api-version")
        .unwrap_or_default()
        .to_lowercase();
    let Some(operation) = arm.operation(&exchange.method, &exchange.path, &version) else {
        let subject = Target::of(&exchange.path)
            .map_or_else(|| exchange.path.clone(), |target| target.resource_type);
        // What exists nowhere can be asked for, and is then refused.
        let name = format!("{} {version}", exchange.method);
        report.wrong(
            REQUESTS,
            subject,
            name,
            "no operation like this is described",
        );
        return Ok(());
    };
    let Some(first) = operation.operations.first() else {
        return Ok(());
    };
    // The path of just any resource fits everything, and describes nothing that no other description knows.
    if first.template.written == ANY_RESOURCE
        && let Some(asked) = Target::of(&exchange.path)
        && arm.types.versions(&asked.resource_type)?.is_empty()
    {
        if arm.has_operations(&asked.resource_type) {
            let name = format!("{} {version}", exchange.method);
            let says = "the type is described, and no operation like this";
            report.wrong(REQUESTS, asked.resource_type, name, says);
        } else {
            report.skip(REQUESTS, asked.resource_type, UNCHECKED);
        }
        return Ok(());
    }
    let target = Target::of(&first.template.written)
        .filter(|target| !target.resource_type.contains('{'))
        .unwrap_or(Target {
            resource_type: "Microsoft.Resources/providers".to_owned(),
            one: true,
        });
    let name = format!("{} {} {version}", exchange.method, first.template.written);
    // A template such as `dnsZones/{recordType}` is of several types: what is sent is compared as the one that was meant.
    let shared =
        Target::of(&first.template.written).filter(|shared| shared.resource_type.contains("/{"));
    if let (Some(shared), Some(meant)) = (shared, Target::of(&exchange.path))
        && same_type(&shared.resource_type, &meant.resource_type)
        && !arm.types.versions(&meant.resource_type)?.is_empty()
    {
        let sent = request(arm, exchange, &operation, &meant, &version)?;
        report.case(REQUESTS, &meant.resource_type, &name, sent);
        let answered = answer(arm, exchange, &operation, &meant, &version)?;
        let name = format!("{name} {}", exchange.status);
        report.case(ANSWERS, &meant.resource_type, name, answered);
    }
    let sent = request(arm, exchange, &operation, &target, &version)?;
    report.case(REQUESTS, &target.resource_type, &name, sent);
    let answered = answer(arm, exchange, &operation, &target, &version)?;
    let name = format!("{name} {}", exchange.status);
    report.case(ANSWERS, &target.resource_type, name, answered);
    Ok(())
}

fn request(
    arm: &Arm,
    exchange: &Exchange,
    operation: &Found<'_>,
    target: &Target,
    version: &str,
) -> Outcome<Vec<Disagreement>> {
    let mut found = Vec::new();
    if version.is_empty() {
        found.push(says("", "no api-version"));
    } else if !operation.exact {
        let versions = arm.types.versions(&target.resource_type)?;
        if !versions.iter().any(|known| known == version) {
            let described: BTreeSet<_> = operation
                .operations
                .iter()
                .map(|one| one.version.as_str())
                .collect();
            found.push(says(
                "",
                format!("version {version} is not described, {described:?} and {versions:?} are"),
            ));
        }
    }
    for (parameter, _) in &exchange.query {
        let known = operation.operations.iter().any(|one| {
            one.query
                .keys()
                .any(|known| known.eq_ignore_ascii_case(parameter))
        });
        // The service puts it into its links.
        let paging = ["$skiptoken", "$skip"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(parameter));
        if !known && !paging && !parameter.eq_ignore_ascii_case("api-version") {
            found.push(says(
                "",
                format!("the parameter `{parameter}` is not described"),
            ));
        }
    }
    for one in &operation.operations {
        for (parameter, _) in one.query.iter().filter(|(_, required)| **required) {
            if exchange.parameter(parameter).is_none() {
                found.push(says("", format!("the parameter `{parameter}` is required")));
            }
        }
    }
    let json = exchange
        .request_headers
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("application/json"));
    if exchange.request.is_some() && !json {
        found.push(says("", "a body that does not say that it is JSON"));
    }
    let way = if exchange.method == "PATCH" {
        Way::Change
    } else {
        Way::Request
    };
    let described = sent_shape(arm, exchange, operation, target, version)?;
    match (&exchange.request, described) {
        (Some(sent), Some(shape)) => found.extend(check(&shape, sent, way)),
        (Some(_), None) => found.push(says("", "a body where none is described")),
        (None, Some(_)) if exchange.method == "PUT" => {
            found.push(says("", "no body where one is described"))
        }
        (None, _) => {}
    }
    Ok(found)
}

/// A whole resource is of its type; everything else is as its operation says.
fn sent_shape(
    arm: &Arm,
    exchange: &Exchange,
    operation: &Found<'_>,
    target: &Target,
    version: &str,
) -> Outcome<Option<Shape>> {
    if exchange.method == "PUT" && target.one {
        if let Some(shape) = arm.types.body(&target.resource_type, version)? {
            return Ok(Some(shape));
        }
        if !operation.exact
            && let Some((shape, _)) = arm.body(&target.resource_type, version)?
        {
            return Ok(Some(shape));
        }
    }
    for one in &operation.operations {
        if let (Some(shape), _) = arm.bodies(one, exchange.status)? {
            return Ok(Some(shape));
        }
    }
    Ok(None)
}

fn answer(
    arm: &Arm,
    exchange: &Exchange,
    operation: &Found<'_>,
    target: &Target,
    version: &str,
) -> Outcome<Vec<Disagreement>> {
    if exchange.status >= 400 {
        if exchange.method == "HEAD" {
            return Ok(Vec::new());
        }
        return Ok(error_body(exchange.answer.as_ref()));
    }
    let mut found = Vec::new();
    let statuses: BTreeSet<u16> = operation
        .operations
        .iter()
        .flat_map(|one| one.statuses.iter().copied())
        .collect();
    if !statuses.contains(&exchange.status) {
        found.push(says(
            "",
            format!(
                "the status {} is not described, {statuses:?} are",
                exchange.status
            ),
        ));
    }
    let long_running = operation.operations.iter().any(|one| one.long_running);
    let link = ["location", "azure-asyncoperation"]
        .iter()
        .any(|name| exchange.answer_headers.contains_key(*name));
    if exchange.status == 202 && !link {
        found.push(says("", "202 without a link to ask again"));
    }
    if exchange.answer_headers.contains_key("azure-asyncoperation") && !long_running {
        found.push(says(
            "",
            "a link to an operation's status where none takes its time",
        ));
    }
    let Some(answered) = &exchange.answer else {
        return Ok(found);
    };
    match answered_shape(arm, exchange, operation, target, version)? {
        Some(shape) => found.extend(check(&shape, answered, Way::Answer)),
        None if exchange.status == 202 => {}
        None => found.push(says("", "a body where none is described")),
    }
    Ok(found)
}

fn answered_shape(
    arm: &Arm,
    exchange: &Exchange,
    operation: &Found<'_>,
    target: &Target,
    version: &str,
) -> Outcome<Option<Shape>> {
    let whole = matches!(exchange.method.as_str(), "GET" | "PUT" | "PATCH");
    if whole {
        let exact = arm.types.body(&target.resource_type, version)?;
        let shape = match exact {
            None if !operation.exact => arm
                .body(&target.resource_type, version)?
                .map(|(shape, _)| shape),
            exact => exact,
        };
        if let Some(shape) = shape {
            return Ok(Some(if target.one { shape } else { shape.paged() }));
        }
    }
    for one in &operation.operations {
        if let (_, Some(shape)) = arm.bodies(one, exchange.status)? {
            return Ok(Some(shape));
        }
    }
    Ok(None)
}
