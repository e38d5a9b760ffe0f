//! Conditional Access.

use super::place::{ACCESS, MEMBER, all};
use rhc_graph::{ConditionalAccessPolicy, ConditionalAccessState};

operations! {
    conditional_access_get: "conditionalAccess.get" => |graph| graph.conditional_access().get(ACCESS).await;
    conditional_access_list: "conditionalAccess.list" => |graph| graph.conditional_access().list(all()).collect_all().await;
    conditional_access_create: "conditionalAccess.create" => |graph| graph.conditional_access().create(&ConditionalAccessPolicy::require_mfa("MFA for all", vec![MEMBER.into()])).await;
    conditional_access_update: "conditionalAccess.update" => |graph| graph.conditional_access().update(ACCESS, &ConditionalAccessPolicy {
        state: Some(ConditionalAccessState::Disabled), ..ConditionalAccessPolicy::default() }).await;
    conditional_access_delete: "conditionalAccess.delete" => |graph| graph.conditional_access().delete(ACCESS).await;
}

refusals! {
    get_missing: "conditionalAccess.get.missing" => |graph| graph.conditional_access().get(MEMBER).await;
    create_no_controls: "conditionalAccess.create.noControls" => |graph| graph.conditional_access().create(&ConditionalAccessPolicy {
        grant_controls: None, ..ConditionalAccessPolicy::require_mfa("MFA for all", vec![]) }).await;
    update_missing: "conditionalAccess.update.missing" => |graph| graph.conditional_access().update(MEMBER, &ConditionalAccessPolicy {
        state: Some(ConditionalAccessState::Disabled), ..ConditionalAccessPolicy::default() }).await;
    delete_missing: "conditionalAccess.delete.missing" => |graph| graph.conditional_access().delete(MEMBER).await;
}

denials! {
    list_denied: "conditionalAccess.list.denied" => |graph| graph.conditional_access().list(all()).collect_all().await;
}
