//! The outputs of extensions, typed.
//!
//! A malformed output is the error of that extension alone: each is read when it is asked for.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::authenticator_data::AuthenticatorData;
use crate::base64url;
use crate::cbor::Item;
use crate::json::{Malformed, Reader, once};

/// The output of an extension is not of the form that its definition gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct MalformedOutput;

impl fmt::Display for MalformedOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed extension output")
    }
}

impl core::error::Error for MalformedOutput {}

/// Client extension outputs. The client made them, and nothing signs them.
#[derive(Clone, Copy, Default)]
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
    #[serde(default)]
    blob: Option<String>,
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

    /// `largeBlob.blob`, of a sign-in that read one.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is not of that form, or the blob is not base64url.
    pub fn large_blob(&self) -> Result<Option<Vec<u8>>, MalformedOutput> {
        read::<LargeBlob>(self.large_blob)?
            .and_then(|output| output.blob)
            .map(|blob| base64url::decode(&blob).map_err(|_| MalformedOutput))
            .transpose()
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

/// The blob belongs to the service, and the results of `prf` to the client: both may be secret.
impl fmt::Debug for ClientExtensions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientExtensions")
            .field("appid", &self.appid())
            .field("appid_exclude", &self.appid_exclude())
            .field("discoverable", &self.discoverable())
            .field("large_blob_supported", &self.large_blob_supported())
            .field("large_blob_written", &self.large_blob_written())
            .field("prf_enabled", &self.prf_enabled())
            .finish_non_exhaustive()
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

/// One way in which the user was verified ([L2 section 10.3]). The numbers are those of the
/// [FIDO registry], sections 3.1 to 3.3.
///
/// [L2 section 10.3]: https://www.w3.org/TR/webauthn-2/#sctn-uvm-extension
/// [FIDO registry]: https://fidoalliance.org/specs/common-specs/fido-registry-v2.2-ps-20220523.html
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct UserVerificationEntry {
    /// How: `USER_VERIFY_*`, such as 2 for a fingerprint and 4 for a passcode.
    pub method: u32,
    /// How the key is protected: `KEY_PROTECTION_*`, a set of bits.
    pub key_protection: u16,
    /// How the comparison is protected: `MATCHER_PROTECTION_*`, a set of bits.
    pub matcher_protection: u16,
}

/// What `credBlob` says: of a registration whether it was stored, of a sign-in the blob.
#[derive(Clone, Eq, PartialEq)]
enum CredentialBlob {
    Stored(bool),
    Blob(Vec<u8>),
}

type Output<T> = Result<Option<T>, MalformedOutput>;

/// Authenticator extension outputs, which the authenticator signed.
#[derive(Clone, Eq, PartialEq)]
pub struct AuthenticatorExtensions {
    credential_protection: Output<CredentialProtection>,
    min_pin_length: Output<u8>,
    blob: Output<CredentialBlob>,
    hmac_secret: Output<bool>,
    third_party_payment: Output<bool>,
    user_verification: Output<Vec<UserVerificationEntry>>,
}

impl AuthenticatorExtensions {
    /// Reads the outputs of known extensions.
    pub(crate) fn of(data: &AuthenticatorData<'_>) -> Self {
        Self {
            credential_protection: output(data, "credProtect", |item| {
                match item.integer().ok()? {
                    1 => Some(CredentialProtection::Optional),
                    2 => Some(CredentialProtection::OptionalWithCredentialIdList),
                    3 => Some(CredentialProtection::Required),
                    _ => None,
                }
            }),
            min_pin_length: output(data, "minPinLength", |item| {
                u8::try_from(item.integer().ok()?).ok()
            }),
            blob: output(data, "credBlob", |item| match item.boolean() {
                Ok(stored) => Some(CredentialBlob::Stored(stored)),
                Err(_) => item
                    .bytes()
                    .ok()
                    .map(|blob| CredentialBlob::Blob(blob.into())),
            }),
            hmac_secret: hmac_secret(data),
            third_party_payment: output(data, "thirdPartyPayment", |item| item.boolean().ok()),
            user_verification: output(data, "uvm", user_verification),
        }
    }

    /// `credProtect`: the protection that a new credential has.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is none of the three.
    pub const fn credential_protection(
        &self,
    ) -> Result<Option<CredentialProtection>, MalformedOutput> {
        self.credential_protection
    }

    /// `minPinLength`: the authenticator's policy, for relying parties that it names.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is no small number.
    pub const fn min_pin_length(&self) -> Result<Option<u8>, MalformedOutput> {
        self.min_pin_length
    }

    /// `credBlob` of a registration: whether the blob was stored with the new credential.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if the output is neither a Boolean nor a blob.
    pub const fn blob_stored(&self) -> Result<Option<bool>, MalformedOutput> {
        match &self.blob {
            Ok(Some(CredentialBlob::Stored(stored))) => Ok(Some(*stored)),
            Ok(_) => Ok(None),
            Err(error) => Err(*error),
        }
    }

    /// `credBlob` of a sign-in: the blob that was stored with the credential.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if the output is neither a Boolean nor a blob.
    pub fn blob(&self) -> Result<Option<&[u8]>, MalformedOutput> {
        match &self.blob {
            Ok(Some(CredentialBlob::Blob(blob))) => Ok(Some(blob)),
            Ok(_) => Ok(None),
            Err(error) => Err(*error),
        }
    }

    /// `hmac-secret` of a registration: whether the new credential has one. The secrets that a
    /// sign-in derives are the client's, and dropped unread.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is no Boolean.
    pub const fn hmac_secret(&self) -> Result<Option<bool>, MalformedOutput> {
        self.hmac_secret
    }

    /// `thirdPartyPayment`: whether the credential may pay on other sites.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is no Boolean.
    pub const fn third_party_payment(&self) -> Result<Option<bool>, MalformedOutput> {
        self.third_party_payment
    }

    /// `uvm`: how the user was verified, in one to three ways.
    ///
    /// # Errors
    ///
    /// [`MalformedOutput`] if it is not one to three lists of three numbers.
    pub fn user_verification(&self) -> Result<Option<&[UserVerificationEntry]>, MalformedOutput> {
        match &self.user_verification {
            Ok(entries) => Ok(entries.as_deref()),
            Err(error) => Err(*error),
        }
    }
}

/// The blob belongs to the service, and may be secret.
impl fmt::Debug for AuthenticatorExtensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticatorExtensions")
            .field("credential_protection", &self.credential_protection)
            .field("min_pin_length", &self.min_pin_length)
            .field("blob_stored", &self.blob_stored())
            .field("hmac_secret", &self.hmac_secret)
            .field("third_party_payment", &self.third_party_payment)
            .field("user_verification", &self.user_verification)
            .finish_non_exhaustive()
    }
}

fn output<'a, T>(
    data: &AuthenticatorData<'a>,
    name: &str,
    read: impl FnOnce(Item<'a>) -> Option<T>,
) -> Output<T> {
    data.extension(name)
        .map(|item| read(item).ok_or(MalformedOutput))
        .transpose()
}

fn hmac_secret(data: &AuthenticatorData<'_>) -> Output<bool> {
    match data.extension("hmac-secret") {
        Some(item) if item.bytes().is_ok() => Ok(None),
        Some(item) => item.boolean().map(Some).map_err(|_| MalformedOutput),
        None => Ok(None),
    }
}

fn user_verification(item: Item<'_>) -> Option<Vec<UserVerificationEntry>> {
    let entry = |entry: Item<'_>| {
        let mut numbers = entry.array().ok()?.map(|number| number.integer().ok());
        let read = UserVerificationEntry {
            method: u32::try_from(numbers.next()??).ok()?,
            key_protection: u16::try_from(numbers.next()??).ok()?,
            matcher_protection: u16::try_from(numbers.next()??).ok()?,
        };
        numbers.next().is_none().then_some(read)
    };
    // "Authenticators can report up to 3 different user verification methods": one more is read,
    // to see that it is one too many.
    let entries: Vec<_> = item
        .array()
        .ok()?
        .take(4)
        .map(entry)
        .collect::<Option<_>>()?;
    (1..=3).contains(&entries.len()).then_some(entries)
}
