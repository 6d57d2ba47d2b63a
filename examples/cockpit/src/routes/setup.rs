//! Setting up an authentication application.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::totp::KeyUri;
use mfakit::{DeviceName, EnrollRefusal, Error, InvalidName};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Answer;
use super::second_step::{MALFORMED, refused};
use crate::failure::Failure;
use crate::forms::{NoFields, Posted};
use crate::notice::Notice;
use crate::pages::setup::{self, SetUp};
use crate::place::Place;
use crate::redirect::{go_to, go_to_with};
use crate::session::{Limited, Member};
use crate::state::{App, SERVICE};

/// For those who do not see the QR code.
const QR_TITLE: &str =
    "QR code for your authentication application; the key is below, under “Unable to scan?”";

pub(super) async fn before(State(app): State<App>, Limited(member): Limited) -> Answer {
    member.require_fresh(Place::NewApplication, &app).await?;
    Ok(setup::before(&member.view(&app)).into_response())
}

pub(super) async fn begin(
    State(app): State<App>,
    Limited(member): Limited,
    posted: Posted,
) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    match app
        .mfa()
        .begin_totp(&member.grant, &member.caller.request)
        .await
    {
        // The next page reads it again, so that reloading and going back work.
        Ok(_setup) => Ok(go_to(&Place::SetUp)),
        Err(error) => Err(Failure::from(error).on_the_way_to(Place::NewApplication)),
    }
}

pub(super) async fn show(State(app): State<App>, Limited(member): Limited) -> Answer {
    page(&SetUp::default(), &member, &app).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    code: Zeroizing<String>,
    #[serde(default)]
    name: String,
}

pub(super) async fn finish(
    State(app): State<App>,
    Limited(member): Limited,
    posted: Posted,
) -> Answer {
    let Form { code, name: typed } = posted.open(&member.owner(), &app)?;
    let mut shown = SetUp {
        name: &typed,
        ..SetUp::default()
    };
    let name = match optional_name(&typed) {
        Ok(name) => name,
        Err(invalid) => {
            shown.name_error = Some(name_text(invalid));
            shown.code = &code;
            return page(&shown, &member, &app).await;
        }
    };
    let request = &member.caller.request;
    let enrolled = match app
        .mfa()
        .confirm_totp(&member.grant, &code, name, request)
        .await
    {
        Ok(enrolled) => enrolled,
        Err(error) => {
            match error {
                Error::MalformedCode(_) => {
                    shown.code_error = Some(MALFORMED);
                    shown.code = &code;
                }
                Error::Refused(EnrollRefusal::Code(refusal)) => {
                    shown.code_error = Some(refused(refusal)?);
                    shown.scan_again = true;
                }
                Error::Refused(EnrollRefusal::NameTaken) => {
                    shown.name_error = Some(NAME_TAKEN);
                    shown.code = &code;
                }
                error => return Err(error.into()),
            }
            return page(&shown, &member, &app).await;
        }
    };
    let notice = if enrolled.first {
        Notice::Enabled
    } else {
        Notice::DeviceAdded
    };
    let onward = go_to_with(&Member::after_set_up(&enrolled.grant), notice, &app);
    member.renew(&enrolled.grant, onward, &app).await
}

pub(super) async fn cancel(
    State(app): State<App>,
    Limited(member): Limited,
    posted: Posted,
) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    app.mfa()
        .cancel_totp(&member.grant, &member.caller.request)
        .await?;
    Ok(go_to_with(&Place::Parameters, Notice::Canceled, &app))
}

/// The page of the set-up that this session has under way.
async fn page(shown: &SetUp<'_>, member: &Member, app: &App) -> Result<Response, Failure> {
    let setup = app
        .mfa()
        .totp_setup(&member.grant, &member.caller.request)
        .await?;
    let uri = KeyUri::totp(setup.secret(), SERVICE, &member.name)
        .params(setup.params())
        .build();
    let uri = uri.map_err(|error| Failure::internal(&error))?;
    let qr = uri
        .qr()
        .map_err(|error| Failure::internal(&error))?
        .svg(QR_TITLE);
    let has_error = shown.code_error.is_some() || shown.name_error.is_some();
    let status = if has_error {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok((status, setup::page(&member.view(app), &uri, &qr, shown)).into_response())
}

/// A device without a name gets one from the library.
pub(super) fn optional_name(typed: &str) -> Result<Option<DeviceName>, InvalidName> {
    match DeviceName::parse(typed) {
        Ok(name) => Ok(Some(name)),
        Err(InvalidName::Empty) => Ok(None),
        Err(invalid) => Err(invalid),
    }
}

pub(super) const NAME_TAKEN: &str =
    "Another of your devices has this name. Choose a different one.";

/// What is wrong with a name, for the person who typed it.
pub(super) const fn name_text(invalid: InvalidName) -> &'static str {
    match invalid {
        InvalidName::Empty => "Enter a name.",
        InvalidName::TooLong => "Use at most 64 characters.",
        _ => {
            "Use no control characters, and none that are invisible or change the direction of text."
        }
    }
}
