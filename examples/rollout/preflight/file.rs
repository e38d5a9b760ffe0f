//! What the environment file alone lets one foresee.

use super::{Finding, pages};
use crate::manifest::{Manifest, MfaMethod};

/// Where and as whom it is to be run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// On Azure itself.
    pub azure: bool,
    /// As an application and not as a person.
    pub application: bool,
    /// By what the Azure CLI knows.
    pub az: bool,
    /// With a token for GitHub.
    pub github: bool,
    /// The cloud itself is asked, too: what it shows need not be guessed.
    pub looks: bool,
}

/// What the environment file alone lets one foresee.
pub fn of_file(manifest: &Manifest, situation: Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    mailbox(manifest, &mut findings);
    mail_limits(manifest, &mut findings);
    objects(manifest, &mut findings);
    if !(situation.looks && situation.github) {
        github(manifest, &mut findings);
    }
    if !situation.looks {
        billing(manifest, &mut findings);
    }
    region(manifest, &mut findings);
    not_yet(&mut findings);
    if situation.azure {
        only_on_azure(manifest, situation, &mut findings);
    }
    findings
}

/// A code to the mailbox and a reset by the mailbox are one factor.
fn mailbox(manifest: &Manifest, findings: &mut Vec<Finding>) {
    if manifest.customers.mfa.methods == [MfaMethod::EmailCode] {
        findings.push(Finding::note(
            "the-mailbox-alone-signs-in",
            pages::EXTERNAL_MFA,
            "with a one-time code by e-mail as the only second factor, whoever has a user's mailbox can reset the password and sign in: both factors are the mailbox",
            "add \"sms\" to customers.mfa.methods (charged per message), or passkeys with a custom URL domain; or accept it knowingly",
        ));
    }
}

/// A managed mail domain is for trying out.
fn mail_limits(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let sender = &manifest.customers.invitation.sent_by;
    let Some(app) = manifest.apps.get(sender) else {
        return;
    };
    let users = manifest
        .apps
        .values()
        .map(|app| app.users_at_launch)
        .sum::<u32>();
    if app.communication.email_domain == "AzureManagedDomain" && users > 10 {
        findings.push(Finding::note(
            "ten-mails-an-hour",
            pages::MAIL_LIMITS,
            format!("invitations go out from an Azure managed domain, which sends 5 mails a minute and 10 an hour; {users} users are expected at launch"),
            "invite in batches, or give apps.<app>.communication.email_domain a domain of your own (30 a minute, 100 an hour)",
        ));
    }
}

/// How many users, applications and groups a tenant of customers holds.
const MOST_OBJECTS: u32 = 300_000;

fn objects(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let users = manifest.apps.values().fold(0_u32, |sum, app| {
        sum.saturating_add(app.users_in_first_year)
    });
    if users > MOST_OBJECTS {
        findings.push(Finding::note(
            "more-users-than-a-tenant-holds",
            pages::EXTERNAL_LIMITS,
            format!("{users} users are expected in the first year, and an External ID tenant holds {MOST_OBJECTS} objects, users included"),
            "ask Microsoft's support for a larger limit before they come, or divide the users among tenants",
        ));
    }
}

fn github(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let with: Vec<_> = manifest
        .apps()
        .filter(|(_, app)| app.github.environment.is_some())
        .map(|(_, app)| app.github.repository.as_str())
        .collect();
    if !with.is_empty() {
        findings.push(Finding::note(
            "github-environments-need-a-plan",
            pages::GITHUB_ENVIRONMENTS,
            format!("{} use a GitHub environment, which private repositories on GitHub Free do not have", with.join(", ")),
            "on GitHub Free remove `environment` under [apps.….github]: the branch itself is trusted then",
        ));
    }
}

/// What a token would see and do.
fn without_token(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let of = |by_hand: bool| {
        let apps = manifest.apps().map(|(_, app)| &app.github);
        let apps = apps.filter(|file| file.set_up_by_hand.is_some() == by_hand);
        let names: Vec<_> = apps.map(|file| file.repository.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    if let Some(names) = of(false) {
        findings.push(Finding::note(
            "github-without-token",
            pages::GITHUB_SUBJECTS,
            format!("neither GITHUB_TOKEN nor GH_TOKEN is set: {names} must be set up by hand, and whether that is done cannot be seen"),
            "make a token for these repositories and give it in GITHUB_TOKEN; or follow the manual steps of the plan",
        ));
    }
    let guessed: Vec<_> = manifest
        .apps()
        .filter(|(_, app)| app.github.subject_prefix.is_none())
        .map(|(_, app)| app.github.repository.as_str())
        .collect();
    if !guessed.is_empty() {
        findings.push(Finding::note(
            "github-subject-guessed",
            pages::GITHUB_SUBJECTS,
            format!("without a token nobody asks GitHub as whom the workflows of {} sign in, so the names are taken: a repository that was made, renamed or transferred after 15 July 2026 has ids beside them (repo:OWNER@ID/NAME@ID), and Azure would refuse it (AADSTS700213)", guessed.join(", ")),
            "give a token in GITHUB_TOKEN, or write subject_prefix under [apps.….github]: gh api repos/OWNER/NAME/actions/oidc/customization/sub --jq .sub_claim_prefix",
        ));
    }
    if let Some(names) = of(true) {
        findings.push(Finding::note(
            "github-by-hand-not-proven",
            pages::GITHUB_SUBJECTS,
            format!("the environment file says that {names} were set up by hand, and without a token that cannot be seen"),
            "give a token in GITHUB_TOKEN to let the rollout compare",
        ));
    }
}

fn billing(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let made = manifest
        .subscriptions
        .values()
        .any(|subscription| subscription.id.is_none());
    if made && manifest.billing.account.is_none() {
        findings.push(Finding::note(
            "aliases-need-an-agreement",
            pages::BILLING,
            "subscriptions can be made by a program under an Enterprise, Microsoft Customer or Microsoft Partner Agreement only; which one there is, is looked up",
            "with any other agreement make them in the portal and give their ids under [subscriptions.…]",
        ));
    }
}

/// Regions in which the identities that deploy cannot trust GitHub. Unverified: whether that is still so, as Microsoft is about to
/// change it; so it stops nothing.
///
/// Page: [unsupported regions](https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations).
const WITHOUT_FEDERATION: [&str; 2] = ["malaysiasouth", "newzealandnorth"];

fn region(manifest: &Manifest, findings: &mut Vec<Finding>) {
    let location = manifest.environment.location.as_str();
    if WITHOUT_FEDERATION.contains(&location) {
        findings.push(Finding::note(
            "no-federated-credentials-here",
            pages::FEDERATION,
            format!("Microsoft says that managed identities in {location} take no federated credentials (405), and with one each app's identity for deployments trusts its repository"),
            "choose another region in environment.location, or find out with one identity whether it is so still",
        ));
    }
}

/// A plan with nothing to do would otherwise look as if all of the file were there.
fn not_yet(findings: &mut Vec<Finding>) {
    findings.push(Finding::ours(
        "not-in-this-version",
        "this version does not yet make all that the file describes; still missing are the customers and their invitations, and the first practices",
        "what is made stands in the plan; the rest is checked for mistakes and otherwise left alone, so \"nothing to do\" says nothing about it",
    ));
}

fn only_on_azure(manifest: &Manifest, situation: Situation, findings: &mut Vec<Finding>) {
    findings.push(Finding::note(
        "databases-behind-a-door",
        pages::SQL_FIREWALL,
        "users and roles inside the databases are behind the server's door, which is closed to every network but the apps'",
        "apply opens it for this computer's address while it works there, and plan --open-window while it looks; a network that reaches the server's private endpoint needs neither, and verify proves more from there",
    ));
    if !situation.github {
        without_token(manifest, findings);
    }
    if situation.az {
        findings.push(Finding::note(
            "az-lacks-scopes",
            pages::CLI_SCOPES,
            "the Azure CLI's token for Graph has a fixed list of permissions, without those for policies and Conditional Access",
            "use --sign-in person if a permission is missing below",
        ));
    }
}
