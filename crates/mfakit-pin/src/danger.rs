//! What weakens a service, for the few places where that is wanted.

use crate::{Cost, InvalidCost};

/// Makes a cost that may be below every recommended setting, so that a service's own tests are
/// quick.
///
/// # Inputs
///
/// As [`Cost::new`], but `memory_kib` from 8 for each lane, with any number of passes from 1.
///
/// # Errors
///
/// [`InvalidCost::OutOfBounds`] if Argon2 does not have it or it is above the upper bounds.
///
/// # Security
///
/// Hashes of such a cost are worth nothing once their pepper is known.
pub const fn cheap_cost(memory_kib: u32, passes: u32, lanes: u32) -> Result<Cost, InvalidCost> {
    match Cost::within_bounds(memory_kib, passes, lanes) {
        Some(cost) => Ok(cost),
        None => Err(InvalidCost::OutOfBounds),
    }
}
