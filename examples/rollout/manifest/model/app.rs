//! An application with its stack of Azure resources.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An application with its stack of Azure resources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct App {
    /// Readable name.
    pub display_name: String,
    /// Whose tool it is.
    pub audience: Audience,
    /// Most users that are expected at launch.
    pub users_at_launch: u32,
    /// Most users that are expected in the first year.
    pub users_in_first_year: u32,
    /// How far HIPAA binds it.
    pub hipaa: Hipaa,
    /// Key of the subscription.
    pub subscription: String,
    /// Resource group of the whole stack.
    pub resource_group: String,
    /// Public host name, without `https://`.
    pub hostname: String,
    /// Container app and environment.
    pub container_app: ContainerApp,
    /// User-assigned identities.
    pub identities: AppIdentities,
    /// Key vault.
    pub key_vault: String,
    /// Private endpoint of the key vault, where its public access is off.
    pub key_vault_endpoint: Option<String>,
    /// Application Insights and Log Analytics.
    pub monitoring: Monitoring,
    /// Mail.
    pub communication: Communication,
    /// Container registry that this app brings along.
    pub registry: Option<Registry>,
    /// Key of the app whose registry this app pulls from.
    pub pulls_from: String,
    /// Storage account.
    pub storage: Option<Storage>,
    /// Application as which the app reaches the databases of the other tenant.
    pub bridge: BridgeApp,
    /// Application with which users sign in.
    pub sign_in: SignInApp,
    /// Roles of the app by database.
    pub database_roles: BTreeMap<String, Vec<String>>,
    /// Where its code comes from.
    pub github: GitHub,
    /// The development stack that this one mirrors.
    pub mirrors: Mirror,
}

impl App {
    /// The address that users open.
    pub fn url(&self) -> String {
        format!("https://{}", self.hostname)
    }

    /// The name of the job that looks from inside: the container app's, which may be as long as a job's, with another end.
    pub fn probe_job(&self) -> String {
        let name = &self.container_app.name;
        let name = name.strip_suffix("-app").unwrap_or(name);
        let short: String = name.chars().take(26).collect();
        format!("{}-probe", short.trim_end_matches('-'))
    }
}

/// Whose tool an app is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// The staff of healthcare practices.
    Practices,
    /// The company's own staff.
    Staff,
}

/// How far HIPAA binds an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hipaa {
    /// It handles patients' data.
    Required,
    /// It may handle patients' data, and is treated as if it did.
    Probable,
}

/// A container app in an environment of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContainerApp {
    /// Name of the app.
    pub name: String,
    /// Name of its environment.
    pub environment: String,
    /// Subnet of the environment.
    pub subnet: String,
    /// Processor cores per replica.
    pub cpu: f64,
    /// Memory per replica, in GiB.
    pub memory_gib: f64,
    /// Fewest replicas.
    pub min_replicas: u32,
    /// Most replicas.
    pub max_replicas: u32,
    /// Port on which the real image answers; without it the bootstrap image's. A push sets it.
    pub port: Option<u16>,
    /// Path that answers while the real image is well; without it the bootstrap image's. A push sets it.
    pub probe_path: Option<String>,
}

/// The two user-assigned identities of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppIdentities {
    /// As which the app runs.
    pub app: String,
    /// As which GitHub deploys it.
    pub deploy: String,
}

/// Where an app's telemetry goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitoring {
    /// Name of the Application Insights component.
    pub insights: String,
    /// Name of the Log Analytics workspace.
    pub workspace: String,
}

/// Communication Services of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Communication {
    /// Name of the e-mail service.
    pub email_service: String,
    /// Name of its mail domain.
    pub email_domain: String,
    /// Names of the Communication Services resources; the first one sends the mail.
    pub services: Vec<String>,
    /// Where the data is kept at rest: a geography, not a region.
    pub data_location: String,
}

/// Price tier of a container registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RegistrySku {
    /// No network rules.
    Standard,
    /// Network rules and private endpoints.
    Premium,
}

impl RegistrySku {
    /// As the service writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Premium => "Premium",
        }
    }
}

/// A container registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// Its name; its host name is `<name>.azurecr.io`.
    pub name: String,
    /// Price tier.
    pub sku: RegistrySku,
    /// Why a lower tier than the posture rules ask for is accepted.
    pub waiver: Option<String>,
}

/// Replication of a storage account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StorageSku {
    /// Three copies in one building.
    #[serde(rename = "Standard_LRS")]
    StandardLrs,
    /// Three copies in three buildings.
    #[serde(rename = "Standard_ZRS")]
    StandardZrs,
}

impl StorageSku {
    /// As the service writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StandardLrs => "Standard_LRS",
            Self::StandardZrs => "Standard_ZRS",
        }
    }
}

/// A storage account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// Its name.
    pub name: String,
    /// Replication.
    pub sku: StorageSku,
    /// Days for which a deleted file can be brought back, if not the usual ones.
    pub soft_delete_days: Option<u32>,
}

impl Storage {
    /// Days for which a deleted file can be brought back: 30 where the file says nothing.
    pub fn soft_delete_days(&self) -> u32 {
        self.soft_delete_days.unwrap_or(30)
    }
}

/// The multi-tenant application as which an app reaches the databases: a registration in the hosting tenant, trusted
/// through the app's identity, and a service principal in the database tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeApp {
    /// `uniqueName` and display name.
    pub unique_name: String,
}

/// How a sign-in application proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInKind {
    /// A browser application; it has nothing to keep and proves itself by PKCE.
    Spa,
    /// A server application; it proves itself with a certificate whose private part stays in the key vault.
    Web,
}

/// The single-tenant application in the External ID tenant with which users sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInApp {
    /// `uniqueName` and display name.
    pub unique_name: String,
    /// Browser or server.
    pub kind: SignInKind,
    /// Paths below the app's address to which sign-in may return.
    pub redirect_paths: Vec<String>,
    /// What a user can be in the app.
    pub roles: Vec<SignInRole>,
}

/// What a user can be in an app: the app reads it from the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRole {
    /// What stands in the token.
    pub value: String,
    /// Readable name.
    pub display_name: String,
    /// Who has it.
    pub description: String,
}

/// Where an app's code comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitHub {
    /// `owner/name`.
    pub repository: String,
    /// Branch whose pushes deploy.
    pub branch: String,
    /// GitHub environment; absent where the repository's plan has none.
    pub environment: Option<String>,
    /// What the OIDC subject of the repository begins with, for where GitHub cannot be asked.
    pub subject_prefix: Option<String>,
    /// The file that the image is built from; `Dockerfile` unless said.
    pub dockerfile: Option<String>,
    /// Since when a person has set everything up on GitHub; for where the rollout has no token to see it.
    pub set_up_by_hand: Option<String>,
}

impl GitHub {
    /// The end of the OIDC subject of a deployment. What stands before it is GitHub's answer and is not guessed.
    pub fn subject_suffix(&self) -> String {
        match &self.environment {
            Some(environment) => format!("environment:{}", environment.replace(':', "%3A")),
            None => format!("ref:refs/heads/{}", self.branch),
        }
    }
}

/// A development stack, only ever read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    /// Domain of its tenant, one of the protected ones.
    pub tenant_domain: String,
    /// Its resource group.
    pub resource_group: String,
    /// What its names start with.
    pub name_prefix: String,
}
