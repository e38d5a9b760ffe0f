//! Lists that come in pages.

use crate::{
    Error, ErrorKind, Method, Request, Result, Service,
    limits::{LARGEST_LIST, MOST_EMPTY_PAGES, MOST_PAGES},
};
use futures::{Stream, StreamExt, future::BoxFuture, stream};
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashSet, VecDeque},
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// One page as the services send it: Resource Manager's `nextLink` or OData's `@odata.nextLink`.
#[derive(Debug, Clone, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub value: Vec<T>,
    /// Where the next page is. Absent, null or empty at the end.
    #[serde(rename = "nextLink", alias = "@odata.nextLink", default)]
    pub next_link: Option<String>,
    /// How many items the whole list has, where the query asks for it (`$count=true`).
    #[serde(rename = "@odata.count", default)]
    pub count: Option<u64>,
    /// Where changes since this list are, at the end of a delta query.
    #[serde(rename = "@odata.deltaLink", default)]
    pub delta_link: Option<String>,
}

/// A list: a stream of items over as many pages as there are.
///
/// A page's link to another origin than the client's is an error before anything is sent there. So is a list that would not
/// end: one whose next page was read already, with 1,000 empty pages in a row, or with more than 100,000 pages.
pub struct Pages<T> {
    service: Service,
    operation: &'static str,
    headers: Vec<(&'static str, String)>,
    sensitive: bool,
    state: State<T>,
    items: VecDeque<T>,
    continuation: Option<String>,
    delta: Option<String>,
    total: Option<u64>,
    read: Read,
}

/// What was read of a list, to see whether it ends.
#[derive(Default)]
struct Read {
    /// Where pages were: digests, because links are long.
    links: HashSet<[u8; 32]>,
    /// The path of the page read last, for errors.
    path: String,
    pages: usize,
    empty: usize,
    bytes: usize,
}

impl Read {
    /// Counts a page and where the next one is. Why the list cannot go on, if so.
    fn goes_on(&mut self, is_empty: bool, next: Option<&str>) -> Result<(), &'static str> {
        self.pages += 1;
        self.empty = if is_empty { self.empty + 1 } else { 0 };
        let Some(next) = next else {
            return Ok(());
        };
        if !self.links.insert(Sha256::digest(next).into()) {
            Err("the service's next page is one that was read already: the list would never end")
        } else if self.pages >= MOST_PAGES {
            Err("the list has more pages than are read of any: it may never end")
        } else if self.empty >= MOST_EMPTY_PAGES {
            Err("the service gives one empty page after another: the list may never end")
        } else {
            Ok(())
        }
    }
}

enum State<T> {
    Ready(Box<Result<Request>>),
    Waiting(BoxFuture<'static, Result<(Page<T>, usize)>>),
    Done,
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    pub(crate) fn new(service: Service, request: Request) -> Self {
        let (operation, headers) = (request.operation, request.headers.clone());
        let read = Read {
            path: request.shown_path(),
            ..Read::default()
        };
        Self {
            service,
            operation,
            headers,
            sensitive: request.sensitive,
            state: State::Ready(Box::new(Ok(request))),
            items: VecDeque::new(),
            continuation: None,
            delta: None,
            total: None,
            read,
        }
    }

    /// Goes on from a [`continuation`](Self::continuation) that was kept, with the headers that the list began with:
    /// a link holds none, and Graph's advanced queries need `ConsistencyLevel` on every page.
    pub fn resume(
        service: &Service,
        operation: &'static str,
        continuation: &str,
        headers: Vec<(&'static str, String)>,
    ) -> Self {
        let request = service
            .follow(operation, Method::Get, continuation)
            .map(|mut request| {
                request.headers.clone_from(&headers);
                request
            });
        let mut read = Read::default();
        read.links.insert(Sha256::digest(continuation).into());
        if let Ok(request) = &request {
            read.path = request.shown_path();
        }
        Self {
            service: service.clone(),
            operation,
            headers,
            sensitive: false,
            state: State::Ready(Box::new(request)),
            items: VecDeque::new(),
            continuation: Some(continuation.to_owned()),
            delta: None,
            total: None,
            read,
        }
    }

    /// The link to the page after the one that items come from now.
    pub fn continuation(&self) -> Option<&str> {
        self.continuation.as_deref()
    }

    /// The link to ask for changes with, once the last page was read.
    pub fn delta_link(&self) -> Option<&str> {
        self.delta.as_deref()
    }

    /// How many items the whole list has: known once a page was read, where the query asked for it.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The pages instead of their items.
    pub fn by_page(self) -> impl Stream<Item = Result<Vec<T>>> + Send + Unpin {
        stream::unfold(self, |mut pages| async move {
            let page = std::future::poll_fn(|cx| pages.poll_page(cx)).await?;
            Some((page, pages))
        })
        .boxed()
    }

    /// The next page; `None` after the last one.
    pub async fn next_page(&mut self) -> Option<Result<Vec<T>>> {
        std::future::poll_fn(|cx| self.poll_page(cx)).await
    }

    /// All items at once.
    ///
    /// # Errors
    /// The first error of any page; what was read before it is dropped, so that a part never passes for the whole.
    /// [`ErrorKind::Decode`] for a list of more than sixteen times the largest answer: take its pages one by one.
    pub async fn collect_all(mut self) -> Result<Vec<T>> {
        let most = self.service.largest_answer().saturating_mul(LARGEST_LIST);
        let mut all = Vec::new();
        while let Some(page) = self.next_page().await {
            all.extend(page?);
            if self.read.bytes > most {
                return Err(self.error(
                    "the list is larger than what is kept in memory: take its pages one by one",
                ));
            }
        }
        Ok(all)
    }

    fn error(&self, words: &str) -> Error {
        Error::new(ErrorKind::Decode, self.operation, words)
            .with_request(Method::Get, self.read.path.clone())
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Vec<T>>>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(None),
                State::Ready(_) => {
                    let State::Ready(request) = std::mem::replace(&mut self.state, State::Done)
                    else {
                        continue;
                    };
                    let service = self.service.clone();
                    self.state = State::Waiting(Box::pin(async move {
                        let answer = service.send((*request)?).await?;
                        Ok((answer.json::<Page<T>>()?, answer.body.len()))
                    }));
                }
                State::Waiting(future) => {
                    let result = ready!(future.as_mut().poll(cx));
                    self.state = State::Done;
                    let (page, bytes) = match result {
                        Ok(page) => page,
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    };
                    self.read.bytes = self.read.bytes.saturating_add(bytes);
                    let next = page.next_link.filter(|link| !link.is_empty());
                    let goes_on = self.read.goes_on(page.value.is_empty(), next.as_deref());
                    if let Err(why) = goes_on {
                        return Poll::Ready(Some(Err(self.error(why))));
                    }
                    if let Some(link) = &next {
                        let request = self.service.follow(self.operation, Method::Get, link);
                        let request = match request {
                            Ok(mut request) => {
                                // Graph's advanced queries need `ConsistencyLevel` on every page.
                                request.headers.clone_from(&self.headers);
                                request.sensitive = self.sensitive;
                                self.read.path = request.shown_path();
                                Ok(request)
                            }
                            Err(error) => {
                                Err(error.with_request(Method::Get, self.read.path.clone()))
                            }
                        };
                        self.state = State::Ready(Box::new(request));
                    }
                    self.continuation = next;
                    self.delta = page.delta_link;
                    self.total = page.count.or(self.total);
                    return Poll::Ready(Some(Ok(page.value)));
                }
            }
        }
    }
}

impl<T: DeserializeOwned + Send + Unpin + 'static> Stream for Pages<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.poll_page(cx)) {
                Some(Ok(page)) => self.items = page.into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &self.operation)
            .field("buffered", &self.items.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_only_so_many_pages() {
        let mut read = Read::default();
        let mut page = |at: usize| read.goes_on(false, Some(&format!("/things?p={at}")));
        assert!((1..MOST_PAGES).all(|at| page(at).is_ok()));
        assert!(page(MOST_PAGES).unwrap_err().contains("more pages"));
    }
}
