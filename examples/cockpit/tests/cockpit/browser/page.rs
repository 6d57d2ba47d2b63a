//! What a page shows.

use axum::http::{HeaderMap, StatusCode};

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn assert_shows(&self, text: &str) {
        let Self { status, body, .. } = self;
        assert!(
            body.contains(text),
            "“{text}” is not on the page ({status}):\n{body}"
        );
    }

    pub(crate) fn assert_hides(&self, text: &str) {
        let Self { status, body, .. } = self;
        assert!(
            !body.contains(text),
            "“{text}” is on the page ({status}):\n{body}"
        );
    }

    /// The content of the one top heading.
    pub(crate) fn heading(&self) -> &str {
        between(&self.body, "<h1>", "</h1>").unwrap_or_else(|| panic!("no heading:\n{}", self.body))
    }

    /// What stands beside a field, if anything is wrong with it.
    pub(crate) fn error_of(&self, field: &str) -> Option<&str> {
        let text = between(
            &self.body,
            &format!(r#"id="{field}-error" role="alert">"#),
            "</p>",
        )?;
        text.split_once("</span>").map(|(_, text)| text)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} ({}):\n{}", self.status, self.body))
    }

    pub(crate) fn key(&self) -> String {
        let key = between(&self.body, r#"<code id="key">"#, "</code>");
        key.unwrap_or_else(|| panic!("no key:\n{}", self.body))
            .replace(' ', "")
    }

    pub(crate) fn device(&self, name: &str) -> Option<String> {
        let row = self
            .body
            .split("<tr>")
            .find(|row| row.contains(&format!(">{name}</th>")))?;
        attribute(row, "href")?
            .strip_suffix("/rename")
            .map(str::to_owned)
    }

    pub(crate) fn form(&self, action: &str) -> &str {
        between(
            &self.body,
            &format!(r#"<form method="post" action="{action}""#),
            "</form>",
        )
        .unwrap_or_else(|| panic!("no form for {action} ({}):\n{}", self.status, self.body))
    }
}

pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = between(tag, &format!("{name}=\""), "\"")?;
    Some(
        value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&"),
    )
}
