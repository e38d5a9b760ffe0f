//! The probe in the embedded cloud, where it stands in for its image.

use std::pin::Pin;
use std::sync::Arc;

use clap::Parser;
use rhc_containerapps::fake::{Exit, Program, RunningContainer};
use rhc_core::Cloud;
use rhc_sql_identity::fake::Vantage;

use super::ask::{Surroundings, run};
use super::settings::Settings;
use super::words::{code, lines};
use crate::connection::Way;

/// What a container of the probe's image does.
pub fn program() -> Program {
    Arc::new(
        |container: RunningContainer| -> Pin<Box<dyn Future<Output = Exit> + Send>> {
            Box::pin(contained(container))
        },
    )
}

async fn contained(container: RunningContainer) -> Exit {
    let words = std::iter::once("cross_tenant_sql".to_owned()).chain(container.args.clone());
    let settings = match Settings::try_parse_from(words) {
        Ok(settings) => settings,
        Err(error) => {
            let log = error.to_string().lines().map(str::to_owned).collect();
            return Exit { code: 64, log };
        }
    };
    let answers = run(&settings, &surroundings(container)).await;
    Exit {
        code: code(&settings, &answers).into(),
        log: lines(&answers),
    }
}

/// A container reaches what its subnet reaches. One without a network of its own is on the internet.
fn surroundings(container: RunningContainer) -> Surroundings {
    let cloud = Cloud::public();
    let from = container
        .subnet
        .clone()
        .map_or(Vantage::OUTSIDE, Vantage::Subnet);
    let (world, its_cloud) = (container.world.clone(), cloud.clone());
    let way = Way::into_world(&world);
    Surroundings {
        cloud,
        transport: container.world.transport(),
        clock: container.world.clock(),
        environment: container.env,
        databases: Box::new(move |credential| {
            way.databases(&its_cloud, credential, world.clock(), from.clone())
        }),
    }
}
