//! Creating an account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::{OsRng, UserId};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Answer, sign_in};
use crate::caller::{Caller, Visitor};
use crate::cookies::{Cookie, WithCookie as _};
use crate::db::Added;
use crate::failure::Failure;
use crate::forms::Posted;
use crate::limits;
use crate::notice::Notice;
use crate::pages::View;
use crate::pages::account::{self, NewAccount};
use crate::password::Password;
use crate::place::Place;
use crate::redirect::go_to;
use crate::session::MaybeMember;
use crate::state::App;
use crate::user_name::UserName;

pub(super) async fn show(
    State(app): State<App>,
    MaybeMember(member): MaybeMember,
    caller: Caller,
    visitor: Visitor,
) -> Answer {
    if member.is_some() {
        return Ok(go_to(&Place::Home));
    }
    let view = View::of_visitor(caller.notice);
    let page = account::page(&view, &visitor.token(&app), &NewAccount::default());
    Ok(visitor.greet(page.into_response(), &app))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    username: String,
    password: Zeroizing<String>,
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let Form { username, password } = posted.open(&visitor.owner(), &app)?;
    let refuse = |username_error, password_error| {
        let shown = NewAccount {
            username: &username,
            username_error,
            password_error,
        };
        let page = account::page(&View::of_visitor(None), &visitor.token(&app), &shown);
        let response = (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
        Ok(visitor.greet(response, &app))
    };
    let name = match UserName::parse(&username) {
        Ok(name) => name,
        Err(invalid) => return refuse(Some(invalid.text()), None),
    };
    let password = match Password::chosen(password, name.as_str()) {
        Ok(password) => password,
        Err(weak) => return refuse(None, Some(weak.text())),
    };
    limits::make_account(caller.source, caller.now, &app).await?;
    match add_user(&name, password, &caller, &app).await? {
        Some(user) => welcome(user, &caller, &app).await,
        None => refuse(
            Some("Somebody has this user name. Choose another one."),
            None,
        ),
    }
}

/// Adds a user; `None` if somebody has the name.
///
/// The library's record comes first: a crash in between leaves a record of nobody, and not a user
/// who cannot sign in.
async fn add_user(
    name: &UserName,
    password: Password,
    caller: &Caller,
    app: &App,
) -> Result<Option<UserId>, Failure> {
    if app.db().user_by_name(name).await?.is_some() {
        return Ok(None);
    }
    let hash = app.hasher().hash(password).await?;
    let user = {
        let mut rng = OsRng::new().map_err(|error| Failure::internal(&error))?;
        UserId::random(&mut rng)
    };
    app.mfa().create_user(user, &caller.request).await?;
    match app.db().add_user(user, name, hash, caller.now).await? {
        Added::Yes => Ok(Some(user)),
        Added::NameTaken => {
            _ = app.mfa().delete_user(user, &caller.request).await?;
            Ok(None)
        }
    }
}

/// Signs the new user in: the password was chosen a moment ago.
async fn welcome(user: UserId, caller: &Caller, app: &App) -> Result<Response, Failure> {
    let told = Cookie::Notice.set(Notice::AccountCreated.code(), app.cookie_mode());
    Ok(
        sign_in::password_was_right(user, caller, &Place::Parameters, app)
            .await?
            .with_cookie(told),
    )
}
