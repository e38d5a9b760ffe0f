"""python-tds: TDS 7.4 in pure Python, with pyOpenSSL."""

import os
import time

import pytds

from sql_peer import DATABASE, HOST, LENGTHS, PORT, REFUSED, TEXT, TOKENS, USER, check, checking, left_out, refused


def connect(token, **options):
    options = {"autocommit": True, "login_timeout": 15, **options}
    return pytds.connect(
        dsn=HOST,
        port=PORT,
        database=DATABASE,
        access_token_callable=lambda: token,
        cafile=os.environ["SQL_ROOT"],
        **options,
    )


def number(error):
    while error is not None:
        found = getattr(error, "number", None) or getattr(error, "msg_no", None)
        if found:
            return found
        error = error.__cause__ or error.__context__
    return None


def one(connection, query, parameters=()):
    cursor = connection.cursor()
    cursor.execute(query, parameters)
    return cursor.fetchone()


with checking("login", "by a token"):
    connection = connect(TOKENS["good"])
    check("login", "by a token", (DATABASE, USER), tuple(one(connection, "SELECT DB_NAME(), USER_NAME()")))
    connection.close()
left_out("strict", "the client knows no TDS 8.0")
for length in LENGTHS:
    with checking("length", f"{length} characters"):
        connection = connect(TOKENS[length])
        check("length", f"{length} characters", USER, one(connection, "SELECT USER_NAME()")[0])
        connection.close()
for token, what in REFUSED.items():
    refused("refused", what, 18456, lambda: connect(TOKENS[token]), number)
refused("password", "a user name and a password", 18456, lambda: pytds.connect(
    dsn=HOST, port=PORT, database=DATABASE, user="sa", password="anything", cafile=os.environ["SQL_ROOT"]), number)

connection = connect(TOKENS["good"])
with checking("query", "values of several types"):
    came = tuple(one(connection, "SELECT 1, CAST(7 AS bigint), N'ä', 'b', NULL, CAST(1 AS bit), 0xAB01"))
    check("query", "values of several types", (1, 7, "ä", "b", None, True, b"\xab\x01"), came)
    cursor = connection.cursor()
    cursor.execute("SELECT 1 AS a; SELECT 2 AS b")
    came = [cursor.fetchall()[0][0], cursor.nextset(), cursor.fetchall()[0][0]]
    check("query", "two results", [1, True, 2], came)
with checking("parameters", "text, number and nothing"):
    came = tuple(one(connection, "SELECT %s, %s, %s", ("ä 😀", 41, None)))
    check("parameters", "text, number and nothing", ("ä 😀", 41, None), came)
    check("parameters", "a long text", TEXT[:3900], one(connection, "SELECT %s", (TEXT[:3900],))[0])
with checking("error", "a statement that cannot be read"):
    refused("error", "a statement that cannot be read", 102, lambda: one(connection, "SELECT FROM"), number)
    check("error", "the session goes on", 3, one(connection, "SELECT 3")[0])
with checking("transaction", "rolled back and committed"):
    connection.autocommit = False
    check("transaction", "one is open without autocommit", 1, one(connection, "SELECT @@TRANCOUNT")[0])
    connection.commit()
    connection.rollback()
    connection.autocommit = True
    check("transaction", "none is open with it", 0, one(connection, "SELECT @@TRANCOUNT")[0])
connection.close()
with checking("cancel", "a batch that waits"):
    connection = connect(TOKENS["good"], timeout=1)
    began = time.monotonic()
    refused("cancel", "a batch that waits", "TimeoutError", lambda: one(connection, "WAITFOR DELAY '00:00:20'"),
            lambda error: type(error).__name__)
    check("cancel", "it does not wait to the end", True, time.monotonic() - began < 10)
    check("cancel", "the session goes on", 4, one(connection, "SELECT 4")[0])
    connection.close()
