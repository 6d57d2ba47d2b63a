//! What the extensions of L3 section 10 and CTAP 2.2 section 12 answer.

use std::collections::BTreeMap;

use serde_cbor::Value as Cbor;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::options::{ClientOutputs, Options, bytes_of};
use super::{Credential, Settings};
use crate::base64url;

/// The outputs of the client and of the authenticator.
#[derive(Default)]
pub(super) struct Outputs {
    pub(super) client: ClientOutputs,
    authenticator: BTreeMap<Cbor, Cbor>,
}

impl Outputs {
    fn client(&mut self, name: &str, output: Value) {
        self.client.insert(name.to_owned(), output);
    }

    fn authenticator(&mut self, name: &str, output: Cbor) {
        self.authenticator
            .insert(Cbor::Text(name.to_owned()), output);
    }

    /// The map for authenticator data; none where it would be empty.
    pub(super) fn signed(&self) -> Option<Cbor> {
        let outputs = self.authenticator.clone();
        (!outputs.is_empty()).then_some(Cbor::Map(outputs))
    }

    /// What both ceremonies answer to `uvm`.
    fn uvm(&mut self, options: &Options, settings: &Settings) {
        if let Some([factor, key, matcher]) = settings.uvm.filter(|_| options.wants("uvm")) {
            self.client("uvm", json!([[factor, key, matcher]]));
            let entry = [factor, key, matcher].map(Cbor::from).to_vec();
            self.authenticator("uvm", Cbor::Array(vec![Cbor::Array(entry)]));
        }
    }
}

/// Answers the extensions of a registration, and stores with the credential what they store.
pub(super) fn register(
    options: &Options,
    settings: &Settings,
    credential: &mut Credential,
    secret: [u8; 32],
) -> Outputs {
    let mut outputs = Outputs::default();
    if options.wants("credProps") {
        outputs.client("credProps", json!({ "rk": credential.discoverable }));
    }
    if options.extension("appidExclude").is_some() {
        outputs.client("appidExclude", Value::Bool(true));
    }
    if settings.hmac_secret {
        hmac_secret(options, credential, secret, &mut outputs);
    }
    if let Some(protection) = protection(options).filter(|_| settings.credential_protection) {
        outputs.authenticator("credProtect", protection.into());
    }
    if let Some(length) = settings
        .min_pin_length
        .filter(|_| options.wants("minPinLength"))
    {
        outputs.authenticator("minPinLength", length.into());
    }
    if options.extension("largeBlob").is_some() {
        outputs.client("largeBlob", json!({ "supported": settings.blobs }));
    }
    if let Some(blob) = options.extension("credBlob").and_then(Value::as_str) {
        // CTAP 2.2 section 12.2: at least 32 bytes must fit, and here no more do.
        credential.blob =
            base64url::decode(blob).filter(|blob| settings.blobs && blob.len() <= MAX_BLOB_BYTES);
        outputs.authenticator("credBlob", credential.blob.is_some().into());
    }
    outputs.uvm(options, settings);
    outputs
}

const MAX_BLOB_BYTES: usize = 32;

fn hmac_secret(
    options: &Options,
    credential: &mut Credential,
    secret: [u8; 32],
    outputs: &mut Outputs,
) {
    let prf = options.extension("prf");
    let plain = options.wants("hmacCreateSecret");
    if prf.is_none() && !plain {
        return;
    }
    credential.hmac_secret = Some(secret);
    outputs.authenticator("hmac-secret", true.into());
    if plain {
        outputs.client("hmacCreateSecret", Value::Bool(true));
    }
    if prf.is_some() {
        outputs.client("prf", json!({ "enabled": true }));
    }
}

/// `credentialProtectionPolicy` of CTAP 2.2 section 12.1, as the number that stands for it.
fn protection(options: &Options) -> Option<u8> {
    match options.extension("credentialProtectionPolicy")?.as_str()? {
        "userVerificationOptional" => Some(1),
        "userVerificationOptionalWithCredentialIDList" => Some(2),
        "userVerificationRequired" => Some(3),
        _ => None,
    }
}

/// Answers the extensions of a sign-in.
pub(super) fn sign_in(
    options: &Options,
    settings: &Settings,
    credential: &mut Credential,
) -> Outputs {
    let mut outputs = Outputs::default();
    if let Some(app_id) = options.extension("appid") {
        let used = credential.app_id.as_deref() == app_id.as_str();
        outputs.client("appid", Value::Bool(used));
    }
    if let Some(blob) = options.extension("largeBlob").filter(|_| settings.blobs) {
        outputs.client("largeBlob", large_blob(blob, credential));
    }
    if options.wants("getCredBlob") && settings.blobs {
        let blob = credential.blob.clone().unwrap_or_default();
        outputs.authenticator("credBlob", Cbor::Bytes(blob));
    }
    if let (Some(input), Some(secret)) = (options.extension("prf"), &credential.hmac_secret) {
        let eval = input.get("eval");
        let result = |name| {
            let salt = bytes_of(eval, name)?;
            // Stands for the HMAC of L3 section 10.1.4: its value concerns no server.
            let result = Sha256::digest([secret.as_slice(), &salt].concat());
            Some((name.to_owned(), Value::from(base64url::encode(&result))))
        };
        let results: ClientOutputs = ["first", "second"].into_iter().filter_map(result).collect();
        if !results.is_empty() {
            outputs.client("prf", json!({ "results": results }));
        }
    }
    outputs.uvm(options, settings);
    outputs
}

/// Reads or writes a blob: L3 section 10.1.5.
fn large_blob(input: &Value, credential: &mut Credential) -> Value {
    if let Some(blob) = bytes_of(Some(input), "write") {
        credential.large_blob = Some(blob);
        return json!({ "written": true });
    }
    match &credential.large_blob {
        Some(blob) => json!({ "blob": base64url::encode(blob) }),
        None => json!({}),
    }
}
