//! A new state and what was decided, in one hand.

use core::fmt;

use crate::Activation;

/// The state to write, and the verdict that holds once it is written.
///
/// Two requests may decide on the same state at once. Write the new state on condition that the old
/// one is still there (compare-and-set), and only when that has succeeded let anybody know the
/// verdict; if another was faster, load the state again and decide anew. So a code is redeemed once
/// and every wrong one is counted, on any number of servers.
///
/// [`Transition::commit`] does it in that order. Where writing is asynchronous, or the state is part
/// of a larger record, [`Transition::into_parts`] hands out both, and the order is the caller's
/// to keep.
#[must_use = "write the state, then use the verdict"]
pub struct Transition<V> {
    state: Activation,
    verdict: V,
    changed: bool,
}

impl<V> Transition<V> {
    pub(crate) const fn changed(state: Activation, verdict: V) -> Self {
        Self {
            state,
            verdict,
            changed: true,
        }
    }

    pub(crate) fn unchanged(state: &Activation, verdict: V) -> Self {
        Self {
            state: state.clone(),
            verdict,
            changed: false,
        }
    }

    /// Returns whether there is anything to write. If not, the verdict is a refusal that leaves the
    /// state as it is, so that who is refused cannot make the service write.
    #[must_use]
    pub const fn is_changed(&self) -> bool {
        self.changed
    }

    /// Writes the state, if there is anything to write, and returns the verdict.
    ///
    /// # Inputs
    ///
    /// - `write`: writes the state if the one that the decision was made on is still there, and
    ///   fails if it is not.
    ///
    /// # Errors
    ///
    /// That of `write`. The verdict is then gone, as it should be.
    pub fn commit<E>(self, write: impl FnOnce(&Activation) -> Result<(), E>) -> Result<V, E> {
        if self.changed {
            write(&self.state)?;
        }
        Ok(self.verdict)
    }

    /// Returns the state, to be written first, and the verdict, to be used then.
    #[must_use = "write the state, then use the verdict"]
    pub fn into_parts(self) -> (Activation, V) {
        (self.state, self.verdict)
    }
}

/// Shows neither the verdict nor the state: it may be too early for both.
impl<V> fmt::Debug for Transition<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transition")
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}
