"""azure-mgmt-subscription: subscriptions, tenants, and making a subscription under an alias."""

import os
from concurrent.futures import ThreadPoolExecutor

from azure.core.exceptions import HttpResponseError
from azure.mgmt.subscription import SubscriptionClient

from peer import SUBSCRIPTION, TENANT, check, checking, management, refused

BILLING = os.environ["EMBEDDED_BILLING_SCOPE"]
client = management(SubscriptionClient)
subscriptions, aliases = client.subscriptions, client.alias

with checking("read", "a subscription"):
    own = subscriptions.get(SUBSCRIPTION)
    check("read", "a subscription", (SUBSCRIPTION, "Enabled"), (own.subscription_id, own.state))
with checking("read", "the tenants"):
    check("read", "the tenants", [TENANT], [one.tenant_id for one in client.tenants.list()])
with checking("read", "the regions"):
    names = [one.name for one in subscriptions.list_locations(SUBSCRIPTION)]
    check("read", "the regions", True, "eastus2" in names)


def wanted(name):
    return {"properties": {"displayName": name, "workload": "Production", "billingScope": BILLING}}


with checking("long-running", "a subscription under an alias"):
    made = aliases.begin_create("peers-alias", wanted("peers")).result()
    check("long-running", "a subscription under an alias", "Succeeded", made.properties.provisioning_state)
    check("create", "its id", True, made.properties.subscription_id is not None)
    new = made.properties.subscription_id
with checking("create", "the same alias again"):
    again = aliases.begin_create("peers-alias", wanted("peers")).result()
    check("create", "the same alias again", new, again.properties.subscription_id)
with checking("update", "a subscription's name"):
    client.subscription.rename(new, {"subscriptionName": "peers-renamed"})
    check("update", "a subscription's name", "peers-renamed", subscriptions.get(new).display_name)
with checking("page", "subscriptions and aliases"):
    found = {one.subscription_id for one in subscriptions.list()}
    check("page", "subscriptions", {SUBSCRIPTION, new}, found)
    check("page", "aliases", ["peers-alias"], [one.name for one in aliases.list().value])
refused("not-found", "a subscription", 404, "SubscriptionNotFound", lambda: subscriptions.get("11111111-2222-4333-8444-555555555555"))
refused("invalid", "an id that is none", 400, "InvalidSubscriptionId", lambda: subscriptions.get("peers"))
refused(
    "invalid",
    "an alias without a billing scope",
    400,
    "InvalidRequestContent",
    lambda: aliases.begin_create("peers-wrong", {"properties": {"displayName": "peers", "workload": "Production"}}),
)
with checking("update", "a subscription is cancelled and enabled"):
    client.subscription.cancel(new)
    check("update", "a cancelled subscription", "Disabled", subscriptions.get(new).state)
refused(
    "conflict",
    "another name for a cancelled subscription",
    409,
    "ReadOnlyDisabledSubscription",
    lambda: client.subscription.rename(new, {"subscriptionName": "peers-again"}),
)
with checking("delete", "an alias"):
    aliases.delete("peers-alias")
    refused("delete", "an alias that was deleted", 404, "SubscriptionAliasNotFound", lambda: aliases.get("peers-alias"))


def burst():
    """More requests than the tenant's bucket holds."""
    try:
        for _ in range(200):
            subscriptions.get(SUBSCRIPTION, retry_total=0)
    except HttpResponseError as error:
        return error


with checking("throttled", "too many reads"):
    with ThreadPoolExecutor(8) as pool:
        errors = [error for error in pool.map(lambda _: burst(), range(8)) if error]
    error = errors[0] if errors else None
    came = (error.status_code, error.error.code, int(error.response.headers["retry-after"]) > 0) if error else None
    check("throttled", "too many reads", (429, "SubscriptionRequestsThrottled", True), came)
    check("throttled", "and a client that waits", SUBSCRIPTION, subscriptions.get(SUBSCRIPTION).subscription_id)
