//! The certificates with which an application proves itself.

use crate::{ApplicationKey, GraphClient};
use rhc_core::{Method, Request, Result, model};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

model! {
    /// A certificate with which an application proves itself: its public part, and when it counts.
    ///
    /// Page: [keyCredential](https://learn.microsoft.com/graph/api/resources/keycredential).
    KeyCredential {
        /// Its id; the service gives one to a new credential.
        key_id: Uuid,
        /// Its name for people.
        display_name: String,
        /// `AsymmetricX509Cert` for a certificate.
        #[serde(rename = "type")]
        kind: String,
        /// `Verify` for one that proves the application's assertions.
        usage: String,
        /// The certificate, DER in Base64. The service shows it only to whoever asks for `keyCredentials` of one application.
        key: String,
        /// Its SHA-1 thumbprint in Base64, unless somebody chose something else.
        custom_key_identifier: String,
        /// From when it counts.
        start_date_time: String,
        /// Until when it counts.
        end_date_time: String,
    }
}

impl KeyCredential {
    /// A certificate, DER in Base64, for proving assertions. When it counts, the service reads from it.
    pub fn certificate(display_name: impl Into<String>, der: impl Into<String>) -> Self {
        Self {
            display_name: Some(display_name.into()),
            kind: Some("AsymmetricX509Cert".to_owned()),
            usage: Some("Verify".to_owned()),
            key: Some(der.into()),
            ..Self::default()
        }
    }
}

/// The certificates of one application.
///
/// They are one value: what a write leaves out is gone. Passwords are not here and nowhere else either.
#[derive(Debug, Clone)]
pub struct KeyCredentials {
    client: GraphClient,
    application: ApplicationKey,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    key_credentials: Option<Vec<KeyCredential>>,
}

impl KeyCredentials {
    pub(super) fn new(client: GraphClient, application: ApplicationKey) -> Self {
        Self {
            client,
            application,
        }
    }

    /// Reads them, the certificates themselves included.
    ///
    /// Request: `GET /applications/{id}`, operation `applications.keyCredentials.get`.
    /// Permission: `Application.Read.All`.
    /// Page: [application-get](https://learn.microsoft.com/graph/api/application-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn get(&self) -> Result<Vec<KeyCredential>> {
        let held: Held = self.client.read(get(&self.application)).await?;
        Ok(held.key_credentials.unwrap_or_default())
    }

    /// Reads them; `None` where there is no such application.
    ///
    /// Request, permission and page as [`get`](Self::get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self) -> Result<Option<Vec<KeyCredential>>> {
        let held: Option<Held> = self.client.read_opt(get(&self.application)).await?;
        Ok(held.map(|held| held.key_credentials.unwrap_or_default()))
    }

    /// Puts these in place of all that there are. Send those that shall stay as they were read.
    ///
    /// Request: `PATCH /applications/{id}`, operation `applications.keyCredentials.replace`.
    /// Permission: `Application.ReadWrite.All`, or `Application.ReadWrite.OwnedBy` for an application's own.
    /// Page: [application-update](https://learn.microsoft.com/graph/api/application-update).
    ///
    /// # Errors
    /// 400 where one is no certificate, or counts longer than its certificate does.
    pub async fn replace(&self, credentials: &[KeyCredential]) -> Result<()> {
        self.client
            .write(replace(&self.application, credentials))
            .await
    }
}

fn get(application: &ApplicationKey) -> Request {
    Request::new(
        "applications.keyCredentials.get",
        Method::Get,
        application.path(),
    )
    .query("$select", "keyCredentials")
}

fn replace(application: &ApplicationKey, credentials: &[KeyCredential]) -> Request {
    let body = Held {
        key_credentials: Some(credentials.to_vec()),
    };
    Request::new(
        "applications.keyCredentials.replace",
        Method::Patch,
        application.path(),
    )
    .json(&body)
    .idempotent(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn all_of_them_are_one_value() {
        let request = get(&"rhc-hp2-qa-web".into());
        assert_eq!(
            request.path_and_query(),
            "/v1.0/applications(uniqueName='rhc-hp2-qa-web')?$select=keyCredentials"
        );
        let request = replace(
            &"rhc-hp2-qa-web".into(),
            &[KeyCredential::certificate("one", "MII")],
        );
        let body: Value = serde_json::from_slice(request.body_bytes().unwrap()).unwrap();
        assert_eq!(
            body,
            json!({"keyCredentials": [
                {"displayName": "one", "type": "AsymmetricX509Cert", "usage": "Verify", "key": "MII"}
            ]})
        );
        assert!(request.is_idempotent());
    }
}
