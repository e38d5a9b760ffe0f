//! The peers.

/// Where a peer comes from, and what runs it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Python {
        /// The file of its requirements under `xtask/peers/environments`, without `.txt`.
        environment: &'static str,
        script: &'static str,
        /// What it is imported as; an import that fails is a library of the system that is missing.
        module: &'static str,
    },
    Node {
        /// The folder with its list of packages.
        folder: &'static str,
        script: &'static str,
    },
    Rust {
        /// The folder of its workspace.
        folder: &'static str,
        /// Which of the scenarios there.
        word: &'static str,
    },
}

/// One client, or one server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    /// As its package is called.
    pub(super) name: &'static str,
    pub(super) source: Source,
    /// What it checks.
    pub(super) kinds: &'static [&'static str],
    /// What to do where it cannot be had.
    pub(super) remedy: &'static str,
}

/// What every client checks, unless its scenario says why it has no such thing.
const CLIENT: &[&str] = &[
    "login",
    "strict",
    "length",
    "refused",
    "password",
    "query",
    "parameters",
    "error",
    "transaction",
    "cancel",
];
/// What our own client is asked for at another server.
const SERVER: &[&str] = &["login", "query", "error", "cancel", "routing"];

/// In the order in which they run.
pub(super) const PEERS: &[Peer] = &[
    Peer {
        name: "mssql-python",
        source: Source::Python {
            environment: "sql-mssql-python",
            script: "sql/by_mssql_python.py",
            module: "mssql_python",
        },
        kinds: CLIENT,
        remedy: "it needs PyPI, and on Linux libltdl for Microsoft's ODBC driver: apt-get install libltdl7",
    },
    Peer {
        name: "python-tds",
        source: Source::Python {
            environment: "sql-python-tds",
            script: "sql/by_python_tds.py",
            module: "pytds",
        },
        kinds: CLIENT,
        remedy: "it needs PyPI, and a python3 with the modules venv and pip (or --python PROGRAM)",
    },
    Peer {
        name: "tedious",
        source: Source::Node {
            folder: "sql/node",
            script: "sql/by_tedious.mjs",
        },
        kinds: CLIENT,
        remedy: "it needs node 20 or newer, npm and its registry",
    },
    Peer {
        name: "mssql-tds",
        source: Source::Rust {
            folder: "sql/rust",
            word: "client",
        },
        kinds: CLIENT,
        remedy: "it needs crates.io, and on Linux OpenSSL to compile against: apt-get install libssl-dev pkg-config",
    },
    Peer {
        name: "mssql-mock-tds",
        source: Source::Rust {
            folder: "sql/rust",
            word: "mock",
        },
        kinds: SERVER,
        remedy: "it needs crates.io, and on Linux OpenSSL to compile against: apt-get install libssl-dev pkg-config",
    },
];
