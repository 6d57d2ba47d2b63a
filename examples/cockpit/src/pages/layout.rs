//! The frame around every page.

use maud::{DOCTYPE, Markup, html};

use super::parts::{brand_icon, person_icon};
use crate::forms::TOKEN_FIELD;
use crate::notice::{Notice, Tone};
use crate::routes::assets;
use crate::state::SERVICE;

/// What a page shows besides its own content.
#[derive(Clone)]
pub(crate) struct View {
    member: Option<MemberMenu>,
    notice: Option<Notice>,
}

#[derive(Clone)]
struct MemberMenu {
    name: String,
    token: String,
    is_operator: bool,
}

/// How wide a page is.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Width {
    /// One form.
    Narrow,
    /// Tables and lists.
    Wide,
}

/// Whether the page repeats a form because something in it has to change.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum State {
    Fine,
    HasError,
}

impl State {
    pub(super) fn of(has_error: bool) -> Self {
        if has_error {
            Self::HasError
        } else {
            Self::Fine
        }
    }
}

impl View {
    pub(crate) const fn of_visitor(notice: Option<Notice>) -> Self {
        Self {
            member: None,
            notice,
        }
    }

    pub(crate) fn of_member(name: &str, token: String, notice: Option<Notice>) -> Self {
        Self {
            member: Some(MemberMenu {
                name: name.to_owned(),
                token,
                is_operator: false,
            }),
            notice,
        }
    }

    /// Adds to the menu what operators have.
    #[must_use]
    pub(crate) fn for_operator(mut self, is_operator: bool) -> Self {
        if let Some(member) = &mut self.member {
            member.is_operator = is_operator;
        }
        self
    }

    /// The token for the page's own forms.
    pub(super) fn token(&self) -> &str {
        self.member.as_ref().map_or("", |member| &member.token)
    }

    pub(super) fn name(&self) -> &str {
        self.member.as_ref().map_or("", |member| &member.name)
    }

    /// Puts content into the frame.
    pub(super) fn page(&self, title: &str, width: Width, state: State, content: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title {
                        @if state == State::HasError { "Error: " }
                        (title) " – " (SERVICE)
                    }
                    link rel="icon" type="image/svg+xml" href=(assets::icon());
                    link rel="stylesheet" href=(assets::style());
                    script src=(assets::script()) defer {}
                    script type="module" src=(assets::webauthn()) {}
                }
                body {
                    a.skip href="#content" { "Skip to the content" }
                    header.bar {
                        a.brand href="/" { (brand_icon()) span { (SERVICE) } }
                        @if let Some(member) = &self.member { (menu(member)) }
                    }
                    main #content .narrow[width == Width::Narrow] {
                        @if let Some(notice) = self.notice { (banner(notice)) }
                        (content)
                    }
                    footer.foot {
                        p { "An example of the mfakit libraries. Its behavior is modeled on a public "
                            "manual; it is not affiliated with the manual’s makers." }
                    }
                }
            }
        }
    }
}

fn menu(member: &MemberMenu) -> Markup {
    html! {
        nav aria-label="Account" {
            details.menu {
                summary { (person_icon()) span.who { (member.name) } }
                ul {
                    li { a href="/" { "Overview" } }
                    li { a href="/authentication" { "Authentication parameters" } }
                    li { a href="/activity" { "Activity" } }
                    @if member.is_operator { li { a href="/operator" { "Help a user" } } }
                    li {
                        form method="post" action="/sign-out" {
                            input type="hidden" name=(TOKEN_FIELD) value=(member.token);
                            button type="submit" { "Sign out" }
                        }
                    }
                }
            }
        }
    }
}

fn banner(notice: Notice) -> Markup {
    let (class, mark) = match notice.tone() {
        Tone::Good => ("banner good", "✓"),
        Tone::Note => ("banner note", "i"),
    };
    html! {
        div class=(class) role="status" {
            span.mark aria-hidden="true" { (mark) }
            p { (notice.text()) }
        }
    }
}
