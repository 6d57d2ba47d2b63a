//! What hashing a PIN costs.

/// The memory and time that Argon2id spends on one PIN.
///
/// The default, [`Cost::OWASP`], takes 19 MiB of memory for as long as the call lasts. Whoever runs
/// `n` hashes at once needs `n` times [`Cost::memory_bytes`], so run them on a bounded pool.
///
/// A hash read back from storage carries its own cost within the same upper bounds: a damaged or
/// forged row cannot ask for more than 64 MiB and 10 passes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// 19 MiB, 2 passes, 1 lane: the least that the [OWASP Password Storage Cheat Sheet] asks for.
    ///
    /// [OWASP Password Storage Cheat Sheet]: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
    pub const OWASP: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// The most memory, in KiB: that of the second recommended option of [RFC 9106 section 4].
    ///
    /// [RFC 9106 section 4]: https://www.rfc-editor.org/rfc/rfc9106#section-4
    pub const MAX_MEMORY_KIB: u32 = 64 * 1024;
    /// The most passes: twice as many as the OWASP setting with the most of them.
    pub const MAX_PASSES: u32 = 10;
    /// The most lanes: as many as both recommended options of [RFC 9106 section 4] have. They are
    /// computed one after another here, so more of them do not make a hash faster.
    ///
    /// [RFC 9106 section 4]: https://www.rfc-editor.org/rfc/rfc9106#section-4
    pub const MAX_LANES: u32 = 4;

    /// The least memory among the equivalent OWASP settings, in KiB (7 MiB, with 5 passes).
    const FLOOR_MEMORY_KIB: u32 = 7 * 1024;
    /// The least memory times passes among them: that of the same setting.
    const FLOOR_WORK: u32 = 5 * Self::FLOOR_MEMORY_KIB;
    /// Argon2 needs eight blocks of 1 KiB for each lane (RFC 9106 section 3.1).
    const MIN_KIB_PER_LANE: u32 = 8;

    /// Makes a cost that is not below the cheapest of the equivalent OWASP settings.
    ///
    /// # Inputs
    ///
    /// - `memory_kib`: memory in KiB, 7,168 to 65,536.
    /// - `passes`: how often it is filled, 1 to 10; times `memory_kib` at least 35,840.
    /// - `lanes`: 1 to 4.
    ///
    /// # Errors
    ///
    /// - [`InvalidCost::OutOfBounds`] if Argon2 does not have it or it is above the upper bounds.
    /// - [`InvalidCost::TooCheap`] if it is below the lower ones.
    pub const fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, InvalidCost> {
        let Some(cost) = Self::within_bounds(memory_kib, passes, lanes) else {
            return Err(InvalidCost::OutOfBounds);
        };
        let work = memory_kib.saturating_mul(passes);
        if memory_kib < Self::FLOOR_MEMORY_KIB || work < Self::FLOOR_WORK {
            return Err(InvalidCost::TooCheap);
        }
        Ok(cost)
    }

    /// Anything that Argon2 has and that is not too much to ask of a server.
    pub(crate) const fn within_bounds(memory_kib: u32, passes: u32, lanes: u32) -> Option<Self> {
        let enough =
            passes >= 1 && lanes >= 1 && memory_kib >= lanes.saturating_mul(Self::MIN_KIB_PER_LANE);
        let bounded = memory_kib <= Self::MAX_MEMORY_KIB
            && passes <= Self::MAX_PASSES
            && lanes <= Self::MAX_LANES;
        if enough && bounded {
            Some(Self {
                memory_kib,
                passes,
                lanes,
            })
        } else {
            None
        }
    }

    /// Returns the memory that one hash takes while it is computed, in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// Returns how often that memory is filled.
    #[must_use]
    pub const fn passes(&self) -> u32 {
        self.passes
    }

    /// Returns the number of lanes.
    #[must_use]
    pub const fn lanes(&self) -> u32 {
        self.lanes
    }

    /// Returns the memory that one hash takes while it is computed, in bytes: what to multiply by
    /// the number of threads in the pool that hashes.
    #[must_use]
    pub const fn memory_bytes(&self) -> u32 {
        // At most 64 MiB, so nothing is lost.
        self.memory_kib.saturating_mul(1024)
    }
}

impl Default for Cost {
    fn default() -> Self {
        Self::OWASP
    }
}

/// Why a [`Cost`] cannot be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCost {
    /// Argon2 has no such setting, or it is above 64 MiB, 10 passes or 4 lanes.
    #[error("hashing cost is out of bounds")]
    OutOfBounds,
    /// It is below every setting that OWASP recommends.
    #[error("hashing cost is below every recommended setting")]
    TooCheap,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_owasp_setting_is_accepted() {
        for (memory_kib, passes) in [
            (47_104, 1),
            (19_456, 2),
            (12_288, 3),
            (9_216, 4),
            (7_168, 5),
        ] {
            let cost = Cost::new(memory_kib, passes, 1).unwrap();
            assert_eq!(
                (cost.memory_kib(), cost.passes(), cost.lanes()),
                (memory_kib, passes, 1)
            );
        }
        assert_eq!(Cost::new(19_456, 2, 1), Ok(Cost::OWASP));
        assert_eq!(Cost::default(), Cost::OWASP);
        assert_eq!(Cost::OWASP.memory_bytes(), 19_922_944);
    }

    #[test]
    fn boundaries_on_both_sides() {
        use InvalidCost::{OutOfBounds, TooCheap};
        for (memory_kib, passes, lanes, want) in [
            (7_168, 5, 1, Ok(())),
            (7_168, 4, 1, Err(TooCheap)),
            (7_167, 10, 1, Err(TooCheap)),
            (35_840, 1, 1, Ok(())),
            (35_839, 1, 1, Err(TooCheap)),
            (65_536, 10, 4, Ok(())),
            (65_537, 10, 4, Err(OutOfBounds)),
            (65_536, 11, 4, Err(OutOfBounds)),
            (65_536, 10, 5, Err(OutOfBounds)),
            (65_536, 0, 1, Err(OutOfBounds)),
            (65_536, 1, 0, Err(OutOfBounds)),
            (u32::MAX, u32::MAX, u32::MAX, Err(OutOfBounds)),
            (0, 0, 0, Err(OutOfBounds)),
        ] {
            assert_eq!(
                Cost::new(memory_kib, passes, lanes).map(drop),
                want,
                "{memory_kib} KiB, {passes} passes, {lanes} lanes"
            );
        }
    }

    #[test]
    fn argon2_needs_eight_kib_for_each_lane() {
        assert_eq!(Cost::within_bounds(31, 1, 4), None);
        assert!(Cost::within_bounds(32, 1, 4).is_some());
    }
}
