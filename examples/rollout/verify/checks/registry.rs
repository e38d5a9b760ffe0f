//! Whose a service principal is, as the checks ask it.

use rhc_graph::ServicePrincipal;

use crate::steps::baseline::software::Allowed;
pub(super) use crate::steps::baseline::software::{Owner, called};
use crate::verify::check::Unproven;
use crate::verify::context::Context;

/// Asks the hosting tenant, where the environment's applications are registered.
pub(super) async fn owner_of(
    cx: &Context<'_>,
    principal: &ServicePrincipal,
) -> Result<Owner, Unproven> {
    let allowed = Allowed::of(cx.manifest());
    let hosting = cx.tenant_id(allowed.hosting()).await?;
    let graph = cx.graph(allowed.hosting()).await?;
    Ok(allowed.owner_of(principal, hosting, &graph).await?)
}
