//! The second factor, demanded of everybody by Conditional Access.

use std::time::Duration;

use async_trait::async_trait;
use rhc_graph::{ConditionalAccessPolicy, ListQuery, SecurityDefaults, Settling};
use serde_json::{Map, Value};

use super::{meta, named_otherwise, only};
use crate::engine::{
    Address, Apply, Change, ChangeKind, DiffRules, FieldChange, Inputs, Key, Lane, Marking, Meta,
    Observe, Observed, Output, Outputs, Remains, Removal, Repeat, Step, StepError,
};
use crate::steps::clients::{Clients, TenantRef};
use crate::steps::directory::{
    SingletonStep, gone, id_in, object_alone, recoverable, to_value, written,
};
use crate::steps::site::Site;

/// Where Graph keeps Conditional Access; the kind of the step, too.
pub(super) const POLICIES: &str = "identity/conditionalAccess/policies";
/// Microsoft's own baseline, which excludes Conditional Access.
pub(super) const DEFAULTS: &str = "policies/identitySecurityDefaultsEnforcementPolicy";

/// Conditional Access takes one request a second per tenant, and names no time to wait.
const PACE: Duration = Duration::from_secs(1);

impl Site<'_> {
    /// Demands a second factor of all users of all apps, once they can have one.
    pub(super) fn second_factor(
        &mut self,
        tenant: &TenantRef,
        administrators: &Key,
        methods: &[Key],
    ) {
        // Unverified: whether External ID tenants are born with security defaults, and whether these are in the way there.
        let why = "Conditional Access takes over: the two exclude each other";
        let defaults = self.add(SingletonStep::new(
            only(tenant, DEFAULTS, "security defaults off", why).needs(administrators),
            self.clients.clone(),
            tenant.clone(),
            |_| {
                Ok(SecurityDefaults {
                    is_enabled: Some(false),
                    ..SecurityDefaults::default()
                })
            },
            |graph| async move { graph.policies().security_defaults().await.map(Some) },
            |graph, wanted| async move { graph.policies().update_security_defaults(&wanted).await },
        ));
        let name = &self.manifest.customers.mfa.policy_name;
        let why = "a password alone opens nothing; only the emergency account is left out, for the day when no second factor works";
        let meta = meta(tenant, POLICIES, name, why)
            .needs(administrators)
            .needs(&defaults)
            .lane(Lane::paced(
                format!("conditional access of {}", tenant.key),
                PACE,
            ));
        let meta = methods.iter().fold(meta, |meta, method| meta.needs(method));
        let emergency = self
            .manifest
            .tenant(tenant.key.as_str())
            .is_some_and(|file| {
                let mut people = file.native_administrators.iter();
                people.any(|person| person.break_glass)
            });
        let step = SecondFactorStep::new(
            meta,
            self.clients.clone(),
            tenant.clone(),
            emergency.then(|| administrators.output("breakGlassObjectId")),
            self.manifest.name_prefix(),
        );
        self.add(step);
    }
}

/// The policy that demands a second factor. Names are not unique: it is looked for before it is made, and two of one name
/// are a contradiction.
#[derive(Debug)]
pub struct SecondFactorStep {
    meta: Meta,
    clients: Clients,
    tenant: TenantRef,
    except: Option<Output<String>>,
    prefix: String,
}

impl SecondFactorStep {
    /// Demands it of everybody `except` this account (its object id). What begins with `prefix` is the environment's.
    pub fn new(
        meta: Meta,
        clients: Clients,
        tenant: TenantRef,
        except: Option<Output<String>>,
        prefix: String,
    ) -> Self {
        let meta = tenant.needed_by(meta);
        Self {
            meta: except
                .iter()
                .fold(meta, |meta, except| meta.needs_output(except)),
            clients,
            tenant,
            except,
            prefix,
        }
    }

    fn present(&self, policy: &ConditionalAccessPolicy) -> Result<Observed, StepError> {
        let outputs = Outputs::new().with("policyId", policy.id.clone());
        let document = to_value(policy)?;
        Ok(if self.meta.name.starts_with(&self.prefix) {
            Observed::ours(document, outputs)
        } else {
            Observed::foreign(document, outputs)
        })
    }

    async fn by_id(&self, cx: &Observe<'_>, id: &str) -> Result<Observed, StepError> {
        let access = self
            .clients
            .graph(&self.tenant, cx.inputs())?
            .conditional_access();
        let read = async {
            match access.get(id).await {
                Err(error) if error.is_not_found() => Ok(None),
                other => other.map(Some),
            }
        };
        let found: Option<ConditionalAccessPolicy> = cx.read(read).await?;
        let living = found.filter(|policy| {
            policy.deleted_date_time.is_none()
                && policy.display_name.as_ref() == Some(&self.meta.name)
        });
        living.map_or(Ok(Observed::Absent), |policy| self.present(&policy))
    }
}

#[async_trait]
impl Step for SecondFactorStep {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn desired(&self, inputs: &Inputs<'_>) -> Result<Value, StepError> {
        let except = match &self.except {
            Some(except) => vec![inputs.text(except)?],
            None => Vec::new(),
        };
        let mut policy = ConditionalAccessPolicy::require_mfa(self.meta.name.clone(), except);
        if let Some(conditions) = &mut policy.conditions {
            // Whoever is left out by a group, a role or an app shows.
            if let Some(users) = &mut conditions.users {
                users.exclude_groups = Some(Vec::new());
                users.exclude_roles = Some(Vec::new());
            }
            if let Some(applications) = &mut conditions.applications {
                applications.exclude_applications = Some(Vec::new());
            }
        }
        to_value(&policy)
    }

    /// A condition that the file does not have (a place, a platform) makes the policy count less often.
    fn rules(&self) -> DiffRules {
        let mut rules = DiffRules::new().unordered("grantControls.builtInControls");
        for path in ["conditions", "conditions.users", "conditions.applications"] {
            rules = rules.closed(path).empty_is_absent(&format!("{path}.*"));
        }
        for list in ["users.includeUsers", "users.excludeUsers", "clientAppTypes"] {
            rules = rules.unordered(&format!("conditions.{list}"));
        }
        rules
    }

    fn repeat(&self) -> Repeat {
        Repeat::LookFirst
    }

    /// By the list: there is no point read by name, and each request costs a second. What was made and is not in it is
    /// asked for by its id.
    async fn observe(&self, cx: &Observe<'_>) -> Result<Observed, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let name = |policy: &ConditionalAccessPolicy| policy.display_name.clone();
        let all = cx
            .listing("", POLICIES, name, || async move {
                let access = graph.conditional_access();
                Ok(access.list(ListQuery::default()).collect_all().await?)
            })
            .await?;
        // What was deleted can be restored for a while; it counts as gone.
        let living = all.all(&self.meta.name);
        let living: Vec<_> = living
            .filter(|policy| policy.deleted_date_time.is_none())
            .collect();
        match living.as_slice() {
            [] => match cx.made() {
                Some(id) => self.by_id(cx, id).await,
                None => Ok(Observed::Absent),
            },
            [policy] => self.present(policy),
            several => Err(StepError::new(format!(
                "{} Conditional Access policies are called {}",
                several.len(),
                self.meta.name
            ))
            .remedy("look in the portal (Protection > Conditional Access) which one was made by hand, and delete it")
            .contradicts_file()),
        }
    }

    async fn apply(&self, cx: &Apply<'_>, change: &Change<'_>) -> Result<Outputs, StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        let access = graph.conditional_access();
        let there = change
            .observed
            .and_then(|observed| observed["id"].as_str())
            .filter(|_| change.kind != ChangeKind::Create);
        let mut body = change.desired.clone();
        clear(&mut body, change.fields);
        let wanted: ConditionalAccessPolicy = serde_json::from_value(body).map_err(|error| {
            StepError::bug(format!("the desired document is no policy: {error}"))
        })?;
        let id = match there {
            Some(id) => {
                access.update(id, &wanted).await?;
                id.to_owned()
            }
            None => {
                let made = access.create(&wanted).await?;
                let id = made.id.ok_or_else(|| {
                    StepError::new("the directory made a policy and did not say its id")
                        .unknown_fate()
                })?;
                cx.made(&id).await?;
                id
            }
        };
        graph
            .settled(&Settling::default(), || {
                let (access, id) = (access.clone(), id.clone());
                async move {
                    let found = match access.get(&id).await {
                        Ok(found) => Some(found),
                        Err(error) if error.is_not_found() => None,
                        Err(error) => return Err(error),
                    };
                    Ok(written(found, change.desired, &self.rules()))
                }
            })
            .await?;
        Ok(Outputs::new().with("policyId", id))
    }

    fn removal(&self, _: &Value, outputs: &Outputs) -> Removal {
        object_alone(&self.meta, POLICIES, outputs, "policyId")
    }

    fn remains(&self, _: &Value) -> Option<Remains> {
        recoverable()
    }

    async fn remove(&self, cx: &Apply<'_>, address: &Address) -> Result<(), StepError> {
        let graph = self.clients.graph(&self.tenant, cx.inputs())?;
        gone(graph.conditional_access().delete(id_in(address)).await)
    }

    fn marking(&self, _: &Value, _: &Outputs) -> Marking {
        named_otherwise(&self.meta, &self.prefix)
    }
}

/// What must go is sent as null: what a change does not name would stay.
fn clear(body: &mut Value, fields: &[FieldChange]) {
    for field in fields.iter().filter(|field| field.new.is_null()) {
        let mut place = &mut *body;
        for name in field.path.split('.') {
            let Value::Object(map) = place else { break };
            place = map.entry(name).or_insert(Value::Null);
        }
        *place = Value::Null;
    }
    if body.is_null() {
        *body = Value::Object(Map::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_must_go_is_named_and_the_rest_stays() {
        let gone = |path: &str| FieldChange {
            path: path.to_owned(),
            old: json!({}),
            new: Value::Null,
            immutable: false,
            after: Vec::new(),
        };
        let mut body = json!({"conditions": {"users": {"includeUsers": ["All"]}}});
        let kept = FieldChange {
            new: json!("enabled"),
            ..gone("state")
        };
        clear(
            &mut body,
            &[
                gone("conditions.locations"),
                gone("conditions.users.x"),
                kept,
            ],
        );
        assert_eq!(
            body,
            json!({"conditions": {"users": {"includeUsers": ["All"], "x": null}, "locations": null}})
        );
    }
}
