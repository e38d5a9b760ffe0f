//! An app that proves itself by a certificate, and every way in which that is refused.

use std::sync::OnceLock;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use azure_core::base64;
use rhc_core::fake::World;
use rhc_core::fake::directory::ObjectKind;
use rhc_core::fake::x509::Certificate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{external_tenant, object, post, tenant, world};

struct Proof {
    world: World,
    customers: Uuid,
    app: Uuid,
    key: KeyPair,
    certificate: Certificate,
}

impl Proof {
    /// An application of a customers' tenant with a certificate; `change` spoils the credential.
    fn with(change: impl FnOnce(&mut Value)) -> Self {
        let world = world();
        let home = tenant(&world, "hosting");
        let customers = external_tenant(&world, "rhcqa", home);
        let (key, certificate) = made(0);
        let mut credential = json!({
            "keyId": Uuid::from_u128(1),
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "key": base64::encode(certificate.der()),
            "startDateTime": "2026-11-01T00:00:00Z",
            "endDateTime": "2027-11-01T00:00:00Z",
        });
        change(&mut credential);
        let app = world.with(|state| {
            let [app, application, principal] = std::array::from_fn(|_| state.uuid());
            for (kind, id, body) in [
                (
                    ObjectKind::Application,
                    application,
                    json!({"appId": app, "signInAudience": "AzureADMyOrg", "keyCredentials": [credential]}),
                ),
                (
                    ObjectKind::ServicePrincipal,
                    principal,
                    json!({"appId": app, "servicePrincipalType": "Application"}),
                ),
            ] {
                state
                    .directory()
                    .insert(customers, kind, id, object(body))
                    .unwrap();
            }
            app
        });
        Self {
            world,
            customers,
            app,
            key,
            certificate,
        }
    }

    fn new() -> Self {
        Self::with(|_| ())
    }

    fn header(&self) -> Value {
        let thumbprint = unpadded(self.certificate.sha256());
        json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint})
    }

    fn claims(&self) -> Value {
        let now = self.world.now().unix_timestamp();
        json!({
            "aud": format!("https://login.microsoftonline.com/{}/oauth2/v2.0/token", self.customers),
            "iss": self.app, "sub": self.app, "jti": Uuid::from_u128(9),
            "nbf": now, "iat": now, "exp": now + 300,
        })
    }

    fn signed(&self, header: &Value, claims: &Value, encoding: &'static dyn RsaEncoding) -> String {
        let signed = format!(
            "{}.{}",
            unpadded(header.to_string()),
            unpadded(claims.to_string())
        );
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                encoding,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{signed}.{}", unpadded(signature))
    }

    async fn exchange(&self, assertion: &str) -> (u16, Value) {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.app.to_string()),
            ("scope", "https://graph.microsoft.com/.default"),
            ("client_assertion", assertion),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
        ];
        let path = format!("{}/oauth2/v2.0/token", self.customers);
        post(&self.world, &path, &form).await
    }

    async fn refused(&self, header: &Value, claims: &Value, number: u32) {
        let assertion = self.signed(header, claims, &RSA_PSS_SHA256);
        self.refused_as(&assertion, number).await;
    }

    async fn refused_as(&self, assertion: &str, number: u32) {
        let (status, body) = self.exchange(assertion).await;
        assert_eq!(
            (status, &body["error"], &body["error_codes"]),
            (401, &json!("invalid_client"), &json!([number])),
            "{body}"
        );
    }
}

/// Making a key takes a while: all tests share two.
fn made_key(nth: usize) -> KeyPair {
    static KEYS: [OnceLock<KeyPair>; 2] = [OnceLock::new(), OnceLock::new()];
    let key = KEYS[nth].get_or_init(|| KeyPair::generate(KeySize::Rsa2048).unwrap());
    key.clone()
}

fn made(nth: usize) -> (KeyPair, Certificate) {
    let key = made_key(nth);
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&key).unwrap();
    let signer = rcgen::KeyPair::try_from(pkcs8.as_ref()).unwrap();
    let certificate = rcgen::CertificateParams::default()
        .self_signed(&signer)
        .unwrap();
    (key, Certificate::parse(certificate.der()).unwrap())
}

fn unpadded(bytes: impl AsRef<[u8]>) -> String {
    base64::encode_url_safe(bytes)
        .trim_end_matches('=')
        .to_owned()
}

#[tokio::test(start_paused = true)]
async fn an_assertion_of_the_registered_certificate_is_taken_in_either_padding_and_by_either_name()
{
    let proof = Proof::new();
    let mut older = proof.header();
    older["alg"] = json!("RS256");
    older["x5t"] = json!(unpadded(proof.certificate.sha1()));
    older.as_object_mut().unwrap().remove("x5t#S256");
    for assertion in [
        proof.signed(&proof.header(), &proof.claims(), &RSA_PSS_SHA256),
        proof.signed(&older, &proof.claims(), &RSA_PKCS1_SHA256),
    ] {
        let (status, body) = proof.exchange(&assertion).await;
        assert_eq!(status, 200, "{body}");
    }
    // Microsoft's own library for Python says nothing of the beginning, and writes fractions of seconds.
    let mut claims = proof.claims();
    claims.as_object_mut().unwrap().remove("nbf");
    claims["exp"] = json!(claims["exp"].as_f64().unwrap() + 0.25);
    let assertion = proof.signed(&proof.header(), &claims, &RSA_PSS_SHA256);
    assert_eq!(proof.exchange(&assertion).await.0, 200, "without nbf");
    for audience in [
        format!(
            "https://rhcqa.ciamlogin.com/{}/oauth2/v2.0/token",
            proof.customers
        ),
        "https://rhcqa.ciamlogin.com/rhcqa.onmicrosoft.com/v2.0".to_owned(),
    ] {
        let mut claims = proof.claims();
        claims["aud"] = json!(audience);
        let assertion = proof.signed(&proof.header(), &claims, &RSA_PSS_SHA256);
        assert_eq!(proof.exchange(&assertion).await.0, 200, "{audience}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_is_not_registered_700027() {
    let proof = Proof::new();
    let (_, other) = made(1);
    let mut header = proof.header();
    header["x5t#S256"] = json!(unpadded(other.sha256()));
    proof.refused(&header, &proof.claims(), 700_027).await;
}

#[tokio::test(start_paused = true)]
async fn a_signature_of_another_key_700027() {
    let mut proof = Proof::new();
    proof.key = made(1).0;
    proof
        .refused(&proof.header(), &proof.claims(), 700_027)
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_signature_in_another_padding_than_the_header_says_700027() {
    let proof = Proof::new();
    let assertion = proof.signed(&proof.header(), &proof.claims(), &RSA_PKCS1_SHA256);
    proof.refused_as(&assertion, 700_027).await;
}

#[tokio::test(start_paused = true)]
async fn claims_that_were_changed_after_the_signature_700027() {
    let proof = Proof::new();
    let assertion = proof.signed(&proof.header(), &proof.claims(), &RSA_PSS_SHA256);
    let mut parts: Vec<_> = assertion.split('.').map(str::to_owned).collect();
    let mut claims = proof.claims();
    claims["exp"] = json!(claims["exp"].as_i64().unwrap() + 60);
    parts[1] = unpadded(claims.to_string());
    proof.refused_as(&parts.join("."), 700_027).await;
}

#[tokio::test(start_paused = true)]
async fn a_credential_out_of_its_time_or_for_something_else_700027() {
    for (member, value) in [
        ("endDateTime", "2026-11-02T00:00:00Z"),
        ("startDateTime", "2026-12-02T00:00:00Z"),
        ("usage", "Sign"),
        ("type", "Symmetric"),
    ] {
        let proof = Proof::with(|credential| credential[member] = json!(value));
        proof
            .refused(&proof.header(), &proof.claims(), 700_027)
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn another_algorithm_5002738() {
    let proof = Proof::new();
    let mut header = proof.header();
    header["alg"] = json!("none");
    proof.refused(&header, &proof.claims(), 5_002_738).await;
}

#[tokio::test(start_paused = true)]
async fn an_assertion_about_another_client_700021() {
    let proof = Proof::new();
    for member in ["iss", "sub"] {
        let mut claims = proof.claims();
        claims[member] = json!(Uuid::from_u128(5));
        proof.refused(&proof.header(), &claims, 700_021).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_assertion_for_another_tenant_or_host_700023() {
    let proof = Proof::new();
    let home = Uuid::from_u128(5);
    for audience in [
        format!("https://login.microsoftonline.com/{home}/oauth2/v2.0/token"),
        format!("https://example.com/{}/oauth2/v2.0/token", proof.customers),
        format!(
            "https://login.microsoftonline.com/{}/other",
            proof.customers
        ),
        "api://AzureADTokenExchange".to_owned(),
    ] {
        let mut claims = proof.claims();
        claims["aud"] = json!(audience);
        proof.refused(&proof.header(), &claims, 700_023).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_assertion_out_of_its_time_700024() {
    let proof = Proof::new();
    let old = proof.claims();
    tokio::time::sleep(Duration::from_secs(301)).await;
    proof.refused(&proof.header(), &old, 700_024).await;
    let mut early = proof.claims();
    early["nbf"] = json!(early["nbf"].as_i64().unwrap() + 3600);
    proof.refused(&proof.header(), &early, 700_024).await;
}

#[tokio::test(start_paused = true)]
async fn an_assertion_without_one_of_its_claims_50027() {
    let proof = Proof::new();
    for member in ["jti", "exp", "iss", "sub", "aud"] {
        let mut claims = proof.claims();
        claims.as_object_mut().unwrap().remove(member);
        proof.refused(&proof.header(), &claims, 50027).await;
    }
}
