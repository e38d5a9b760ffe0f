//! The SQL server, and who may do what in its databases.

use super::super::problem::Rule;
use super::Check;

/// The fixed roles of a database in Azure SQL
/// (<https://learn.microsoft.com/sql/relational-databases/security/authentication-access/database-level-roles>).
pub(crate) const DATABASE_ROLES: [&str; 9] = [
    "db_owner",
    "db_securityadmin",
    "db_accessadmin",
    "db_backupoperator",
    "db_ddladmin",
    "db_datawriter",
    "db_datareader",
    "db_denydatawriter",
    "db_denydatareader",
];

/// What an audit must record: who came in, who did not, and what was done.
const AUDIT_GROUPS: [&str; 3] = [
    "SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP",
    "FAILED_DATABASE_AUTHENTICATION_GROUP",
    "BATCH_COMPLETED_GROUP",
];

pub(super) fn check(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let database = &manifest.database;
    let known = check.subscription_reference("database.subscription", &database.subscription);
    let alone = known && own_tenant(check);
    for (name, sql) in &database.databases {
        if let Some(tier) = tier_of(&sql.sku).filter(|tier| *tier != sql.tier) {
            let help = format!("expected is {tier:?} with sku {:?}", sql.sku);
            check.report(
                Rule::UnknownValue,
                format!("database.databases.{name}.tier"),
                "the tier is not the SKU's",
                help,
            );
        } else if tier_of(&sql.sku).is_none() {
            let help = "expected is a service objective such as Basic, S0, P1 or GP_Gen5_2";
            check.report(
                Rule::UnknownValue,
                format!("database.databases.{name}.sku"),
                "Azure SQL has no such service objective",
                help,
            );
        }
    }
    // Whose administrators they are is known only then.
    administrators(check, alone);
    audit(check);
    roles(check);
}

fn tier_of(sku: &str) -> Option<&'static str> {
    let numbered = |letter| {
        sku.strip_prefix(letter)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
    };
    match sku {
        "Basic" => Some("Basic"),
        _ if numbered('S') => Some("Standard"),
        _ if numbered('P') => Some("Premium"),
        _ if sku.starts_with("GP_") => Some("GeneralPurpose"),
        _ if sku.starts_with("BC_") => Some("BusinessCritical"),
        _ if sku.starts_with("HS_") => Some("Hyperscale"),
        _ => None,
    }
}

/// The databases' tenant is secured as one in which nothing else is: no other application, no account from outside. Done to
/// the tenant in which the company works, that would lock its people out.
fn own_tenant(check: &mut Check<'_>) -> bool {
    let manifest = check.manifest;
    let Some((tenant, _)) = manifest.database_tenant() else {
        return false;
    };
    let others = [
        (&manifest.environment.hosting_tenant, "hosts the apps"),
        (&manifest.billing.tenant, "holds the billing account"),
    ];
    let shared = others.into_iter().find(|(key, _)| *key == tenant);
    if let Some((_, does)) = shared {
        check.report(
            Rule::TenantKind,
            "database.subscription",
            format!(
                "this subscription is of the tenant {tenant:?}, which {does}, and the databases' tenant is closed to all else"
            ),
            "name a subscription of a workforce tenant that has nothing but the databases",
        );
    }
    shared.is_none()
}

fn administrators(check: &mut Check<'_>, alone: bool) {
    let manifest = check.manifest;
    let administrators = &manifest.database.administrators;
    if !(1..=120).contains(&administrators.group.trim().chars().count()) {
        check.report(
            Rule::Name,
            "database.administrators.group",
            "this cannot be the name of a group",
            "expected are 1 to 120 characters",
        );
    }
    let Some((tenant, known)) = manifest.database_tenant().filter(|_| alone) else {
        return;
    };
    let natives = &known.native_administrators;
    let known = natives
        .iter()
        .any(|native| native.user == administrators.native_administrator && !native.break_glass);
    if !known {
        let users: Vec<&str> = natives
            .iter()
            .filter(|native| !native.break_glass)
            .map(|native| native.user.as_str())
            .collect();
        check.report(
            Rule::Reference,
            "database.administrators.native_administrator",
            format!("this is no native administrator of the tenant {tenant} for every day"),
            format!(
                "name one of tenants.{tenant}.native_administrators without break_glass: {}",
                users.join(", ")
            ),
        );
    }
}

fn audit(check: &mut Check<'_>) {
    let groups = &check.manifest.database.audit.action_groups;
    let missing: Vec<&str> = AUDIT_GROUPS
        .into_iter()
        .filter(|wanted| !groups.iter().any(|group| group == wanted))
        .collect();
    if !missing.is_empty() {
        check.report(
            Rule::Audit,
            "database.audit.action_groups",
            "HIPAA asks for a record of every access, and this list does not give it",
            format!("add {}", missing.join(", ")),
        );
    }
    for (index, group) in groups.iter().enumerate() {
        let formed =
            group.ends_with("_GROUP") && group.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        if !formed {
            let help = "expected is a name in capitals that ends with _GROUP, as in Microsoft's list of audit action groups";
            check.report(
                Rule::Audit,
                format!("database.audit.action_groups[{index}]"),
                "this is not an audit action group",
                help,
            );
        }
    }
}

fn roles(check: &mut Check<'_>) {
    let manifest = check.manifest;
    for (key, app) in &manifest.apps {
        for (database, roles) in &app.database_roles {
            let path = format!("apps.{key}.database_roles.{database}");
            check.reference(
                &path,
                database,
                "database.databases",
                manifest.database.databases.keys(),
            );
            if roles.is_empty() {
                let help = "name at least one role, such as \"db_datareader\", or remove the line";
                check.report(
                    Rule::DatabaseRole,
                    &path,
                    "an access without any role gives nothing",
                    help,
                );
            }
            for (index, role) in roles.iter().enumerate() {
                let path = format!("{path}[{index}]");
                if !DATABASE_ROLES.contains(&role.as_str()) {
                    let near = super::nearest(role, DATABASE_ROLES)
                        .map(|role| format!("; did you mean {role:?}?"))
                        .unwrap_or_default();
                    let help = format!(
                        "roles of your own are not supported; expected is one of {}{near}",
                        DATABASE_ROLES.join(", ")
                    );
                    check.report(
                        Rule::DatabaseRole,
                        path,
                        "Azure SQL has no fixed database role of this name",
                        help,
                    );
                } else if roles.iter().take(index).any(|other| other == role) {
                    check.report(
                        Rule::Duplicate,
                        path,
                        "this role is there twice",
                        "remove it once",
                    );
                }
            }
        }
    }
}
