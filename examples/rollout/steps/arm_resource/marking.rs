//! The mark on a resource: a tag, or a note on what has no tags.

use rhc_arm::types::resources::Tags;
use rhc_arm::{Resource, ResourceType};
use rhc_core::{Method, Request};
use serde_json::{Map, Value, json};

use super::{ArmStep, parse, worth_repeating};
use crate::engine::{Address, Apply, MARK, Mark, MarkWrite, Marking, Outputs, OwnedBy, StepError};
use crate::steps::following::follow;

/// Where a type bears the mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MarkedBy {
    /// Among its tags.
    Tag,
    /// Among the notes of a record set (`properties.metadata`): it can have no tags.
    Note,
}

impl<R: ResourceType> ArmStep<R> {
    /// Known as ours by a note, for record sets, which have no tags.
    #[must_use]
    pub fn noted(mut self) -> Self {
        self.marked_by = MarkedBy::Note;
        self
    }

    /// Whose a resource is.
    pub(super) fn mark(&self, resource: &Resource<R>) -> Mark {
        let is_marked = || match self.marked_by {
            MarkedBy::Tag => resource.has_tag(MARK, &self.environment),
            MarkedBy::Note => serde_json::to_value(&resource.properties)
                .is_ok_and(|own| own["metadata"][MARK] == *self.environment),
        };
        match self.meta.owner {
            OwnedBy::Mark if is_marked() => Mark::Ours,
            OwnedBy::Mark => Mark::Foreign,
            _ => Mark::Unmarkable,
        }
    }

    /// How the mark is put on: tags are merged by a request of their own, which reads and writes nothing else of the
    /// resource; notes are written all together, over the version that was seen.
    ///
    /// Pages: [tags](https://learn.microsoft.com/rest/api/resources/tags/update-at-scope),
    /// [record sets](https://learn.microsoft.com/rest/api/dns/record-sets/update). Unverified: that every type that has tags takes
    /// them in that way, and that an update of a record set replaces its notes.
    pub(super) fn marking_of(&self, document: &Value, outputs: &Outputs) -> Marking {
        let id = outputs.get("id").and_then(Value::as_str);
        let (OwnedBy::Mark, Some(id)) = (&self.meta.owner, id) else {
            return Marking::Not {
                why: "it can bear no mark".to_owned(),
                resolve: "leave it out".to_owned(),
            };
        };
        let borne = match self.marked_by {
            MarkedBy::Tag => &document["tags"],
            MarkedBy::Note => &document["properties"]["metadata"],
        };
        if let Some(other) = anothers(borne) {
            return Marking::Anothers(other.to_owned());
        }
        let environment = &self.environment;
        Marking::By(match self.marked_by {
            MarkedBy::Tag => MarkWrite {
                thing: Address::Azure(id.to_owned()),
                method: "PATCH",
                to: Address::Azure(format!("{id}/providers/{}/{}", Tags::TYPE, Tags::NAME)),
                body: json!({
                    "operation": "Merge",
                    "properties": { "tags": { MARK: environment } },
                }),
                if_match: None,
                says: format!("the tag {MARK} = {environment}"),
            },
            MarkedBy::Note => {
                let mut notes: Map<String, Value> = borne.as_object().cloned().unwrap_or_default();
                notes.insert(MARK.to_owned(), environment.as_str().into());
                MarkWrite {
                    thing: Address::Azure(id.to_owned()),
                    method: "PATCH",
                    to: Address::Azure(id.to_owned()),
                    body: json!({ "properties": { "metadata": notes } }),
                    if_match: document["etag"].as_str().map(str::to_owned),
                    says: format!("the note {MARK} = {environment}"),
                }
            }
        })
    }

    /// Sends it, and waits until the service is done with it.
    pub(super) async fn write_mark(
        &self,
        cx: &Apply<'_>,
        mark: &MarkWrite,
    ) -> Result<(), StepError> {
        let (operation, version) = match self.marked_by {
            MarkedBy::Tag => ("tags.update", Tags::API_VERSION),
            MarkedBy::Note => ("resources.update", R::API_VERSION),
        };
        let path = parse(mark.to.as_str())?.path();
        // However often it is sent, the mark is there once.
        let mut request = Request::new(operation, Method::Patch, path)
            .query("api-version", version)
            .json(&mark.body)
            .idempotent(true);
        if let Some(seen) = &mark.if_match {
            request = request.header("if-match", seen);
        }
        let arm = self.clients.arm(&self.tenant, cx.inputs())?;
        let begun = arm.begin::<Value>(request).await;
        let begun = begun.map_err(|error| self.unmarked(error))?;
        let done = follow(cx, begun).await;
        done.map_err(|error| self.unmarked(error)).map(|_| ())
    }

    /// What it means that the mark was not written.
    fn unmarked(&self, error: rhc_core::Error) -> StepError {
        let (locked, forbidden) = (error.has_code("ScopeLocked"), error.is_forbidden());
        let error = worth_repeating(error);
        if locked {
            let words = error.full_message();
            return StepError::new(format!("it is locked: {words}")).remedy(
                "a lock of the level ReadOnly lets nothing be written, a mark neither: have whoever put it there take it away, or \
                 make it CanNotDelete, and run import again",
            );
        }
        match (forbidden, self.marked_by) {
            (true, MarkedBy::Tag) => error.remedy(
                "the role Tag Contributor on it is enough (Microsoft.Resources/tags/write); one that was just given arrives within \
                 minutes",
            ),
            (true, MarkedBy::Note) => error.remedy(
                "the role DNS Zone Contributor on the zone is enough; one that was just given arrives within minutes",
            ),
            (false, _) => error,
        }
    }
}

/// The environment whose mark is borne, whatever the case of the tag's name.
fn anothers(borne: &Value) -> Option<&str> {
    let mut tags = borne.as_object().into_iter().flatten();
    let (_, value) = tags.find(|(name, _)| name.eq_ignore_ascii_case(MARK))?;
    value.as_str().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_anothers_whatever_its_case_and_an_empty_one_is_nobodys() {
        assert_eq!(anothers(&json!({"RHC-Environment": "prod"})), Some("prod"));
        for nobodys in [
            json!({"rhc-environment": ""}),
            json!({"a": "b"}),
            Value::Null,
        ] {
            assert_eq!(anothers(&nobodys), None, "{nobodys}");
        }
    }
}
