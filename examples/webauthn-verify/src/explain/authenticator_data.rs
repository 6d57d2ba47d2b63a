//! [Authenticator data](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data), up to where it
//! makes sense.

use mfakit_webauthn::Aaguid;

use super::cbor::{self, Item};
use super::names;
use super::page::{Page, Section, count, hex};

pub(super) struct AuthenticatorData {
    length: usize,
    rp_id_hash: [u8; 32],
    pub(super) flags: u8,
    pub(super) sign_count: u32,
    pub(super) attested: Option<Attested>,
    extensions: Option<Item>,
    /// After what the flags announce, or instead of it.
    rest: Vec<u8>,
}

pub(super) struct Attested {
    aaguid: Aaguid,
    id: Vec<u8>,
    /// As it was sent; `None`: it cannot be read.
    pub(super) public_key: Option<Vec<u8>>,
}

impl AuthenticatorData {
    /// Reads as much as there is; `None` if not even the counter is.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>()?;
        let (&[flags], rest) = rest.split_first_chunk::<1>()?;
        let (&sign_count, mut rest) = rest.split_first_chunk::<4>()?;
        let mut attested = None;
        if flags & 0x40 != 0
            && let Some((found, after)) = read_attested(rest)
        {
            (attested, rest) = (Some(found), after);
        }
        let mut extensions = None;
        if flags & 0x80 != 0
            && let Some((item, length)) = cbor::read_prefix(rest)
        {
            extensions = Some(item);
            rest = rest.split_at_checked(length)?.1;
        }
        Some(Self {
            length: bytes.len(),
            rp_id_hash: *rp_id_hash,
            flags,
            sign_count: u32::from_be_bytes(sign_count),
            attested,
            extensions,
            rest: rest.to_vec(),
        })
    }

    /// Writes the sections; `known` tells whose SHA-256 the hash of the RP ID is.
    pub(super) fn explain(&self, page: &mut Page, known: impl Fn(&[u8]) -> Option<String>) {
        let mut section = Section::default();
        section.line("RP ID hash", &hex(&self.rp_id_hash));
        let whose = known(&self.rp_id_hash);
        section.line(
            "",
            whose.as_deref().unwrap_or("of nothing that is expected"),
        );
        section.line("flags", &format!("0x{:02x}", self.flags));
        for (bit, name, meaning) in names::FLAGS {
            let is_set = self.flags & bit != 0;
            section.indented(
                1,
                name,
                &format!("{}  {meaning}", if is_set { "1" } else { "0" }),
            );
        }
        section.line("sign count", &self.sign_count.to_string());
        if let Some(attested) = &self.attested {
            let name = attested.aaguid.name().unwrap_or(match attested.aaguid {
                Aaguid::ZERO => "the authenticator does not say",
                _ => "not in the table of names",
            });
            section.line("AAGUID", &format!("{}  {name}", attested.aaguid));
            section.line("credential id", &hex(&attested.id));
            explain_key(attested, &mut section);
        } else if self.flags & 0x40 != 0 {
            section.line("credential", "announced by AT, but it cannot be read");
        }
        if self.extensions.is_none() && self.flags & 0x80 != 0 {
            section.line("extensions", "announced by ED, but they cannot be read");
        }
        if !self.rest.is_empty() {
            section.line("left over", &hex(&self.rest));
        }
        page.section(
            &format!("Authenticator data ({} bytes)", self.length),
            section,
        );
        self.explain_extensions(page);
    }

    fn explain_extensions(&self, page: &mut Page) {
        let Some(Item::Map(members)) = &self.extensions else {
            return;
        };
        let mut section = Section::default();
        for (key, value) in members {
            let name = key.text().map_or_else(|| key.notation(), str::to_owned);
            let meaning = names::extension_output(&name, value);
            section.line(&name, &join(&value.notation(), meaning.as_deref()));
        }
        page.section(
            &format!(
                "Authenticator extension outputs ({})",
                count(members.len(), "output", "outputs")
            ),
            section,
        );
    }
}

fn join(value: &str, meaning: Option<&str>) -> String {
    meaning.map_or_else(|| value.to_owned(), |meaning| format!("{value}  {meaning}"))
}

fn read_attested(bytes: &[u8]) -> Option<(Attested, &[u8])> {
    let (aaguid, rest) = bytes.split_first_chunk::<16>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (id, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    let key = cbor::read_prefix(rest).and_then(|(_, length)| rest.split_at_checked(length));
    let attested = Attested {
        aaguid: Aaguid(*aaguid),
        id: id.to_vec(),
        public_key: key.map(|(key, _)| key.to_vec()),
    };
    Some((attested, key.map_or(rest, |(_, after)| after)))
}

fn explain_key(attested: &Attested, section: &mut Section) {
    let key = attested.public_key.as_deref().and_then(cbor::read);
    match key {
        Some(key) => explain_cose(&key, section),
        None => section.line("public key", "no CBOR"),
    }
}

/// Writes a COSE key, parameter by parameter.
pub(super) fn explain_cose(key: &Item, section: &mut Section) {
    let Item::Map(parameters) = key else {
        section.line("public key", &key.notation());
        return;
    };
    let kind = key.at(1).and_then(Item::integer);
    section.line(
        "public key",
        &count(parameters.len(), "parameter", "parameters"),
    );
    for (label, value) in parameters {
        let number = label.integer();
        let name = number.and_then(|number| names::cose_label(kind, number));
        let meaning = number.and_then(|number| names::cose_value(number, value));
        let shown = value.bytes().map_or_else(|| value.notation(), hex);
        section.indented(
            1,
            &name.map_or_else(
                || label.notation(),
                |name| format!("{name} ({})", label.notation()),
            ),
            &join(&shown, meaning.as_deref()),
        );
    }
}
