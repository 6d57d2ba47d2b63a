//! What holds after every step.

use std::collections::BTreeSet;

use mfakit_flows::{Level, StoredGrant};

use super::Model;

impl Model {
    pub(super) fn deliver(&mut self) {
        let done: Vec<_> = self
            .world
            .record()
            .events()
            .iter()
            .map(|event| (event.id, event.count))
            .collect();
        self.world.rewrite(|record| record.mark_delivered(&done));
    }

    /// What holds after every step.
    pub(super) fn check(&mut self) {
        let record = self.world.record();
        assert_eq!(record.is_on(), !self.is_off());
        let in_record = record.devices().into_iter();
        let in_record: BTreeSet<_> = in_record
            .map(|device| (device.id, device.suspended.is_some()))
            .collect();
        let apps = self.devices.iter().map(|app| (app.id, app.suspended));
        let keys = self.keys.iter().map(|key| (key.id, key.suspended));
        assert_eq!(in_record, apps.chain(keys).collect());
        for session in &self.sessions {
            let sealed = session.grant.seal(&self.world.keys, &mut self.world.rng);
            let stored = StoredGrant::open(&sealed, &self.world.keys).unwrap();
            let resumed = record.resume(stored);
            assert_eq!(resumed.is_ok(), session.alive);
            // Never above what the session itself has proven.
            let level = if session.second_factor_at.is_some() {
                Level::Aal2
            } else {
                Level::Aal1
            };
            assert_eq!(session.grant.level(), level);
        }
    }
}
