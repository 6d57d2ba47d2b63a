//! The playground.

use maud::{Markup, html};
use mfakit_webauthn::Algorithm;

use super::layout::{State, View, Width};
use super::parts::{ceremony, form, status};
use crate::playground::{CHOICES, Choice, Known, Mark, Outcome, Report, SAMPLES, Sampled, Step};

const TITLE: &str = "Playground";

pub(crate) fn page(view: &View, token: &str, credentials: &[Known]) -> Markup {
    let content = html! {
        h1 { (TITLE) }
        p { "Security keys and passkeys with any setting, and how the library verifies what comes back. "
            "Nothing here touches an account; what is registered is forgotten when the application ends." }
        div.tiles {
            section.card aria-labelledby="register" {
                h2 #register { "Register" }
                (ceremony("create", "/playground/register", token, &html! {
                    @for choice in &CHOICES { (select("register", choice)) }
                    (algorithms())
                    button.primary type="submit" hidden data-webauthn-needed { "Register" }
                    (status())
                }))
            }
            section.card aria-labelledby="sign-in" {
                h2 #sign-in { "Sign in" }
                (ceremony("get", "/playground/sign-in", token, &html! {
                    @for choice in CHOICES.iter().filter(|choice| choice.at_sign_in) {
                        (select("sign-in", choice))
                    }
                    label.check {
                        input type="checkbox" name="discoverable" value="yes";
                        span { "Let the browser choose a passkey" }
                    }
                    button.primary type="submit" hidden data-webauthn-needed { "Sign in" }
                    (status())
                }))
                h3 { "Registered here" }
                @if credentials.is_empty() { p { "Nothing yet." } }
                @for known in credentials { (credential(known)) }
            }
        }
        section.card aria-labelledby="sample" {
            h2 #sample { "Load a sample" }
            (form("/playground/sample", token, &html! {
                div.field {
                    label for="sample-name" { "Captured from real browsers" }
                    select #sample-name name="sample" {
                        @for (name, label, _) in SAMPLES { option value=(name) { (label) } }
                        option value="" { "The capture below" }
                    }
                }
                details.help {
                    summary { "Use a capture of your own" }
                    div.field {
                        label for="capture" { "Capture" }
                        p.hint #capture-hint { "JSON with rp_id, origin, creation_options, registration and authentications, "
                            "as the files in assets/playground have it." }
                        textarea #capture name="capture" rows="8" spellcheck="false"
                            aria-describedby="capture-hint" {}
                    }
                }
                button.primary type="submit" { "Verify" }
            }))
        }
    };
    view.page(TITLE, Width::Wide, State::Fine, &content)
}

fn select(form: &str, choice: &Choice) -> Markup {
    let id = format!("{form}-{}", choice.name);
    html! {
        div.field {
            label for=(id) { (choice.label) }
            select #(id) name=(choice.name) {
                @for (value, label) in choice.values { option value=(value) { (label) } }
            }
        }
    }
}

fn algorithms() -> Markup {
    html! {
        div.field {
            label for="algorithm" { "Algorithm" }
            select #algorithm name="algorithm" {
                option value="" { "all that are offered usually" }
                @for algorithm in Algorithm::ALL.iter().filter(|one| !one.scheme().uses_sha1()) {
                    option value=(algorithm.cose_id()) { (algorithm.as_str()) " (" (algorithm.cose_id()) ")" }
                }
            }
        }
    }
}

fn credential(known: &Known) -> Markup {
    html! {
        dl.facts {
            dt { "Credential id" } dd { code { (known.id) } }
            dt { "Algorithm" } dd { (known.algorithm) }
            dt { "AAGUID" } dd { code { (known.aaguid) } }
            dt { "Counter" } dd { (known.counter) }
        }
    }
}

/// What came of one ceremony or several.
pub(crate) fn report(view: &View, sampled: &[Sampled]) -> Markup {
    let content = html! {
        h1 { "Verification" }
        @for one in sampled {
            @match one {
                Sampled::Judged(report) => { (judged(report)) }
                Sampled::Failed { title, error } => {
                    section.card {
                        h2 { (title) }
                        p { "The browser did not give an answer: " code { (error) } }
                    }
                }
            }
        }
        p { a.button href="/playground" { "Back to the playground" } }
    };
    view.page("Verification", Width::Wide, State::Fine, &content)
}

fn judged(report: &Report) -> Markup {
    let (class, mark, verdict, facts) = match &report.outcome {
        Outcome::Accepted(facts) => ("banner good", "✓", "Accepted", facts),
        Outcome::Refused(facts) => ("banner bad", "!", "Refused", facts),
    };
    html! {
        section.card {
            h2 { (report.title) }
            div class=(class) {
                span.mark aria-hidden="true" { (mark) }
                p { (verdict) }
            }
            dl.facts {
                @for (name, value) in facts { dt { (name) } dd { (value) } }
            }
            @if !report.steps.is_empty() {
                h3 { "Step by step" }
                ol.trace { @for one in &report.steps { (step(one)) } }
            }
            details.help { summary { "Options" } pre tabindex="0" { (report.options) } }
            details.help { summary { "Response" } pre tabindex="0" { (report.response) } }
            @if let Some(text) = &report.client_data {
                details.help { summary { "Client data" } pre tabindex="0" { (text) } }
            }
            @if !report.data.is_empty() {
                details.help {
                    summary { "Authenticator data" }
                    dl.facts {
                        @for (name, value) in &report.data { dt { (name) } dd { code { (value) } } }
                    }
                }
            }
        }
    }
}

fn step(step: &Step) -> Markup {
    let (class, mark, word) = match step.mark {
        Mark::Passed => ("passed", "✓", "Passed: "),
        Mark::Refused => ("refused", "!", "Refused: "),
        Mark::NotReached => ("unreached", "–", "Not reached: "),
    };
    html! {
        li class=(class) {
            span.mark aria-hidden="true" { (mark) }
            div {
                p { span.visually-hidden { (word) } (step.title) }
                p.hint { (step.specification) }
            }
        }
    }
}
