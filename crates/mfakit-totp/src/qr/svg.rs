//! SVG, one path of horizontal runs.

use alloc::string::String;

use zeroize::Zeroizing;

use super::{QUIET_ZONE, QrCode};

/// Each row of dark modules is a line of width 1 along its middle, drawn in relative moves: a run
/// of dark modules is `h` and its length, a gap is `m` and its length.
pub(super) fn draw(qr: &QrCode, title: &str) -> Zeroizing<String> {
    let modules = qr.modules.len();
    // A run and the gap after it take at most 10 characters and at least 2 modules.
    let room = modules
        .saturating_mul(5)
        .saturating_add(title.len().saturating_mul(6))
        .saturating_add(512);
    let mut svg = Zeroizing::new(String::with_capacity(room));

    let side = qr.full_size();
    svg.push_str(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 "#);
    push_number(&mut svg, side);
    svg.push(' ');
    push_number(&mut svg, side);
    svg.push_str(r#"" role="img"><title>"#);
    push_escaped(&mut svg, title);
    // Colors are fixed: inverted symbols are not read by every app, so a dark page changes nothing.
    svg.push_str(r##"</title><path fill="#fff" d="M0 0h"##);
    push_number(&mut svg, side);
    svg.push('v');
    push_number(&mut svg, side);
    svg.push_str("H0z\"/><path stroke=\"#000\" shape-rendering=\"crispEdges\" d=\"");
    for (y, row) in (u16::from(QUIET_ZONE)..).zip(qr.modules.chunks_exact(qr.size.into())) {
        push_row(&mut svg, y, row);
    }
    svg.push_str("\"/></svg>");
    svg
}

fn push_row(svg: &mut String, y: u16, row: &[u8]) {
    let mut run_began = None;
    let mut last_run_ended = None;
    // A light module at the end closes the last run.
    let modules = row.iter().map(|module| *module == 1).chain([false]);
    for (x, dark) in (u16::from(QUIET_ZONE)..).zip(modules) {
        match (dark, run_began) {
            (true, None) => run_began = Some(x),
            (false, Some(began)) => {
                if let Some(ended) = last_run_ended {
                    svg.push('m');
                    push_number(svg, began.abs_diff(ended));
                    svg.push_str(" 0");
                } else {
                    svg.push('M');
                    push_number(svg, began);
                    svg.push(' ');
                    push_number(svg, y);
                    svg.push_str(".5");
                }
                svg.push('h');
                push_number(svg, x.abs_diff(began));
                last_run_ended = Some(x);
                run_began = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
}

/// `write!` would take as long as making the symbol.
fn push_number(svg: &mut String, number: u16) {
    if number >= 100 {
        push_digit(svg, number / 100);
    }
    if number >= 10 {
        push_digit(svg, number / 10);
    }
    push_digit(svg, number);
}

fn push_digit(svg: &mut String, number: u16) {
    svg.extend(char::from_digit((number % 10).into(), 10));
}

fn push_escaped(svg: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => svg.push_str("&amp;"),
            '<' => svg.push_str("&lt;"),
            '>' => svg.push_str("&gt;"),
            '"' => svg.push_str("&quot;"),
            '\'' => svg.push_str("&#39;"),
            // Not allowed in XML, escaped or not (XML 1.0 section 2.2).
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                svg.push(char::REPLACEMENT_CHARACTER);
            }
            _ => svg.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_leading_zeros() {
        for number in 0..=185 {
            let mut text = String::new();
            push_number(&mut text, number);
            assert_eq!(text, std::format!("{number}"));
        }
    }

    #[test]
    fn a_row_is_runs_and_gaps() {
        let mut path = String::new();
        push_row(&mut path, 4, &[1, 1, 0, 0, 0, 1]);
        push_row(&mut path, 5, &[0, 0, 0, 0, 0, 0]);
        push_row(&mut path, 6, &[0, 1, 0, 0, 0, 0]);
        assert_eq!(path, "M4 4.5h2m3 0h1M5 6.5h1");
    }

    #[test]
    fn a_title_cannot_break_out() {
        let mut text = String::new();
        push_escaped(&mut text, "</title><script>\"'&\0\u{1f}\u{ffff}\n");
        assert_eq!(
            text,
            "&lt;/title&gt;&lt;script&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}\u{fffd}\n"
        );
    }
}
