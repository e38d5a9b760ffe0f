"""What the SQL scenarios in Python share: where the server is, and saying of each check what was expected and what came."""

import contextlib
import json
import os

with open(os.environ["SQL_SERVER"], encoding="utf-8") as file:
    SERVER = json.load(file)

HOST = SERVER["host"]
PORT = SERVER["port"]
DATABASE = SERVER["database"]
USER = SERVER["user"]
TOKENS = SERVER["tokens"]
# Tokens that have to be refused, and why.
REFUSED = {
    "audience": "a token for another service",
    "tenant": "a token of another tenant",
    "expired": "a token whose time is over",
    "stranger": "a token of an application without a user",
}
LENGTHS = ("300", "3000", "9000")
# Of another length and with characters of other scripts, so that more than one packet goes and comes.
TEXT = "Grüße, 東京 😀 " * 300


def shown(value):
    text = " ".join(str(value).split())
    return text if len(text) <= 300 else text[:300] + "…"


def check(kind, what, expected, came, passed=None):
    """One check; without `passed` both have to be equal."""
    passed = expected == came if passed is None else bool(passed)
    said = {"kind": kind, "what": what, "expected": shown(expected), "came": shown(came), "passed": passed}
    print(json.dumps(said), flush=True)


def left_out(kind, reason):
    """The client has no such thing."""
    print(json.dumps({"left_out": kind, "reason": reason}), flush=True)


@contextlib.contextmanager
def checking(kind, what):
    """What is raised inside is a failed check, and the scenario goes on."""
    try:
        yield
    except Exception as error:  # whatever a client raises is what came
        check(kind, what, "no error", f"{type(error).__name__}: {error}", passed=False)


def refused(kind, what, number, call, number_of):
    """The call has to be refused with this number of SQL Server's."""
    try:
        answer = call()
    except Exception as error:
        came = number_of(error)
        note = "" if came == number else f" ({type(error).__name__}: {error})"
        check(kind, what, number, f"{came}{note}", passed=came == number)
    else:
        check(kind, what, number, f"no error but {answer!r}", passed=False)
