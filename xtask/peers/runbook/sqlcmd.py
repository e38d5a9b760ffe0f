"""`sqlcmd` as the runbook's scripts call it, for the SQL servers of the served cloud: Microsoft's own program finds a server
by its name only. The token is the one that the Azure CLI has, and the batch goes over TDS, by python-tds.
"""

import os
import subprocess
import sys

import pytds

HOW = ["--authentication-method", "ActiveDirectoryAzCli", "-b", "-i", "/dev/stdin"]


def main(words):
    if len(words) < 4 or words[0] != "-S" or words[2] != "-d" or words[4:] != HOW:
        raise SystemExit(f"sqlcmd: this is not understood: {words}")
    host, database, batch = words[1], words[3], sys.stdin.read()
    asked = ["az", "account", "get-access-token", "--resource", "https://database.windows.net/"]
    token = subprocess.run([*asked, "--query", "accessToken", "--output", "tsv"], check=True, capture_output=True, text=True)
    try:
        with pytds.connect(
            dsn=host,
            sock=connected(),
            database=database,
            autocommit=True,
            login_timeout=60,
            disable_connect_retry=True,
            access_token_callable=token.stdout.strip,
            cafile=os.environ["SQL_ROOT"],
        ) as connection:
            cursor = connection.cursor()
            cursor.execute(batch)
            while cursor.nextset():
                pass
    except (pytds.Error, OSError) as error:
        error = error.__cause__ or error
        print(f"Msg {getattr(error, 'number', '')}: {error}", file=sys.stderr)
        return 1
    return 0


def connected():
    import socket

    return socket.create_connection(("127.0.0.1", int(os.environ["SQL_PORT"])), timeout=60)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
