//! Microsoft's own TDS client in Rust, against our server.

use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

use mssql_tds::connection::client_context::{ClientContext, TdsAuthenticationMethod};
use mssql_tds::connection::tds_client::{ExecuteOptions, ResultSet, TdsClient};
use mssql_tds::connection_provider::tds_connection_provider::TdsConnectionProvider;
use mssql_tds::core::{CancelHandle, EncryptionOptions, EncryptionSetting};
use mssql_tds::datatypes::column_values::ColumnValues;
use mssql_tds::datatypes::sql_string::SqlString;
use mssql_tds::datatypes::sqltypes::SqlType;
use mssql_tds::error::Error;
use mssql_tds::message::parameters::rpc_parameters::{RpcParameter, StatusFlags};
use mssql_tds::message::transaction_management::TransactionIsolationLevel;
use serde::Deserialize;

use crate::{check, say};

#[derive(Deserialize)]
struct Server {
    host: String,
    port: u16,
    database: String,
    user: String,
    tokens: std::collections::BTreeMap<String, String>,
}

impl Server {
    fn source(&self) -> String {
        format!("tcp:{},{}", self.host, self.port)
    }

    fn context(&self, encrypt: EncryptionSetting) -> ClientContext {
        let mut context = ClientContext::with_data_source(&self.source());
        context.database.clone_from(&self.database);
        context.encryption_options = EncryptionOptions {
            mode: encrypt,
            trust_server_certificate: false,
            host_name_in_cert: None,
            server_certificate: None,
        };
        context
    }

    async fn connect(&self, context: ClientContext) -> Result<TdsClient, Error> {
        let provider = TdsConnectionProvider::new();
        Box::pin(provider.create_client(context, &self.source(), None)).await
    }

    async fn by_token(&self, token: &str, encrypt: EncryptionSetting) -> Result<TdsClient, Error> {
        let mut context = self.context(encrypt);
        context.tds_authentication_method = TdsAuthenticationMethod::AccessToken;
        context.access_token = self.tokens.get(token).cloned();
        self.connect(context).await
    }
}

/// The server's number, or what came in its place.
fn number<T>(answer: Result<T, Error>) -> String {
    match answer {
        Ok(_) => "no error".to_owned(),
        Err(Error::SqlServerError { diagnostics }) => {
            let first = diagnostics.errors.first();
            first.map_or_else(String::new, |error| error.number.to_string())
        }
        Err(other) => other.to_string(),
    }
}

/// What fails inside is a failed check, and the scenario goes on.
async fn checking<E: Display>(kind: &str, what: &str, inside: impl Future<Output = Result<(), E>>) {
    if let Err(error) = inside.await {
        say(kind, what, "no error", &error.to_string(), false);
    }
}

fn shown(value: &ColumnValues) -> String {
    match value {
        ColumnValues::String(text) => text.to_utf8_string(),
        ColumnValues::Int(number) => number.to_string(),
        ColumnValues::BigInt(number) => number.to_string(),
        ColumnValues::Bit(bit) => bit.to_string(),
        ColumnValues::Null => "NULL".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The rows of the result that the client stands on.
async fn rows(client: &mut TdsClient) -> Result<Vec<Vec<String>>, Error> {
    let mut rows = Vec::new();
    while let Some(row) = client.next_row().await? {
        rows.push(row.iter().map(shown).collect());
    }
    Ok(rows)
}

async fn query(client: &mut TdsClient, sql: &str) -> Result<Vec<Vec<String>>, Error> {
    client.execute(sql.to_owned(), ()).await?;
    let rows = rows(client).await;
    client.close_query().await?;
    rows
}

fn one(text: &str) -> Vec<Vec<String>> {
    vec![vec![text.to_owned()]]
}

/// Reads where the server is, and goes through the scenario.
pub(crate) async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(std::env::var("SQL_SERVER")?)?;
    let server: Server = serde_json::from_str(&text)?;
    for (kind, encrypt) in [
        ("login", EncryptionSetting::Required),
        ("strict", EncryptionSetting::Strict),
    ] {
        checking(kind, "by a token", async {
            let mut client = server.by_token("good", encrypt).await?;
            let came = query(&mut client, "SELECT DB_NAME(), USER_NAME()").await?;
            check(
                kind,
                "by a token",
                vec![vec![server.database.clone(), server.user.clone()]],
                came,
            );
            client.close_connection().await
        })
        .await;
        for length in ["300", "3000", "9000"] {
            let what = format!("{length} characters, {kind}");
            checking("length", &what, async {
                let mut client = server.by_token(length, encrypt).await?;
                let came = query(&mut client, "SELECT USER_NAME()").await?;
                check("length", &what, one(&server.user), came);
                client.close_connection().await
            })
            .await;
        }
        for (token, what) in [
            ("audience", "a token for another service"),
            ("tenant", "a token of another tenant"),
            ("expired", "a token whose time is over"),
            ("stranger", "a token of an application without a user"),
        ] {
            let came = number(server.by_token(token, encrypt).await);
            check("refused", &format!("{what}, {kind}"), "18456", &came);
        }
        let mut context = server.context(encrypt);
        context.user_name = "sa".to_owned();
        context.password = "anything".to_owned();
        let came = number(server.connect(context).await);
        check(
            "password",
            &format!("a user name and a password, {kind}"),
            "18456",
            &came,
        );
    }
    match server.by_token("good", EncryptionSetting::Required).await {
        Ok(mut client) => Box::pin(session(&mut client)).await,
        Err(error) => say("query", "a session", "no error", &error.to_string(), false),
    }
    Ok(())
}

async fn session(client: &mut TdsClient) {
    checking("query", "values of several types", async {
        let sql = "SELECT 1, CAST(7 AS bigint), N'ä 😀', 'b', NULL, CAST(1 AS bit)";
        let wanted = ["1", "7", "ä 😀", "b", "NULL", "true"]
            .map(str::to_owned)
            .to_vec();
        check(
            "query",
            "values of several types",
            vec![wanted],
            query(client, sql).await?,
        );
        client
            .execute("SELECT 1 AS a; SELECT 2 AS b".to_owned(), ())
            .await?;
        let first = rows(client).await?;
        let more = client.advance_to_rows().await?;
        let came = (first, more, rows(client).await?);
        client.close_query().await?;
        check("query", "two results", (one("1"), true, one("2")), came);
        Ok::<_, Error>(())
    })
    .await;
    checking("parameters", "text and number", async {
        let text = SqlString::from_utf8_string("ä 😀".to_owned());
        let given = [
            ("@a", SqlType::NVarchar(Some(text), 10)),
            ("@b", SqlType::Int(Some(41))),
        ];
        let given = given.map(|(name, value)| {
            RpcParameter::new(Some(name.to_owned()), StatusFlags::NONE, value)
        });
        let sql = "SELECT @a, @b".to_owned();
        client
            .execute_sp_executesql(sql, given.to_vec(), ())
            .await?;
        let came = rows(client).await?;
        client.close_query().await?;
        check(
            "parameters",
            "text and number",
            vec![vec!["ä 😀".to_owned(), "41".to_owned()]],
            came,
        );
        Ok::<_, Error>(())
    })
    .await;
    checking("error", "a statement that cannot be read", async {
        let came = number(query(client, "SELECT FROM").await);
        check("error", "a statement that cannot be read", "102", &came);
        check(
            "error",
            "the session goes on",
            one("3"),
            query(client, "SELECT 3").await?,
        );
        Ok::<_, Error>(())
    })
    .await;
    checking("transaction", "begun, committed and rolled back", async {
        let level = || TransactionIsolationLevel::ReadCommitted;
        let depth = "SELECT @@TRANCOUNT";
        client.begin_transaction(level(), None).await?;
        check(
            "transaction",
            "one is open",
            one("1"),
            query(client, depth).await?,
        );
        client.commit_transaction(None, None).await?;
        check(
            "transaction",
            "none is open",
            one("0"),
            query(client, depth).await?,
        );
        client.begin_transaction(level(), None).await?;
        client.rollback_transaction(None, None).await?;
        check(
            "transaction",
            "none is open again",
            one("0"),
            query(client, depth).await?,
        );
        Ok::<_, Error>(())
    })
    .await;
    checking("cancel", "a batch that waits", async {
        let handle = CancelHandle::new();
        let began = Instant::now();
        let options = ExecuteOptions {
            cancel: Some(&handle),
            ..ExecuteOptions::default()
        };
        let sql = "WAITFOR DELAY '00:00:20'".to_owned();
        let cancel = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            handle.cancel();
        };
        let (came, ()) = tokio::join!(client.execute(sql, options), cancel);
        let cancelled = matches!(came, Err(Error::OperationCancelledError(_)));
        let shown = came
            .err()
            .map_or_else(String::new, |error| error.to_string());
        say(
            "cancel",
            "a batch that waits",
            "it is cancelled",
            &shown,
            cancelled,
        );
        let soon = began.elapsed() < Duration::from_secs(10);
        check("cancel", "it does not wait to the end", true, soon);
        check(
            "cancel",
            "the session goes on",
            one("4"),
            query(client, "SELECT 4").await?,
        );
        Ok::<_, Error>(())
    })
    .await;
}
