//! The sign-in page.

use super::place::tenant;
use rhc_graph::Branding;

operations! {
    branding_get: "branding.get" => |graph| graph.organization().branding(tenant()).get_opt().await;
    branding_list: "branding.list" => |graph| graph.organization().branding(tenant()).list().collect_all().await;
    branding_create: "branding.create" => |graph| graph.organization().branding(tenant()).create(&Branding {
        id: Some("en-US".into()), background_color: Some("#00000F".into()), ..Branding::default() }).await;
    branding_update: "branding.update" => |graph| graph.organization().branding(tenant()).update(&Branding {
        username_hint_text: Some("Your e-mail address".into()), ..Branding::default() }).await;
    branding_delete: "branding.delete" => |graph| graph.organization().branding(tenant()).delete("fr").await;
}

refusals! {
    create_language: "branding.create.language" => |graph| graph.organization().branding(tenant()).create(&Branding { id: Some("nowhere!".into()), ..Branding::default() }).await;
    update_colour: "branding.update.colour" => |graph| graph.organization().branding(tenant()).update(&Branding { background_color: Some("red".into()), ..Branding::default() }).await;
    delete_missing: "branding.delete.missing" => |graph| graph.organization().branding(tenant()).delete("de").await;
}

denials! {
    get_denied: "branding.get.denied" => |graph| graph.organization().branding(tenant()).get_opt().await;
    list_denied: "branding.list.denied" => |graph| graph.organization().branding(tenant()).list().collect_all().await;
}
