//! A page of text: sections of labels and values, the values of a section in one column.

use std::fmt::Write as _;

/// Where values wrap.
const WIDTH: usize = 100;
/// A label longer than this has its value on the next line.
const LONGEST_LABEL: usize = 34;

#[derive(Default)]
pub(crate) struct Page {
    text: String,
}

/// A section that is being written.
#[derive(Default)]
pub(crate) struct Section {
    lines: Vec<(usize, String, String)>,
}

impl Page {
    /// Begins with a title, underlined.
    pub(crate) fn title(&mut self, title: &str) {
        let title = visible(title);
        self.text.push_str(&title);
        self.text.push('\n');
        self.text.push_str(&"=".repeat(title.chars().count()));
        self.text.push('\n');
    }

    /// Adds a section with its heading.
    pub(crate) fn section(&mut self, heading: &str, section: Section) {
        self.text.push('\n');
        self.text.push_str(&visible(heading));
        self.text.push('\n');
        section.write(&mut self.text);
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

impl Section {
    /// Adds a line.
    pub(crate) fn line(&mut self, label: &str, value: &str) {
        self.indented(0, label, value);
    }

    /// Adds a line that belongs to the one above it.
    pub(crate) fn indented(&mut self, depth: usize, label: &str, value: &str) {
        self.lines.push((depth, visible(label), visible(value)));
    }

    /// Adds a line if there is something to say.
    pub(crate) fn optional(&mut self, label: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(label, value);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn write(&self, text: &mut String) {
        let start = |depth: usize| depth.saturating_mul(2).saturating_add(2);
        let end = |(depth, label, _): &(usize, String, String)| {
            start(*depth).saturating_add(label.chars().count())
        };
        let column = self
            .lines
            .iter()
            .filter(|line| !line.2.is_empty())
            .map(end)
            .filter(|end| *end <= LONGEST_LABEL)
            .max()
            .unwrap_or_default()
            .saturating_add(2);
        for line in &self.lines {
            let (depth, label, value) = line;
            let mut place = end(line);
            let _ = write!(text, "{}{label}", " ".repeat(start(*depth)));
            let mut is_first = place < column;
            for part in wrapped(value, WIDTH.saturating_sub(column)) {
                if !is_first {
                    text.push('\n');
                    place = 0;
                }
                is_first = false;
                let _ = write!(text, "{}{part}", " ".repeat(column.saturating_sub(place)));
            }
            text.push('\n');
        }
    }
}

/// Breaks a text at its spaces; a word that is too long is broken anywhere.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let [before, letters] = [line.as_str(), word].map(|part| part.chars().count());
        if before > 0 && before.saturating_add(1).saturating_add(letters) > width {
            lines.push(line.trim_end().to_owned());
            line.clear();
        } else if before > 0 {
            line.push(' ');
        }
        for letter in word.chars() {
            if line.chars().count() >= width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    lines.push(line);
    lines.retain(|line| !line.is_empty());
    lines
}

/// What a response brings must not move the cursor or turn the writing around.
fn visible(text: &str) -> String {
    let is_harmful = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut visible = String::new();
    for letter in text.chars() {
        if is_harmful(letter) {
            visible.extend(letter.escape_unicode());
        } else {
            visible.push(letter);
        }
    }
    visible
}

/// Bytes in hexadecimal digits: hashes and coordinates whole, of what is longer the beginning.
pub(crate) fn hex(bytes: &[u8]) -> String {
    /// A hash, or a coordinate on most curves.
    const WHOLE: usize = 32;
    /// Fits on a line with the number of bytes.
    const BEGINNING: usize = 20;
    let digits = |bytes: &[u8]| -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    };
    match bytes.split_at_checked(BEGINNING) {
        Some((beginning, _)) if bytes.len() > WHOLE => {
            format!("{}... ({} bytes)", digits(beginning), bytes.len())
        }
        _ if bytes.is_empty() => "(none)".to_owned(),
        _ => digits(bytes),
    }
}

/// A number with its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_one_column() {
        let mut section = Section::default();
        section.line("a", "1");
        section.indented(1, "longer", "2");
        let mut page = Page::default();
        page.title("Title");
        page.section("Section", section);
        let want = "Title\n=====\n\nSection\n  a         1\n    longer  2\n";
        assert_eq!(page.into_text(), want);
    }

    #[test]
    fn long_values_wrap_in_their_column() {
        let mut section = Section::default();
        section.line("label", &format!("{} {}", "a".repeat(60), "b".repeat(110)));
        let mut text = String::new();
        section.write(&mut text);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], format!("  label  {}", "a".repeat(60)));
        assert_eq!(lines[1], format!("         {}", "b".repeat(91)));
        assert_eq!(lines[2], format!("         {}", "b".repeat(19)));
    }

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert_eq!(
            visible("a\u{1b}[31mb\nc\u{202e}d"),
            "a\\u{1b}[31mb\\u{a}c\\u{202e}d"
        );
        assert_eq!(visible("Éxample"), "Éxample");
    }

    #[test]
    fn long_bytes_are_counted() {
        assert_eq!(hex(&[]), "(none)");
        assert_eq!(hex(&[1, 0xab]), "01ab");
        assert_eq!(hex(&[7; 32]), "07".repeat(32));
        assert_eq!(hex(&[7; 33]), format!("{}... (33 bytes)", "07".repeat(20)));
    }
}
