//! The client's way to the servers of a World, in process.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use rhc_core::{Clock, Cloud};

use crate::fake::Vantage;
use crate::tds::{Dial, TdsDatabases, TdsOptions, Wire};

use super::TdsServers;

/// Streams in process, from one place.
#[derive(Clone, Debug)]
struct InProcess {
    servers: TdsServers,
    from: Vantage,
}

#[async_trait]
impl Dial for InProcess {
    async fn dial(&self, host: &str, _: u16) -> io::Result<Box<dyn Wire>> {
        Ok(Box::new(self.servers.connect(host, self.from.clone())))
    }
}

impl TdsServers {
    /// The databases of these servers for whoever has this credential, from this place: the real client over streams in
    /// process, with TLS that leads to the servers' own root.
    #[must_use]
    pub fn databases(
        &self,
        cloud: &Cloud,
        credential: Arc<dyn TokenCredential>,
        clock: Clock,
        from: Vantage,
    ) -> TdsDatabases {
        let options = TdsOptions {
            root: Some(self.root_certificate().to_owned()),
            clock,
            ..TdsOptions::default()
        };
        let servers = self.clone();
        let dial = Arc::new(InProcess { servers, from });
        TdsDatabases::through(cloud, credential, options, dial)
    }
}
