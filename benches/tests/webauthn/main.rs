//! Ours beside independent implementations: where they differ, it is in `known-differences.json`
//! with the reason, and an agreement that is not expected fails as well.

mod clients;
mod generated;
mod rsa_signatures;
mod vectors;
