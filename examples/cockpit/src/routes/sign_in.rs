//! The first step of a sign-in: user name and password.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::{Next, SecondFactor, UserId};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Answer;
use crate::caller::{Caller, Visitor};
use crate::cookies::{Cookie, WithCookie as _};
use crate::db::User;
use crate::failure::Failure;
use crate::forms::Posted;
use crate::limits;
use crate::pages::View;
use crate::pages::sign_in::{self, SignIn};
use crate::password::{Password, Verdict};
use crate::place::Place;
use crate::redirect::{go_to, see_other};
use crate::script;
use crate::session::{self, MaybeMember};
use crate::state::App;
use crate::user_name::UserName;

/// Where the user wanted to go.
#[derive(Deserialize)]
pub(super) struct Way {
    #[serde(default)]
    next: String,
}

impl Way {
    pub(super) fn next(&self) -> Place {
        Place::or_home(&self.next)
    }
}

pub(super) async fn show(
    State(app): State<App>,
    MaybeMember(member): MaybeMember,
    caller: Caller,
    visitor: Visitor,
    Query(way): Query<Way>,
) -> Answer {
    if member.is_some() {
        return Ok(go_to(&way.next()));
    }
    let view = View::of_visitor(caller.notice);
    let page = sign_in::page(&view, &visitor.token(&app), &way.next(), &SignIn::default());
    Ok(visitor.greet(page.into_response(), &app))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    username: String,
    password: Zeroizing<String>,
    #[serde(default)]
    next: String,
}

pub(super) async fn submit(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let Form {
        username,
        password,
        next,
    } = posted.open(&visitor.owner(), &app)?;
    let next = Place::or_home(&next);
    match verify(&username, password, &caller, &app).await? {
        Some(user) => password_was_right(user.id, &caller, &next, &app).await,
        None => {
            let shown = SignIn {
                username: &username,
                refused: true,
                ..SignIn::default()
            };
            let view = View::of_visitor(None);
            let page = sign_in::page(&view, &visitor.token(&app), &next, &shown);
            let response = (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
            Ok(visitor.greet(response, &app))
        }
    }
}

/// Returns the user if the password is right. What is no name, and a name that nobody has, is
/// counted, compared and answered as any other.
pub(crate) async fn verify(
    username: &str,
    password: Zeroizing<String>,
    caller: &Caller,
    app: &App,
) -> Result<Option<User>, Failure> {
    let name = UserName::parse(username).ok();
    let counted = name
        .as_ref()
        .map_or_else(|| username.to_owned(), UserName::folded);
    limits::try_password(&counted, caller.source, caller.now, app).await?;
    let user = match &name {
        Some(name) => app.db().user_by_name(name).await?,
        None => None,
    };
    let stored = user.as_ref().map(|user| user.password.clone());
    match app
        .hasher()
        .verify(Password::typed(password), stored)
        .await?
    {
        Verdict::Wrong => Ok(None),
        Verdict::Right => {
            limits::password_was_right(&counted, caller.source, app).await?;
            Ok(user)
        }
    }
}

/// Asks the library what follows on a right password. Every way to sign in leads through here.
pub(super) async fn password_was_right(
    user: UserId,
    caller: &Caller,
    next: &Place,
    app: &App,
) -> Answer {
    match app.mfa().after_first_factor(user, &caller.request).await? {
        Next::Granted(grant) => session::open(&grant, caller, go_to(next), app).await,
        Next::Enroll(grant) => session::open(&grant, caller, go_to(&Place::SetUpFirst), app).await,
        Next::SecondFactor(step) => Ok(ask_second_factor(&step, next, app)),
        Next::Locked { retry_after } => Err(Failure::Locked(retry_after)),
        _ => Err(Failure::unexpected("an unknown way on after the password")),
    }
}

/// Sends the browser to the second step. It keeps the sealed sign-in, and what binds it.
pub(super) fn ask_second_factor(step: &SecondFactor, next: &Place, app: &App) -> Response {
    let token = Zeroizing::new(step.token().to_text());
    let lifetime = app.mfa().profile().pending_sign_in;
    see_other(&next.after("/sign-in/code"))
        .with_cookie(Cookie::Pending.set_for(&token, lifetime, app.cookie_mode()))
        .with_cookie(script::binding(step.cookie()))
}
