//! Lists that come in pages.

use crate::{Error, ErrorKind, Method, Request, Result, Service};
use futures::{Stream, StreamExt, future::BoxFuture, stream};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::VecDeque,
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
/// A page's link to another origin than the client's is an error before anything is sent there.
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
}

enum State<T> {
    Ready(Box<Result<Request>>),
    Waiting(BoxFuture<'static, Result<Page<T>>>),
    Done,
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    pub(crate) fn new(service: Service, request: Request) -> Self {
        let (operation, headers) = (request.operation, request.headers.clone());
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
    pub async fn collect_all(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(page) = self.next_page().await {
            all.extend(page?);
        }
        Ok(all)
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
                        service.send((*request)?).await?.json::<Page<T>>()
                    }));
                }
                State::Waiting(future) => {
                    let result = ready!(future.as_mut().poll(cx));
                    self.state = State::Done;
                    let page = match result {
                        Ok(page) => page,
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    };
                    let next = page.next_link.filter(|link| !link.is_empty());
                    if next.is_some() && next == self.continuation {
                        let message = "the service's next page is the page just read: the list would never end";
                        return Poll::Ready(Some(Err(Error::new(
                            ErrorKind::Decode,
                            self.operation,
                            message,
                        ))));
                    }
                    if let Some(link) = &next {
                        let request = self.service.follow(self.operation, Method::Get, link).map(
                            |mut request| {
                                // Graph's advanced queries need `ConsistencyLevel` on every page.
                                request.headers.clone_from(&self.headers);
                                request.sensitive = self.sensitive;
                                request
                            },
                        );
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
