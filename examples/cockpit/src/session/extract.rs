//! How handlers get hold of whoever is signed in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{Member, Reach};
use crate::caller::Caller;
use crate::failure::Failure;
use crate::place::Place;
use crate::state::App;

/// Whoever is not signed in is sent to do so, and comes back afterwards.
impl FromRequestParts<App> for Member {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        find(parts, Reach::Full, app).await
    }
}

/// Somebody who is signed in, perhaps for the set-up or the review that comes first.
pub(crate) struct Limited(pub(crate) Member);

impl FromRequestParts<App> for Limited {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        find(parts, Reach::Any, app).await.map(Self)
    }
}

async fn find(parts: &mut Parts, reach: Reach, app: &App) -> Result<Member, Failure> {
    let caller = Caller::from_request_parts(parts, app).await?;
    let had_session = caller.session.is_some();
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let next = Place::or_home(path);
    let member = Member::of(caller, reach, app).await?;
    member.ok_or(if had_session {
        Failure::SessionEnded(next)
    } else {
        Failure::SignedOut(next)
    })
}

/// Somebody who may or may not be signed in.
pub(crate) struct MaybeMember(pub(crate) Option<Member>);

impl FromRequestParts<App> for MaybeMember {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, app).await?;
        Member::of(caller, Reach::Full, app).await.map(Self)
    }
}
