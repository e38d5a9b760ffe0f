//! Tokens: one flight, early renewal, 401 and claims challenges.

use super::{request, send, service_with};
use rhc_core::{
    CredentialFactory, ErrorKind, Method,
    testing::{FixedCredential, Reply, Script},
};
use std::{sync::Arc, time::Duration};

#[tokio::test(start_paused = true)]
async fn one_token_serves_many_requests_and_is_renewed_early() {
    let script = Script::new((0..8).map(|_| Reply::status(200)));
    let credential = FixedCredential::new();
    let service = service_with(&script, Arc::clone(&credential), |_| {});
    let calls: Vec<_> = (0..5).map(|_| service.send(request(Method::Get))).collect();
    futures::future::try_join_all(calls).await.unwrap();
    assert_eq!(credential.asked().len(), 1, "one flight");
    tokio::time::sleep(Duration::from_secs(54 * 60)).await;
    service.send(request(Method::Get)).await.unwrap();
    assert_eq!(credential.asked().len(), 1);
    tokio::time::sleep(Duration::from_secs(2 * 60)).await;
    service.send(request(Method::Get)).await.unwrap();
    assert_eq!(
        credential.asked().len(),
        2,
        "five minutes before its end it is renewed"
    );
    assert_eq!(
        credential.asked()[0].0,
        "https://management.azure.com/.default"
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_credential_is_asked_once_by_many() {
    let script = Script::new((0..5).map(|_| Reply::status(200)));
    let credential = Arc::new(FixedCredential::default().slow(Duration::from_secs(3)));
    let service = service_with(&script, Arc::clone(&credential), |_| {});
    futures::future::try_join_all((0..5).map(|_| service.send(request(Method::Get))))
        .await
        .unwrap();
    assert_eq!(credential.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_for_a_sign_in_share_its_failure_and_those_who_come_later_ask_anew() {
    let script = Script::new([]);
    let credential = Arc::new(
        FixedCredential::default()
            .slow(Duration::from_secs(3))
            .failing_from(1),
    );
    let service = service_with(&script, Arc::clone(&credential), |_| {});
    let calls = (0..5).map(|_| service.send(request(Method::Get)));
    for result in futures::future::join_all(calls).await {
        let error = result.unwrap_err();
        assert!(
            error.kind() == ErrorKind::Credential && error.message().contains("told to fail"),
            "{error}"
        );
    }
    assert_eq!(credential.asked().len(), 1, "one prompt for five");
    service.send(request(Method::Get)).await.unwrap_err();
    assert_eq!(credential.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn those_who_were_challenged_together_share_a_sign_in_that_fails() {
    let script = Script::new((0..5).map(|_| challenge().after(Duration::from_secs(1))));
    let credential = Arc::new(
        FixedCredential::default()
            .slow(Duration::from_secs(3))
            .failing_from(2),
    );
    let service = service_with(&script, Arc::clone(&credential), |_| {});
    let calls = (0..5).map(|_| service.send(request(Method::Get)));
    for result in futures::future::join_all(calls).await {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Credential);
    }
    assert_eq!(credential.asked().len(), 2, "the token, and one prompt");
}

#[tokio::test(start_paused = true)]
async fn a_second_challenge_says_to_sign_in_again() {
    let script = Script::new([challenge(), challenge(), Reply::status(200)]);
    let error = send(&script, Method::Get).await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::Credential && error.message().contains("sign in again"),
        "{error}"
    );
    assert_eq!(script.left(), 1, "not a third time");
}

#[tokio::test(start_paused = true)]
async fn an_early_renewal_that_fails_does_not_hurt_while_the_token_lives() {
    let script = Script::new((0..3).map(|_| Reply::status(200)));
    let credential = Arc::new(FixedCredential::default().failing_from(2));
    let service = service_with(&script, credential, |_| {});
    service.send(request(Method::Get)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(57 * 60)).await;
    service.send(request(Method::Get)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(4 * 60)).await;
    let error = service.send(request(Method::Get)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.was_sent(), script.left()),
        (ErrorKind::Credential, false, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_an_early_renewal_but_the_one_who_does_it() {
    let script = Script::new((0..6).map(|_| Reply::status(200)));
    let credential = Arc::new(FixedCredential::default().slow(Duration::from_secs(30)));
    let service = service_with(&script, Arc::clone(&credential), |_| {});
    service.send(request(Method::Get)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(56 * 60)).await;
    let started = tokio::time::Instant::now();
    let calls = (0..5).map(|_| async {
        service.send(request(Method::Get)).await.unwrap();
        started.elapsed()
    });
    let mut took = futures::future::join_all(calls).await;
    took.sort();
    assert!(
        took[3] < Duration::from_secs(1) && took[4] >= Duration::from_secs(30),
        "{took:?}"
    );
    assert_eq!(credential.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_401_drops_the_token_and_is_tried_once_more_even_for_a_post() {
    let script = Script::new([Reply::status(401), Reply::status(200)]);
    send(&script, Method::Post).await.unwrap();
    let seen = script.seen();
    assert_eq!(
        (
            seen[0].header("authorization"),
            seen[1].header("authorization")
        ),
        (Some("Bearer token-1"), Some("Bearer token-2"))
    );

    let script = Script::new([Reply::status(401), Reply::status(401), Reply::status(200)]);
    assert!(
        send(&script, Method::Get)
            .await
            .unwrap_err()
            .is_unauthorized()
    );
    assert_eq!(script.left(), 1, "not a third time");
}

fn challenge() -> Reply {
    Reply::status(401).header(
        "www-authenticate",
        "Bearer error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\"",
    )
}

#[tokio::test(start_paused = true)]
async fn a_claims_challenge_reaches_the_credential() {
    let script = Script::new([challenge(), Reply::status(200)]);
    let credential = FixedCredential::new();
    service_with(&script, Arc::clone(&credential), |_| {})
        .send(request(Method::Post))
        .await
        .unwrap();
    let asked = credential.asked();
    assert_eq!(
        (
            asked[0].1.as_ref(),
            asked[1].1.as_ref().map(|claims| claims.0.as_str())
        ),
        (None, Some("{\"a\":1}"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_ignores_claims_is_made_anew_or_the_error_says_to_sign_in() {
    let stubborn = || Arc::new(FixedCredential::default().stubborn());
    let script = Script::new([challenge(), Reply::status(200)]);
    let error = service_with(&script, stubborn(), |_| {})
        .send(request(Method::Get))
        .await
        .unwrap_err();
    assert!(
        error.kind() == ErrorKind::Credential && error.message().contains("sign in again"),
        "{error}"
    );
    assert_eq!(script.left(), 1);

    // A second credential that has issued one token before gives another one now.
    let fresh = FixedCredential::new();
    azure_core::credentials::TokenCredential::get_token(&*fresh, &["x"], None)
        .await
        .unwrap();
    let factory: CredentialFactory = Arc::new(move || fresh.clone());
    let script = Script::new([challenge(), Reply::status(200)]);
    service_with(&script, stubborn(), |options| {
        options.credential_factory = Some(factory)
    })
    .send(request(Method::Get))
    .await
    .unwrap();
    assert_eq!(
        script.seen()[1].header("authorization"),
        Some("Bearer token-2")
    );
}
