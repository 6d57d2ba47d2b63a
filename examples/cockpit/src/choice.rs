//! The three kinds of security keys that the manual names.

use mfakit::KeyChoice;
use serde::Deserialize;

/// What a user wants to set up.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Choice {
    #[default]
    SecurityKey,
    Phone,
    ThisDevice,
}

impl Choice {
    pub(crate) const ALL: [Self; 3] = [Self::SecurityKey, Self::Phone, Self::ThisDevice];

    /// Its name in the form.
    pub(crate) const fn value(self) -> &'static str {
        match self {
            Self::SecurityKey => "security-key",
            Self::Phone => "phone",
            Self::ThisDevice => "this-device",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::SecurityKey => "USB security key",
            Self::Phone => "Smartphone or tablet over Bluetooth",
            Self::ThisDevice => "This computer’s biometrics",
        }
    }

    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Self::SecurityKey => "Plug it in when your browser asks for it, and touch it.",
            Self::Phone => {
                "Turn Bluetooth on, on both, and keep the device close to this computer."
            }
            Self::ThisDevice => "The fingerprint, face or PIN with which you unlock this computer.",
        }
    }

    /// What the browser is told, to begin with the right dialog.
    pub(crate) const fn key(self) -> KeyChoice {
        match self {
            Self::SecurityKey => KeyChoice::SecurityKey,
            Self::Phone => KeyChoice::Phone,
            Self::ThisDevice => KeyChoice::ThisDevice,
        }
    }
}
