//! The strict CBOR reader, and the responses of CTAP2 that it reads, against `serde_cbor`.

use std::collections::BTreeMap;

use mfakit_testkit::Cbor;
use mfakit_webauthn::ctap2::{CborMode, GetAssertionResponse, MakeCredentialResponse};
use mfakit_webauthn::{AttestationRules, Category, MAX_RESPONSE_BYTES, Trust};

use super::{CLIENT_DATA, attestation_object, canonical, cbor_text, registered};

/// The reader takes maps and arrays four deep in the canonical form and ten deep in others, and 1024
/// items. Around the input, the response of CTAP2 is one map and six items, and the attestation
/// object one map and six items, too.
const MAX_DEPTH_CANONICAL: usize = 4 - 1;
const MAX_DEPTH: usize = 10 - 1;
const MAX_ITEMS: usize = 1_024 - 6;

/// What the reader takes, `serde_cbor` reads to the same value; and what `serde_cbor` would have
/// written itself, within the limits, the reader takes.
///
/// The input is the statement of a response, which is handed on as it was sent. Whether two
/// values are the same is seen by writing the one: the canonical form is unique.
pub fn cbor(data: &[u8]) {
    if data.len() > MAX_RESPONSE_BYTES / 2 {
        return; // Around it, it would be too long for an answer.
    }
    let canonical_mode = is_read(data, CborMode::Canonical);
    let any_order = is_read(data, CborMode::AnyOrder);
    assert_eq!(any_order, is_read_by_rules(data, AttestationRules::DEFAULT));
    let lax = is_read_by_rules(data, lax());
    assert!(!canonical_mode || any_order, "canonical is no exception");
    assert!(!any_order || lax, "a rule that allows more refuses no more");

    let value = match serde_cbor::from_slice::<Cbor>(data) {
        Ok(value) => value,
        // It knows no simple values but four; the reader takes them, and nothing asks for one.
        Err(error) if error.to_string().contains("unassigned type") => return,
        Err(error) => {
            assert!(!lax, "read what serde_cbor does not: {error}");
            return;
        }
    };
    let plain = is_plain(&value);
    let written = canonical(&value);
    let shape = Shape::of(&value);
    let within = shape.depth <= MAX_DEPTH && shape.items <= MAX_ITEMS;
    let flat = within && shape.depth <= MAX_DEPTH_CANONICAL;
    assert!(within || !lax, "{shape:?}");
    assert!(flat || !canonical_mode, "{shape:?}");
    if plain && any_order {
        assert_eq!(written.len(), data.len(), "a key stood twice, or is lost");
    }
    if plain && canonical_mode {
        assert_eq!(written, data, "serde_cbor reads another value");
    }
    if plain && (lax || written == data) {
        assert_eq!(is_read(&written, CborMode::Canonical), flat, "{shape:?}");
        assert_eq!(is_read(&written, CborMode::AnyOrder), within, "{shape:?}");
    }
}

fn lax() -> AttestationRules {
    let mut rules = AttestationRules::DEFAULT;
    rules.allow_indefinite_length_cbor = true;
    rules.allow_non_minimal_cbor = true;
    rules
}

fn is_read(statement: &[u8], mode: CborMode) -> bool {
    let response = [&[0xa3, 1, 0x61, b'x', 2, 0x40, 3], statement].concat();
    let Ok(read) = MakeCredentialResponse::parse(&response, mode) else {
        return false;
    };
    let expected = attestation_object("x", statement, &[]);
    assert_eq!(read.attestation_object(), expected, "handed on as sent");
    true
}

fn is_read_by_rules(statement: &[u8], rules: AttestationRules) -> bool {
    let object = attestation_object("none", statement, &[]);
    let trust = Trust::unverified().with_rules(rules);
    match registered(&[], &CLIENT_DATA, &object, &trust) {
        Ok(_) => unreachable!("there is no authenticator data"),
        Err(error) => error.category() != Category::MalformedAttestationObject,
    }
}

/// Whether the value is all there is: `serde_cbor` makes `undefined` to `null` and shortens
/// floating-point numbers, and orders maps among keys in another way.
fn is_plain(value: &Cbor) -> bool {
    match value {
        Cbor::Bool(_) | Cbor::Integer(_) | Cbor::Bytes(_) | Cbor::Text(_) => true,
        Cbor::Array(items) => items.iter().all(is_plain),
        Cbor::Map(map) => map.iter().all(|(key, value)| {
            !matches!(key, Cbor::Array(_) | Cbor::Map(_)) && is_plain(key) && is_plain(value)
        }),
        _ => false,
    }
}

#[derive(Debug)]
struct Shape {
    depth: usize,
    items: usize,
}

impl Shape {
    fn of(value: &Cbor) -> Self {
        match value {
            Cbor::Array(items) => Self::around(items.iter()),
            Cbor::Map(map) => Self::around(map.iter().flat_map(|(key, value)| [key, value])),
            _ => Self { depth: 0, items: 1 },
        }
    }

    fn around<'a>(items: impl Iterator<Item = &'a Cbor>) -> Self {
        let whole = Self { depth: 0, items: 1 };
        let whole = items.map(Self::of).fold(whole, |whole, inner| Self {
            depth: whole.depth.max(inner.depth),
            items: whole.items + inner.items,
        });
        Self {
            depth: whole.depth + 1,
            ..whole
        }
    }
}

type Map = BTreeMap<Cbor, Cbor>;

/// `None` where `serde_cbor` does not read it, which is for a simple value only.
fn read_by_peer(data: &[u8]) -> Option<Map> {
    match serde_cbor::from_slice(data) {
        Ok(Cbor::Map(map)) => Some(map),
        Ok(_) => panic!("a response is a map"),
        Err(error) => {
            assert!(error.to_string().contains("unassigned type"), "{error}");
            None
        }
    }
}

fn bytes(map: &Map, key: &Cbor) -> Option<Vec<u8>> {
    match map.get(key) {
        Some(Cbor::Bytes(bytes)) => Some(bytes.clone()),
        _ => None,
    }
}

fn id(map: &Map, number: i128) -> Option<Vec<u8>> {
    match map.get(&Cbor::Integer(number)) {
        Some(Cbor::Map(inner)) => bytes(inner, &cbor_text("id")),
        _ => None,
    }
}

/// A response to a registration has the parts that `serde_cbor` reads, and so has the attestation
/// object that is made of it.
pub fn ctap2_make_credential(data: &[u8]) {
    let canonical = MakeCredentialResponse::parse(data, CborMode::Canonical);
    let Ok(read) = MakeCredentialResponse::parse(data, CborMode::AnyOrder) else {
        assert!(canonical.is_err(), "canonical is no exception");
        return;
    };
    if let Ok(canonical) = canonical {
        assert_eq!(canonical.attestation_object(), read.attestation_object());
    }
    let Some(map) = read_by_peer(data) else {
        return;
    };
    let data = bytes(&map, &Cbor::Integer(2));
    assert_eq!(data.as_deref(), Some(read.authenticator_data()));

    let made = read_by_peer(&read.attestation_object()).expect("its parts were read before");
    let members = [("fmt", 1), ("authData", 2), ("attStmt", 3)];
    assert_eq!(made.len(), members.len());
    for (name, number) in members {
        assert_eq!(made.get(&cbor_text(name)), map.get(&Cbor::Integer(number)));
    }
}

/// A response to a sign-in has the parts that `serde_cbor` reads.
pub fn ctap2_get_assertion(data: &[u8]) {
    let canonical = GetAssertionResponse::parse(data, CborMode::Canonical);
    let Ok(read) = GetAssertionResponse::parse(data, CborMode::AnyOrder) else {
        assert!(canonical.is_err(), "canonical is no exception");
        return;
    };
    let Some(map) = read_by_peer(data) else {
        return;
    };
    let signed = [2, 3].map(|number| bytes(&map, &Cbor::Integer(number)));
    let expected = [read.authenticator_data(), read.signature()];
    assert_eq!(signed, expected.map(|bytes| Some(bytes.to_vec())));
    assert_eq!(id(&map, 1).as_deref(), read.credential_id());
    assert_eq!(id(&map, 4).as_deref(), read.user_handle());
}
