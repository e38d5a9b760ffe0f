//! Is everything recorded that can be?

use async_trait::async_trait;
use futures::stream::{self, StreamExt, TryStreamExt};
use rhc_arm::types::insights::{DiagnosticCategory, DiagnosticSetting};
use rhc_arm::types::resources::Listed;
use rhc_arm::{ArmClient, Resource, ResourceId, ResourceType};
use rhc_sql_identity::{
    AUDIT_GROUPS, AUDITING_NAME, AuditingState, ServerAuditing, SqlDatabase, SqlServer,
};

use super::list;
use super::subscription::Owned;
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

const WORKSPACES: &str = "Microsoft.OperationalInsights/workspaces";
const STORAGE: &str = "Microsoft.Storage/storageAccounts";
/// What of a storage account can have a log.
const SERVICES: [&str; 4] = [
    "blobServices",
    "fileServices",
    "queueServices",
    "tableServices",
];
/// It writes to its workspace by itself: a setting beside that would send all of it twice.
const BY_ITSELF: &str = "Microsoft.Insights/components";
/// How many questions are asked at the same time.
const AT_ONCE: usize = 8;

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    for subscription in Owned::all(manifest) {
        let mut workspaces = checked.of_kind(WORKSPACES);
        if workspaces.any(|step| step.meta.tenant == subscription.tenant) {
            checks.push(Box::new(Audit(subscription)));
        }
    }
    checks
}

/// The service itself says what it can record, so that a new kind of resource is asked for, too.
struct Audit(Owned);

#[async_trait]
impl Check for Audit {
    fn id(&self) -> String {
        format!("control-plane/audit/{}", self.0.name)
    }

    fn title(&self) -> String {
        format!(
            "Everything in {} that can be recorded is recorded in a workspace of ours",
            self.0.name
        )
    }

    fn tenant(&self) -> TenantKey {
        self.0.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "who did what with patients' data must be found for years (HIPAA, 45 CFR 164.312(b))"
            .to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let workspaces: Vec<String> = cx
            .checked()
            .of_kind(WORKSPACES)
            .filter(|step| step.meta.tenant == self.0.tenant)
            .filter_map(|step| step.id().map(str::to_lowercase))
            .collect();
        if workspaces.is_empty() {
            return Err(Unproven::because("the workspace for it is not there"));
        }
        let arm = cx.arm(self.0.tenant.as_str()).await?;
        let id = self.0.id(cx)?;
        let mut all = Vec::new();
        for group in &self.0.groups {
            match arm
                .resource_group(&id, group)
                .contents()
                .collect_all()
                .await
            {
                Ok(inside) => all.extend(inside.into_iter().filter_map(Found::of)),
                // That it is gone is found where it should be.
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut asked = vec![ResourceId::of_subscription(&id)];
        asked.extend(all.iter().flat_map(loggers));

        let found: Vec<(ResourceId, Logging)> = stream::iter(asked)
            .map(|id| logging(&arm, id, &workspaces))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut silent: Vec<String> = found
            .iter()
            .filter(|(_, logging)| *logging == Logging::Silent)
            .map(|(id, _)| id.to_string())
            .collect();
        for server in all.iter().filter(|one| is(&one.kind, SqlServer::TYPE)) {
            silent.extend(unaudited(&arm, &server.id).await?);
        }
        let recorded = found
            .iter()
            .filter(|(_, logging)| *logging == Logging::Recorded)
            .count();
        Ok(if silent.is_empty() {
            Verdict::passed(format!(
                "{recorded} resources record what happens to them, the subscription's activity log included"
            ))
        } else {
            Verdict::failed(
                format!("not recorded: {}", list(&silent)),
                "run apply; what somebody made by hand gets a diagnostic setting by hand, or is removed",
            )
        })
    }
}

/// A resource of the environment's groups.
struct Found {
    id: ResourceId,
    kind: String,
}

impl Found {
    fn of(listed: Listed) -> Option<Self> {
        Some(Self {
            id: listed.id?,
            kind: listed.resource_type?,
        })
    }
}

/// What of a resource can have a log: itself, and what no list of a group shows.
fn loggers(one: &Found) -> Vec<ResourceId> {
    if is(&one.kind, BY_ITSELF) {
        return Vec::new();
    }
    if is(&one.kind, STORAGE) {
        let service = |service| one.id.clone().child(service, "default");
        return SERVICES.into_iter().map(service).collect();
    }
    if is(&one.kind, SqlServer::TYPE) {
        return vec![one.id.clone().child("databases", SqlDatabase::MASTER)];
    }
    let is_part = one.kind.split('/').count() > 2;
    if is_part && !is(&one.kind, SqlDatabase::TYPE) {
        return Vec::new();
    }
    vec![one.id.clone()]
}

/// What is recorded of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logging {
    /// It has nothing to record.
    Nothing,
    Recorded,
    Silent,
}

async fn logging(
    arm: &ArmClient,
    id: ResourceId,
    workspaces: &[String],
) -> Result<(ResourceId, Logging), Unproven> {
    let categories = arm.resources::<DiagnosticCategory>(id.clone()).list();
    let loggable = match categories.collect_all().await {
        Ok(all) => all.iter().any(|one| {
            let kind = one.properties.category_type.as_deref();
            kind.is_some_and(|kind| is(kind, "Logs"))
        }),
        Err(error) if error.has_code("ResourceTypeNotSupported") => false,
        Err(error) => return Err(error.into()),
    };
    if !loggable {
        return Ok((id, Logging::Nothing));
    }
    let settings = arm.resources::<DiagnosticSetting>(id.clone()).list();
    let settings = settings.collect_all().await?;
    let recorded = settings.iter().any(|one| sends(one, workspaces));
    Ok((
        id,
        if recorded {
            Logging::Recorded
        } else {
            Logging::Silent
        },
    ))
}

fn sends(setting: &Resource<DiagnosticSetting>, workspaces: &[String]) -> bool {
    let properties = &setting.properties;
    let ours = properties
        .workspace_id
        .as_ref()
        .is_some_and(|id| workspaces.contains(&id.as_str().to_lowercase()));
    let mut logs = properties.logs.iter().flatten();
    ours && logs.any(|log| log.enabled == Some(true))
}

/// What a server does not record although it must.
async fn unaudited(arm: &ArmClient, server: &ResourceId) -> Result<Option<String>, Unproven> {
    let auditing = arm.resources::<ServerAuditing>(server.clone());
    let Some(auditing) = auditing.get_opt(AUDITING_NAME).await? else {
        return Ok(Some(format!("{server}: it has no audit")));
    };
    let audit = &auditing.properties;
    let on = audit.state == Some(AuditingState::Enabled)
        && audit.is_azure_monitor_target_enabled == Some(true);
    if !on {
        return Ok(Some(format!("{server}: its audit is off")));
    }
    let recorded: Vec<&String> = audit.audit_actions_and_groups.iter().flatten().collect();
    let missing: Vec<&str> = AUDIT_GROUPS
        .iter()
        .copied()
        .filter(|group| !recorded.iter().any(|own| is(own, group)))
        .collect();
    Ok((!missing.is_empty()).then(|| format!("{server}: {}", list(&missing))))
}

fn is(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}
