"""azure-mgmt-resource: groups, what stands in them, providers and tags."""

from azure.mgmt.resource.resources import ResourceManagementClient

from peer import REGION, SUBSCRIPTION, check, checking, management, refused, throttled

client = management(ResourceManagementClient, SUBSCRIPTION)
groups = client.resource_groups

with checking("create", "a group"):
    made = groups.create_or_update("peers-one", {"location": REGION, "tags": {"of": "peers"}})
    check("create", "a group", ("peers-one", REGION, "Succeeded"), (made.name, made.location, made.properties.provisioning_state))
with checking("read", "a group"):
    check("read", "a group", {"of": "peers"}, groups.get("peers-one").tags)
    check("read", "whether a group is there", (True, False), (groups.check_existence("peers-one"), groups.check_existence("peers-two")))
with checking("page", "groups"):
    for number in range(60):
        groups.create_or_update(f"peers-many-{number:02}", {"location": REGION})
    pages = [[group.name for group in page] for page in groups.list().by_page()]
    found = [name for page in pages for name in page if name.startswith("peers-many-")]
    check("page", "groups in more than one page", (60, True), (len(set(found)), len(pages) > 1))
with checking("page", "groups by tag"):
    found = [group.name for group in groups.list(filter="tagName eq 'of' and tagValue eq 'peers'")]
    check("page", "groups by tag", ["peers-one"], found)
with checking("update", "a group's tags"):
    changed = groups.update("peers-one", {"tags": {"of": "peers", "changed": "yes"}})
    check("update", "a group's tags", {"of": "peers", "changed": "yes"}, changed.tags)
with checking("update", "tags at a scope"):
    scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/peers-one"
    patched = client.tags.begin_update_at_scope(scope, {"operation": "Merge", "properties": {"tags": {"merged": "too"}}})
    patched.result()
    check("update", "tags at a scope", "too", groups.get("peers-one").tags.get("merged"))
with checking("long-running", "a resource by its id"):
    vnet = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/peers-one/providers/Microsoft.Network/virtualNetworks/peers-net"
    body = {"location": REGION, "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}}
    made = client.resources.begin_create_or_update_by_id(vnet, body, api_version="2024-05-01").result()
    check("long-running", "a network by its id", ("peers-net", "Succeeded"), (made.name, made.properties["provisioningState"]))
    listed = [one.name for one in client.resources.list_by_resource_group("peers-one")]
    check("page", "what stands in a group", ["peers-net"], listed)
with checking("read", "a provider"):
    provider = client.providers.get("Microsoft.Network")
    types = [one.resource_type for one in provider.resource_types]
    check("read", "a provider", ("Registered", True), (provider.registration_state, "virtualNetworks" in types))
refused("not-found", "a group", 404, "ResourceGroupNotFound", lambda: groups.get("peers-absent"))
refused("invalid", "a group without a place", 400, "LocationRequired", lambda: groups.create_or_update("peers-two", {"tags": {}}))
refused(
    "conflict",
    "a group in another place",
    409,
    "InvalidResourceGroupLocation",
    lambda: groups.create_or_update("peers-one", {"location": "westus2"}),
)
with checking("delete", "a group and what stands in it"):
    groups.begin_delete("peers-one").result()
    check("delete", "a group and what stands in it", False, groups.check_existence("peers-one"))
throttled("a group", "/resourcegroups/peers-many-00", lambda **options: groups.get("peers-many-00", **options))
