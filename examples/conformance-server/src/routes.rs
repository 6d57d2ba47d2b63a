//! The four requests.

use std::time::SystemTime;

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use mfakit_core::{OsRng, UnixTime};
use mfakit_webauthn::{AuthenticationResponse, RegistrationResponse, User, UserHandle, Who};
use serde_json::{Map, Value, json};

use crate::requests::{CreationRequest, CredentialMessage, Failed, SignInRequest, parse};
use crate::state::{Account, Server};

type Answer = Result<Json<Value>, Failed>;

pub(crate) fn router(server: Server) -> Router {
    Router::new()
        .route("/attestation/options", post(begin_registration))
        .route("/attestation/result", post(finish_registration))
        .route("/assertion/options", post(begin_sign_in))
        .route("/assertion/result", post(finish_sign_in))
        .fallback(async || Failed::new("no such request"))
        .method_not_allowed_fallback(async || Failed::new("send a POST request"))
        .with_state(server)
}

async fn begin_registration(State(server): State<Server>, body: Bytes) -> Answer {
    let request: CreationRequest = parse(&body)?;
    let now = now();
    let mut rng = rng()?;
    let mut memory = server.memory();
    memory
        .registrations
        .retain(|_, (_, begun)| begun.expires() > now);
    let handle = UserHandle::random(&mut rng);
    let account = memory
        .users
        .entry(request.username.clone())
        .or_insert_with(|| Account {
            handle,
            credentials: Vec::new(),
        });
    let user =
        User::new(account.handle, &request.username).with_display_name(&request.display_name);
    let exclude = account.descriptors();
    let (options, begun) = server
        .rp()
        .register(&user, &exclude, request.policy(), now, &mut rng);
    let (challenge, answer) = answer_with(&options.to_json(), request.extensions)?;
    memory
        .registrations
        .insert(challenge, (request.username, begun));
    Ok(answer)
}

async fn finish_registration(State(server): State<Server>, body: Bytes) -> Answer {
    let message = CredentialMessage::parse(&body)?;
    let mut memory = server.memory();
    let (name, begun) = memory
        .registrations
        .remove(&message.challenge)
        .ok_or_else(|| Failed::new("no registration was begun with this challenge"))?;
    let response = RegistrationResponse::from_json(&message.json)?;
    let credential = begun.finish(server.rp(), &response, now(), server.trust())?;
    if memory.has(&credential.record().id) {
        return Err(Failed::new("this credential is registered already"));
    }
    let account = memory
        .users
        .get_mut(&name)
        .ok_or_else(|| Failed::new("no such user"))?;
    account.credentials.push(credential.into_record());
    Ok(done())
}

async fn begin_sign_in(State(server): State<Server>, body: Bytes) -> Answer {
    let request: SignInRequest = parse(&body)?;
    let now = now();
    let mut memory = server.memory();
    memory
        .sign_ins
        .retain(|_, (_, begun)| begun.expires() > now);
    let account = memory
        .users
        .get(&request.username)
        .filter(|account| !account.credentials.is_empty())
        .ok_or_else(|| Failed::new("no such user"))?;
    let allow = account.descriptors();
    let who = Who::Known(&account.handle, &allow);
    let (options, begun) = server
        .rp()
        .authenticate(who, request.policy(), now, &mut rng()?);
    let (challenge, answer) = answer_with(&options.to_json(), request.extensions)?;
    memory.sign_ins.insert(challenge, (request.username, begun));
    Ok(answer)
}

async fn finish_sign_in(State(server): State<Server>, body: Bytes) -> Answer {
    let message = CredentialMessage::parse(&body)?;
    let mut memory = server.memory();
    let (name, begun) = memory
        .sign_ins
        .remove(&message.challenge)
        .ok_or_else(|| Failed::new("no sign-in was begun with this challenge"))?;
    let response = AuthenticationResponse::from_json(&message.json)?;
    let claim = begun.claim(&response)?;
    let record = memory
        .users
        .get_mut(&name)
        .and_then(|account| {
            let mut credentials = account.credentials.iter_mut();
            credentials.find(|credential| credential.id == claim.credential_id())
        })
        .ok_or_else(|| Failed::new("no such credential"))?;
    let proof = begun.finish(server.rp(), claim, record, now())?;
    proof.update().apply(record);
    Ok(done())
}

/// The options as the API wants them, with what was asked for besides, and their challenge.
fn answer_with(
    options: &str,
    extensions: Map<String, Value>,
) -> Result<(String, Json<Value>), Failed> {
    let mut options: Map<String, Value> = parse(options.as_bytes())?;
    let challenge = match options.get("challenge") {
        Some(Value::String(challenge)) => challenge.clone(),
        _ => return Err(Failed::new("options without a challenge")),
    };
    let ours = options.entry("extensions").or_insert_with(|| json!({}));
    if let Value::Object(ours) = ours {
        ours.extend(extensions);
    }
    options.insert("status".to_owned(), "ok".into());
    options.insert("errorMessage".to_owned(), "".into());
    Ok((challenge, Json(Value::Object(options))))
}

fn done() -> Json<Value> {
    Json(json!({ "status": "ok", "errorMessage": "" }))
}

fn rng() -> Result<OsRng, Failed> {
    OsRng::new().map_err(|_| Failed::new("the system has no randomness"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge of the program is where the clock is read"
)]
fn now() -> UnixTime {
    UnixTime::try_from(SystemTime::now()).unwrap_or(UnixTime::EPOCH)
}
