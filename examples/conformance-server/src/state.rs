//! What the server remembers, until it ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mfakit_webauthn::{
    Authentication, CredentialDescriptor, CredentialRecord, Registration, RelyingParty, Trust,
    UserHandle,
};

/// The server.
#[derive(Clone)]
pub(crate) struct Server(Arc<Inner>);

struct Inner {
    rp: RelyingParty,
    trust: Trust,
    memory: Mutex<Memory>,
}

/// Users by name, and begun ceremonies by challenge.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) users: HashMap<String, Account>,
    pub(crate) registrations: HashMap<String, (String, Registration)>,
    pub(crate) sign_ins: HashMap<String, (String, Authentication)>,
}

pub(crate) struct Account {
    pub(crate) handle: UserHandle,
    pub(crate) credentials: Vec<CredentialRecord>,
}

impl Account {
    pub(crate) fn descriptors(&self) -> Vec<CredentialDescriptor> {
        let descriptors = self.credentials.iter().map(CredentialRecord::descriptor);
        descriptors.collect()
    }
}

impl Memory {
    /// Whether anybody has this credential.
    pub(crate) fn has(&self, id: &[u8]) -> bool {
        let mut credentials = self.users.values().flat_map(|user| &user.credentials);
        credentials.any(|credential| credential.id == id)
    }
}

impl Server {
    pub(crate) fn new(rp: RelyingParty, trust: Trust) -> Self {
        Self(Arc::new(Inner {
            rp,
            trust,
            memory: Mutex::default(),
        }))
    }

    pub(crate) fn rp(&self) -> &RelyingParty {
        &self.0.rp
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.0.trust
    }

    /// Requests take turns. One that panicked has left nothing half done: each writes last.
    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        let memory = self.0.memory.lock();
        memory.unwrap_or_else(PoisonError::into_inner)
    }
}
