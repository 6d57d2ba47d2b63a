//! A verdict that waits for its write.

use core::fmt;

use crate::UserRecord;

/// What a transition decided: a record to write, and the verdict that may leave afterwards.
///
/// Write [`Decision::record`], if there is one, in a compare-and-set against the version that the
/// transition started from; only when that succeeded call [`Decision::after_write`]. If somebody
/// else was faster, drop the decision, load the record anew and decide again: that is what makes
/// a code count once, and every guess count.
#[must_use = "write the record, then take the verdict"]
pub struct Decision<T, E> {
    pub(crate) record: UserRecord,
    pub(crate) changed: bool,
    pub(crate) verdict: Result<T, E>,
}

impl<T, E> Decision<T, E> {
    /// The record changed; it must be written before the verdict leaves.
    pub(crate) fn write(record: UserRecord, verdict: Result<T, E>) -> Self {
        Self {
            record,
            changed: true,
            verdict,
        }
    }

    /// Nothing was compared and nothing changed.
    pub(crate) fn unchanged(record: UserRecord, verdict: Result<T, E>) -> Self {
        Self {
            record,
            changed: false,
            verdict,
        }
    }

    /// Returns the record to write, or `None` if it did not change.
    #[must_use]
    pub const fn record(&self) -> Option<&UserRecord> {
        if self.changed {
            Some(&self.record)
        } else {
            None
        }
    }

    /// Returns the record to write, to take its events out before.
    #[must_use]
    pub const fn record_mut(&mut self) -> Option<&mut UserRecord> {
        if self.changed {
            Some(&mut self.record)
        } else {
            None
        }
    }

    /// Returns the verdict. Call it after the write, or when there is none to make.
    ///
    /// # Errors
    ///
    /// The refusal that the transition decided on.
    pub fn after_write(self) -> Result<T, E> {
        self.verdict
    }
}

impl<T, E> fmt::Debug for Decision<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}
