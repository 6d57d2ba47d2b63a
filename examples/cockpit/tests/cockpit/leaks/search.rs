//! Looks for a secret in every form that a program writes bytes in.

/// A secret, and what it is.
pub(crate) struct Needle {
    pub(crate) what: &'static str,
    bytes: Vec<u8>,
    forms: Vec<(&'static str, Vec<u8>)>,
}

/// Where something was found.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Hit {
    pub(crate) what: &'static str,
    pub(crate) form: &'static str,
    pub(crate) at: usize,
}

const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Needle {
    pub(crate) fn new(what: &'static str, bytes: &[u8]) -> Self {
        // Anything shorter is found in everything.
        assert!(bytes.len() >= 6, "{what}");
        let mut forms = vec![
            ("raw", bytes.to_vec()),
            ("hex", each(bytes, |byte| format!("{byte:02x}"))),
            ("upper-case hex", each(bytes, |byte| format!("{byte:02X}"))),
            (
                "percent-encoded",
                each(bytes, |byte| format!("%{byte:02X}")),
            ),
            (
                "lower-case percent-encoded",
                each(bytes, |byte| format!("%{byte:02x}")),
            ),
            (
                "as a form",
                form_urlencoded::byte_serialize(bytes)
                    .collect::<String>()
                    .into_bytes(),
            ),
            ("as a list", list(bytes)),
        ];
        // Within something longer, a group of characters may begin before the secret does.
        for skipped in 0..5 {
            let upper = based(bytes, 5, BASE32, skipped);
            forms.push(("lower-case base32", upper.to_ascii_lowercase()));
            forms.push(("base32 in groups", grouped(&upper.to_ascii_lowercase())));
            forms.push(("base32", upper));
        }
        for skipped in 0..3 {
            forms.push(("base64", based(bytes, 6, BASE64, skipped)));
            forms.push(("base64url", based(bytes, 6, BASE64URL, skipped)));
        }
        Self {
            what,
            bytes: bytes.to_vec(),
            forms,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn each(bytes: &[u8], write: impl Fn(u8) -> String) -> Vec<u8> {
    bytes
        .iter()
        .flat_map(|byte| write(*byte).into_bytes())
        .collect()
}

/// As `Debug` writes bytes, less the brackets.
fn list(bytes: &[u8]) -> Vec<u8> {
    let numbers: Vec<String> = bytes.iter().map(ToString::to_string).collect();
    numbers.join(", ").into_bytes()
}

/// The characters that the bytes decide alone, if `skipped` other bytes come before them in their
/// group.
fn based(bytes: &[u8], bits: usize, alphabet: &[u8], skipped: usize) -> Vec<u8> {
    let begin = (skipped * 8).next_multiple_of(bits) - skipped * 8;
    let all: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    all[begin..]
        .chunks_exact(bits)
        .map(|chunk| {
            alphabet[chunk
                .iter()
                .fold(0, |value, bit| value << 1 | usize::from(*bit))]
        })
        .collect()
}

fn grouped(text: &[u8]) -> Vec<u8> {
    text.chunks(4).collect::<Vec<_>>().join(&b' ')
}

/// Returns the first place of each form in which the needle is there.
pub(crate) fn find(hay: &[u8], needle: &Needle) -> Vec<Hit> {
    let found = needle.forms.iter().filter_map(|(form, bytes)| {
        let at = position(hay, bytes)?;
        Some(Hit {
            what: needle.what,
            form,
            at,
        })
    });
    found.collect()
}

fn position(hay: &[u8], bytes: &[u8]) -> Option<usize> {
    let first = *bytes.first()?;
    let last = hay.len().checked_sub(bytes.len())?;
    let mut at = 0;
    while at <= last {
        at += hay[at..=last].iter().position(|byte| *byte == first)?;
        if hay[at..].starts_with(bytes) {
            return Some(at);
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};

    use super::*;

    /// Finds the secret in a text, and says in which form.
    fn forms_in(text: &[u8]) -> Vec<&'static str> {
        let needle = Needle::new("it", SECRET);
        let mut forms: Vec<_> = find(text, &needle)
            .into_iter()
            .map(|hit| hit.form)
            .collect();
        forms.dedup();
        forms
    }

    const SECRET: &[u8] = b"\x00\xfa?>secret~\xff of the test";

    #[test]
    fn every_form_is_found_wherever_it_begins() {
        for before in 0..7 {
            let mut longer = vec![b'#'; before];
            longer.extend_from_slice(SECRET);
            longer.extend_from_slice(b"#####");
            let hex: String = longer.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(forms_in(&longer), ["raw"]);
            assert_eq!(forms_in(hex.as_bytes()), ["hex"]);
            assert_eq!(forms_in(hex.to_uppercase().as_bytes()), ["upper-case hex"]);
            assert!(forms_in(Base64::encode_string(&longer).as_bytes()).contains(&"base64"));
            assert!(
                forms_in(Base64UrlUnpadded::encode_string(&longer).as_bytes())
                    .contains(&"base64url")
            );
            let secret = mfakit::totp::Secret::from_bytes(&longer).unwrap();
            assert_eq!(forms_in(secret.to_base32().as_bytes()), ["base32"]);
            assert_eq!(forms_in(format!("{longer:?}").as_bytes()), ["as a list"]);
        }
        let secret = mfakit::totp::Secret::from_bytes(SECRET).unwrap();
        assert_eq!(
            forms_in(secret.manual_key().as_bytes()),
            ["base32 in groups"]
        );
        let form: String = form_urlencoded::byte_serialize(SECRET).collect();
        assert_eq!(forms_in(form.as_bytes()), ["as a form"]);
    }

    #[test]
    fn nothing_is_found_where_it_is_not() {
        let nearly = [&SECRET[..SECRET.len() - 1], b"!"].concat();
        assert!(forms_in(&nearly).is_empty());
        assert!(forms_in(b"").is_empty());
        assert!(forms_in(&SECRET[1..]).is_empty());
    }
}
