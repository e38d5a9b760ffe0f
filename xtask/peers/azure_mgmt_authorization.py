"""azure-mgmt-authorization: roles, and who has them."""

import uuid

from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resource.resources import ResourceManagementClient

from peer import REGION, SUBSCRIPTION, check, checking, left_out, management, refused, throttled

GROUP = "peers-roles"
SCOPE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
management(ResourceManagementClient, SUBSCRIPTION).resource_groups.create_or_update(GROUP, {"location": REGION})
identities = management(ManagedServiceIdentityClient, SUBSCRIPTION).user_assigned_identities
client = management(AuthorizationManagementClient, SUBSCRIPTION)
definitions, assignments = client.role_definitions, client.role_assignments


def definition(role):
    return f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def body(principal, role=READER):
    return {"roleDefinitionId": definition(role), "principalId": principal, "principalType": "ServicePrincipal"}


def assign(name, principal, role=READER):
    said = body(principal, role)
    return assignments.create(SCOPE, name, {"properties": said})


with checking("read", "a built-in role"):
    reader = definitions.get(SCOPE, READER)
    check("read", "a built-in role", ("Reader", "BuiltInRole"), (reader.role_name, reader.role_type))
    found = [one.name for one in definitions.list(SCOPE, filter="roleName eq 'Reader'")]
    check("page", "roles by name", [READER], found)
    check("page", "roles", True, len(list(definitions.list(SCOPE))) > 10)
identity = identities.create_or_update(GROUP, "peers-reader", {"location": REGION})
with checking("update", "a role of one's own"):
    own = str(uuid.uuid4())
    actions = {"permissions": [{"actions": ["Microsoft.Resources/subscriptions/resourceGroups/read"], "notActions": []}]}
    said = {"roleName": "peers-role", "roleType": "CustomRole", "description": "before", "assignableScopes": [SCOPE], **actions}
    made = definitions.create_or_update(SCOPE, own, said)
    check("create", "a role of one's own", ("peers-role", "CustomRole"), (made.role_name, made.role_type))
    changed = definitions.create_or_update(SCOPE, own, {**said, "description": "after"})
    check("update", "a role of one's own", "after", changed.description)
    check("delete", "a role of one's own", own, definitions.delete(SCOPE, own).name)
other = identities.create_or_update(GROUP, "peers-other", {"location": REGION})
name = str(uuid.uuid4())
with checking("create", "a role assignment"):
    made = assign(name, identity.principal_id)
    came = (made.name, made.principal_id, made.scope, made.role_definition_id.endswith(READER))
    check("create", "a role assignment", (name, identity.principal_id, SCOPE, True), came)
with checking("read", "a role assignment"):
    check("read", "a role assignment", made.id, assignments.get(SCOPE, name).id)
    check("read", "a role assignment by its id", name, assignments.get_by_id(made.id).name)
with checking("page", "role assignments"):
    for number in range(55):
        one = identities.create_or_update(GROUP, f"peers-many-{number:02}", {"location": REGION})
        assign(str(uuid.uuid4()), one.principal_id)
    pages = [list(page) for page in assignments.list_for_resource_group(GROUP).by_page()]
    mine = [one for page in pages for one in page if one.scope == SCOPE]
    check("page", "role assignments of a group", (56, True), (len(mine), len(pages) > 1))
    found = [one.name for one in assignments.list_for_scope(SCOPE, filter=f"principalId eq '{identity.principal_id}'")]
    check("page", "role assignments of a principal", [name], found)
refused(
    "conflict",
    "the same role twice",
    409,
    "RoleAssignmentExists",
    lambda: assign(str(uuid.uuid4()), identity.principal_id),
)
refused(
    "invalid",
    "another principal in an assignment",
    400,
    "RoleAssignmentUpdateNotPermitted",
    lambda: assign(name, other.principal_id),
)
refused("not-found", "a role assignment", 404, "RoleAssignmentNotFound", lambda: assignments.get(SCOPE, str(uuid.uuid4())))
refused(
    "not-found",
    "a role that is not there",
    404,
    "RoleDefinitionDoesNotExist",
    lambda: assign(str(uuid.uuid4()), other.principal_id, str(uuid.uuid4())),
)
refused(
    "invalid",
    "a principal that is not there",
    400,
    "PrincipalNotFound",
    lambda: assign(str(uuid.uuid4()), str(uuid.uuid4())),
)
refused("invalid", "a name that is no GUID", 400, "InvalidRoleAssignmentId", lambda: assign("reader", other.principal_id))
with checking("delete", "a role assignment"):
    gone = assignments.delete(SCOPE, name)
    check("delete", "a role assignment", name, gone.name)
    refused("delete", "a role assignment that was deleted", 404, "RoleAssignmentNotFound", lambda: assignments.get(SCOPE, name))
    check("delete", "one that is not there", None, assignments.delete(SCOPE, name))
throttled("a role", READER, lambda **options: definitions.get(SCOPE, READER, **options))
left_out("long-running", "a role is given when that is answered")
