//! Both ends of the wire.

use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use rhc_core::fake::World;
use rhc_core::{AppId, Cloud, Error};
use rhc_sql_identity::fake::{TdsServers, Vantage};
use rhc_sql_identity::{
    DatabaseRole, Databases, Dial, Grant, Observed, SqlSession, TdsDatabases, TdsOptions, Wire,
    plan,
};

use crate::support::{HP2, TENANT, address, as_admin, with_endpoint};

pub(crate) const HOST: &str = "rhc-qa-sqlsvr.database.windows.net";

/// A way in process, which remembers where it led.
#[derive(Debug)]
pub(crate) struct InProcess {
    servers: TdsServers,
    from: Vantage,
    dialed: Mutex<Vec<(String, u16)>>,
}

#[async_trait]
impl Dial for InProcess {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Wire>> {
        self.dialed.lock().unwrap().push((host.to_owned(), port));
        if host.starts_with("nowhere") {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(Box::new(self.servers.connect(host, self.from.clone())))
    }
}

/// A World's servers, and what is needed to reach them.
pub(crate) struct Setting {
    pub(crate) world: World,
    pub(crate) servers: TdsServers,
    pub(crate) dial: Arc<InProcess>,
    pub(crate) options: TdsOptions,
}

impl Setting {
    pub(crate) fn of(world: World, from: Vantage) -> Self {
        let servers = TdsServers::new(&world).unwrap();
        let mut options = TdsOptions::default();
        options.root = Some(servers.root_certificate().to_owned());
        options.clock = world.clock();
        let dial = Arc::new(InProcess {
            servers: servers.clone(),
            from,
            dialed: Mutex::default(),
        });
        Self {
            world,
            servers,
            dial,
            options,
        }
    }

    /// The QA server behind its endpoint, and the application with these roles in `hp2_db`.
    pub(crate) async fn new(roles: &[DatabaseRole]) -> Self {
        let world = with_endpoint().await;
        let grant = Grant {
            user: "rhc-hp2-qa-db".to_owned(),
            client_id: AppId::new(HP2),
            roles: roles.iter().copied().collect(),
        };
        let plan = plan(&[grant], &Observed::default(), &Default::default()).unwrap();
        let admin = as_admin(&world);
        admin.apply(&address("hp2_db"), &plan).await.unwrap();
        Self::of(world, Vantage::Inside)
    }

    pub(crate) fn with(&self, credential: Arc<dyn TokenCredential>) -> TdsDatabases {
        let options = self.options.clone();
        TdsDatabases::through(&Cloud::public(), credential, options, self.dial.clone())
    }

    pub(crate) fn as_app(&self) -> TdsDatabases {
        self.with(self.world.app_credential(&TENANT.to_string(), HP2))
    }

    pub(crate) fn as_admin(&self) -> TdsDatabases {
        let admin = crate::support::ADMIN;
        self.with(self.world.user_credential(&TENANT.to_string(), admin))
    }

    pub(crate) fn with_token(&self, token: impl Into<String>) -> TdsDatabases {
        self.with(Arc::new(Fixed(token.into(), self.world.clock())))
    }

    pub(crate) fn dialed(&self) -> Vec<(String, u16)> {
        self.dial.dialed.lock().unwrap().clone()
    }
}

pub(crate) async fn open(databases: &TdsDatabases) -> Result<Box<dyn SqlSession>, Error> {
    databases.open(&address("hp2_db")).await
}

/// The first value that a batch answers with.
pub(crate) async fn one(session: &mut dyn SqlSession, batch: &str) -> Option<String> {
    let rows = session.run(batch).await.unwrap();
    rows.into_iter().next()?.into_iter().next()?
}

/// A token from somewhere else.
pub(crate) struct Fixed(pub(crate) String, pub(crate) rhc_core::Clock);

impl std::fmt::Debug for Fixed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fixed").finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenCredential for Fixed {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Ok(AccessToken {
            token: self.0.clone().into(),
            expires_on: self.1.now() + std::time::Duration::from_secs(3600),
        })
    }
}
