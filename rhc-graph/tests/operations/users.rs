//! Users.

use super::place::{MEMBER, object};
use rhc_graph::{Filter, ListQuery, User};

operations! {
    users_get: "users.get" => |graph| graph.users().get("member@rhcqa.onmicrosoft.com").await;
    users_get_opt: "users.get_opt" => |graph| graph.users().get_opt("nobody@rhcqa.onmicrosoft.com").await;
    users_list: "users.list" => |graph| graph.users().list(ListQuery::filter(Filter::eq("userType", "Member"))).collect_all().await;
    users_create: "users.create" => |graph| graph.users().create(&User::customer("Test User", "adele@example.com", "rhcqa.onmicrosoft.com", "correct-Horse-7".to_owned().into())).await;
    users_update: "users.update" => |graph| graph.users().update(object(MEMBER), &User { account_enabled: Some(false), ..User::default() }).await;
    users_delete: "users.delete" => |graph| graph.users().delete(object(MEMBER)).await;
    me: "me" => |graph| graph.me().await;
}

refusals! {
    get_missing: "users.get.missing" => |graph| graph.users().get("nobody@rhcqa.onmicrosoft.com").await;
    create_taken: "users.create.taken" => |graph| {
        let user = User::customer("Test User", "adele@example.com", "rhcqa.onmicrosoft.com", "correct-Horse-7".to_owned().into());
        graph.users().create(&user).await?;
        graph.users().create(&user).await
    };
    update_taken: "users.update.taken" => |graph| graph.users().update(object(MEMBER), &User {
        user_principal_name: Some("stranger@rhcqa.onmicrosoft.com".into()), ..User::default() }).await;
    delete_missing: "users.delete.missing" => |graph| graph.users().delete("nobody@rhcqa.onmicrosoft.com").await;
}

denials! {
    list_denied: "users.list.denied" => |graph| graph.users().list(ListQuery::default()).collect_all().await;
    me_denied: "me.denied" => |graph| graph.me().await;
}
