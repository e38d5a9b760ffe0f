"""azure-mgmt-sql: servers without passwords, databases, firewall rules, administrators."""

import time

from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.sql import SqlManagementClient

from peer import REGION, SUBSCRIPTION, TENANT, check, checking, management, refused, throttled

GROUP, SERVER = "peers-sql", "peers-sql-one"
management(ResourceManagementClient, SUBSCRIPTION).resource_groups.create_or_update(GROUP, {"location": REGION})
identities = management(ManagedServiceIdentityClient, SUBSCRIPTION).user_assigned_identities
admin = identities.create_or_update(GROUP, "peers-admin", {"location": REGION})
time.sleep(2)  # until the directory's readers know the identity
client = management(SqlManagementClient, SUBSCRIPTION)
servers, databases, rules = client.servers, client.databases, client.firewall_rules


def server(**properties):
    administrators = {
        "administratorType": "ActiveDirectory",
        "principalType": "Application",
        "login": "peers-admin",
        "sid": admin.client_id,
        "tenantId": TENANT,
        "azureADOnlyAuthentication": True,
    }
    properties = {"administrators": administrators, "minimalTlsVersion": "1.2", **properties}
    return {"location": REGION, "properties": properties}


with checking("read", "whether a name is free"):
    said = servers.check_name_availability({"name": SERVER, "type": "Microsoft.Sql/servers"})
    check("read", "whether a name is free", True, said.available)
with checking("long-running", "a server"):
    made = servers.begin_create_or_update(GROUP, SERVER, server()).result()
    came = (made.name, made.fully_qualified_domain_name, made.state)
    check("long-running", "a server", (SERVER, f"{SERVER}.database.windows.net", "Ready"), came)
with checking("read", "a server"):
    own = servers.get(GROUP, SERVER, expand="administrators/activedirectory")
    check("read", "a server with its administrator", ("12.0", True), (own.version, own.administrators.azure_ad_only_authentication))
    said = servers.check_name_availability({"name": SERVER, "type": "Microsoft.Sql/servers"})
    check("read", "whether a name is free that is taken", (False, "AlreadyExists"), (said.available, said.reason))
with checking("create", "a database"):
    body = {"location": REGION, "sku": {"name": "GP_S_Gen5", "tier": "GeneralPurpose", "family": "Gen5", "capacity": 1}, "properties": {"autoPauseDelay": 60}}
    made = databases.begin_create_or_update(GROUP, SERVER, "peers", body).result()
    came = (made.name, made.status, made.sku.tier, made.auto_pause_delay)
    check("create", "a database", ("peers", "Online", "GeneralPurpose", 60), came)
with checking("update", "a database"):
    changed = databases.begin_update(GROUP, SERVER, "peers", {"tags": {"of": "peers"}}).result()
    check("update", "a database's tags", {"of": "peers"}, changed.tags)
with checking("update", "a server"):
    changed = servers.begin_update(GROUP, SERVER, {"properties": {"publicNetworkAccess": "Disabled"}}).result()
    check("update", "a server", "Disabled", changed.public_network_access)
    servers.begin_update(GROUP, SERVER, {"properties": {"publicNetworkAccess": "Enabled"}}).result()
with checking("page", "servers and databases"):
    names = sorted(one.name for one in databases.list_by_server(GROUP, SERVER))
    check("page", "databases of a server", ["master", "peers"], names)
    check("page", "servers of a group", [SERVER], [one.name for one in servers.list_by_resource_group(GROUP)])
    check("page", "servers of a subscription", [SERVER], [one.name for one in servers.list()])
with checking("page", "firewall rules"):
    for number in range(55):
        address = f"203.0.113.{number}"
        rules.create_or_update(GROUP, SERVER, f"peers-{number:02}", {"properties": {"startIpAddress": address, "endIpAddress": address}})
    pages = [list(page) for page in rules.list_by_server(GROUP, SERVER).by_page()]
    check("page", "firewall rules", 55, sum(map(len, pages)))
    one = rules.get(GROUP, SERVER, "peers-07")
    check("read", "a firewall rule", ("203.0.113.7", "203.0.113.7"), (one.start_ip_address, one.end_ip_address))
with checking("read", "the administrator"):
    own = client.server_azure_ad_administrators.get(GROUP, SERVER, "ActiveDirectory")
    check("read", "the administrator", ("peers-admin", TENANT), (own.login, own.tenant_id))
    only = client.server_azure_ad_only_authentications.get(GROUP, SERVER, "Default")
    check("read", "no passwords", True, only.azure_ad_only_authentication)
with checking("update", "auditing"):
    settings = {"properties": {"state": "Enabled", "isAzureMonitorTargetEnabled": True}}
    audit = client.server_blob_auditing_policies.begin_create_or_update(GROUP, SERVER, settings).result()
    check("update", "auditing", "Enabled", audit.state)
refused("not-found", "a server", 404, "ResourceNotFound", lambda: servers.get(GROUP, "peers-sql-absent"))
refused("not-found", "a database", 404, "ResourceNotFound", lambda: databases.get(GROUP, SERVER, "absent"))
refused(
    "invalid",
    "a firewall rule that ends before it begins",
    400,
    "FirewallRuleInvalidRange",
    lambda: rules.create_or_update(
        GROUP, SERVER, "peers-wrong", {"properties": {"startIpAddress": "203.0.113.9", "endIpAddress": "203.0.113.1"}}
    ),
)
refused(
    "invalid",
    "a server without an administrator",
    400,
    "InvalidLoginName",
    lambda: servers.begin_create_or_update(GROUP, "peers-sql-two", {"location": REGION, "properties": {}}),
)
refused(
    "conflict",
    "a server in another place",
    409,
    "InvalidResourceLocation",
    lambda: servers.begin_create_or_update(GROUP, SERVER, {**server(), "location": "westus2"}),
)
with checking("delete", "a database and a server"):
    databases.begin_delete(GROUP, SERVER, "peers").result()
    refused("delete", "a database that was deleted", 404, "ResourceNotFound", lambda: databases.get(GROUP, SERVER, "peers"))
    servers.begin_delete(GROUP, SERVER).result()
    refused("delete", "a server that was deleted", 404, "ResourceNotFound", lambda: servers.get(GROUP, SERVER))
throttled("servers", "Microsoft.Sql/servers", lambda **options: list(servers.list(**options)))
