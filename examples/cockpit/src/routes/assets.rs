//! Files that are the same for everybody. Their addresses change with their content, so browsers
//! may keep them for ever.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use axum::routing::get;
use sha2::{Digest as _, Sha256};

use crate::state::App;

const STYLE: &str = include_str!("../../assets/cockpit.css");
const SCRIPT: &str = include_str!("../../assets/cockpit.js");
/// Belongs to no application in particular; see its head.
const WEBAUTHN: &str = include_str!("../../assets/webauthn/webauthn.js");
const ICON: &str = include_str!("../../assets/icon.svg");

/// Eight characters of the hash of all of them.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let hash = Sha256::new()
        .chain_update(STYLE)
        .chain_update(SCRIPT)
        .chain_update(WEBAUTHN)
        .chain_update(ICON)
        .finalize();
    hash.iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
});

pub(crate) fn style() -> String {
    format!("/assets/cockpit.css?{}", *VERSION)
}

pub(crate) fn script() -> String {
    format!("/assets/cockpit.js?{}", *VERSION)
}

pub(crate) fn webauthn() -> String {
    format!("/assets/webauthn.js?{}", *VERSION)
}

pub(crate) fn icon() -> String {
    format!("/assets/icon.svg?{}", *VERSION)
}

pub(super) fn router() -> Router<App> {
    let file = |kind: &'static str, content: &'static str| {
        get(async move || {
            let keep = "public, max-age=31536000, immutable";
            ([(CONTENT_TYPE, kind), (CACHE_CONTROL, keep)], content).into_response()
        })
    };
    Router::new()
        .route(
            "/assets/cockpit.css",
            file("text/css; charset=utf-8", STYLE),
        )
        .route(
            "/assets/cockpit.js",
            file("text/javascript; charset=utf-8", SCRIPT),
        )
        .route(
            "/assets/webauthn.js",
            file("text/javascript; charset=utf-8", WEBAUTHN),
        )
        .route("/assets/icon.svg", file("image/svg+xml", ICON))
}
