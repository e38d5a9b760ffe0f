//! Revisions: what a change of the template makes.

use rhc_arm::fake::{
    Action, ActionContext, Arm, PutContext, ServiceError, Stored, Timing, TypeRules,
};
use rhc_core::fake::{State, respond};
use serde_json::{Value, json};

use super::{APPS, REVISIONS, VERSIONS, bad, images, json, template, traffic};

/// The name of the revision that an operation under way makes: hidden.
const PENDING: &str = "revision";
const TEMPLATE: &str = "properties.template";
const ACTIVE: &str = "properties.active";

pub(super) const RULES: TypeRules = TypeRules {
    reported_type: Some("Microsoft.App/containerapps/revisions"),
    put: false,
    delete: false,
    system_data: false,
    provisioning_state: false,
    view,
    actions: &[
        Action {
            name: "activate",
            permission: None,
            timing: Timing::at_once(200),
            run: |state, context| switch(state, context, true),
            finish: None,
        },
        Action {
            name: "deactivate",
            permission: None,
            timing: Timing::at_once(200),
            run: |state, context| switch(state, context, false),
            finish: None,
        },
        Action {
            name: "restart",
            permission: None,
            timing: Timing::at_once(200),
            run: |_, _| Ok(None),
            finish: None,
        },
    ],
    ..TypeRules::child(REVISIONS, VERSIONS)
};

fn invalid_name(value: &str) -> ServiceError {
    bad(
        "ContainerAppInvalidRevisionName",
        format!(
            "Revision name has an invalid value '{value}'. A revision name must consist of lower case alphanumeric \
             characters or '-', start with an alphabetic character, and end with an alphanumeric character. The \
             length of the revision name must not be more than a combined 54 characters with the container app name."
        ),
    )
}

/// The rule for a suffix that the caller chose.
pub(super) fn check_suffix(app: &str, suffix: &str) -> Result<(), ServiceError> {
    let fits = suffix.starts_with(|own: char| own.is_ascii_lowercase())
        && !suffix.ends_with('-')
        && !suffix.contains("--")
        && suffix
            .bytes()
            .all(|own| own.is_ascii_lowercase() || own.is_ascii_digit() || own == b'-')
        && app.len() + 2 + suffix.len() <= 54;
    if fits {
        Ok(())
    } else {
        Err(invalid_name(suffix))
    }
}

/// A revision's whole name begins with the app's.
pub(super) fn check_name(app: &str, name: &str) -> Result<(), ServiceError> {
    let suffix = name
        .strip_prefix(app)
        .and_then(|rest| rest.strip_prefix("--"));
    match suffix {
        Some(suffix) if !suffix.is_empty() => Ok(()),
        _ => Err(invalid_name(name)),
    }
}

/// Decides whether a write makes a revision, and which.
pub(super) fn decide(state: &mut State, put: &PutContext<'_>, stored: &mut Stored) {
    let suffix = stored
        .text(&format!("{TEMPLATE}.revisionSuffix"))
        .filter(|own| !own.is_empty())
        .map(str::to_owned);
    let is_new = put.existing.is_none_or(|before| {
        let failed = before.text("properties.provisioningState") == Some("Failed");
        // What failed may have been something else about the app, whose newest revision is as good as before.
        let newest = before.text("properties.latestRevisionName");
        let is_good = newest.is_some_and(|name| !name.is_empty())
            && newest == before.text("properties.latestReadyRevisionName")
            && !before.hidden.contains_key(PENDING);
        let failed = failed && !is_good;
        let other_suffix = suffix.is_some()
            && suffix.as_deref() != before.text(&format!("{TEMPLATE}.revisionSuffix"));
        failed || other_suffix || template(before) != template(stored)
    });
    if !is_new {
        return;
    }
    let suffix = suffix.unwrap_or_else(|| {
        let drawn = state.uuid().simple().to_string();
        drawn.get(..7).unwrap_or_default().to_owned()
    });
    let name = format!("{}--{suffix}", put.path.name());
    stored.hidden.insert(PENDING.to_owned(), json!(name));
}

/// What decides about a new revision. A template from an edited file may lack what the service fills in.
fn template(app: &Stored) -> Value {
    let mut app = app.clone();
    template::fill(&mut app);
    let mut template = app.get(TEMPLATE).map(json::lean).unwrap_or_default();
    if let Some(members) = template.as_object_mut() {
        members.shift_remove("revisionSuffix");
    }
    template
}

/// Makes the revision that was decided on.
pub(super) fn make(state: &mut State, key: &str) -> Result<(), ServiceError> {
    let pending = state
        .section::<Arm>()
        .get_mut(key)
        .and_then(|app| app.hidden.shift_remove(PENDING));
    let Some(name) = pending.as_ref().and_then(Value::as_str) else {
        return Ok(());
    };
    let Some(app) = state.section::<Arm>().get(key).cloned() else {
        return Ok(());
    };
    let id = format!("{}/revisions/{name}", app.id());
    let failed = |why: &str| {
        // Unverified: the code, which is from general knowledge.
        bad(
            "ContainerAppOperationError",
            format!(
                "Failed to provision revision for container app '{}'. Error details: {why}",
                app.name()
            ),
        )
    };
    let taken = state.section::<Arm>().get(&id).is_some_and(provisioned);
    if taken {
        let suffix = name.rsplit("--").next().unwrap_or_default();
        return Err(failed(&format!(
            "The following field(s) are either invalid or missing. Field 'template.revisionsuffix' is invalid with \
             details: 'Invalid value: \"{suffix}\": revision with suffix {suffix} already exists.';."
        )));
    }
    let refusal = images::refusal(state, &app);
    let body = body(state, &app, &id, name, refusal.as_deref());
    let now = state.now();
    let arm = state.section::<Arm>();
    arm.insert(Stored::new(body, now));
    if let Some(own) = arm.get_mut(key) {
        own.set("properties.latestRevisionName", name);
    }
    if let Some(why) = refusal {
        return Err(failed(&why));
    }
    if let Some(own) = arm.get_mut(key) {
        own.set("properties.latestReadyRevisionName", name);
    }
    retire(state, &app, name);
    Ok(())
}

/// Ends what the new revision replaces, and forgets the oldest of those that ended.
fn retire(state: &mut State, app: &Stored, newest: &str) {
    let single = app.text("properties.configuration.activeRevisionsMode") != Some("Multiple");
    let most = app
        .get("properties.configuration.maxInactiveRevisions")
        .and_then(Value::as_u64)
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(100);
    let arm = state.section::<Arm>();
    let mut others: Vec<_> = arm
        .of_type(app.id(), REVISIONS)
        .filter(|own| own.name() != newest)
        .map(|own| (own.created, own.id().to_owned()))
        .collect();
    others.sort();
    let mut inactive = Vec::new();
    for (_, id) in others {
        let Some(own) = arm.get_mut(&id) else {
            continue;
        };
        if single {
            activate(own, false);
        }
        if own.get(ACTIVE) == Some(&json!(false)) {
            inactive.push(id);
        }
    }
    let surplus = inactive.len().saturating_sub(most);
    for id in inactive.into_iter().take(surplus) {
        arm.resources.remove(&rhc_arm::fake::key(&id));
    }
}

fn body(state: &State, app: &Stored, id: &str, name: &str, refusal: Option<&str>) -> Value {
    let template = app.get(TEMPLATE).cloned().unwrap_or_default();
    let replicas = json::at(&template, "scale.minReplicas")
        .and_then(Value::as_i64)
        .unwrap_or(0)
        .max(1);
    let mut properties = json!({
        "createdTime": respond::timestamp(state.now()),
        "template": template,
        "active": true,
        "replicas": replicas,
        "trafficWeight": 0,
        "healthState": "Healthy",
        "provisioningState": "Provisioned",
        "runningState": "Running",
    });
    if let Some(domain) = ingress_domain(state, app) {
        properties["fqdn"] = json!(format!("{name}.{domain}"));
    }
    if let Some(why) = refusal {
        properties["provisioningError"] = json!(why);
        properties["replicas"] = json!(0);
        properties["healthState"] = json!("None");
        properties["provisioningState"] = json!("Failed");
        properties["runningState"] = json!("Failed");
    }
    json!({ "id": id, "name": name, "type": REVISIONS, "properties": properties })
}

/// The domain below which an app with ingress is reached.
pub(super) fn ingress_domain(state: &State, app: &Stored) -> Option<String> {
    let ingress = app.get("properties.configuration.ingress")?;
    let environment = app.text("properties.environmentId")?;
    let domain = state
        .read::<Arm>()?
        .get(environment)?
        .text("properties.defaultDomain")?;
    let external = json::at(ingress, "external").is_some_and(|own| own == true);
    Some(if external {
        domain.to_owned()
    } else {
        format!("internal.{domain}")
    })
}

fn provisioned(revision: &Stored) -> bool {
    revision.text("properties.provisioningState") == Some("Provisioned")
}

/// Whether a revision answers requests, if its app does.
pub(super) fn runs(revision: &Stored) -> bool {
    provisioned(revision) && revision.get(ACTIVE) == Some(&json!(true))
}

fn activate(revision: &mut Stored, on: bool) {
    revision.set(ACTIVE, on);
    if provisioned(revision) {
        let (word, replicas) = if on { ("Running", 1) } else { ("Stopped", 0) };
        revision.set("properties.runningState", word);
        revision.set("properties.replicas", replicas);
    }
}

fn switch(
    state: &mut State,
    context: &ActionContext<'_>,
    on: bool,
) -> Result<Option<Value>, ServiceError> {
    if let Some(own) = state.section::<Arm>().get_mut(context.existing.id()) {
        activate(own, on);
    }
    Ok(None)
}

/// The share of the traffic is the app's to say.
pub(super) fn view(state: &State, revision: &Stored) -> Value {
    let mut shown = revision.body.clone();
    let app = revision
        .id()
        .rsplit_once("/revisions/")
        .and_then(|(app, _)| state.read::<Arm>()?.get(app))
        .filter(|app| {
            app.text("type")
                .is_some_and(|own| own.eq_ignore_ascii_case(APPS))
        });
    if let (Some(app), true) = (app, runs(revision)) {
        shown["properties"]["trafficWeight"] = json!(traffic::share_of(app, revision.name()));
        if app.text("properties.runningStatus") == Some("Stopped") {
            shown["properties"]["runningState"] = json!("Stopped");
            shown["properties"]["replicas"] = json!(0);
        }
    }
    shown
}
