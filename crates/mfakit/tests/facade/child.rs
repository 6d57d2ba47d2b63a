//! The second process: this test binary once more, with an order to carry out.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use mfakit::sqlite::SqliteStore;
use mfakit::{DeviceId, Keys, Mfa, Request, Sealed, SessionGrant, UnixTime};
use tokio::task::JoinSet;

use crate::browser::Browser;
use crate::why::why;

const FOLDER: &str = "MFAKIT_TEST_FOLDER";
const ORDER: &str = "MFAKIT_TEST_ORDER";

pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("mfa.db")
}

pub(crate) fn key_file(folder: &Path) -> PathBuf {
    folder.join("keys").join("mfa.keys")
}

/// What a process has to do, in its folder, once it is told to start.
pub(crate) enum Order {
    /// Builds the service.
    Build,
    /// Confirms a set-up, so many times at once, in a session.
    Confirm {
        times: usize,
        session: String,
        code: String,
        now: UnixTime,
    },
    /// Removes a device, in a session.
    Remove {
        device: DeviceId,
        session: String,
        now: UnixTime,
    },
    /// Gives a code in each of these browsers at once.
    Submit {
        browsers: Vec<Browser>,
        code: String,
        now: UnixTime,
    },
    /// Registers a key, in each of these sessions at once.
    Register {
        sessions: Vec<(String, Browser)>,
        answer: String,
        now: UnixTime,
    },
    /// Gives a recovery code in each of these browsers at once.
    Recover {
        browsers: Vec<(String, Browser)>,
        now: UnixTime,
    },
    /// Gives one answer of a key, so many times at once.
    Assert {
        times: usize,
        passkey: bool,
        browser: Browser,
        answer: String,
        now: UnixTime,
    },
}

impl Order {
    fn to_text(&self) -> String {
        match self {
            Self::Build => "build".to_owned(),
            Self::Confirm {
                times,
                session,
                code,
                now,
            } => format!("confirm\n{times}\n{session}\n{code}\n{}", now.as_secs()),
            Self::Remove {
                device,
                session,
                now,
            } => format!("remove\n{device}\n{session}\n{}", now.as_secs()),
            Self::Submit {
                browsers,
                code,
                now,
            } => {
                let mut text = format!("submit\n{code}\n{}", now.as_secs());
                for Browser { token, cookies } in browsers {
                    text += &format!("\n{token} {cookies}");
                }
                text
            }
            Self::Register {
                sessions,
                answer,
                now,
            } => {
                let mut text = format!("register\n{answer}\n{}", now.as_secs());
                for (session, Browser { token, cookies }) in sessions {
                    text += &format!("\n{session} {token} {cookies}");
                }
                text
            }
            Self::Recover { browsers, now } => {
                let mut text = format!("recover\n{}", now.as_secs());
                for (code, Browser { token, cookies }) in browsers {
                    text += &format!("\n{code} {token} {cookies}");
                }
                text
            }
            Self::Assert {
                times,
                passkey,
                browser: Browser { token, cookies },
                answer,
                now,
            } => format!(
                "assert\n{times}\n{passkey}\n{token}\n{cookies}\n{answer}\n{}",
                now.as_secs()
            ),
        }
    }

    fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        let mut line = || lines.next().expect("a line").to_owned();
        let time = |secs: String| UnixTime::from_secs(secs.parse().expect("seconds"));
        match line().as_str() {
            "build" => Self::Build,
            "confirm" => Self::Confirm {
                times: line().parse().expect("a number"),
                session: line(),
                code: line(),
                now: time(line()),
            },
            "remove" => Self::Remove {
                device: line().parse().expect("an id"),
                session: line(),
                now: time(line()),
            },
            "submit" => Self::Submit {
                code: line(),
                now: time(line()),
                browsers: lines.map(Browser::parse).collect(),
            },
            "register" => Self::Register {
                answer: line(),
                now: time(line()),
                sessions: lines
                    .map(|line| {
                        let (session, rest) = line.split_once(' ').expect("three words");
                        (session.to_owned(), Browser::parse(rest))
                    })
                    .collect(),
            },
            "recover" => Self::Recover {
                now: time(line()),
                browsers: lines
                    .map(|line| {
                        let (code, rest) = line.split_once(' ').expect("three words");
                        (code.to_owned(), Browser::parse(rest))
                    })
                    .collect(),
            },
            "assert" => Self::Assert {
                times: line().parse().expect("a number"),
                passkey: line().parse().expect("yes or no"),
                browser: Browser {
                    token: line(),
                    cookies: line(),
                },
                answer: line(),
                now: time(line()),
            },
            other => panic!("no order: {other}"),
        }
    }
}

/// Not a test, but what the second process is.
#[test]
#[ignore = "run by the tests that need a second process"]
fn process() {
    let (Some(folder), Some(order)) = (env::var_os(FOLDER), env::var_os(ORDER)) else {
        return;
    };
    let order = Order::parse(&fs::read_to_string(order).expect("the order is there"));
    // The test harness has begun a line.
    say("");
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap()
        .block_on(carry_out(Path::new(&folder), order));
}

type Task = Pin<Box<dyn Future<Output = String> + Send>>;

async fn carry_out(folder: &Path, order: Order) {
    let tasks = match order {
        Order::Build => vec![build(folder)],
        order => tasks(&service(folder).await, order).await,
    };
    wait_for_start();
    let tasks: JoinSet<String> = tasks.into_iter().collect();
    for end in tasks.join_all().await {
        say(format!("end {end}"));
    }
}

fn build(folder: &Path) -> Task {
    let keys = Keys::load_or_create(key_file(folder)).expect("keys");
    let store = SqliteStore::create_or_open(database(folder)).expect("a store");
    let builder = Mfa::builder("Example").store(store).keys(keys);
    Box::pin(async move { format!("{:?}", builder.build().await.expect("built").store_id()) })
}

/// What an order comes to in a service that was built, to be done at once.
async fn tasks(mfa: &Mfa, order: Order) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    match order {
        Order::Build => {}
        Order::Confirm {
            times,
            session,
            code,
            now,
        } => {
            for _ in 0..times {
                let (mfa, code) = (mfa.clone(), code.clone());
                let (grant, request) = resumed(&mfa, &session, now).await;
                tasks.push(Box::pin(async move {
                    let confirmed = mfa.confirm_totp(&grant, &code, None, &request).await;
                    format!("{:?}", why(confirmed))
                }));
            }
        }
        Order::Remove {
            device,
            session,
            now,
        } => {
            let mfa = mfa.clone();
            let (grant, request) = resumed(&mfa, &session, now).await;
            tasks.push(Box::pin(async move {
                let removed = mfa.remove_device(&grant, device, &request).await;
                format!("{:?}", why(removed))
            }));
        }
        Order::Submit {
            browsers,
            code,
            now,
        } => {
            for browser in browsers {
                let (mfa, code) = (mfa.clone(), code.clone());
                tasks.push(Box::pin(async move {
                    format!("{:?}", why(browser.submit(&mfa, &code, now).await))
                }));
            }
        }
        Order::Register {
            sessions,
            answer,
            now,
        } => {
            for (session, browser) in sessions {
                let (mfa, answer) = (mfa.clone(), answer.clone());
                let (grant, _) = resumed(&mfa, &session, now).await;
                tasks.push(Box::pin(async move {
                    let token = Sealed::from_text(&browser.token).expect("a token");
                    let request = browser.request(now);
                    let confirmed = mfa.confirm_webauthn(&grant, &token, &answer, None, &request);
                    format!("{:?}", why(confirmed.await))
                }));
            }
        }
        Order::Recover { browsers, now } => {
            for (code, browser) in browsers {
                let mfa = mfa.clone();
                tasks.push(Box::pin(async move {
                    let request = browser.request(now);
                    let token = browser.token();
                    let recovered = mfa.verify_recovery_code(&token, &code, &request).await;
                    format!("{:?}", why(recovered))
                }));
            }
        }
        Order::Assert {
            times,
            passkey,
            browser,
            answer,
            now,
        } => {
            for _ in 0..times {
                let (mfa, browser, answer) = (mfa.clone(), browser.clone(), answer.clone());
                tasks.push(Box::pin(async move {
                    let given = crate::house::give(&mfa, &browser, &answer, passkey, now);
                    format!("{:?}", why(given.await))
                }));
            }
        }
    }
    tasks
}

async fn resumed(mfa: &Mfa, session: &str, now: UnixTime) -> (SessionGrant, Request) {
    let request = Request::new(now);
    let session = Sealed::from_text(session).expect("a sealed session");
    let grant = mfa.resume(&session, &request).await.expect("a session");
    (grant, request)
}

/// The service in a folder where it has been built before.
pub(crate) async fn service(folder: &Path) -> Mfa {
    let keys = Keys::load(key_file(folder)).expect("keys");
    let store = SqliteStore::open(database(folder)).expect("a store");
    let builder = Mfa::builder("Example").store(store).keys(keys);
    let builder = builder.webauthn(crate::house::service());
    builder.build().await.expect("built")
}

fn wait_for_start() {
    say("ready");
    io::stdin()
        .read_line(&mut String::new())
        .expect("standard input is open");
}

/// Writes a line in one piece.
fn say(line: impl AsRef<str>) {
    let line = format!("{}\n", line.as_ref());
    let written = io::stdout().lock().write_all(line.as_bytes());
    written.expect("standard output is open");
}

/// A process that was started, and waits to be told so.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    stdin: ChildStdin,
}

impl Running {
    fn start(folder: &Path, number: usize, order: &Order) -> Self {
        let path = folder.join(format!("order-{number}"));
        fs::write(&path, order.to_text()).unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child::process", "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .env(ORDER, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stdin = child.stdin.take().unwrap();
        let mut running = Self {
            child,
            lines,
            stdin,
        };
        let ready = running.lines.any(|line| line.unwrap() == "ready");
        assert!(ready, "the process has said why");
        running
    }
}

/// Carries out several orders at once, a process each, and returns what became of everything.
pub(crate) fn at_once(folder: &Path, orders: &[Order]) -> Vec<String> {
    let orders = orders.iter().enumerate();
    let mut running: Vec<_> = orders
        .map(|(number, order)| Running::start(folder, number, order))
        .collect();
    for process in &mut running {
        process.stdin.write_all(b"go\n").unwrap();
    }
    let mut ends = Vec::new();
    for mut process in running {
        for line in process.lines {
            if let Some(end) = line.unwrap().strip_prefix("end ") {
                ends.push(end.to_owned());
            }
        }
        assert!(process.child.wait().unwrap().success());
    }
    ends
}
