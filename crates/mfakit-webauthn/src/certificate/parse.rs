//! Reading the DER of certificates.

use der::asn1::{GeneralizedTime, ObjectIdentifier, UtcTime};
use der::{AnyRef, Decode as _, Error, ErrorKind, Reader as _, SliceReader, Tag, TagNumber};

use super::{AlgorithmIdentifier, BasicConstraints, Certificate, Extension, SubjectPublicKey};

pub(super) type Result<T> = core::result::Result<T, Error>;

pub(super) fn wrong() -> Error {
    ErrorKind::Failed.into()
}

/// Takes an element of this tag.
pub(super) fn element<'a>(reader: &mut SliceReader<'a>, tag: Tag) -> Result<AnyRef<'a>> {
    let any = AnyRef::decode(reader)?;
    if any.header().tag() == tag {
        Ok(any)
    } else {
        Err(wrong())
    }
}

/// Takes a SEQUENCE, and returns a reader of its contents.
pub(super) fn sequence<'a>(reader: &mut SliceReader<'a>) -> Result<SliceReader<'a>> {
    SliceReader::new(element(reader, Tag::Sequence)?.value())
}

pub(super) const fn context(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific {
        constructed,
        number: TagNumber(number),
    }
}

pub(super) fn next_is(reader: &SliceReader<'_>, tag: Tag) -> bool {
    Tag::peek(reader).is_ok_and(|next| next == tag)
}

pub(super) fn certificate(der: &[u8]) -> Result<Certificate<'_>> {
    let mut outer = SliceReader::new(der)?;
    let mut fields = sequence(&mut outer)?;
    outer.finish()?;
    let tbs = fields.tlv_bytes()?;
    let signature_algorithm = algorithm_identifier(&mut fields)?;
    // Old U2F devices count unused bits in their signatures; the bytes are what is signed.
    let (_, signature) = bit_string(&mut fields)?;
    fields.finish()?;

    let mut outer = SliceReader::new(tbs)?;
    let mut fields = sequence(&mut outer)?;
    let version = version(&mut fields)?;
    let serial = element(&mut fields, Tag::Integer)?.value();
    let inner_algorithm = fields.tlv_bytes()?;
    let issuer = fields.tlv_bytes()?;
    let (not_before, not_after) = validity(&mut fields)?;
    let subject = fields.tlv_bytes()?;
    let public_key = public_key(&mut fields)?;
    let extensions = remaining_fields(&mut fields)?;
    fields.finish()?;

    // RFC 5280 section 4.1.1.2: the two algorithm identifiers are the same.
    let inner = algorithm_identifier(&mut SliceReader::new(inner_algorithm)?)?;
    if inner.algorithm != signature_algorithm.algorithm
        || inner.parameters != signature_algorithm.parameters
    {
        return Err(wrong());
    }
    Ok(Certificate {
        der,
        tbs,
        version,
        serial,
        issuer,
        subject,
        not_before,
        not_after,
        public_key,
        extensions,
        signature_algorithm,
        signature,
    })
}

fn version(fields: &mut SliceReader<'_>) -> Result<u8> {
    if !next_is(fields, context(0, true)) {
        return Ok(1);
    }
    let outer = element(fields, context(0, true))?;
    match AnyRef::from_der(outer.value())?.decode_as::<u8>()? {
        1 => Ok(2),
        2 => Ok(3),
        _ => Err(wrong()),
    }
}

fn validity(fields: &mut SliceReader<'_>) -> Result<(i64, i64)> {
    let mut times = sequence(fields)?;
    let pair = (time(&mut times)?, time(&mut times)?);
    times.finish()?;
    Ok(pair)
}

pub(super) fn time(reader: &mut SliceReader<'_>) -> Result<i64> {
    let any = AnyRef::decode(reader)?;
    let since_epoch = match any.header().tag() {
        Tag::UtcTime => any.decode_as::<UtcTime>()?.to_unix_duration(),
        Tag::GeneralizedTime => any.decode_as::<GeneralizedTime>()?.to_unix_duration(),
        _ => return Err(wrong()),
    };
    i64::try_from(since_epoch.as_secs()).map_err(|_| wrong())
}

/// The number of unused bits, and the bytes.
pub(super) fn bit_string<'a>(reader: &mut SliceReader<'a>) -> Result<(u8, &'a [u8])> {
    let bits = element(reader, Tag::BitString)?;
    let (unused, bytes) = bits.value().split_first().ok_or_else(wrong)?;
    Ok((*unused, bytes))
}

fn public_key<'a>(fields: &mut SliceReader<'a>) -> Result<SubjectPublicKey<'a>> {
    let mut info = sequence(fields)?;
    let algorithm = algorithm_identifier(&mut info)?;
    let (0, bits) = bit_string(&mut info)? else {
        return Err(wrong());
    };
    info.finish()?;
    Ok(SubjectPublicKey { algorithm, bits })
}

pub(super) fn algorithm_identifier<'a>(
    reader: &mut SliceReader<'a>,
) -> Result<AlgorithmIdentifier<'a>> {
    algorithm_identifier_in(&AnyRef::decode(reader)?)
}

pub(super) fn algorithm_identifier_in<'a>(any: &AnyRef<'a>) -> Result<AlgorithmIdentifier<'a>> {
    if any.header().tag() != Tag::Sequence {
        return Err(wrong());
    }
    let mut fields = SliceReader::new(any.value())?;
    let algorithm = ObjectIdentifier::decode(&mut fields)?;
    let parameters = if fields.is_finished() {
        None
    } else {
        Some(AnyRef::decode(&mut fields)?)
    };
    fields.finish()?;
    Ok(AlgorithmIdentifier {
        algorithm,
        parameters,
    })
}

/// The unique ids, which nobody uses, and the contents of the extensions.
fn remaining_fields<'a>(fields: &mut SliceReader<'a>) -> Result<Option<&'a [u8]>> {
    for number in [1, 2] {
        if next_is(fields, context(number, false)) {
            element(fields, context(number, false))?;
        }
    }
    if !next_is(fields, context(3, true)) {
        return Ok(None);
    }
    let outer = element(fields, context(3, true))?;
    let list = AnyRef::from_der(outer.value())?;
    if list.header().tag() != Tag::Sequence {
        return Err(wrong());
    }
    verify_extensions(list.value())?;
    Ok(Some(list.value()))
}

/// Each can be read, and none is there twice (RFC 5280 section 4.2).
pub(super) fn verify_extensions(list: &[u8]) -> Result<()> {
    /// More than three times what the largest real certificate has.
    const MAX_EXTENSIONS: usize = 64;

    let mut reader = SliceReader::new(list)?;
    let mut count = 0_usize;
    while !reader.is_finished() {
        let extension = extension(&mut reader)?;
        if extensions(list)
            .take(count)
            .any(|earlier| earlier.id == extension.id)
        {
            return Err(wrong());
        }
        count = count.saturating_add(1);
        if count > MAX_EXTENSIONS {
            return Err(wrong());
        }
    }
    Ok(())
}

pub(super) fn extension<'a>(reader: &mut SliceReader<'a>) -> Result<Extension<'a>> {
    let mut fields = sequence(reader)?;
    let id = ObjectIdentifier::decode(&mut fields)?;
    let critical = next_is(&fields, Tag::Boolean) && bool::decode(&mut fields)?;
    let value = element(&mut fields, Tag::OctetString)?.value();
    fields.finish()?;
    Ok(Extension {
        id,
        critical,
        value,
    })
}

/// The extensions of a list that was verified.
pub(super) fn extensions<'a>(list: &'a [u8]) -> impl Iterator<Item = Extension<'a>> {
    let mut reader = SliceReader::new(list).ok();
    core::iter::from_fn(move || extension(reader.as_mut()?).ok())
}

/// The default `FALSE` may be written out, as some issuers do.
pub(super) fn basic_constraints(value: &[u8]) -> Result<BasicConstraints> {
    let mut outer = SliceReader::new(value)?;
    let mut fields = sequence(&mut outer)?;
    outer.finish()?;
    let ca = next_is(&fields, Tag::Boolean) && bool::decode(&mut fields)?;
    let path_length = if fields.is_finished() {
        None
    } else {
        Some(u8::decode(&mut fields)?)
    };
    fields.finish()?;
    Ok(BasicConstraints { ca, path_length })
}

pub(super) fn object_identifiers(value: &[u8]) -> Result<impl Iterator<Item = ObjectIdentifier>> {
    let mut outer = SliceReader::new(value)?;
    let mut list = sequence(&mut outer)?;
    outer.finish()?;
    Ok(core::iter::from_fn(move || {
        ObjectIdentifier::decode(&mut list).ok()
    }))
}

/// The names of type `dNSName` in a list of general names, all of which can be read.
pub(super) fn dns_names(value: &[u8]) -> Result<impl Iterator<Item = &[u8]>> {
    let mut outer = SliceReader::new(value)?;
    let list = sequence(&mut outer)?;
    outer.finish()?;
    let mut check = list.clone();
    while !check.is_finished() {
        AnyRef::decode(&mut check)?;
    }
    let mut list = list;
    Ok(core::iter::from_fn(move || AnyRef::decode(&mut list).ok())
        .filter_map(|name| (name.header().tag() == context(2, false)).then_some(name.value())))
}

/// An INTEGER that is not negative, with a leading zero if it has one.
pub(super) fn unsigned<'a>(reader: &mut SliceReader<'a>) -> Result<&'a [u8]> {
    let bytes = element(reader, Tag::Integer)?.value();
    match bytes.first() {
        Some(first) if first & 0x80 == 0 => Ok(bytes),
        _ => Err(wrong()),
    }
}
