#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "qr")]
extern crate std;

mod secret;

mod params;

mod step;

mod code;

mod mac;

mod hotp;

mod totp;

mod uri;

#[cfg(feature = "qr")]
mod qr;

pub use code::{Code, MalformedCode, TypedCode};
pub use hotp::{Hotp, HotpAccepted, HotpRejected, LookAhead};
pub use params::{Algorithm, Digits, Params, Period, UnsupportedParameter};
pub use secret::{MinBits, Secret, SecretError, SecretLen};
pub use step::{LastStep, Step, StepOutOfRange, Window};
pub use totp::{Accepted, Enrollment, NoneAccepted, Rejected, Totp, verify_any};
pub use uri::{App, BuildUriError, Interop, KeyUri, KeyUriBuilder, ManualEntry, OtpType, UriError};

#[cfg(feature = "png")]
pub use qr::PngScale;
#[cfg(feature = "qr")]
pub use qr::{QrCode, QrError, TerminalStyle};
