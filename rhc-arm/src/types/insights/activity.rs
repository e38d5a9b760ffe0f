//! The activity log: who did what in a subscription.

use crate::{Pages, ResourceId, SubscriptionScope, model};
use rhc_core::{Method, Request};

const API_VERSION: &str = "2015-04-01";

/// Which events are asked for. The log goes back 90 days; the times are RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActivityQuery {
    /// From when on.
    pub from: String,
    /// Until when; now if nothing is said.
    pub to: Option<String>,
    /// What they are about.
    pub about: ActivityAbout,
}

/// What events are about. The service takes one of these at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActivityAbout {
    /// Anything in the subscription.
    #[default]
    Anything,
    /// What is in a resource group, by its name.
    ResourceGroup(String),
    /// A resource.
    Resource(ResourceId),
    /// The resources of a provider, such as `Microsoft.Sql`.
    Provider(String),
    /// What was done for one cause, by its correlation id.
    Correlation(String),
}

impl ActivityQuery {
    /// Everything since then.
    pub fn since(from: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            to: None,
            about: ActivityAbout::Anything,
        }
    }

    /// Until then.
    #[must_use]
    pub fn until(mut self, to: impl Into<String>) -> Self {
        self.to = Some(to.into());
        self
    }

    /// Only about this.
    #[must_use]
    pub fn about(mut self, about: ActivityAbout) -> Self {
        self.about = about;
        self
    }

    fn filter(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let mut filter = format!("eventTimestamp ge {}", quoted(&self.from));
        let mut and = |name: &str, comparison: &str, value: &str| {
            filter += &format!(" and {name} {comparison} {}", quoted(value));
        };
        if let Some(to) = &self.to {
            and("eventTimestamp", "le", to);
        }
        match &self.about {
            ActivityAbout::Anything => {}
            ActivityAbout::ResourceGroup(name) => and("resourceGroupName", "eq", name),
            ActivityAbout::Resource(id) => and("resourceUri", "eq", id.as_str()),
            ActivityAbout::Provider(namespace) => and("resourceProvider", "eq", namespace),
            ActivityAbout::Correlation(id) => and("correlationId", "eq", id),
        }
        filter
    }
}

model! {
    /// An event of the activity log.
    ///
    /// Source: [activity logs](https://learn.microsoft.com/rest/api/monitor/activity-logs/list).
    ActivityEvent {
        /// Its id.
        event_data_id: String,
        /// What it was done for: the same in all events of one request.
        correlation_id: String,
        /// When.
        event_timestamp: String,
        /// Who: a user principal name, or the object id of an application.
        caller: String,
        /// What was done, such as `Microsoft.Sql/servers/write`.
        operation_name: Localized,
        /// What became of it: `Started`, `Accepted`, `Succeeded`, `Failed`.
        status: Localized,
        /// The status of the answer.
        sub_status: Localized,
        /// `Administrative`, `Policy`, `Security` and so on.
        category: Localized,
        /// `Informational`, `Warning`, `Error`, `Critical`.
        level: String,
        /// The resource.
        resource_id: String,
        /// Its group.
        resource_group_name: String,
        /// Its type.
        resource_type: Localized,
        /// The subscription.
        subscription_id: String,
        /// The tenant.
        tenant_id: String,
        /// By which right.
        authorization: ActivityAuthorization,
    }

    /// A word, for a program and for a person.
    Localized {
        /// For a program.
        value: String,
        /// For a person.
        localized_value: String,
    }

    /// The right that was used.
    ActivityAuthorization {
        /// The permission.
        action: String,
        /// Where.
        scope: String,
    }
}

impl SubscriptionScope {
    /// Lists what was done in the subscription, the newest first. An event is there some minutes after it happened.
    ///
    /// Request: `GET /subscriptions/{id}/providers/Microsoft.Insights/eventtypes/management/values`, operation `activityLog.list`.
    /// Permission: `Microsoft.Insights/eventtypes/values/read`, which the role Reader has.
    /// Page: [activity-logs/list](https://learn.microsoft.com/rest/api/monitor/activity-logs/list).
    ///
    /// # Errors
    /// `BadRequest` (400) where it begins more than 90 days ago.
    pub fn activity_log(&self, query: &ActivityQuery) -> Pages<ActivityEvent> {
        let path = self
            .id()
            .path()
            .fixed("/providers/Microsoft.Insights/eventtypes/management/values");
        let request = Request::new("activityLog.list", Method::Get, path)
            .query("$filter", query.filter())
            .query("api-version", API_VERSION);
        self.client.pages(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_as_the_page_writes_them() {
        let query = ActivityQuery::since("2026-01-01T00:00:00Z").until("2026-01-02T00:00:00Z");
        assert_eq!(
            query
                .about(ActivityAbout::ResourceGroup("o'neill".into()))
                .filter(),
            "eventTimestamp ge '2026-01-01T00:00:00Z' and eventTimestamp le '2026-01-02T00:00:00Z' and resourceGroupName eq 'o''neill'"
        );
    }
}
