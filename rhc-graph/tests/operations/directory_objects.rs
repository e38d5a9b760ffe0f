//! Objects by their ids.

use super::place::{DELETED, GROUP, MEMBER, PARENT, PRINCIPAL, object};

operations! {
    get: "directoryObjects.get" => |graph| async { Ok(graph.directory_objects().get(object(PRINCIPAL)).await?.id()) }.await;
    get_by_ids: "directoryObjects.getByIds" => |graph| async {
        let ids = [object(MEMBER), object(DELETED), object(GROUP), object(PRINCIPAL)];
        let found = graph.directory_objects().get_by_ids(&ids, &["group", "servicePrincipal"]).await?;
        Ok(found.iter().map(rhc_graph::DirectoryObject::id).collect::<Vec<_>>())
    }.await;
    check_member_groups: "directoryObjects.checkMemberGroups" => |graph| graph.directory_objects().check_member_groups(object(GROUP), &[object(PARENT), object(GROUP)]).await;
}

refusals! {
    get_missing: "directoryObjects.get.missing" => |graph| async { Ok(graph.directory_objects().get(object(DELETED)).await?.id()) }.await;
    check_missing: "directoryObjects.checkMemberGroups.missing" => |graph| graph.directory_objects().check_member_groups(object(DELETED), &[object(PARENT)]).await;
}

denials! {
    denied: "directoryObjects.getByIds.denied" => |graph| async { Ok(graph.directory_objects().get_by_ids(&[object(MEMBER)], &[]).await?.len()) }.await;
}
