//! How often one thing was read, from the log of an embedded cloud.

use std::collections::HashMap;

use rhc_core::fake::LoggedRequest;

/// The most times that one address was read in a tenant. Where it is 1, nothing was listed twice: the pages of one list
/// count as one, and the same list with another filter or selection counts as the same.
pub fn most_reads_of_one_address(log: &[LoggedRequest]) -> usize {
    let mut reads: HashMap<_, usize> = HashMap::new();
    for request in log.iter().filter(|one| one.method == http::Method::GET) {
        let sent = request.path_and_query.as_str();
        let (path, query) = sent.split_once('?').unwrap_or((sent, ""));
        let further_page = query.to_ascii_lowercase().contains("skiptoken=");
        if !further_page {
            let address = (request.tenant, request.host.as_str(), path.to_lowercase());
            *reads.entry(address).or_default() += 1;
        }
    }
    reads.into_values().max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhc_core::fake::{World, WorldOptions};

    async fn log(paths: &[&str]) -> Vec<LoggedRequest> {
        use azure_core::http::{Method, Request};
        let world = World::new(WorldOptions::default());
        world.mount("service.example", axum::Router::new());
        for path in paths {
            let url = format!("https://service.example{path}").parse().unwrap();
            let request = Request::new(url, Method::Get);
            world.transport().execute_request(&request).await.unwrap();
        }
        world.log()
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_is_read_again_with_another_filter_counts_and_its_pages_do_not() {
        let once = ["/groups", "/groups?$skiptoken=2", "/users?$filter=a"];
        assert_eq!(most_reads_of_one_address(&log(&once).await), 1);
        let twice = ["/groups", "/users", "/Groups?$filter=a"];
        assert_eq!(most_reads_of_one_address(&log(&twice).await), 2);
        assert_eq!(most_reads_of_one_address(&[]), 0);
    }
}
