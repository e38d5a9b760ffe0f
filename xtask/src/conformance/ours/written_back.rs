//! What was read and is sent back as it is: nothing may be in it that only the service writes.

use super::{caught::Sent, models, requests};
use crate::{
    Outcome,
    conformance::{
        arm::{Arm, Target, same_type},
        check::{READ_ONLY, Way, check},
        exchange::Exchange,
        operations::Operation,
        report::Report,
    },
};

/// The check of this file.
pub const CHECK: &str = "written-back";

/// Every resource that was answered and can be written, sent back by our client.
///
/// # Errors
/// A description does not parse.
pub fn compare(arm: &Arm, exchanges: &[Exchange], report: &mut Report) -> Outcome {
    for exchange in exchanges {
        let read = exchange.method == "GET" && exchange.status == 200;
        let Some(target) = Target::of(&exchange.path).filter(|target| read && target.one) else {
            continue;
        };
        let Some(model) = models::of(&target.resource_type) else {
            continue;
        };
        let version = model.version.to_lowercase();
        let writable = arm
            .operation("PUT", &exchange.path, &version)
            .is_some_and(|found| {
                // Operations on any resource whatever its type say nothing of whether this one can be written.
                let own = |one: &Operation| {
                    Target::of(&one.template.written)
                        .is_some_and(|of| same_type(&of.resource_type, model.resource_type))
                };
                found.exact && found.operations.iter().any(|one| own(one))
            });
        let shape = arm.types.body(model.resource_type, &version)?;
        let (Some(shape), Some(answer), true) = (shape, &exchange.answer, writable) else {
            continue;
        };
        let Some(Ok(request)) = requests::scope(&exchange.path)
            .and_then(|(scope, name)| (model.put)(&scope, &name, answer))
        else {
            continue;
        };
        let Some(body) = Sent::built(&request).body else {
            continue;
        };
        let mut found = check(&shape, &body, Way::Request);
        // All else about what is sent is another check's.
        found.retain(|found| found.says == READ_ONLY);
        report.case(CHECK, model.resource_type, "PUT of what was read", found);
    }
    Ok(())
}
