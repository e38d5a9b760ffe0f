"""azure-cli: the cloud registered by Resource Manager's address, then signed in by secret; all by the program itself."""

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

from peer import CLIENT, GRAPH, REGION, RESOURCE_MANAGER, SECRET, SUBSCRIPTION, TENANT, busy, check, checking

HOME = tempfile.mkdtemp(prefix="azure-cli-")
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("AZURE_")},
    "AZURE_CONFIG_DIR": HOME,
    "AZURE_CORE_COLLECT_TELEMETRY": "false",
    "AZURE_CORE_INSTANCE_DISCOVERY": "false",
    "AZURE_CORE_ONLY_SHOW_ERRORS": "true",
    "AZURE_CORE_OUTPUT": "json",
}
GROUP = "peers-cli"


class Refused(Exception):
    """The program ended with an error."""


def az(*arguments):
    """What the program prints, read as JSON."""
    command = [sys.executable, "-m", "azure.cli", *arguments]
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    if ended.returncode:
        raise Refused(ended.stderr.strip())
    return json.loads(ended.stdout) if ended.stdout.strip() else None


def refused(kind, what, words, *arguments):
    """The program has to end with these words of the service."""
    try:
        came = az(*arguments)
    except Refused as error:
        check(kind, what, words, str(error), passed=words in str(error))
    else:
        check(kind, what, words, f"no error but {came!r}", passed=False)


with checking("read", "the cloud by Resource Manager's address"):
    az("cloud", "register", "--name", "embedded", "--endpoint-resource-manager", RESOURCE_MANAGER)
    az("cloud", "set", "--name", "embedded")
    known = az("cloud", "show", "--query", "endpoints")
    check("read", "where Graph is", f"{GRAPH}/", known["microsoftGraphResourceId"])
refused(
    "invalid",
    "a wrong secret",
    "AADSTS7000215",
    *("login", "--service-principal", "--username", CLIENT, "--password", "wrong", "--tenant", TENANT),
)
with checking("create", "a sign-in"):
    accounts = az("login", "--service-principal", "--username", CLIENT, f"--password={SECRET}", "--tenant", TENANT)
    check("create", "a sign-in shows the subscription", [SUBSCRIPTION], [account["id"] for account in accounts])

with checking("create", "a group"):
    made = az("group", "create", "--name", GROUP, "--location", REGION, "--tags", "of=peers")
    check("create", "a group", (GROUP, "Succeeded"), (made["name"], made["properties"]["provisioningState"]))
with checking("read", "a group"):
    check("read", "a group", {"of": "peers"}, az("group", "show", "--name", GROUP)["tags"])
    check("read", "whether a group is there", False, az("group", "exists", "--name", "peers-absent"))
with checking("update", "a group"):
    changed = az("group", "update", "--name", GROUP, "--set", "tags.more=yes")
    check("update", "a group's tags", {"of": "peers", "more": "yes"}, changed["tags"])
with checking("page", "groups"):
    many = [f"peers-cli-{number:02}" for number in range(55)]
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        list(both.map(lambda name: az("group", "create", "--name", name, "--location", REGION), many))
    found = az("group", "list", "--query", "[].name")
    check("page", "groups of more than one page", len(many), len(set(found) & set(many)))
with checking("long-running", "a network and a subnet"):
    az("network", "vnet", "create", "-g", GROUP, "-n", "net", "--address-prefixes", "10.0.0.0/16")
    az("network", "vnet", "subnet", "create", "-g", GROUP, "--vnet-name", "net", "-n", "apps", "--address-prefixes", "10.0.0.0/24")
    net = az("network", "vnet", "show", "-g", GROUP, "-n", "net")
    subnets = [subnet["name"] for subnet in net["subnets"]]
    check("long-running", "a network with a subnet", ("Succeeded", ["apps"]), (net["provisioningState"], subnets))
with checking("create", "an identity"):
    identity = az("identity", "create", "-g", GROUP, "-n", "peers-id")
    check("create", "an identity", TENANT, identity["tenantId"])
with checking("create", "a role assignment"):
    who = ("--assignee-object-id", identity["principalId"], "--assignee-principal-type", "ServicePrincipal")
    scope = ("--scope", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}")
    az("role", "assignment", "create", *who, "--role", "Reader", *scope)
    held = az("role", "assignment", "list", *scope, "--query", "[].roleDefinitionName")
    check("create", "a role assignment", ["Reader"], held)
with checking("create", "a vault"):
    vault = az("keyvault", "create", "-g", GROUP, "-n", "peerscli1vault", "--location", REGION)
    check("create", "a vault", "https://peerscli1vault.vault.azure.net/", vault["properties"]["vaultUri"])
refused("conflict", "a vault's name that is taken", "already in use", "keyvault", "create", "-g", "peers-cli-00", "-n", "peerscli1vault")
with checking("long-running", "a registry"):
    registry = az("acr", "create", "-g", GROUP, "-n", "peerscli1acr", "--sku", "Standard")
    check("long-running", "a registry", "peerscli1acr.azurecr.io", registry["loginServer"])
with checking("long-running", "a storage account"):
    account = az("storage", "account", "create", "-g", GROUP, "-n", "peerscli1files", "--sku", "Standard_LRS")
    check("long-running", "a storage account", "Succeeded", account["provisioningState"])
with checking("long-running", "a SQL server without passwords"):
    administrator = ("--external-admin-principal-type", "Application", "--external-admin-name", "me", "--external-admin-sid", CLIENT)
    server = az("sql", "server", "create", "-g", GROUP, "-n", "peerscli1sql", "--enable-ad-only-auth", *administrator)
    check("long-running", "a SQL server", "peerscli1sql.database.windows.net", server["fullyQualifiedDomainName"])
    database = az("sql", "db", "create", "-g", GROUP, "-s", "peerscli1sql", "-n", "db", "--service-objective", "S0")
    check("long-running", "a database", ("Online", "S0"), (database["status"], database["currentServiceObjectiveName"]))
with checking("long-running", "a container app"):
    az("containerapp", "env", "create", "-g", GROUP, "-n", "env", "--location", REGION, "--logs-destination", "none")
    image = ("--image", "mcr.microsoft.com/k8se/quickstart:latest")
    serves = ("--target-port", "80", "--ingress", "external", "--revisions-mode", "multiple")
    app = az("containerapp", "create", "-g", GROUP, "-n", "app", "--environment", "env", *image, *serves)
    check("long-running", "a container app", "Succeeded", app["properties"]["provisioningState"])
    first = app["properties"]["latestRevisionName"]
with checking("update", "a container app"):
    az("containerapp", "update", "-g", GROUP, "-n", "app", "--cpu", "0.25", "--memory", "0.5Gi")
    revisions = az("containerapp", "revision", "list", "-g", GROUP, "-n", "app", "--query", "[].name")
    check("update", "a second revision", (2, True), (len(revisions), first in revisions))
    traffic = az("containerapp", "ingress", "traffic", "set", "-g", GROUP, "-n", "app", "--revision-weight", f"{first}=100")
    weights = {one.get("revisionName"): one["weight"] for one in traffic if one["weight"]}
    check("update", "where the traffic goes", {first: 100}, weights)
with checking("page", "what stands in a group"):
    names = az("resource", "list", "-g", GROUP, "--query", "[].name")
    wanted = {"net", "peers-id", "peerscli1vault", "peerscli1acr", "peerscli1files", "peerscli1sql", "env", "app"}
    check("page", "what stands in a group", wanted, wanted & set(names))
with checking("create", "an application of the directory"):
    made = az("ad", "app", "create", "--display-name", "peers-cli")
    check("create", "an application", "peers-cli", made["displayName"])
    az("ad", "app", "update", "--id", made["id"], "--set", "tags=['peers']")
    check("update", "an application", ["peers"], az("ad", "app", "show", "--id", made["id"])["tags"])
    az("ad", "app", "delete", "--id", made["id"])
    refused("delete", "an application", "does not exist", "ad", "app", "show", "--id", made["id"])
refused("not-found", "a group", "ResourceGroupNotFound", "group", "show", "--name", "peers-absent")
refused("invalid", "a network without sense", "InvalidAddressPrefixFormat", "network", "vnet", "create", "-g", GROUP, "-n", "bad", "--address-prefixes", "10.0.0.0/99")
refused("conflict", "a group in another place", "InvalidResourceGroupLocation", "group", "create", "--name", GROUP, "--location", "westus2")
with checking("throttled", "a group"):
    busy(2, f"/resourcegroups/{GROUP}")
    check("throttled", "a group, repeated", GROUP, az("group", "show", "--name", GROUP)["name"])
with checking("delete", "a group and what stands in it"):
    az("group", "delete", "--name", GROUP, "--yes")
    check("delete", "a group and what stands in it", False, az("group", "exists", "--name", GROUP))
