//! Letters to users: by SMTP, or, where only this computer can reach the application and there is
//! no mail server, into a folder.

mod folder;
mod notices;
mod smtp;

use mfakit::{OsRng, RandomnessUnavailable, UnixTime};
use rand_core::Rng as _;

use crate::config::Config;

pub(crate) use folder::{Folder, Kept};
pub(crate) use notices::Notices;
pub(crate) use smtp::Smtp;

/// A letter in plain text.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    /// One address, as the user has typed it.
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// The same for every attempt to deliver it, so that nobody gets it twice.
    pub(crate) id: String,
    pub(crate) at: UnixTime,
}

impl Letter {
    /// For a letter that is never sent again.
    pub(crate) fn random_id() -> Result<String, RandomnessUnavailable> {
        let mut bytes = [0; 16];
        OsRng::new()?.fill_bytes(&mut bytes);
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// How letters leave the application.
pub(crate) enum Post {
    Smtp(Box<Smtp>),
    Folder(Folder),
}

impl Post {
    /// Chooses the way that the configuration names.
    pub(crate) fn open(config: &Config) -> Result<Self, MailError> {
        match &config.smtp {
            Some(url) => Smtp::new(url, &config.sender()).map(|smtp| Self::Smtp(Box::new(smtp))),
            None => Ok(Self::Folder(Folder::new(config.data().join("outbox")))),
        }
    }

    /// Hands a letter over.
    pub(crate) async fn send(&self, letter: Letter) -> Result<(), MailError> {
        match self {
            Self::Smtp(smtp) => smtp.send(&letter).await,
            Self::Folder(folder) => folder.keep(letter).await,
        }
    }

    /// The folder, if letters go there.
    pub(crate) const fn folder(&self) -> Option<&Folder> {
        match self {
            Self::Smtp(_) => None,
            Self::Folder(folder) => Some(folder),
        }
    }
}

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The address of the recipient, or of the sender, is none.
    #[error("not an e-mail address")]
    Address(#[from] lettre::address::AddressError),
    /// The letter cannot be put together.
    #[error("the letter cannot be written")]
    Content(#[from] lettre::error::Error),
    /// The folder cannot be read or written.
    #[error("the folder of letters cannot be used")]
    Folder(#[from] std::io::Error),
    /// The mail server did not take the letter, or its address cannot be used.
    #[error("the mail server did not take the letter")]
    Server(#[from] lettre::transport::smtp::Error),
}

#[cfg(test)]
mod sink;
#[cfg(test)]
mod tests;
