//! The environment's mark: how it is put on a thing that exists and does not bear it.

use serde_json::Value;

use super::meta::{Meta, OwnedBy};
use super::removal::Address;

/// The name of the tag, or note, whose value is the environment.
pub const MARK: &str = "rhc-environment";

/// How a thing that exists without this environment's mark comes to bear it.
#[derive(Clone, Debug, PartialEq)]
pub enum Marking {
    /// By this request, which changes nothing else.
    By(MarkWrite),
    /// Not at all: it bears the mark of this environment.
    Anothers(String),
    /// Not by the rollout.
    Not {
        /// Why.
        why: String,
        /// What can be done about it.
        resolve: String,
    },
}

/// The one request that writes the mark.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkWrite {
    /// Where the thing stands.
    pub thing: Address,
    /// The request's method.
    pub method: &'static str,
    /// Where it goes: to the thing itself, or to where its tags are written.
    pub to: Address,
    /// Its body.
    pub body: Value,
    /// The state of the thing that it was made for, where the service compares that.
    pub if_match: Option<String>,
    /// What is written, for people: `the tag rhc-environment = qa`.
    pub says: String,
}

impl Marking {
    /// What is said of a thing that can bear no mark of its own.
    pub(super) fn impossible(meta: &Meta) -> Self {
        let (why, resolve) = match &meta.owner {
            OwnedBy::Parent(parent) => (
                format!("it bears no mark of its own: it is the environment's as soon as {parent} is"),
                format!("import {parent}, if that is not the environment's yet"),
            ),
            OwnedBy::DerivedId => (
                "it bears no mark: its id says whose it is".to_owned(),
                "nothing is to be done: apply changes it".to_owned(),
            ),
            OwnedBy::Singleton => (
                "it bears no mark: every tenant has one, which is the environment's with the tenant".to_owned(),
                "nothing is to be done: apply changes it".to_owned(),
            ),
            OwnedBy::Given => (
                "the environment file names it as something that existed before: it is read and never written".to_owned(),
                "leave it out; it is used as it is".to_owned(),
            ),
            OwnedBy::Mark => (
                "this version knows no way to put the mark on it".to_owned(),
                "give it another name in the environment file, or remove it by hand".to_owned(),
            ),
        };
        Self::Not { why, resolve }
    }
}
