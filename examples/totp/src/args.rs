//! The command line: a command, options with a value each, and what is neither.

use std::ffi::OsString;
use std::fmt;
use std::str::FromStr;

use mfakit_totp::{Algorithm, Digits, Params, Period};
use zeroize::Zeroizing;

/// The command line was wrong. Says which option, never what its value was: that may be a secret.
#[derive(Debug)]
pub(crate) struct Usage(String);

impl Usage {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

pub(crate) struct Args {
    options: Vec<(String, Zeroizing<String>)>,
    others: Vec<Zeroizing<String>>,
}

impl Args {
    pub(crate) fn new(arguments: impl Iterator<Item = OsString>) -> Result<Self, Usage> {
        let mut args = Self {
            options: Vec::new(),
            others: Vec::new(),
        };
        let mut arguments = arguments.map(|argument| {
            let text = argument.into_string();
            text.map(Zeroizing::new)
                .map_err(|_| Usage::new("an argument is not UTF-8"))
        });
        while let Some(argument) = arguments.next().transpose()? {
            match argument.strip_prefix("--") {
                None | Some("help") => args.others.push(argument),
                Some(option) => {
                    let (name, value) = match option.split_once('=') {
                        Some((name, value)) => (name, Zeroizing::new(value.to_owned())),
                        None => (
                            option,
                            arguments
                                .next()
                                .transpose()?
                                .ok_or_else(|| Usage::new(format!("--{option} needs a value")))?,
                        ),
                    };
                    args.options.push((name.to_owned(), value));
                }
            }
        }
        Ok(args)
    }

    /// The first argument, which is no option; `help` without any, or where it is asked for.
    pub(crate) fn command(&mut self) -> Result<String, Usage> {
        let asks_for_help = |other: &Zeroizing<String>| matches!(other.as_str(), "--help" | "-h");
        if self.others.iter().any(asks_for_help) {
            return Ok("help".to_owned());
        }
        match self.other() {
            Some(command) => Ok(command.to_string()),
            None if self.options.is_empty() => Ok("help".to_owned()),
            None => Err(Usage::new("a command must be given")),
        }
    }

    /// The next argument that is no option.
    pub(crate) fn other(&mut self) -> Option<Zeroizing<String>> {
        (!self.others.is_empty()).then(|| self.others.remove(0))
    }

    /// The value of an option, which may be there once.
    pub(crate) fn option(&mut self, name: &str) -> Result<Option<Zeroizing<String>>, Usage> {
        let mut values = self.options.extract_if(.., |(given, _)| given == name);
        let value = values.next().map(|(_, value)| value);
        if values.next().is_some() {
            return Err(Usage::new(format!("--{name} is there twice")));
        }
        Ok(value)
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<Zeroizing<String>, Usage> {
        self.option(name)?
            .ok_or_else(|| Usage::new(format!("--{name} is missing")))
    }

    /// The value of an option, parsed.
    pub(crate) fn parsed<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, Usage> {
        let value = self.option(name)?;
        let parsed = value.map(|value| value.parse()).transpose();
        parsed.map_err(|_| Usage::new(format!("--{name} has a value that it cannot have")))
    }

    /// The parameters of a device, or `None` where none is named.
    pub(crate) fn params(&mut self) -> Result<Option<Params>, Usage> {
        let algorithm: Option<Algorithm> = self.parsed("algorithm")?;
        let digits = self.parsed("digits")?.map(Digits::new).transpose();
        let digits = digits.map_err(|_| Usage::new("--digits is none of 6, 7 and 8"))?;
        let period = self.parsed("period")?.map(Period::from_secs).transpose();
        let period = period.map_err(|_| Usage::new("--period is not 1 to 120 seconds"))?;
        if algorithm.is_none() && digits.is_none() && period.is_none() {
            return Ok(None);
        }
        Ok(Some(
            Params::default()
                .with_algorithm(algorithm.unwrap_or_default())
                .with_digits(digits.unwrap_or_default())
                .with_period(period.unwrap_or_default()),
        ))
    }

    /// Refuses what no one asked for.
    pub(crate) fn finish(self) -> Result<(), Usage> {
        if let Some((name, _)) = self.options.first() {
            return Err(Usage::new(format!("--{name} is no option of this command")));
        }
        if !self.others.is_empty() {
            return Err(Usage::new("there is an argument too many"));
        }
        Ok(())
    }
}
