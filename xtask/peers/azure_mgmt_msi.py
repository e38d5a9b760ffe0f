"""azure-mgmt-msi: user-assigned identities and the workflows that they trust."""

from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resource.resources import ResourceManagementClient

from peer import REGION, SUBSCRIPTION, TENANT, check, checking, left_out, management, refused, throttled

GROUP = "peers-msi"
management(ResourceManagementClient, SUBSCRIPTION).resource_groups.create_or_update(GROUP, {"location": REGION})
client = management(ManagedServiceIdentityClient, SUBSCRIPTION)
identities = client.user_assigned_identities
trusted = client.federated_identity_credentials

with checking("create", "an identity"):
    made = identities.create_or_update(GROUP, "peers-id", {"location": REGION, "tags": {"of": "peers"}})
    came = (made.name, made.location, made.tenant_id, made.principal_id is not None, made.client_id is not None)
    check("create", "an identity", ("peers-id", REGION, TENANT, True, True), came)
with checking("read", "an identity"):
    again = identities.get(GROUP, "peers-id")
    check("read", "an identity", made.principal_id, again.principal_id)
with checking("update", "an identity's tags"):
    changed = identities.update(GROUP, "peers-id", {"tags": {"of": "others"}})
    check("update", "an identity's tags", {"of": "others"}, changed.tags)
with checking("page", "identities"):
    for number in range(55):
        identities.create_or_update(GROUP, f"peers-many-{number:02}", {"location": REGION})
    pages = [[one.name for one in page] for page in identities.list_by_resource_group(GROUP).by_page()]
    check("page", "identities of a group", (56, True), (sum(map(len, pages)), len(pages) > 1))
    check("page", "identities of a subscription", 56, len(list(identities.list_by_subscription())))

ISSUER = "https://token.actions.githubusercontent.com"


def trust(name, subject, issuer=ISSUER):
    body = {"issuer": issuer, "subject": subject, "audiences": ["api://AzureADTokenExchange"]}
    return trusted.create_or_update(GROUP, "peers-id", name, body)


with checking("create", "a federated credential"):
    made = trust("peers-main", "repo:peers/peers:ref:refs/heads/main")
    came = (made.name, made.issuer, made.audiences)
    check("create", "a federated credential", ("peers-main", ISSUER, ["api://AzureADTokenExchange"]), came)
    check("read", "a federated credential", made.subject, trusted.get(GROUP, "peers-id", "peers-main").subject)
    trust("peers-other", "repo:peers/peers:ref:refs/heads/other")
    found = sorted(one.name for one in trusted.list(GROUP, "peers-id"))
    check("page", "federated credentials", ["peers-main", "peers-other"], found)
refused(
    "conflict",
    "two federated credentials of one subject",
    409,
    "Conflict",
    lambda: trust("peers-twice", "repo:peers/peers:ref:refs/heads/main"),
)
refused(
    "conflict",
    "an identity in another place",
    409,
    "InvalidResourceLocation",
    lambda: identities.create_or_update(GROUP, "peers-id", {"location": "westus2"}),
)
refused(
    "invalid",
    "a federated credential of no address",
    400,
    "BadRequest",
    lambda: trust("peers-wrong", "somebody", issuer="nowhere"),
)
refused("not-found", "an identity", 404, "ResourceNotFound", lambda: identities.get(GROUP, "peers-absent"))
refused("not-found", "an identity's group", 404, "ResourceGroupNotFound", lambda: identities.get("peers-absent", "a"))
with checking("delete", "a federated credential"):
    trusted.delete(GROUP, "peers-id", "peers-other")
    check("delete", "a federated credential", ["peers-main"], [one.name for one in trusted.list(GROUP, "peers-id")])
with checking("delete", "an identity"):
    identities.delete(GROUP, "peers-many-00")
    refused("delete", "an identity that was deleted", 404, "ResourceNotFound", lambda: identities.get(GROUP, "peers-many-00"))
throttled("an identity", "/userassignedidentities/peers-id", lambda **options: identities.get(GROUP, "peers-id", **options))
left_out("long-running", "identities are there when they are answered")
