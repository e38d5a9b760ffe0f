"""How every scenario in Python says of each check what was expected and what came."""

import contextlib
import json


def shown(value):
    text = " ".join(str(value).split())
    return text if len(text) <= 300 else text[:300] + "…"


def check(kind, what, expected, came, passed=None):
    """One check; without `passed` both have to be equal."""
    passed = expected == came if passed is None else bool(passed)
    said = {"kind": kind, "what": what, "expected": shown(expected), "came": shown(came), "passed": passed}
    print(json.dumps(said), flush=True)


def left_out(kind, reason):
    """Client or service has no such thing."""
    print(json.dumps({"left_out": kind, "reason": reason}), flush=True)


@contextlib.contextmanager
def checking(kind, what):
    """What is raised inside is a failed check, and the scenario goes on."""
    try:
        yield
    except Exception as error:  # whatever a client raises is what came
        check(kind, what, "no error", f"{type(error).__name__}: {error}", passed=False)
