//! Policies of which a tenant has one.

use rhc_graph::{
    AuthenticationMethodsPolicy, AuthorizationPolicy, B2bSetting, CrossTenantDefault, EmailMethod,
    InvitesFrom, MethodConfiguration, MethodState, RegistrationCampaign, RegistrationEnforcement,
    SecurityDefaults, SignInMethod,
};

operations! {
    policies_authorization_get: "policies.authorization.get" => |graph| graph.policies().authorization().await;
    policies_authorization_update: "policies.authorization.update" => |graph| graph.policies().update_authorization(&AuthorizationPolicy {
        allow_invites_from: Some(InvitesFrom::None), ..AuthorizationPolicy::default() }).await;
    policies_security_defaults_get: "policies.securityDefaults.get" => |graph| graph.policies().security_defaults().await;
    policies_security_defaults_update: "policies.securityDefaults.update" => |graph| graph.policies().update_security_defaults(&SecurityDefaults {
        is_enabled: Some(false), ..SecurityDefaults::default() }).await;
    policies_cross_tenant_default_get: "policies.crossTenantDefault.get" => |graph| graph.policies().cross_tenant_default().await;
    policies_cross_tenant_default_update: "policies.crossTenantDefault.update" => |graph| graph.policies().update_cross_tenant_default(&CrossTenantDefault {
        b2b_collaboration_inbound: Some(B2bSetting::blocked()), ..CrossTenantDefault::default() }).await;
    policies_email_method_get: "policies.emailMethod.get" => |graph| graph.policies().email_method().await;
    policies_email_method_update: "policies.emailMethod.update" => |graph| graph.policies().update_email_method(&EmailMethod {
        state: Some(MethodState::Enabled), ..EmailMethod::default() }).await;
    policies_method_get: "policies.method.get" => |graph| graph.policies().method(SignInMethod::Sms).await;
    policies_method_update: "policies.method.update" => |graph| graph.policies().update_method(SignInMethod::Fido2, &MethodConfiguration {
        state: Some(MethodState::Disabled), ..MethodConfiguration::default() }).await;
    policies_method_reset: "policies.method.reset" => |graph| graph.policies().reset_method(SignInMethod::TemporaryAccessPass).await;
    policies_methods_get: "policies.authenticationMethods.get" => |graph| graph.policies().authentication_methods().await;
    policies_methods_update: "policies.authenticationMethods.update" => |graph| graph.policies().update_authentication_methods(&AuthenticationMethodsPolicy {
        registration_enforcement: Some(RegistrationEnforcement {
            authentication_methods_registration_campaign: Some(RegistrationCampaign { state: Some("disabled".into()), snooze_duration_in_days: Some(3), ..RegistrationCampaign::default() }),
            ..RegistrationEnforcement::default() }),
        authentication_method_configurations: Some(vec![MethodConfiguration {
            odata_type: Some("#microsoft.graph.voiceAuthenticationMethodConfiguration".into()), id: Some("Voice".into()),
            state: Some(MethodState::Disabled), ..MethodConfiguration::default() }]),
        ..AuthenticationMethodsPolicy::default() }).await;
}

refusals! {
    security_defaults_excluded: "policies.securityDefaults.update.conditionalAccess" => |graph| graph.policies().update_security_defaults(&SecurityDefaults {
        is_enabled: Some(true), ..SecurityDefaults::default() }).await;
}

denials! {
    authorization_update_denied: "policies.authorization.update.denied" => |graph| graph.policies().update_authorization(&AuthorizationPolicy {
        allow_invites_from: Some(InvitesFrom::None), ..AuthorizationPolicy::default() }).await;
    cross_tenant_update_denied: "policies.crossTenantDefault.update.denied" => |graph| graph.policies().update_cross_tenant_default(&CrossTenantDefault {
        b2b_collaboration_inbound: Some(B2bSetting::blocked()), ..CrossTenantDefault::default() }).await;
    email_method_update_denied: "policies.emailMethod.update.denied" => |graph| graph.policies().update_email_method(&EmailMethod {
        state: Some(MethodState::Enabled), ..EmailMethod::default() }).await;
    method_update_denied: "policies.method.update.denied" => |graph| graph.policies().update_method(SignInMethod::Sms, &MethodConfiguration {
        state: Some(MethodState::Enabled), ..MethodConfiguration::default() }).await;
    authorization_denied: "policies.authorization.get.denied" => |graph| graph.policies().authorization().await;
    security_defaults_denied: "policies.securityDefaults.get.denied" => |graph| graph.policies().security_defaults().await;
    cross_tenant_denied: "policies.crossTenantDefault.get.denied" => |graph| graph.policies().cross_tenant_default().await;
    email_method_denied: "policies.emailMethod.get.denied" => |graph| graph.policies().email_method().await;
    method_denied: "policies.method.get.denied" => |graph| graph.policies().method(SignInMethod::Sms).await;
    method_reset_denied: "policies.method.reset.denied" => |graph| graph.policies().reset_method(SignInMethod::Sms).await;
    methods_denied: "policies.authenticationMethods.get.denied" => |graph| graph.policies().authentication_methods().await;
    methods_update_denied: "policies.authenticationMethods.update.denied" => |graph| graph.policies().update_authentication_methods(&AuthenticationMethodsPolicy::default()).await;
}
