"""azure-identity: signing in by secret, by certificate and by somebody's assertion."""

import base64
import datetime
import time

from azure.core import PipelineClient
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline import policies
from azure.core.rest import HttpRequest
from azure.identity import CertificateCredential, ClientSecretCredential, DefaultAzureCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from peer import AUTHORITY, CLIENT, GRAPH, SECRET, TENANT, busy, check, checking, credential, left_out

MANAGEMENT = "https://management.azure.com/.default"
ANYWHERE = {"authority": AUTHORITY, "disable_instance_discovery": True}


def refused(kind, what, words, call):
    """The authority has to refuse in these words."""
    try:
        call()
    except ClientAuthenticationError as error:
        check(kind, what, words, error.message, passed=words in error.message)
    except Exception as error:
        check(kind, what, words, f"{type(error).__name__}: {error}", passed=False)
    else:
        check(kind, what, words, "a token", passed=False)


def is_token(token):
    return token.count(".") == 2 and "a token" or token


with checking("create", "a token by secret"):
    token = ClientSecretCredential(TENANT, CLIENT, SECRET, **ANYWHERE).get_token(MANAGEMENT)
    lasts = token.expires_on - datetime.datetime.now().timestamp()
    check("create", "a token by secret", "a token", is_token(token.token))
    check("read", "how long it lasts, in seconds", "about 3600", round(lasts), passed=3000 < lasts < 3700)
with checking("read", "a token by what stands in the environment"):
    token = DefaultAzureCredential(disable_instance_discovery=True).get_token(MANAGEMENT)
    check("read", "a token by what stands in the environment", "a token", is_token(token.token))
with checking("read", "a token by the tenant's domain"):
    token = ClientSecretCredential("contoso.onmicrosoft.com", CLIENT, SECRET, **ANYWHERE).get_token(MANAGEMENT)
    check("read", "a token by the tenant's domain", "a token", is_token(token.token))

graph = PipelineClient(
    GRAPH, policies=[policies.BearerTokenCredentialPolicy(credential(), "https://graph.microsoft.com/.default")]
)


def application(method, body=None):
    request = HttpRequest(method, graph.format_url("/v1.0/applications(appId='{}')".format(CLIENT)), json=body)
    return graph.send_request(request)


def certificate():
    """A certificate with its key, as PEM, and as Graph wants it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peers")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    public = made.public_bytes(serialization.Encoding.PEM)
    der = base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()
    return private + public, {"type": "AsymmetricX509Cert", "usage": "Verify", "key": der, "displayName": "peers"}


pem, public = certificate()
by_certificate = {"certificate_data": pem, **ANYWHERE}
refused(
    "not-found",
    "a certificate that nobody registered",
    "AADSTS700027:",
    lambda: CertificateCredential(TENANT, CLIENT, **by_certificate).get_token(MANAGEMENT),
)
with checking("update", "the application's certificates"):
    check("update", "the application's certificates", 204, application("PATCH", {"keyCredentials": [public]}).status_code)
with checking("update", "a token by certificate"):
    # The directory's readers lag behind its writers.
    time.sleep(6)
    token = CertificateCredential(TENANT, CLIENT, **by_certificate).get_token(MANAGEMENT)
    check("update", "a token by certificate", "a token", is_token(token.token))
with checking("delete", "the application's certificates"):
    check("delete", "the application's certificates", 204, application("PATCH", {"keyCredentials": []}).status_code)
    time.sleep(6)
    refused(
        "delete",
        "a token by a certificate that was removed",
        "AADSTS700027:",
        lambda: CertificateCredential(TENANT, CLIENT, **by_certificate).get_token(MANAGEMENT),
    )
refused(
    "not-found",
    "an unknown application",
    "AADSTS700016:",
    lambda: ClientSecretCredential(TENANT, "11111111-2222-4333-8444-555555555555", SECRET, **ANYWHERE).get_token(MANAGEMENT),
)
refused(
    "invalid",
    "a wrong secret",
    "AADSTS7000215:",
    lambda: ClientSecretCredential(TENANT, CLIENT, "wrong", **ANYWHERE).get_token(MANAGEMENT),
)
refused(
    "invalid",
    "a resource that is not there",
    "AADSTS500011:",
    lambda: ClientSecretCredential(TENANT, CLIENT, SECRET, **ANYWHERE).get_token("https://absent.example/.default"),
)
# The client itself puts what the authority said into words.
refused(
    "not-found",
    "an unknown tenant",
    "double check your tenant name",
    lambda: ClientSecretCredential("absent.onmicrosoft.com", CLIENT, SECRET, **ANYWHERE).get_token(MANAGEMENT),
)
with checking("throttled", "a token"):
    busy(1, "/oauth2/v2.0/token", "login.microsoftonline.com", "POST")
    token = ClientSecretCredential(TENANT, CLIENT, SECRET, **ANYWHERE).get_token(MANAGEMENT)
    check("throttled", "a token, repeated", "a token", is_token(token.token))
left_out("page", "the authority has no lists")
left_out("long-running", "a token comes at once")
left_out("conflict", "a token takes nothing from another one")
