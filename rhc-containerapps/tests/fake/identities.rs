//! The token endpoint inside a container: who gets a token there, and who does not.

use std::sync::{Arc, Mutex};

use azure_core::http::{Method, Request, Url};
use rhc_containerapps::fake::{Exit, RunningContainer, register_program};
use serde_json::{Value, json};

use super::support::{PROBE_IMAGE, Stage, group, id, identity, job, with};

const EXCHANGE: &str = "api%3A%2F%2FAzureADTokenExchange";
const CLIENT: &str = "00000000-0000-0000-0000-00000000001e";

async fn ask(container: &RunningContainer, query: &str, secret: &str) -> (u16, Value) {
    let url = format!("{}?{query}", container.env["IDENTITY_ENDPOINT"]);
    let mut request = Request::new(Url::parse(&url).unwrap(), Method::Get);
    request.insert_header("x-identity-header", secret.to_owned());
    let transport = container.world.transport();
    let answer = transport.execute_request(&request).await.unwrap();
    let (status, _, body) = answer.deconstruct();
    let body = body.collect().await.unwrap();
    (status.into(), serde_json::from_slice(&body).unwrap())
}

/// Runs a job whose container asks these questions; what it was answered.
async fn answers(body: Value, questions: Vec<(String, bool)>) -> Vec<(u16, Value)> {
    let stage = Stage::ready().await;
    stage.let_pull();
    let body = serde_json::from_value(body).unwrap();
    stage
        .client()
        .jobs(group())
        .put("probe", &body)
        .await
        .unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&heard);
    let program = move |container: RunningContainer| {
        let (noted, questions) = (Arc::clone(&noted), questions.clone());
        let run: std::pin::Pin<Box<dyn Future<Output = Exit> + Send>> = Box::pin(async move {
            for (query, knows_secret) in questions {
                let secret = container.env["IDENTITY_HEADER"].clone();
                let secret = if knows_secret { secret } else { "guess".into() };
                let answer = ask(&container, &query, &secret).await;
                noted.lock().unwrap().push(answer);
            }
            Exit::default()
        });
        run
    };
    register_program(&stage.world, PROBE_IMAGE, Arc::new(program));
    let job = id("jobs", "probe").parse().unwrap();
    stage.client().start_job(&job, None).await.unwrap();
    for _ in 0..30 {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        stage.world.settle();
    }
    heard.lock().unwrap().clone()
}

fn query(version: &str, resource: &str, selector: &str) -> String {
    format!("api-version={version}&resource={resource}{selector}")
}

#[tokio::test(start_paused = true)]
async fn a_container_gets_a_token_of_the_identity_that_it_names() {
    let resource_id: String = identity().replace('/', "%2F");
    let selectors = [
        format!("&client_id={CLIENT}"),
        "&principal_id=00000000-0000-0000-0000-00000000001d".to_owned(),
        format!("&mi_res_id={resource_id}"),
    ];
    let questions = selectors.map(|one| (query("2019-08-01", EXCHANGE, &one), true));
    for (status, body) in answers(job(), questions.to_vec()).await {
        assert_eq!(status, 200, "{body}");
        assert!(
            body["access_token"]
                .as_str()
                .is_some_and(|own| own.len() > 100)
        );
        assert!(body["expires_on"].as_str().unwrap().parse::<i64>().unwrap() > 0);
        assert_eq!(body["client_id"], CLIENT);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_else_gets_one() {
    let named = format!("&client_id={CLIENT}");
    let right = query("2019-08-01", EXCHANGE, &named);
    let stranger = "&client_id=00000000-0000-0000-0000-0000000000ff";
    let cases = [
        (right.clone(), false, 403),
        (query("2017-09-01", EXCHANGE, &named), true, 400),
        (query("2019-08-01", "", &named), true, 400),
        (query("2019-08-01", "api%3A%2F%2Fnobody", &named), true, 400),
        (query("2019-08-01", EXCHANGE, stranger), true, 400),
        // Without a name the endpoint looks for a system-assigned identity.
        (query("2019-08-01", EXCHANGE, ""), true, 400),
    ];
    let questions = cases
        .iter()
        .map(|(query, knows, _)| (query.clone(), *knows));
    let heard = answers(job(), questions.collect()).await;
    for ((query, _, wanted), (status, body)) in cases.iter().zip(heard) {
        assert_eq!(status, *wanted, "{query}: {body}");
        assert!(body.get("access_token").is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_is_for_pulling_only_gives_no_token() {
    let settings = json!([{ "identity": identity(), "lifecycle": "None" }]);
    let body = with(job(), "properties.configuration.identitySettings", settings);
    let question = query("2019-08-01", EXCHANGE, &format!("&client_id={CLIENT}"));
    let heard = answers(body, vec![(question, true)]).await;
    assert_eq!(heard[0].0, 400, "{}", heard[0].1);
}
