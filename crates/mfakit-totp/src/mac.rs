//! HMAC ([RFC 2104]) of a counter, with the key prepared, and its dynamic truncation
//! ([RFC 4226 section 5.3]).
//!
//! A prepared key is the hash state after the inner and after the outer key block, so that a code
//! costs two compressions. The `hmac` crate can be used that way too, by cloning it for each code,
//! at twice the time; here the codes of a whole window are computed side by side, first all inner
//! blocks, then all outer ones, which lets the processor overlap them. `tests` compares the result
//! with the `hmac` crate, and with Wycheproof's vectors. The numbers are in
//! `docs/adr/0021-prepared-hmac-of-our-own.md`.
//!
//! [RFC 2104]: https://www.rfc-editor.org/rfc/rfc2104
//! [RFC 4226 section 5.3]: https://www.rfc-editor.org/rfc/rfc4226#section-5.3

use core::num::NonZeroU64;
use core::ops::RangeInclusive;

use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, ZeroizeOnDrop};

use crate::code::{Code, TypedCode};
use crate::hotp::LookAhead;
use crate::params::{Algorithm, Digits};
use crate::step::Window;

mod hash;
#[cfg(test)]
mod tests;

use hash::Hash;

/// Computes the codes of one secret.
pub(crate) struct Generator {
    key: Key,
    digits: Digits,
}

impl Generator {
    pub(crate) fn new(algorithm: Algorithm, secret: &[u8], digits: Digits) -> Self {
        Self {
            key: Key::new(algorithm, secret),
            digits,
        }
    }

    pub(crate) fn code(&self, counter: u64) -> Code {
        let [number] = self.key.truncated([counter]);
        Code::new(self.digits.reduce(number), self.digits)
    }

    /// Compares `code` with that of one counter.
    pub(crate) fn is_code_of(&self, code: &TypedCode, counter: u64) -> bool {
        let [number] = self.key.truncated([counter]);
        self.digits.reduce(number).ct_eq(&code.value()).into()
    }

    /// Compares `code` with that of each counter, 64 at most.
    ///
    /// The time depends on the number of counters, not on which of them match.
    pub(crate) fn compare(&self, code: &TypedCode, counters: &RangeInclusive<u64>) -> Hits {
        let first = *counters.start();
        let mut bits: u64 = 0;
        let mut place: u32 = 0;
        let mut next = Some(first);
        while let Some(counter) = next.filter(|counter| counters.contains(counter)) {
            // Three at a time, as many as the default window has. Those past the end do not count.
            let lanes = [
                counter,
                counter.saturating_add(1),
                counter.saturating_add(2),
            ];
            let mut numbers = self.key.truncated(lanes);
            for (counter, number) in lanes.into_iter().zip(&numbers) {
                let hit = self.digits.reduce(*number).ct_eq(&code.value()).unwrap_u8();
                let hit = u64::from(hit & u8::from(counters.contains(&counter)));
                bits |= hit.wrapping_shl(place);
                place = place.saturating_add(1);
            }
            numbers.zeroize();
            next = counter.checked_add(3);
        }
        Hits { first, bits }
    }
}

// Every range that is compared fits into the bits.
const _: () = assert!(2 * Window::MAX < 64 && LookAhead::MAX < 64);

/// The counters whose code was the one that was typed.
pub(crate) struct Hits {
    first: u64,
    /// Bit n stands for the counter `first + n`.
    bits: u64,
}

impl Hits {
    /// The smallest one that is not used, where all up to `last_used` are.
    pub(crate) fn smallest_unused(&self, last_used: Option<u64>) -> Option<u64> {
        let used = match last_used.and_then(|last| last.checked_sub(self.first)) {
            None => 0,
            Some(before_last) => before_last.saturating_add(1),
        };
        let unused = u32::try_from(used)
            .ok()
            .and_then(|used| u64::MAX.checked_shl(used))?;
        let place = NonZeroU64::new(self.bits & unused)?.trailing_zeros();
        self.first.checked_add(place.into())
    }

    pub(crate) fn largest(&self) -> Option<u64> {
        let place = NonZeroU64::new(self.bits)?.ilog2();
        self.first.checked_add(place.into())
    }
}

enum Key {
    Sha1(Prepared<Sha1>),
    Sha256(Prepared<Sha256>),
    Sha512(Prepared<Sha512>),
}

impl Key {
    fn new(algorithm: Algorithm, secret: &[u8]) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(Prepared::new(secret)),
            Algorithm::Sha256 => Self::Sha256(Prepared::new(secret)),
            Algorithm::Sha512 => Self::Sha512(Prepared::new(secret)),
        }
    }

    fn truncated<const N: usize>(&self, counters: [u64; N]) -> [u32; N] {
        match self {
            Self::Sha1(key) => key.truncated(counters),
            Self::Sha256(key) => key.truncated(counters),
            Self::Sha512(key) => key.truncated(counters),
        }
    }
}

/// The hash state after the key block of [RFC 2104 section 2], step 4 (inner) and 7 (outer).
///
/// [RFC 2104 section 2]: https://www.rfc-editor.org/rfc/rfc2104#section-2
struct Prepared<H: Hash> {
    inner: H::State,
    outer: H::State,
}

impl<H: Hash> Prepared<H> {
    fn new(key: &[u8]) -> Self {
        let [inner, outer] = H::after_key_blocks(key);
        Self { inner, outer }
    }

    fn truncated<const N: usize>(&self, counters: [u64; N]) -> [u32; N] {
        // All inner compressions, then all outer ones: see the top of this file.
        let blocks = counters.map(H::counter_block);
        let mut states = [self.inner; N];
        for (state, block) in states.iter_mut().zip(&blocks) {
            H::compress(state, block);
        }
        let blocks = states.each_ref().map(H::digest_block);
        let mut states = [self.outer; N];
        for (state, block) in states.iter_mut().zip(&blocks) {
            H::compress(state, block);
        }
        let numbers = states.each_ref().map(H::truncate);
        states.zeroize();
        numbers
    }
}

impl<H: Hash> Drop for Prepared<H> {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl<H: Hash> ZeroizeOnDrop for Prepared<H> {}
