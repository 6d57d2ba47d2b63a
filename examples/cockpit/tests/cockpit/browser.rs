//! A browser: a jar of cookies, the page it shows, and the forms on it.

pub(crate) mod keys;
mod page;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub(crate) use self::page::{Page, attribute, between};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct Browser {
    port: u16,
    /// By name, in the order of their names.
    pub(crate) jar: BTreeMap<String, String>,
    /// Every cookie that was ever set, for those who look for secrets.
    pub(crate) seen: Vec<(String, String)>,
    pub(crate) path: String,
    pub(crate) page: Page,
}

impl Browser {
    pub(crate) fn new(port: u16) -> Self {
        let page = Page {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: String::new(),
        };
        Self {
            port,
            jar: BTreeMap::new(),
            seen: Vec::new(),
            path: String::new(),
            page,
        }
    }

    /// Sends one request, with exactly these headers besides the cookies, and follows nothing.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: &str,
    ) -> Page {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        if !self.jar.is_empty() {
            let cookies: Vec<_> = self
                .jar
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(COOKIE, cookies.join("; "));
        }
        let page = exchange(
            self.port,
            request.body(Body::from(body.to_owned())).unwrap(),
        )
        .await;
        for header in page.headers.get_all(SET_COOKIE) {
            self.keep(header.to_str().unwrap());
        }
        page
    }

    fn keep(&mut self, header: &str) {
        let (pair, attributes) = header.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        if attributes.contains("Max-Age=0") {
            self.jar.remove(name);
        } else {
            self.seen.push((name.to_owned(), value.to_owned()));
            self.jar.insert(name.to_owned(), value.to_owned());
        }
    }

    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Opens an address and follows redirects, at most five.
    pub(crate) async fn open(&mut self, path: &str) -> &Page {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let host = self.host();
            let page = self.send(Method::GET, &path, &[(HOST, &host)], "").await;
            if page.status != StatusCode::SEE_OTHER {
                self.path = path;
                self.page = page;
                return &self.page;
            }
            page.headers[LOCATION]
                .to_str()
                .unwrap()
                .clone_into(&mut path);
        }
        panic!("redirected for ever, last to {path}");
    }

    /// Posts fields without looking at any page, and follows nothing.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.post_body(path, &body).await
    }

    /// Posts a body as a form.
    pub(crate) async fn post_body(&mut self, path: &str, body: &str) -> Page {
        let host = self.host();
        let origin = format!("http://{host}");
        let headers = [
            (HOST, host.as_str()),
            (ORIGIN, origin.as_str()),
            (HeaderName::from_static("sec-fetch-site"), "same-origin"),
            (CONTENT_TYPE, "application/x-www-form-urlencoded"),
        ];
        self.send(Method::POST, path, &headers, body).await
    }

    /// Posts the hidden fields of the form on the page that posts to `action`, and some more, to
    /// where its options are, as the script does.
    pub(crate) async fn ask_options(&mut self, action: &str, fields: &[(&str, &str)]) -> Page {
        let hidden = self.hidden(action);
        let mut all: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend(fields);
        self.ask(&format!("{action}/options"), &all).await
    }

    /// Posts fields as the script does.
    pub(crate) async fn ask(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let host = self.host();
        let origin = format!("http://{host}");
        let headers = [
            (HOST, host.as_str()),
            (ORIGIN, origin.as_str()),
            (HeaderName::from_static("sec-fetch-site"), "same-origin"),
            (CONTENT_TYPE, "application/x-www-form-urlencoded"),
            (ACCEPT, "application/json"),
        ];
        self.send(Method::POST, path, &headers, &body).await
    }

    /// The hidden fields of the form on the page that posts to `action`.
    pub(crate) fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let form = self.page.form(action);
        let inputs = form
            .split("<input ")
            .skip(1)
            .filter(|input| input.contains(r#"type="hidden""#));
        inputs
            .map(|input| {
                (
                    attribute(input, "name").unwrap(),
                    attribute(input, "value").unwrap(),
                )
            })
            .collect()
    }

    /// Fills in the form on the page that posts to `action`, and follows to the next page.
    pub(crate) async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> &Page {
        let page = self.submit_only(action, fields).await;
        if page.status == StatusCode::SEE_OTHER {
            let location = page.headers[LOCATION].to_str().unwrap().to_owned();
            return self.open(&location).await;
        }
        action.clone_into(&mut self.path);
        self.page = page;
        &self.page
    }

    /// Fills in the form on the page, and does not look where the answer leads.
    pub(crate) async fn submit_only(&mut self, action: &str, fields: &[(&str, &str)]) -> Page {
        let hidden = self.hidden(action);
        let mut all: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend(fields);
        self.post(action, &all).await
    }
}

/// What people do.
impl Browser {
    pub(crate) async fn create_account(&mut self, name: &str) -> &Page {
        self.open("/account/new").await;
        self.submit(
            "/account/new",
            &[("username", name), ("password", PASSWORD)],
        )
        .await
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> &Page {
        self.open("/sign-in").await;
        self.submit("/sign-in", &[("username", name), ("password", password)])
            .await
    }

    pub(crate) async fn sign_out(&mut self) -> &Page {
        self.open("/").await;
        self.submit("/sign-out", &[]).await
    }

    /// Begins to set up an application, and returns its key.
    pub(crate) async fn begin_set_up(&mut self) -> String {
        self.open("/authentication/applications/new").await;
        self.submit("/authentication/applications/new", &[]).await;
        self.page.key()
    }

    /// Enters the first code of a new application.
    pub(crate) async fn finish_set_up(&mut self, code: &str, name: &str) -> &Page {
        let fields = [("code", code), ("name", name)];
        self.submit("/authentication/applications/setup", &fields)
            .await
    }

    pub(crate) async fn enter_code(&mut self, code: &str) -> &Page {
        self.submit("/sign-in/code", &[("code", code)]).await
    }

    /// Opens the page of the devices, and returns the address of the device with this name, less
    /// what is to be done with it.
    pub(crate) async fn device(&mut self, name: &str) -> String {
        self.open("/authentication").await;
        self.page.device(name).unwrap()
    }
}

async fn exchange(port: u16, request: Request<Body>) -> Page {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    drop(sender);
    _ = connection.await;
    Page {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8(body.into()).unwrap(),
    }
}
