"""What the SQL scenarios in Python share: where the server is, what it refuses, and how a check is said."""

import json
import os

from saying import check, checking, left_out  # noqa: F401 (the scenarios take them from here)

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
