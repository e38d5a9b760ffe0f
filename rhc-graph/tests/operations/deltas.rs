//! What has changed.

use super::place::{APPLICATION, GROUP, MEMBER, PRINCIPAL, STRANGER, all, object};
use rhc_graph::{Application, Group, ServicePrincipal, User};

operations! {
    users: "users.delta" => |graph| {
        let deltas = graph.users().deltas();
        let whole = deltas.all(all().select(["displayName", "accountEnabled"])).collect_all().await?;
        graph.users().update(object(MEMBER), &User { account_enabled: Some(false), ..User::default() }).await?;
        graph.users().delete(object(STRANGER)).await?;
        Ok((whole.changes.len(), deltas.since(&whole.next).collect_all().await?))
    };
    users_latest: "users.delta.latest" => |graph| graph.users().deltas().latest().collect_all().await;
    groups: "groups.delta" => |graph| {
        let deltas = graph.groups().deltas();
        let whole = deltas.all(all().select(["displayName", "members"])).collect_all().await?;
        graph.groups().members(object(GROUP)).add(object(STRANGER)).await?;
        graph.groups().members(object(GROUP)).remove(object(MEMBER)).await?;
        graph.groups().create(&Group::security("Practices", "practices")).await?;
        Ok((whole.clone(), deltas.since(&whole.next).collect_all().await?))
    };
    applications: "applications.delta" => |graph| {
        let deltas = graph.applications().deltas();
        let now = deltas.latest().collect_all().await?.next;
        graph.applications().update(object(APPLICATION), &Application { notes: Some("QA".into()), ..Application::default() }).await?;
        deltas.since(&now).collect_all().await
    };
    service_principals: "servicePrincipals.delta" => |graph| {
        let deltas = graph.service_principals().deltas();
        let now = deltas.latest().collect_all().await?.next;
        graph.service_principals().update(object(PRINCIPAL), &ServicePrincipal { notes: Some("QA".into()), ..ServicePrincipal::default() }).await?;
        deltas.since(&now).collect_all().await
    };
}

refusals! {
    users_expired: "users.delta.expired" => |graph| graph.users().deltas().since(&"https://graph.microsoft.com/v1.0/users/delta?$deltatoken=long-ago".to_owned().into()).collect_all().await;
    groups_expired: "groups.delta.expired" => |graph| graph.groups().deltas().since(&"https://graph.microsoft.com/v1.0/groups/delta?$deltatoken=long-ago".to_owned().into()).collect_all().await;
    applications_expired: "applications.delta.expired" => |graph| graph.applications().deltas().since(&"https://graph.microsoft.com/v1.0/applications/delta?$deltatoken=long-ago".to_owned().into()).collect_all().await;
    service_principals_expired: "servicePrincipals.delta.expired" => |graph| graph.service_principals().deltas()
        .since(&"https://graph.microsoft.com/v1.0/servicePrincipals/delta?$deltatoken=long-ago".to_owned().into()).collect_all().await;
}
