//! Users come and go.

use mfakit_core::{OsRng, UserId};
use mfakit_flows::{Never, RecordFull, UserRecord};
use mfakit_store::{Expect, Store as _};

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
    /// Creates the record of a new user. Call it in the host's sign-up.
    ///
    /// # Errors
    ///
    /// - [`CreateRefusal::Exists`] if there is a record of this user.
    /// - [`Error::Store`], [`Error::Randomness`].
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

    /// Makes sure that there is a record of a user who was there before this library was: call it
    /// for every old user in a migration, not at sign-in.
    ///
    /// # Errors
    ///
    /// [`Error::Store`], [`Error::Randomness`].
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
        let mut rng = OsRng::new()?;
        let mut record = UserRecord::create(user, &self.context(request), &mut rng);
        let key = self.user_key(user);
        let written = self
            .write(&mut record, &key, Expect::Absent, request, &mut rng)
            .await?;
        Ok(if written {
            Adopted::Created
        } else {
            Adopted::Known
        })
    }

    /// Deletes everything there is of a user; `false` if there was nothing.
    ///
    /// Sessions and tokens of the user end with it. Events that wait for delivery are lost:
    /// [`Mfa::run_outbox`] first, if they matter.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Contended`] if others would not stop changing the record.
    pub async fn delete_user(&self, user: UserId, request: &Request) -> Result<bool, Error<Never>> {
        let deleted = async {
            let key = self.user_key(user);
            let mut unknown = None;
            for _ in 0..crate::mfa::MAX_DECISIONS {
                let store = &self.parts().store;
                let Some(found) = store.get(&key, request.now()).await? else {
                    return Ok(unknown.is_some());
                };
                match store.delete(&key, found.version(), request.now()).await {
                    Ok(true) => return Ok(true),
                    Ok(false) => {}
                    Err(error) if error.outcome_unknown() => unknown = Some(error),
                    Err(error) => return Err(error.into()),
                }
            }
            Err(unknown.map_or(Error::Contended, Error::Store))
        };
        self.observed(Operation::DeleteUser, deleted).await
    }

    /// Ends all of a user's sessions, pending sign-ins and set-ups. Call it when the host has
    /// changed or reset the user's first factor.
    ///
    /// # Errors
    ///
    /// - [`RecordFull`] if events must be delivered first.
    /// - [`Error::UnknownUser`], [`Error::Record`], [`Error::Store`] and the other failures.
    pub async fn first_factor_changed(
        &self,
        user: UserId,
        request: &Request,
    ) -> Result<(), Error<RecordFull>> {
        let changed = self.transact(user, request, |record, context, rng| {
            record.first_factor_changed(context, rng)
        });
        self.observed(Operation::Manage, changed).await
    }
}
