//! What keys add to the model, and what is done to devices of either kind.

use mfakit_flows::{
    Class, EnrollRefusal, GrantRefusal, KeyAssertion, KeyRefusal, Level, ManageRefusal, Offers,
    PendingSignIn, Requirement, SignInRefusal, StepUpRefusal,
};
use mfakit_testkit::Authenticator;
use proptest::prelude::*;

use super::{Model, Session};
use crate::house::ORIGIN;
use crate::world::{World, name};

/// What somebody does with keys. Indices are taken modulo what there is.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Register { session: usize },
    SignIn { pending: usize, key: usize },
    Passkey { key: usize },
    StepUp { session: usize, key: usize },
    RemoveKey { session: usize, key: usize },
    Rename { session: usize, device: usize },
    Suspend { session: usize, device: usize },
    Resume { session: usize, device: usize },
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    let two = || (0..4_usize, 0..4_usize);
    prop_oneof![
        4 => (0..4_usize).prop_map(|session| Act::Register { session }),
        4 => two().prop_map(|(pending, key)| Act::SignIn { pending, key }),
        2 => (0..4_usize).prop_map(|key| Act::Passkey { key }),
        2 => two().prop_map(|(session, key)| Act::StepUp { session, key }),
        1 => two().prop_map(|(session, key)| Act::RemoveKey { session, key }),
        1 => two().prop_map(|(session, device)| Act::Rename { session, device }),
        1 => two().prop_map(|(session, device)| Act::Suspend { session, device }),
        1 => two().prop_map(|(session, device)| Act::Resume { session, device }),
    ]
}

/// A key as the model knows it.
pub(super) struct Key {
    authenticator: Authenticator,
    pub(super) id: mfakit_flows::DeviceId,
    pub(super) suspended: bool,
}

impl Model {
    pub(super) fn run_key(&mut self, act: Act) {
        match act {
            Act::Register { session } => self.register(session),
            Act::SignIn { pending, key } => self.sign_in_by_key(pending, key),
            Act::Passkey { key } => self.passkey(key),
            Act::StepUp { session, key } => self.step_up_by_key(session, key),
            Act::RemoveKey { session, key } => self.remove_key(session, key),
            Act::Rename { session, device } => self.rename(session, device),
            Act::Suspend { session, device } => self.suspend(session, device),
            Act::Resume { session, device } => self.resume(session, device),
        }
    }

    /// Begins the second step with a key, where there is one.
    pub(super) fn keys_step(
        &mut self,
        pending: &PendingSignIn,
        offers: &Offers,
    ) -> Option<(String, KeyAssertion)> {
        let mut rng = self.world.draw();
        let begun = self
            .world
            .ask(|_, context| offers.request(pending, self.world.relying(), context, &mut rng));
        begun.map(|(options, ceremony)| (options.to_json(), ceremony))
    }

    fn register(&mut self, session: usize) {
        let Some(at) = session.checked_rem(self.sessions.len()) else {
            return;
        };
        self.made += 1;
        let mut authenticator = Authenticator::new(self.made);
        let refusal = self.grant_refusal(&self.sessions[at]);
        let grant = &self.sessions[at].grant;
        match self.world.try_register(grant, &mut authenticator, None) {
            Ok(enrolled) => {
                assert_eq!(refusal, None);
                assert_eq!(enrolled.first, self.is_off());
                if enrolled.first {
                    self.end_sessions();
                }
                let (id, suspended) = (enrolled.device, false);
                self.keys.push(Key {
                    authenticator,
                    id,
                    suspended,
                });
                let now = self.now();
                let session = &mut self.sessions[at];
                session.grant = enrolled.grant;
                (session.alive, session.second_factor_at) = (true, Some(now));
            }
            Err(EnrollRefusal::Grant(got)) => assert_eq!(Some(got), refusal),
            Err(EnrollRefusal::NothingPending) => {
                assert!(self.may_look_forgotten(self.now(), 300));
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    fn sign_in_by_key(&mut self, pending: usize, key: usize) {
        let (Some(at), Some(key)) = (
            pending.checked_rem(self.waiting.len()),
            key.checked_rem(self.keys.len()),
        ) else {
            return;
        };
        let Some((options, ceremony)) = self.waiting[at].step.as_ref() else {
            return;
        };
        // The key may be newer than the page; a browser would not ask it.
        let Ok(answer) = self.keys[key].authenticator.get_assertion(options, ORIGIN) else {
            return;
        };
        let (alive, begun) = (self.waiting[at].alive, self.waiting[at].begun);
        let result = self.world.verify_key(ceremony, &answer.json());
        match result {
            Ok(grant) => {
                assert!(alive && self.lives(begun, 600) && self.lives(begun, 300));
                assert!(!self.keys[key].suspended);
                assert_eq!(grant.level(), Level::Aal2);
                let now = self.now();
                self.sessions.push(Session {
                    grant,
                    alive: true,
                    first_factor_at: Some(begun),
                    second_factor_at: Some(now),
                });
                self.waiting[at].alive = false;
            }
            Err(SignInRefusal::Ended) => {
                assert!(!alive || !self.lives(begun, 600) || self.may_look_forgotten(begun, 600));
            }
            Err(SignInRefusal::Key(KeyRefusal::Expired)) => assert!(!self.lives(begun, 300)),
            Err(SignInRefusal::Key(KeyRefusal::Suspended)) => {
                assert!(alive && self.keys[key].suspended);
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    fn passkey(&mut self, key: usize) {
        let Some(key) = key.checked_rem(self.keys.len()) else {
            return;
        };
        let (options, ceremony) = self.world.begin_passkey();
        let authenticator = &mut self.keys[key].authenticator;
        let answer = authenticator
            .get_assertion(&options, ORIGIN)
            .unwrap()
            .json();
        match self.world.verify_key(&ceremony, &answer) {
            Ok(grant) => {
                assert!(!self.keys[key].suspended);
                assert_eq!(grant.level(), Level::Aal2);
                let now = self.now();
                self.sessions.push(Session {
                    grant,
                    alive: true,
                    first_factor_at: None,
                    second_factor_at: Some(now),
                });
                let again = self.world.verify_key(&ceremony, &answer).map(drop);
                assert_eq!(again, Err(SignInRefusal::Ended));
            }
            Err(SignInRefusal::Key(KeyRefusal::Suspended)) => assert!(self.keys[key].suspended),
            Err(SignInRefusal::Ended) => assert!(self.may_look_forgotten(self.now(), 300)),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn step_up_by_key(&mut self, session: usize, key: usize) {
        let (Some(at), Some(key)) = (
            session.checked_rem(self.sessions.len()),
            key.checked_rem(self.keys.len()),
        ) else {
            return;
        };
        let (alive, suspended) = (self.sessions[at].alive, self.keys[key].suspended);
        let second = Requirement::level(Level::Aal2);
        let begun = self.world.begin_step_up(&self.sessions[at].grant, second);
        let (options, ceremony) = match begun {
            Ok(begun) => begun,
            Err(StepUpRefusal::Grant(GrantRefusal::Ended)) => return assert!(!alive),
            Err(StepUpRefusal::Key(KeyRefusal::NotEnrolled)) => {
                return assert!(self.keys.iter().all(|key| key.suspended));
            }
            Err(other) => panic!("{other:?}"),
        };
        let answer = self.keys[key].authenticator.get_assertion(&options, ORIGIN);
        let Ok(answer) = answer else {
            return assert!(suspended, "those in use are asked");
        };
        let grant = &self.sessions[at].grant;
        let stepped = self.world.finish_step_up(grant, &ceremony, &answer.json());
        assert!(alive && !suspended);
        let now = self.now();
        match stepped {
            Ok(grant) => {
                self.sessions[at].grant = grant;
                self.sessions[at].second_factor_at = Some(now);
            }
            Err(StepUpRefusal::Ended) => assert!(self.may_look_forgotten(now, 300)),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn remove_key(&mut self, session: usize, key: usize) {
        let (Some(at), Some(key)) = (
            session.checked_rem(self.sessions.len()),
            key.checked_rem(self.keys.len()),
        ) else {
            return;
        };
        let expected = match self.grant_refusal(&self.sessions[at]) {
            Some(refusal) => Some(ManageRefusal::Grant(refusal)),
            None => self.is_last(self.keys[key].suspended),
        };
        let (grant, id) = (&self.sessions[at].grant, self.keys[key].id);
        let removed = self
            .world
            .decide(|record, context, rng| record.remove_device(grant, id, context, rng));
        match removed {
            Ok(grant) => {
                assert_eq!(expected, None);
                self.keys.remove(key);
                self.go_on_alone(at, grant);
            }
            Err(refusal) => assert_eq!(Some(refusal), expected),
        }
    }

    /// One session goes on and all others end.
    fn go_on_alone(&mut self, at: usize, grant: mfakit_flows::SessionGrant) {
        self.end_sessions();
        self.sessions[at].grant = grant;
        self.sessions[at].alive = true;
    }

    fn any_device(&self, device: usize) -> Option<(mfakit_flows::DeviceId, bool)> {
        let apps = self.devices.iter().map(|app| (app.id, app.suspended));
        let keys = self.keys.iter().map(|key| (key.id, key.suspended));
        let all: Vec<_> = apps.chain(keys).collect();
        all.get(device.checked_rem(all.len())?).copied()
    }

    fn set_suspended(&mut self, id: mfakit_flows::DeviceId, suspended: bool) {
        for app in self.devices.iter_mut().filter(|app| app.id == id) {
            app.suspended = suspended;
        }
        for key in self.keys.iter_mut().filter(|key| key.id == id) {
            key.suspended = suspended;
        }
    }

    fn rename(&mut self, session: usize, device: usize) {
        let at = session.checked_rem(self.sessions.len());
        let (Some(at), Some((id, _))) = (at, self.any_device(device)) else {
            return;
        };
        self.made += 1;
        let (called, grant) = (
            name(&format!("name {}", self.made)),
            &self.sessions[at].grant,
        );
        let expected = self
            .grant_refusal(&self.sessions[at])
            .map(ManageRefusal::Grant);
        let renamed = self.world.decide(|record, context, rng| {
            record.rename_device(grant, id, called.clone(), context, rng)
        });
        assert_eq!(renamed.err(), expected);
        if expected.is_none() {
            let devices = self.world.record().devices();
            let device = devices.iter().find(|device| device.id == id).unwrap();
            assert_eq!(device.name, called);
        }
    }

    fn suspend(&mut self, session: usize, device: usize) {
        let at = session.checked_rem(self.sessions.len());
        let (Some(at), Some((id, suspended))) = (at, self.any_device(device)) else {
            return;
        };
        let session = &self.sessions[at];
        let proofs = [session.first_factor_at, session.second_factor_at];
        let proofs = proofs.into_iter().flatten();
        let age = proofs.filter_map(|proof| self.age(proof)).min();
        let expected = if !session.alive {
            Some(ManageRefusal::Grant(GrantRefusal::Ended))
        } else if age.is_none_or(|age| age > 300) {
            Some(ManageRefusal::Grant(GrantRefusal::StepUpRequired))
        } else if suspended {
            Some(ManageRefusal::Suspended)
        } else {
            self.is_last(suspended)
        };
        let grant = &session.grant;
        let result = self
            .world
            .decide(|record, context, rng| record.suspend_device(grant, id, context, rng));
        match result {
            Ok(grant) => {
                assert_eq!(expected, None);
                self.set_suspended(id, true);
                self.go_on_alone(at, grant);
            }
            Err(refusal) => assert_eq!(Some(refusal), expected),
        }
    }

    fn resume(&mut self, session: usize, device: usize) {
        let at = session.checked_rem(self.sessions.len());
        let (Some(at), Some((id, suspended))) = (at, self.any_device(device)) else {
            return;
        };
        let expected = match self.grant_refusal(&self.sessions[at]) {
            Some(refusal) => Some(ManageRefusal::Grant(refusal)),
            None => (!suspended).then_some(ManageRefusal::NotSuspended),
        };
        let grant = &self.sessions[at].grant;
        let result = self
            .world
            .decide(|record, context, rng| record.resume_device(grant, id, context, rng));
        assert_eq!(result.err(), expected);
        if expected.is_none() {
            self.set_suspended(id, false);
        }
    }

    pub(super) fn reopen(&mut self) {
        let mut operator = World::stranger(self.world.now, self.world.profile.clone());
        let grant = operator.signed_in();
        let (_, grant) = operator.enroll(&grant, "operator's");
        let reopened = self.world.decide(|record, context, rng| {
            record.reopen(Class::Totp, &grant, "asked by telephone", context, rng)
        });
        assert_eq!(reopened, Ok(()));
        (self.failures, self.last_failure, self.locked_until) = (0, 0, 0);
    }
}
