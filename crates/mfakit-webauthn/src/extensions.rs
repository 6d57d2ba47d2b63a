//! The outputs of extensions, typed.
//!
//! A malformed output is the error of that extension alone: each is read when it is asked for.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::authenticator_data::AuthenticatorData;
use crate::cbor::Item;
use crate::json::{Malformed, Reader, once};

/// The output of an extension is not of the form that its definition gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct MalformedOutput;

impl core::fmt::Display for MalformedOutput {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("malformed extension output")
    }
}

impl core::error::Error for MalformedOutput {}

/// Client extension outputs. The client made them, and nothing signs them.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientExtensions<'a> {
    appid: Option<&'a RawValue>,
    appid_exclude: Option<&'a RawValue>,
    cred_props: Option<&'a RawValue>,
    large_blob: Option<&'a RawValue>,
    prf: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct CredProps {
    #[serde(default)]
    rk: Option<bool>,
}

#[derive(Deserialize)]
struct LargeBlob {
    #[serde(default)]
    supported: Option<bool>,
    #[serde(default)]
    written: Option<bool>,
}

#[derive(Deserialize)]
struct Prf {
    #[serde(default)]
    enabled: Option<bool>,
}

fn read<'a, T: Deserialize<'a>>(
    output: Option<&'a RawValue>,
) -> Result<Option<T>, MalformedOutput> {
    output
        .map(|raw| serde_json::from_str(raw.get()).map_err(|_| MalformedOutput))
        .transpose()
}

impl<'a> ClientExtensions<'a> {
    /// Reads the object of outputs, each of which may be `null` as if it were not there.
    pub(crate) fn take(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let [mut appid, mut appid_exclude] = [None; 2];
        let [mut cred_props, mut large_blob, mut prf] = [None; 3];
        reader.object(|reader, key| match key {
            "appid" => once(&mut appid, reader.value()?),
            "appidExclude" => once(&mut appid_exclude, reader.value()?),
            "credProps" => once(&mut cred_props, reader.value()?),
            "largeBlob" => once(&mut large_blob, reader.value()?),
            "prf" => once(&mut prf, reader.value()?),
            _ => reader.ignore(),
        })?;
        Ok(Self {
            appid: appid.flatten(),
            appid_exclude: appid_exclude.flatten(),
            cred_props: cred_props.flatten(),
            large_blob: large_blob.flatten(),
            prf: prf.flatten(),
        })
    }

    /// `appid`: whether the AppID was used in place of the RP ID.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is no Boolean.
    pub fn appid(&self) -> Result<Option<bool>, MalformedOutput> {
        read(self.appid)
    }

    /// `appidExclude`: whether the client applied it.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is no Boolean.
    pub fn appid_exclude(&self) -> Result<Option<bool>, MalformedOutput> {
        read(self.appid_exclude)
    }

    /// `credProps.rk`: whether the credential is discoverable, where the client knows.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is not of that form.
    pub fn discoverable(&self) -> Result<Option<bool>, MalformedOutput> {
        Ok(read::<CredProps>(self.cred_props)?.and_then(|output| output.rk))
    }

    /// `largeBlob.supported`, of a registration.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is not of that form.
    pub fn large_blob_supported(&self) -> Result<Option<bool>, MalformedOutput> {
        Ok(read::<LargeBlob>(self.large_blob)?.and_then(|output| output.supported))
    }

    /// `largeBlob.written`, of a sign-in that wrote one.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is not of that form.
    pub fn large_blob_written(&self) -> Result<Option<bool>, MalformedOutput> {
        Ok(read::<LargeBlob>(self.large_blob)?.and_then(|output| output.written))
    }

    /// `prf.enabled`, of a registration. The results are secrets of the client: they are dropped
    /// unread, and should never be sent to a server.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is not of that form.
    pub fn prf_enabled(&self) -> Result<Option<bool>, MalformedOutput> {
        Ok(read::<Prf>(self.prf)?.and_then(|output| output.enabled))
    }
}

/// What an authenticator says of a credential's protection (CTAP 2.2 section 12.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum CredentialProtection {
    /// User verification is optional.
    Optional,
    /// User verification is optional with an allow list that names the credential.
    OptionalWithCredentialIdList,
    /// User verification is always needed.
    Required,
}

/// Authenticator extension outputs, which the authenticator signed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct AuthenticatorExtensions {
    /// `credProtect`: the protection that the credential has.
    pub credential_protection: Option<CredentialProtection>,
    /// `minPinLength`: the authenticator's policy, for relying parties that it names.
    pub min_pin_length: Option<u8>,
    /// `credBlob`: whether the blob was stored with a new credential.
    pub blob_stored: Option<bool>,
    /// `hmac-secret`: whether a new credential has one.
    pub hmac_secret: Option<bool>,
    /// `thirdPartyPayment`: whether the credential may pay on other sites.
    pub third_party_payment: Option<bool>,
}

impl AuthenticatorExtensions {
    /// Reads the outputs of known extensions; what is malformed or unknown is left out.
    pub(crate) fn of(data: &AuthenticatorData<'_>) -> Self {
        let boolean = |name| {
            data.extension(name)
                .and_then(|item: Item<'_>| item.boolean().ok())
        };
        let integer = |name| {
            data.extension(name)
                .and_then(|item: Item<'_>| item.integer().ok())
        };
        Self {
            credential_protection: match integer("credProtect") {
                Some(1) => Some(CredentialProtection::Optional),
                Some(2) => Some(CredentialProtection::OptionalWithCredentialIdList),
                Some(3) => Some(CredentialProtection::Required),
                _ => None,
            },
            min_pin_length: integer("minPinLength").and_then(|length| u8::try_from(length).ok()),
            blob_stored: boolean("credBlob"),
            hmac_secret: boolean("hmac-secret"),
            third_party_payment: boolean("thirdPartyPayment"),
        }
    }
}
