//! Advanced queries: counting, searching, sorting.

use crate::place::{Place, raw, refused};
use futures::TryStreamExt;
use rhc_graph::{Filter, GraphClient, Group, ListQuery, Method, Search};

async fn groups(graph: &GraphClient, names: &[&str]) {
    for name in names {
        let nickname = name.replace(' ', "-");
        let group = Group::security(*name, nickname);
        graph.groups().create(&group).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn objects_are_counted_whole_or_by_what_is_asked() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    groups(&graph, &["SQL readers", "SQL writers", "Practices"]).await;
    let sql = ListQuery::filter(Filter::starts_with("displayName", "SQL"));
    let writers = ListQuery::search(Search::of("displayName", "writ"));
    let not_sql = ListQuery::filter(Filter::raw("not(startswith(displayName,'SQL'))"));
    for (query, expected) in [
        (ListQuery::default(), 3),
        (sql, 2),
        (writers, 1),
        (not_sql, 1),
    ] {
        assert_eq!(graph.groups().count(&query).await.unwrap(), expected);
    }
    refused(
        raw(&graph, Method::Get, "/v1.0/groups/$count", None).await,
        400,
        "Request_BadRequest",
        "$count is not currently supported",
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_says_how_many_there_are_in_all() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    groups(&graph, &["a1", "a2", "a3"]).await;
    let mut pages = graph.groups().list(ListQuery {
        top: Some(1),
        advanced: true,
        ..ListQuery::default()
    });
    assert_eq!(pages.total(), None);
    pages.try_next().await.unwrap();
    assert_eq!(pages.total(), Some(3));
}

#[tokio::test(start_paused = true)]
async fn a_search_finds_words_and_keeps_its_pages_and_order() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    groups(
        &graph,
        &["qa readers", "qa writers", "prod readers", "QA owners"],
    )
    .await;
    let query = ListQuery {
        top: Some(2),
        ..ListQuery::search(Search::of("displayName", "qa")).order_by(["displayName desc"])
    };
    let found = graph.groups().list(query).collect_all().await.unwrap();
    let names: Vec<_> = found.into_iter().filter_map(|g| g.display_name).collect();
    assert_eq!(names, ["qa writers", "qa readers", "QA owners"]);
}

#[tokio::test(start_paused = true)]
async fn a_search_without_its_header_or_its_form_is_refused() {
    let place = Place::settled();
    let graph = place.operator(place.home);
    refused(
        raw(
            &graph,
            Method::Get,
            "/v1.0/groups?$search=%22displayName:x%22",
            None,
        )
        .await,
        400,
        "Request_UnsupportedQuery",
        "ConsistencyLevel: eventual",
    );
    refused(
        graph
            .groups()
            .list(ListQuery::search(Search::of("colour", "red")))
            .collect_all()
            .await,
        400,
        "Request_BadRequest",
        "'colour' does not exist",
    );
}
