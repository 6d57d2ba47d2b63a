//! Security keys and the like, as browsers play them; what they do wrong, Chromium alone
//! (<https://www.w3.org/TR/webauthn-3/#sctn-automation>).

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use serde_json::{Value, json};

use crate::webdriver::WebDriver;

/// What kind of thing it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) protocol: &'static str,
    pub(crate) transport: &'static str,
    /// Whether it keeps passkeys and can verify its user. What speaks U2F does neither.
    pub(crate) is_capable: bool,
    /// Whether its passkeys may be, and are, copied to other devices.
    pub(crate) backup: (bool, bool),
}

impl Kind {
    pub(crate) const USB: Self = Self {
        name: "USB key",
        protocol: "ctap2",
        transport: "usb",
        is_capable: true,
        backup: (false, false),
    };
    pub(crate) const U2F: Self = Self {
        name: "U2F key",
        protocol: "ctap1/u2f",
        is_capable: false,
        ..Self::USB
    };
    pub(crate) const NFC: Self = Self {
        name: "NFC key",
        transport: "nfc",
        ..Self::USB
    };
    pub(crate) const BLE: Self = Self {
        name: "Bluetooth key",
        transport: "ble",
        ..Self::USB
    };
    /// A telephone.
    pub(crate) const HYBRID: Self = Self {
        name: "Telephone",
        transport: "hybrid",
        backup: (true, true),
        ..Self::USB
    };
    /// The computer itself. Chromium has room for one of these.
    pub(crate) const INTERNAL: Self = Self {
        name: "This computer",
        transport: "internal",
        ..Self::USB
    };
    pub(crate) const ALL: [Self; 6] = [
        Self::USB,
        Self::U2F,
        Self::NFC,
        Self::BLE,
        Self::HYBRID,
        Self::INTERNAL,
    ];
}

/// One that is plugged in, until it is unplugged.
pub(crate) struct Authenticator<'a> {
    browser: &'a WebDriver,
    id: String,
}

/// What it does wrong from now on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    BogusSignature,
    /// Clears the flag that says that its user was verified.
    BadUserVerification,
    /// Clears the flag that says that somebody was present.
    BadUserPresence,
}

impl WebDriver {
    pub(crate) fn plug_in(&self, kind: Kind) -> Authenticator<'_> {
        let id = self.post(
            "/webauthn/authenticator",
            &json!({
                "protocol": kind.protocol,
                "transport": kind.transport,
                "hasResidentKey": kind.is_capable,
                "hasUserVerification": kind.is_capable,
                "isUserVerified": kind.is_capable,
                "isUserConsenting": true,
                "defaultBackupEligibility": kind.backup.0,
                "defaultBackupState": kind.backup.1,
            }),
        );
        Authenticator {
            browser: self,
            id: id.as_str().unwrap().to_owned(),
        }
    }
}

impl Authenticator<'_> {
    pub(crate) fn unplug(self) {
        let path = format!("/webauthn/authenticator/{}", self.id);
        self.browser.delete(&path).unwrap();
    }

    fn command(&self, command: &str, mut parameters: Value) -> Value {
        parameters["authenticatorId"] = self.id.as_str().into();
        self.browser
            .cdp(&format!("WebAuthn.{command}"), &parameters)
    }

    /// Whether it recognizes its user.
    pub(crate) fn verifies_user(&self, verified: bool) {
        let path = format!("/webauthn/authenticator/{}/uv", self.id);
        self.browser
            .post(&path, &json!({ "isUserVerified": verified }));
    }

    /// Whether somebody touches it; if not, the browser waits.
    pub(crate) fn is_touched(&self, touched: bool) {
        self.command(
            "setAutomaticPresenceSimulation",
            json!({ "enabled": touched }),
        );
    }

    pub(crate) fn has_fault(&self, fault: Option<Fault>) {
        self.command(
            "setResponseOverrideBits",
            json!({
                "isBogusSignature": matches!(fault, Some(Fault::BogusSignature)),
                "isBadUV": matches!(fault, Some(Fault::BadUserVerification)),
                "isBadUP": matches!(fault, Some(Fault::BadUserPresence)),
            }),
        );
    }

    /// Its credentials, as the protocol has them.
    pub(crate) fn credentials(&self) -> Vec<Value> {
        let mut found = self.command("getCredentials", json!({}));
        match found["credentials"].take() {
            Value::Array(credentials) => credentials,
            other => panic!("{other}"),
        }
    }

    pub(crate) fn forgets(&self, credential: &Value) {
        let id = &credential["credentialId"];
        self.command("removeCredential", json!({ "credentialId": id }));
    }

    /// The ids of its credentials, in base64url.
    pub(crate) fn credential_ids(&self) -> Vec<String> {
        let ids = self.credentials().into_iter().map(|credential| {
            let id = Base64::decode_vec(credential["credentialId"].as_str().unwrap()).unwrap();
            Base64UrlUnpadded::encode_string(&id)
        });
        ids.collect()
    }

    /// Puts credentials into it.
    pub(crate) fn has(&self, credentials: &[Value]) {
        for credential in credentials {
            self.command("addCredential", json!({ "credential": credential }));
        }
    }

    /// Puts its only credential back in as it was earlier, with another counter: a clone.
    pub(crate) fn counts_from(&self, count: u32) {
        let [mut credential] = <[Value; 1]>::try_from(self.credentials()).unwrap();
        self.forgets(&credential);
        credential["signCount"] = count.into();
        self.has(&[credential]);
    }

    /// Changes what its only credential says about copies of itself.
    pub(crate) fn claims_backup(&self, eligible: bool, state: bool) {
        let [credential] = <[Value; 1]>::try_from(self.credentials()).unwrap();
        self.command(
            "setCredentialProperties",
            json!({
                "credentialId": credential["credentialId"],
                "backupEligibility": eligible,
                "backupState": state,
            }),
        );
    }
}
