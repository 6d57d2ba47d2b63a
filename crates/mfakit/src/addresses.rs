//! Where the owner is told of changes.

use mfakit_activation::{Address, IssuedCode, TypedCode};
use mfakit_core::UserId;
use mfakit_flows::{AddressRefusal, SessionGrant};

use crate::{Error, Mfa, Operation, Request};

impl Mfa {
    /// Takes over an address of which the host itself has seen that the user reads it: at sign-up,
    /// or in a migration. Nothing happens if it is known.
    ///
    /// # Errors
    ///
    /// - [`AddressRefusal::TooMany`] if the user has four.
    /// - [`AddressRefusal::Full`] if events must be delivered first.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Its reader can cancel a support reset, and is told of every change.
    pub async fn adopt_address(
        &self,
        user: UserId,
        address: &Address,
        request: &Request,
    ) -> Result<(), Error<AddressRefusal>> {
        self.change(Operation::Manage, user, request, |record, context, rng| {
            record.adopt_address(address, context, rng)
        })
        .await
    }

    /// Begins to confirm an address, and returns the code to send there.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof: of the second factor, or of the first while there is no
    ///   second.
    ///
    /// # Errors
    ///
    /// - [`AddressRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`AddressRefusal::Known`] if it is confirmed, [`AddressRefusal::TooMany`] if there are
    ///   four.
    /// - [`AddressRefusal::Throttled`] if codes were sent within a minute, or five within the hour.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Send the code at once and drop it: it is in no outbox, and nothing gives it out again.
    pub async fn add_address(
        &self,
        grant: &SessionGrant,
        address: &Address,
        request: &Request,
    ) -> Result<IssuedCode, Error<AddressRefusal>> {
        let user = grant.user();
        self.change(Operation::Manage, user, request, |record, context, rng| {
            record.add_address(grant, address, self.keys(), context, rng)
        })
        .await
    }

    /// Confirms the address that waits, with the code that was sent there.
    ///
    /// # Inputs
    ///
    /// - `grant`: of the session that began, with a fresh proof still.
    /// - `code`: as the user typed it, of any length.
    ///
    /// # Errors
    ///
    /// - [`AddressRefusal::Mismatch`] if it is another code, which is counted, or none at all.
    /// - [`AddressRefusal::NothingPending`] if no address waits, or the code's time is over.
    /// - [`AddressRefusal::Throttled`] if too many wrong codes were given.
    /// - [`AddressRefusal::Grant`] if the proof is not fresh any more, or the session has ended.
    /// - The failures of [`Error`].
    pub async fn confirm_address(
        &self,
        grant: &SessionGrant,
        code: &str,
        request: &Request,
    ) -> Result<(), Error<AddressRefusal>> {
        let confirmed = async {
            self.limit_source(request).await?;
            let code = TypedCode::parse(code);
            let code = code.map_err(|_| Error::Refused(AddressRefusal::Mismatch))?;
            self.transact(grant.user(), request, |record, context, rng| {
                record.confirm_address(grant, &code, self.keys(), context, rng)
            })
            .await
        };
        self.observed(Operation::Manage, confirmed).await
    }

    /// Removes an address, which is told so itself.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof: of the second factor, or of the first while there is no
    ///   second.
    ///
    /// # Errors
    ///
    /// - [`AddressRefusal::Unknown`] if the user has no such address.
    /// - [`AddressRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`AddressRefusal::Full`] if events must be delivered first.
    /// - The failures of [`Error`].
    pub async fn remove_address(
        &self,
        grant: &SessionGrant,
        address: &Address,
        request: &Request,
    ) -> Result<(), Error<AddressRefusal>> {
        let user = grant.user();
        self.change(Operation::Manage, user, request, |record, context, rng| {
            record.remove_address(grant, address, context, rng)
        })
        .await
    }
}
