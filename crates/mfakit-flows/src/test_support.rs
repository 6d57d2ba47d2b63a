//! What the unit tests of this crate share.

use mfakit_core::UnixTime;
use rand_core::SeedableRng as _;

use crate::{Context, Profile, Source};

pub(crate) struct World {
    source: Source,
    profile: Profile,
}

pub(crate) fn world() -> World {
    World {
        source: Source::unknown(),
        profile: Profile::cockpit(),
    }
}

impl World {
    pub(crate) fn from(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context::new(
            UnixTime::from_secs(1_700_000_000),
            &self.source,
            &self.profile,
        )
    }
}

pub(crate) fn rng(seed: u64) -> chacha20::ChaCha20Rng {
    chacha20::ChaCha20Rng::seed_from_u64(seed)
}
