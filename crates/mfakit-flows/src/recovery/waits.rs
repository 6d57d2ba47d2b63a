//! How long a network waits after wrong codes.

use alloc::vec::Vec;
use core::time::Duration;

use mfakit_core::UnixTime;
use minicbor::bytes::ByteArray;
use minicbor::{CborLen, Decode, Encode};

use crate::BudgetRule;
use crate::budget::{Admission, Budget, Effect};

/// How many networks are remembered; whoever has more of them makes the oldest forgotten, and still
/// guesses 80 bits.
const MAX_NETWORKS: usize = 8;

/// The wrong codes of one user, by the network that they came from.
///
/// A wait of the user's own would let whoever knows the password hold the last way in shut for ever.
/// So only the network waits that the wrong codes came from. Where the host knows no address there
/// is no wait at all: there are 80 bits.
#[derive(CborLen, Debug, Decode, Default, Encode)]
pub(crate) struct NetworkWaits {
    #[n(0)]
    networks: Vec<Network>,
    /// Wrong codes since the last right one, of all networks.
    #[n(1)]
    failures: u32,
}

#[derive(CborLen, Debug, Decode, Encode)]
struct Network {
    #[n(0)]
    address: ByteArray<8>,
    #[n(1)]
    budget: Budget,
}

/// A code may not be compared now.
pub(crate) struct Wait {
    pub(crate) retry_after: Duration,
    /// The clock went back, and the wait was set anew.
    pub(crate) changed: bool,
}

impl NetworkWaits {
    pub(crate) const fn failures(&self) -> u32 {
        self.failures
    }

    /// Whether a code from this network may be compared.
    pub(crate) fn admit(
        &mut self,
        network: Option<[u8; 8]>,
        rule: &BudgetRule,
        now: UnixTime,
    ) -> Result<(), Wait> {
        let Some(known) = self.find(network) else {
            return Ok(());
        };
        match known.budget.admission(rule, now) {
            Admission::Locked {
                retry_after,
                overlong,
            } => {
                if overlong {
                    known.budget.relock(rule, now);
                }
                Err(Wait {
                    retry_after,
                    changed: overlong,
                })
            }
            Admission::Open | Admission::Stopped => Ok(()),
        }
    }

    /// Counts a wrong code; returns the wait that it costs its network, if it does.
    pub(crate) fn fail(
        &mut self,
        network: Option<[u8; 8]>,
        rule: &BudgetRule,
        now: UnixTime,
    ) -> Option<Duration> {
        self.failures = self.failures.saturating_add(1);
        let address = ByteArray::from(network?);
        if self.find(network).is_none() {
            if self.networks.len() >= MAX_NETWORKS {
                self.networks.remove(0);
            }
            let budget = Budget::default();
            self.networks.push(Network { address, budget });
        }
        match self.find(network)?.budget.fail(rule, now) {
            Effect::Locked { wait } => Some(wait),
            Effect::Counted | Effect::Stopped => None,
        }
    }

    /// A right code ends all waits.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn find(&mut self, network: Option<[u8; 8]>) -> Option<&mut Network> {
        let address = network?;
        self.networks
            .iter_mut()
            .find(|known| *known.address == address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profile;

    const HERE: Option<[u8; 8]> = Some([1; 8]);
    const ELSEWHERE: Option<[u8; 8]> = Some([2; 8]);

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    fn wait(waits: &mut NetworkWaits, network: Option<[u8; 8]>, secs: u64) -> Option<u64> {
        let rule = Profile::cockpit().recovery_budget;
        let admitted = waits.admit(network, &rule, at(secs));
        admitted.err().map(|wait| wait.retry_after.as_secs())
    }

    #[test]
    fn only_the_network_of_the_wrong_codes_waits() {
        let rule = Profile::cockpit().recovery_budget;
        let mut waits = NetworkWaits::default();
        let costs: Vec<_> = (0..4).map(|_| waits.fail(HERE, &rule, at(1000))).collect();
        assert_eq!(costs, [None, None, None, Some(Duration::from_secs(60))]);
        assert_eq!(wait(&mut waits, HERE, 1000), Some(60));
        assert_eq!(wait(&mut waits, HERE, 1059), Some(1));
        assert_eq!(wait(&mut waits, HERE, 1060), None);
        assert_eq!(wait(&mut waits, ELSEWHERE, 1000), None);
        assert_eq!(wait(&mut waits, None, 1000), None);
        assert_eq!(waits.failures(), 4);
        waits.clear();
        assert_eq!(wait(&mut waits, HERE, 1000), None);
        assert_eq!(waits.failures(), 0);
    }

    #[test]
    fn a_thousand_wrong_codes_stop_nothing_and_keep_the_record_small() {
        let rule = Profile::cockpit().recovery_budget;
        let mut waits = NetworkWaits::default();
        for network in 0..1000_u64 {
            waits.fail(Some(network.to_be_bytes()), &rule, at(1000));
        }
        for _ in 0..1000 {
            waits.fail(HERE, &rule, at(1000));
            waits.fail(None, &rule, at(1000));
        }
        assert_eq!(waits.networks.len(), MAX_NETWORKS);
        assert_eq!(wait(&mut waits, HERE, 1000), Some(600));
        assert_eq!(wait(&mut waits, HERE, 1600), None);
        assert_eq!(wait(&mut waits, None, 1000), None);
    }

    #[test]
    fn a_clock_that_went_back_neither_opens_nor_shuts_for_ever() {
        let rule = Profile::cockpit().recovery_budget;
        let mut waits = NetworkWaits::default();
        for _ in 0..4 {
            waits.fail(HERE, &rule, at(100_000));
        }
        let back = waits.admit(HERE, &rule, at(10_000));
        assert!(back.is_err_and(|wait| wait.changed && wait.retry_after.as_secs() == 60));
        assert_eq!(wait(&mut waits, HERE, 10_059), Some(1));
        assert_eq!(wait(&mut waits, HERE, 10_060), None);
    }
}
