//! The doors that this program opens for its operator, by the names that the journal keeps.

use std::sync::Arc;

use rhc_arm::types::authorization::PrincipalType;
use rhc_sql_identity::SqlAddress;

use super::arm_resource::{arm_id, parse};
use super::certificate::VaultDoor;
use super::clients::Clients;
use super::stack::SqlDoor;
use crate::engine::{Door, DoorName, Doors, Key, Planned, Rollout, StepError};
use crate::manifest::Manifest;

/// The doors that an earlier run may have left open.
#[derive(Debug)]
pub(super) struct KnownDoors(pub(super) Clients);

impl Doors for KnownDoors {
    fn door(&self, name: &DoorName) -> Result<Arc<dyn Door>, StepError> {
        let tenant_id = name
            .tenant_id
            .parse()
            .map_err(|error| StepError::new(format!("the journal's tenant id is none: {error}")))?;
        let id = parse(&name.resource)?;
        match name.kind.as_str() {
            // Whose the role is does not matter for taking it away.
            VaultDoor::KIND | VaultDoor::PRIVATE => Ok(Arc::new(VaultDoor::named(
                &self.0,
                name.clone(),
                tenant_id,
                id,
                PrincipalType::User,
            )?)),
            SqlDoor::KIND => Ok(Arc::new(SqlDoor::named(
                &self.0,
                name.clone(),
                tenant_id,
                id,
            )?)),
            _ => Err(StepError::new(format!(
                "this program does not know how to close the {name}, which an earlier run opened"
            ))
            .remedy("use the program that opened it, or close it in the portal")),
        }
    }
}

/// The door of the environment's SQL server, once a plan has seen the server; with the step whose door it is.
///
/// # Errors
/// When nobody can sign in to the server's tenant.
pub async fn sql_door(
    manifest: &Manifest,
    clients: &Clients,
    rollout: &Rollout,
    planned: &Planned,
) -> Result<Option<(Key, Arc<dyn Door>)>, StepError> {
    let server = rollout
        .steps()
        .map(|step| step.meta())
        .find(|meta| meta.kind == "Microsoft.Sql/servers" && meta.name == manifest.database.server);
    let database = manifest.database.databases.keys().next();
    let (Some(server), Some(database)) = (server, database) else {
        return Ok(None);
    };
    let tenant = manifest.tenant(server.tenant.as_str());
    let (Some(id), Some(tenant)) = (rollout.seen(planned, &arm_id(&server.key)), tenant) else {
        return Ok(None);
    };
    let connection = clients.connection();
    let given = tenant.id.as_ref().and_then(|id| id.parse().ok());
    let tenant_id = match given {
        Some(known) => Some(known),
        None => connection.discover(&tenant.domain).await?,
    };
    let Some(tenant_id) = tenant_id else {
        return Ok(None);
    };
    let at = SqlAddress::new(connection.cloud(), &manifest.sql_host(), database)?;
    let door = SqlDoor::of(clients, &server.tenant, tenant_id, &id, at)?;
    Ok(Some((server.key.clone(), Arc::new(door))))
}
