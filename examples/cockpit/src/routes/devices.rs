//! Renaming, suspending and deleting devices, and turning the second factor off.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::{DeviceId, DeviceName, DeviceView, Error, ManageRefusal, SessionGrant, Status};
use serde::Deserialize;

use super::Answer;
use super::setup::{NAME_TAKEN, name_text};
use crate::failure::Failure;
use crate::forms::{NoFields, Posted};
use crate::notice::Notice;
use crate::pages::devices as pages;
use crate::place::Place;
use crate::redirect::{go_to, go_to_with};
use crate::session::Member;
use crate::state::App;

/// The name that was typed before something else came between.
#[derive(Deserialize)]
pub(super) struct Typed {
    name: Option<String>,
}

pub(super) async fn ask_rename(
    State(app): State<App>,
    member: Member,
    Path(device): Path<String>,
    Query(typed): Query<Typed>,
) -> Answer {
    let device = find(&device, &member, &app).await?;
    let typed = typed.name.and_then(|name| DeviceName::parse(&name).ok());
    let place = Place::Rename {
        device: device.id,
        name: typed.clone(),
    };
    member.require_fresh(place, &app).await?;
    let name = typed.as_ref().unwrap_or(&device.name);
    Ok(pages::rename(&member.view(&app), &device, name.as_str(), None).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    name: String,
}

pub(super) async fn rename(
    State(app): State<App>,
    member: Member,
    Path(device): Path<String>,
    posted: Posted,
) -> Answer {
    let Form { name: typed } = posted.open(&member.owner(), &app)?;
    let device = find(&device, &member, &app).await?;
    let refuse = |text| {
        let page = pages::rename(&member.view(&app), &device, &typed, Some(text));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let name = match DeviceName::parse(&typed) {
        Ok(name) => name,
        Err(invalid) => return refuse(name_text(invalid)),
    };
    let request = &member.caller.request;
    match app
        .mfa()
        .rename_device(&member.grant, device.id, name.clone(), request)
        .await
    {
        Ok(()) => Ok(go_to_with(&Place::Parameters, Notice::DeviceRenamed, &app)),
        Err(Error::Refused(ManageRefusal::NameTaken)) => refuse(NAME_TAKEN),
        Err(error) => {
            let place = Place::Rename {
                device: device.id,
                name: Some(name),
            };
            Err(Failure::from(error).on_the_way_to(place))
        }
    }
}

pub(super) async fn ask_delete(
    State(app): State<App>,
    member: Member,
    Path(device): Path<String>,
) -> Answer {
    let status = status(&member, &app).await?;
    let device = find_in(&status, &device)?;
    // A suspended one is nothing to sign in with.
    let left: Vec<&DeviceView> = status
        .devices
        .iter()
        .filter(|other| other.id != device.id && other.suspended.is_none())
        .collect();
    if left.is_empty() {
        return Ok(go_to(&Place::Disable));
    }
    member.require_fresh(Place::Delete(device.id), &app).await?;
    Ok(pages::delete(&member.view(&app), &device, &left).into_response())
}

pub(super) async fn delete(
    State(app): State<App>,
    member: Member,
    Path(device): Path<String>,
    posted: Posted,
) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    let device = find(&device, &member, &app).await?;
    match app
        .mfa()
        .remove_device(&member.grant, device.id, &member.caller.request)
        .await
    {
        Ok(grant) => done(&grant, Notice::DeviceDeleted, &member, &app).await,
        // The others went meanwhile: deleting this one turns everything off, so ask.
        Err(Error::Refused(ManageRefusal::LastDevice)) => Ok(go_to(&Place::Disable)),
        Err(error) => Err(Failure::from(error).on_the_way_to(Place::Delete(device.id))),
    }
}

pub(super) async fn ask_suspend(
    State(app): State<App>,
    member: Member,
    Path(device): Path<String>,
) -> Answer {
    let device = find(&device, &member, &app).await?;
    Ok(pages::suspend(&member.view(&app), &device).into_response())
}

pub(super) async fn suspend(
    State(app): State<App>,
    member: Member,
    Path(device): Path<String>,
    posted: Posted,
) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    let device = find(&device, &member, &app).await?;
    match app
        .mfa()
        .suspend_device(&member.grant, device.id, &member.caller.request)
        .await
    {
        Ok(grant) => done(&grant, Notice::DeviceSuspended, &member, &app).await,
        Err(Error::Refused(ManageRefusal::LastDevice)) => {
            Err(Failure::Redirect(Place::Parameters, Notice::LastStays))
        }
        Err(error) => Err(Failure::from(error).on_the_way_to(Place::Suspend(device.id))),
    }
}

pub(super) async fn ask_resume(
    State(app): State<App>,
    member: Member,
    Path(device): Path<String>,
) -> Answer {
    let device = find(&device, &member, &app).await?;
    member.require_fresh(Place::Resume(device.id), &app).await?;
    Ok(pages::resume(&member.view(&app), &device).into_response())
}

pub(super) async fn resume(
    State(app): State<App>,
    member: Member,
    Path(device): Path<String>,
    posted: Posted,
) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    let device = find(&device, &member, &app).await?;
    match app
        .mfa()
        .resume_device(&member.grant, device.id, &member.caller.request)
        .await
    {
        Ok(()) => Ok(go_to_with(&Place::Parameters, Notice::DeviceResumed, &app)),
        Err(error) => Err(Failure::from(error).on_the_way_to(Place::Resume(device.id))),
    }
}

pub(super) async fn ask_disable(State(app): State<App>, member: Member) -> Answer {
    let status = status(&member, &app).await?;
    if !status.is_on() {
        return Err(Failure::Redirect(
            Place::Parameters,
            Notice::NothingToDisable,
        ));
    }
    member.require_fresh(Place::Disable, &app).await?;
    Ok(pages::disable(&member.view(&app), &status.devices).into_response())
}

pub(super) async fn disable(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    match app
        .mfa()
        .disable(&member.grant, &member.caller.request)
        .await
    {
        Ok(grant) => done(&grant, Notice::Disabled, &member, &app).await,
        Err(error) => Err(Failure::from(error).on_the_way_to(Place::Disable)),
    }
}

async fn done(
    grant: &SessionGrant,
    notice: Notice,
    member: &Member,
    app: &App,
) -> Result<Response, Failure> {
    member
        .renew(grant, go_to_with(&Place::Parameters, notice, app), app)
        .await
}

async fn status(member: &Member, app: &App) -> Result<Status, Failure> {
    Ok(app
        .mfa()
        .status(&member.grant, &member.caller.request)
        .await?)
}

async fn find(device: &str, member: &Member, app: &App) -> Result<DeviceView, Failure> {
    find_in(&status(member, app).await?, device)
}

/// One of the user's own devices, by what the address calls it.
fn find_in(status: &Status, device: &str) -> Result<DeviceView, Failure> {
    let id: DeviceId = device.parse().map_err(|_| Failure::NotFound)?;
    let found = status.devices.iter().find(|device| device.id == id);
    found
        .cloned()
        .ok_or(Failure::Redirect(Place::Parameters, Notice::DeviceGone))
}
