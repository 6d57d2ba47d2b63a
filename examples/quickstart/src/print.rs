//! Chapters, sentences, and what a call has come to.

use std::io::{IsTerminal as _, stdout};

use mfakit::UnixTime;
use mfakit::totp::{QrCode, TerminalStyle};

const BOLD: &str = "\u{1b}[1m";
const CYAN: &str = "\u{1b}[36m";

/// In bold or in a color, on a terminal.
fn drawn(style: &str, text: &str) -> String {
    if stdout().is_terminal() {
        format!("{style}{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// Begins a chapter: when it is, and what happens.
pub(crate) fn chapter(title: &str, now: UnixTime) {
    let day = |time: UnixTime| time.as_secs() / (24 * 3600);
    let name = if day(now) == day(crate::MONDAY) {
        "Monday"
    } else {
        "Tuesday"
    };
    let (hours, minutes) = (now.as_secs() / 3600 % 24, now.as_secs() / 60 % 60);
    let text = format!("{name} {hours:02}:{minutes:02}  {title}");
    println!("\n{}", drawn(BOLD, &text));
}

/// Says something.
pub(crate) fn tell(text: &str) {
    println!("  {text}");
}

/// Shows a call, and what it came to.
pub(crate) fn call(name: &str, outcome: &str) {
    println!("    {} {outcome}", drawn(CYAN, &format!("{name:<19}")));
}

/// Draws a QR code, and writes the key in it.
pub(crate) fn qr(qr: &QrCode, key: &str) {
    let style = if stdout().is_terminal() {
        TerminalStyle::Ansi
    } else {
        TerminalStyle::DarkOnLight
    };
    println!();
    for line in qr.terminal(style).lines() {
        println!("    {line}");
    }
    println!("    or type  {key}\n");
}
