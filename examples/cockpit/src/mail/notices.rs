//! What the library has to tell the owner of an account, by letter.

use std::sync::Arc;

use mfakit::{Mail, Mailer, SinkError};

use super::{Letter, Post};
use crate::config::Origin;

/// Sends the library's mails.
pub(crate) struct Notices {
    post: Arc<Post>,
    origin: Origin,
}

impl Notices {
    pub(crate) const fn new(post: Arc<Post>, origin: Origin) -> Self {
        Self { post, origin }
    }

    fn text(&self, mail: &Mail) -> String {
        let Some(token) = mail.cancel_reset() else {
            return mail.text().to_owned();
        };
        // The page asks once more: programs that look at letters follow links.
        format!(
            "{}\nTo cancel it: {}/reset/cancel?token={}\n",
            mail.text(),
            self.origin,
            token.to_text()
        )
    }
}

impl Mailer for Notices {
    async fn send(&self, mail: &Mail) -> Result<(), SinkError> {
        let letter = Letter {
            to: mail.to().as_str().to_owned(),
            subject: mail.subject().to_owned(),
            text: self.text(mail),
            id: mail.id().to_owned(),
            at: mail.event().last_at,
        };
        self.post.send(letter).await.map_err(SinkError::new)
    }
}
