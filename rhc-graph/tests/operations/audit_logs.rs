//! What was done, and who signed in.

use super::place::{SIGN_IN, all};
use rhc_graph::{Filter, Group, ListQuery};

operations! {
    directory_audits: "directoryAudits.list" => |graph| {
        graph.groups().create(&Group::security("Practices", "practices")).await?;
        let query = ListQuery::filter(Filter::eq("category", "GroupManagement"));
        graph.audit_logs().directory_audits(query).collect_all().await
    };
    directory_audit: "directoryAudits.get" => |graph| {
        graph.groups().create(&Group::security("Practices", "practices")).await?;
        let listed = graph.audit_logs().directory_audits(all()).collect_all().await?;
        let id = listed.into_iter().find_map(|audit| audit.id).unwrap_or_default();
        graph.audit_logs().directory_audit(&id).await
    };
    sign_ins: "signIns.list" => |graph| graph.audit_logs().sign_ins(ListQuery::filter(Filter::eq("userPrincipalName", "member@rhcqa.onmicrosoft.com"))).collect_all().await;
    sign_in: "signIns.get" => |graph| graph.audit_logs().sign_in(SIGN_IN).await;
}

refusals! {
    directory_audit_missing: "directoryAudits.get.missing" => |graph| graph.audit_logs().directory_audit("nobody").await;
    sign_in_missing: "signIns.get.missing" => |graph| graph.audit_logs().sign_in("nobody").await;
}

denials! {
    directory_audits_denied: "directoryAudits.list.denied" => |graph| graph.audit_logs().directory_audits(all()).collect_all().await;
    sign_ins_denied: "signIns.list.denied" => |graph| graph.audit_logs().sign_ins(all()).collect_all().await;
}
