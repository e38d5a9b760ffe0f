//! The domains of a tenant: added, proven, removed.

use crate::{Domain, GraphClient};
use rhc_core::{Method, Pages, Path, Request, Result, model};
use serde_json::json;

model! {
    /// A DNS record that a domain needs.
    ///
    /// Page: [domainDnsRecord](https://learn.microsoft.com/graph/api/resources/domaindnsrecord).
    DomainRecord {
        /// Which of its kinds it is, such as `#microsoft.graph.domainDnsTxtRecord`.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// Its id.
        id: String,
        /// `Txt`, `Mx`, `CName` or `Srv`.
        record_type: String,
        /// The name that it belongs at.
        label: String,
        /// How long others may remember it, in seconds.
        ttl: i64,
        /// Whether one can do without it.
        is_optional: bool,
        /// What it is needed for.
        supported_service: String,
        /// A text record's value.
        text: String,
        /// A mail record's host.
        mail_exchange: String,
        /// A mail record's preference.
        preference: i64,
        /// An alias record's target.
        canonical_name: String,
    }
}

/// The domains of this tenant.
#[derive(Debug, Clone)]
pub struct Domains {
    client: GraphClient,
}

impl Domains {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Lists them, verified or not.
    ///
    /// Request: `GET /domains`, operation `domains.list`.
    /// Permission: `Domain.Read.All`.
    /// Page: [domain-list](https://learn.microsoft.com/graph/api/domain-list).
    pub fn list(&self) -> Pages<Domain> {
        let request = Request::new("domains.list", Method::Get, all());
        self.client.pages(request)
    }

    /// Reads one.
    ///
    /// Request: `GET /domains/{id}`, operation `domains.get`.
    /// Permission: `Domain.Read.All`.
    /// Page: [domain-get](https://learn.microsoft.com/graph/api/domain-get).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`.
    pub async fn get(&self, name: &str) -> Result<Domain> {
        let request = Request::new("domains.get", Method::Get, one(name));
        self.client.read(request).await
    }

    /// Reads one; `None` if the tenant has none of this name.
    ///
    /// Request, permission and page as [`get`](Self::get).
    ///
    /// # Errors
    /// Any but 404.
    pub async fn get_opt(&self, name: &str) -> Result<Option<Domain>> {
        let request = Request::new("domains.get", Method::Get, one(name));
        self.client.read_opt(request).await
    }

    /// Adds one, not verified yet. Prove it by a record of [`verification_records`](Self::verification_records) and
    /// [`verify`](Self::verify).
    ///
    /// Request: `POST /domains`, operation `domains.create`.
    /// Permission: `Domain.ReadWrite.All`; a user also the role Domain Name Administrator.
    /// Page: [domain-post-domains](https://learn.microsoft.com/graph/api/domain-post-domains).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` for a name that is no domain, and with `ObjectConflict` beneath where the tenant has it already
    /// (unverified: the codes).
    pub async fn create(&self, name: &str) -> Result<Domain> {
        let request = Request::new("domains.create", Method::Post, all());
        self.client.read(request.json(&json!({ "id": name }))).await
    }

    /// Changes the given properties: whether it is the default one, and what it is used for. It must be verified.
    ///
    /// Request: `PATCH /domains/{id}`, operation `domains.update`.
    /// Permission: `Domain.ReadWrite.All`; a user also the role Domain Name Administrator.
    /// Page: [domain-update](https://learn.microsoft.com/graph/api/domain-update).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 `Request_BadRequest` for one that is not verified.
    pub async fn update(&self, name: &str, domain: &Domain) -> Result<()> {
        let request = Request::new("domains.update", Method::Patch, one(name));
        self.client
            .write(request.json(domain).idempotent(true))
            .await
    }

    /// Lets the service look for the record that proves one. Public DNS may take its time: ask again after a while.
    ///
    /// Request: `POST /domains/{id}/verify`, operation `domains.verify`.
    /// Permission: `Domain.ReadWrite.All`; a user also the role Domain Name Administrator.
    /// Page: [domain-verify](https://learn.microsoft.com/graph/api/domain-verify).
    ///
    /// # Errors
    /// 400 `Request_BadRequest` while the record is not found, and where another tenant has proven the domain (unverified: the code).
    pub async fn verify(&self, name: &str) -> Result<Domain> {
        let path = one(name).fixed("/verify");
        let request = Request::new("domains.verify", Method::Post, path);
        // A domain that is verified stays so.
        self.client.read(request.idempotent(true)).await
    }

    /// Lists the records of which one proves the domain: usually `MS=ms…` as text.
    ///
    /// Request: `GET /domains/{id}/verificationDnsRecords`, operation `domains.verificationDnsRecords.list`.
    /// Permission: `Domain.Read.All`.
    /// Page: [domain-list-verificationdnsrecords](https://learn.microsoft.com/graph/api/domain-list-verificationdnsrecords).
    pub fn verification_records(&self, name: &str) -> Pages<DomainRecord> {
        let path = one(name).fixed("/verificationDnsRecords");
        let operation = "domains.verificationDnsRecords.list";
        self.client
            .pages(Request::new(operation, Method::Get, path))
    }

    /// Lists the records that the domain's services need.
    ///
    /// Request: `GET /domains/{id}/serviceConfigurationRecords`, operation `domains.serviceConfigurationRecords.list`.
    /// Permission: `Domain.Read.All`.
    /// Page: [domain-list-serviceconfigurationrecords](https://learn.microsoft.com/graph/api/domain-list-serviceconfigurationrecords).
    pub fn service_records(&self, name: &str) -> Pages<DomainRecord> {
        let path = one(name).fixed("/serviceConfigurationRecords");
        let operation = "domains.serviceConfigurationRecords.list";
        self.client
            .pages(Request::new(operation, Method::Get, path))
    }

    /// Removes one. Nothing may use it any more.
    ///
    /// Request: `DELETE /domains/{id}`, operation `domains.delete`.
    /// Permission: `Domain.ReadWrite.All`; a user also the role Domain Name Administrator.
    /// Page: [domain-delete](https://learn.microsoft.com/graph/api/domain-delete).
    ///
    /// # Errors
    /// 404 `Request_ResourceNotFound`; 400 `Request_BadRequest` for the initial and the default one, and while users or
    /// applications have names of it.
    pub async fn delete(&self, name: &str) -> Result<()> {
        let request = Request::new("domains.delete", Method::Delete, one(name));
        self.client.write(request).await
    }
}

fn all() -> Path {
    Path::new("/v1.0/domains")
}

fn one(name: &str) -> Path {
    all().segment(name)
}
