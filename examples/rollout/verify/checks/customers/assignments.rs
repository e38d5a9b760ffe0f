//! Who is let in to an app: only those who were assigned, and nobody who belongs to the other kind of app.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rhc_graph::{
    AppRoleAssignment, ApplicationKey, GraphClient, ListQuery, ObjectId, ServicePrincipalKey,
};

use super::list;
use crate::engine::TenantKey;
use crate::manifest::{App, Audience};
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

/// The app admits only users who are assigned to it, and the company's own tool admits no user of a practice.
pub(super) struct Assignments {
    pub(super) tenant: TenantKey,
    /// The app's key.
    pub(super) app: String,
}

#[async_trait]
impl Check for Assignments {
    fn id(&self) -> String {
        format!("control-plane/admission/{}", self.app)
    }

    fn title(&self) -> String {
        format!(
            "Only users who were assigned to {} can sign in to it",
            self.app
        )
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "practices and staff share the tenant: without this, each of them could sign in to either app"
            .to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let missing = |what: &str| Unproven::because(format!("{what} is not there"));
        let app = cx
            .manifest()
            .apps
            .get(&self.app)
            .ok_or_else(|| missing(&self.app))?;
        let graph = cx.graph(self.tenant.as_str()).await?;
        let (required, assigned) = admission(&graph, app).await?;
        if !required {
            return Ok(Verdict::failed(
                "every user of the tenant can sign in: assignment is not required",
                "plan and apply set it right; then look in the sign-in log who came in meanwhile",
            ));
        }
        let here = people(&graph, &assigned).await?;
        if app.audience == Audience::Staff {
            let mut strangers = Vec::new();
            for (_, other) in cx.manifest().apps() {
                if other.audience != Audience::Practices {
                    continue;
                }
                let (_, there) = admission(&graph, other).await?;
                let there = people(&graph, &there).await?;
                strangers.extend(
                    here.iter()
                        .filter(|(id, _)| there.contains_key(*id))
                        .map(|(_, name)| format!("{name} (also in {})", other.sign_in.unique_name)),
                );
            }
            if !strangers.is_empty() {
                return Ok(Verdict::failed(
                    format!("users of practices are assigned: {}", list(&strangers)),
                    "take the assignment away in the portal (Enterprise applications > Users and groups); then look in the sign-in log what they have seen",
                ));
            }
        }
        Ok(Verdict::passed(match here.len() {
            0 => "assignment is required, and nobody is assigned yet".to_owned(),
            count if app.audience == Audience::Staff => {
                format!("assignment is required; {count} assigned, of whom none is a practice's")
            }
            count => format!("assignment is required; {count} assigned"),
        }))
    }
}

/// Whether an app asks for assignment, and who is assigned.
async fn admission(
    graph: &GraphClient,
    app: &App,
) -> Result<(bool, Vec<AppRoleAssignment>), Unproven> {
    let name = &app.sign_in.unique_name;
    let key = ApplicationKey::UniqueName(name.clone());
    let application = graph.applications().get_opt(key).await?;
    let missing = |what: &str| Unproven::because(format!("the {what} {name} is not there"));
    let app_id = application
        .and_then(|application| application.app_id)
        .ok_or_else(|| missing("application"))?;
    let principals = graph.service_principals();
    let principal = principals
        .get_opt(ServicePrincipalKey::AppId(app_id))
        .await?
        .ok_or_else(|| missing("service principal"))?;
    let all = principals
        .app_role_assigned_to(principal.object_id()?)
        .list(ListQuery::default());
    let required = principal.app_role_assignment_required == Some(true);
    Ok((required, all.collect_all().await?))
}

/// The users who are assigned, by themselves or through a group, with their names.
async fn people(
    graph: &GraphClient,
    assigned: &[AppRoleAssignment],
) -> Result<BTreeMap<ObjectId, String>, Unproven> {
    let mut people = BTreeMap::new();
    for assignment in assigned {
        let Some(id) = assignment.principal_id else {
            return Err(Unproven::because(
                "the directory does not say who an assignment is for",
            ));
        };
        let name = assignment.principal_display_name.clone();
        match assignment.principal_type.as_deref() {
            Some("Group") => {
                let members = graph.groups().members(id).list(ListQuery::default());
                for member in members.collect_all().await? {
                    // Assignment does not reach into groups of a group.
                    if let Some(user) = member.as_user()
                        && let Some(id) = user.id
                    {
                        people.insert(id, user.display_name.clone().unwrap_or_default());
                    }
                }
            }
            // Software that may call the app is no user of it.
            Some("ServicePrincipal") => {}
            _ => {
                people.insert(id, name.unwrap_or_else(|| id.to_string()));
            }
        }
    }
    Ok(people)
}
