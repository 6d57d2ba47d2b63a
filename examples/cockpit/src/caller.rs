//! Who is asking: time, address and cookies of a request, read once.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit::{OsRng, UnixTime};
use rand_core::Rng as _;

use crate::cookies::{Cookie, WithCookie as _};
use crate::failure::Failure;
use crate::forms::FormOwner;
use crate::notice::Notice;
use crate::session::SessionKey;
use crate::state::App;

/// The address at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What is known of a request before anybody has proven anything.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) now: UnixTime,
    pub(crate) source: IpAddr,
    pub(crate) notice: Option<Notice>,
    /// Under which the browser's session is kept, if it has one.
    pub(crate) session: Option<SessionKey>,
    /// The token of a sign-in that waits for its second factor.
    pub(crate) pending: Option<String>,
    /// What the library wants to know of the request.
    pub(crate) request: mfakit::Request,
}

impl Caller {
    fn of(request: &Request, app: &App) -> Result<Self, Failure> {
        let Peer(peer) = *request
            .extensions()
            .get()
            .ok_or_else(|| Failure::unexpected("a request of nobody"))?;
        let headers = request.headers();
        let source = match app.proxy() {
            Some(proxy) if proxy == peer => forwarded_for(headers).unwrap_or(peer),
            _ => peer,
        };
        let now = app.now();
        let mut known = mfakit::Request::new(now)
            .source(source)
            .cookies(&all_cookies(headers));
        if let Some(agent) = headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok())
        {
            known = known.user_agent(agent);
        }
        let mode = app.cookie_mode();
        Ok(Self {
            now,
            source,
            notice: Notice::of(headers, mode),
            session: Cookie::Session.read(headers, mode).map(SessionKey::of),
            pending: Cookie::Pending.read(headers, mode).map(str::to_owned),
            request: known,
        })
    }
}

/// The last entry is the proxy's own; those before it, anybody can write.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

fn all_cookies(headers: &HeaderMap) -> String {
    let all: Vec<_> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    all.join("; ")
}

/// Reads the caller once for all that follows, and takes the notice away that a page has shown.
pub(crate) async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let caller = match Caller::of(&request, &app) {
        Ok(caller) => caller,
        Err(failure) => return failure.into_response(),
    };
    let had_notice = caller.notice.is_some();
    request.extensions_mut().insert(caller);
    let response = next.run(request).await;
    if had_notice && is_page(&response) {
        return response.with_cookie(Cookie::Notice.clear(app.cookie_mode()));
    }
    response
}

fn is_page(response: &Response) -> bool {
    let html = response.headers().get(CONTENT_TYPE).is_some_and(|kind| {
        kind.to_str()
            .is_ok_and(|kind| kind.starts_with("text/html"))
    });
    response.status().is_success() && html
}

impl FromRequestParts<App> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Failure::unexpected("a request of nobody"))
    }
}

/// A browser whose user need not be signed in. Its forms are bound to a cookie.
pub(crate) struct Visitor {
    cookie: String,
    is_new: bool,
}

/// Length of the text form of 32 bytes.
const COOKIE_CHARS: usize = 43;

impl Visitor {
    pub(crate) fn owner(&self) -> FormOwner<'_> {
        FormOwner::Browser(&self.cookie)
    }

    pub(crate) fn token(&self, app: &App) -> String {
        self.owner().token(app.form_key())
    }

    /// Adds the cookie to an answer if the browser has none yet.
    pub(crate) fn greet(&self, response: Response, app: &App) -> Response {
        if self.is_new {
            response.with_cookie(Cookie::Form.set(&self.cookie, app.cookie_mode()))
        } else {
            response
        }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let found = Cookie::Form.read(&parts.headers, app.cookie_mode());
        if let Some(cookie) = found.filter(|cookie| cookie.len() == COOKIE_CHARS) {
            return Ok(Self {
                cookie: cookie.to_owned(),
                is_new: false,
            });
        }
        let mut bytes = [0; 32];
        OsRng::new()
            .map_err(|error| Failure::internal(&error))?
            .fill_bytes(&mut bytes);
        Ok(Self {
            cookie: Base64UrlUnpadded::encode_string(&bytes),
            is_new: true,
        })
    }
}
