//! Where the owner is told of changes: addresses of which it was seen that the owner reads them.

use alloc::string::String;
use alloc::vec::Vec;

use mfakit_activation::{
    Activation, ActivationCodes, Address, AddressRule, ClaimError, Claimant, IssueError,
    IssuedCode, Purpose, Subject, TypedCode,
};
use mfakit_core::{Keys, SecretArray, UnixTime, UserId};
use minicbor::bytes::ByteVec;
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;

use super::UserRecord;
use crate::codec::{Time, via};
use crate::error::AddressRefusal;
use crate::{Context, Decision, Event, EventKind, SessionGrant};

/// How many addresses a user may have (NIST SP 800-63B-4 section 4.6 asks for two at least).
const MAX_ADDRESSES: usize = 4;

/// An address in an event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KnownAddress(Address);
via!(
    KnownAddress,
    String,
    |known| known.0.as_str().into(),
    |text| {
        // Which rule it had to keep was decided when it came.
        Address::parse(&text, AddressRule::Rfc)
            .ok()
            .map(KnownAddress)
    }
);

impl KnownAddress {
    /// Returns the address.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.0
    }
}

/// An address that the owner reads.
#[derive(CborLen, Clone, Debug, Decode, Encode)]
pub(crate) struct Confirmed {
    #[n(0)]
    address: KnownAddress,
    #[n(1)]
    at: Time,
}

/// The address that waits for its code, and the limits of the codes that were sent.
#[derive(CborLen, Debug, Decode, Encode)]
pub(crate) struct Confirmation {
    #[n(0)]
    waiting: Option<KnownAddress>,
    #[n(1)]
    codes: StoredCodes,
}

#[derive(Debug)]
struct StoredCodes(Activation);
via!(
    StoredCodes,
    ByteVec,
    |codes| codes.0.to_bytes().into(),
    |bytes| { Activation::from_bytes(&bytes).ok().map(StoredCodes) }
);

/// A confirmed address as its owner may see it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AddressView {
    /// The address.
    pub address: Address,
    /// When it was confirmed.
    pub confirmed: UnixTime,
}

impl UserRecord {
    /// Takes over an address of which the host itself has seen that the user reads it, at sign-up
    /// for example. Nothing happens if it is known.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is [`AddressRefusal::TooMany`] or [`AddressRefusal::Full`].
    pub fn adopt_address(
        mut self,
        address: &Address,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<(), AddressRefusal> {
        if self.is_confirmed(address) {
            return Decision::unchanged(self, Ok(()));
        }
        match self.confirm(address, context, rng) {
            Ok(()) => Decision::write(self, Ok(())),
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    /// Begins to confirm an address, in the place of one that waits. Needs a fresh proof: of the
    /// second factor, or of the first while there is no second.
    ///
    /// Send the code to the address once the record is written, and let the same session give it
    /// back. The limits are those of activation codes: a minute apart, five an hour.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`AddressRefusal::Grant`] if a fresh proof is needed, or the session does not hold.
    /// - [`AddressRefusal::Known`] if it is confirmed.
    /// - [`AddressRefusal::TooMany`] if the user has as many as there may be.
    /// - [`AddressRefusal::Throttled`] if too many codes were sent or wrong ones given.
    pub fn add_address(
        mut self,
        grant: &SessionGrant,
        address: &Address,
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<IssuedCode, AddressRefusal> {
        if let Err(refusal) = self.may_add_address(grant, address, context) {
            return Decision::unchanged(self, Err(refusal));
        }
        let (user, key) = (self.user(), code_key(keys));
        let subject = Subject::new(&user, Purpose::ConfirmAddress, address);
        let before = self.confirmation(user);
        let issued = code_rules(&key, context).issue(&before.codes.0, &subject, context.now, rng);
        let changed = issued.is_changed();
        let (codes, verdict) = issued.into_parts();
        let waiting = match verdict {
            Ok(_) => Some(KnownAddress(address.clone())),
            Err(_) => before.waiting,
        };
        self.0.confirmation = Some(Confirmation {
            waiting,
            codes: StoredCodes(codes),
        });
        let verdict = verdict.map_err(|error| match error {
            IssueError::Throttled { retry_after } => AddressRefusal::Throttled { retry_after },
            _ => AddressRefusal::NothingPending,
        });
        Decision {
            record: self,
            changed,
            verdict,
        }
    }

    /// Confirms the address that waits, with the code that was sent to it. The owner is told at
    /// every address, the new one included.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`AddressRefusal::Mismatch`] if it is another code. Counted.
    /// - [`AddressRefusal::NothingPending`] if no address waits, or its code's time is over.
    /// - [`AddressRefusal::Throttled`] if too many wrong codes were given.
    /// - [`AddressRefusal::Grant`] if a fresh proof is needed, or the session does not hold.
    /// - [`AddressRefusal::TooMany`], [`AddressRefusal::Full`] as when it began.
    pub fn confirm_address(
        mut self,
        grant: &SessionGrant,
        code: &TypedCode,
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<(), AddressRefusal> {
        if let Err(refusal) = self.require_fresh(grant, context) {
            return Decision::unchanged(self, Err(refusal.into()));
        }
        let (user, key) = (self.user(), code_key(keys));
        let before = self.confirmation(user);
        let claimant = Claimant::from_bytes(grant.session().as_bytes());
        let (Some(address), Ok(claimant)) = (before.waiting, claimant) else {
            return Decision::unchanged(self, Err(AddressRefusal::NothingPending));
        };
        let subject = Subject::new(&user, Purpose::ConfirmAddress, &address.0);
        let codes = code_rules(&key, context);
        let claimed = codes.claim(&before.codes.0, &subject, &claimant, code, context.now);
        let changed = claimed.is_changed();
        let (claimed, verdict) = claimed.into_parts();
        if let Err(error) = verdict {
            self.0.confirmation = Some(Confirmation {
                waiting: Some(address),
                codes: StoredCodes(claimed),
            });
            return Decision {
                record: self,
                changed,
                verdict: Err(error.into()),
            };
        }
        let redeemed = codes.redeem(&claimed, &subject, &claimant, context.now);
        let (redeemed, verdict) = redeemed.into_parts();
        if verdict.is_err() {
            return Decision::unchanged(self, Err(AddressRefusal::NothingPending));
        }
        self.0.confirmation = Some(Confirmation {
            waiting: None,
            codes: StoredCodes(redeemed),
        });
        match self.confirm(&address.0, context, rng) {
            Ok(()) => Decision::write(self, Ok(())),
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    /// Removes an address, which is told so itself. Needs a fresh proof.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is [`AddressRefusal::Grant`], [`AddressRefusal::Unknown`] or
    /// [`AddressRefusal::Full`].
    pub fn remove_address(
        mut self,
        grant: &SessionGrant,
        address: &Address,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<(), AddressRefusal> {
        match self.try_remove_address(grant, address, context, rng) {
            Ok(()) => Decision::write(self, Ok(())),
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    fn try_remove_address(
        &mut self,
        grant: &SessionGrant,
        address: &Address,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), AddressRefusal> {
        let _met = self.require_fresh(grant, context)?;
        if !self.is_confirmed(address) {
            return Err(AddressRefusal::Unknown);
        }
        self.0.addresses.retain(|known| known.address.0 != *address);
        let address = KnownAddress(address.clone());
        self.note_change(EventKind::AddressRemoved { address }, context, rng)?;
        Ok(())
    }

    /// Returns the confirmed addresses, oldest first.
    #[must_use]
    pub fn addresses(&self) -> Vec<AddressView> {
        let addresses = self.0.addresses.iter();
        addresses
            .map(|known| AddressView {
                address: known.address.0.clone(),
                confirmed: known.at.0,
            })
            .collect()
    }

    /// Returns who is told of an event: those whose addresses were confirmed when it happened,
    /// whatever has become of them since. So nobody hides a change by removing an address after it,
    /// or reads of what was before by adding one.
    pub(crate) fn recipients(&self, event: &Event) -> Vec<Address> {
        let mut then: Vec<Address> = self.addresses().into_iter().map(|a| a.address).collect();
        let entries = self.0.outbox.entries();
        let at = entries.iter().position(|entry| entry.id == event.id);
        let later = at.and_then(|at| entries.get(at..)).unwrap_or_default();
        for entry in later.iter().skip(1).rev() {
            match &entry.kind {
                EventKind::AddressAdded { address } => then.retain(|known| *known != address.0),
                EventKind::AddressRemoved { address } => then.push(address.0.clone()),
                _ => {}
            }
        }
        if let EventKind::AddressRemoved { address } = &event.kind {
            then.push(address.0.clone());
        }
        // Of what has gone on, those too who came meanwhile.
        if event.count > 1 {
            let known = self.0.addresses.iter();
            let known = known.filter(|known| known.at.0 <= event.last_at);
            then.extend(known.map(|known| known.address.0.clone()));
        }
        let mut once: Vec<Address> = Vec::new();
        for address in then {
            if !once.contains(&address) {
                once.push(address);
            }
        }
        once
    }

    /// Returns the address that waits for its code.
    #[must_use]
    pub fn pending_address(&self, context: &Context<'_>) -> Option<Address> {
        let confirmation = self.0.confirmation.as_ref()?;
        let codes = &confirmation.codes.0;
        let _code = codes.pending(Purpose::ConfirmAddress, context.now)?;
        confirmation
            .waiting
            .as_ref()
            .map(|address| address.0.clone())
    }

    fn is_confirmed(&self, address: &Address) -> bool {
        let mut addresses = self.0.addresses.iter();
        addresses.any(|known| known.address.0 == *address)
    }

    fn may_add_address(
        &self,
        grant: &SessionGrant,
        address: &Address,
        context: &Context<'_>,
    ) -> Result<(), AddressRefusal> {
        let _met = self.require_fresh(grant, context)?;
        if self.is_confirmed(address) {
            return Err(AddressRefusal::Known);
        }
        self.has_room_for_address()
    }

    const fn has_room_for_address(&self) -> Result<(), AddressRefusal> {
        if self.0.addresses.len() < MAX_ADDRESSES {
            Ok(())
        } else {
            Err(AddressRefusal::TooMany)
        }
    }

    fn confirm(
        &mut self,
        address: &Address,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), AddressRefusal> {
        self.has_room_for_address()?;
        let address = KnownAddress(address.clone());
        self.0.addresses.push(Confirmed {
            address: address.clone(),
            at: Time(context.now),
        });
        self.note_change(EventKind::AddressAdded { address }, context, rng)?;
        Ok(())
    }

    /// Takes what is known of codes for addresses out of the record.
    fn confirmation(&mut self, user: UserId) -> Confirmation {
        self.0.confirmation.take().unwrap_or_else(|| Confirmation {
            waiting: None,
            codes: StoredCodes(Activation::new(user)),
        })
    }
}

/// The key of the codes for addresses: one of its own, derived from what is fixed for the life of
/// the store.
fn code_key(keys: &Keys) -> SecretArray<32> {
    SecretArray::new(keys.index("mfakit codes for addresses", &[]))
}

const fn code_rules<'k>(key: &'k SecretArray<32>, context: &Context<'_>) -> ActivationCodes<'k> {
    ActivationCodes::new(key).with_validity(context.profile.address_code)
}

impl From<ClaimError> for AddressRefusal {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::CodeMismatch { .. } => Self::Mismatch,
            ClaimError::Throttled { retry_after }
            | ClaimError::ClaimedElsewhere { retry_after } => Self::Throttled { retry_after },
            _ => Self::NothingPending,
        }
    }
}
