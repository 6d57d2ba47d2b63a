//! What a browser keeps of a sign-in that is under way.

use mfakit::{
    Error, Mfa, PendingSignIn, Request, Sealed, SecondFactor, SessionGrant, SignInRefusal, UnixTime,
};

/// The hidden field and the cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) token: String,
    pub(crate) cookies: String,
}

impl Browser {
    /// Reads the two, as an order has them.
    pub(crate) fn parse(line: &str) -> Self {
        let (token, cookies) = line.split_once(' ').expect("two words");
        Self {
            token: token.to_owned(),
            cookies: cookies.to_owned(),
        }
    }

    /// A browser that came without cookies and was answered with this page.
    pub(crate) fn at(page: &SecondFactor) -> Self {
        let cookie = page
            .cookie()
            .expect("a browser without cookies is given one");
        Self {
            token: page.token().to_text(),
            cookies: format!("{}={}", cookie.name(), cookie.value()),
        }
    }

    pub(crate) fn token(&self) -> Sealed<PendingSignIn> {
        Sealed::from_text(&self.token).unwrap()
    }

    pub(crate) fn request(&self, now: UnixTime) -> Request {
        Request::new(now).cookies(&self.cookies)
    }

    pub(crate) async fn submit(
        &self,
        mfa: &Mfa,
        code: &str,
        now: UnixTime,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        let request = self.request(now);
        mfa.verify_totp(&self.token(), code, &request).await
    }
}
