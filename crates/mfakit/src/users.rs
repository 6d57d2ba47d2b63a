//! Users come and go.

use mfakit_core::UserId;
use mfakit_flows::{Never, SessionGrant};

use crate::{CreateRefusal, Error, Mfa, Operation, Request};

/// Whether a user was known before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Adopted {
    /// A record was created now.
    Created,
    /// There was one, and it was left as it is.
    Known,
}

impl Mfa {
    /// Creates the record of a new user, who is off. Call it in the host's sign-up.
    ///
    /// # Inputs
    ///
    /// - `user`: an id that never changes and is never given to another person: a random one, or
    ///   the host's own key. Not a name or an address.
    ///
    /// # Errors
    ///
    /// - [`CreateRefusal::Exists`] if there is a record of this user. It was left alone.
    /// - [`Error::Store`] if the store failed.
    /// - [`Error::Randomness`] if the system gives no random bytes.
    pub async fn create_user(
        &self,
        user: UserId,
        request: &Request,
    ) -> Result<(), Error<CreateRefusal>> {
        let created = async {
            match self.create::<CreateRefusal>(user, request).await? {
                Adopted::Created => Ok(()),
                Adopted::Known => Err(Error::Refused(CreateRefusal::Exists)),
            }
        };
        self.observed(Operation::CreateUser, created).await
    }

    /// Makes sure that there is a record of a user who was there before this library was.
    ///
    /// Call it for every old user in a migration. It may be interrupted and run again.
    ///
    /// # Errors
    ///
    /// - [`Error::Store`] if the store failed.
    /// - [`Error::Randomness`] if the system gives no random bytes.
    ///
    /// # Security
    ///
    /// Never call it on the way to a session: a lost record would then become "no second factor".
    pub async fn adopt_user(
        &self,
        user: UserId,
        request: &Request,
    ) -> Result<Adopted, Error<Never>> {
        self.observed(Operation::CreateUser, self.create(user, request))
            .await
    }

    async fn create<R: std::error::Error + 'static>(
        &self,
        user: UserId,
        request: &Request,
    ) -> Result<Adopted, Error<R>> {
        let context = self.context(request);
        let created: Result<bool, Error<R>> = self.parts().vault.create(user, &context).await;
        Ok(if created? {
            Adopted::Created
        } else {
            Adopted::Known
        })
    }

    /// Deletes everything there is of a user; returns `false` if there was nothing.
    ///
    /// Works on a record that does not open, too. Sessions and tokens of the user end with it, and
    /// do not come back with a user of the same id. Events that wait for delivery are lost: call
    /// [`Mfa::run_outbox`] before, if they matter.
    ///
    /// # Errors
    ///
    /// - [`Error::Contended`] if others would not stop changing the record.
    /// - [`Error::Store`] if the store failed. Call it again.
    ///
    /// # Security
    ///
    /// What follows is a user without a second factor, once the host creates one again. Make sure
    /// that it is the user who asks (support: identity as at the first sign-up).
    pub async fn delete_user(&self, user: UserId, request: &Request) -> Result<bool, Error<Never>> {
        let (vault, now) = (&self.parts().vault, request.now());
        let deleted = vault.releasing(user, now, vault.delete(user, now));
        self.observed(Operation::DeleteUser, deleted).await
    }

    /// Ends a user's sessions, pending sign-ins and set-ups. Call it whenever the host has changed
    /// or reset the user's first factor.
    ///
    /// # Inputs
    ///
    /// - `acting`: the session in which the user changed it, if that is how it was changed. It goes
    ///   on: keep the grant that this returns in the old one's place. `None` comes back if there was
    ///   none, or it did not hold any more: then the user signs in anew.
    ///
    /// # Errors
    ///
    /// - [`Error::UnknownUser`] if the user has no record.
    /// - [`Error::Record`], [`Error::Store`], [`Error::Contended`], [`Error::Throttled`],
    ///   [`Error::Randomness`]: no session was ended; try again.
    pub async fn first_factor_changed(
        &self,
        user: UserId,
        acting: Option<&SessionGrant>,
        request: &Request,
    ) -> Result<Option<SessionGrant>, Error<Never>> {
        self.change(Operation::Manage, user, request, |record, context, rng| {
            record.first_factor_changed(acting, context, rng)
        })
        .await
    }
}
