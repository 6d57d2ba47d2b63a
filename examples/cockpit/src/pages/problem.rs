//! What is shown when a request comes to nothing: a clear sentence, and a way on.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::time::wait;
use crate::failure::Failure;

struct Problem {
    title: &'static str,
    text: String,
    /// Where to go on, and what it is called.
    way_on: (&'static str, &'static str),
}

const START: (&str, &str) = ("/", "Go to the start page");
const SIGN_IN: (&str, &str) = ("/sign-in", "Go to the sign-in page");
const DEVICES: (&str, &str) = ("/authentication", "Go to your devices");

pub(crate) fn page(failure: &Failure) -> Markup {
    let Problem {
        title,
        text,
        way_on: (href, label),
    } = problem(failure);
    let content = html! {
        section.card {
            h1 { (title) }
            p { (text) }
            p { a.button href=(href) { (label) } }
        }
    };
    View::of_visitor(None).page(title, Width::Narrow, State::Fine, &content)
}

/// The same in words alone, for the browser script to show.
pub(crate) fn text(failure: &Failure) -> String {
    problem(failure).text
}

fn problem(failure: &Failure) -> Problem {
    let say = |title, text: &str, way_on| Problem {
        title,
        text: text.to_owned(),
        way_on,
    };
    match failure {
        Failure::BadForm => say(
            "This form could not be read",
            "What your browser sent is not what the form asks for. Nothing was changed. Go back, load the page \
             again and fill it in once more.",
            START,
        ),
        Failure::StaleForm => say(
            "This page was out of date",
            "The form was shown to an earlier session, or your browser does not keep cookies. Nothing was \
             changed. Open the page again and go on there.",
            START,
        ),
        Failure::CrossSite => say(
            "This request came from another site",
            "Nothing was changed. If you were about to do something here, do it from the pages of this site.",
            START,
        ),
        Failure::NoKey => say(
            "There is no security key",
            "None of your security keys can be used any more. Load the page again to see what can.",
            SIGN_IN,
        ),
        Failure::NotFound => say(
            "There is no such page",
            "The address may be mistyped or out of date.",
            START,
        ),
        Failure::WrongMethod => say(
            "This page cannot be used like that",
            "Open it from the pages of this site.",
            START,
        ),
        Failure::WrongHost => say(
            "This is not the site you asked for",
            "The request named a host that is not served here.",
            START,
        ),
        Failure::TooLarge => say(
            "That was too much",
            "The form was larger than any form of this site. Nothing was changed.",
            START,
        ),
        Failure::Timeout => say(
            "That took too long",
            "The request did not arrive, or was not answered, in time. See whether the change was made before you \
             try again.",
            START,
        ),
        Failure::Busy => say(
            "Too much is going on",
            "Nothing was decided. Wait a moment, then try again.",
            START,
        ),
        Failure::RecordFull => say(
            "There is no room for another device",
            "Delete a device that you do not need, then set up the new one.",
            DEVICES,
        ),
        Failure::TooManyDevices(max) => Problem {
            title: "You have as many devices as there may be",
            text: format!(
                "There may be {max}. Delete one that you do not need, then set up the new one."
            ),
            way_on: DEVICES,
        },
        Failure::Throttled(time) => Problem {
            title: "Too many attempts",
            text: format!(
                "Nothing was compared. Wait {}, then try again.",
                wait(*time)
            ),
            way_on: SIGN_IN,
        },
        Failure::Locked(Some(time)) => Problem {
            title: "Too many codes were refused",
            text: format!(
                "For a while no code of your devices is accepted, not even a right one. Wait {}, then try again \
                 with a new code.",
                wait(*time)
            ),
            way_on: START,
        },
        Failure::Locked(None) => say(
            "Codes are no longer accepted",
            "So many codes were refused that none is accepted any more, not even a right one. Contact Support.",
            START,
        ),
        Failure::Elsewhere(_)
        | Failure::Internal
        | Failure::Redirect(..)
        | Failure::SessionEnded(_)
        | Failure::SignInEnded
        | Failure::SignedOut(_)
        | Failure::StepUp(_) => say(
            "Something went wrong",
            "It is not your fault, and it was noted. See whether the change was made before you try again.",
            START,
        ),
    }
}
