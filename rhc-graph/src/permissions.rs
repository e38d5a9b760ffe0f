//! Microsoft Graph's own permissions, by the ids that a registration asks for them with.

use crate::{RequiredResourceAccess, ResourceAccess};
use rhc_core::AppId;
use uuid::Uuid;

/// Microsoft Graph as an application, the same in every tenant.
pub const MICROSOFT_GRAPH: AppId =
    AppId::new(Uuid::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000));

/// A delegated permission of Microsoft Graph.
///
/// Page: [permissions-reference](https://learn.microsoft.com/graph/permissions-reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DelegatedPermission {
    /// Its id.
    pub id: Uuid,
    /// Its value in the `scp` claim.
    pub value: &'static str,
}

/// Sign users in.
pub const OPENID: DelegatedPermission = DelegatedPermission {
    id: Uuid::from_u128(0x37f7_f235_527c_4136_accd_4a02_d197_296e),
    value: "openid",
};
/// Keep what was allowed after the sign-in: refresh tokens.
pub const OFFLINE_ACCESS: DelegatedPermission = DelegatedPermission {
    id: Uuid::from_u128(0x7427_e0e9_2fba_42fe_b0c0_848c_9e6a_8182),
    value: "offline_access",
};
/// Read the signed-in user's own profile.
pub const USER_READ: DelegatedPermission = DelegatedPermission {
    id: Uuid::from_u128(0xe1fe_6dd8_ba31_4d61_89e7_8863_9da4_683d),
    value: "User.Read",
};

impl RequiredResourceAccess {
    /// Delegated permissions of Microsoft Graph.
    pub fn microsoft_graph(permissions: &[DelegatedPermission]) -> Self {
        let access = permissions.iter().map(|permission| ResourceAccess {
            id: Some(permission.id),
            kind: Some("Scope".to_owned()),
            ..ResourceAccess::default()
        });
        Self {
            resource_app_id: Some(MICROSOFT_GRAPH),
            resource_access: Some(access.collect()),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn permissions_have_the_ids_that_microsoft_publishes() {
        let asked = RequiredResourceAccess::microsoft_graph(&[OPENID, OFFLINE_ACCESS, USER_READ]);
        assert_eq!(
            json!(asked),
            json!({"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [
                {"id": "37f7f235-527c-4136-accd-4a02d197296e", "type": "Scope"},
                {"id": "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", "type": "Scope"},
                {"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}]})
        );
    }
}
