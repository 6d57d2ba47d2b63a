//! Letters in the folder.

use std::path::Path;

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::time::time;
use crate::mail::Kept;

pub(crate) fn page(view: &View, folder: &Path, letters: &[Kept]) -> Markup {
    let content = html! {
        h1 { "Outbox" }
        p { "There is no mail server, so letters are not sent. They are in "
            code { (folder.display()) } ", the latest first, and this page shows them to everybody who uses this "
            "computer." }
        @if letters.is_empty() {
            section.card { p { "There are no letters." } }
        }
        @for letter in letters {
            article.card.letter {
                h2 { (letter.subject) }
                p.when { "To " strong { (letter.to) } ", " (time(letter.at)) }
                pre { (letter.text) }
            }
        }
    };
    view.page("Outbox", Width::Wide, State::Fine, &content)
}
