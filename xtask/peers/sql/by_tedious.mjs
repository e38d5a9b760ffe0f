// tedious: TDS in JavaScript, as Node's drivers for SQL Server have it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The packages lie where they were installed, and not beside this file.
const require = createRequire(`${process.env.NODE_PACKAGES}/`);
const { Connection, Request, TYPES } = require("tedious");

const server = JSON.parse(readFileSync(process.env.SQL_SERVER, "utf8"));
const { tokens } = server;
const user = [server.database, server.user];
const text = "Grüße, 東京 😀 ".repeat(300);

const shown = (value) => {
  const said = typeof value === "string" ? value : JSON.stringify(value);
  const letters = [...said];
  return letters.length <= 300 ? said : `${letters.slice(0, 300).join("")}…`;
};

function check(kind, what, expected, came) {
  const passed = JSON.stringify(expected) === JSON.stringify(came);
  console.log(JSON.stringify({ kind, what, expected: shown(expected), came: shown(came), passed }));
}

// What is thrown inside is a failed check, and the scenario goes on.
async function checking(kind, what, inside) {
  try {
    await inside();
  } catch (error) {
    const came = shown(`${error.name}: ${error.message}`);
    console.log(JSON.stringify({ kind, what, expected: "no error", came, passed: false }));
  }
}

// The server's number of what is thrown.
async function numberOf(inside) {
  try {
    return `no error but ${shown(await inside())}`;
  } catch (error) {
    const found = [error, error.cause, ...(error.errors ?? [])].find((own) => own?.number);
    return found?.number ?? `${error.code}: ${error.message}`;
  }
}

function connect(authentication, encrypt) {
  const options = {
    port: server.port,
    database: server.database,
    encrypt,
    serverName: encrypt === "strict" ? "localhost" : undefined,
    trustServerCertificate: false,
    cryptoCredentialsDetails: { ca: server.root },
    connectTimeout: 15000,
    requestTimeout: 30000,
  };
  const connection = new Connection({ server: server.host, authentication, options });
  // The error of a refused login has no number; the server's message before it has.
  let said;
  connection.on("errorMessage", ({ number }) => (said = number));
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(Object.assign(error, { number: said })) : resolve(connection)));
  });
}

const byToken = (token, encrypt = true) =>
  connect({ type: "azure-active-directory-access-token", options: { token } }, encrypt);

// Every row of every result; as a batch of its own where nothing is given along.
function run(connection, sql, parameters = [], begun = () => {}) {
  return new Promise((resolve, reject) => {
    const rows = [];
    const request = new Request(sql, (error) => (error ? reject(error) : resolve(rows)));
    request.on("row", (columns) => rows.push(columns.map((column) => column.value)));
    parameters.forEach(([name, type, value]) => request.addParameter(name, type, value));
    if (parameters.length > 0) {
      connection.execSql(request);
    } else {
      connection.execSqlBatch(request);
    }
    begun(request);
  });
}

const step = (connection, name) =>
  new Promise((resolve, reject) => {
    connection[name]((error) => (error ? reject(error) : resolve()));
  });

for (const [kind, encrypt] of [["login", true], ["strict", "strict"]]) {
  await checking(kind, "by a token", async () => {
    const connection = await byToken(tokens.good, encrypt);
    check(kind, "by a token", [user], await run(connection, "SELECT DB_NAME(), USER_NAME()"));
    connection.close();
  });
  for (const length of ["300", "3000", "9000"]) {
    await checking("length", `${length} characters, ${kind}`, async () => {
      const connection = await byToken(tokens[length], encrypt);
      check("length", `${length} characters, ${kind}`, [[server.user]], await run(connection, "SELECT USER_NAME()"));
      connection.close();
    });
  }
  for (const [token, what] of [
    ["audience", "a token for another service"],
    ["tenant", "a token of another tenant"],
    ["expired", "a token whose time is over"],
    ["stranger", "a token of an application without a user"],
  ]) {
    check("refused", `${what}, ${kind}`, 18456, await numberOf(() => byToken(tokens[token], encrypt)));
  }
  const password = { type: "default", options: { userName: "sa", password: "anything" } };
  check("password", `a user name and a password, ${kind}`, 18456, await numberOf(() => connect(password, encrypt)));
}

const connection = await byToken(tokens.good);
await checking("query", "values of several types", async () => {
  const sql = "SELECT 1, CAST(7 AS bigint), N'ä', 'b', NULL, CAST(1 AS bit)";
  check("query", "values of several types", [[1, "7", "ä", "b", null, true]], await run(connection, sql));
  check("query", "two results", [[1], [2]], await run(connection, "SELECT 1 AS a; SELECT 2 AS b"));
});
await checking("parameters", "text, number and nothing", async () => {
  const given = [["a", TYPES.NVarChar, "ä 😀"], ["b", TYPES.Int, 41], ["c", TYPES.Int, null]];
  check("parameters", "text, number and nothing", [["ä 😀", 41, null]], await run(connection, "SELECT @a, @b, @c", given));
  const long = [["a", TYPES.NVarChar, text.slice(0, 3900)]];
  check("parameters", "a long text", [[text.slice(0, 3900)]], await run(connection, "SELECT @a", long));
});
await checking("parameters", "prepared once and executed twice", async () => {
  const request = new Request("SELECT @a", () => {});
  request.addParameter("a", TYPES.Int);
  await new Promise((resolve, reject) => {
    request.on("prepared", resolve);
    request.on("error", reject);
    connection.prepare(request);
  });
  const execute = (a) =>
    new Promise((resolve, reject) => {
      const rows = [];
      request.removeAllListeners("row");
      request.on("row", (columns) => rows.push(columns.map((column) => column.value)));
      request.callback = (error) => (error ? reject(error) : resolve(rows));
      connection.execute(request, { a });
    });
  const came = [await execute(7), await execute(8)];
  check("parameters", "prepared once and executed twice", [[[7]], [[8]]], came);
  await new Promise((resolve, reject) => {
    request.callback = (error) => (error ? reject(error) : resolve());
    connection.unprepare(request);
  });
});
await checking("error", "a statement that cannot be read", async () => {
  check("error", "a statement that cannot be read", 102, await numberOf(() => run(connection, "SELECT FROM")));
  check("error", "the session goes on", [[3]], await run(connection, "SELECT 3"));
});
await checking("transaction", "begun, committed and rolled back", async () => {
  const depth = "SELECT @@TRANCOUNT";
  await step(connection, "beginTransaction");
  check("transaction", "one is open", [[1]], await run(connection, depth));
  await step(connection, "commitTransaction");
  check("transaction", "none is open", [[0]], await run(connection, depth));
  await step(connection, "beginTransaction");
  await step(connection, "rollbackTransaction");
  check("transaction", "none is open again", [[0]], await run(connection, depth));
});
await checking("cancel", "a batch that waits", async () => {
  const began = Date.now();
  const cancel = () => setTimeout(() => connection.cancel(), 500);
  const came = await numberOf(() => run(connection, "WAITFOR DELAY '00:00:20'", [], cancel));
  check("cancel", "a batch that waits", "ECANCEL: Canceled.", came);
  check("cancel", "it does not wait to the end", true, Date.now() - began < 10000);
  check("cancel", "the session goes on", [[4]], await run(connection, "SELECT 4"));
});
connection.close();
