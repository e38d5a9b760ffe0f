//! The documents, and which step stands in which.

use crate::engine::Meta;

/// A document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chapter {
    /// Name of the file, without `.md`.
    pub(super) file: &'static str,
    /// What it is about.
    pub(super) title: &'static str,
    /// What it is for.
    pub(super) purpose: &'static str,
    /// Where its configuration stands in the environment file.
    pub(super) tables: &'static str,
    /// What keeps it safe.
    pub(super) security: &'static [&'static str],
}

/// In the order in which they are read. Steps go to the first seven; the last is about what comes after them.
pub(super) const CHAPTERS: [Chapter; 8] = [
    Chapter {
        file: "01-tenant-creation",
        title: "Tenants",
        purpose: "The External ID tenant of the apps' users, the tenant of the databases, and their administrators.",
        tables: "`[tenants]`, `[automation]`",
        security: &[
            "Whoever makes a tenant arrives in it as an account from outside (`#EXT#`). Two native Global Administrators take over before anything is secured; one of them is for emergencies only. Their passwords are nobody's but theirs.",
            "An initial domain is taken for ever, and has letters and digits only.",
            "An External ID tenant cannot own a subscription: it holds identities and nothing else.",
            "The automation is an application without a secret; in the databases' tenant it is a service principal only.",
        ],
    },
    Chapter {
        file: "02-subscription-setup",
        title: "Subscriptions",
        purpose: "Subscriptions of their own for apps and databases, billed to the back office, with the resource providers that are used.",
        tables: "`[billing]`, `[subscriptions]`",
        security: &[
            "What costs money and what may be changed are separated by subscription; what exists already in the back office is never written.",
            "A subscription for another tenant is made in the billing tenant and accepted by its new owner, in his tenant.",
            "The activity log of each subscription is exported and kept.",
        ],
    },
    Chapter {
        file: "03-database-tenant-setup",
        title: "The databases and their tenant",
        purpose: "A tenant without outsiders and registrations, and in it the SQL server without passwords, its databases, its audit and who is let in.",
        tables: "`[database]`, `[logs]`",
        security: &[
            "No SQL authentication: the server knows Microsoft Entra identities only, and there is no password to lose.",
            "The apps' principals are users with the roles that they need. They administer nothing.",
            "Every access to data is recorded and kept for six years.",
            "No accounts from outside, no registrations, no other software: this is looked at each time.",
            "The server's door is closed. It is opened for the operator's address while that is needed, and closed whatever happens.",
        ],
    },
    Chapter {
        file: "04-b2c-tenant-setup",
        title: "Sign-in of the apps' users",
        purpose: "Registrations, user flow, second factor, certificates and the sign-in page in the External ID tenant.",
        tables: "`[customers]`, `[apps.*.sign_in]`",
        security: &[
            "Nobody makes himself an account: sign-up is off, and both apps require an assignment.",
            "The second factor is asked for by Conditional Access, of everybody but the emergency account.",
            "The apps' credential is a certificate whose key never leaves its vault. No client secret exists.",
            "Permissions are the least with which an app can make an account.",
        ],
    },
    Chapter {
        file: "05-resource-groups-and-services",
        title: "Network and services",
        purpose: "The network, the private path to the databases, each app's stack, and its host name.",
        tables: "`[network]`, `[apps]`, `[dns]`, `[vaults]`, `[bootstrap]`, `[probe]`",
        security: &[
            "Each app runs as an identity of its own, with roles on single resources.",
            "The databases are reached over a private endpoint; their name leads there from this network only.",
            "Vaults are closed but for the apps' subnets, or for private endpoints alone (`vaults.network`), decide by roles, and cannot be purged.",
            "Environments log through diagnostic settings, for the other way carries a shared key.",
            "The image belongs to the pipeline after the first rollout: it is not set back.",
        ],
    },
    Chapter {
        file: "06-github-actions",
        title: "Delivery",
        purpose: "A push to the environment's branch deploys: identity, roles, federated credential, GitHub environment and workflow.",
        tables: "`[apps.*.github]`",
        security: &[
            "No stored secret: GitHub proves each run by a token of its own, which the identity trusts for one subject.",
            "The deploy identity may push images and update its own app, and nothing else.",
            "The workflows of development are not touched.",
        ],
    },
    Chapter {
        file: "07-security-and-compliance",
        title: "Security and compliance",
        purpose: "What is recorded and for how long, and what only a person can show.",
        tables: "`[logs]`, `[compliance]`",
        security: &[
            "Audit logs are kept for six years in all (HIPAA), interactively for 90 days.",
            "A Business Associate Agreement with Microsoft is signed by people; the file says where the evidence is.",
            "No card data is stored: payments go through a payment gateway (PCI-DSS).",
            "`qa_rollout verify` proves what can be proven, and says of the rest that it is not.",
        ],
    },
    Chapter {
        file: "08-production-deployment",
        title: "Production",
        purpose: "From an environment that is stable to production, which has an environment file of its own.",
        tables: "all of them",
        security: &[
            "Production has its own tenant for users, subscription, network, SQL server and identities. Shared with QA are the databases' tenant with its subscription, and the automation's application.",
            "Nothing of QA is made into production: it is built from its own file, and verified. Production's file protects what is QA's.",
        ],
    },
];

/// The place of a step's document.
pub(super) fn of(meta: &Meta) -> usize {
    let is_audit = matches!(
        meta.kind.as_str(),
        "Microsoft.Insights/diagnosticSettings" | "Microsoft.OperationalInsights/workspaces/tables"
    );
    if is_audit {
        return 6;
    }
    match meta.stage.id {
        "tenants" => 0,
        "subscriptions" => 1,
        "baseline" | "database" => 2,
        "identity" => 3,
        "delivery" => 5,
        "compliance" => 6,
        _ => 4,
    }
}
