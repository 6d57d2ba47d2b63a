//! A client of WebDriver (<https://www.w3.org/TR/webdriver2/>): a browser of its own, and requests.

use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

use crate::which::Which;

/// The longest that a request may take: nothing here does, unless something hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a search waits for its element, in milliseconds: slow machines, not slow pages.
const IMPLICIT_WAIT: u32 = 15_000;

/// The member under which WebDriver returns an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser without a window, and what drives it. Both end with it.
pub(crate) struct WebDriver {
    agent: Agent,
    /// The address of the session.
    session: String,
    /// The browser's process id.
    browser: String,
    driver: Child,
    profile: TempDir,
}

/// An element of the page that is shown.
#[derive(Debug)]
pub(crate) struct Element(String);

/// A command that the driver refused.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: String,
    pub(crate) message: String,
}

impl WebDriver {
    /// Starts Chromium; `None`, and `test` is reported as skipped, where there is none.
    pub(crate) fn start(test: &str) -> Option<Self> {
        if let Some(program) = Which::Chromium.lacks() {
            xtask::skip(test, &format!("{program} is not installed"));
            return None;
        }
        Some(Self::launch(Which::Chromium))
    }

    /// Starts Firefox; `None`, with a line that says so, where it or its driver is not there.
    pub(crate) fn start_firefox(test: &str) -> Option<Self> {
        if let Some(program) = Which::Firefox.lacks() {
            eprintln!("{test}: {program} is not installed, so Firefox was not tried");
            return None;
        }
        Some(Self::launch(Which::Firefox))
    }

    fn launch(which: Which) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut driver = which
            .driver(profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(driver.stdout.take().unwrap());
        let port = port(&mut stdout, which.announcement());
        // It may have more to say, and would wait for somebody to read it.
        thread::spawn(move || io::copy(&mut stdout, &mut io::sink()));
        let agent: Agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .into();
        let mut this = Self {
            agent,
            session: format!("http://127.0.0.1:{port}/session"),
            browser: String::new(),
            driver,
            profile,
        };
        this.open_session(which);
        this
    }

    fn open_session(&mut self, which: Which) {
        let (name, options) = which.options(self.profile.path());
        let capabilities = json!({ "alwaysMatch": {
            "timeouts": { "implicit": IMPLICIT_WAIT, "script": 15_000, "pageLoad": 30_000 },
            name: options,
        }});
        let opened = self.post("", &json!({ "capabilities": capabilities }));
        self.browser = opened["capabilities"][which.process()].to_string();
        let id = opened["sessionId"].as_str().unwrap();
        self.session = format!("{}/{id}", self.session);
    }

    /// Sends a command whose path is below that of the session.
    pub(crate) fn try_post(&self, path: &str, body: &Value) -> Result<Value, Refused> {
        let request = self.agent.post(format!("{}{path}", self.session));
        let request = request.content_type("application/json");
        answer(request.send(body.to_string()))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.try_post(path, body)
            .unwrap_or_else(|refused| panic!("{path} {body}: {refused:?}"))
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        answer(self.agent.get(format!("{}{path}", self.session)).call())
            .unwrap_or_else(|refused| panic!("{path}: {refused:?}"))
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Value, Refused> {
        answer(self.agent.delete(format!("{}{path}", self.session)).call())
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) fn cdp(&self, command: &str, parameters: &Value) -> Value {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": command, "params": parameters }),
        )
    }

    /// Runs a function's body in the page, and returns what it returns.
    pub(crate) fn script(&self, body: &str, arguments: &[Value]) -> Value {
        self.post(
            "/execute/sync",
            &json!({ "script": body, "args": arguments }),
        )
    }

    /// Runs the body of an async function in the page, and returns what it resolves to.
    pub(crate) fn async_script(&self, body: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {body} }})().then(done, (error) => done(`failed: ${{error}}`));"
        );
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// The first element, waiting for it if need be.
    pub(crate) fn find(&self, how: &str, selector: &str) -> Element {
        let query = json!({ "using": how, "value": selector });
        match self.try_post("/element", &query) {
            Ok(found) => Element(found[ELEMENT].as_str().unwrap().to_owned()),
            Err(Refused { error, message }) => {
                panic!("{selector}: {error}: {message}\n{}", self.text())
            }
        }
    }

    pub(crate) fn click(&self, element: &Element) {
        self.post(&format!("/element/{}/click", element.0), &json!({}));
    }

    /// Types into a field that is emptied first.
    pub(crate) fn fill(&self, element: &Element, text: &str) {
        let Element(id) = element;
        self.post(&format!("/element/{id}/clear"), &json!({}));
        self.post(&format!("/element/{id}/value"), &json!({ "text": text }));
    }

    /// Goes into a frame; the next page that is opened is outside again.
    pub(crate) fn enter(&self, frame: &Element) {
        let Element(id) = frame;
        self.post("/frame", &json!({ "id": { ELEMENT: id } }));
    }

    pub(crate) fn text_of(&self, element: &Element) -> String {
        let text = self.get(&format!("/element/{}/text", element.0));
        text.as_str().unwrap().to_owned()
    }

    /// How many there are now, without waiting.
    pub(crate) fn count(&self, selector: &str) -> u64 {
        let count = self.script(
            "return document.querySelectorAll(arguments[0]).length",
            &[selector.into()],
        );
        count.as_u64().unwrap()
    }

    /// What a person can read on the page.
    pub(crate) fn text(&self) -> String {
        let text = self.script("return document.body.innerText", &[]);
        text.as_str().unwrap_or_default().to_owned()
    }
}

/// Waits until the driver listens, and returns where.
fn port(stdout: &mut BufReader<ChildStdout>, announcement: &str) -> u16 {
    let mut line = String::new();
    while stdout.read_line(&mut line).unwrap() > 0 {
        if let Some((_, port)) = line.trim_end().rsplit_once(announcement) {
            return port.trim_end_matches('.').parse().unwrap();
        }
        line.clear();
    }
    panic!("the driver ended without listening");
}

fn answer(
    response: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Value, Refused> {
    let mut response = response.expect("the driver answers");
    let body = response.body_mut().with_config().limit(64 << 20);
    let mut body: Value = serde_json::from_str(&body.read_to_string().unwrap()).unwrap();
    let value = body["value"].take();
    if response.status().is_success() {
        return Ok(value);
    }
    let text = |member: &str| value[member].as_str().unwrap_or_default().to_owned();
    Err(Refused {
        error: text("error"),
        message: text("message"),
    })
}

impl Drop for WebDriver {
    fn drop(&mut self) {
        // The driver ends the browser; where it does not answer any more, the browser goes first.
        let ended = self.agent.delete(&self.session).call();
        if !ended.is_ok_and(|response| response.status().is_success()) {
            _ = Command::new("kill").args(["-KILL", &self.browser]).status();
        }
        _ = self.driver.kill();
        _ = self.driver.wait();
    }
}
