//! Which browser, and how it is started.

use std::env;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    Chromium,
    Firefox,
}

impl Which {
    /// The browser and its driver.
    const fn programs(self) -> [&'static str; 2] {
        match self {
            Self::Chromium => ["chromium", "chromedriver"],
            Self::Firefox => ["firefox", "geckodriver"],
        }
    }

    /// The first of the programs that is not in the `PATH`.
    pub(crate) fn lacks(self) -> Option<&'static str> {
        let path = env::var_os("PATH").unwrap_or_default();
        let is_here =
            |program: &&str| env::split_paths(&path).any(|folder| folder.join(program).is_file());
        self.programs()
            .into_iter()
            .find(|program| !is_here(program))
    }

    /// The driver, on a port that it chooses.
    pub(crate) fn driver(self, profile: &Path) -> Command {
        let [_, driver] = self.programs();
        let mut command = Command::new(driver);
        command.arg("--port=0");
        if matches!(self, Self::Firefox) {
            command.arg("--profile-root").arg(profile);
        }
        command
    }

    /// What stands before the port in the line that says where the driver listens.
    pub(crate) const fn announcement(self) -> &'static str {
        match self {
            Self::Chromium => "successfully on port ",
            Self::Firefox => "Listening on 127.0.0.1:",
        }
    }

    /// How the browser is to be started.
    pub(crate) fn options(self, profile: &Path) -> (&'static str, Value) {
        match self {
            Self::Chromium => {
                let profile = format!("--user-data-dir={}", profile.display());
                let arguments = [
                    "--headless=new",
                    // Chromium refuses to run as root with it, and the pages are our own.
                    "--no-sandbox",
                    // Nothing but these pages is fetched.
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-quic",
                    "--no-first-run",
                    "--lang=en-US",
                    &profile,
                ];
                ("goog:chromeOptions", json!({ "args": arguments }))
            }
            Self::Firefox => {
                // Virtual authenticators alone: a look for real ones does not end.
                let preferences = json!({
                    "security.webauth.webauthn_enable_softtoken": true,
                    "security.webauth.webauthn_enable_usbtoken": false,
                });
                let options = json!({ "args": ["-headless"], "prefs": preferences });
                ("moz:firefoxOptions", options)
            }
        }
    }

    /// The capability that tells the browser's process id.
    pub(crate) const fn process(self) -> &'static str {
        match self {
            Self::Chromium => "goog:processID",
            Self::Firefox => "moz:processID",
        }
    }
}
