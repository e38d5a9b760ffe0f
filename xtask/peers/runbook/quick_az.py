"""The Azure CLI, unchanged, without its start: one process for each folder of sign-ins has read the modules, and each call
is a fork of it. `az` on the path is a few lines that hand words, environment and files over.
"""

import array
import json
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
import time

CLIENT = """#!{python} -ISE
import array, json, os, socket, struct, sys
home = os.environ.get("AZURE_CONFIG_DIR", "")
asked = json.dumps([home, sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
with socket.socket(socket.AF_UNIX) as line:
    line.connect({address!r})
    files = array.array("i", [0, 1, 2]).tobytes()
    line.sendmsg([struct.pack("I", len(asked))], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
    line.sendall(asked)
    ended = line.recv(1)
os._exit(ended[0] if ended else 1)
"""
# What a call reads before it does anything; `rest` and `login` need no other modules.
READ_AHEAD = (
    "azure.cli.core",
    "azure.cli.core.commands",
    "azure.cli.core.commands.client_factory",
    "azure.cli.core.telemetry",
    "azure.cli.core.util",
    "azure.cli.core.auth.identity",
    "azure.cli.core.profiles",
    "azure.cli.core._profile",
    "azure.cli.command_modules.util.custom",
    "azure.cli.command_modules.profile.custom",
    "azure.cli.command_modules.role.custom",
    "knack.cli",
    "knack.invocation",
    "msal",
    "msal_extensions",
    "requests",
)


def install(folder):
    """Puts `az` into the folder and serves it. Ends with the process that is given back."""
    address = os.path.join(folder, "az.socket")
    path = os.path.join(folder, "az")
    with open(path, "w", encoding="utf-8") as file:
        file.write(CLIENT.format(python=sys.executable, address=address))
    os.chmod(path, 0o755)
    serving = subprocess.Popen([sys.executable, __file__, address])
    while not os.path.exists(address):
        if serving.poll() is not None:
            raise RuntimeError("az is not served")
        time.sleep(0.05)
    return serving


def serve(address):
    """Leads each call to the process of its folder, which is made when it is asked for first."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        homes = {}
        while True:
            line, _ = listener.accept()
            asked, files = heard(line)
            home = asked[0]
            if home not in homes:
                homes[home], own = socket.socketpair()
                if os.fork() == 0:
                    # Whoever holds an end open keeps this process from seeing that it has ended.
                    for other in (listener, line, *homes.values()):
                        other.close()
                    for file in files:
                        os.close(file)
                    answer(home, own)
                own.close()
            hand_over(homes[home], asked, [*files, line.fileno()])
            line.close()
            for file in files:
                os.close(file)


def answer(home, own):
    """Reads the modules as this folder's, and forks for each call."""
    # The program takes the folder when its modules are read.
    os.environ["AZURE_CONFIG_DIR"] = home
    for module in READ_AHEAD:
        __import__(module)
    while True:
        asked, files = heard(own)
        if asked is None:
            os._exit(0)
        if os.fork() == 0:
            call(asked, files)
        for file in files:
            os.close(file)


def call(asked, files):
    """One call, as the program's own beginning would make it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, words, environment, folder = asked
    for place, file in enumerate(files[:3]):
        os.dup2(file, place)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["az", *words]
    code = 1
    try:
        runpy.run_module("azure.cli", run_name="__main__")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(files[3], bytes([code & 255]))
        os._exit(0)


def heard(line):
    files = array.array("i")
    head, ancillary, _, _ = line.recvmsg(4, socket.CMSG_SPACE(4 * files.itemsize))
    for _, _, data in ancillary:
        files.frombytes(data[: len(data) - len(data) % files.itemsize])
    if len(head) < 4:
        return None, []
    (length,) = struct.unpack("I", head)
    body = b""
    while len(body) < length:
        body += line.recv(length - len(body))
    return json.loads(body), list(files)


def hand_over(line, asked, files):
    said = json.dumps(asked).encode()
    given = array.array("i", files).tobytes()
    line.sendmsg([struct.pack("I", len(said))], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, given)])
    line.sendall(said)


if __name__ == "__main__":
    serve(sys.argv[1])
