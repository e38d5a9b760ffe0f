//! One named test for each refusal; what is said stands in the snapshot.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;

/// A change of the file that must be refused.
struct Case {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    rule: Rule,
    path: &'static str,
}

impl Case {
    fn run(&self) -> String {
        let Err(error) = Manifest::parse("qa.toml", &change(QA, self.from, self.to)) else {
            panic!("{} is accepted", self.name)
        };
        let found: Vec<_> = error
            .problems()
            .iter()
            .map(|problem| (problem.rule, problem.path.as_str()))
            .collect();
        assert_eq!(found, [(self.rule, self.path)], "{error}");
        error.to_string()
    }
}

macro_rules! refusals {
    ($($name:ident: $from:literal => $to:literal, $rule:ident at $path:literal;)*) => {
        const CASES: &[Case] = &[
            $(Case { name: stringify!($name), from: $from, to: $to, rule: Rule::$rule, path: $path },)*
        ];
        $(
            #[test]
            fn $name() {
                Case { name: stringify!($name), from: $from, to: $to, rule: Rule::$rule, path: $path }.run();
            }
        )*
    };
}

refusals! {
    a_dns_zone_of_an_unknown_tenant: "zone = \"recalibratex.net\"\n" => "zone = \"recalibratex.net\"\nazure_zone = { tenant = \"office\", subscription = \"22222222-2222-4222-8222-222222222222\", resource_group = \"dns\" }\n", Reference at "dns.azure_zone.tenant";
    a_dns_zone_in_an_external_id_tenant: "zone = \"recalibratex.net\"\n" => "zone = \"recalibratex.net\"\nazure_zone = { tenant = \"qa\", subscription = \"22222222-2222-4222-8222-222222222222\", resource_group = \"dns\" }\n", ExternalIdHost at "dns.azure_zone.tenant";
    a_dns_zone_by_the_name_of_its_subscription: "zone = \"recalibratex.net\"\n" => "zone = \"recalibratex.net\"\nazure_zone = { tenant = \"backoffice\", subscription = \"Azure subscription 1\", resource_group = \"dns\" }\n", Guid at "dns.azure_zone.subscription";
    a_dns_zone_in_no_group: "zone = \"recalibratex.net\"\n" => "zone = \"recalibratex.net\"\nazure_zone = { tenant = \"backoffice\", subscription = \"22222222-2222-4222-8222-222222222222\", resource_group = \"\" }\n", Text at "dns.azure_zone.resource_group";
    a_dns_zone_in_a_protected_group: "zone = \"recalibratex.net\"\n" => "zone = \"recalibratex.net\"\nazure_zone = { tenant = \"backoffice\", subscription = \"22222222-2222-4222-8222-222222222222\", resource_group = \"Marketing\" }\n", Protected at "dns.azure_zone.resource_group";
    a_text_without_quotes: r#"name = "qa""# => "name = qa", Syntax at "";
    a_key_given_twice: r#"prefix = "rhc""# => "prefix = \"rhc\"\nprefix = \"rhc\"", Syntax at "";
    an_unknown_key: r#"display_name = "Recalibrate Healthcare QA""# => "display_name = \"Q\"\ncolour = \"blue\"", UnknownKey at "environment.colour";
    a_key_with_a_slip_of_the_pen: "phase = 1" => "phase = 1\ncost_centre = \"x\"", UnknownKey at "environment.cost_centre";
    an_unknown_table: "[dns]" => "[dsn]\nzone = \"x\"\n\n[dns]", UnknownKey at "dsn";
    a_missing_key: "cost_center = \"rhc-qa\"\n" => "", MissingKey at "environment.cost_center";
    a_missing_table: "[probe]\nregistry_of = \"smx\"\nimage = \"rhc-probe:1\"\n" => "", MissingKey at "probe";
    a_number_in_quotes: "interactive_days = 90" => "interactive_days = \"90\"", WrongType at "logs.interactive_days";
    a_text_for_a_truth_value: "sign_up_allowed = false" => "sign_up_allowed = \"no\"", WrongType at "customers.user_flow.sign_up_allowed";
    a_text_for_a_list: r#"methods = ["email-code"]"# => r#"methods = "email-code""#, WrongType at "customers.mfa.methods";
    a_list_for_a_text: "[[protected.tenants]]\ndomain = \"core25a.onmicrosoft.com\"\nwhy = \"another project\"\n" => "[[protected.tenants]]\ndomain = \"core25a.onmicrosoft.com\"\nwhy = [\"another project\"]\n", WrongType at "protected.tenants[2].why";
    a_number_for_a_text: r#"minimal_tls = "1.2""# => "minimal_tls = 1.2", WrongType at "database.minimal_tls";
    a_port_beyond_the_last: "\nport = 80\n" => "\nport = 65536\n", OutOfRange at "bootstrap.port";
    a_negative_number: "max_users = 3" => "max_users = -3", OutOfRange at "practices.max_users";
    an_unknown_kind_of_tenant: r#"kind = "external-id""# => r#"kind = "b2c""#, UnknownValue at "tenants.qa.kind";
    an_old_tls_version: r#"minimal_tls = "1.2""# => r#"minimal_tls = "1.0""#, UnknownValue at "database.minimal_tls";
    an_authenticator_app: r#"methods = ["email-code"]"# => r#"methods = ["authenticator"]"#, UnknownValue at "customers.mfa.methods[0]";
    a_tier_that_is_not_the_skus: "sku = \"S0\"\ntier = \"Standard\"" => "sku = \"S0\"\ntier = \"Premium\"", UnknownValue at "database.databases.corp_db.tier";
    an_unknown_service_objective: "sku = \"S0\"" => "sku = \"Cheap\"", UnknownValue at "database.databases.corp_db.sku";
    an_unknown_billing_sku_of_a_tenant: r#"sku = "Base""# => r#"sku = "Free""#, UnknownValue at "tenants.qa.directory.sku";

    a_password: "phase = 1" => "phase = 1\nsql_password = \"hunter2\"", NoSecrets at "environment.sql_password";
    a_secret_of_an_app: "[apps.hp2.bridge]" => "[apps.hp2.bridge]\nappSecret = \"hunter2\"", NoSecrets at "apps.hp2.bridge.appSecret";
    a_storage_key: "[apps.smx.storage]" => "[apps.smx.storage]\nkey = \"hunter2\"", NoSecrets at "apps.smx.storage.key";
    a_connection_string: r#"cost_center = "rhc-qa""# => r#"cost_center = "Server=x;User Id=sa;Password=hunter2""#, NoSecrets at "environment.cost_center";

    an_unknown_format: "format = 1" => "format = 2", Format at "format";
    a_name_in_capitals: r#"name = "qa""# => r#"name = "QA""#, ShortName at "environment.name";
    a_tenant_key_in_capitals: "[tenants.qa.directory]" => "[tenants.QA2]
kind = \"workforce\"
made_by = \"exists\"
domain = \"example.com\"
display_name = \"x\"
id = \"11111111-2222-3333-4444-555555555555\"

[tenants.qa.directory]", ShortName at "tenants.QA2";
    a_region_as_the_portal_shows_it: r#"location = "eastus2""# => r#"location = "East US 2""#, Region at "environment.location";

    a_tenant_that_is_not_there: r#"hosting_tenant = "backoffice""# => r#"hosting_tenant = "backofice""#, Reference at "environment.hosting_tenant";
    a_subscription_that_is_not_there: "[network]\nsubscription = \"hosting\"" => "[network]\nsubscription = \"host\"", Reference at "network.subscription";
    a_subnet_that_is_not_there: r#"subnet = "hp2-apps""# => r#"subnet = "hp3-apps""#, Reference at "apps.hp2.container_app.subnet";
    a_database_that_is_not_there: "hp2_db = [" => "hm2_db = [", Reference at "apps.hp2.database_roles.hm2_db";
    an_app_that_is_not_there: r#"sent_by = "smx""# => r#"sent_by = "hpx""#, Reference at "customers.invitation.sent_by";
    an_app_without_a_registry: r#"pulls_from = "smx""# => r#"pulls_from = "hp2""#, Reference at "apps.hp2.pulls_from";
    a_probe_in_no_registry: r#"registry_of = "smx""# => r#"registry_of = "hp2""#, Reference at "probe.registry_of";
    an_administrator_who_is_not_there: r#"native_administrator = "rollout-admin""# => r#"native_administrator = "ron""#, Reference at "database.administrators.native_administrator";
    the_emergency_account_at_work: r#"native_administrator = "rollout-admin""# => r#"native_administrator = "break-glass""#, Reference at "database.administrators.native_administrator";
    a_dev_tenant_that_is_not_protected: r#"tenant_domain = "smx25dev.onmicrosoft.com""# => r#"tenant_domain = "smx25.onmicrosoft.com""#, Reference at "apps.hp2.mirrors.tenant_domain";
    a_protected_thing_of_no_tenant: "[[protected.subscriptions]]\ntenant = \"backoffice\"" => "[[protected.subscriptions]]\ntenant = \"office\"", Reference at "protected.subscriptions[0].tenant";
    an_export_of_no_tenant: r#"entra_export = ["qa", "database"]"# => r#"entra_export = ["qa", "databse"]"#, Reference at "logs.entra_export[1]";

    an_export_of_the_companys_own_tenant: r#"entra_export = ["qa", "database"]"# => r#"entra_export = ["qa", "backoffice"]"#, TenantKind at "logs.entra_export[1]";

    a_guid_with_a_digit_too_few: "ed01df5d-6b39-45f8-82ae-36b88e5daae0" => "ed01df5d-6b39-45f8-82ae-36b88e5daae", Guid at "tenants.backoffice.id";
    a_guid_in_braces: "# id = \"00000000-0000-0000-0000-000000000000\"" => "id = \"{00000000-0000-0000-0000-000000000000}\"", Guid at "tenants.qa.id";
    a_zone_that_is_no_domain: "zone = \"recalibratex.net\"" => "zone = \"recalibratex\"", Domain at "dns.zone";
    an_existing_tenant_without_domain: r#"domain = "recalibratehealthcare.com""# => r#"domain = "Recalibrate""#, Domain at "tenants.backoffice.domain";
    a_private_zone_that_finds_nothing: "privatelink.database.windows.net" => "privatelink.sql.windows.net", Domain at "network.sql_private_endpoint.dns_zone";
    a_mail_domain_that_is_none: r#"email_domain = "AzureManagedDomain""# => r#"email_domain = "azure managed""#, Domain at "apps.hp2.communication.email_domain";

    a_hyphen_in_an_initial_domain: "rhcdbcore.onmicrosoft.com" => "rhc-db-core.onmicrosoft.com", InitialDomain at "tenants.database.domain";
    an_initial_domain_of_27_letters: "rhcdbcore.onmicrosoft.com" => "abcdefghijklmnopqrstuvwxyz1.onmicrosoft.com", InitialDomain at "tenants.database.domain";
    an_underscore_in_an_initial_domain: "rhcdbcore.onmicrosoft.com" => "rhc_db.onmicrosoft.com", InitialDomain at "tenants.database.domain";
    an_empty_initial_domain: "rhcdbcore.onmicrosoft.com" => ".onmicrosoft.com", InitialDomain at "tenants.database.domain";
    a_new_tenant_with_a_domain_of_its_own: "rhcdbcore.onmicrosoft.com" => "rhcdbcore.com", InitialDomain at "tenants.database.domain";

    a_workforce_tenant_made_by_a_program: r#"made_by = "manual""# => r#"made_by = "rollout""#, MadeBy at "tenants.database.made_by";
    an_existing_tenant_without_id: "id = \"ed01df5d-6b39-45f8-82ae-36b88e5daae0\"\n" => "", MadeBy at "tenants.backoffice.made_by";
    a_tenant_with_one_administrator: "[[tenants.qa.native_administrators]]\nuser = \"rollout-admin\"\ndisplay_name = \"Rollout administrator\"\nbreak_glass = false\n" => "", NativeAdministrators at "tenants.qa.native_administrators";
    a_tenant_without_emergency_account: "\nbreak_glass = true" => "\nbreak_glass = false", NativeAdministrators at "tenants.qa.native_administrators";
    a_country_that_does_not_exist: r#"country = "US""# => r#"country = "XX""#, Country at "tenants.qa.directory.country";
    a_country_in_small_letters: r#"country = "US""# => r#"country = "us""#, Country at "tenants.qa.directory.country";
    a_region_for_a_geography: r#"data_location = "United States""# => r#"data_location = "eastus2""#, Geography at "tenants.qa.directory.data_location";
    mail_data_kept_nowhere: "services = [\"smx25qa-comms\"]\ndata_location = \"United States\"" => "services = [\"smx25qa-comms\"]\ndata_location = \"eastus2\"", Geography at "apps.smx.communication.data_location";

    an_external_id_tenant_with_a_subscription: "name = \"rhc-db-core-sub\"\ntenant = \"database\"" => "name = \"rhc-db-core-sub\"\ntenant = \"qa\"", ExternalIdHost at "subscriptions.database.tenant";
    an_external_id_tenant_that_pays: "[billing]\ntenant = \"backoffice\"" => "[billing]\ntenant = \"qa\"", ExternalIdHost at "billing.tenant";
    customers_in_a_workforce_tenant: "[customers]\ntenant = \"qa\"" => "[customers]\ntenant = \"database\"", TenantKind at "customers.tenant";
    an_app_outside_the_hosting_tenant: "hipaa = \"required\"\nsubscription = \"hosting\"" => "hipaa = \"required\"\nsubscription = \"database\"", TenantKind at "apps.hp2.subscription";
    a_billing_account_without_its_scope: "# account = \"...\"" => "account = \"1234567\"", BillingScope at "billing.account";
    a_billing_account_by_its_address: "# account = \"...\"\n# profile = \"...\"\n# invoice_section = \"...\"\n# enrollment_account = \"...\"" => "account = \"/providers/x\"\nenrollment_account = \"1\"", BillingScope at "billing.account";

    a_protected_tenant: "rhcdbcore.onmicrosoft.com" => "vokworks.onmicrosoft.com", Protected at "tenants.database.domain";
    a_protected_tenant_by_its_id: "# id = \"00000000-0000-0000-0000-000000000000\"" => "id = \"CD21A3BF-622c-4725-8da7-2f8b9d265d14\"", Protected at "tenants.qa.id";
    a_protected_resource_group: r#"resource_group = "rhc-net-qa-rg""# => r#"resource_group = "Marketing""#, Protected at "network.resource_group";
    the_resource_group_of_dev: r#"resource_group = "rhc-hp2-qa-rg""# => r#"resource_group = "hp225dev-rg""#, Protected at "apps.hp2.resource_group";
    a_subscription_that_belongs_to_this_environment: "name = \"rhc-db-core-sub\"\n" => "name = \"rhc-db-core-sub\"\nbelongs_to = \"qa\"\n", Reference at "subscriptions.database.belongs_to";
    a_subscription_that_belongs_to_no_name: "name = \"rhc-db-core-sub\"\n" => "name = \"rhc-db-core-sub\"\nbelongs_to = \"Q A\"\n", ShortName at "subscriptions.database.belongs_to";
    an_endpoint_of_a_vault_that_lets_in_subnets: r#"key_vault = "smx25qa-kv""# => "key_vault = \"smx25qa-kv\"\nkey_vault_endpoint = \"smx25qa-kv-pe\"", SubnetUse at "apps.smx.key_vault_endpoint";
    a_protected_resource: "kind = \"Microsoft.Compute/virtualMachines\"\nname = \"web-2310a\"" => "kind = \"microsoft.keyvault/vaults\"\nname = \"HP225QA-KV\"", Protected at "apps.hp2.key_vault";

    a_vault_name_of_25_characters: r#"key_vault = "hp225qa-kv""# => r#"key_vault = "hp225qa-kv-with-25-letters""#, Name at "apps.hp2.key_vault";
    a_storage_name_with_a_hyphen: r#"name = "smx25qastorage""# => r#"name = "smx25qa-storage""#, Name at "apps.smx.storage.name";
    a_registry_name_with_a_hyphen: r#"name = "smx25qaacr""# => r#"name = "smx25qa-acr""#, Name at "apps.smx.registry.name";
    a_container_app_name_in_capitals: r#"name = "hp225qa-app""# => r#"name = "HP225qa-app""#, Name at "apps.hp2.container_app.name";
    a_container_app_name_of_33_characters: r#"name = "hp225qa-app""# => r#"name = "hp225qa-app-with-a-very-long-name""#, Name at "apps.hp2.container_app.name";
    a_server_name_with_an_underscore: r#"server = "rhc-qa-sqlsvr""# => r#"server = "rhc_qa_sqlsvr""#, Name at "database.server";
    a_resource_group_that_ends_with_a_period: r#"resource_group = "rhc-db-qa-rg""# => r#"resource_group = "rhc-db-qa-rg.""#, Name at "database.resource_group";
    a_directory_named_otherwise: r#"name = "rhcqa""# => r#"name = "rhctest""#, Name at "tenants.qa.directory.name";
    a_group_without_a_name: r#"group = "rhc-qa-sql-admins""# => r#"group = """#, Name at "database.administrators.group";

    two_vaults_of_one_name: r#"key_vault = "smx25qa-kv""# => r#"key_vault = "HP225QA-kv""#, Duplicate at "apps.smx.key_vault";
    two_identities_of_one_name: r#"deploy = "hp225qa-deploy-id""# => r#"deploy = "hp225qa-id""#, Duplicate at "apps.hp2.identities.deploy";
    two_security_groups_of_one_name: "rhc-qa-smx-apps-nsg" => "rhc-qa-hp2-apps-nsg", Duplicate at "network.subnets.smx-apps.security_group";
    two_applications_of_one_unique_name: r#"unique_name = "rhc-smx-qa-db""# => r#"unique_name = "rhc-hp2-qa-db""#, Duplicate at "apps.smx.bridge.unique_name";
    two_apps_at_one_host_name: r#"hostname = "smx-qa.recalibratex.net""# => r#"hostname = "hp2-qa.recalibratex.net""#, Duplicate at "apps.smx.hostname";
    two_apps_in_one_subnet: r#"subnet = "smx-apps""# => r#"subnet = "hp2-apps""#, Duplicate at "apps.smx.container_app.subnet";
    two_subscriptions_of_one_name: r#"name = "rhc-b2c-qa-sub""# => r#"name = "rhc-db-core-sub""#, Duplicate at "subscriptions.hosting.name";
    two_communication_services_of_one_name: r#"services = ["smx25qa-comms"]"# => r#"services = ["hp225qa-comms"]"#, Duplicate at "apps.smx.communication.services[0]";
    one_role_twice: r#"corp_db = ["db_datareader"]"# => r#"corp_db = ["db_datareader", "db_datareader"]"#, Duplicate at "apps.hp2.database_roles.corp_db[1]";
    one_administrator_twice: "user = \"break-glass\"" => "user = \"Rollout-Admin\"", Duplicate at "tenants.qa.native_administrators[1].user";
    one_piece_of_evidence_twice: r#"name = "payment-gateway""# => r#"name = "microsoft-baa""#, Duplicate at "compliance.evidence[1].name";

    a_network_that_is_none: r#"address_prefix = "10.40.4.0/24""# => r#"address_prefix = "10.40.4.0""#, Address at "network.subnets.endpoints.address_prefix";
    a_network_that_begins_in_the_middle: r#"address_prefix = "10.40.4.0/24""# => r#"address_prefix = "10.40.4.1/24""#, Address at "network.subnets.endpoints.address_prefix";
    the_address_that_lets_in_all_of_azure: r#"# address = "203.0.113.7""# => r#"address = "0.0.0.0""#, Address at "operator.address";
    a_private_operator_address: r#"# address = "203.0.113.7""# => r#"address = "192.168.1.7""#, Address at "operator.address";
    overlapping_subnets: r#"address_prefix = "10.40.2.0/23""# => r#"address_prefix = "10.40.1.0/24""#, Overlap at "network.subnets.smx-apps.address_prefix";
    a_subnet_outside_its_network: r#"address_prefix = "10.40.4.0/24""# => r#"address_prefix = "10.41.4.0/24""#, OutsideNetwork at "network.subnets.endpoints.address_prefix";
    a_subnet_too_small_for_container_apps: r#"address_prefix = "10.40.2.0/23""# => r#"address_prefix = "10.40.2.0/28""#, SubnetSize at "network.subnets.smx-apps.address_prefix";
    a_subnet_without_the_vaults_endpoint: r#"service_endpoints = ["Microsoft.KeyVault"]"# => "service_endpoints = []", SubnetUse at "network.subnets.hp2-apps.service_endpoints";
    an_app_among_the_endpoints: r#"subnet = "smx-apps""# => r#"subnet = "endpoints""#, SubnetUse at "apps.smx.container_app.subnet";
    a_subnet_without_the_storage_accounts_endpoint: r#"["Microsoft.KeyVault", "Microsoft.Storage"]"# => r#"["Microsoft.KeyVault"]"#, SubnetUse at "network.subnets.smx-apps.service_endpoints";
    deleted_files_kept_for_years: "# soft_delete_days = 30" => "soft_delete_days = 366", OutOfRange at "apps.smx.storage.soft_delete_days";
    a_service_endpoint_that_is_none: "service_endpoints = []" => "service_endpoints = [\"KeyVault\"]", SubnetUse at "network.subnets.endpoints.service_endpoints[0]";

    a_role_of_ones_own: r#"corp_db = ["db_datareader"]"# => r#"corp_db = ["practice_reader"]"#, DatabaseRole at "apps.hp2.database_roles.corp_db[0]";
    a_role_with_a_slip_of_the_pen: r#"corp_db = ["db_datareader"]"# => r#"corp_db = ["db_datareder"]"#, DatabaseRole at "apps.hp2.database_roles.corp_db[0]";
    an_access_without_a_role: r#"corp_db = ["db_datareader"]"# => "corp_db = []", DatabaseRole at "apps.hp2.database_roles.corp_db";

    a_retention_between_the_years: "audit_total_days = 2191" => "audit_total_days = 2190", Retention at "logs.audit_total_days";
    a_retention_beyond_twelve_years: "audit_total_days = 2191" => "audit_total_days = 5000", Retention at "logs.audit_total_days";
    an_archive_shorter_than_the_search: "audit_total_days = 2191" => "audit_total_days = 60", Retention at "logs.audit_total_days";
    logs_searchable_for_too_long: "interactive_days = 90" => "interactive_days = 731", Retention at "logs.interactive_days";
    databases_in_the_companys_own_tenant: "[database]\nsubscription = \"database\"" => "[database]\nsubscription = \"hosting\"", TenantKind at "database.subscription";
    an_audit_without_refused_sign_ins: "    \"FAILED_DATABASE_AUTHENTICATION_GROUP\",\n" => "", Audit at "database.audit.action_groups";
    an_audit_group_that_is_none: "DATABASE_PRINCIPAL_CHANGE_GROUP" => "principals", Audit at "database.audit.action_groups[3]";

    a_host_name_with_a_scheme: r#"hostname = "hp2-qa.recalibratex.net""# => r#"hostname = "https://hp2-qa.recalibratex.net""#, Hostname at "apps.hp2.hostname";
    a_host_name_in_another_zone: r#"hostname = "hp2-qa.recalibratex.net""# => r#"hostname = "hp2-qa.example.net""#, Hostname at "apps.hp2.hostname";
    a_host_name_that_only_ends_like_the_zone: r#"hostname = "hp2-qa.recalibratex.net""# => r#"hostname = "hp2-qarecalibratex.net""#, Hostname at "apps.hp2.hostname";
    a_host_name_that_is_the_zone: r#"hostname = "hp2-qa.recalibratex.net""# => r#"hostname = "recalibratex.net""#, Hostname at "apps.hp2.hostname";
    a_host_name_two_labels_deep: r#"hostname = "hp2-qa.recalibratex.net""# => r#"hostname = "hp2.qa.recalibratex.net""#, Hostname at "apps.hp2.hostname";
    a_host_name_in_capitals: r#"hostname = "hp2-qa.recalibratex.net""# => r#"hostname = "HP2-qa.recalibratex.net""#, Hostname at "apps.hp2.hostname";

    social_sign_in: r#"["EmailPassword-OAUTH"]"# => r#"["EmailPassword-OAUTH", "Google-OAUTH"]"#, IdentityProvider at "customers.user_flow.identity_providers[1]";
    no_way_to_sign_in: r#"["EmailPassword-OAUTH"]"# => "[]", IdentityProvider at "customers.user_flow.identity_providers";
    sign_up_for_everybody: "sign_up_allowed = false" => "sign_up_allowed = true", SignUp at "customers.user_flow.sign_up_allowed";
    passkeys_without_an_address: r#"methods = ["email-code"]"# => r#"methods = ["email-code", "passkey"]"#, SecondFactor at "customers.mfa.methods[1]";
    no_second_factor: r#"methods = ["email-code"]"# => "methods = []", SecondFactor at "customers.mfa.methods";

    a_third_of_a_core: "cpu = 0.5" => "cpu = 0.3", Resources at "apps.hp2.container_app.cpu";
    no_number_of_cores: "cpu = 0.5" => "cpu = nan", Resources at "apps.hp2.container_app.cpu";
    memory_that_does_not_go_with_the_cores: "memory_gib = 1.0" => "memory_gib = 4.0", Resources at "apps.hp2.container_app.memory_gib";
    more_replicas_at_least_than_at_most: "min_replicas = 1" => "min_replicas = 9", Resources at "apps.hp2.container_app.min_replicas";
    an_image_with_a_scheme: "mcr.microsoft.com/k8se/quickstart:latest" => "https://mcr.microsoft.com/k8se/quickstart", Image at "bootstrap.image";
    a_probe_of_a_lost_database: "image = \"rhc-probe:1\"\n" => "image = \"rhc-probe:1\"\n[probe.tables]\nlost_db = \"dbo.t\"\n", Reference at "probe.tables.lost_db";
    a_table_without_a_name: "image = \"rhc-probe:1\"\n" => "image = \"rhc-probe:1\"\n[probe.tables]\nhp2_db = \"dbo.\"\n", Text at "probe.tables.hp2_db";
    a_probe_in_capitals: r#"image = "rhc-probe:1""# => r#"image = "RHC-Probe:1""#, Image at "probe.image";
    a_repository_by_its_address: r#"repository = "vokworks-ronk/hp225""# => r#"repository = "https://github.com/vokworks-ronk/hp225""#, Repository at "apps.hp2.github.repository";
    a_branch_with_a_wildcard: r#"branch = "qa""# => r#"branch = "release/*""#, Repository at "apps.hp2.github.branch";
    an_environment_with_a_wildcard: r#"environment = "qa""# => r#"environment = "*""#, Repository at "apps.hp2.github.environment";
    two_apps_in_one_repository: r#"repository = "vokworks-ronk/smx25""# => r#"repository = "Vokworks-Ronk/hp225""#, Duplicate at "apps.smx.github.repository";
    an_environment_that_is_a_path: r#"environment = "qa""# => r#"environment = "a/b""#, Repository at "apps.hp2.github.environment";
    the_subject_of_another_repository: r#"# subject_prefix = "repo:vokworks-ronk@1/hp225@2""# => r#"subject_prefix = "repo:vokworks-ronk@1/smx25@2""#, Repository at "apps.hp2.github.subject_prefix";
    a_dockerfile_outside: r#"# dockerfile = "Dockerfile""# => r#"dockerfile = "../Dockerfile""#, Text at "apps.hp2.github.dockerfile";
    set_up_on_no_day: r#"# set_up_by_hand = "2026-01-31""# => r#"set_up_by_hand = "yes""#, Text at "apps.hp2.github.set_up_by_hand";
    a_sender_with_its_domain: r#"sender = "DoNotReply""# => r#"sender = "noreply@example.com""#, Email at "customers.invitation.sender";
    an_administrator_with_his_domain: r#"user = "break-glass""# => r#"user = "bg@rhcqa.onmicrosoft.com""#, Email at "tenants.qa.native_administrators[1].user";
    a_day_that_does_not_exist: "# since = \"2026-01-31\"" => "since = \"2026-02-30\"", Text at "compliance.evidence[0].since";
    a_way_back_to_another_site: r#"redirect_paths = ["/"]"# => r#"redirect_paths = ["https://example.com/"]"#, Text at "apps.hp2.sign_in.redirect_paths[0]";
    an_empty_display_name: r#"display_name = "Recalibrate Healthcare QA""# => r#"display_name = " ""#, Text at "environment.display_name";
    a_request_that_says_nothing: r#"request_message = "HP2 and SMX QA (rhc-qa-vnet) to rhc-qa-sqlsvr""# => r#"request_message = """#, Text at "network.sql_private_endpoint.request_message";
    a_standard_registry_without_a_reason: "waiver = \"QA: images hold no patient data, and pushes come from GitHub's own runners\"\n" => "", Waiver at "apps.smx.registry.sku";
    a_vault_that_forgets_too_soon: "soft_delete_days = 90" => "soft_delete_days = 6", OutOfRange at "vaults.soft_delete_days";
    a_certificate_for_two_years: "validity_months = 12" => "validity_months = 24", OutOfRange at "vaults.certificates.validity_months";
    a_certificate_that_is_due_at_once: "renew_days = 30" => "renew_days = 360", OutOfRange at "vaults.certificates.renew_days";
    a_certificate_that_ends_beside_the_new_one: "overlap_days = 7" => "overlap_days = 31", OutOfRange at "vaults.certificates.overlap_days";
    a_key_that_is_too_short: "key_size = 2048" => "key_size = 1024", OutOfRange at "vaults.certificates.key_size";
    a_phase_that_is_not_planned: "phase = 1" => "phase = 9", OutOfRange at "environment.phase";
    a_door_that_stays_open: "window_minutes = 30" => "window_minutes = 1440", OutOfRange at "operator.window_minutes";
    a_path_without_a_slash: "\nmin_replicas = 1\nmax_replicas = 3\n" => "\nmin_replicas = 1\nmax_replicas = 3\nprobe_path = \"healthz\"\n", Text at "apps.hp2.container_app.probe_path";
    no_port: "\nport = 80\n" => "\nport = 0\n", OutOfRange at "bootstrap.port";
    nothing_that_sends_mail: r#"services = ["smx25qa-comms"]"# => "services = []", MissingKey at "apps.smx.communication.services";
    a_role_without_a_value: r#"value = "Practice.Admin""# => r#"value = """#, Text at "apps.hp2.sign_in.roles[0].value";
    a_role_with_a_space: r#"value = "Practice.Admin""# => r#"value = "Practice admin""#, Text at "apps.hp2.sign_in.roles[0].value";
    two_roles_of_one_value: r#"value = "Practice.User""# => r#"value = "practice.admin""#, Duplicate at "apps.hp2.sign_in.roles[1].value";
    an_attribute_given_twice: r#"["email", "displayName"]"# => r#"["email", "Email"]"#, Duplicate at "customers.user_flow.attributes[1]";
    a_colour_by_its_name: r##"background_color = "#F4F7FA""## => r#"background_color = "white""#, Text at "customers.branding.background_color";
    a_hint_that_does_not_fit: r#"user_name_hint = "Your e-mail address""# => r#"user_name_hint = "The e-mail address at which you got the invitation of your practice""#, Text at "customers.branding.user_name_hint";
    nowhere_to_return_after_sign_in: r#"redirect_paths = ["/"]"# => "redirect_paths = []", MissingKey at "apps.hp2.sign_in.redirect_paths";
    a_pipeline_without_repository: "# github_environment = \"rollout\"" => "github_environment = \"rollout\"", MissingKey at "automation.github_environment";
}

/// Everything that is said, so that a change of words is seen.
#[test]
fn what_is_said() {
    let mut all = String::new();
    for case in CASES {
        writeln!(all, "{}\n  {}", case.name, case.run()).unwrap();
    }
    insta::assert_snapshot!(all);
}

/// Each rule has at least one of the tests above, or is named here with the test that it has elsewhere.
#[test]
fn no_rule_is_without_a_test() {
    let source = include_str!("../problem.rs");
    let start = source.find("pub enum Rule {").unwrap();
    let end = source[start..].find("\n}").unwrap() + start;
    let rules: BTreeSet<String> = source[start..end]
        .lines()
        .skip(1)
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
        .map(|line| line.trim_end_matches(',').to_owned())
        .collect();
    let elsewhere = ["ReservedRange"].map(str::to_owned);
    let tested: BTreeSet<String> = CASES
        .iter()
        .map(|case| format!("{:?}", case.rule))
        .chain(elsewhere)
        .collect();
    assert_eq!(rules, tested);
}

/// Every refusal stands in the README of the folder, by its code.
#[test]
fn the_readme_lists_every_refusal() {
    let readme = include_str!("../../../environments/README.md");
    for rule in CASES
        .iter()
        .map(|case| case.rule)
        .chain([Rule::ReservedRange])
    {
        let code = rule.code();
        let name = code.trim_start_matches("manifest::");
        assert!(
            readme.contains(&format!("`{name}`")),
            "README.md does not mention {name}"
        );
    }
}
