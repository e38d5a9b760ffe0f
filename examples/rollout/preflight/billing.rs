//! Whether whoever pays can have subscriptions made by a program.

use rhc_arm::types::billing::AgreementType;

use super::cloud::Places;
use super::found::Found;
use super::subscriptions::Known;
use super::{Finding, pages};
use crate::manifest::Manifest;

const QUESTION: &str = "whether a program can make subscriptions here";

/// The agreement of the billing account, where the plan would make subscriptions.
pub(super) async fn agreement(
    manifest: &Manifest,
    places: &Places,
    known: &Known,
    found: &mut Found,
) {
    let billing = &manifest.billing;
    // Where the tenant of a subscription is not there yet, the subscription is not either.
    let absent = manifest
        .subscriptions
        .iter()
        .filter(|(key, own)| {
            own.id.is_none()
                && (known.to_be_made.contains(key) || !places.contains_key(&own.tenant))
        })
        .map(|(_, own)| own.name.as_str());
    let names: Vec<_> = absent.collect();
    if names.is_empty() {
        return;
    }
    let Some(payer) = places.get(&billing.tenant) else {
        let why = format!("nobody is signed in to '{}', which pays", billing.tenant);
        return found.unseen(QUESTION, why, "sign in to it", pages::BILLING);
    };
    let who = format!("the billing of '{}'", billing.tenant);
    let accounts = match payer.arm.billing_accounts().list().collect_all().await {
        Ok(accounts) => accounts,
        Err(error) => return found.failed(QUESTION, &who, &error, pages::BILLING),
    };
    let meant: Vec<_> = accounts
        .iter()
        .filter(|account| match &billing.account {
            Some(given) => account.name.as_ref() == Some(given),
            None => true,
        })
        .collect();
    let account = match meant.as_slice() {
        [only] => only,
        [] => {
            let why = match &billing.account {
                Some(given) => {
                    format!("whoever signed in does not see the billing account {given}")
                }
                None => "whoever signed in sees no billing account".to_owned(),
            };
            let way_out = "let the billing account's owner give him a role over it; the plan says what to do by hand otherwise";
            return found.unseen(QUESTION, why, way_out, pages::BILLING);
        }
        several => {
            let what = format!(
                "there are {} billing accounts, and the environment file does not say which one pays for {}",
                several.len(),
                names.join(", ")
            );
            let way_out = "write its id as `account` under [billing]; the plan lists them";
            return found.say(Finding::note(
                "several-billing-accounts",
                pages::BILLING,
                what,
                way_out,
            ));
        }
    };
    let (code, what, way_out) = match &account.properties.agreement_type {
        Some(AgreementType::MicrosoftCustomerAgreement) => return,
        Some(AgreementType::EnterpriseAgreement) if billing.enrollment_account.is_some() => return,
        Some(AgreementType::MicrosoftPartnerAgreement) if billing.customer.is_some() => return,
        Some(AgreementType::EnterpriseAgreement) => (
            "billing-scope-incomplete",
            "under an Enterprise Agreement subscriptions are made for an enrolment account, and the environment file names none".to_owned(),
            "write `account` and `enrollment_account` under [billing]".to_owned(),
        ),
        Some(AgreementType::MicrosoftPartnerAgreement) => (
            "billing-scope-incomplete",
            "under a Partner Agreement subscriptions are made for a customer, and the environment file names none".to_owned(),
            "write `account` and `customer` under [billing]".to_owned(),
        ),
        other => (
            "agreement-makes-no-subscriptions",
            format!(
                "the billing account's agreement ({}) lets no program make subscriptions; only Enterprise, Microsoft Customer and Microsoft Partner Agreements do",
                other.as_ref().map_or("not named", AgreementType::as_str)
            ),
            format!("make {} in the portal (Subscriptions, Add) and write their ids under [subscriptions.…]; or change to a Microsoft Customer Agreement", names.join(" and ")),
        ),
    };
    found.say(Finding::note(code, pages::BILLING, what, way_out));
}
