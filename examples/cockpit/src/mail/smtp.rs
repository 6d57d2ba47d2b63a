//! Letters by SMTP.

use std::fmt;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::{Letter, MailError};
use crate::config::SmtpUrl;

/// RFC 5321 section 4.5.3.2 allows minutes; a letter that waits longer is tried again later.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail server. Each letter has a connection of its own: there are few.
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// Reads the address; connects to nobody.
    pub(super) fn new(url: &SmtpUrl, from: &str) -> Result<Self, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url.with_tls())?
            .timeout(Some(PATIENCE))
            .build();
        let from = from.parse()?;
        Ok(Self { transport, from })
    }

    pub(super) async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        self.transport.send(self.message(letter)?).await?;
        Ok(())
    }

    fn message(&self, letter: &Letter) -> Result<Message, MailError> {
        let Letter {
            to,
            subject,
            text,
            id,
            at,
        } = letter;
        // RFC 3834 section 5: so that nobody's absence note answers.
        let automatic = HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        );
        // A time that the system's clock cannot tell is none that matters.
        let date = SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(at.as_secs()))
            .unwrap_or(SystemTime::UNIX_EPOCH);
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse()?))
            .subject(subject)
            .date(date)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(text.clone())?;
        Ok(message)
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The transport would show the password.
        f.debug_struct("Smtp")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}
