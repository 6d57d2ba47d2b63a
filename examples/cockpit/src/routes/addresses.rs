//! E-mail addresses that are told what happens to the account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use mfakit::activation::{Address, AddressRule};
use mfakit::{AddressRefusal, Error};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Answer;
use crate::failure::Failure;
use crate::forms::Posted;
use crate::mail::Letter;
use crate::notice::Notice;
use crate::pages::addresses;
use crate::place::Place;
use crate::redirect::{go_to, go_to_with};
use crate::session::Member;
use crate::state::{App, SERVICE};

const NO_ADDRESS: &str = "This is not an e-mail address. Check it and try again.";

pub(super) async fn ask(State(app): State<App>, member: Member) -> Answer {
    member.require_fresh(Place::NewAddress, &app).await?;
    Ok(addresses::add(&member.view(&app), "", None).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    address: String,
}

pub(super) async fn add(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let Chosen { address: typed } = posted.open(&member.owner(), &app)?;
    let refuse = |text| {
        let page = addresses::add(&member.view(&app), &typed, Some(text));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let Ok(address) = Address::parse(typed.trim(), AddressRule::Rfc) else {
        return refuse(NO_ADDRESS);
    };
    let request = &member.caller.request;
    let code = match app
        .mfa()
        .add_address(&member.grant, &address, request)
        .await
    {
        Ok(code) => code,
        Err(Error::Refused(refusal)) => match text(&refusal) {
            Some(text) => return refuse(text),
            None => {
                return Err(Failure::from(Error::Refused(refusal)).on_the_way_to(Place::NewAddress));
            }
        },
        Err(error) => return Err(Failure::from(error).on_the_way_to(Place::NewAddress)),
    };
    let letter = Letter {
        to: address.as_str().to_owned(),
        subject: format!("Your code for {SERVICE}"),
        text: format!(
            "Somebody who is signed in to {SERVICE} as {} wants letters about the account to come to this address.\n\n\
             If that is you, enter this code:\n\n    {}\n\nIt is good for 15 minutes. If it is not you, do nothing: \
             without the code nothing changes.\n",
            member.name,
            code.expose(),
        ),
        id: Letter::random_id().map_err(|error| Failure::internal(&error))?,
        at: member.caller.now,
    };
    match app.post().send(letter).await {
        Ok(()) => Ok(go_to(&Place::ConfirmAddress)),
        Err(error) => {
            _ = Failure::internal(&error);
            refuse("The letter could not be sent. Check the address, or try again later.")
        }
    }
}

pub(super) async fn ask_code(State(app): State<App>, member: Member) -> Answer {
    let status = member.status(&app).await?;
    match &status.pending_address {
        Some(address) => {
            let page = addresses::confirm(&member.view(&app), address.as_str(), None);
            Ok(page.into_response())
        }
        None => Err(Failure::Redirect(
            Place::Parameters,
            Notice::NoAddressPending,
        )),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: Zeroizing<String>,
}

pub(super) async fn confirm(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let Code { code } = posted.open(&member.owner(), &app)?;
    let request = &member.caller.request;
    let refusal = match app
        .mfa()
        .confirm_address(&member.grant, &code, request)
        .await
    {
        Ok(()) => return Ok(go_to_with(&Place::Parameters, Notice::AddressAdded, &app)),
        Err(Error::Refused(refusal)) => refusal,
        Err(error) => return Err(Failure::from(error).on_the_way_to(Place::ConfirmAddress)),
    };
    let pending = member.status(&app).await?.pending_address;
    match (text(&refusal), pending) {
        (Some(text), Some(address)) => {
            let page = addresses::confirm(&member.view(&app), address.as_str(), Some(text));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        (Some(_), None) => Err(Failure::Redirect(
            Place::Parameters,
            Notice::NoAddressPending,
        )),
        (None, _) => {
            Err(Failure::from(Error::Refused(refusal)).on_the_way_to(Place::ConfirmAddress))
        }
    }
}

pub(super) async fn remove(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let Chosen { address } = posted.open(&member.owner(), &app)?;
    let address = Address::parse(&address, AddressRule::Rfc).map_err(|_| Failure::BadForm)?;
    app.mfa()
        .remove_address(&member.grant, &address, &member.caller.request)
        .await
        .map_err(|error| Failure::from(error).on_the_way_to(Place::Parameters))?;
    Ok(go_to_with(&Place::Parameters, Notice::AddressRemoved, &app))
}

/// What stands beside the field.
const fn text(refusal: &AddressRefusal) -> Option<&'static str> {
    match refusal {
        AddressRefusal::Known => Some("This address is confirmed already."),
        AddressRefusal::Mismatch => {
            Some("This is not the code that was sent last. Check it and try again.")
        }
        AddressRefusal::TooMany => {
            Some("You have as many addresses as there may be. Remove one first.")
        }
        _ => None,
    }
}
