//! Attestations judged by metadata.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Entry, Metadata, StatusRules, key_identifier};
use crate::aaguid::Aaguid;
use crate::attestation::{Chain, Statement};
use crate::certificate::Certificate;
use crate::error::Reason;

/// The metadata, what is refused by it, and the anchors for models that it does not know.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) rules: StatusRules,
    pub(crate) other_anchors: Vec<Vec<u8>>,
    pub(crate) anchors_by_model: BTreeMap<Aaguid, Vec<Vec<u8>>>,
}

impl Source {
    /// Whether a trust path leads to an anchor of its model; a path that leads nowhere is refused,
    /// and so is a model that the rules refuse, even where it is only claimed.
    pub(crate) fn judge(
        &self,
        chain: &Chain<'_>,
        statement: &Statement<'_, '_>,
    ) -> Result<bool, Reason> {
        let model = chain.model();
        let certificates = chain.certificates();
        let is_damaged = |aaguid| {
            let mut problems = self.metadata.problems().iter();
            problems.any(|problem| problem.aaguid == Some(aaguid))
        };
        let entry = self.entry(model, certificates);
        if let Some(entry) = entry {
            self.rules.judge(entry, statement.now)?;
        }
        if certificates.is_empty() {
            return Ok(false);
        }
        if self.metadata.is_too_old(statement.now) {
            return Err(Reason::MetadataOverdue);
        }
        if is_damaged(model) {
            return Err(Reason::NoMetadata);
        }
        if let Some(own) = self.anchors_by_model.get(&model) {
            chain.verify(own, false, statement)?;
        }
        match entry {
            Some(entry) => {
                if !self.anchors_by_model.contains_key(&model) {
                    let shared = chain.leaves_model_unsaid() && self.shares_roots(entry);
                    chain.verify(entry.attestation_roots(), shared, statement)?;
                }
                for compromised in self.rules.compromised(entry, statement.now) {
                    if chain.leads_to(compromised, statement)? {
                        return Err(Reason::AuthenticatorStatus);
                    }
                }
            }
            None if self.anchors_by_model.contains_key(&model) => {}
            None if self.other_anchors.is_empty() => return Err(Reason::NoMetadata),
            None => chain.verify(&self.other_anchors, chain.pool_is_shared(), statement)?,
        }
        Ok(true)
    }

    /// Whether another model stands under one of a model's roots.
    fn shares_roots(&self, entry: &Entry) -> bool {
        let others = self.metadata.entries().iter();
        others
            .filter(|other| other.aaguid() != entry.aaguid())
            .flat_map(Entry::attestation_roots)
            .any(|root| entry.attestation_roots().contains(root))
    }

    /// Models without AAGUID are U2F's: their certificates have keys that the metadata lists.
    fn entry(&self, aaguid: Aaguid, chain: &[Certificate<'_>]) -> Option<&Entry> {
        if aaguid == Aaguid::ZERO {
            chain
                .iter()
                .filter_map(key_identifier)
                .find_map(|identifier| self.metadata.by_key_identifier(&identifier))
        } else {
            self.metadata.by_aaguid(aaguid)
        }
    }
}
