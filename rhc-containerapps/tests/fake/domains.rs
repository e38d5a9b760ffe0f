//! Host names of one's own: what proves them, what binds them, and what is lost.

use rhc_containerapps::{CertificateState, HostnameVerification};
use rhc_core::fake::{Dns, RecordType};
use rhc_core::{Error, Method, Result};
use serde_json::{Value, json};

use super::support::{APP, ENVIRONMENT, Stage, app, group, id, said, with};

const HOST: &str = "hp2-qa.recalibratex.net";
const DOMAINS: &str = "properties.configuration.ingress.customDomains";
const UNNAMED: (u16, &str) = (400, "InvalidRequestParameterWithDetails");

impl Stage {
    /// An app that runs, in a World whose DNS has the zone.
    async fn hosted() -> Self {
        let stage = Self::ready().await;
        stage.world.with(|state| {
            state.section::<Dns>().add_zone("recalibratex.net");
        });
        stage.put_app(&app()).await.unwrap();
        stage
    }

    /// One whose host name is proven and leads to the app.
    async fn proven() -> Self {
        let stage = Self::hosted().await;
        stage.proof(HOST).await;
        stage.leads(HOST, &stage.address().await);
        stage
    }

    /// One that has the host name, without a certificate.
    async fn added() -> Self {
        let stage = Self::proven().await;
        stage
            .add(json!([{ "name": HOST, "bindingType": "Disabled" }]))
            .await
            .unwrap();
        stage
    }

    /// One that has the host name and a certificate for it.
    async fn certified() -> Self {
        let stage = Self::added().await;
        stage.certify("cert", HOST, "CNAME").await.unwrap();
        stage
    }

    async fn address(&self) -> String {
        let app = self.client().apps(group()).get(APP).await.unwrap();
        app.properties
            .configuration
            .unwrap()
            .ingress
            .unwrap()
            .fqdn
            .unwrap()
    }

    async fn proof(&self, host: &str) {
        let app = self.client().apps(group()).get(APP).await.unwrap();
        let proof = app.properties.custom_domain_verification_id.unwrap();
        self.record(&format!("asuid.{host}"), RecordType::Txt, &[&proof]);
    }

    fn leads(&self, host: &str, to: &str) {
        self.record(host, RecordType::Cname, &[to]);
    }

    fn record(&self, name: &str, kind: RecordType, values: &[&str]) {
        self.world.with(|state| {
            state
                .section::<Dns>()
                .set(name, kind, values.iter().copied());
        });
    }

    /// Changes the app's host names, and waits.
    async fn add(&self, domains: Value) -> Result<Vec<Value>> {
        let change = json!({ "properties": { "configuration": { "ingress": { "customDomains": domains } } } });
        self.client().apps(group()).update(APP, &change).await?;
        Ok(self.domains().await)
    }

    async fn refused_domains(&self, domains: Value) -> Error {
        self.add(domains).await.unwrap_err()
    }

    async fn domains(&self) -> Vec<Value> {
        let app = self.client().apps(group()).get(APP).await.unwrap();
        let ingress = app.properties.configuration.unwrap().ingress.unwrap();
        ingress
            .custom_domains
            .unwrap_or_default()
            .iter()
            .map(|own| json!(own))
            .collect()
    }

    async fn certify(&self, name: &str, host: &str, method: &str) -> Result<CertificateState> {
        let environment = id("managedEnvironments", ENVIRONMENT).parse().unwrap();
        let body = json!({
            "location": "eastus2",
            "properties": { "subjectName": host, "domainControlValidation": method },
        });
        let body = serde_json::from_value(body).unwrap();
        let certificates = self.client().managed_certificates(&environment);
        let made = certificates.put(name, &body).await?;
        Ok(made.properties.provisioning_state.unwrap())
    }
}

fn certificate(name: &str) -> String {
    format!(
        "{}/managedCertificates/{name}",
        id("managedEnvironments", ENVIRONMENT)
    )
}

fn bound(name: &str) -> Value {
    json!([{ "name": HOST, "bindingType": "SniEnabled", "certificateId": certificate(name) }])
}

#[tokio::test(start_paused = true)]
async fn a_host_name_without_its_proof_is_refused() {
    let stage = Stage::hosted().await;
    stage.leads(HOST, &stage.address().await);
    let domains = json!([{ "name": HOST, "bindingType": "Disabled" }]);
    let error = stage.refused_domains(domains.clone()).await;
    assert_eq!(said(&error), (400, "InvalidCustomHostNameValidation"));
    stage.record(&format!("asuid.{HOST}"), RecordType::Txt, &["another"]);
    let error = stage.refused_domains(domains.clone()).await;
    assert_eq!(said(&error), (400, "InvalidCustomHostNameValidation"));
    stage.proof(HOST).await;
    let there = stage.add(domains).await.unwrap();
    assert_eq!(there.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_host_name_that_is_none_or_there_twice_is_refused() {
    let stage = Stage::proven().await;
    for domains in [
        json!([{ "bindingType": "Disabled" }]),
        json!([{ "name": "https://x" }]),
        json!([{ "name": HOST }, { "name": HOST.to_uppercase() }]),
        json!([{ "name": HOST, "bindingType": "Sometimes" }]),
        json!([{ "name": HOST, "bindingType": "Auto" }]),
    ] {
        let error = stage.refused_domains(domains.clone()).await;
        assert_eq!(said(&error), UNNAMED, "{domains}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_host_name_on_two_apps_of_an_environment_is_refused() {
    let stage = Stage::added().await;
    let twin = with(app(), DOMAINS, json!([{ "name": HOST }]));
    let error = stage
        .send(Method::Put, "containerApps", "another", Some(&twin))
        .await
        .unwrap_err();
    assert_eq!(said(&error), UNNAMED);
    assert!(error.to_string().contains(APP), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_certificate_for_a_host_name_that_no_app_has_is_refused() {
    let stage = Stage::proven().await;
    let error = stage.certify("cert", HOST, "CNAME").await.unwrap_err();
    assert_eq!(said(&error), (400, "RequireCustomHostnameInEnvironment"));
}

#[tokio::test(start_paused = true)]
async fn a_certificate_for_a_host_name_that_leads_elsewhere_is_refused() {
    let stage = Stage::added().await;
    stage.leads(HOST, "elsewhere.example");
    let error = stage.certify("cert", HOST, "CNAME").await.unwrap_err();
    assert_eq!(said(&error), UNNAMED);
    let error = stage.certify("cert", HOST, "HTTP").await.unwrap_err();
    assert_eq!(said(&error), UNNAMED);
    let error = stage.certify("cert", HOST, "TXT").await.unwrap_err();
    assert_eq!(said(&error), UNNAMED);
    stage.leads(HOST, &stage.address().await);
    let state = stage.certify("cert", HOST, "HTTP").await.unwrap();
    assert_eq!(state, CertificateState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_fails_when_the_record_goes_away_meanwhile() {
    let stage = Stage::added().await;
    let making = stage.certify("cert", HOST, "CNAME");
    let breaking = async {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        stage.leads(HOST, "elsewhere.example");
    };
    let (made, ()) = tokio::join!(making, breaking);
    assert!(made.is_err());
    let environment = id("managedEnvironments", ENVIRONMENT).parse().unwrap();
    let left = stage
        .client()
        .managed_certificates(&environment)
        .get("cert")
        .await
        .unwrap();
    assert_eq!(
        left.properties.provisioning_state,
        Some(CertificateState::Failed)
    );
    assert!(left.properties.error.unwrap().contains("CNAME"));
    let error = stage.refused_domains(bound("cert")).await;
    assert_eq!(said(&error), (400, "CertificateProvisioningError"));
}

#[tokio::test(start_paused = true)]
async fn a_certificate_fails_where_another_authority_alone_may_issue() {
    let stage = Stage::added().await;
    let (zone, others) = ("recalibratex.net", ["0 issue \"other.example\""]);
    stage.record(zone, RecordType::Caa, &others);
    let error = stage.certify("cert", HOST, "CNAME").await.unwrap_err();
    assert!(error.to_string().contains("digicert.com"), "{error}");
    let both = ["0 issue \"other.example\"", "0 issue \"digicert.com\""];
    stage.record(zone, RecordType::Caa, &both);
    stage.certify("cert", HOST, "CNAME").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_second_certificate_for_a_host_name_is_refused() {
    let stage = Stage::certified().await;
    let error = stage.certify("other", HOST, "CNAME").await.unwrap_err();
    assert_eq!(
        said(&error),
        (400, "DuplicateManagedCertificateInEnvironment")
    );
    stage.proof("www.recalibratex.net").await;
    let error = stage
        .certify("cert", "www.recalibratex.net", "CNAME")
        .await
        .unwrap_err();
    assert_eq!(said(&error), UNNAMED, "the name of a certificate stays");
}

#[tokio::test(start_paused = true)]
async fn a_certificate_in_an_environment_that_nobody_reaches_is_refused() {
    let stage = Stage::added().await;
    let environment = id("managedEnvironments", ENVIRONMENT);
    stage.change(
        &environment,
        "properties.publicNetworkAccess",
        json!("Disabled"),
    );
    let error = stage.certify("cert", HOST, "CNAME").await.unwrap_err();
    assert_eq!(said(&error), UNNAMED);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_without_a_good_name_is_refused() {
    let stage = Stage::added().await;
    let error = stage.certify("-cert", HOST, "CNAME").await.unwrap_err();
    assert_eq!(said(&error), UNNAMED);
    let error = stage.certify("cert", HOST, "BY-LETTER").await.unwrap_err();
    assert_eq!(said(&error), UNNAMED);
}

#[tokio::test(start_paused = true)]
async fn a_binding_needs_a_certificate_for_that_name() {
    let stage = Stage::certified().await;
    let error = stage
        .refused_domains(json!([{ "name": HOST, "bindingType": "SniEnabled" }]))
        .await;
    assert_eq!(said(&error), UNNAMED, "no certificate");
    let error = stage.refused_domains(bound("unheard-of")).await;
    assert_eq!(said(&error), (400, "CertificateNotFound"));
    let other = "smx-qa.recalibratex.net";
    stage.proof(other).await;
    let taken = json!([{ "name": other, "bindingType": "SniEnabled", "certificateId": certificate("cert") }]);
    let error = stage.refused_domains(taken).await;
    assert_eq!(said(&error), UNNAMED, "another's certificate");
    stage.add(bound("cert")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_is_used_stays() {
    let stage = Stage::certified().await;
    stage.add(bound("cert")).await.unwrap();
    let environment = id("managedEnvironments", ENVIRONMENT).parse().unwrap();
    let certificates = stage.client().managed_certificates(&environment);
    let error = certificates.delete("cert").await.unwrap_err();
    assert_eq!(said(&error), (400, "CertificateInUse"));
    stage.add(json!([])).await.unwrap();
    certificates.delete("cert").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_put_without_its_host_names_loses_them() {
    let stage = Stage::certified().await;
    stage.add(bound("cert")).await.unwrap();
    stage.put_app(&app()).await.unwrap();
    assert_eq!(stage.domains().await, Vec::<Value>::new());
    let browsed = stage.try_browse(&format!("https://{HOST}/")).await;
    assert_eq!(browsed, None);
}

#[tokio::test(start_paused = true)]
async fn host_names_are_kept_when_their_records_are_gone() {
    let stage = Stage::certified().await;
    stage.add(bound("cert")).await.unwrap();
    stage.record(&format!("asuid.{HOST}"), RecordType::Txt, &[]);
    let there = stage.add(bound("cert")).await.unwrap();
    assert_eq!(there.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_analysis_says_what_the_service_sees() {
    let stage = Stage::hosted().await;
    let app_id = id("containerApps", APP).parse().unwrap();
    let see = async || {
        stage
            .client()
            .analyse_hostname(&app_id, HOST)
            .await
            .unwrap()
    };
    let nothing = see().await;
    assert_eq!(
        nothing.custom_domain_verification_test,
        Some(HostnameVerification::Failed)
    );
    let failure = nothing.custom_domain_verification_failure_info.unwrap();
    assert_eq!(
        failure.code.as_deref(),
        Some("InvalidCustomHostNameValidation")
    );

    stage.proof(HOST).await;
    let address = stage.address().await;
    stage.leads(HOST, &address);
    let all = see().await;
    assert_eq!(
        all.custom_domain_verification_test,
        Some(HostnameVerification::Passed)
    );
    assert_eq!(all.c_name_records, Some(vec![address]));
    assert_eq!(all.a_records.map(|own| own.len()), Some(1));
    assert_eq!(all.has_conflict_on_managed_environment, Some(false));
    let error = stage
        .send(
            Method::Post,
            "containerApps",
            &format!("{APP}/listCustomHostNameAnalysis"),
            None,
        )
        .await
        .unwrap_err();
    assert_eq!(said(&error), UNNAMED, "no host name");
}

#[tokio::test(start_paused = true)]
async fn only_a_bound_host_name_is_answered_encrypted() {
    let stage = Stage::proven().await;
    let https = format!("https://{HOST}/a");
    let http = format!("http://{HOST}/a");
    assert_eq!(
        stage.try_browse(&https).await,
        None,
        "unknown here: no certificate"
    );
    assert_eq!(stage.try_browse(&http).await, Some(404));

    stage
        .add(json!([{ "name": HOST, "bindingType": "Disabled" }]))
        .await
        .unwrap();
    assert_eq!(stage.try_browse(&https).await, None, "added and not bound");
    assert_eq!(stage.try_browse(&http).await, Some(301));

    stage.certify("cert", HOST, "CNAME").await.unwrap();
    assert_eq!(
        stage.try_browse(&https).await,
        None,
        "certified and not bound"
    );
    stage.add(bound("cert")).await.unwrap();
    let (status, _, body) = stage.browse(&https).await;
    assert_eq!(status, 200);
    assert!(body.contains(APP), "{body}");
    let (status, location, _) = stage.browse(&http).await;
    assert_eq!((status, location), (301, https.clone()));

    stage.client().stop(&group(), APP).await.unwrap();
    assert_eq!(stage.try_browse(&https).await, Some(404));
    stage.leads(HOST, "elsewhere.example");
    assert_eq!(stage.try_browse(&https).await, None, "nobody is there");
}
