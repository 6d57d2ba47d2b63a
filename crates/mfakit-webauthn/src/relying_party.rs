//! The relying party: who the service is, and what it accepts from anybody.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use crate::algorithm::Algorithm;
use crate::authenticator_data::AuthenticatorData;
use crate::base64url;
use crate::client_data::ClientData;
use crate::error::Reason;
use crate::origin::{Embedding, Origins, WebOrigin, is_domain, is_origin};
use crate::provider::{CryptoProvider, RUSTCRYPTO, sha256};

/// A service that registers and asks for credentials under one RP ID.
///
/// ```
/// use mfakit_webauthn::RelyingParty;
///
/// let rp = RelyingParty::builder("example.com").origin("https://example.com").build()?;
/// assert_eq!(rp.id(), "example.com");
/// # Ok::<(), mfakit_webauthn::InvalidRelyingParty>(())
/// ```
///
/// Neither the RP ID nor the origins can be forgotten:
///
/// ```compile_fail
/// mfakit_webauthn::RelyingParty::builder("example.com").build();
/// ```
#[derive(Clone, Debug)]
pub struct RelyingParty {
    pub(crate) id: String,
    pub(crate) id_hash: [u8; 32],
    pub(crate) name: String,
    pub(crate) origins: Origins,
    pub(crate) embedding: Embedding,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) provider: CryptoProvider,
    pub(crate) app_id: Option<AppId>,
    pub(crate) strict_token_binding: bool,
}

/// The AppID of security keys that were registered with U2F, before WebAuthn.
#[derive(Clone, Debug)]
pub(crate) struct AppId {
    pub(crate) url: String,
    pub(crate) hash: [u8; 32],
    pub(crate) rule: AppIdRule,
}

/// When the hash of the AppID is accepted in place of the RP ID's.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AppIdRule {
    /// When the extension output says that the AppID was used, as the specification has it.
    WhenReported,
    /// Always: some clients do not report it.
    Always,
}

impl RelyingParty {
    /// Begins to describe a relying party. The RP ID is a domain in lower case: the service's own,
    /// or one above it that it may use; every credential belongs to it for ever.
    #[must_use]
    pub fn builder(id: &str) -> RelyingPartyBuilder<NoOrigin> {
        RelyingPartyBuilder {
            rp: Self {
                id: id.to_owned(),
                id_hash: sha256(id.as_bytes()),
                name: id.to_owned(),
                origins: Origins::default(),
                embedding: Embedding::default(),
                algorithms: Vec::new(),
                provider: RUSTCRYPTO,
                app_id: None,
                strict_token_binding: false,
            },
            algorithms: None,
            state: PhantomData,
        }
    }

    /// Returns the RP ID.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the algorithms that are offered, the preferred one first.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// Returns the body of `/.well-known/webauthn`, which lets the origins outside of the RP ID's
    /// domain use it ([L3 section 5.11]). Serve it as `application/json`.
    ///
    /// [L3 section 5.11]: https://www.w3.org/TR/webauthn-3/#sctn-related-origins
    #[must_use]
    pub fn related_origins_json(&self) -> String {
        let is_outside = |origin: &&String| {
            WebOrigin::parse(origin).is_some_and(|origin| !origin.is_within(&self.id))
        };
        let origins: Vec<&String> = self.origins.related.iter().filter(is_outside).collect();
        serde_json::json!({ "origins": origins }).to_string()
    }

    /// The steps on client data that both ceremonies share.
    pub(crate) fn verify_client_data(
        &self,
        bytes: &[u8],
        operation: &str,
        challenge: &[u8],
    ) -> Result<(), Reason> {
        let client_data = ClientData::parse(bytes)?;
        // "Verify that the value of C.type is …"
        if client_data.operation != operation {
            return Err(Reason::ClientDataType);
        }
        // "Verify that the value of C.challenge equals the base64url encoding of
        // pkOptions.challenge": as text, so that no lax decoder has a say.
        if !base64url::encodes(&client_data.challenge, challenge) {
            return Err(Reason::Challenge);
        }
        // "Verify that the value of C.origin is an origin expected by the Relying Party"
        self.origins.verify(&self.id, &client_data.origin)?;
        self.embedding.verify(&client_data)?;
        if self.strict_token_binding && !client_data.token_binding_is_well_formed() {
            return Err(Reason::TokenBinding);
        }
        Ok(())
    }

    /// "Verify that the rpIdHash in authData is the SHA-256 hash of the RP ID", or of the AppID.
    pub(crate) fn verify_rp_id_hash(
        &self,
        data: &AuthenticatorData<'_>,
        app_id_reported: bool,
    ) -> Result<(), Reason> {
        let is_rp_id = *data.rp_id_hash == self.id_hash;
        let good = match &self.app_id {
            None => is_rp_id,
            // L3 section 10.1.1: if the output is true, "the Relying Party MUST expect the rpIdHash
            // to be the hash of the AppID, not the RP ID".
            Some(app_id) => match app_id.rule {
                AppIdRule::WhenReported if app_id_reported => *data.rp_id_hash == app_id.hash,
                AppIdRule::WhenReported => is_rp_id,
                AppIdRule::Always => is_rp_id || *data.rp_id_hash == app_id.hash,
            },
        };
        if good { Ok(()) } else { Err(Reason::RpIdHash) }
    }
}

/// The builder has no origin yet, so it cannot build.
#[derive(Debug)]
#[non_exhaustive]
pub struct NoOrigin;

/// The builder has an origin.
#[derive(Debug)]
#[non_exhaustive]
pub struct HasOrigin;

/// Describes a relying party; made by [`RelyingParty::builder`].
#[derive(Debug)]
pub struct RelyingPartyBuilder<State> {
    rp: RelyingParty,
    /// `None`: the default. An empty list is a mistake, and not the default.
    algorithms: Option<Vec<Algorithm>>,
    state: PhantomData<State>,
}

impl<State> RelyingPartyBuilder<State> {
    fn into_state<New>(self) -> RelyingPartyBuilder<New> {
        RelyingPartyBuilder {
            rp: self.rp,
            algorithms: self.algorithms,
            state: PhantomData,
        }
    }

    /// Adds an origin that the service's pages have: `https://` and a host within the RP ID's
    /// domain, with a port if it is not the usual one.
    #[must_use]
    pub fn origin(mut self, origin: &str) -> RelyingPartyBuilder<HasOrigin> {
        self.rp.origins.own.push(origin.to_owned());
        self.into_state()
    }

    /// Adds an origin outside of the RP ID's domain, which `/.well-known/webauthn` must list (see
    /// [`RelyingParty::related_origins_json`]), or that of a native app (`android:apk-key-hash:…`,
    /// `ios:bundle-id:…`). It is compared as it is written: neither
    /// [`RelyingPartyBuilder::subdomains`] nor [`RelyingPartyBuilder::any_port`] widens it.
    #[must_use]
    pub fn related_origin(mut self, origin: &str) -> RelyingPartyBuilder<HasOrigin> {
        self.rp.origins.related.push(origin.to_owned());
        self.into_state()
    }

    /// Expects subdomains of the RP ID too, on the scheme and port of the origins given by
    /// [`RelyingPartyBuilder::origin`]. Whoever runs any of them can then ask for these credentials.
    #[must_use]
    pub const fn subdomains(mut self) -> Self {
        self.rp.origins.subdomains = true;
        self
    }

    /// Expects the origins given by [`RelyingPartyBuilder::origin`] on any port.
    #[must_use]
    pub const fn any_port(mut self) -> Self {
        self.rp.origins.any_port = true;
        self
    }

    /// Sets the service's name, for people. The default is the RP ID.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.rp.name);
        self
    }

    /// Lets ceremonies take place in frames of other sites. The default is never.
    #[must_use]
    pub fn embedding(mut self, embedding: Embedding) -> Self {
        self.rp.embedding = embedding;
        self
    }

    /// Sets the algorithms to offer, the preferred one first. The default is every one of the
    /// table that the provider verifies, without RS1; an empty list is refused.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms = Some(algorithms.into());
        self
    }

    /// Sets who verifies signatures. The default is [`RUSTCRYPTO`].
    #[must_use]
    pub const fn provider(mut self, provider: CryptoProvider) -> Self {
        self.rp.provider = provider;
        self
    }

    /// Accepts security keys that were registered with U2F under this AppID.
    #[must_use]
    pub fn app_id(mut self, url: &str, rule: AppIdRule) -> Self {
        self.rp.app_id = Some(AppId {
            url: url.to_owned(),
            hash: sha256(url.as_bytes()),
            rule,
        });
        self
    }

    /// Refuses client data whose `tokenBinding` is not well formed. By default the member, which
    /// no current browser sends, is ignored.
    #[must_use]
    pub const fn strict_token_binding(mut self) -> Self {
        self.rp.strict_token_binding = true;
        self
    }
}

/// What is offered if the service does not choose: the order is that of preference.
const DEFAULT_ALGORITHMS: [Algorithm; 19] = [
    Algorithm::Es256,
    Algorithm::EdDsa,
    Algorithm::Rs256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::Esp256,
    Algorithm::Ed25519,
    Algorithm::Esp384,
    Algorithm::Esp512,
    Algorithm::Ed448,
    Algorithm::Es256k,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::MlDsa65,
    Algorithm::MlDsa44,
    Algorithm::MlDsa87,
];

impl RelyingPartyBuilder<HasOrigin> {
    /// Builds the relying party.
    ///
    /// # Errors
    ///
    /// - [`InvalidRelyingParty::Id`] if the RP ID is no domain in lower case.
    /// - [`InvalidRelyingParty::Origin`] if an origin is not written as browsers write it, is not
    ///   within the RP ID's domain, or is `http` on another host than `localhost`.
    /// - [`InvalidRelyingParty::RelatedOrigin`] if one is no origin, or a web page's that is not
    ///   written as browsers write it or is `http` on another host than `localhost`.
    /// - [`InvalidRelyingParty::Embedding`] if an origin of [`Embedding::Origins`] is such a one.
    /// - [`InvalidRelyingParty::Algorithm`] if there is none to offer, or the provider does not
    ///   verify one of them.
    pub fn build(mut self) -> Result<RelyingParty, InvalidRelyingParty> {
        let rp = &mut self.rp;
        if !is_domain(&rp.id) {
            return Err(InvalidRelyingParty::Id);
        }
        if !rp.origins.own.iter().all(|origin| is_own(origin, &rp.id)) {
            return Err(InvalidRelyingParty::Origin);
        }
        if !rp.origins.related.iter().all(|origin| is_origin(origin)) {
            return Err(InvalidRelyingParty::RelatedOrigin);
        }
        if let Embedding::Origins { origins, .. } = &rp.embedding
            && !origins.iter().all(|origin| is_origin(origin))
        {
            return Err(InvalidRelyingParty::Embedding);
        }
        let provider = rp.provider;
        let supports = |algorithm: &Algorithm| provider.supports(algorithm.scheme());
        rp.algorithms = match self.algorithms {
            Some(algorithms) => algorithms,
            None => DEFAULT_ALGORITHMS.into_iter().filter(supports).collect(),
        };
        if rp.algorithms.is_empty() || !rp.algorithms.iter().all(supports) {
            return Err(InvalidRelyingParty::Algorithm);
        }
        Ok(self.rp)
    }
}

fn is_own(origin: &str, rp_id: &str) -> bool {
    WebOrigin::parse(origin).is_some_and(|origin| origin.is_within(rp_id) && origin.is_secure())
}

/// The description of a relying party contradicts itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidRelyingParty {
    /// There is no algorithm to offer, or the provider does not verify one of them.
    Algorithm,
    /// An origin that may embed the ceremonies is no origin, malformed or insecure.
    Embedding,
    /// The RP ID is no domain in lower case.
    Id,
    /// An origin is malformed, insecure, or outside of the RP ID's domain.
    Origin,
    /// A related origin is no origin, malformed or insecure.
    RelatedOrigin,
}

impl fmt::Display for InvalidRelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "no algorithm, or one that the provider does not support",
            Self::Embedding => "embedding origin malformed or insecure",
            Self::Id => "relying party id is no domain",
            Self::Origin => "origin malformed, insecure, or outside of the relying party id",
            Self::RelatedOrigin => "related origin malformed or insecure",
        })
    }
}

impl core::error::Error for InvalidRelyingParty {}
