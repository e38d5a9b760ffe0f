//! The second factors that users may choose from: what the file lists is on, and nothing else.

use rhc_graph::{
    EmailMethod, EmailOtpForExternal, MethodConfiguration, MethodState, MethodTarget, SignInMethod,
};

use super::only;
use crate::engine::Key;
use crate::manifest::MfaMethod;
use crate::steps::clients::TenantRef;
use crate::steps::directory::SingletonStep;
use crate::steps::site::Site;

pub(super) const EMAIL: &str =
    "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/email";
pub(super) const SMS: &str =
    "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/sms";
pub(super) const FIDO2: &str =
    "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2";

impl Site<'_> {
    /// All methods that an External ID tenant knows.
    pub(super) fn sign_in_methods(&mut self, tenant: &TenantRef, administrators: &Key) -> Vec<Key> {
        let listed = &self.manifest.customers.mfa.methods;
        let (email, sms, passkey) = (
            listed.contains(&MfaMethod::EmailCode),
            listed.contains(&MfaMethod::Sms),
            listed.contains(&MfaMethod::Passkey),
        );
        let why = if email {
            "a code by e-mail is a second factor, and lets a new user set his first password"
        } else {
            "the environment file does not list it"
        };
        let step = SingletonStep::new(
            only(tenant, EMAIL, "one-time code by e-mail", why).needs(administrators),
            self.clients.clone(),
            tenant.clone(),
            move |_| Ok(by_email(email)),
            |graph| async move { graph.policies().email_method().await.map(Some) },
            |graph, wanted| async move { graph.policies().update_email_method(&wanted).await },
        );
        let mut made = vec![self.add(step.rules(|rules| rules.keyed_by("includeTargets", "id")))];
        for (path, name, method, on) in [
            (SMS, "code by text message", SignInMethod::Sms, sms),
            (FIDO2, "passkey", SignInMethod::Fido2, passkey),
        ] {
            let why = if on {
                "the environment file lists it as a second factor"
            } else {
                "the environment file does not list it as a second factor"
            };
            let step = SingletonStep::new(
                only(tenant, path, name, why).needs(administrators),
                self.clients.clone(),
                tenant.clone(),
                move |_| Ok(by(method, on)),
                move |graph| async move { graph.policies().method(method).await.map(Some) },
                move |graph, wanted| async move {
                    graph.policies().update_method(method, &wanted).await
                },
            );
            made.push(self.add(step.rules(|rules| rules.keyed_by("includeTargets", "id"))));
        }
        made
    }
}

fn state(on: bool) -> MethodState {
    if on {
        MethodState::Enabled
    } else {
        MethodState::Disabled
    }
}

/// Unverified: the literal `all_users`.
fn everybody() -> MethodTarget {
    MethodTarget {
        target_type: Some("group".to_owned()),
        id: Some("all_users".to_owned()),
        is_registration_required: Some(false),
        ..MethodTarget::default()
    }
}

fn by_email(on: bool) -> EmailMethod {
    EmailMethod {
        state: Some(state(on)),
        // Who may use a method that is off does not matter.
        allow_external_id_to_use_email_otp: on.then_some(EmailOtpForExternal::Enabled),
        include_targets: on.then(|| vec![everybody()]),
        ..EmailMethod::default()
    }
}

fn by(method: SignInMethod, on: bool) -> MethodConfiguration {
    let target = MethodTarget {
        // A text message comes after the password, and never instead of it.
        is_usable_for_sign_in: (method == SignInMethod::Sms).then_some(false),
        ..everybody()
    };
    MethodConfiguration {
        state: Some(state(on)),
        include_targets: on.then(|| vec![target]),
        ..MethodConfiguration::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_off_says_no_more_than_that() {
        assert_eq!(json!(by_email(false)), json!({"state": "disabled"}));
        assert_eq!(
            json!(by(SignInMethod::Fido2, false)),
            json!({"state": "disabled"})
        );
    }

    #[test]
    fn a_text_message_never_replaces_the_password() {
        let on = json!(by(SignInMethod::Sms, true));
        assert_eq!(on["includeTargets"][0]["isUsableForSignIn"], false);
        let passkey = json!(by(SignInMethod::Fido2, true));
        assert_eq!(passkey["includeTargets"][0].get("isUsableForSignIn"), None);
    }
}
