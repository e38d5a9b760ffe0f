//! What `cargo run --example cross_tenant_sql` tells of the way and its links.

#[path = "../crossing/mod.rs"]
mod crossing;

#[tokio::test(start_paused = true)]
async fn the_way_and_each_link_broken() {
    let story = Box::pin(crossing::story()).await.unwrap();
    // No token, no signature, no password.
    assert!(!story.contains("eyJ") && !story.to_lowercase().contains("pwd"));
    assert_eq!(story.matches("BAD").count(), 15);
    insta::assert_snapshot!(story);
}
