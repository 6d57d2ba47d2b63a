//! A software authenticator, with the browser in front of it.

mod credential;
mod extensions;
mod options;
mod refusal;
mod settings;

use std::sync::Arc;

use mfakit_webauthn::Scheme;
use rand_core::Rng as _;

use crate::assertion::Assertion;
use crate::authenticator_data::{AttestedCredential, AuthenticatorData, flags};
use crate::client_data::ClientData;
use crate::encoding::Encoding;
use crate::key::SigningKey;
use crate::registration::Registration;
use crate::rng::SeededRng;
use crate::statement::{Attest, NoAttestation};
pub use credential::Credential;
use extensions::Outputs;
use options::Options;
pub use refusal::Refusal;
pub use settings::{Conveyance, CounterBehavior, Settings};

/// An authenticator that holds credentials, and answers options as a browser does with it.
///
/// It does what the relying party asks, as far as its [`Settings`] let it. What it answers can be
/// changed in every part before it is written: see [`Registration`] and [`Assertion`]. It does not
/// compare the origin with the RP ID, which a browser does: a service must not rely on that.
///
/// Everything random follows from the seed.
#[derive(Clone, Debug)]
pub struct Authenticator {
    /// What it can do.
    pub settings: Settings,
    attestation: Arc<dyn Attest>,
    credentials: Vec<Credential>,
    shared_count: u32,
    rng: SeededRng,
}

impl Authenticator {
    /// Makes an authenticator with the default settings, no attestation and no credentials.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            settings: Settings::default(),
            attestation: Arc::new(NoAttestation),
            credentials: Vec::new(),
            shared_count: 0,
            rng: SeededRng::new(seed),
        }
    }

    /// Sets how it attests new credentials.
    #[must_use]
    pub fn with_attestation(mut self, attestation: impl Attest + 'static) -> Self {
        self.attestation = Arc::new(attestation);
        self
    }

    /// Sets what it can do.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Returns the credentials, the oldest first.
    #[must_use]
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// Returns the credentials, to be changed, added to, or taken away.
    pub const fn credentials_mut(&mut self) -> &mut Vec<Credential> {
        &mut self.credentials
    }

    /// Answers the options of a registration, and keeps the new credential.
    ///
    /// # Inputs
    ///
    /// - `options_json`: a `PublicKeyCredentialCreationOptionsJSON`, as `CreationOptions::to_json`
    ///   gives it.
    /// - `origin`: that of the page that asks.
    ///
    /// # Errors
    ///
    /// - [`Refusal::Options`] if the options are no JSON, or miss what they must have.
    /// - [`Refusal::Excluded`] if it holds a credential of the exclude list.
    /// - [`Refusal::NoAlgorithm`] if it has keys for none of the algorithms.
    /// - [`Refusal::ResidentKey`] and [`Refusal::UserVerification`] if one is required and it
    ///   cannot.
    pub fn make_credential(
        &mut self,
        options_json: &str,
        origin: &str,
    ) -> Result<Registration, Refusal> {
        let options = Options::parse(options_json)?;
        let rp_id = match options.optional("/rp/id") {
            Some(id) => id,
            None => host(origin),
        };
        let challenge = options.text("/challenge")?;
        let user_handle = options.bytes("/user/id")?;
        let exclude = options.ids("/excludeCredentials")?;
        if self.holds_any(rp_id, options_app_id(&options, "appidExclude"), &exclude) {
            return Err(Refusal::Excluded);
        }
        let verification = options.optional("/authenticatorSelection/userVerification");
        let verified = self.verifies(verification)?;
        let discoverable = self.keeps(&options)?;
        let key = self.new_key(&options)?;
        let id = self.random(self.settings.credential_id_bytes);
        let mut credential = Credential::new(rp_id, &id, &user_handle, key);
        credential.discoverable = discoverable;
        credential.backup_eligible = self.settings.backup_eligible;
        credential.backed_up = self.settings.backed_up;
        let mut secret = [0; 32];
        self.rng.fill_bytes(&mut secret);
        let outputs = extensions::register(&options, &self.settings, &mut credential, secret);
        let mut data = self.data(&mut credential, verified, &outputs);
        data.flags |= flags::AT;
        data.attested = Some(AttestedCredential::new(
            self.settings.aaguid,
            &credential.id,
            credential.key.cose(),
        ));
        let registration = Registration {
            client_data: ClientData::new("webauthn.create", challenge, origin),
            authenticator_data: data,
            key: credential.key.clone(),
            attestation: self.conveyed(&options),
            statement: None,
            statement_encoding: Encoding::Canonical,
            object_encoding: Encoding::Canonical,
            id: credential.id.clone(),
            raw_id: None,
            kind: "public-key".into(),
            attachment: self.settings.attachment.clone(),
            transports: self.settings.transports.clone(),
            client_extensions: outputs.client,
        };
        if discoverable {
            // One discoverable credential a user: L3 section 6.3.2, step 7.
            self.credentials.retain(|known| {
                !known.discoverable
                    || known.rp_id != credential.rp_id
                    || known.user_handle != credential.user_handle
            });
        }
        self.credentials.push(credential);
        Ok(registration)
    }

    /// Answers the options of a sign-in with the newest credential that they allow.
    ///
    /// # Inputs
    ///
    /// - `options_json`: a `PublicKeyCredentialRequestOptionsJSON`, as `RequestOptions::to_json`
    ///   gives it.
    /// - `origin`: that of the page that asks.
    ///
    /// # Errors
    ///
    /// - [`Refusal::Options`] if the options are no JSON, or miss what they must have.
    /// - [`Refusal::NoCredential`] if it holds none that they allow.
    /// - [`Refusal::UserVerification`] if that is required and it cannot.
    pub fn get_assertion(
        &mut self,
        options_json: &str,
        origin: &str,
    ) -> Result<Assertion, Refusal> {
        let options = Options::parse(options_json)?;
        let rp_id = match options.optional("/rpId") {
            Some(id) => id,
            None => host(origin),
        };
        let challenge = options.text("/challenge")?;
        let allow = options.ids("/allowCredentials")?;
        let verified = self.verifies(options.optional("/userVerification"))?;
        let app_id = options_app_id(&options, "appid");
        let position = self
            .credentials
            .iter()
            .rposition(|known| {
                is_for(known, rp_id, app_id)
                    && if allow.is_empty() {
                        known.discoverable
                    } else {
                        allow.contains(&known.id)
                    }
            })
            .ok_or(Refusal::NoCredential)?;
        // Taken out, so that the rest of the authenticator can be changed with it.
        let mut credential = self.credentials.remove(position);
        let outputs = extensions::sign_in(&options, &self.settings, &mut credential);
        let assertion = Assertion {
            client_data: ClientData::new("webauthn.get", challenge, origin),
            authenticator_data: self.data(&mut credential, verified, &outputs),
            key: credential.key.clone(),
            signature: None,
            user_handle: credential
                .discoverable
                .then(|| credential.user_handle.clone()),
            object_encoding: Encoding::Canonical,
            id: credential.id.clone(),
            raw_id: None,
            kind: "public-key".into(),
            attachment: self.settings.attachment.clone(),
            client_extensions: outputs.client,
        };
        self.credentials.insert(position, credential);
        Ok(assertion)
    }

    fn holds_any(&self, rp_id: &str, app_id: Option<&str>, ids: &[Vec<u8>]) -> bool {
        let mut credentials = self.credentials.iter();
        credentials.any(|known| is_for(known, rp_id, app_id) && ids.contains(&known.id))
    }

    /// Whether the user is verified; `preferred` where nothing is said.
    fn verifies(&self, wanted: Option<&str>) -> Result<bool, Refusal> {
        match wanted {
            Some("discouraged") => Ok(false),
            Some("required") if !self.settings.user_verification => Err(Refusal::UserVerification),
            _ => Ok(self.settings.user_verification),
        }
    }

    /// Whether the new credential is kept for use without its id.
    fn keeps(&self, options: &Options) -> Result<bool, Refusal> {
        match options.optional("/authenticatorSelection/residentKey") {
            Some("required") if !self.settings.resident_keys => Err(Refusal::ResidentKey),
            Some("required" | "preferred") => Ok(self.settings.resident_keys),
            _ => Ok(false),
        }
    }

    fn new_key(&mut self, options: &Options) -> Result<SigningKey, Refusal> {
        let algorithm = options
            .algorithms()
            .into_iter()
            .find(|algorithm| self.settings.algorithms.contains(algorithm))
            .ok_or(Refusal::NoAlgorithm)?;
        let key = match algorithm.scheme() {
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => {
                SigningKey::rsa(algorithm, self.settings.rsa_bits, &mut self.rng)
            }
            _ => SigningKey::generate(algorithm, &mut self.rng),
        };
        key.map_err(|_| Refusal::NoAlgorithm)
    }

    fn conveyed(&self, options: &Options) -> Arc<dyn Attest> {
        let asked = !matches!(options.optional("/attestation"), None | Some("none"));
        if asked || self.settings.conveyance == Conveyance::Always {
            Arc::clone(&self.attestation)
        } else {
            Arc::new(NoAttestation)
        }
    }

    /// Counts a signature, and makes what is signed.
    fn data(
        &mut self,
        credential: &mut Credential,
        verified: bool,
        outputs: &Outputs,
    ) -> AuthenticatorData {
        let count = match self.settings.counter {
            CounterBehavior::Zero => 0,
            CounterBehavior::PerCredential => credential.sign_count.saturating_add(1),
            CounterBehavior::Shared => {
                self.shared_count = self.shared_count.saturating_add(1);
                self.shared_count
            }
        };
        credential.sign_count = count;
        let extensions = outputs.signed();
        let bits = [
            (self.settings.user_presence, flags::UP),
            (verified, flags::UV),
            (credential.backup_eligible, flags::BE),
            (credential.backed_up, flags::BS),
            (extensions.is_some(), flags::ED),
        ];
        let bits = bits.into_iter().filter(|(set, _)| *set);
        let bits = bits.fold(0, |sum, (_, bit)| sum | bit);
        let id = credential.app_id.as_deref().unwrap_or(&credential.rp_id);
        let mut data = AuthenticatorData::new(id, bits, count);
        data.extensions = extensions;
        data
    }

    fn random(&mut self, bytes: usize) -> Vec<u8> {
        let mut random = vec![0; bytes];
        self.rng.fill_bytes(&mut random);
        random
    }
}

/// Whether a credential is for the RP ID, or was registered under the AppID.
fn is_for(credential: &Credential, rp_id: &str, app_id: Option<&str>) -> bool {
    match &credential.app_id {
        None => credential.rp_id == rp_id,
        Some(own) => app_id == Some(own),
    }
}

fn options_app_id<'a>(options: &'a Options, extension: &str) -> Option<&'a str> {
    options.extension(extension)?.as_str()
}

/// The host of an origin, which is the RP ID where the options name none.
fn host(origin: &str) -> &str {
    let (_, authority) = origin.split_once("://").unwrap_or(("", origin));
    authority
        .split_once(':')
        .map_or(authority, |(host, _)| host)
}
