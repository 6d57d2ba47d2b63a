//! Pieces that pages share.

use maud::{Markup, html};
use mfakit::webauthn::Signal;

use crate::forms::TOKEN_FIELD;

/// A form that posts to one of our own pages.
pub(super) fn form(action: &str, token: &str, content: &Markup) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name=(TOKEN_FIELD) value=(token);
            (content)
        }
    }
}

/// A form that asks the browser for a security key or a passkey before it is posted: what the
/// script of `assets/webauthn` looks for. The options come from `action` with `/options` after it.
pub(super) fn ceremony(kind: &str, action: &str, token: &str, content: &Markup) -> Markup {
    html! {
        form method="post" action=(action) data-webauthn=(kind) data-webauthn-options={ (action) "/options" } {
            input type="hidden" name=(TOKEN_FIELD) value=(token);
            (content)
        }
    }
}

/// The same for signing in, with the passkeys among the suggestions of the user name as well.
pub(super) fn autofill_ceremony(action: &str, token: &str, content: &Markup) -> Markup {
    html! {
        form method="post" action=(action) data-webauthn="get" data-webauthn-autofill
            data-webauthn-options={ (action) "/options" } {
            input type="hidden" name=(TOKEN_FIELD) value=(token);
            (content)
        }
    }
}

/// Something that the browser's passkey manager may want to know.
pub(super) fn signal(told: &Signal) -> Markup {
    html! { template data-webauthn-signal=(told.to_json()) {} }
}

/// What went wrong with a form as a whole. The page begins here.
pub(super) fn alert(text: &str) -> Markup {
    html! {
        div.banner.bad role="alert" tabindex="-1" autofocus {
            span.mark aria-hidden="true" { "!" }
            p { (text) }
        }
    }
}

/// Where such a form says what is going on, and how to stop it.
pub(super) fn status() -> Markup {
    html! {
        p.progress role="status" data-webauthn-status {}
        button type="button" hidden data-webauthn-cancel { "Stop waiting" }
        noscript {
            p.hint { "Security keys and passkeys need JavaScript, which is off in this browser. Turn it on, or use "
                "another method." }
        }
    }
}

/// One labelled input, with what is wrong about it beside it.
#[derive(Default)]
pub(super) struct Field<'a> {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// `password`; text if empty.
    pub(super) kind: &'static str,
    pub(super) autocomplete: &'static str,
    pub(super) numeric: bool,
    pub(super) optional: bool,
    pub(super) value: &'a str,
    pub(super) hint: &'static str,
    pub(super) error: Option<&'a str>,
    /// Whether the page begins here; a field with an error always wins.
    pub(super) focus: bool,
}

impl Field<'_> {
    pub(super) fn render(&self) -> Markup {
        let (hint, error) = (
            format!("{}-hint", self.name),
            format!("{}-error", self.name),
        );
        let described: Vec<&str> = [
            (!self.hint.is_empty()).then_some(hint.as_str()),
            self.error.map(|_| error.as_str()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let kind = if self.kind.is_empty() {
            "text"
        } else {
            self.kind
        };
        html! {
            div.field .invalid[self.error.is_some()] {
                label for=(self.name) {
                    (self.label)
                    @if self.optional { " " span.optional { "(optional)" } }
                }
                @if !self.hint.is_empty() { p.hint #(hint) { (self.hint) } }
                @if let Some(text) = self.error {
                    p.error #(error) role="alert" { span.mark aria-hidden="true" { "!" } (text) }
                }
                input .code[self.numeric] #(self.name) name=(self.name) type=(kind)
                    value=[(!self.value.is_empty()).then_some(self.value)]
                    autocomplete=(self.autocomplete)
                    inputmode=[self.numeric.then_some("numeric")]
                    autocapitalize="none" spellcheck="false"
                    required[!self.optional]
                    autofocus[self.focus || self.error.is_some()]
                    aria-describedby=[described]
                    aria-invalid=[self.error.is_some().then_some("true")];
            }
        }
    }
}

/// The field for a code that was written down.
pub(super) fn recovery_field(
    name: &'static str,
    label: &'static str,
    error: Option<&str>,
) -> Markup {
    Field {
        name,
        label,
        autocomplete: "off",
        hint: "Such as ABCD-EFGH-JKMN-PQRS.",
        error,
        ..Field::default()
    }
    .render()
}

/// The field for a code: one, that takes a pasted code with or without spaces.
pub(super) fn code_field(error: Option<&str>, value: &str, focus: bool) -> Markup {
    Field {
        name: "code",
        label: "One-time password",
        autocomplete: "one-time-code",
        numeric: true,
        hint: "The six digits that your authentication application shows.",
        value,
        error,
        focus,
        ..Field::default()
    }
    .render()
}

/// The head and shoulders above the account menu.
pub(super) fn person_icon() -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            circle cx="12" cy="12" r="11" fill="none" stroke="currentColor" stroke-width="1.5" {}
            circle cx="12" cy="9.5" r="3.5" fill="currentColor" {}
            path d="M5.5 18.2a7 7 0 0 1 13 0A9.5 9.5 0 0 1 12 21a9.5 9.5 0 0 1-6.5-2.8z"
                fill="currentColor" {}
        }
    }
}

/// The mark beside the name of the service.
pub(super) fn brand_icon() -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            path d="M12 1.5 21 5v7c0 5-3.7 8.8-9 10.5C6.7 20.8 3 17 3 12V5z"
                fill="currentColor" {}
            path class="tick" d="m7.8 12 3 3 5.6-6" fill="none" stroke-width="2.2"
                stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_stands_beside_the_field() {
        let error = Some("Use at most 64 characters.");
        let field = Field {
            name: "name",
            label: "Device name",
            error,
            value: "<b>",
            ..Field::default()
        };
        let html = field.render().into_string();
        assert!(
            html.contains(r#"aria-describedby="name-error" aria-invalid="true""#),
            "{html}"
        );
        assert!(html.contains(r#"id="name-error" role="alert""#), "{html}");
        assert!(html.contains("autofocus"), "{html}");
        assert!(
            html.contains("&lt;b&gt;") && !html.contains("<b>"),
            "{html}"
        );
    }
}
