//! Half blocks: one character shows two modules, one above the other.

use alloc::string::String;

use zeroize::Zeroizing;

use super::{QUIET_ZONE, QrCode};

/// How to draw on a terminal.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum TerminalStyle {
    /// Black on white by escape sequences, whatever the terminal's own colors are. The two colors
    /// are from the fixed part of the 256-color palette, which themes do not change.
    #[default]
    Ansi,
    /// Without escape sequences, for a terminal with dark text on a light background, and for
    /// paper.
    DarkOnLight,
    /// Without escape sequences, for a terminal with light text on a dark background.
    LightOnDark,
}

const WHITE_BACKGROUND_BLACK_TEXT: &str = "\u{1b}[48;5;231;38;5;16m";
const RESET: &str = "\u{1b}[0m";

pub(super) fn draw(qr: &QrCode, style: TerminalStyle) -> Zeroizing<String> {
    let side = usize::from(qr.full_size());
    // Two rows a line, up to three bytes a character, and the escape sequences.
    let lines = side.div_ceil(2);
    let line_bytes = side.saturating_mul(3).saturating_add(32);
    let mut text = Zeroizing::new(String::with_capacity(lines.saturating_mul(line_bytes)));

    let (begin, end) = match style {
        TerminalStyle::Ansi => (WHITE_BACKGROUND_BLACK_TEXT, RESET),
        TerminalStyle::DarkOnLight | TerminalStyle::LightOnDark => ("", ""),
    };
    // Of what the text color draws: the dark modules, or the light ones.
    let ink = match style {
        TerminalStyle::Ansi | TerminalStyle::DarkOnLight => true,
        TerminalStyle::LightOnDark => false,
    };

    let mut rows = padded_rows(qr);
    while let Some(upper) = rows.next() {
        let lower = rows.next();
        text.push_str(begin);
        let lower = lower
            .into_iter()
            .flatten()
            .map(Some)
            .chain(core::iter::repeat(None));
        for (upper, lower) in upper.zip(lower) {
            // The number of rows is odd; below the last one is more quiet zone.
            let lower = lower.unwrap_or(false);
            text.push(match (upper == ink, lower == ink) {
                (true, true) => '\u{2588}',
                (true, false) => '\u{2580}',
                (false, true) => '\u{2584}',
                (false, false) => ' ',
            });
        }
        text.push_str(end);
        text.push('\n');
    }
    text
}

/// The rows with the quiet zone around them.
fn padded_rows(qr: &QrCode) -> impl Iterator<Item = impl Iterator<Item = bool>> {
    let quiet = usize::from(QUIET_ZONE);
    let size = usize::from(qr.size());
    let light = move |count| core::iter::repeat_n(0, count);
    let border = core::iter::repeat_n(&[][..], quiet);
    border
        .clone()
        .chain(qr.modules.chunks_exact(size))
        .chain(border)
        .map(move |row: &[u8]| {
            light(quiet)
                .chain(row.iter().copied())
                .chain(light(size.saturating_sub(row.len())))
                .chain(light(quiet))
                .map(|module| module == 1)
        })
}
