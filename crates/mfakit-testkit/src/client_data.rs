//! Client data: what the browser says about the ceremony.

use serde_json::{Map, Value};

/// [Client data], to be changed before it is written.
///
/// [Client data]: https://www.w3.org/TR/webauthn-3/#dictionary-client-data
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ClientData {
    /// `type`: `webauthn.create` or `webauthn.get`.
    pub operation: String,
    /// `challenge`, in base64url.
    pub challenge: String,
    /// `origin`.
    pub origin: String,
    /// `crossOrigin`; left out if `None`.
    pub cross_origin: Option<bool>,
    /// `topOrigin`; left out if `None`.
    pub top_origin: Option<String>,
    /// Members beyond those, after them.
    pub more: Map<String, Value>,
    /// In place of all of it: these bytes. The other members count for nothing then, whenever they
    /// are changed.
    pub raw: Option<Vec<u8>>,
}

impl ClientData {
    /// Makes what a browser says on a page that is in no frame of another site.
    #[must_use]
    pub fn new(operation: &str, challenge: &str, origin: &str) -> Self {
        Self {
            operation: operation.to_owned(),
            challenge: challenge.to_owned(),
            origin: origin.to_owned(),
            cross_origin: Some(false),
            top_origin: None,
            more: Map::new(),
            raw: None,
        }
    }

    /// Writes it in the order of members of [L3 section 5.8.1.1], which browsers keep.
    ///
    /// [L3 section 5.8.1.1]: https://www.w3.org/TR/webauthn-3/#clientdatajson-serialization
    #[must_use]
    pub fn json(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let text = |text: &String| Some(Value::String(text.clone()));
        let members = [
            ("type", text(&self.operation)),
            ("challenge", text(&self.challenge)),
            ("origin", text(&self.origin)),
            ("crossOrigin", self.cross_origin.map(Value::Bool)),
            ("topOrigin", self.top_origin.as_ref().and_then(text)),
        ];
        let members = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let members = members
            .chain(self.more.clone())
            .map(|(name, value)| format!("{}:{value}", Value::String(name)))
            .collect::<Vec<_>>();
        format!("{{{}}}", members.join(",")).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_stand_in_the_order_of_browsers() {
        let mut data = ClientData::new("webauthn.get", "AQID", "https://example.com");
        assert_eq!(
            data.json(),
            br#"{"type":"webauthn.get","challenge":"AQID","origin":"https://example.com","crossOrigin":false}"#
        );
        data.cross_origin = Some(true);
        data.top_origin = Some("https://a \"quote\".example".into());
        data.more.insert("grease".into(), json!([1]));
        assert_eq!(
            data.json(),
            br#"{"type":"webauthn.get","challenge":"AQID","origin":"https://example.com","crossOrigin":true,"topOrigin":"https://a \"quote\".example","grease":[1]}"#
        );
        data.cross_origin = None;
        data.top_origin = None;
        data.more.clear();
        assert_eq!(
            data.json(),
            br#"{"type":"webauthn.get","challenge":"AQID","origin":"https://example.com"}"#
        );
        data.raw = Some(vec![1]);
        assert_eq!(data.json(), [1]);
    }
}
