//! The program on a free port, and requests to it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

pub(crate) struct Server {
    child: Child,
    pub(crate) origin: String,
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance-server"));
    command.args(["--port", "0"]).stdin(Stdio::null());
    command
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::spawn(&mut program())
    }

    pub(crate) fn trusting(folder: &Path) -> Self {
        Self::spawn(program().arg("--anchors").arg(folder))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let origin = stdout
            .lines()
            .find_map(|line| line.unwrap().strip_prefix("serving ").map(str::to_owned))
            .expect("the server says where it is");
        Self { child, origin }
    }

    /// Posts a body, whatever it is; returns the HTTP status and the answer.
    pub(crate) fn post_text(&self, path: &str, body: &str) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .into();
        let mut response = agent
            .post(format!("{}{path}", self.origin))
            .content_type("application/json")
            .send(body)
            .unwrap();
        let answer = response.body_mut().read_to_string().unwrap();
        let answer = serde_json::from_str(&answer).expect("every answer is JSON");
        (response.status().as_u16(), answer)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.post_text(path, &body.to_string())
    }

    /// Posts what has to be accepted, and returns the answer.
    pub(crate) fn accepted(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(path, body);
        assert_eq!((status, &answer["status"]), (200, &json!("ok")), "{answer}");
        assert_eq!(answer["errorMessage"], "");
        answer
    }

    /// Posts what has to be refused, and returns why it was.
    pub(crate) fn refused(&self, path: &str, body: &Value) -> String {
        refusal(self.post(path, body))
    }

    pub(crate) fn begin_registration(&self, request: &Value) -> Value {
        self.accepted("/attestation/options", request)
    }

    pub(crate) fn begin_sign_in(&self, name: &str) -> Value {
        self.accepted("/assertion/options", &json!({ "username": name }))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

pub(crate) fn refusal((status, answer): (u16, Value)) -> String {
    assert_eq!(
        (status, &answer["status"]),
        (400, &json!("failed")),
        "{answer}"
    );
    answer["errorMessage"].as_str().unwrap().to_owned()
}

/// Runs the program where it is expected to end by itself.
pub(crate) fn ends(arguments: &[&str]) -> Output {
    let output = program().args(arguments).output().unwrap();
    assert!(!output.status.success(), "{output:?}");
    output
}
