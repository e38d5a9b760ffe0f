"""msgraph-sdk: applications, groups with members, users and delta queries of a directory."""

import asyncio
import time

from azure.identity import ClientSecretCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
from msgraph.generated.models.application import Application
from msgraph.generated.models.federated_identity_credential import FederatedIdentityCredential
from msgraph.generated.models.group import Group
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user import User

from peer import AUTHORITY, CLIENT, GRAPH, SECRET, TENANT, busy, check, checking, left_out

HOST = "graph.microsoft.com"
# The directory's readers lag behind its writers, as long as this at the most.
LAG = 6


def client():
    """The client, told its endpoint and that a token may go there; everything else is as it comes."""
    credential = ClientSecretCredential(
        TENANT, CLIENT, SECRET, authority=AUTHORITY, disable_instance_discovery=True
    )
    signs = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["localhost"]
    )
    adapter = GraphRequestAdapter(signs)
    adapter.base_url = f"{GRAPH}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


graph = client()


async def refused(kind, what, status, code, call):
    """The call has to be refused with this status and, in Graph's own body, this code."""
    expected = f"{status} {code}"
    try:
        answer = await call
    except APIError as error:
        came = f"{error.response_status_code} {getattr(error.error, 'code', None)}"
        check(kind, what, expected, came)
    except Exception as error:
        check(kind, what, expected, f"{type(error).__name__}: {error}", passed=False)
    else:
        check(kind, what, expected, f"no error but {answer!r}", passed=False)


async def every(page, builder):
    """All objects of a list, and how many pages there were."""
    found, pages = list(page.value), 1
    while page.odata_next_link:
        page = await builder.with_url(page.odata_next_link).get()
        found += page.value
        pages += 1
    return found, pages


async def applications():
    with checking("create", "an application"):
        made = await graph.applications.post(Application(display_name="peers-graph", sign_in_audience="AzureADMyOrg"))
        check("create", "an application", ("peers-graph", True), (made.display_name, bool(made.app_id)))
        one = graph.applications.by_application_id(made.id)
        time.sleep(LAG)
        with checking("read", "an application"):
            check("read", "an application", made.app_id, (await one.get()).app_id)
        with checking("update", "an application"):
            await one.patch(Application(tags=["peers"]))
            time.sleep(LAG)
            check("update", "an application's tags", ["peers"], (await one.get()).tags)
        with checking("create", "a federated credential"):
            trust = FederatedIdentityCredential(
                name="push",
                issuer="https://token.actions.githubusercontent.com",
                subject="repo:contoso/app:ref:refs/heads/main",
                audiences=["api://AzureADTokenExchange"],
            )
            await one.federated_identity_credentials.post(trust)
            time.sleep(LAG)
            known = [own.name for own in (await one.federated_identity_credentials.get()).value]
            check("create", "a federated credential", ["push"], known)
            await refused(
                "conflict",
                "the same federated credential",
                400,
                "Request_BadRequest",
                one.federated_identity_credentials.post(trust),
            )
        with checking("delete", "an application"):
            await one.delete()
            time.sleep(LAG)
            await refused("delete", "an application that was deleted", 404, "Request_ResourceNotFound", one.get())
            deleted = graph.directory.deleted_items.by_directory_object_id(made.id)
            check("delete", "it can still be restored", made.id, (await deleted.get()).id)


async def groups():
    with checking("create", "groups"):
        for number in range(105):
            name = f"peers-{number:03}"
            await graph.groups.post(Group(display_name=name, mail_nickname=name, mail_enabled=False, security_enabled=True))
        time.sleep(LAG)
        query = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(
            filter="startswith(displayName,'peers-')", select=["id", "displayName"], top=50
        )
        page = await graph.groups.get(RequestConfiguration(query_parameters=query))
        found, pages = await every(page, graph.groups)
        check("page", "groups in more than one page", (105, 3), (len({group.id for group in found}), pages))
    with checking("update", "a group's members"):
        first = next(group for group in found if group.display_name == "peers-000")
        second = next(group for group in found if group.display_name == "peers-001")
        members = graph.groups.by_group_id(first.id).members
        reference = ReferenceCreate(odata_id=f"https://graph.microsoft.com/v1.0/directoryObjects/{second.id}")
        await members.ref.post(reference)
        time.sleep(LAG)
        check("update", "a group's members", [second.id], [member.id for member in (await members.get()).value])
        await refused("conflict", "a member twice", 400, "Request_BadRequest", members.ref.post(reference))
    with checking("throttled", "a group"):
        busy(2, f"/groups/{first.id}", HOST)
        again = await graph.groups.by_group_id(first.id).get()
        check("throttled", "a group, repeated", "peers-000", again.display_name)


async def users():
    with checking("create", "a user"):
        user = User(
            display_name="Peer",
            user_principal_name="peer@contoso.onmicrosoft.com",
            mail_nickname="peer",
            account_enabled=True,
            password_profile=PasswordProfile(password="a long Word 4 peers", force_change_password_next_sign_in=True),
        )
        made = await graph.users.post(user)
        check("create", "a user", "peer@contoso.onmicrosoft.com", made.user_principal_name)
        await refused("conflict", "the same user", 400, "Request_BadRequest", graph.users.post(user))
    await refused("invalid", "a user without a name", 400, "Request_BadRequest", graph.users.post(User(account_enabled=True)))
    absent = "00000000-0000-4000-8000-00000000dead"
    await refused("not-found", "a user", 404, "Request_ResourceNotFound", graph.users.by_user_id(absent).get())


async def filters():
    query = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters(filter="colour eq 'red'")
    asked = graph.applications.get(RequestConfiguration(query_parameters=query))
    await refused("invalid", "a filter by what there is not", 400, "BadRequest", asked)


async def main():
    await applications()
    await groups()
    await users()
    await filters()


asyncio.run(main())
left_out("long-running", "Graph answers at once")
