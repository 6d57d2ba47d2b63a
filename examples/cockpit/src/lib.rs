#![doc = include_str!("../README.md")]

mod activity;
mod agent;
mod background;
mod caller;
mod choice;
mod config;
mod cookies;
mod db;
mod failure;
mod forms;
mod guard;
mod headers;
mod limits;
mod mail;
mod notice;
mod pages;
mod password;
mod place;
mod playground;
mod redirect;
mod routes;
mod script;
mod server;
mod session;
mod start;
mod state;
mod support;
mod user_name;

use std::fs;

use tokio::net::TcpListener;

pub use config::{Config, ConfigError, InvalidOrigin, InvalidSmtpUrl, Origin, SmtpUrl};
pub use db::DbError;
pub use mail::MailError;
pub use password::HashError;
pub use server::{BindError, bind};
pub use start::StartError;
pub use state::Clock;
pub use support::{Issued, Operator, SupportError};

/// The application, with its databases open.
#[derive(Clone, Debug)]
pub struct Cockpit(state::App);

impl Cockpit {
    /// Opens the databases and the keys; makes them if there are none.
    ///
    /// # Errors
    ///
    /// [`StartError`] says what is in the way, and [`StartError::advice`] what to do.
    pub async fn open(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let path = config.data().to_owned();
        private_folder(config.data()).map_err(|cause| StartError::Folder { path, cause })?;
        Ok(Self(state::App::open(config, clock).await?))
    }

    /// Serves until `shutdown`, then lets the requests that are under way finish.
    pub async fn serve(
        self,
        listeners: Vec<TcpListener>,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let Self(app) = self;
        let deliveries = tokio::spawn(background::deliver_for_ever(app.clone()));
        let purges = tokio::spawn(background::purge_for_ever(app.clone()));
        server::serve(listeners, routes::router(app.clone()), shutdown).await;
        deliveries.abort();
        purges.abort();
        // What the last requests did.
        background::deliver(&app).await;
    }

    /// Issues a code with which a user who has lost all devices sets up a new one.
    ///
    /// # Errors
    ///
    /// [`SupportError`] says what is in the way.
    pub async fn reset(
        &self,
        operator: Operator,
        username: &str,
        reason: &str,
    ) -> Result<Issued, SupportError> {
        support::reset(&self.0, operator, username, reason).await
    }

    /// Delivers the events that wait, so that the activity page shows them: what a task of
    /// [`Cockpit::serve`] does all the time.
    pub async fn deliver_events(&self) {
        background::deliver(&self.0).await;
    }
}

fn private_folder(path: &std::path::Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
