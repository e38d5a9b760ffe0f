//! The peers.

use super::check::KINDS;

/// One of Microsoft's clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    /// As its package is called.
    pub(super) name: &'static str,
    /// The file of its requirements under `xtask/peers/environments`, without `.txt`.
    pub(super) environment: &'static str,
    /// Its scenario under `xtask/peers`.
    pub(super) script: &'static str,
    /// How much faster than a clock the cloud's time runs: as fast as its long-running operations need it.
    pub(super) speed: u32,
    /// What it is run against.
    pub(super) against: Against,
}

/// What a peer is run against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// An empty cloud of its own. It checks what every peer checks.
    Empty,
    /// It starts clouds of its own, and is told the programs.
    Programs {
        /// The examples that are built for it, each told by its name in capital letters.
        examples: &'static [&'static str],
        /// Further environments, each told by a variable with the program of its Python.
        pythons: &'static [(&'static str, &'static str)],
        /// The kinds of things that it checks.
        kinds: &'static [&'static str],
    },
}

/// In the order in which they run.
pub(super) const PEERS: &[Peer] = &[
    Peer {
        name: "azure-identity",
        environment: "sdk",
        script: "azure_identity.py",
        speed: 1,
        against: Against::Empty,
    },
    Peer {
        name: "azure-mgmt-resource",
        environment: "sdk",
        script: "azure_mgmt_resource.py",
        speed: 10,
        against: Against::Empty,
    },
    Peer {
        name: "azure-mgmt-msi",
        environment: "sdk",
        script: "azure_mgmt_msi.py",
        speed: 1,
        against: Against::Empty,
    },
    Peer {
        name: "azure-mgmt-authorization",
        environment: "sdk",
        script: "azure_mgmt_authorization.py",
        speed: 10,
        against: Against::Empty,
    },
    Peer {
        name: "azure-mgmt-keyvault",
        environment: "sdk",
        script: "azure_mgmt_keyvault.py",
        speed: 10,
        against: Against::Empty,
    },
    Peer {
        name: "azure-mgmt-sql",
        environment: "sdk",
        script: "azure_mgmt_sql.py",
        speed: 10,
        against: Against::Empty,
    },
    Peer {
        name: "azure-mgmt-appcontainers",
        environment: "sdk",
        script: "azure_mgmt_appcontainers.py",
        speed: 10,
        against: Against::Empty,
    },
    Peer {
        name: "azure-mgmt-subscription",
        environment: "sdk",
        script: "azure_mgmt_subscription.py",
        // The only one that is held up by the limits themselves, of which a faster clock would know nothing.
        speed: 1,
        against: Against::Empty,
    },
    Peer {
        name: "msgraph-sdk",
        environment: "graph",
        script: "msgraph_sdk.py",
        speed: 10,
        against: Against::Empty,
    },
    Peer {
        name: "azure-cli",
        environment: "cli",
        script: "azure_cli.py",
        speed: 20,
        against: Against::Empty,
    },
    // The scripts of the runbook, by the Azure CLI.
    Peer {
        name: "runbook",
        environment: "cli",
        script: "runbook/scenario.py",
        speed: 60,
        against: Against::Programs {
            examples: &["embedded_cloud", "qa_rollout"],
            pythons: &[("SQL_PYTHON", "sql-python-tds")],
            kinds: &["spoken", "script", "world", "again"],
        },
    },
];

impl Peer {
    /// The kinds of things that it has to check.
    pub(super) fn kinds(&self) -> &'static [&'static str] {
        match self.against {
            Against::Empty => &KINDS,
            Against::Programs { kinds, .. } => kinds,
        }
    }

    /// Whether it was asked for: no name stands for all.
    pub(super) fn is_among(&self, names: &[String]) -> bool {
        names.is_empty() || names.iter().any(|name| self.name.contains(name.as_str()))
    }
}
