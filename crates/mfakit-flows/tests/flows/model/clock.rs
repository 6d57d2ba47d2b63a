//! The model's clock, and what depends on it.

use super::Model;

impl Model {
    pub(super) fn is_locked(&self) -> bool {
        self.now() < self.locked_until
    }

    pub(super) fn is_off(&self) -> bool {
        self.devices.is_empty() && self.keys.is_empty()
    }

    /// How many devices are in use, and how many of them are apps.
    pub(super) fn in_use(&self) -> (usize, usize) {
        let apps = self.devices.iter().filter(|app| !app.suspended).count();
        let keys = self.keys.iter().filter(|key| !key.suspended).count();
        (apps + keys, apps)
    }

    /// How old something is; what is from further ahead than clocks differ has no age.
    pub(super) fn age(&self, at: u64) -> Option<u64> {
        match self.now().checked_sub(at) {
            Some(age) => Some(age),
            None => (at - self.now() <= 60).then_some(0),
        }
    }

    /// Whether what began then and lives so long is alive: not if the clock went back behind it.
    pub(super) fn lives(&self, begun: u64, lifetime: u64) -> bool {
        let left = (begun + lifetime).saturating_sub(self.now());
        left > 0 && left <= lifetime + 60
    }

    /// Whether the record may take a token of this sort for one that was used up and forgotten: only
    /// while the clock is behind by more than the token lives.
    pub(super) fn may_look_forgotten(&self, begun: u64, lifetime: u64) -> bool {
        begun + lifetime <= self.latest
    }

    /// The rest of a lock, which is set anew if the clock went back.
    pub(super) fn relock(&mut self) {
        let wait = u64::from(self.failures / 4 * 60).min(600);
        if self.is_locked() && self.locked_until - self.now() > wait + 60 {
            self.locked_until = self.now() + wait;
            self.last_failure = self.now();
        }
    }

    /// What a caller is told to wait.
    pub(super) fn wait(&self) -> u64 {
        let wait = u64::from(self.failures / 4 * 60).min(600);
        (self.locked_until - self.now()).min(wait)
    }
}
