use super::*;

fn writes(method: Method, _: &Url) -> Option<String> {
    (method != Method::Get).then(String::new)
}

fn pacer(burst: u32, refill: Duration) -> Pacer {
    Pacer::new(vec![Ceiling::new("writes", writes, burst, refill)])
}

async fn time(pacer: &Pacer, method: Method, times: u32) -> Duration {
    let url = Url::parse("https://graph.microsoft.com/v1.0/x").unwrap();
    let started = Instant::now();
    for _ in 0..times {
        pacer.wait(method, &url).await;
    }
    started.elapsed()
}

#[tokio::test(start_paused = true)]
async fn one_a_second_is_one_a_second() {
    let pacer = pacer(1, Duration::from_secs(1));
    let took = time(&pacer, Method::Post, 5).await;
    assert!(
        took >= Duration::from_secs(4) && took < Duration::from_millis(4100),
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_burst_passes_and_comes_back() {
    let pacer = pacer(3, Duration::from_secs(1));
    assert!(time(&pacer, Method::Post, 3).await < Duration::from_millis(100));
    assert!(time(&pacer, Method::Post, 1).await >= Duration::from_millis(900));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(time(&pacer, Method::Post, 3).await < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn other_classes_do_not_wait() {
    let pacer = pacer(1, Duration::from_secs(1));
    assert_eq!(time(&pacer, Method::Get, 100).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn waiters_share_the_ceiling() {
    let pacer = Arc::new(pacer(1, Duration::from_secs(1)));
    let started = Instant::now();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            tokio::spawn({
                let pacer = Arc::clone(&pacer);
                async move { time(&pacer, Method::Post, 1).await }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(started.elapsed() >= Duration::from_secs(3));
}

const SECOND: Duration = Duration::from_secs(1);

fn things(path: &str) -> Url {
    Url::parse(&format!("https://graph.microsoft.com{path}")).unwrap()
}

fn say(
    pacer: &Pacer,
    url: &Url,
    status: u16,
    headers: &[(&'static str, &'static str)],
    wait: Option<Duration>,
) {
    let mut said = Headers::new();
    for (name, value) in headers {
        said.insert(*name, *value);
    }
    let said = Said {
        status,
        headers: &said,
        wait,
    };
    pacer.learn(Method::Post, url, &said);
}

/// What a test's services say: `left`, `used`, `cost` and `refuses` as headers.
fn taught(_: Method, said: &Said<'_>) -> Lesson {
    Lesson {
        left: said.number("left"),
        used: said.number("used"),
        cost: said.number("cost"),
        refuses: said.header("refuses").is_some(),
    }
}

#[tokio::test(start_paused = true)]
async fn each_bucket_of_a_class_is_its_own() {
    let by_path = |_: Method, url: &Url| Some(url.path().to_owned());
    let pacer = Pacer::new(vec![Ceiling::new("each", by_path, 1, SECOND)]);
    let started = Instant::now();
    for path in ["/a", "/b", "/c"] {
        pacer.wait(Method::Get, &things(path)).await;
    }
    assert_eq!(started.elapsed(), Duration::ZERO);
    pacer.wait(Method::Get, &things("/a")).await;
    assert_eq!(started.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_the_service_has_left_is_believed_where_it_is_less() {
    let url = things("/x");
    let pacer = Pacer::new(vec![
        Ceiling::new("writes", writes, 10, SECOND).taught_by(taught),
    ]);
    say(&pacer, &url, 200, &[("left", "2")], None);
    assert!(time(&pacer, Method::Post, 2).await.is_zero());
    assert_eq!(time(&pacer, Method::Post, 1).await, SECOND);
    // More than we know of is not taken.
    say(&pacer, &url, 200, &[("left", "1000")], None);
    assert_eq!(time(&pacer, Method::Post, 1).await, SECOND);
}

/// A service whose bucket is smaller and fills more slowly than what is known of it, or that others use too.
#[tokio::test(start_paused = true)]
async fn a_bucket_that_fills_more_slowly_than_known_does_not_run_empty() {
    for (bucket, each_second) in [(100.0, 10.0), (40.0, 5.0), (240.0, 25.0), (250.0, 3.0)] {
        let ceiling = Ceiling::new("writes", writes, 240, SECOND / 25).taught_by(taught);
        let pacer = Pacer::new(vec![ceiling]);
        let url = things("/x");
        let (mut left, mut since, started) = (bucket, Instant::now(), Instant::now());
        for sent in 0..1_000 {
            pacer.wait(Method::Post, &url).await;
            left = f64::min(bucket, left + since.elapsed().as_secs_f64() * each_second);
            since = Instant::now();
            assert!(
                left >= 1.0,
                "{bucket} and {each_second}: request {sent} is one too many"
            );
            left -= 1.0;
            let mut headers = Headers::new();
            headers.insert("left", (left as u32).to_string());
            let said = Said {
                status: 200,
                headers: &headers,
                wait: None,
            };
            pacer.learn(Method::Post, &url, &said);
        }
        let could = (1_000.0 - bucket) / each_second;
        let took = started.elapsed().as_secs_f64();
        assert!(
            took < 1.3 * could + 10.0,
            "{bucket} and {each_second}: {took} s"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_share_in_use_and_a_dearer_request_are_believed() {
    let url = things("/x");
    let ceiling = Ceiling::new("writes", writes, 10, SECOND)
        .costing(2)
        .taught_by(taught);
    let pacer = Pacer::new(vec![ceiling]);
    assert!(time(&pacer, Method::Post, 1).await.is_zero());
    say(&pacer, &url, 200, &[("cost", "5")], None);
    // Five of ten are gone: two more requests fit, and a third has to wait for one unit.
    assert!(time(&pacer, Method::Post, 2).await.is_zero());
    assert_eq!(time(&pacer, Method::Post, 1).await, SECOND);
    tokio::time::sleep(60 * SECOND).await;
    say(&pacer, &url, 200, &[("used", "0.5")], None);
    assert!(time(&pacer, Method::Post, 2).await.is_zero());
    assert_eq!(time(&pacer, Method::Post, 1).await, SECOND);
    for nonsense in ["NaN", "-5", "1e300", "inf"] {
        say(
            &pacer,
            &url,
            200,
            &[("used", nonsense), ("cost", "4294967295")],
            None,
        );
    }
}

#[tokio::test(start_paused = true)]
async fn requests_under_way_are_not_counted_by_the_service_yet() {
    let url = things("/x");
    let ceiling = Ceiling::new("writes", writes, 10, SECOND).taught_by(taught);
    let pacer = Arc::new(Pacer::new(vec![ceiling]));
    let under_way: Vec<_> = (0..4)
        .map(|_| pacer.under_way(Method::Post, &url))
        .collect();
    say(&pacer, &url, 200, &[("left", "6")], None);
    drop(under_way);
    assert!(time(&pacer, Method::Post, 3).await.is_zero());
    assert_eq!(time(&pacer, Method::Post, 1).await, SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_shuts_the_class_for_those_who_wait_already_too() {
    let url = things("/x");
    let pacer = Arc::new(pacer(1, SECOND));
    pacer.wait(Method::Post, &url).await;
    let started = Instant::now();
    let waiting = tokio::spawn({
        let pacer = Arc::clone(&pacer);
        async move { time(&pacer, Method::Post, 1).await }
    });
    tokio::task::yield_now().await;
    say(&pacer, &url, 429, &[], Some(30 * SECOND));
    assert_eq!(
        time(&pacer, Method::Get, 5).await,
        Duration::ZERO,
        "another class"
    );
    waiting.await.unwrap();
    assert!(started.elapsed() >= 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn no_service_shuts_a_class_for_longer_than_five_minutes() {
    let url = things("/x");
    let pacer = pacer(1, SECOND);
    say(&pacer, &url, 429, &[], Some(Duration::MAX));
    let waited = time(&pacer, Method::Post, 1).await;
    assert!(
        waited >= LONGEST_SHUT && waited < LONGEST_SHUT + 2 * SECOND,
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_without_a_wait_empties_the_narrowest_class() {
    let url = things("/x");
    let all = |_: Method, _: &Url| Some(String::new());
    let classes = || {
        vec![
            Ceiling::new("narrow", writes, 5, SECOND),
            Ceiling::new("wide", all, 5, 10 * SECOND).taught_by(|method, said| Lesson {
                refuses: said.header("refuses") == Some("wide"),
                ..taught(method, said)
            }),
        ]
    };
    let pacer = Pacer::new(classes());
    say(&pacer, &url, 429, &[], None);
    assert!(time(&pacer, Method::Get, 1).await.is_zero());
    assert_eq!(time(&pacer, Method::Post, 1).await, SECOND);
    let pacer = Pacer::new(classes());
    say(&pacer, &url, 429, &[("refuses", "wide")], None);
    assert_eq!(time(&pacer, Method::Get, 1).await, 10 * SECOND);
}

#[test]
fn what_no_bucket_ever_holds_is_not_sent_at_once() {
    let url = things("/x");
    let pacer = pacer(3, SECOND);
    let holds = |times| pacer.holds(std::iter::repeat_n((Method::Post, &url), times));
    assert!(holds(3) && !holds(4));
    assert!(pacer.holds(std::iter::repeat_n((Method::Get, &url), 100)));
}

#[tokio::test(start_paused = true)]
async fn buckets_that_are_full_again_are_forgotten() {
    let by_path = |_: Method, url: &Url| Some(url.path().to_owned());
    let pacer = Pacer::new(vec![Ceiling::new("each", by_path, 1, SECOND)]);
    for at in 0..3 * MOST_BUCKETS {
        pacer.wait(Method::Get, &things(&format!("/{at}"))).await;
        tokio::time::sleep(SECOND).await;
    }
    assert!(pacer.buckets().len() <= MOST_BUCKETS + 1);
}
