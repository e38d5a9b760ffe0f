//! What was done in the directory, and who signed in.

use crate::{GraphClient, ListQuery};
use rhc_core::{AppId, Method, ObjectId, Pages, Path, Request, Result, model};
use serde_json::Value;

model! {
    /// Something that was done in the directory.
    ///
    /// Page: [directoryAudit](https://learn.microsoft.com/graph/api/resources/directoryaudit).
    DirectoryAudit {
        /// Its id.
        id: String,
        /// When.
        activity_date_time: String,
        /// What, such as `Add user`.
        activity_display_name: String,
        /// Of what kind, such as `UserManagement`.
        category: String,
        /// `Add`, `Update`, `Delete`, `Assign` and others.
        operation_type: String,
        /// `success`, `failure`, `timeout`.
        result: String,
        /// Why it failed.
        result_reason: String,
        /// What belongs together has the same one.
        correlation_id: String,
        /// The service that wrote it, such as `Core Directory`.
        logged_by_service: String,
        /// Who did it.
        initiated_by: AuditInitiator,
        /// What it was done to.
        target_resources: Vec<AuditTarget>,
        /// More, by name.
        additional_details: Vec<Value>,
    }
}

model! {
    /// Who did something: a user or an application.
    AuditInitiator {
        /// A user.
        user: AuditUser,
        /// An application.
        app: AuditApp,
    }
}

model! {
    /// A user who did something.
    AuditUser {
        /// The id.
        id: ObjectId,
        /// The name.
        display_name: String,
        /// The principal name.
        user_principal_name: String,
        /// From where.
        ip_address: String,
    }
}

model! {
    /// An application that did something.
    AuditApp {
        /// The application's id.
        app_id: AppId,
        /// The name.
        display_name: String,
        /// The service principal.
        service_principal_id: ObjectId,
    }
}

model! {
    /// What something was done to.
    AuditTarget {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// `User`, `Group`, `Application`, `ServicePrincipal`, `Policy` and others.
        #[serde(rename = "type")]
        kind: String,
        /// A user's principal name.
        user_principal_name: String,
        /// What was changed, with old and new values.
        modified_properties: Vec<Value>,
    }
}

model! {
    /// A sign-in.
    ///
    /// Page: [signIn](https://learn.microsoft.com/graph/api/resources/signin).
    SignIn {
        /// Its id.
        id: String,
        /// When.
        created_date_time: String,
        /// Who.
        user_id: String,
        /// The principal name.
        user_principal_name: String,
        /// The name.
        user_display_name: String,
        /// To which application.
        app_id: String,
        /// The application's name.
        app_display_name: String,
        /// For which resource.
        resource_display_name: String,
        /// From where.
        ip_address: String,
        /// With what.
        client_app_used: String,
        /// Whether a person was asked for something.
        is_interactive: bool,
        /// How it ended.
        status: SignInStatus,
        /// What Conditional Access said: `success`, `failure`, `notApplied`.
        conditional_access_status: String,
        /// What belongs together has the same one.
        correlation_id: String,
        /// How risky it was.
        risk_level_during_sign_in: String,
        /// On which device.
        device_detail: Value,
        /// In which place.
        location: Value,
    }
}

model! {
    /// How a sign-in ended.
    SignInStatus {
        /// Zero if well, else the number of the error, as in `AADSTS50126`.
        error_code: i64,
        /// Why it failed.
        failure_reason: String,
        /// More.
        additional_details: String,
    }
}

/// The logs of this tenant. They lag by minutes, and reach back for seven or thirty days, by the tenant's licence.
#[derive(Debug, Clone)]
pub struct AuditLogs {
    client: GraphClient,
}

impl AuditLogs {
    pub(crate) fn new(client: GraphClient) -> Self {
        Self { client }
    }

    /// Lists what was done, the newest first. Filters by `activityDateTime`, `category`, `activityDisplayName`,
    /// `initiatedBy/user/id`, `targetResources/any(…)` and others.
    ///
    /// Request: `GET /auditLogs/directoryAudits`, operation `directoryAudits.list`.
    /// Permission: `AuditLog.Read.All`; a user also a role such as Reports Reader.
    /// Page: [directoryaudit-list](https://learn.microsoft.com/graph/api/directoryaudit-list).
    pub fn directory_audits(&self, query: ListQuery) -> Pages<DirectoryAudit> {
        let path = Path::new("/v1.0/auditLogs/directoryAudits");
        let request = Request::new("directoryAudits.list", Method::Get, path);
        self.client.pages(query.apply(request))
    }

    /// Reads one thing that was done.
    ///
    /// Request: `GET /auditLogs/directoryAudits/{id}`, operation `directoryAudits.get`.
    /// Permission: as [`directory_audits`](Self::directory_audits).
    /// Page: [directoryaudit-get](https://learn.microsoft.com/graph/api/directoryaudit-get).
    ///
    /// # Errors
    /// 404.
    pub async fn directory_audit(&self, id: &str) -> Result<DirectoryAudit> {
        let path = Path::new("/v1.0/auditLogs/directoryAudits").segment(id);
        let request = Request::new("directoryAudits.get", Method::Get, path);
        self.client.read(request).await
    }

    /// Lists the sign-ins of people, the newest first. Filters by `createdDateTime`, `userId`, `userPrincipalName`, `appId`,
    /// `status/errorCode` and others.
    ///
    /// Request: `GET /auditLogs/signIns`, operation `signIns.list`.
    /// Permission: `AuditLog.Read.All`; a user also a role such as Reports Reader. The tenant needs a P1 licence.
    /// Page: [signin-list](https://learn.microsoft.com/graph/api/signin-list).
    pub fn sign_ins(&self, query: ListQuery) -> Pages<SignIn> {
        let path = Path::new("/v1.0/auditLogs/signIns");
        let request = Request::new("signIns.list", Method::Get, path);
        self.client.pages(query.apply(request))
    }

    /// Reads one sign-in.
    ///
    /// Request: `GET /auditLogs/signIns/{id}`, operation `signIns.get`.
    /// Permission: as [`sign_ins`](Self::sign_ins).
    /// Page: [signin-get](https://learn.microsoft.com/graph/api/signin-get).
    ///
    /// # Errors
    /// 404.
    pub async fn sign_in(&self, id: &str) -> Result<SignIn> {
        let path = Path::new("/v1.0/auditLogs/signIns").segment(id);
        let request = Request::new("signIns.get", Method::Get, path);
        self.client.read(request).await
    }
}
