//! An X.509 certificate, field by field.

use der::asn1::{GeneralizedTime, ObjectIdentifier, UtcTime};
use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tag, TagNumber};

use super::names;
use super::page::{Page, Section, count, hex};

/// More than any name or list in a certificate has.
const MOST: usize = 64;

type Read<T> = Result<T, der::Error>;

/// Writes a section about a certificate.
pub(super) fn explain(page: &mut Page, heading: &str, bytes: &[u8]) {
    let mut section = Section::default();
    if read(bytes, &mut section).is_err() {
        // What could be read stands above it.
        section.line("and then", "something that is no certificate");
        section.line("DER", &hex(bytes));
    }
    page.section(heading, section);
}

fn read(bytes: &[u8], section: &mut Section) -> Read<()> {
    let mut outer = SliceReader::new(bytes)?;
    let mut certificate = sequence(&mut outer)?;
    let mut fields = sequence(&mut certificate)?;
    let version = if next_is(&fields, context(0)) {
        let outer = AnyRef::decode(&mut fields)?;
        AnyRef::from_der(outer.value())?.decode_as::<u8>()?
    } else {
        0
    };
    section.line("version", &version.saturating_add(1).to_string());
    section.line("serial number", &hex(AnyRef::decode(&mut fields)?.value()));
    let _signature_algorithm = AnyRef::decode(&mut fields)?;
    section.line("issuer", &name(&mut fields)?);
    let mut validity = sequence(&mut fields)?;
    section.line("valid from", &time(&mut validity)?);
    section.line("valid until", &time(&mut validity)?);
    section.line("subject", &name(&mut fields)?);
    section.line("public key", &key(&mut fields)?);
    while !fields.is_finished() {
        let field = AnyRef::decode(&mut fields)?;
        if field.header().tag() == context(3) {
            let mut outer = SliceReader::new(field.value())?;
            extensions(&mut sequence(&mut outer)?, section)?;
        }
    }
    section.line("signed with", &algorithm(&mut certificate)?);
    let signature = AnyRef::decode(&mut certificate)?.value();
    section.line("signature", &hex(signature.get(1..).unwrap_or_default()));
    Ok(())
}

fn sequence<'a>(reader: &mut SliceReader<'a>) -> Read<SliceReader<'a>> {
    SliceReader::new(AnyRef::decode(reader)?.value())
}

const fn context(number: u32) -> Tag {
    Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(number),
    }
}

fn next_is(reader: &SliceReader<'_>, tag: Tag) -> bool {
    Tag::peek(reader).is_ok_and(|next| next == tag)
}

/// The elements of a list.
fn elements<'a>(reader: &mut SliceReader<'a>) -> Read<Vec<AnyRef<'a>>> {
    let mut list = Vec::new();
    while !reader.is_finished() && list.len() < MOST {
        list.push(AnyRef::decode(reader)?);
    }
    Ok(list)
}

fn oid_text(oid: ObjectIdentifier) -> String {
    let text = oid.to_string();
    names::oid(&text).map_or(text, str::to_owned)
}

fn name(reader: &mut SliceReader<'_>) -> Read<String> {
    let mut parts = Vec::new();
    for set in elements(&mut sequence(reader)?)? {
        for attribute in elements(&mut SliceReader::new(set.value())?)? {
            let mut fields = SliceReader::new(attribute.value())?;
            let kind = ObjectIdentifier::decode(&mut fields)?;
            let value = AnyRef::decode(&mut fields)?;
            parts.push(format!("{}={}", oid_text(kind), string(&value)));
        }
    }
    if parts.is_empty() {
        return Ok("(empty)".to_owned());
    }
    Ok(parts.join(", "))
}

/// The text of a string of any kind; a `BMPString` has two bytes a letter.
fn string(value: &AnyRef<'_>) -> String {
    if value.header().tag() == Tag::BmpString {
        let (pairs, _) = value.value().as_chunks::<2>();
        let letters = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
        return char::decode_utf16(letters)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
    }
    String::from_utf8_lossy(value.value()).into_owned()
}

fn time(reader: &mut SliceReader<'_>) -> Read<String> {
    let any = AnyRef::decode(reader)?;
    Ok(match any.header().tag() {
        Tag::UtcTime => any.decode_as::<UtcTime>()?.to_date_time().to_string(),
        _ => any
            .decode_as::<GeneralizedTime>()?
            .to_date_time()
            .to_string(),
    })
}

fn algorithm(reader: &mut SliceReader<'_>) -> Read<String> {
    let mut fields = sequence(reader)?;
    let algorithm = ObjectIdentifier::decode(&mut fields)?;
    let named = if fields.is_finished() {
        None
    } else {
        AnyRef::decode(&mut fields)?
            .decode_as::<ObjectIdentifier>()
            .ok()
    };
    let name = oid_text(algorithm);
    Ok(named.map_or_else(
        || name.clone(),
        |named| format!("{name} {}", oid_text(named)),
    ))
}

fn key(reader: &mut SliceReader<'_>) -> Read<String> {
    let mut info = sequence(reader)?;
    let kind = algorithm(&mut info)?;
    let bits = AnyRef::decode(&mut info)?
        .value()
        .get(1..)
        .unwrap_or_default();
    if kind.starts_with("RSA")
        && let Ok(size) = rsa_bits(bits)
    {
        return Ok(format!("{kind}, {size} bits"));
    }
    Ok(format!("{kind}, {}", hex(bits)))
}

fn rsa_bits(bits: &[u8]) -> Read<usize> {
    let mut outer = SliceReader::new(bits)?;
    let mut fields = sequence(&mut outer)?;
    let modulus = AnyRef::decode(&mut fields)?.value();
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let Some(first) = modulus.get(zeros) else {
        return Ok(0);
    };
    let bytes = modulus.len().saturating_sub(zeros);
    let unused = usize::try_from(first.leading_zeros()).unwrap_or_default();
    Ok(bytes.saturating_mul(8).saturating_sub(unused))
}

fn extensions(reader: &mut SliceReader<'_>, section: &mut Section) -> Read<()> {
    let list = elements(reader)?;
    section.line("extensions", &count(list.len(), "extension", "extensions"));
    for extension in list {
        let mut fields = SliceReader::new(extension.value())?;
        let id = ObjectIdentifier::decode(&mut fields)?;
        let is_critical = next_is(&fields, Tag::Boolean) && bool::decode(&mut fields)?;
        let value = AnyRef::decode(&mut fields)?.value();
        let name = oid_text(id);
        let label = if is_critical {
            format!("{name} (critical)")
        } else {
            name
        };
        // What is malformed, or of a form that is not known here, is shown as it is.
        let shown = meaning(&id.to_string(), value)
            .ok()
            .flatten()
            .unwrap_or_else(|| hex(value));
        section.indented(1, &label, &shown);
    }
    Ok(())
}

fn meaning(id: &str, value: &[u8]) -> Read<Option<String>> {
    Ok(Some(match id {
        "2.5.29.19" => basic_constraints(value)?,
        "2.5.29.15" => bits(value, &names::KEY_USAGES)?,
        "1.3.6.1.4.1.45724.2.1.1" => bits(value, &names::U2F_TRANSPORTS)?,
        "2.5.29.37" => {
            let mut outer = SliceReader::new(value)?;
            let mut list = sequence(&mut outer)?;
            let mut usages = Vec::new();
            while !list.is_finished() && usages.len() < MOST {
                usages.push(oid_text(ObjectIdentifier::decode(&mut list)?));
            }
            usages.join(", ")
        }
        "2.5.29.17" | "2.5.29.18" => general_names(value)?,
        "2.5.29.14" | "1.3.6.1.4.1.45724.1.1.2" => hex(AnyRef::from_der(value)?.value()),
        "1.3.6.1.4.1.45724.1.1.4" => match AnyRef::from_der(value)?.value().try_into() {
            Ok(aaguid) => mfakit_webauthn::Aaguid(aaguid).to_string(),
            Err(_) => return Ok(None),
        },
        "2.5.29.35" => key_identifier(value)?,
        "2.5.29.31" | "1.3.6.1.5.5.7.1.1" => uris(value)?,
        "1.3.6.1.4.1.11129.2.1.17" => key_description(value)?,
        "1.3.6.1.4.1.41482.2" => String::from_utf8_lossy(value).into_owned(),
        _ => return Ok(None),
    }))
}

fn basic_constraints(value: &[u8]) -> Read<String> {
    let mut outer = SliceReader::new(value)?;
    let mut fields = sequence(&mut outer)?;
    let is_authority = next_is(&fields, Tag::Boolean) && bool::decode(&mut fields)?;
    let most = if fields.is_finished() {
        None
    } else {
        Some(u8::decode(&mut fields)?)
    };
    Ok(match (is_authority, most) {
        (false, _) => "not a certificate authority".to_owned(),
        (true, None) => "certificate authority".to_owned(),
        (true, Some(most)) => format!("certificate authority, path length {most}"),
    })
}

/// The names of the bits that are set in a BIT STRING.
fn bits(value: &[u8], names: &[&str]) -> Read<String> {
    let bits = AnyRef::from_der(value)?
        .value()
        .get(1..)
        .unwrap_or_default();
    let is_set = |position: usize| {
        let shift = u32::try_from(position % 8).unwrap_or_default();
        bits.get(position / 8)
            .is_some_and(|byte| byte & 0x80_u8.wrapping_shr(shift) != 0)
    };
    let set: Vec<_> = (0..names.len())
        .filter(|position| is_set(*position))
        .filter_map(|position| names.get(position).copied())
        .collect();
    Ok(if set.is_empty() {
        "none".to_owned()
    } else {
        set.join(", ")
    })
}

fn general_names(value: &[u8]) -> Read<String> {
    let mut outer = SliceReader::new(value)?;
    let mut parts = Vec::new();
    for found in elements(&mut sequence(&mut outer)?)? {
        let Tag::ContextSpecific { number, .. } = found.header().tag() else {
            continue;
        };
        parts.push(match number.0 {
            1 => format!("email {}", string(&found)),
            2 => format!("host {}", string(&found)),
            4 => name(&mut SliceReader::new(found.value())?)?,
            6 => format!("URI {}", string(&found)),
            other => format!("[{other}] {}", hex(found.value())),
        });
    }
    Ok(parts.join(", "))
}

fn key_identifier(value: &[u8]) -> Read<String> {
    let mut outer = SliceReader::new(value)?;
    let parts = elements(&mut sequence(&mut outer)?)?;
    let is_identifier = |part: &&AnyRef<'_>| matches!(part.header().tag(), Tag::ContextSpecific { number, .. } if number.0 == 0);
    Ok(parts
        .iter()
        .find(is_identifier)
        .map_or_else(|| "by name".to_owned(), |part| hex(part.value())))
}

/// The addresses that stand anywhere in a structure.
fn uris(value: &[u8]) -> Read<String> {
    let mut found = Vec::new();
    collect_uris(&mut SliceReader::new(value)?, 8, &mut found)?;
    Ok(found.join(" "))
}

fn collect_uris(reader: &mut SliceReader<'_>, depth: u8, found: &mut Vec<String>) -> Read<()> {
    let Some(depth) = depth.checked_sub(1) else {
        return Ok(());
    };
    for part in elements(reader)? {
        match part.header().tag() {
            Tag::ContextSpecific {
                constructed: false,
                number,
            } if number.0 == 6 => {
                found.push(string(&part));
            }
            Tag::Sequence
            | Tag::ContextSpecific {
                constructed: true, ..
            } => {
                collect_uris(&mut SliceReader::new(part.value())?, depth, found)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The [key description](https://source.android.com/docs/security/features/keystore/attestation),
/// of the authorization lists their tags.
fn key_description(value: &[u8]) -> Read<String> {
    let mut outer = SliceReader::new(value)?;
    let mut fields = sequence(&mut outer)?;
    let mut number = || -> Read<u64> {
        let value = AnyRef::decode(&mut fields)?.value();
        let add = |number: u64, byte: &u8| number.wrapping_shl(8) | u64::from(*byte);
        Ok(value.iter().fold(0, add))
    };
    let (version, level) = (number()?, number()?);
    let (keymaster, keymaster_level) = (number()?, number()?);
    let challenge = AnyRef::decode(&mut fields)?.value();
    let _unique_id = AnyRef::decode(&mut fields)?;
    let mut lists = Vec::new();
    for place in ["software", "hardware"] {
        let mut tags = Vec::new();
        for tag in elements(&mut sequence(&mut fields)?)? {
            if let Tag::ContextSpecific { number, .. } = tag.header().tag() {
                tags.push(number.0.to_string());
            }
        }
        lists.push(if tags.is_empty() {
            format!("{place} enforces nothing")
        } else {
            format!("{place} enforces tags {}", tags.join(" "))
        });
    }
    let place = |level: u64| match level {
        0 => "software",
        1 => "trusted environment",
        2 => "StrongBox",
        _ => "unknown level",
    };
    Ok(format!(
        "attestation version {version} ({}), keymaster version {keymaster} ({}), challenge {}, {}",
        place(level),
        place(keymaster_level),
        hex(challenge),
        lists.join(", "),
    ))
}
