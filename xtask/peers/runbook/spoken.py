"""The commands beside the runbook's requests are commands of the Azure CLI, and their options are its options.

Nobody is signed in, so that nothing is sent: what the program cannot read it refuses before it misses the sign-in.

Run alone: python spoken.py FOLDER
"""

import contextlib
import glob
import io
import os
import re
import shlex
import sys
import tempfile

ID = "11111111-1111-4111-8111-111111111111"
BLOCK = re.compile(r"\nIn its own words[^\n]*\n\n```bash\n(.*?)```", re.DOTALL)


def spoken(book):
    """The commands of the documents, once for each choice of options: their words."""
    found = {}
    for path in sorted(glob.glob(os.path.join(book, "*.md"))):
        with open(path, encoding="utf-8") as file:
            blocks = BLOCK.findall(file.read())
        lines = [line for block in blocks for line in block.splitlines() if line.startswith("az ")]
        for line in lines:
            words = shlex.split(re.sub(r"\$\{\w+\}", ID, line))[1:]
            named = next(at for at, word in enumerate(words) if word.startswith("-"))
            options = tuple(word for word in words if word.startswith("--"))
            found.setdefault((*words[:named], options), words)
    return list(found.values())


def refused(words):
    """How the program ends, and what it says."""
    from azure.cli.core import get_default_cli

    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            ended = get_default_cli().invoke(words, out_file=said)
        except SystemExit as end:
            ended = end.code
    # Words that it does not know end with 2; everything else needs somebody who is signed in.
    return None if ended == 1 else f"az {' '.join(words)}: {ended} {said.getvalue().strip()[:300]}"


def wrong(book):
    """The commands that the program does not know, each with what it says; and how many there are."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(AZURE_CONFIG_DIR=home, AZURE_CORE_COLLECT_TELEMETRY="false")
        commands = spoken(book)
        return [said for said in map(refused, commands) if said], len(commands)


if __name__ == "__main__":
    unknown, count = wrong(sys.argv[1])
    print("\n".join(unknown))
    print(f"{count - len(unknown)} of {count} commands are the Azure CLI's")
    sys.exit(1 if unknown or not count else 0)
