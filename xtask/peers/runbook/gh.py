"""`gh api` as the runbook's scripts call it, for the repositories of the served cloud: GitHub's own program knows no other
address than GitHub's. It is no peer; what it sends is what the script asked for.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request


def picked(answer, query):
    """What jq finds with the few words that the scripts have: names, and an item of a list by some of its properties."""
    found = [answer]
    for part in re.split(r"\s*\|\s*", query):
        if part == ".":
            continue
        if selects := re.fullmatch(r"select\((.*)\)", part):
            tests = re.findall(r'\.(\w+) == "([^"]*)"', selects.group(1))
            if " and ".join(f'.{name} == "{value}"' for name, value in tests) != selects.group(1):
                raise SystemExit(f"gh: this is not understood: {part}")
            found = [item for item in found if all(item.get(name) == value for name, value in tests)]
            continue
        if not re.fullmatch(r"(\.\w+)+(\[\])?", part):
            raise SystemExit(f"gh: this is not understood: {part}")
        for name in part.removesuffix("[]").strip(".").split("."):
            found = [item.get(name) for item in found]
        if part.endswith("[]"):
            found = [item for items in found for item in items]
    return found


def main(words):
    if words[:2] != ["api", "--method"] or len(words) < 4:
        raise SystemExit(f"gh: this is not understood: {words}")
    method, path, *rest = words[2:]
    body = query = None
    while rest:
        option, value, *rest = rest
        if option == "--input" and value == "-":
            body = sys.stdin.buffer.read()
        elif option == "--jq":
            query = value
        else:
            raise SystemExit(f"gh: this is not understood: {option}")
    headers = {
        "Host": "api.github.com",
        "Authorization": f"Bearer {os.environ['GH_TOKEN']}",
        "Accept": "application/vnd.github+json",
        "Content-Type": "application/json",
        "User-Agent": "gh",
    }
    address = f"{os.environ['EMBEDDED_CLOUD']}/{path}"
    request = urllib.request.Request(address, data=body, method=method, headers=headers)
    # The proxy is for what stands behind HTTPS.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as answer:
            said = answer.read()
    except urllib.error.HTTPError as error:
        said = error.read().decode()
        print(said)
        message = json.loads(said).get("message", "") if said else ""
        print(f"gh: {message} (HTTP {error.code})", file=sys.stderr)
        return 1
    if query is None:
        sys.stdout.write(said.decode())
    else:
        for value in picked(json.loads(said), query):
            if value is not None:
                print(value if isinstance(value, str) else json.dumps(value))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
