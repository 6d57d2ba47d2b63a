//! The TPM's structures ([TPM 2.0 Library, part 2](https://trustedcomputinggroup.org/resource/tpm-library-specification/)).

use super::page::{Section, hex};

/// Takes from the front of the bytes; after their end there is nothing more.
struct Fields<'a> {
    rest: &'a [u8],
    section: Section,
}

impl<'a> Fields<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            section: Section::default(),
        }
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn number<const N: usize>(&mut self) -> Option<u64> {
        let bytes = self.take(N)?;
        Some(
            bytes
                .iter()
                .fold(0, |number, byte| (number << 8) | u64::from(*byte)),
        )
    }

    /// A field of fixed length, with what its value means.
    fn field<const N: usize>(
        &mut self,
        name: &str,
        meaning: fn(u64) -> &'static str,
    ) -> Option<u64> {
        let number = self.number::<N>()?;
        let digits = N.saturating_mul(2);
        let text = format!("0x{number:0digits$x}  {}", meaning(number));
        self.section.line(name, text.trim_end());
        Some(number)
    }

    /// A field that begins with its length.
    fn sized(&mut self, name: &str) -> Option<()> {
        let length = usize::try_from(self.number::<2>()?).ok()?;
        let bytes = self.take(length)?;
        self.section.line(name, &hex(bytes));
        Some(())
    }

    fn into_section(mut self, complete: Option<()>) -> Section {
        if complete.is_none() {
            self.section.line("(ends early)", &hex(self.rest));
        } else if !self.rest.is_empty() {
            self.section.line("left over", &hex(self.rest));
        }
        self.section
    }
}

/// `TPMS_ATTEST`: what the TPM certified.
pub(super) fn certified(bytes: &[u8]) -> Section {
    let mut fields = Fields::new(bytes);
    let complete = read_certified(&mut fields);
    fields.into_section(complete)
}

fn read_certified(fields: &mut Fields<'_>) -> Option<()> {
    fields.field::<4>("magic", |magic| match magic {
        0xff54_4347 => "TPM_GENERATED_VALUE",
        _ => "not of a TPM",
    })?;
    fields.field::<2>("type", |kind| match kind {
        0x8017 => "TPM_ST_ATTEST_CERTIFY",
        _ => "another attestation",
    })?;
    fields.sized("qualified signer")?;
    fields.sized("extra data")?;
    fields.field::<8>("clock", |_| "")?;
    fields.field::<4>("reset count", |_| "")?;
    fields.field::<4>("restart count", |_| "")?;
    fields.field::<1>("safe", |_| "")?;
    fields.field::<8>("firmware version", |_| "")?;
    fields.sized("name")?;
    fields.sized("qualified name")
}

/// `TPMT_PUBLIC`: the key.
pub(super) fn public_area(bytes: &[u8]) -> Section {
    let mut fields = Fields::new(bytes);
    let complete = read_public_area(&mut fields);
    fields.into_section(complete)
}

fn read_public_area(fields: &mut Fields<'_>) -> Option<()> {
    let kind = fields.field::<2>("type", algorithm)?;
    fields.field::<2>("name algorithm", algorithm)?;
    fields.field::<4>("object attributes", |_| "")?;
    fields.sized("auth policy")?;
    fields.field::<2>("symmetric", algorithm)?;
    let scheme = fields.field::<2>("scheme", algorithm)?;
    match kind {
        0x01 => {
            // Some TPMs leave out the hash of the scheme; the size of a key is no hash.
            if scheme != NULL && fields.rest.first() == Some(&0) {
                fields.field::<2>("scheme hash", algorithm)?;
            }
            fields.field::<2>("key bits", |_| "")?;
            fields.field::<4>(
                "exponent",
                |exponent| if exponent == 0 { "65537" } else { "" },
            )?;
            fields.sized("modulus")
        }
        0x23 => {
            if scheme != NULL {
                fields.field::<2>("scheme hash", algorithm)?;
            }
            fields.field::<2>("curve", |curve| match curve {
                0x03 => "P-256",
                0x04 => "P-384",
                0x05 => "P-521",
                _ => "",
            })?;
            fields.field::<2>("kdf", algorithm)?;
            fields.sized("x")?;
            fields.sized("y")
        }
        _ => None,
    }
}

const NULL: u64 = 0x10;

/// `TPM_ALG_ID`.
fn algorithm(number: u64) -> &'static str {
    match number {
        0x01 => "RSA",
        0x04 => "SHA-1",
        0x0b => "SHA-256",
        0x0c => "SHA-384",
        0x0d => "SHA-512",
        NULL => "none",
        0x14 => "RSASSA",
        0x16 => "RSAPSS",
        0x18 => "ECDSA",
        0x23 => "ECC",
        _ => "",
    }
}
