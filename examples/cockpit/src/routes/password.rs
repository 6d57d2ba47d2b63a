//! Changing the password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Answer, sign_in};
use crate::failure::Failure;
use crate::forms::Posted;
use crate::notice::Notice;
use crate::pages::password::{self, Changing};
use crate::password::Password;
use crate::place::Place;
use crate::redirect::go_to_with;
use crate::session::Member;
use crate::state::App;

const WRONG: &str = "This is not your current password.";

pub(super) async fn show(State(app): State<App>, member: Member) -> Answer {
    member.require_fresh(Place::Password, &app).await?;
    Ok(password::page(&member.view(&app), Changing::default()).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    current: Zeroizing<String>,
    password: Zeroizing<String>,
    /// For the browser's password manager alone; the session says who it is.
    #[serde(default, rename = "username")]
    _username: String,
}

pub(super) async fn change(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let Form {
        current, password, ..
    } = posted.open(&member.owner(), &app)?;
    member.require_fresh(Place::Password, &app).await?;
    let refuse = |shown| {
        let page = password::page(&member.view(&app), shown);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let new = match Password::chosen(password, &member.name) {
        Ok(new) => new,
        Err(weak) => {
            return refuse(Changing {
                new_error: Some(weak.text()),
                ..Changing::default()
            });
        }
    };
    let Some(user) = sign_in::verify(&member.name, current, &member.caller, &app).await? else {
        return refuse(Changing {
            current_error: Some(WRONG),
            ..Changing::default()
        });
    };
    let hash = app.hasher().hash(new).await?;
    // The password first: in between nobody gets in with the old one any more.
    if !app.db().set_password(user.id, user.password, hash).await? {
        return Err(Failure::Busy);
    }
    let onward = |notice| go_to_with(&Place::Parameters, notice, &app);
    let request = &member.caller.request;
    let ended = app
        .mfa()
        .first_factor_changed(user.id, Some(&member.grant), request)
        .await;
    match ended {
        Ok(Some(grant)) => {
            let response = onward(Notice::PasswordChanged);
            member.renew(&grant, response, &app).await
        }
        // Another change has ended this session meanwhile.
        Ok(None) => Err(Failure::SessionEnded(Place::Parameters)),
        Err(error) => {
            _ = Failure::from(error);
            Ok(onward(Notice::OnlyPasswordChanged))
        }
    }
}
