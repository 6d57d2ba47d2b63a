//! Where the application runs and where it keeps its files: from environment variables, or from
//! nothing at all.

mod origin;
mod smtp;

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use mfakit::Required;

use crate::state::SERVICE;
use crate::user_name::UserName;

pub use origin::{InvalidOrigin, Origin};
pub use smtp::{InvalidSmtpUrl, SmtpUrl};

/// The port of a start without configuration.
const DEFAULT_PORT: u16 = 3000;

/// Where the application runs and where it keeps its files.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) origin: Origin,
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) data: PathBuf,
    pub(crate) keys: PathBuf,
    pub(crate) proxy: Option<IpAddr>,
    pub(crate) smtp: Option<SmtpUrl>,
    /// Who letters are from, if that was chosen.
    pub(crate) mail_from: Option<String>,
    /// Who may help users that have lost everything.
    pub(crate) operators: Vec<UserName>,
    /// What users must set up.
    pub(crate) required: Required,
    /// Other origins of the service, which may use the same passkeys.
    pub(crate) related_origins: Vec<Origin>,
}

impl Config {
    /// Describes an application that this computer alone can reach, at
    /// `http://localhost:<port>`.
    ///
    /// # Inputs
    ///
    /// - `data`: the folder of the two databases.
    /// - `keys`: the key file; not in that folder.
    #[must_use]
    pub fn local(port: u16, data: PathBuf, keys: PathBuf) -> Self {
        Self {
            origin: Origin::localhost(port),
            // A browser may take `localhost` for either of them.
            listen: vec![
                SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
                SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
            ],
            data,
            keys,
            proxy: None,
            smtp: None,
            mail_from: None,
            operators: Vec::new(),
            required: Required::Nothing,
            related_origins: Vec::new(),
        }
    }

    /// Names a user who may help others.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Malformed`] if it is no user name.
    pub fn with_operator(mut self, name: &str) -> Result<Self, ConfigError> {
        let variable = "COCKPIT_OPERATORS";
        let name = UserName::parse(name).map_err(|_| ConfigError::Malformed { variable })?;
        self.operators.push(name);
        Ok(self)
    }

    /// Demands a method of every user, at once.
    #[must_use]
    pub fn with_required(mut self, required: Required) -> Self {
        self.required = required;
        self
    }

    /// Sends letters through a mail server, and not into a folder.
    #[must_use]
    pub fn with_smtp(mut self, smtp: SmtpUrl) -> Self {
        self.smtp = Some(smtp);
        self
    }

    /// Reads the configuration from environment variables; README.md lists them.
    ///
    /// # Inputs
    ///
    /// `variable`: returns the value of an environment variable.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a variable is malformed, or if the application would be reachable from
    /// elsewhere without everything that this needs.
    pub fn from_env(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let vars = Variables(variable);
        let data = match vars.path("COCKPIT_DATA") {
            Some(path) => path,
            None => vars.folder("XDG_DATA_HOME", ".local/share")?,
        };
        let keys = match vars.path("COCKPIT_KEYS") {
            Some(path) => path,
            None => vars.folder("XDG_CONFIG_HOME", ".config")?.join("keys"),
        };
        if keys.starts_with(&data) {
            return Err(ConfigError::KeysBesideData);
        }
        let listen: Option<SocketAddr> = vars.parsed("COCKPIT_LISTEN")?;
        if listen.is_some_and(|address| address.port() == 0) {
            return Err(ConfigError::Malformed {
                variable: "COCKPIT_LISTEN",
            });
        }

        let is_local = listen.is_none_or(|address| address.ip().is_loopback());
        if is_local && vars.path("COCKPIT_ORIGIN").is_none() {
            let port = listen.map_or(DEFAULT_PORT, |address| address.port());
            return Ok(Self {
                smtp: vars.parsed("COCKPIT_SMTP_URL")?,
                mail_from: vars.parsed("COCKPIT_MAIL_FROM")?,
                operators: vars.names("COCKPIT_OPERATORS")?,
                required: vars.required_method("COCKPIT_REQUIRE")?,
                related_origins: vars.origins("COCKPIT_RELATED_ORIGINS")?,
                ..Self::local(port, data, keys)
            });
        }
        vars.demand_all_for_others()?;
        let default = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
        Ok(Self {
            origin: vars.required("COCKPIT_ORIGIN")?,
            listen: vec![listen.unwrap_or(default)],
            data,
            keys,
            proxy: vars.parsed("COCKPIT_PROXY")?,
            smtp: Some(vars.required("COCKPIT_SMTP_URL")?),
            mail_from: vars.parsed("COCKPIT_MAIL_FROM")?,
            operators: vars.names("COCKPIT_OPERATORS")?,
            required: vars.required_method("COCKPIT_REQUIRE")?,
            related_origins: vars.origins("COCKPIT_RELATED_ORIGINS")?,
        })
    }

    /// Returns the address to open in a browser.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the addresses to listen on.
    #[must_use]
    pub fn listen(&self) -> &[SocketAddr] {
        &self.listen
    }

    /// Returns the folder of the databases.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Who letters are from.
    pub(crate) fn sender(&self) -> String {
        let host = self.origin.host();
        self.mail_from
            .clone()
            .unwrap_or_else(|| format!("{SERVICE} <no-reply@{host}>"))
    }

    /// Returns the path of the key file.
    #[must_use]
    pub fn keys(&self) -> &Path {
        &self.keys
    }
}

struct Variables<F>(F);

impl<F: Fn(&str) -> Option<OsString>> Variables<F> {
    /// An empty variable counts as none, as the XDG specification has it.
    fn path(&self, name: &'static str) -> Option<PathBuf> {
        (self.0)(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    }

    fn parsed<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.path(name) else {
            return Ok(None);
        };
        let malformed = ConfigError::Malformed { variable: name };
        value
            .to_str()
            .and_then(|text| text.parse().ok())
            .map(Some)
            .ok_or(malformed)
    }

    fn required<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, ConfigError> {
        self.parsed(name)?
            .ok_or(ConfigError::Malformed { variable: name })
    }

    /// User names with commas between them.
    fn names(&self, name: &'static str) -> Result<Vec<UserName>, ConfigError> {
        let Some(text) = self.parsed::<String>(name)? else {
            return Ok(Vec::new());
        };
        text.split(',')
            .map(|name| UserName::parse(name.trim()))
            .collect::<Result<_, _>>()
            .map_err(|_| ConfigError::Malformed { variable: name })
    }

    /// What users must set up to go on.
    fn required_method(&self, name: &'static str) -> Result<Required, ConfigError> {
        match self.parsed::<String>(name)?.as_deref() {
            None => Ok(Required::Nothing),
            Some("any") => Ok(Required::AnyMethod),
            Some("security-key") => Ok(Required::SecurityKey),
            Some(_) => Err(ConfigError::Malformed { variable: name }),
        }
    }

    /// Origins with commas between them.
    fn origins(&self, name: &'static str) -> Result<Vec<Origin>, ConfigError> {
        let Some(text) = self.parsed::<String>(name)? else {
            return Ok(Vec::new());
        };
        text.split(',')
            .map(|origin| origin.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| ConfigError::Malformed { variable: name })
    }

    /// The application's folder below one of the user's own.
    fn folder(&self, name: &'static str, below_home: &str) -> Result<PathBuf, ConfigError> {
        let base = match self.path(name).filter(|path| path.is_absolute()) {
            Some(base) => base,
            None => self
                .path("HOME")
                .ok_or(ConfigError::NoHome)?
                .join(below_home),
        };
        Ok(base.join("mfakit-cockpit"))
    }

    /// What other people are to sign in to needs TLS, mail for their notices, and keys that
    /// somebody has decided where to keep.
    fn demand_all_for_others(&self) -> Result<(), ConfigError> {
        let mut missing = Vec::new();
        for name in ["COCKPIT_ORIGIN", "COCKPIT_SMTP_URL", "COCKPIT_KEYS"] {
            if self.path(name).is_none() {
                missing.push(name);
            }
        }
        if !missing.is_empty() {
            return Err(ConfigError::NotLocal { missing });
        }
        Ok(())
    }
}

/// Why the application does not start with this configuration.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The key file would lie in the folder of the databases, and in every backup of it.
    #[error("the key file must not lie in the data folder: set COCKPIT_KEYS or COCKPIT_DATA")]
    KeysBesideData,
    /// A variable cannot be read.
    #[error("{variable} is malformed; README.md shows an example")]
    Malformed {
        /// Its name.
        variable: &'static str,
    },
    /// There is no home folder to keep files in.
    #[error("HOME is not set: set COCKPIT_DATA and COCKPIT_KEYS")]
    NoHome,
    /// Others could reach the application, and something is not set that this needs.
    #[error("to be reached from elsewhere, set {} as well", missing.join(" and "))]
    NotLocal {
        /// What is not set.
        missing: Vec<&'static str>,
    },
}

#[cfg(test)]
mod tests;
