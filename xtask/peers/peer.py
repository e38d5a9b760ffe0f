"""What the scenarios share: where the cloud is, what it refuses, and how a check is said."""

import json
import logging
import os
import urllib.request

from azure.core.exceptions import HttpResponseError
from saying import check, checking, left_out  # noqa: F401 (the scenarios take them from here)

TENANT = os.environ["AZURE_TENANT_ID"]
SUBSCRIPTION = os.environ["AZURE_SUBSCRIPTION_ID"]
CLIENT = os.environ["AZURE_CLIENT_ID"]
SECRET = os.environ["AZURE_CLIENT_SECRET"]
AUTHORITY = os.environ["AZURE_AUTHORITY_HOST"]
RESOURCE_MANAGER = os.environ["EMBEDDED_RESOURCE_MANAGER"]
GRAPH = os.environ["EMBEDDED_GRAPH"]
CLOUD = os.environ["EMBEDDED_CLOUD"]
REGION = "eastus2"

# What a client is refused stands in the checks.
logging.getLogger("azure").setLevel(logging.CRITICAL)


def credential():
    """The cloud's own application: everything about it stands in the environment."""
    # Not every peer has it.
    from azure.identity import EnvironmentCredential

    return EnvironmentCredential(disable_instance_discovery=True)


def management(client, *arguments, **options):
    """A management client, told its endpoint and how often to ask after an operation that names no time."""
    options = {"base_url": RESOURCE_MANAGER, "polling_interval": 1, **options}
    return client(credential(), *arguments, **options)


def refused(kind, what, status, code, call):
    """The call has to be refused with this status and, in the service's own body, this code."""
    expected = f"{status} {code}"
    try:
        answer = call()
    except HttpResponseError as error:
        body = error.model.error if hasattr(error.model, "error") else error.error
        came = f"{error.status_code} {getattr(body, 'code', None)}"
        note = "" if came == expected else f" ({error.message})"
        check(kind, what, expected, came + note, passed=came == expected)
    except Exception as error:
        check(kind, what, expected, f"{type(error).__name__}: {error}", passed=False)
    else:
        check(kind, what, expected, f"no error but {answer!r}", passed=False)


def busy(times, path, host="management.azure.com", method="GET"):
    """The next requests of this kind are refused with 429, as by a service that has too much to do."""
    wrong = {
        "method": method,
        "host": host,
        "pathContains": path,
        "times": times,
        "status": 429,
        "headers": {"retry-after": "1"},
        "body": {"error": {"code": "TooManyRequests", "message": "The request is being throttled."}},
    }
    request = urllib.request.Request(
        f"{CLOUD}/.embedded-cloud/faults", data=json.dumps(wrong).encode(), method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204, answer.status


def throttled(what, path, call, host="management.azure.com"):
    """A client waits and repeats by itself; one that must not repeat sees the refusal. `call` takes keyword options."""
    with checking("throttled", f"{what}, repeated"):
        busy(2, path, host)
        call()
        check("throttled", f"{what}, repeated", "an answer at the third attempt", "an answer at the third attempt")
    busy(1, path, host)
    refused("throttled", f"{what}, not repeated", 429, "TooManyRequests", lambda: call(retry_total=0))
