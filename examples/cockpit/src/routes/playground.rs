//! The playground, on loopback only.

use axum::extract::State;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::Answer;
use crate::caller::{Caller, Visitor};
use crate::failure::Failure;
use crate::forms::Posted;
use crate::pages::{View, playground as pages};
use crate::playground::{
    InvalidSample, Nothing, Playground, Registering, SAMPLES, Sampled, SigningIn, judge,
};
use crate::script;
use crate::state::App;

fn playground(app: &App) -> Result<&Playground, Failure> {
    app.playground().ok_or(Failure::NotFound)
}

pub(super) async fn show(State(app): State<App>, caller: Caller, visitor: Visitor) -> Answer {
    let credentials = playground(&app)?.credentials();
    let view = View::of_visitor(caller.notice);
    let page = pages::page(&view, &visitor.token(&app), &credentials);
    Ok(visitor.greet(page.into_response(), &app))
}

pub(super) async fn register(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let settings: Registering = posted.open(&visitor.owner(), &app)?;
    let begun = playground(&app)?.register(&settings, app.origin(), caller.now)?;
    script::options(&begun.json, &begun.token)
}

pub(super) async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let settings: SigningIn = posted.open(&visitor.owner(), &app)?;
    let begun = playground(&app)?.sign_in(&settings, app.origin(), caller.now)?;
    script::options(&begun.json, &begun.token)
}

/// What the script adds to a form; the settings have done their work.
#[derive(Deserialize)]
struct Answered {
    webauthn_token: String,
    webauthn_response: String,
}

pub(super) async fn finish(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let Answered {
        webauthn_token: token,
        webauthn_response: response,
    } = posted.open(&visitor.owner(), &app)?;
    let report = playground(&app)?.finish(&token, &response, caller.now)?;
    let view = View::of_visitor(None);
    Ok(pages::report(&view, &[Sampled::Judged(Box::new(report))]).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    sample: String,
    #[serde(default)]
    capture: String,
}

pub(super) async fn sample(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    playground(&app)?;
    let Sample { sample, capture } = posted.open(&visitor.owner(), &app)?;
    let known = SAMPLES.iter().find(|(name, ..)| *name == sample);
    let json = known.map_or(capture.as_str(), |(.., json)| json);
    let sampled = judge(json, caller.now).map_err(|InvalidSample| Failure::BadForm)?;
    Ok(pages::report(&View::of_visitor(None), &sampled).into_response())
}

impl From<Nothing> for Failure {
    fn from(nothing: Nothing) -> Self {
        match nothing {
            // Its answer was judged before: a reloaded page, for example.
            Nothing::NoCeremony => Self::StaleForm,
            nothing => Self::internal(&nothing),
        }
    }
}
