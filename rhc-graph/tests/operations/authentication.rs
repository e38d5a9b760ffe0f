//! How users prove who they are.

use super::place::{
    APPLICATION, AUTHENTICATOR, EMAIL, MEMBER, MOBILE, PASS, PASSKEY, PLATFORM_CREDENTIAL,
    SOFTWARE_OATH, STRANGER, WINDOWS_HELLO, object,
};
use rhc_graph::{PhoneType, RegisteredMethod, TemporaryAccessPass};

operations! {
    methods: "authentication.methods.list" => |graph| graph.users().authentication(object(MEMBER)).methods().collect_all().await;
    method: "authentication.methods.get" => |graph| graph.users().authentication(object(MEMBER)).method(PASSKEY).await;
    operation: "authentication.operations.get" => |graph| {
        let authentication = graph.users().authentication(object(MEMBER));
        let reset = authentication.passwords().reset(None).await?;
        authentication.operation(reset.operation.as_deref().unwrap_or_default()).await
    };
    passwords: "authentication.passwordMethods.list" => |graph| graph.users().authentication(object(MEMBER)).passwords().list().collect_all().await;
    password: "authentication.passwordMethods.get" => |graph| graph.users().authentication(object(MEMBER)).passwords().get().await;
    password_reset: "authentication.passwordMethods.reset" => |graph| {
        let passwords = graph.users().authentication(object(MEMBER)).passwords();
        let made = passwords.reset(None).await?;
        let given = passwords.reset(Some("correct-Horse-7".to_owned().into())).await?;
        Ok((made.new_password, made.operation, given.new_password.is_none(), given.operation))
    };
    emails: "authentication.emailMethods.list" => |graph| graph.users().authentication(object(MEMBER)).emails().list().collect_all().await;
    email: "authentication.emailMethods.get" => |graph| graph.users().authentication(object(MEMBER)).emails().get(EMAIL).await;
    email_create: "authentication.emailMethods.create" => |graph| graph.users().authentication(object(STRANGER)).emails().create("stranger@example.com").await;
    email_update: "authentication.emailMethods.update" => |graph| graph.users().authentication(object(MEMBER)).emails().update(EMAIL, "other@example.com").await;
    email_delete: "authentication.emailMethods.delete" => |graph| graph.users().authentication(object(MEMBER)).emails().delete(EMAIL).await;
    phones: "authentication.phoneMethods.list" => |graph| graph.users().authentication(object(MEMBER)).phones().list().collect_all().await;
    phone: "authentication.phoneMethods.get" => |graph| graph.users().authentication(object(MEMBER)).phones().get(MOBILE).await;
    phone_create: "authentication.phoneMethods.create" => |graph| graph.users().authentication(object(STRANGER)).phones().create(&PhoneType::Mobile, "+1 2065555556").await;
    phone_update: "authentication.phoneMethods.update" => |graph| graph.users().authentication(object(MEMBER)).phones().update(MOBILE, "+1 2065555557").await;
    phone_enable: "authentication.phoneMethods.enableSmsSignIn" => |graph| graph.users().authentication(object(MEMBER)).phones().enable_sms_sign_in(MOBILE).await;
    phone_disable: "authentication.phoneMethods.disableSmsSignIn" => |graph| graph.users().authentication(object(MEMBER)).phones().disable_sms_sign_in(MOBILE).await;
    phone_delete: "authentication.phoneMethods.delete" => |graph| graph.users().authentication(object(MEMBER)).phones().delete(MOBILE).await;
    passes: "authentication.temporaryAccessPassMethods.list" => |graph| graph.users().authentication(object(MEMBER)).temporary_access_passes().list().collect_all().await;
    pass: "authentication.temporaryAccessPassMethods.get" => |graph| graph.users().authentication(object(MEMBER)).temporary_access_passes().get(PASS).await;
    pass_create: "authentication.temporaryAccessPassMethods.create" => |graph| graph.users().authentication(object(STRANGER)).temporary_access_passes().create(&TemporaryAccessPass { lifetime_in_minutes: Some(90), is_usable_once: Some(true), ..TemporaryAccessPass::default() }).await;
    pass_delete: "authentication.temporaryAccessPassMethods.delete" => |graph| graph.users().authentication(object(MEMBER)).temporary_access_passes().delete(PASS).await;
    fido2s: "authentication.fido2Methods.list" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::Fido2).list().collect_all().await;
    fido2: "authentication.fido2Methods.get" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::Fido2).get(PASSKEY).await;
    fido2_delete: "authentication.fido2Methods.delete" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::Fido2).delete(PASSKEY).await;
    microsoft_authenticators: "authentication.microsoftAuthenticatorMethods.list" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::MicrosoftAuthenticator).list().collect_all().await;
    microsoft_authenticator: "authentication.microsoftAuthenticatorMethods.get" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::MicrosoftAuthenticator).get(AUTHENTICATOR).await;
    microsoft_authenticator_delete: "authentication.microsoftAuthenticatorMethods.delete" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::MicrosoftAuthenticator).delete(AUTHENTICATOR).await;
    software_oaths: "authentication.softwareOathMethods.list" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::SoftwareOath).list().collect_all().await;
    software_oath: "authentication.softwareOathMethods.get" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::SoftwareOath).get(SOFTWARE_OATH).await;
    software_oath_delete: "authentication.softwareOathMethods.delete" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::SoftwareOath).delete(SOFTWARE_OATH).await;
    windows_hellos: "authentication.windowsHelloForBusinessMethods.list" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::WindowsHello).list().collect_all().await;
    windows_hello: "authentication.windowsHelloForBusinessMethods.get" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::WindowsHello).get(WINDOWS_HELLO).await;
    windows_hello_delete: "authentication.windowsHelloForBusinessMethods.delete" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::WindowsHello).delete(WINDOWS_HELLO).await;
    platform_credentials: "authentication.platformCredentialMethods.list" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::PlatformCredential).list().collect_all().await;
    platform_credential: "authentication.platformCredentialMethods.get" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::PlatformCredential).get(PLATFORM_CREDENTIAL).await;
    platform_credential_delete: "authentication.platformCredentialMethods.delete" => |graph| graph.users().authentication(object(MEMBER)).registered(RegisteredMethod::PlatformCredential).delete(PLATFORM_CREDENTIAL).await;
}

refusals! {
    methods_missing: "authentication.methods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).methods().collect_all().await;
    method_missing: "authentication.methods.get.missing" => |graph| graph.users().authentication(object(MEMBER)).method(APPLICATION).await;
    operation_missing: "authentication.operations.get.missing" => |graph| graph.users().authentication(object(MEMBER)).operation(APPLICATION).await;
    passwords_missing: "authentication.passwordMethods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).passwords().list().collect_all().await;
    password_missing: "authentication.passwordMethods.get.missing" => |graph| graph.users().authentication(object(APPLICATION)).passwords().get().await;
    password_weak: "authentication.passwordMethods.reset.weak" => |graph| graph.users().authentication(object(MEMBER)).passwords().reset(Some("aaaaaaaa".to_owned().into())).await;
    emails_missing: "authentication.emailMethods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).emails().list().collect_all().await;
    email_missing: "authentication.emailMethods.get.missing" => |graph| graph.users().authentication(object(STRANGER)).emails().get(EMAIL).await;
    email_taken: "authentication.emailMethods.create.taken" => |graph| graph.users().authentication(object(MEMBER)).emails().create("other@example.com").await;
    email_wrong: "authentication.emailMethods.update.wrong" => |graph| graph.users().authentication(object(MEMBER)).emails().update(EMAIL, "nowhere").await;
    email_delete_missing: "authentication.emailMethods.delete.missing" => |graph| graph.users().authentication(object(STRANGER)).emails().delete(EMAIL).await;
    phones_missing: "authentication.phoneMethods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).phones().list().collect_all().await;
    phone_missing: "authentication.phoneMethods.get.missing" => |graph| graph.users().authentication(object(STRANGER)).phones().get(MOBILE).await;
    phone_taken: "authentication.phoneMethods.create.taken" => |graph| graph.users().authentication(object(MEMBER)).phones().create(&PhoneType::Mobile, "+1 2065555556").await;
    phone_wrong: "authentication.phoneMethods.update.wrong" => |graph| graph.users().authentication(object(MEMBER)).phones().update(MOBILE, "12065555557").await;
    phone_enable_missing: "authentication.phoneMethods.enableSmsSignIn.missing" => |graph| graph.users().authentication(object(STRANGER)).phones().enable_sms_sign_in(MOBILE).await;
    phone_disable_missing: "authentication.phoneMethods.disableSmsSignIn.missing" => |graph| graph.users().authentication(object(STRANGER)).phones().disable_sms_sign_in(MOBILE).await;
    phone_delete_missing: "authentication.phoneMethods.delete.missing" => |graph| graph.users().authentication(object(STRANGER)).phones().delete(MOBILE).await;
    passes_missing: "authentication.temporaryAccessPassMethods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).temporary_access_passes().list().collect_all().await;
    pass_missing: "authentication.temporaryAccessPassMethods.get.missing" => |graph| graph.users().authentication(object(STRANGER)).temporary_access_passes().get(PASS).await;
    pass_lifetime: "authentication.temporaryAccessPassMethods.create.lifetime" => |graph| graph.users().authentication(object(STRANGER)).temporary_access_passes().create(&TemporaryAccessPass { lifetime_in_minutes: Some(5), ..TemporaryAccessPass::default() }).await;
    pass_delete_missing: "authentication.temporaryAccessPassMethods.delete.missing" => |graph| graph.users().authentication(object(STRANGER)).temporary_access_passes().delete(PASS).await;
    fido2s_missing: "authentication.fido2Methods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).registered(RegisteredMethod::Fido2).list().collect_all().await;
    fido2_missing: "authentication.fido2Methods.get.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::Fido2).get(PASSKEY).await;
    fido2_delete_missing: "authentication.fido2Methods.delete.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::Fido2).delete(PASSKEY).await;
    microsoft_authenticators_missing: "authentication.microsoftAuthenticatorMethods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).registered(RegisteredMethod::MicrosoftAuthenticator).list().collect_all().await;
    microsoft_authenticator_missing: "authentication.microsoftAuthenticatorMethods.get.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::MicrosoftAuthenticator).get(AUTHENTICATOR).await;
    microsoft_authenticator_delete_missing: "authentication.microsoftAuthenticatorMethods.delete.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::MicrosoftAuthenticator).delete(AUTHENTICATOR).await;
    software_oaths_missing: "authentication.softwareOathMethods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).registered(RegisteredMethod::SoftwareOath).list().collect_all().await;
    software_oath_missing: "authentication.softwareOathMethods.get.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::SoftwareOath).get(SOFTWARE_OATH).await;
    software_oath_delete_missing: "authentication.softwareOathMethods.delete.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::SoftwareOath).delete(SOFTWARE_OATH).await;
    windows_hellos_missing: "authentication.windowsHelloForBusinessMethods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).registered(RegisteredMethod::WindowsHello).list().collect_all().await;
    windows_hello_missing: "authentication.windowsHelloForBusinessMethods.get.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::WindowsHello).get(WINDOWS_HELLO).await;
    windows_hello_delete_missing: "authentication.windowsHelloForBusinessMethods.delete.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::WindowsHello).delete(WINDOWS_HELLO).await;
    platform_credentials_missing: "authentication.platformCredentialMethods.list.missing" => |graph| graph.users().authentication(object(APPLICATION)).registered(RegisteredMethod::PlatformCredential).list().collect_all().await;
    platform_credential_missing: "authentication.platformCredentialMethods.get.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::PlatformCredential).get(PLATFORM_CREDENTIAL).await;
    platform_credential_delete_missing: "authentication.platformCredentialMethods.delete.missing" => |graph| graph.users().authentication(object(STRANGER)).registered(RegisteredMethod::PlatformCredential).delete(PLATFORM_CREDENTIAL).await;
}
