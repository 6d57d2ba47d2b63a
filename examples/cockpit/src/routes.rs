//! Which address does what.

mod account;
mod activity;
mod addresses;
pub(crate) mod assets;
mod confirm;
mod devices;
mod keys;
mod operator;
mod outbox;
mod overview;
mod parameters;
mod passkey;
mod password;
mod playground;
mod recovery;
mod reset;
mod review;
mod second_step;
mod setup;
pub(crate) mod sign_in;
mod sign_out;
mod well_known;

use axum::Router;
use axum::middleware::from_fn_with_state as layer;
use axum::response::Response;
use axum::routing::{get, post};

use crate::failure::{Failure, explain};
use crate::state::App;
use crate::{caller, guard, headers};

/// What a handler returns.
type Answer = Result<Response, Failure>;

/// Puts everything together. Of the layers, the last one sees a request first.
pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/", get(overview::show))
        .route("/account/new", get(account::show).post(account::create))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route(
            "/sign-in/code",
            get(second_step::show).post(second_step::submit),
        )
        .route("/sign-in/key", post(second_step::with_key))
        .route("/sign-in/key/options", post(second_step::key_options))
        .route("/sign-in/passkey", post(passkey::submit))
        .route("/sign-in/passkey/options", post(passkey::options))
        .route("/sign-in/recovery", post(second_step::with_recovery_code))
        .route("/sign-in/reset", post(second_step::with_reset_code))
        .route("/review", get(review::show).post(review::finish))
        .route("/reset/cancel", get(reset::ask).post(reset::cancel))
        .route("/operator", get(operator::show).post(operator::reset))
        .route("/set-up", get(review::set_up))
        .route("/sign-out", post(sign_out::submit))
        .route("/confirm", get(confirm::show).post(confirm::submit))
        .route("/confirm/key", post(confirm::with_key))
        .route("/confirm/key/options", post(confirm::key_options))
        .route("/activity", get(activity::show))
        .route("/authentication", get(parameters::show))
        .route(
            "/authentication/applications/new",
            get(setup::before).post(setup::begin),
        )
        .route(
            "/authentication/applications/setup",
            get(setup::show).post(setup::finish),
        )
        .route("/authentication/applications/cancel", post(setup::cancel))
        .route(
            "/authentication/keys/new",
            get(keys::show).post(keys::finish),
        )
        .route("/authentication/keys/new/options", post(keys::options))
        .route(
            "/authentication/devices/{device}/suspend",
            get(devices::ask_suspend).post(devices::suspend),
        )
        .route(
            "/authentication/devices/{device}/resume",
            get(devices::ask_resume).post(devices::resume),
        )
        .route(
            "/authentication/devices/{device}/rename",
            get(devices::ask_rename).post(devices::rename),
        )
        .route(
            "/authentication/devices/{device}/delete",
            get(devices::ask_delete).post(devices::delete),
        )
        .route(
            "/authentication/disable",
            get(devices::ask_disable).post(devices::disable),
        )
        .route(
            "/authentication/recovery",
            get(recovery::show).post(recovery::make),
        )
        .route("/authentication/recovery/saved", post(recovery::saved))
        .route("/authentication/reset/withdraw", post(reset::withdraw))
        .route(
            "/authentication/addresses/new",
            get(addresses::ask).post(addresses::add),
        )
        .route(
            "/authentication/addresses/confirm",
            get(addresses::ask_code).post(addresses::confirm),
        )
        .route("/authentication/addresses/remove", post(addresses::remove))
        .route(
            "/authentication/password",
            get(password::show).post(password::change),
        )
        .route("/outbox", get(outbox::show))
        .route("/playground", get(playground::show))
        .route("/playground/register", post(playground::finish))
        .route("/playground/register/options", post(playground::register))
        .route("/playground/sign-in", post(playground::finish))
        .route("/playground/sign-in/options", post(playground::sign_in))
        .route("/playground/sample", post(playground::sample))
        .route("/.well-known/webauthn", get(well_known::webauthn))
        .merge(assets::router())
        .fallback(async || Failure::NotFound)
        .method_not_allowed_fallback(async || Failure::WrongMethod)
        .layer(layer(app.clone(), guard::finish))
        .layer(layer(app.clone(), caller::identify))
        .layer(layer(app.clone(), guard::require_same_origin))
        .layer(layer(app.clone(), guard::require_host))
        .layer(layer(app.clone(), explain))
        .layer(layer(app.clone(), headers::protect))
        .with_state(app)
}
