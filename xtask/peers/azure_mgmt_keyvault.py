"""azure-mgmt-keyvault: vaults, deleted ones too."""

from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from peer import REGION, SUBSCRIPTION, TENANT, check, checking, management, refused, throttled

GROUP = "peers-kv"
NAME = "peers-vault-one"
management(ResourceManagementClient, SUBSCRIPTION).resource_groups.create_or_update(GROUP, {"location": REGION})
client = management(KeyVaultManagementClient, SUBSCRIPTION)
vaults = client.vaults


def body(**properties):
    sku = {"family": "A", "name": "standard"}
    properties = {"tenantId": TENANT, "sku": sku, "enableRbacAuthorization": True, **properties}
    return {"location": REGION, "properties": properties}


with checking("read", "whether a name is free"):
    said = vaults.check_name_availability({"name": NAME, "type": "Microsoft.KeyVault/vaults"})
    check("read", "whether a name is free", True, said.name_available)
with checking("long-running", "a vault"):
    made = vaults.begin_create_or_update(GROUP, NAME, body(softDeleteRetentionInDays=7)).result()
    came = (made.name, made.properties.provisioning_state, made.properties.vault_uri.rstrip("/"))
    check("long-running", "a vault", (NAME, "Succeeded", f"https://{NAME}.vault.azure.net"), came)
    check("create", "a vault's defaults", (True, 7), (made.properties.enable_soft_delete, made.properties.soft_delete_retention_in_days))
with checking("read", "a vault"):
    check("read", "a vault", TENANT, vaults.get(GROUP, NAME).properties.tenant_id)
    said = vaults.check_name_availability({"name": NAME, "type": "Microsoft.KeyVault/vaults"})
    check("read", "whether a name is free that is taken", (False, "AlreadyExists"), (said.name_available, said.reason))
with checking("update", "a vault"):
    changed = vaults.update(GROUP, NAME, {"tags": {"of": "peers"}, "properties": {"publicNetworkAccess": "Disabled"}})
    check("update", "a vault", ({"of": "peers"}, "Disabled"), (changed.tags, changed.properties.public_network_access))
with checking("page", "vaults"):
    for number in range(51):
        vaults.begin_create_or_update(GROUP, f"peers-vault-{number:03}", body(), polling=False)
    pages = [[one.name for one in page] for page in vaults.list_by_resource_group(GROUP).by_page()]
    check("page", "vaults of a group", (52, True), (sum(map(len, pages)), len(pages) > 1))
    check("page", "vaults of a subscription", 52, len(list(vaults.list_by_subscription())))
    # Of Resource Manager's own list, which has other versions than vaults have.
    pages = [list(page) for page in vaults.list(filter="resourceType eq 'Microsoft.KeyVault/vaults'").by_page()]
    check("page", "vaults among all resources", (52, True), (sum(map(len, pages)), len(pages) > 1))
refused("not-found", "a vault", 404, "ResourceNotFound", lambda: vaults.get(GROUP, "peers-absent"))
refused(
    "invalid",
    "a vault that keeps what is deleted for a day",
    400,
    "BadRequest",
    lambda: vaults.begin_create_or_update(GROUP, "peers-vault-two", body(softDeleteRetentionInDays=1)),
)
refused(
    "invalid",
    "a name that is too short",
    400,
    "VaultNameNotValid",
    lambda: vaults.begin_create_or_update(GROUP, "a", body()),
)
with checking("delete", "a vault"):
    vaults.delete(GROUP, NAME)
    refused("delete", "a vault that was deleted", 404, "ResourceNotFound", lambda: vaults.get(GROUP, NAME))
    deleted = vaults.get_deleted(NAME, REGION)
    check("delete", "a deleted vault is kept", True, deleted.properties.vault_id.endswith(NAME))
    check("page", "deleted vaults", [NAME], [one.name for one in vaults.list_deleted()])
refused(
    "conflict",
    "a vault under the name of a deleted one",
    409,
    "ConflictError",
    lambda: vaults.begin_create_or_update(GROUP, NAME, body()),
)
with checking("long-running", "a deleted vault goes for good"):
    vaults.begin_purge_deleted(NAME, REGION).result()
    check("long-running", "a deleted vault goes for good", [], [one.name for one in vaults.list_deleted()])
throttled("a vault", "/vaults/peers-vault-000", lambda **options: vaults.get(GROUP, "peers-vault-000", **options))
