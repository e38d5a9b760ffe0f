"""The runbook's scripts for the Azure CLI, run alone by the Azure CLI itself as a person, build what the rollout builds.

The program is led to the served cloud under the services' real names; a simulated person does there what only a person can.
What must differ in the end stands in `differences.json`, each with its reason; what stands there and no longer differs is
as wrong as a difference that does not.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))

import led
import quick_az
from saying import check, checking

HERE = os.path.dirname(os.path.abspath(__file__))
SERVES, ROLLS = os.environ["EMBEDDED_CLOUD"], os.environ["QA_ROLLOUT"]
SPEED = os.environ["SPEED"]
ADDRESS = "203.0.113.7"
# What the embedded cloud's GitHub takes; it is no secret.
GITHUB = "embedded-github-administrator"
# A run takes some minutes; a machine with much else to do may take several times as long.
PATIENCE = 45 * 60


class Served:
    """An embedded cloud with the environment's tenants, in which nothing has been built yet."""

    def __init__(self, folder):
        words = ["--listen", "127.0.0.1:0", "--https", "127.0.0.1:0", "--ca", os.path.join(folder, "ca.pem")]
        words += ["--person", "--speed", SPEED]
        self.process = subprocess.Popen([SERVES, *words], stdout=subprocess.PIPE, text=True, cwd=folder)
        said = ""
        for line in self.process.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                break
        self.address = re.search(r"embedded cloud at (\S+)", said).group(1)
        told = dict(re.findall(r"export (\w+)=(.*)", said))
        self.trust = told["REQUESTS_CA_BUNDLE"].strip("'")
        self.ports = {
            "management.azure.com": led.port_of(told["EMBEDDED_RESOURCE_MANAGER"]),
            "graph.microsoft.com": led.port_of(told["EMBEDDED_GRAPH"]),
            "login.microsoftonline.com": led.port_of(told["AZURE_AUTHORITY_HOST"]),
        }
        self.vaults = led.port_of(told["EMBEDDED_KEY_VAULT"])
        with urllib.request.urlopen(f"{self.address}/.embedded-cloud") as about:
            self.sql = json.load(about)["sql"]

    def port(self, host):
        return self.vaults if host.endswith(".vault.azure.net") else self.ports.get(host)

    def keep(self, path):
        """Writes down everything that there is now."""
        with urllib.request.urlopen(f"{self.address}/.embedded-cloud/state") as state, open(path, "wb") as file:
            file.write(state.read())


def program(folder, name):
    """A stand-in on the path, for what knows no other address than the real one."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec "{os.environ["SQL_PYTHON"]}" "{HERE}/{name}.py" "$@"\n')
    os.chmod(path, 0o755)


def surroundings(folder, cloud, proxy):
    tools = os.path.join(folder, "tools")
    root = os.path.join(folder, "sql.pem")
    with open(root, "w", encoding="utf-8") as file:
        file.write(cloud.sql["root"])
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "EMBEDDED_"))},
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HTTPS_PROXY": proxy.address,
        "REQUESTS_CA_BUNDLE": cloud.trust,
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "AZURE_CORE_ONLY_SHOW_ERRORS": "true",
        "RUNBOOK_LOGIN": "--use-device-code",
        "RUNBOOK_SIGN_INS": os.path.join(folder, "sign-ins"),
        "RUNBOOK_PAUSE": "0.5",
        "RUNBOOK_PATIENCE": "900",
        "my_address": ADDRESS,
        "EMBEDDED_CLOUD": cloud.address,
        "GH_TOKEN": GITHUB,
        # The server's public door is closed: the administrator works in the network of its private endpoint.
        "SQL_PORT": str(cloud.sql["inside"]),
        "SQL_ROOT": root,
    }


def run(script, environment):
    """Runs the whole script; what was not done, by step, with the reason that it says."""
    began = time.monotonic()
    ended = subprocess.run(["bash", script], env=environment, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    took = int(time.monotonic() - began)
    print(f"    {script}: {ended.returncode} after {took} s")
    _, _, undone = ended.stderr.partition("\nNot done:\n")
    undone = dict(re.findall(r"^  (\d+\.\d+) (.*)$", undone, re.MULTILINE))
    return ended, undone


def listed(kind, found):
    """Compares with what is listed: each entry says by a pattern how a line of what was found begins, and why that is so."""
    with open(os.path.join(HERE, "differences.json"), encoding="utf-8") as file:
        entries = [(re.compile(entry["begins"]), entry["reason"]) for entry in json.load(file)[kind]]
    unknown = [line for line in found if not any(begins.match(line) for begins, _ in entries)]
    gone = [begins.pattern for begins, _ in entries if not any(begins.match(line) for line in found)]
    for line in unknown:
        print(f"    not listed: {line[:600]}")
    for pattern in gone:
        print(f"    listed, and not so: {pattern}")
    return unknown + gone + [f"no reason: {begins.pattern}" for begins, reason in entries if not reason.strip()]


def differences(one, other):
    ended = subprocess.run([SERVES, "differences", one, other], capture_output=True, text=True)
    if ended.returncode not in (0, 2):
        raise RuntimeError(ended.stderr)
    return ended.stdout.splitlines()


def script_alone(folder, cloud, script, environment):
    """Runs it twice; everything that is not as it should be."""

    def ran(name):
        ended, undone = run(script, environment)
        with open(os.path.join(folder, f"{name}.log"), "w", encoding="utf-8") as file:
            file.write(ended.stderr)
        kept = os.path.join(folder, f"{name}.json")
        cloud.keep(kept)
        return ended.returncode, listed("steps", [f"{number} {why}" for number, why in undone.items()]), kept

    code, left, first = ran("first")
    check("script", "what the script leaves out is listed", [], left)
    check("script", "it says by its end that it left something out", 1, code)

    rolled = os.path.join(folder, "rolled.json")
    words = ["--quiet", "--state", rolled, "--journal", os.path.join(folder, "journal.jsonl")]
    subprocess.run([ROLLS, "rehearse", *words, "--my-address", ADDRESS], check=True, cwd=folder)
    world = listed("world", differences(rolled, first))
    check("world", "what is otherwise than after the rollout is listed", [], world)

    code, still_left, again = ran("again")
    check("again", "what the script leaves out is the same", [], still_left)
    check("again", "it says so again", 1, code)
    changed = listed("again", differences(first, again))
    check("again", "the second run changes nothing", [], changed)
    return left + world + still_left + changed


def main():
    folder = tempfile.mkdtemp(prefix="runbook-")
    print(f"    in {folder}")
    tools = os.path.join(folder, "tools")
    os.mkdir(tools)
    for name in ("gh", "sqlcmd"):
        program(tools, name)
    ours = []
    try:
        cloud = Served(folder)
        ours.append(cloud.process)
        environment = surroundings(folder, cloud, led.Led(cloud.port))
        ours.append(quick_az.install(tools))
        book = os.path.join(folder, "book")
        subprocess.run([ROLLS, "runbook", "--quiet", "--out", book, "--cloud", cloud.address], check=True, cwd=folder)
        script = os.path.join(book, "scripts", "azure-cli.sh")
        # In a process of its own: the program keeps where it looked for a sign-in.
        spoken = subprocess.run([sys.executable, os.path.join(HERE, "spoken.py"), book], capture_output=True, text=True, cwd=folder)
        check("spoken", "the commands beside the requests are the Azure CLI's", 0, spoken.returncode)
        print("".join(f"    {line}\n" for line in spoken.stdout.splitlines()), end="")

        wrong = script_alone(folder, cloud, script, environment)
    finally:
        for process in ours:
            process.kill()
            process.wait()
    if wrong:
        print(f"    kept: {folder}")
    else:
        shutil.rmtree(folder)


with checking("script", "the whole"):
    main()
