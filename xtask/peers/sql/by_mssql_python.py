"""mssql-python: Microsoft's ODBC driver, with a token in the attribute that is set before it connects."""

import re
import struct
import threading
import time

import mssql_python

from sql_peer import DATABASE, HOST, LENGTHS, PORT, REFUSED, TEXT, TOKENS, USER, check, checking, refused

ACCESS_TOKEN = 1256


def connect(token, encrypt="Mandatory", more="", **options):
    wide = token.encode("utf-16-le")
    before = {ACCESS_TOKEN: struct.pack("<i", len(wide)) + wide}
    text = f"Server=tcp:{HOST},{PORT};Database={DATABASE};Encrypt={encrypt};{more}"
    return mssql_python.connect(text, attrs_before=before, **options)


def number(error):
    """The driver says a number only in words, and not always: Microsoft's text for 18456 then stands for it."""
    text = str(error)
    found = re.search(r"\((\d{3,5})\)|Msg (\d+)", text)
    if found:
        return int(found[1] or found[2])
    return 18456 if "Login failed for user" in text else text


def one(connection, query, *parameters):
    cursor = connection.cursor()
    cursor.execute(query, *parameters)
    return cursor.fetchone()


for kind, encrypt in (("login", "Mandatory"), ("strict", "Strict")):
    with checking(kind, "by a token"):
        connection = connect(TOKENS["good"], encrypt)
        came = tuple(one(connection, "SELECT DB_NAME(), USER_NAME()"))
        check(kind, "by a token", (DATABASE, USER), came)
        connection.close()
    for length in LENGTHS:
        with checking("length", f"{length} characters, {kind}"):
            connection = connect(TOKENS[length], encrypt)
            check("length", f"{length} characters, {kind}", USER, one(connection, "SELECT USER_NAME()")[0])
            connection.close()
    for token, what in REFUSED.items():
        refused("refused", f"{what}, {kind}", 18456, lambda: connect(TOKENS[token], encrypt), number)

for encrypt in ("Mandatory", "Strict"):
    text = f"Server=tcp:{HOST},{PORT};Database={DATABASE};Encrypt={encrypt};UID=sa;PWD=anything"
    refused("password", f"a user name and a password, {encrypt}", 18456, lambda: mssql_python.connect(text), number)

connection = connect(TOKENS["good"])
with checking("query", "values of several types"):
    came = tuple(one(connection, "SELECT 1, CAST(7 AS bigint), N'ä', 'b', NULL, CAST(1 AS bit), 0xAB01"))
    check("query", "values of several types", (1, 7, "ä", "b", None, True, b"\xab\x01"), came)
    cursor = connection.cursor()
    cursor.execute("SELECT 1 AS a; SELECT 2 AS b")
    came = [cursor.fetchall()[0][0], cursor.nextset(), cursor.fetchall()[0][0]]
    check("query", "two results", [1, True, 2], came)
with checking("parameters", "text, number and nothing"):
    came = tuple(one(connection, "SELECT ?, ?, ?", "ä 😀", 41, None))
    check("parameters", "text, number and nothing", ("ä 😀", 41, None), came)
    came = one(connection, "SELECT ?", TEXT[:3900])[0]
    check("parameters", "a long text", TEXT[:3900], came)
with checking("error", "a statement that cannot be read"):
    refused("error", "a statement that cannot be read", True, lambda: one(connection, "SELECT FROM"),
            lambda error: "Incorrect syntax near 'FROM'" in str(error))
    check("error", "the session goes on", 3, one(connection, "SELECT 3")[0])
with checking("transaction", "rolled back and committed"):
    connection.rollback()
    sql = "SELECT @@TRANCOUNT"
    check("transaction", "one is open without autocommit", 1, one(connection, sql)[0])
    connection.commit()
    connection.rollback()
    connection.autocommit = True
    check("transaction", "none is open with it", 0, one(connection, sql)[0])
with checking("cancel", "a batch that waits"):
    cursor = connection.cursor()
    timer = threading.Timer(0.5, cursor.cancel) if hasattr(cursor, "cancel") else None
    began = time.monotonic()
    if timer:
        timer.start()
        wait = "WAITFOR DELAY '00:00:20'"
    else:
        # The driver cancels by itself when its own limit is over.
        connection.timeout = 1
        cursor = connection.cursor()
        wait = "WAITFOR DELAY '00:00:20'"
    refused("cancel", "a batch that waits", True, lambda: cursor.execute(wait),
            lambda error: any(word in str(error).lower() for word in ("cancel", "timeout")))
    check("cancel", "it does not wait to the end", True, time.monotonic() - began < 10)
    connection.timeout = 0
    check("cancel", "the session goes on", 4, one(connection, "SELECT 4")[0])
connection.close()
