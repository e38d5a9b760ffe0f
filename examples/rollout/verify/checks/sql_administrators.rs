//! Who administers the SQL server, beyond those who should?

use async_trait::async_trait;
use rhc_graph::{DirectoryObject, GroupKey, ListQuery};

use super::list;
use super::registry::{Owner, called, owner_of};
use crate::engine::{Checked, TenantKey};
use crate::manifest::Manifest;
use crate::verify::check::{Check, Unproven};
use crate::verify::context::Context;
use crate::verify::report::{Vantage, Verdict};

pub(super) fn of(manifest: &Manifest, checked: &Checked) -> Vec<Box<dyn Check>> {
    let group = &manifest.database.administrators.group;
    match checked.named("groups", group) {
        Some(step) => vec![Box::new(Administrators {
            tenant: step.meta.tenant.clone(),
            group: group.clone(),
        })],
        None => Vec::new(),
    }
}

/// One native administrator and the automation. The steps see that both are in; here is seen that nobody else is.
struct Administrators {
    tenant: TenantKey,
    group: String,
}

#[async_trait]
impl Check for Administrators {
    fn id(&self) -> String {
        format!("control-plane/administrators/{}", self.group)
    }

    fn title(&self) -> String {
        format!(
            "{} holds one native administrator, the automation and no app",
            self.group
        )
    }

    fn tenant(&self) -> TenantKey {
        self.tenant.clone()
    }

    fn vantage(&self) -> Vantage {
        Vantage::ControlPlane
    }

    fn why(&self) -> String {
        "its members may do anything in every database; an app may only do what its roles say"
            .to_owned()
    }

    async fn run(&self, cx: &Context<'_>) -> Result<Verdict, Unproven> {
        let graph = cx.graph(self.tenant.as_str()).await?;
        let key = GroupKey::UniqueName(self.group.clone());
        let Some(group) = graph.groups().get_opt(key).await? else {
            return Err(Unproven::because(format!(
                "the group {} is not there",
                self.group
            )));
        };
        let members = graph.groups().members(group.object_id()?);
        let members = members.list(ListQuery::default()).collect_all().await?;
        let mut beside = Vec::new();
        for member in &members {
            if let Some(who) = self.not_allowed(cx, member).await? {
                beside.push(who);
            }
        }
        Ok(if beside.is_empty() {
            let names: Vec<String> = members.iter().map(name_of).collect();
            Verdict::passed(format!("its members: {}", list(&names)))
        } else {
            Verdict::failed(
                format!("also members: {}", list(&beside)),
                "take them out of the group; an app's place is a user of the database with its roles",
            )
        })
    }
}

impl Administrators {
    async fn not_allowed(
        &self,
        cx: &Context<'_>,
        member: &DirectoryObject,
    ) -> Result<Option<String>, Unproven> {
        Ok(match member {
            DirectoryObject::User(user) => {
                let file = &cx.manifest().database.administrators;
                let domain = cx
                    .manifest()
                    .tenant(self.tenant.as_str())
                    .map_or("", |tenant| tenant.domain.as_str());
                let wanted = format!("{}@{domain}", file.native_administrator);
                let name = user.user_principal_name.clone().unwrap_or_default();
                (!name.eq_ignore_ascii_case(&wanted)).then_some(name)
            }
            DirectoryObject::ServicePrincipal(principal) => {
                // A member comes with few properties: whose it is stands in the whole object.
                let id = principal.object_id()?;
                let graph = cx.graph(self.tenant.as_str()).await?;
                match graph.service_principals().get_opt(id).await? {
                    Some(whole) if owner_of(cx, &whole).await? == Owner::Automation => None,
                    Some(whole) => Some(called(&whole)),
                    None => Some(called(principal)),
                }
            }
            DirectoryObject::Group(group) => Some(format!(
                "the group {}, whose own members nobody sees here",
                group.display_name.clone().unwrap_or_default()
            )),
            other => Some(match other.id() {
                Some(id) => format!("the object {id}"),
                None => "an object without an id".to_owned(),
            }),
        })
    }
}

fn name_of(member: &DirectoryObject) -> String {
    let name = match member {
        DirectoryObject::User(user) => user.user_principal_name.clone(),
        DirectoryObject::ServicePrincipal(principal) => principal.display_name.clone(),
        other => other.id().map(|id| id.to_string()),
    };
    name.unwrap_or_else(|| "one without a name".to_owned())
}
