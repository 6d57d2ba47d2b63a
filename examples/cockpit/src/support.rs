//! Support on the command line: a code for a user who has lost everything.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use mfakit::{Error, ManageRefusal, Next, Request, SessionGrant, SignInRefusal, UnixTime};
use zeroize::Zeroizing;

use crate::background;
use crate::caller::Caller;
use crate::db::DbError;
use crate::failure::Failure;
use crate::routes::sign_in;
use crate::state::App;
use crate::user_name::UserName;

/// What an operator proves: the same as at the sign-in page.
#[expect(
    clippy::exhaustive_structs,
    reason = "what the sign-in page asks for, and no more"
)]
pub struct Operator {
    /// User name.
    pub name: String,
    /// Password.
    pub password: Zeroizing<String>,
    /// A code of an authentication application.
    pub code: Zeroizing<String>,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operator")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A code for a user, to be told to the user.
#[non_exhaustive]
pub struct Issued {
    /// The code.
    pub code: Zeroizing<String>,
    /// Until when it works.
    pub expires: UnixTime,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Why no code was issued.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SupportError {
    /// Too much is going on.
    #[error("too much is going on: try again")]
    Busy,
    /// Something went wrong, and was logged.
    #[error("something went wrong; the log says what")]
    Failed,
    /// The operator has no authentication application.
    #[error(
        "an operator needs an authentication application for the command line; the page takes keys"
    )]
    NoApplication,
    /// Who asks is no operator.
    #[error("not an operator: name the user in COCKPIT_OPERATORS")]
    NoOperator,
    /// The user has no second factor.
    #[error("multi-factor authentication of this user is off: the password is enough")]
    NotEnrolled,
    /// Operators do not help themselves.
    #[error("operators cannot reset their own account: ask another one")]
    OwnAccount,
    /// The operator's password or code is wrong.
    #[error("the operator's user name, password or code was not accepted")]
    Refused,
    /// Too many attempts.
    #[error("too many attempts: wait {} s", .0.as_secs())]
    Throttled(Duration),
    /// There is no such user.
    #[error("there is no such user")]
    UnknownUser,
}

/// Issues a code with which a user who has lost all devices sets up a new one.
pub(crate) async fn reset(
    app: &App,
    operator: Operator,
    username: &str,
    reason: &str,
) -> Result<Issued, SupportError> {
    if !app.is_operator(&operator.name) {
        return Err(SupportError::NoOperator);
    }
    let user = match UserName::parse(username) {
        Ok(name) => app.db().user_by_name(&name).await?,
        Err(_) => None,
    };
    let user = user.ok_or(SupportError::UnknownUser)?;
    let (grant, request) = prove(operator, app).await?;
    let issued = app.mfa().issue_reset(&grant, user.id, reason, &request);
    let ticket = issued.await.map_err(|error| match error {
        Error::Refused(ManageRefusal::OwnRecord) => SupportError::OwnAccount,
        Error::Refused(ManageRefusal::NotEnrolled) => SupportError::NotEnrolled,
        error => Failure::from(error).into(),
    })?;
    // The user is to hear of it at once.
    background::deliver(app).await;
    Ok(Issued {
        code: Zeroizing::new(ticket.code().to_owned()),
        expires: ticket.expires(),
    })
}

/// Signs an operator in, for this one thing.
async fn prove(operator: Operator, app: &App) -> Result<(SessionGrant, Request), SupportError> {
    let Operator {
        name,
        password,
        code,
    } = operator;
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let request = Request::new(app.now())
        .source(here)
        .user_agent("cockpit reset");
    let caller = Caller {
        now: app.now(),
        source: here,
        notice: None,
        session: None,
        pending: None,
        request: request.clone(),
    };
    let verified = sign_in::verify(&name, password, &caller, app).await?;
    let user = verified.ok_or(SupportError::Refused)?;
    let next = app.mfa().after_first_factor(user.id, &request).await;
    let Next::SecondFactor(step) = next.map_err(Failure::from)? else {
        return Err(SupportError::NoApplication);
    };
    // There is no browser, so the cookie goes straight back.
    let cookie = step.cookie().map_or_else(String::new, |cookie| {
        let header = cookie.to_header();
        header.split(';').next().unwrap_or_default().to_owned()
    });
    let request = request.cookies(&cookie);
    match app.mfa().verify_totp(step.token(), &code, &request).await {
        Ok(grant) => Ok((grant, request)),
        Err(Error::MalformedCode(_) | Error::Refused(SignInRefusal::Code(_))) => {
            Err(SupportError::Refused)
        }
        Err(error) => Err(Failure::from(error).into()),
    }
}

impl From<Failure> for SupportError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::Busy,
            Failure::Throttled(wait) | Failure::Locked(Some(wait)) => Self::Throttled(wait),
            _ => Self::Failed,
        }
    }
}

impl From<DbError> for SupportError {
    fn from(error: DbError) -> Self {
        Failure::from(error).into()
    }
}
