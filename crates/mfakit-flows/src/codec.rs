//! CBOR for types of other crates: times, user ids, addresses, secrets.
//!
//! The bytes only ever live inside a seal, so their author is this crate; a decoder error means a
//! defect or a format of the future, never an attack.

use core::net::IpAddr;

use mfakit_core::{UnixTime, UserId};
use mfakit_totp::{MinBits, Secret, Step};
use mfakit_webauthn::Aaguid;
use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{Encoder, Error as EncodeError, Write};
use minicbor::{CborLen, Decode, Encode};

/// Implements the three CBOR traits for a newtype through a simpler type.
macro_rules! via {
    ($name:ty, $as:ty, $to:expr, $from:expr) => {
        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                context: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                let to: fn(&$name) -> $as = $to;
                minicbor::Encode::encode(&to(self), e, context)
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                context: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                let from: fn($as) -> Option<$name> = $from;
                from(<$as as minicbor::Decode<'_, _>>::decode(d, context)?)
                    .ok_or_else(|| minicbor::decode::Error::message(stringify!($name)).at(at))
            }
        }

        impl<C> minicbor::CborLen<C> for $name {
            fn cbor_len(&self, context: &mut C) -> usize {
                let to: fn(&$name) -> $as = $to;
                minicbor::CborLen::cbor_len(&to(self), context)
            }
        }
    };
}
pub(crate) use via;

/// Implements the three CBOR traits for a newtype that is a byte string.
macro_rules! via_bytes {
    ($name:ty, $to:expr, $from:expr) => {
        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                let to: for<'a> fn(&'a $name) -> &'a [u8] = $to;
                e.bytes(to(self))?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                let from: fn(&[u8]) -> Option<$name> = $from;
                from(d.bytes()?)
                    .ok_or_else(|| minicbor::decode::Error::message(stringify!($name)).at(at))
            }
        }

        impl<C> minicbor::CborLen<C> for $name {
            fn cbor_len(&self, context: &mut C) -> usize {
                let to: for<'a> fn(&'a $name) -> &'a [u8] = $to;
                minicbor::CborLen::cbor_len(<&minicbor::bytes::ByteSlice>::from(to(self)), context)
            }
        }
    };
}
pub(crate) use via_bytes;

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Time(pub(crate) UnixTime);
via!(Time, u64, |time| time.0.as_secs(), |secs| Some(Time(
    UnixTime::from_secs(secs)
)));

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct User(pub(crate) UserId);
via_bytes!(User, |user| user.0.as_bytes(), |bytes| UserId::from_bytes(
    bytes
)
.ok()
.map(User));

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct LastUsedStep(pub(crate) Step);
via!(LastUsedStep, u64, |step| step.0.as_u64(), |step| Some(
    LastUsedStep(Step::from_u64(step))
));

#[derive(Debug)]
pub(crate) struct StoredSecret(pub(crate) Secret);
via_bytes!(
    StoredSecret,
    |secret| secret.0.expose(),
    // Whether its length was acceptable was decided when it was made.
    |bytes| Secret::import(bytes, MinBits::Bits80)
        .ok()
        .map(StoredSecret)
);

/// The model of an authenticator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Model(pub(crate) Aaguid);
via_bytes!(Model, |model| &model.0.0, |bytes| bytes
    .try_into()
    .ok()
    .map(|bytes| Model(Aaguid(bytes))));

/// An address as 4 or 16 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Address(pub(crate) IpAddr);

impl<C> Encode<C> for Address {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), EncodeError<W::Error>> {
        match self.0 {
            IpAddr::V4(ip) => e.bytes(&ip.octets())?.ok(),
            IpAddr::V6(ip) => e.bytes(&ip.octets())?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for Address {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        let at = d.position();
        let bytes = d.bytes()?;
        let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
        v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
            .map(Self)
            .map_err(|_| DecodeError::message("address").at(at))
    }
}

impl<C> CborLen<C> for Address {
    fn cbor_len(&self, _: &mut C) -> usize {
        // A byte string of up to 23 bytes has a head of one.
        match self.0 {
            IpAddr::V4(_) => 1 + 4,
            IpAddr::V6(_) => 1 + 16,
        }
    }
}
